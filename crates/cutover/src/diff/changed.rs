//! The question `changed`: the names of what may decide otherwise in another version of a ruleset.

use super::document::{entries, entries_of, named_under, same};
use crate::call::{Arguments, CallError};
use crate::diagnostic::LoadError;
use crate::document::{self, Arena, Node};
use crate::wire::to_json;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What may decide otherwise: what came, went or has another entry, what asks a segment or flag of which that is so, and
/// all of it where the document's clock or anything else that no entry names is another one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The names of flags, sorted.
    pub flags: Vec<String>,
    /// The names of migrations, sorted.
    pub migrations: Vec<String>,
}

/// Two texts of rulesets that were loaded before.
pub(crate) fn called(mut given: Arguments<'_>) -> Result<String, CallError> {
    let (from, to) = (given.text("from")?, given.text("to")?);
    given.finish()?;
    let changed = between(from.as_bytes(), to.as_bytes());
    changed.map(|changed| to_json(&changed)).map_err(|error| CallError::new(format!("changed: {error}")))
}

/// The sections whose entries are named.
const NAMED: [&str; 3] = ["flags", "migrations", "segments"];

/// Sections that do not say what a flag or migration decides.
const APART: [&str; 8] =
    ["plans", "gates", "metrics", "comparators", "paths", "delivery", "work", "incidents"];

fn between(old: &[u8], new: &[u8]) -> Result<Changed, LoadError> {
    let refused = |diagnostics| LoadError { diagnostics };
    let arena = Arena::new();
    let (old, new) =
        (document::read(old, &arena).map_err(refused)?, document::read(new, &arena).map_err(refused)?);
    let mut parts: BTreeMap<(&str, &str), Part<'_>> = BTreeMap::new();
    for section in NAMED {
        for (document, is_new) in [(&old, false), (&new, true)] {
            for entry in entries(document, section) {
                let part = parts.entry((section, entry.key)).or_default();
                *(if is_new { &mut part.new } else { &mut part.old }) = Some(&entry.value);
            }
        }
    }
    let elsewhere = elsewhere(&old, &new);
    let mut dirty: BTreeSet<(&str, &str)> =
        parts.iter().filter(|(_, part)| elsewhere || part.differs()).map(|(name, _)| *name).collect();
    spread(&parts, &mut dirty);
    let of = |section: &str| {
        dirty.iter().filter(|(of, _)| *of == section).map(|(_, name)| (*name).to_owned()).collect()
    };
    Ok(Changed { flags: of("flags"), migrations: of("migrations") })
}

/// An entry in the two documents.
#[derive(Default)]
struct Part<'n> {
    old: Option<&'n Node<'n>>,
    new: Option<&'n Node<'n>>,
}

impl<'n> Part<'n> {
    fn differs(&self) -> bool {
        match (self.old, self.new) {
            (Some(old), Some(new)) => !same(old, new),
            _ => true,
        }
    }

    /// The segments and flags that it asks, now or before.
    fn asks(&self) -> impl Iterator<Item = (&'static str, &'n str)> + use<'n> {
        let mut asked = Vec::new();
        for node in [self.old, self.new].into_iter().flatten() {
            for (key, section) in [("segment", "segments"), ("flag", "flags")] {
                let mut names = Vec::new();
                named_under(node, key, &mut names);
                asked.extend(names.into_iter().map(|name| (section, name)));
            }
        }
        asked.into_iter()
    }
}

/// Whoever asks what may be another one may be another one.
fn spread<'n>(parts: &BTreeMap<(&'n str, &'n str), Part<'n>>, dirty: &mut BTreeSet<(&'n str, &'n str)>) {
    let mut askers: BTreeMap<(&str, &str), Vec<(&'n str, &'n str)>> = BTreeMap::new();
    for (name, part) in parts {
        part.asks().for_each(|asked| askers.entry(asked).or_default().push(*name));
    }
    let mut next: Vec<(&str, &str)> = dirty.iter().copied().collect();
    while let Some(name) = next.pop() {
        for asker in askers.get(&name).into_iter().flatten() {
            if dirty.insert(*asker) {
                next.push(*asker);
            }
        }
    }
}

/// Whether anything is another one that every decision may read, such as the time zone.
fn elsewhere(old: &Node<'_>, new: &Node<'_>) -> bool {
    let find = |document: &Node<'_>, key: &str| {
        entries_of(document).find(|entry| entry.key == key).map(|entry| entry.value.to_value())
    };
    let keys = entries_of(old).chain(entries_of(new)).map(|entry| entry.key);
    keys.filter(|key| !NAMED.contains(key) && !APART.contains(key))
        .any(|key| find(old, key) != find(new, key))
}

#[cfg(test)]
mod tests {
    use super::between;

    const OLD: &str = "cutover: 1
segments: { big: { if: { attribute: seats, above: 10 } }, all: { if: { segment: big } } }
flags:
  alone: {}
  asks: { rules: [{ if: { segment: all }, serve: on }] }
  asks_flag: { requires: [{ flag: asks, is: on }] }
  gone: {}
migrations: { m: { old: a, new: b, ladder: standard, phase: sync } }
";

    fn changed(new: &str) -> (Vec<String>, Vec<String>) {
        let changed = between(OLD.as_bytes(), new.as_bytes()).unwrap();
        (changed.flags, changed.migrations)
    }

    #[test]
    fn what_asks_something_else_may_be_something_else() {
        assert_eq!(changed(OLD), (vec![], vec![]));
        let (flags, migrations) = changed(&OLD.replace("above: 10", "above: 11"));
        assert_eq!((flags, migrations), (vec!["asks".to_owned(), "asks_flag".to_owned()], vec![]));
        let (flags, migrations) = changed(&OLD.replace("  gone: {}\n", "").replace("sync", "dual_write"));
        assert_eq!((flags, migrations), (vec!["gone".to_owned()], vec!["m".to_owned()]));
    }

    #[test]
    fn another_clock_may_be_everything_and_another_plan_is_nothing() {
        let (flags, migrations) = changed(&format!("{OLD}timezone: Europe/Paris\n"));
        assert_eq!((flags.len(), migrations.len()), (4, 1));
        assert_eq!(changed(&format!("{OLD}comparators: {{ c: {{ ignore: [a] }} }}\n")), (vec![], vec![]));
    }
}
