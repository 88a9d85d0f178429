//! The tree that a document is read into.

#[cfg(cutover_small)]
use crate::decimal::plain;
use crate::diagnostic::Position;
use crate::order::sort_by;
use crate::value::Value;

/// Where a document's tree lives: in few large pieces that are freed at once, as is fit for what is read once.
pub(crate) use bumpalo::Bump as Arena;

/// A value of a document and where it stands. Texts without escapes are those of the document; all else is in the
/// [`Arena`] that it was read into, so that a node is a few words that are copied at will.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Node<'a> {
    pub(crate) content: Content<'a>,
    pub(crate) at: Position,
}

/// What a [`Node`] holds. Integral numbers within the range of `i64` are always `Int`, however they are
/// written (`1`, `1.0`, `1e0`), so that a number means the same in a language that has no integers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Content<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    List(&'a [Node<'a>]),
    /// Entries in the order of the text; keys are unique.
    Map(&'a [Entry<'a>]),
}

/// A key of a mapping, where it stands, and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    pub(crate) key_at: Position,
    pub(crate) value: Node<'a>,
}

impl Node<'_> {
    /// What kind of value it is, in the words of a diagnostic.
    pub(crate) fn kind(&self) -> &'static str {
        match self.content {
            Content::Null => "nothing",
            Content::Bool(_) => "a boolean",
            Content::Int(_) | Content::Float(_) => "a number",
            Content::Text(_) => "a text",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }

    /// The value as a diagnostic quotes it: scalars as written in JSON, the rest by kind.
    pub(crate) fn quoted(&self) -> String {
        match self.content {
            Content::Null => "null".to_owned(),
            Content::Bool(value) => value.to_string(),
            Content::Int(value) => value.to_string(),
            Content::Float(value) => plain(value),
            Content::Text(text) => text.to_owned(),
            Content::List(_) | Content::Map(_) => self.kind().to_owned(),
        }
    }

    /// The value without its places. Mappings are sorted; where a key is repeated, as only a context may do,
    /// the last one wins.
    pub(crate) fn to_value(self) -> Value {
        match self.content {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(value),
            Content::Int(value) => Value::Int(value),
            Content::Float(value) => Value::Float(value),
            Content::Text(text) => Value::Text(text.to_owned()),
            Content::List(items) => Value::List(items.iter().map(|item| item.to_value()).collect()),
            Content::Map(entries) => Value::Map(sorted(entries)),
        }
    }
}

#[cfg(not(cutover_small))]
fn plain(number: f64) -> String {
    number.to_string()
}

/// The entries by key bytes, each key once. [`Value::map`] inserts one by one, which is slow for many.
fn sorted(entries: &[Entry<'_>]) -> Vec<(String, Value)> {
    let mut pairs: Vec<(String, Value)> =
        entries.iter().map(|entry| (entry.key.to_owned(), entry.value.to_value())).collect();
    if !pairs.is_sorted_by(|a, b| a.0 < b.0) {
        sort_by(&mut pairs, |a, b| a.0.cmp(&b.0)); // stable: the last of a key stays the last
        pairs.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
    }
    pairs
}
