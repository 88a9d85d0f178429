//! What changed in the document, by path.

use crate::diagnostic::LoadError;
use crate::document::{self, Arena, Content, Entry, Node, Path};
use crate::wire::to_json;
use serde::Serialize;
use std::collections::BTreeSet;

/// So many changes are told; the rest is counted.
const TOLD: usize = 1_000;

/// A text longer than this is cut where it is shown, in characters.
const SHOWN_CHARS: usize = 120;

/// What happened to a part of a ruleset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is another one.
    Changed,
    /// It is as it was.
    Same,
}

impl ChangeKind {
    /// The word in reports, such as `added`.
    ///
    /// ```
    /// assert_eq!(cutover::diff::ChangeKind::Added.name(), "added");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// A change of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where: in the new document, or in the old one for what was removed.
    pub path: String,
    /// What happened there.
    pub change: ChangeKind,
    /// What stood there, as JSON; of a list of scalars the items that are gone. Long texts are cut.
    pub from: Option<String>,
    /// What stands there, as JSON; of a list of scalars the items that came.
    pub to: Option<String>,
}

/// A gate that has to begin again, because what it measured is no longer what it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateReset {
    /// The gate.
    pub gate: String,
    /// The path of the change.
    pub because: String,
}

/// What changed between two documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) list: Vec<Change>,
    /// How many changes are not in the list.
    pub(super) untold: u64,
    pub(super) gates: Vec<GateReset>,
}

impl Changes {
    /// Of two documents that were loaded before.
    pub(super) fn between(old: &[u8], new: &[u8]) -> Result<Self, LoadError> {
        let refused = |diagnostics| LoadError { diagnostics };
        let arena = Arena::new();
        let (old, new) =
            (document::read(old, &arena).map_err(refused)?, document::read(new, &arena).map_err(refused)?);
        let mut changes = Self::default();
        changes.node(Path::ROOT, &old, &new);
        changes.gates = gates(&changes.list, &old, &new);
        Ok(changes)
    }

    /// What happened to what is under `path`.
    pub(super) fn of(&self, section: &str, name: &str) -> ChangeKind {
        let path = Path::ROOT.key(section).key(name).to_string();
        let mut found = self.list.iter().filter(|change| lies_under(&change.path, &path));
        match found.next() {
            Some(change) if change.path == path => change.change,
            Some(_) => ChangeKind::Changed,
            None => ChangeKind::Same,
        }
    }

    fn note(&mut self, path: Path<'_>, change: ChangeKind, from: Option<String>, to: Option<String>) {
        if self.list.len() < TOLD {
            self.list.push(Change { path: path.to_string(), change, from, to });
        } else {
            self.untold += 1;
        }
    }

    fn node(&mut self, path: Path<'_>, old: &Node<'_>, new: &Node<'_>) {
        match (old.content, new.content) {
            (Content::Map(old), Content::Map(new)) => self.map(path, old, new),
            (Content::List(old), Content::List(new)) => self.list(path, old, new),
            _ if same(old, new) => {}
            _ => self.note(path, ChangeKind::Changed, Some(shown(old)), Some(shown(new))),
        }
    }

    fn map(&mut self, path: Path<'_>, old: &[Entry<'_>], new: &[Entry<'_>]) {
        // By name, so that the order of the two documents means nothing.
        let names: BTreeSet<&str> = old.iter().chain(new).map(|entry| entry.key).collect();
        let (old, new) = (by_name(old), by_name(new));
        for name in names {
            match (find(&old, name), find(&new, name)) {
                (Some(old), Some(new)) => self.node(path.key(name), old, new),
                (Some(old), None) => self.note(path.key(name), ChangeKind::Removed, Some(shown(old)), None),
                (None, Some(new)) => self.note(path.key(name), ChangeKind::Added, None, Some(shown(new))),
                (None, None) => {}
            }
        }
    }

    fn list(&mut self, path: Path<'_>, old: &[Node<'_>], new: &[Node<'_>]) {
        if old.iter().chain(new).all(is_scalar) {
            return self.scalars(path, old, new);
        }
        let before = old.iter().zip(new).take_while(|(old, new)| same(old, new)).count();
        let (old, new) = (old.get(before..).unwrap_or_default(), new.get(before..).unwrap_or_default());
        let behind = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| same(old, new)).count();
        let old = old.get(..old.len() - behind).unwrap_or_default();
        let new = new.get(..new.len() - behind).unwrap_or_default();
        let both = old.len().min(new.len());
        for (at, (old, new)) in (before..).zip(old.iter().zip(new)) {
            self.node(path.index(at), old, new);
        }
        for (at, old) in (before + both..).zip(old.iter().skip(both)) {
            self.note(path.index(at), ChangeKind::Removed, Some(shown(old)), None);
        }
        for (at, new) in (before + both..).zip(new.iter().skip(both)) {
            self.note(path.index(at), ChangeKind::Added, None, Some(shown(new)));
        }
    }

    /// A list of names or numbers, which may be long: what is gone and what came, or that its order is another.
    fn scalars(&mut self, path: Path<'_>, old: &[Node<'_>], new: &[Node<'_>]) {
        if old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new)) {
            return;
        }
        let texts = |nodes: &[Node<'_>]| -> BTreeSet<String> {
            nodes.iter().map(|node| to_json(&node.to_value())).collect()
        };
        let (was, is) = (texts(old), texts(new));
        let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| -> Vec<String> {
            these.difference(those).cloned().collect()
        };
        let (gone, came) = (only(&was, &is), only(&is, &was));
        if gone.is_empty() && came.is_empty() {
            let list = |nodes: &[Node<'_>]| {
                cut(&to_json(&nodes.iter().map(|node| node.to_value()).collect::<Vec<_>>()))
            };
            return self.note(path, ChangeKind::Changed, Some(list(old)), Some(list(new)));
        }
        let counted = |items: Vec<String>| match items.len() {
            0 => None,
            count => Some(cut(&format!("{count}: {}", items.join(", ")))),
        };
        self.note(path, ChangeKind::Changed, counted(gone), counted(came));
    }
}

