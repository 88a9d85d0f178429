//! The digest of a ruleset: the same for YAML and JSON, whatever the order of keys, layout and comments.

use crate::document::{Content, Entry, Node};
use xxhash_rust::xxh3::Xxh3;

/// The digest of a document's content.
pub(crate) fn of(node: &Node<'_>) -> u128 {
    let mut hasher = Xxh3::new();
    add(&mut hasher, node);
    hasher.digest128()
}

/// Adds a value with its type and length, mappings sorted by key. Depth is bounded by the readers.
fn add(hasher: &mut Xxh3, node: &Node<'_>) {
    let text = |hasher: &mut Xxh3, text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    match &node.content {
        Content::Null => hasher.update(b"n"),
        Content::Bool(value) => hasher.update(if *value { b"t" } else { b"f" }),
        Content::Int(value) => {
            hasher.update(b"i");
            hasher.update(&value.to_le_bytes());
        }
        Content::Float(value) => {
            hasher.update(b"d");
            hasher.update(&value.to_le_bytes());
        }
        Content::Text(value) => {
            hasher.update(b"s");
            text(hasher, value);
        }
        Content::List(items) => {
            hasher.update(b"l");
            hasher.update(&(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| add(hasher, item));
        }
        Content::Map(entries) => {
            hasher.update(b"m");
            hasher.update(&(entries.len() as u64).to_le_bytes());
            let mut sorted: Vec<&Entry<'_>> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.cmp(b.key));
            for entry in sorted {
                text(hasher, entry.key);
                add(hasher, &entry.value);
            }
        }
    }
}
