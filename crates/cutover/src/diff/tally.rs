//! What is counted of contexts that fare alike.

use super::keys::{KeyCount, Keys, hash};
use crate::context::Attributes;
use crate::value::Value;
use serde::{Serialize, Serializer};

/// A context that was counted, as an example.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    /// Its line in the population, from 1.
    pub line: u64,
    /// What of it matters: the attributes that either ruleset reads here.
    #[serde(serialize_with = "as_map")]
    pub context: Vec<(String, Value)>,
}

fn as_map<S: Serializer>(entries: &[(String, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
}

/// Which attributes matter, and which of them make up the key.
#[derive(Debug, Clone, Default)]
pub(super) struct Read {
    pub(super) attributes: Vec<String>,
    pub(super) by: Vec<String>,
}

impl Read {
    /// The hash of the key of a context.
    pub(super) fn key(&self, attributes: &Attributes) -> Option<u64> {
        let values: Vec<Value> = self.by.iter().map(|path| attributes.get(path).into()).collect();
        hash(values.iter())
    }
}

/// Contexts that fare alike.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) contexts: u64,
    pub(super) keys: Keys,
    pub(super) examples: Vec<Example>,
}

impl Tally {
    /// Counts a context; `examples` is how many of them are kept.
    pub(super) fn add(&mut self, line: u64, attributes: &Attributes, read: &Read, examples: usize) {
        self.contexts += 1;
        if let Some(key) = read.key(attributes) {
            self.keys.add(key);
        }
        // Where nothing is read, all contexts are alike, and none is an example.
        if self.examples.len() < examples && !read.attributes.is_empty() {
            let entry = |path: &String| match attributes.get(path).into() {
                Value::Null => None,
                value => Some((path.clone(), value)),
            };
            self.examples.push(Example { line, context: read.attributes.iter().filter_map(entry).collect() });
        }
    }

    /// Counts those of another tally too; `examples` is how many of them are kept.
    pub(super) fn merge(&mut self, other: &Self, examples: usize) {
        self.contexts += other.contexts;
        self.keys.merge(&other.keys);
        self.examples.extend(other.examples.iter().cloned());
        self.examples.sort_by_key(|example| example.line);
        self.examples.truncate(examples);
    }

    /// How many different keys there were; none where nothing has a key.
    pub(super) fn count(&self, read: &Read) -> Option<KeyCount> {
        (!read.by.is_empty()).then(|| self.keys.count())
    }
}
