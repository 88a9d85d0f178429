//! Switches that are those of one migration: reads and writes go to the new store, backups and a way back to the old one.

use crate::group::Switch;
use crate::{Origin, Sure};
use serde::Serialize;

/// A migration whose switches were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Migration {
    /// The store that is left, by the name of a switch.
    pub old: String,
    /// The store that comes.
    pub new: String,
    /// The variable that sends reads to the new store.
    pub read: String,
    /// The one that sends writes there.
    pub write: String,
    /// The one that keeps the old store up to date.
    pub backup: Option<String>,
    /// The one that sends all of it back.
    pub emergency: Option<String>,
}

/// `USE_<NEW>_READ` and `USE_<NEW>_WRITE`, with `KEEP_<OLD>_BACKUP` or `FORCE_<OLD>_FALLBACK`. Where there are several of either
/// it is not known which belong together, and nothing is said.
pub(crate) fn migrations(switches: &[Switch]) -> Vec<Migration> {
    let names: Vec<&str> = switches
        .iter()
        .filter(|switch| switch.origin == Origin::Environment && switch.sure > Sure::Guess)
        .map(|switch| switch.name.as_str())
        .collect();
    let between = |begin: &str, end: &str| -> Vec<(&str, String)> {
        let inner = |name: &&str| name.strip_prefix(begin)?.strip_suffix(end).map(str::to_ascii_lowercase);
        names.iter().filter_map(|name| Some((*name, inner(name)?))).collect()
    };
    let (reads, writes) = (between("USE_", "_READ"), between("USE_", "_WRITE"));
    let (backups, forces) = (between("KEEP_", "_BACKUP"), between("FORCE_", "_FALLBACK"));
    let ([(read, new)], [(write, written)]) = (reads.as_slice(), writes.as_slice()) else {
        return Vec::new();
    };
    let mut olds: Vec<&String> = backups.iter().chain(&forces).map(|(_, old)| old).collect();
    olds.dedup();
    let [old] = olds.as_slice() else { return Vec::new() };
    if new != written || *old == new || new.is_empty() || old.is_empty() {
        return Vec::new();
    }
    let only = |found: &[(&str, String)]| found.first().map(|(name, _)| (*name).to_owned());
    vec![Migration {
        old: (*old).clone(),
        new: new.clone(),
        read: (*read).to_owned(),
        write: (*write).to_owned(),
        backup: only(&backups),
        emergency: only(&forces),
    }]
}
