//! Reading a document tree into types, with every problem noted instead of the first one thrown.

use crate::diagnostic::{Diagnostic, Position};
use crate::document::{Content, Entry, Node, Path, PathId, Paths};

/// Collects what is wrong while a document is read. Reading goes on after a problem: a part that cannot be
/// read is `None`, and the document is refused in the end because a diagnostic was noted.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The paths of what was read, for what is found wrong later and for explanations.
    pub(crate) paths: Paths,
    /// How many problems were left out of `diagnostics`.
    left_out: usize,
    has_error: bool,
}

/// The most problems that are told at once. A document of millions of wrong items must not take gigabytes to
/// refuse, and nobody reads further.
const MAX_PROBLEMS: usize = 10_000;

/// A part of a document with the place that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) at: Position,
    pub(crate) path: PathId,
}

impl Reader {
    pub(crate) fn note(&mut self, diagnostic: Diagnostic) {
        let first_error = diagnostic.is_error() && !self.has_error;
        self.has_error |= diagnostic.is_error();
        if self.diagnostics.len() >= MAX_PROBLEMS {
            self.left_out += 1;
            // What refuses the document must not be what is left out.
            if !first_error {
                return;
            }
            self.diagnostics.pop();
        }
        self.diagnostics.push(diagnostic);
    }

    /// All that was noted, in the order of the document, and how much was left out.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        if self.left_out > 0 {
            let message = format!("{} more problems are not listed", self.left_out);
            self.diagnostics.push(Diagnostic::warning("too_many_problems", "", Position::default(), message));
        }
        self.diagnostics
    }

    /// Notes that `node` is of the wrong type.
    pub(crate) fn wrong_type(&mut self, node: &Node, path: Path<'_>, expected: &str) {
        self.note(
            Diagnostic::error(
                "wrong_type",
                path.to_string(),
                node.at,
                format!("{} where {expected} belongs", node.kind()),
            )
            .found(node.quoted())
            .expected([expected]),
        );
    }

    /// Reads a mapping, to be taken apart key by key.
    pub(crate) fn fields<'n>(&mut self, node: &'n Node, path: Path<'_>) -> Option<Fields<'n>> {
        let Content::Map(entries) = &node.content else {
            self.wrong_type(node, path, "a mapping");
            return None;
        };
        Some(Fields { entries, taken: vec![false; entries.len()], at: node.at })
    }

    /// Reads a mapping of names to things; names are checked.
    pub(crate) fn named<'n>(&mut self, node: &'n Node, path: Path<'_>) -> &'n [Entry] {
        let Content::Map(entries) = &node.content else {
            self.wrong_type(node, path, "a mapping of names");
            return &[];
        };
        for entry in entries {
            self.check_name(&entry.key, entry.key_at, path.key(&entry.key));
        }
        entries
    }

    fn check_name(&mut self, name: &str, at: Position, path: Path<'_>) {
        let problem = if name.is_empty() {
            "a name is empty"
        } else if name.len() > MAX_NAME_BYTES {
            "a name is longer than 256 bytes"
        } else if name.chars().any(char::is_control) {
            "a name has a control character in it"
        } else if name.trim() != name {
            "a name begins or ends with a space"
        } else {
            return;
        };
        self.note(Diagnostic::error("bad_name", path.to_string(), at, problem).found(format!("{name:?}")));
    }

    pub(crate) fn text<'n>(&mut self, node: &'n Node, path: Path<'_>) -> Option<&'n str> {
        if let Content::Text(text) = &node.content {
            return Some(text);
        }
        self.wrong_type(node, path, "a text");
        None
    }

    /// Reads a salt. The salts that the engine derives have a control character in them, so no other one may.
    pub(crate) fn salt(&mut self, node: &Node, path: Path<'_>) -> Option<String> {
        let text = self.text(node, path)?;
        if text.chars().any(char::is_control) {
            self.note(
                Diagnostic::error(
                    "bad_salt",
                    path.to_string(),
                    node.at,
                    "a salt has a control character in it",
                )
                .found(format!("{text:?}"))
                .expected(["a text without control characters"]),
            );
        }
        Some(text.to_owned())
    }

    pub(crate) fn spanned_text(&mut self, node: &Node, path: Path<'_>) -> Option<Spanned<String>> {
        let value = self.text(node, path)?.to_owned();
        Some(Spanned { value, at: node.at, path: self.paths.keep(path) })
    }

    pub(crate) fn bool(&mut self, node: &Node, path: Path<'_>) -> Option<bool> {
        if let Content::Bool(value) = node.content {
            return Some(value);
        }
        self.wrong_type(node, path, "true or false");
        None
    }

    pub(crate) fn list<'n>(&mut self, node: &'n Node, path: Path<'_>) -> Option<&'n [Node]> {
        if let Content::List(items) = &node.content {
            return Some(items);
        }
        self.wrong_type(node, path, "a list");
        None
    }

    /// Reads one of a few words.
    pub(crate) fn word<T: Copy>(&mut self, node: &Node, path: Path<'_>, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node, path)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let names = words.iter().map(|(word, _)| *word);
        self.note(
            Diagnostic::error(
                "unknown_word",
                path.to_string(),
                node.at,
                format!("`{text}` is not one of the words known here"),
            )
            .found(text)
            .expected(names.clone())
            .nearest(text, names),
        );
        None
    }

    /// Notes that a name refers to nothing.
    pub(crate) fn unknown_name<'a>(
        &mut self,
        code: &'static str,
        what: &str,
        name: &Spanned<String>,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        const NAMED: usize = 12;
        self.note(
            Diagnostic::error(
                code,
                self.paths.render(name.path),
                name.at,
                format!("there is no {what} `{}`", name.value),
            )
            .found(&name.value)
            .expected(known.clone().take(NAMED))
            .nearest(&name.value, known),
        );
    }
}

