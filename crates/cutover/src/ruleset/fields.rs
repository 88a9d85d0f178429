//! Reading a document tree into types, with every problem noted instead of the first one thrown.

use super::operator::RegexBudget;
use crate::diagnostic::{self, Diagnostic, Position};
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
    /// How many names have been compared with wrong ones.
    compared: usize,
    pub(super) regex: RegexBudget,
}

/// How many names are looked through for those that somebody may have meant: more than enough for a document that
/// people wrote, and a second at most for one that nobody did.
const MAX_COMPARED: usize = 1_000_000;

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
        diagnostic::sort(&mut self.diagnostics);
        if self.left_out > 0 {
            let message = format!("{} more problems are not listed", self.left_out);
            self.diagnostics.push(Diagnostic::warning("too_many_problems", "", Position::default(), message));
        }
        self.diagnostics
    }

    /// Notes that `node` is of the wrong type.
    pub(crate) fn wrong_type(&mut self, node: &Node<'_>, path: Path<'_>, expected: &str) {
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
    pub(crate) fn fields<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Fields<'a>> {
        let Content::Map(entries) = node.content else {
            self.wrong_type(node, path, "a mapping");
            return None;
        };
        Some(Fields { entries, taken: Taken::none_of(entries.len()), at: node.at })
    }

    /// Reads a mapping of names to things; names are checked.
    pub(crate) fn named<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> &'a [Entry<'a>] {
        let Content::Map(entries) = node.content else {
            self.wrong_type(node, path, "a mapping of names");
            return &[];
        };
        for entry in entries {
            self.check_name(entry.key, entry.key_at, path);
        }
        entries
    }

    fn check_name(&mut self, name: &str, at: Position, parent: Path<'_>) {
        let plain =
            (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
        if plain {
            return;
        }
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
        self.note(
            Diagnostic::error("bad_name", parent.key(name).to_string(), at, problem)
                .found(format!("{name:?}")),
        );
    }

    pub(crate) fn text<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<&'a str> {
        if let Content::Text(text) = node.content {
            return Some(text);
        }
        self.wrong_type(node, path, "a text");
        None
    }

    /// Reads a salt. The salts that the engine derives have a control character in them, so no other one may.
    pub(crate) fn salt<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<&'a str> {
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
        Some(text)
    }

    pub(crate) fn spanned_text<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Spanned<&'a str>> {
        let value = self.text(node, path)?;
        Some(Spanned { value, at: node.at, path: self.paths.keep(path) })
    }

    pub(crate) fn bool(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<bool> {
        if let Content::Bool(value) = node.content {
            return Some(value);
        }
        self.wrong_type(node, path, "true or false");
        None
    }

    pub(crate) fn list<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<&'a [Node<'a>]> {
        if let Content::List(items) = node.content {
            return Some(items);
        }
        self.wrong_type(node, path, "a list");
        None
    }

    /// Reads one of a few words.
    pub(crate) fn word<T: Copy>(
        &mut self,
        node: &Node<'_>,
        path: Path<'_>,
        words: &[(&str, T)],
    ) -> Option<T> {
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
        name: &Spanned<impl AsRef<str>>,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        const NAMED: usize = 12;
        let text = name.value.as_ref();
        let left = MAX_COMPARED.saturating_sub(self.compared);
        let near = known.clone().take(left).inspect(|_| self.compared += 1);
        let diagnostic = Diagnostic::error(
            code,
            self.paths.render(name.path),
            name.at,
            format!("there is no {what} `{text}`"),
        )
        .found(text)
        .expected(known.take(NAMED))
        .nearest(text, near);
        self.note(diagnostic);
    }
}

/// The longest name of a flag, variant, segment, migration, store or phase, in bytes.
pub(crate) const MAX_NAME_BYTES: usize = 256;

/// The entries of a mapping, taken one by one; what is left over in the end is unknown.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    entries: &'a [Entry<'a>],
    taken: Taken,
    pub(crate) at: Position,
}

/// Which entries of a mapping are taken: the first ones as bits, so that only a mapping of more keys than any that is
/// known here takes memory for it.
#[derive(Debug)]
struct Taken {
    first: u64,
    more: Vec<bool>,
}

/// How many entries the bits of [`Taken`] stand for.
const FIRST: usize = 64;

impl Taken {
    fn none_of(count: usize) -> Self {
        Self { first: 0, more: vec![false; count.saturating_sub(FIRST)] }
    }

    fn take(&mut self, index: usize) {
        match index.checked_sub(FIRST) {
            None => self.first |= 1 << index,
            Some(index) => {
                if let Some(taken) = self.more.get_mut(index) {
                    *taken = true;
                }
            }
        }
    }