fn by_name<'n>(entries: &'n [Entry<'n>]) -> Vec<&'n Entry<'n>> {
    let mut sorted: Vec<&Entry<'_>> = entries.iter().collect();
    crate::order::sort_by(&mut sorted, |a, b| a.key.cmp(b.key));
    sorted
}

fn find<'n>(sorted: &[&'n Entry<'n>], name: &str) -> Option<&'n Node<'n>> {
    let at = sorted.binary_search_by(|entry| entry.key.cmp(name)).ok()?;
    sorted.get(at).map(|entry| &entry.value)
}

fn is_scalar(node: &Node<'_>) -> bool {
    !matches!(node.content, Content::List(_) | Content::Map(_))
}

/// Whether the two say the same, wherever they stand.
pub(super) fn same(a: &Node<'_>, b: &Node<'_>) -> bool {
    a.to_value() == b.to_value()
}

fn shown(node: &Node<'_>) -> String {
    cut(&to_json(&node.to_value()))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Whether `path` is `parent` or lies in it.
fn lies_under(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The keys of a flag that say which units get what: under others, samples are of other units.
const DIVIDING: [&str; 7] = ["salt", "hash", "by", "variants", "split", "rules", "requires"];

/// The gates that have to begin again: their checks changed, or the plan that asks them did, or the flag of that plan
/// divides units in another way.
fn gates(changes: &[Change], old: &Node<'_>, new: &Node<'_>) -> Vec<GateReset> {
    let mut resets: Vec<GateReset> = Vec::new();
    let mut reset = |gate: &str, because: &Change| {
        if resets.iter().all(|known| known.gate != gate) {
            resets.push(GateReset { gate: gate.to_owned(), because: because.path.clone() });
        }
    };
    let was = |gate: &str| entries(old, "gates").any(|entry| entry.key == gate);
    for gate in entries(new, "gates").filter(|entry| was(entry.key)) {
        // Its own checks, or what one of its metrics asks for.
        let mut paths = vec![Path::ROOT.key("gates").key(gate.key).to_string()];
        let mut metrics = Vec::new();
        named_under(&gate.value, "metric", &mut metrics);
        paths.extend(metrics.iter().map(|metric| Path::ROOT.key("metrics").key(metric).to_string()));
        let changed = |change: &&Change| paths.iter().any(|path| lies_under(&change.path, path));
        if let Some(change) = changes.iter().find(changed) {
            reset(gate.key, change);
        }
    }
    for plan in entries(new, "plans") {
        let path = Path::ROOT.key("plans").key(plan.key).to_string();
        let flag = entries_of(&plan.value).find(|entry| entry.key == "flag");
        let flag = flag.and_then(|entry| match entry.value.content {
            Content::Text(name) => Some(Path::ROOT.key("flags").key(name).to_string()),
            _ => None,
        });
        let divides = |change: &&Change| {
            let rest = flag.as_ref().and_then(|flag| {
                lies_under(&change.path, flag).then(|| change.path.get(flag.len()..).unwrap_or_default())
            });
            rest.is_some_and(|rest| {
                rest.is_empty() || rest.split(['.', '[']).any(|word| DIVIDING.contains(&word))
            })
        };
        let mut asked = Vec::new();
        named_under(&plan.value, "gate", &mut asked);
        named_under(&plan.value, "dry_run", &mut asked);
        let changed = changes.iter().find(|change| lies_under(&change.path, &path));
        if let Some(change) = changed.or_else(|| changes.iter().find(divides)) {
            asked.iter().filter(|gate| was(gate)).for_each(|gate| reset(gate, change));
        }
    }
    resets
}

pub(super) fn entries_of<'n>(node: &Node<'n>) -> impl Iterator<Item = &'n Entry<'n>> + use<'n> {
    match node.content {
        Content::Map(entries) => entries,
        _ => &[],
    }
    .iter()
}

pub(super) fn entries<'n>(
    document: &Node<'n>,
    section: &str,
) -> impl Iterator<Item = &'n Entry<'n>> + use<'n> {
    let node = entries_of(document).find(|entry| entry.key == section).map(|entry| entry.value);
    node.into_iter().flat_map(|node| entries_of(&node))
}

/// The names that stand under `key`, one or a list of them, wherever in a part of the document.
pub(super) fn named_under<'n>(node: &Node<'n>, key: &str, into: &mut Vec<&'n str>) {
    match node.content {
        Content::Map(entries) => {
            for entry in entries {
                match entry.value.content {
                    Content::Text(name) if entry.key == key => into.push(name),
                    Content::List(names) if entry.key == key => {
                        into.extend(names.iter().filter_map(|name| match name.content {
                            Content::Text(name) => Some(name),
                            _ => None,
                        }));
                    }
                    _ => named_under(&entry.value, key, into),
                }
            }
        }
        Content::List(items) => items.iter().for_each(|item| named_under(item, key, into)),
        _ => {}
    }
}
