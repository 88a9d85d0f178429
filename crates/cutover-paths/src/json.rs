//! The JSON shape of an answer.

use crate::date::iso_date;
use crate::entry::Side;
use crate::found::{Found, Lifecycle};
use alloc::borrow::Cow;
use alloc::string::String;
use serde::{Serialize, Serializer};

#[derive(Serialize)]
struct Shape<'a> {
    table: &'a str,
    path: &'a str,
    entry: EntryShape<'a>,
    service: &'a str,
    side: Side,
    store: Option<&'a str>,
    migrated: bool,
    inside: Option<bool>,
    lifecycle: Lifecycle,
    fallback: Option<&'a str>,
    params: Map<alloc::vec::Vec<(&'a str, Cow<'a, str>)>>,
    headers: Map<alloc::vec::Vec<(&'static str, &'a str)>>,
    fallback_headers: Option<Map<alloc::vec::Vec<(&'static str, &'a str)>>>,
}

#[derive(Serialize)]
struct EntryShape<'a> {
    index: usize,
    name: Option<&'a str>,
    path: &'a str,
    migrated_at: Option<String>,
    planned: Option<String>,
    deprecated_at: Option<String>,
    sunset: Option<String>,
}

/// Pairs that are written as one object, in their order.
struct Map<T>(T);

impl<K: Serialize, V: Serialize> Serialize for Map<alloc::vec::Vec<(K, V)>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl Serialize for Found<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.entry();
        let shape = Shape {
            table: self.table().name(),
            path: self.path().as_str(),
            entry: EntryShape {
                index: self.index(),
                name: entry.name.as_deref(),
                path: &entry.path,
                migrated_at: entry.migrated_at.map(iso_date),
                planned: entry.planned.map(iso_date),
                deprecated_at: entry.deprecated_at.map(iso_date),
                sunset: entry.sunset.map(iso_date),
            },
            service: self.service(),
            side: self.side(),
            store: self.store(),
            migrated: self.is_migrated(),
            inside: self.inside(),
            lifecycle: self.lifecycle(),
            fallback: self.fallback(),
            params: Map(self.params().collect()),
            headers: Map(self.headers().collect()),
            fallback_headers: self.fallback_headers().map(|headers| Map(headers.collect())),
        };
        shape.serialize(serializer)
    }
}