    /// Whether so many entries are taken, where that is told at once.
    fn are_all(&self, count: usize) -> bool {
        self.first.count_ones() as usize == count
    }

    fn has(&self, index: usize) -> bool {
        match index.checked_sub(FIRST) {
            None => self.first >> index & 1 == 1,
            Some(index) => self.more.get(index).is_some_and(|taken| *taken),
        }
    }
}

/// A kind of key, and the value under it.
type Kind<'a, T> = (T, &'a Node<'a>);

impl<'a> Fields<'a> {
    /// The value under `key`, marked as known.
    pub(crate) fn take(&mut self, key: &str) -> Option<&'a Node<'a>> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        self.taken.take(index);
        self.entries.get(index).map(|entry| &entry.value)
    }

    /// Marks every key as known that `kind` knows, in one pass however many it knows. Gives the values of the two
    /// that come first in the order of their kinds.
    pub(crate) fn take_kinds<T: Copy + Ord>(
        &mut self,
        kind: impl Fn(&str) -> Option<T>,
    ) -> (Option<Kind<'a, T>>, Option<Kind<'a, T>>) {
        let (mut first, mut second) = (None, None);
        for (index, entry) in self.entries.iter().enumerate() {
            if self.taken.has(index) {
                continue;
            }
            let Some(kind) = kind(entry.key) else { continue };
            self.taken.take(index);
            let before = |other: Option<(T, _)>| other.is_none_or(|(other, _)| kind < other);
            if before(first) {
                second = first.replace((kind, &entry.value));
            } else if before(second) {
                second = Some((kind, &entry.value));
            }
        }
        (first, second)
    }

    /// The value under `key`; notes where there is none.
    pub(crate) fn need(
        &mut self,
        reader: &mut Reader,
        path: Path<'_>,
        key: &'static str,
    ) -> Option<&'a Node<'a>> {
        let node = self.take(key);
        if node.is_none() {
            reader.note(
                Diagnostic::error("missing_key", path.to_string(), self.at, format!("`{key}` is missing"))
                    .expected([key]),
            );
        }
        node
    }

    /// Whether every entry is taken.
    #[inline]
    pub(crate) fn is_done(&self) -> bool {
        self.taken.are_all(self.entries.len())
    }

    /// The entries that nothing took, in order.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &'a Entry<'a>> {
        self.entries.iter().enumerate().filter(|(index, _)| !self.taken.has(*index)).map(|(_, entry)| entry)
    }

    /// Notes every entry that nothing took. `known` lists all keys of this mapping, for the help.
    #[inline]
    pub(crate) fn finish(self, reader: &mut Reader, path: Path<'_>, known: &[&str]) {
        if !self.is_done() {
            self.note_unknown(reader, path, known);
        }
    }

    fn note_unknown(self, reader: &mut Reader, path: Path<'_>, known: &[&str]) {
        for entry in self.rest() {
            reader.note(
                Diagnostic::error(
                    "unknown_key",
                    path.key(entry.key).to_string(),
                    entry.key_at,
                    format!("`{}` is not a key known here", entry.key),
                )
                .found(entry.key)
                .expected(known.iter().copied())
                .nearest(entry.key, known.iter().copied()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;
    use crate::document::{Arena, Path, read};

    #[test]
    fn fields_are_taken_among_few_and_many() {
        for before in [0, 1, 62, 63, 64, 65, 200] {
            let others: String = (0..before).map(|key| format!("\"k{key}\":0,")).collect();
            let text = format!("{{{others}\"b\":1,\"a\":2,\"c\":3,\"d\":4}}");
            let arena = Arena::new();
            let node = read(text.as_bytes(), &arena).unwrap();
            let mut reader = Reader::default();
            let mut fields = reader.fields(&node, Path::ROOT).unwrap();
            let value = |node: Option<&super::Node<'_>>| node.map(|node| node.to_value());
            assert_eq!(value(fields.take("d")), Some(4.into()));
            assert_eq!(value(fields.take("e")), None);
            let (first, second) =
                fields.take_kinds(|key| ["c", "a", "b"].iter().position(|kind| *kind == key));
            assert_eq!(first.map(|(kind, node)| (kind, node.to_value())), Some((0, 3.into())));
            assert_eq!(second.map(|(kind, node)| (kind, node.to_value())), Some((1, 2.into())));
            let rest: Vec<&str> = fields.rest().map(|entry| entry.key).collect();
            assert_eq!(rest, (0..before).map(|key| format!("k{key}")).collect::<Vec<_>>());
            fields.finish(&mut reader, Path::ROOT, &[]);
            assert_eq!(reader.diagnostics.len(), before);
        }
    }
}
