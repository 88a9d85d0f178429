//! The digest of a ruleset: the same for YAML and JSON, whatever the order of keys, layout and comments.
//!
//! Each flag has a digest of its own, and so has each other part of the document, so that a change of one flag costs
//! no more than hashing the digests again.

use crate::document::{Content, Entry, Node};
use crate::order::sort_by;
use xxhash_rust::xxh3::xxh3_128;

/// The digests of the parts of a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Digests {
    /// The top-level keys but `flags`, sorted, and the digest of what is under each.
    parts: Vec<(String, u128)>,
    /// Of the flags, sorted by name.
    pub(crate) flags: Vec<u128>,
}

impl Digests {
    /// Of the document that `node` is.
    pub(crate) fn of(node: &Node<'_>) -> Self {
        let mut digests = Self::default();
        let Content::Map(entries) = node.content else { return digests };
        let mut bytes = Vec::new();
        for entry in sorted(entries) {
            match entry.value.content {
                Content::Map(flags) if entry.key == "flags" => {
                    digests.flags = sorted(flags)
                        .into_iter()
                        .map(|flag| flag_digest(flag.key, &flag.value, &mut bytes))
                        .collect();
                }
                _ => {
                    bytes.clear();
                    add(&mut bytes, &entry.value);
                    digests.parts.push((entry.key.to_owned(), xxh3_128(&bytes)));
                }
            }
        }
        digests
    }

    /// The digest of the whole.
    pub(crate) fn whole(&self) -> u128 {
        let mut bytes = Vec::new();
        for (key, digest) in &self.parts {
            text(&mut bytes, key);
            bytes.extend_from_slice(&digest.to_le_bytes());
        }
        for digest in &self.flags {
            bytes.extend_from_slice(&digest.to_le_bytes());
        }
        xxh3_128(&bytes)
    }
}

/// The digest of a flag, its name included. What is hashed is written to `bytes`, whatever they held.
pub(crate) fn flag_digest(name: &str, node: &Node<'_>, bytes: &mut Vec<u8>) -> u128 {
    bytes.clear();
    text(bytes, name);
    add(bytes, node);
    xxh3_128(bytes)
}

fn sorted<'a>(entries: &'a [Entry<'a>]) -> Vec<&'a Entry<'a>> {
    let mut sorted: Vec<&Entry<'_>> = entries.iter().collect();
    sort_by(&mut sorted, |a, b| a.key.cmp(b.key));
    sorted
}

/// Whether the key of `a` comes before that of `b`, which is another: most keys begin with different letters.
fn precedes(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    match (a.key.as_bytes().first(), b.key.as_bytes().first()) {
        (Some(a), Some(b)) if a != b => a < b,
        _ => a.key < b.key,
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.reserve(size_of::<u64>() + text.len());
    bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// Adds a text as a value.
#[inline]
fn tagged_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.reserve(1 + size_of::<u64>() + text.len());
    tagged(bytes, b's', (text.len() as u64).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// Adds the sign of a type and a number of eight bytes.
fn tagged(bytes: &mut Vec<u8>, tag: u8, number: [u8; 8]) {
    let [a, b, c, d, e, f, g, h] = number;
    bytes.extend_from_slice(&[tag, a, b, c, d, e, f, g, h]);
}

/// Adds a value with its type and length, mappings sorted by key. Depth is bounded by the readers.
fn add(bytes: &mut Vec<u8>, node: &Node<'_>) {
    match &node.content {
        Content::Null => bytes.push(b'n'),
        Content::Bool(value) => bytes.push(if *value { b't' } else { b'f' }),
        Content::Int(value) => tagged(bytes, b'i', value.to_le_bytes()),
        Content::Float(value) => tagged(bytes, b'd', value.to_le_bytes()),
        Content::Text(value) => tagged_text(bytes, value),
        Content::List(items) => {
            tagged(bytes, b'l', (items.len() as u64).to_le_bytes());
            for item in *items {
                match item.content {
                    // Most are texts.
                    Content::Text(value) => tagged_text(bytes, value),
                    _ => add(bytes, item),
                }
            }
        }
        Content::Map(entries) => {
            tagged(bytes, b'm', (entries.len() as u64).to_le_bytes());
            let mut entry = |entry: &Entry<'_>| {
                text(bytes, entry.key);
                match entry.value.content {
                    Content::Text(value) => tagged_text(bytes, value),
                    _ => add(bytes, &entry.value),
                }
            };
            match entries {
                // Most mappings are small or in order already, and need no list of their own.
                [a, b] if precedes(b, a) => [b, a].into_iter().for_each(entry),
                [a, b] => [a, b].into_iter().for_each(entry),
                entries if entries.is_sorted_by(precedes) => entries.iter().for_each(entry),
                entries => sorted(entries).into_iter().for_each(&mut entry),
            }
        }
    }
}
