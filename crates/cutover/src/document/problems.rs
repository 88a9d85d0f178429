//! The problems found while reading, and those that several readers report alike.

use super::{Entry, MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, Path};
use crate::diagnostic::{Diagnostic, Position};
use crate::order::sort_by;
use xxhash_rust::xxh3::xxh3_64;

/// What is wrong with a text, as far as it has been read.
#[derive(Default)]
pub(super) struct Problems {
    list: Vec<Diagnostic>,
}

/// The problem for which reading cannot go on.
pub(super) type Stop = Box<Diagnostic>;

impl Problems {
    /// Adds a problem behind which reading goes on. Beyond [`MAX_PROBLEMS`] it is dropped, and not even built:
    /// a hostile text could hold millions.
    pub(super) fn note(&mut self, problem: impl FnOnce() -> Diagnostic) {
        if !self.is_full() {
            self.list.push(problem());
        }
    }

    /// Adds the problem that ends reading.
    pub(super) fn end(&mut self, problem: Diagnostic) {
        self.list.push(problem);
    }

    /// Adds each key that stands twice in one mapping.
    pub(super) fn note_repeated(&mut self, entries: &[Entry<'_>], path: &Path<'_>) {
        for (first, again) in repeated(entries) {
            if self.is_full() {
                return;
            }
            let place = path.key(again.key).to_string();
            let Position { line, column } = first.key_at;
            let message = format!("the key `{}` is already at line {line}, column {column}", again.key);
            self.list.push(Diagnostic::error("duplicate_key", place, again.key_at, message).found(again.key));
        }
    }

    #[cfg(feature = "import")]
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// True where further problems are dropped.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= MAX_PROBLEMS
    }

    /// All problems in the order of the text.
    pub(super) fn into_list(mut self) -> Vec<Diagnostic> {
        crate::diagnostic::sort(&mut self.list);
        self.list
    }
}

/// Up to how many keys comparing each with each is faster than hashing.
const FEW_KEYS: usize = 8;

/// The entries whose key stands before them already, each with the first of its key.
fn repeated<'n, 'a>(entries: &'n [Entry<'a>]) -> Vec<(&'n Entry<'a>, &'n Entry<'a>)> {
    let unique = if entries.len() <= FEW_KEYS {
        (1..).zip(entries).all(|(next, entry)| !has(entries.get(next..), entry.key))
    } else {
        entries.is_sorted_by(|a, b| a.key < b.key)
    };
    if unique {
        return Vec::new();
    }
    // Sorted by hash, which is faster than by key; where hashes are the same, by key. So no text makes it slow,
    // whatever it knows of the hash, and it needs no random seed.
    let mut hashed: Vec<(u64, &Entry<'_>)> =
        entries.iter().map(|entry| (xxh3_64(entry.key.as_bytes()), entry)).collect();
    sort_by(&mut hashed, |a, b| a.0.cmp(&b.0));
    let mut found = Vec::new();
    for same_hash in hashed.chunk_by_mut(|a, b| a.0 == b.0).filter(|chunk| chunk.len() > 1) {
        sort_by(same_hash, |a, b| a.1.key.cmp(b.1.key));
        for same in same_hash.chunk_by(|a, b| a.1.key == b.1.key) {
            if let Some(((_, first), again)) = same.split_first() {
                found.extend(again.iter().map(|(_, again)| (*first, *again)));
            }
        }
    }
    sort_by(&mut found, |a, b| a.1.key_at.cmp(&b.1.key_at));
    found
}

fn has(entries: Option<&[Entry<'_>]>, key: &str) -> bool {
    entries.unwrap_or_default().iter().any(|entry| entry.key == key)
}

/// A text that holds nothing.
pub(super) fn empty() -> Diagnostic {
    let message = "the document is empty";
    Diagnostic::error("empty_document", "", Position { line: 1, column: 1 }, message).expected(["a mapping"])
}

/// A list or mapping nested too deep.
pub(super) fn too_deep(path: impl Into<String>, at: Position) -> Stop {
    let message = format!("lists and mappings are nested more than {MAX_DEPTH} deep");
    Box::new(Diagnostic::error("nested_too_deep", path, at, message))
}

/// One value more than a document may hold.
pub(super) fn too_many(path: impl Into<String>, at: Position) -> Stop {
    let message = format!("the document holds more than {MAX_NODES} values");
    Box::new(Diagnostic::error("too_many_values", path, at, message))
}

/// A number that no float holds.
pub(super) fn out_of_range(path: &Path<'_>, at: Position, literal: &str) -> Diagnostic {
    let message = "the number is larger than a 64-bit float can be";
    Diagnostic::error("number_out_of_range", path.to_string(), at, message)
        .found(literal)
        .expected(["a number between -1.7976931348623157e308 and 1.7976931348623157e308"])
}