/// The longest name of a flag, variant, segment, migration, store or phase, in bytes.
pub(crate) const MAX_NAME_BYTES: usize = 256;

/// The entries of a mapping, taken one by one; what is left over in the end is unknown.
#[derive(Debug)]
pub(crate) struct Fields<'n> {
    entries: &'n [Entry],
    taken: Vec<bool>,
    pub(crate) at: Position,
}

impl<'n> Fields<'n> {
    /// The value under `key`, marked as known.
    pub(crate) fn take(&mut self, key: &str) -> Option<&'n Node> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        if let Some(taken) = self.taken.get_mut(index) {
            *taken = true;
        }
        self.entries.get(index).map(|entry| &entry.value)
    }

    /// The value under `key`; notes where there is none.
    pub(crate) fn need(
        &mut self,
        reader: &mut Reader,
        path: Path<'_>,
        key: &'static str,
    ) -> Option<&'n Node> {
        let node = self.take(key);
        if node.is_none() {
            reader.note(
                Diagnostic::error("missing_key", path.to_string(), self.at, format!("`{key}` is missing"))
                    .expected([key]),
            );
        }
        node
    }

    /// The entries that nothing took, in order.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &'n Entry> {
        self.entries.iter().zip(&self.taken).filter(|(_, taken)| !**taken).map(|(entry, _)| entry)
    }

    /// Notes every entry that nothing took. `known` lists all keys of this mapping, for the help.
    pub(crate) fn finish(self, reader: &mut Reader, path: Path<'_>, known: &[&str]) {
        for entry in self.rest() {
            reader.note(
                Diagnostic::error(
                    "unknown_key",
                    path.key(&entry.key).to_string(),
                    entry.key_at,
                    format!("`{}` is not a key known here", entry.key),
                )
                .found(&entry.key)
                .expected(known.iter().copied())
                .nearest(&entry.key, known.iter().copied()),
            );
        }
    }
}
