//! Cases that are known to fail, and why.

use super::data::{Places, items, json};
use std::io;

/// The list of `known.json`: `[{"suite", "case", "reason"}]`; a `*` at the end of a case stands for any rest of it.
#[derive(Debug, Clone, Default)]
pub struct Known(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    suite: String,
    case: String,
    reason: String,
}

impl Known {
    pub(super) fn read(places: &Places) -> io::Result<Self> {
        let list = json(&places.committed.join("known.json"))?;
        let text = |entry: &serde_json::Value, key: &str| {
            entry.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        };
        let entries = items(&list, "known").iter();
        let entries = entries.map(|entry| Entry {
            suite: text(entry, "suite"),
            case: text(entry, "case"),
            reason: text(entry, "reason"),
        });
        Ok(Self(entries.collect()))
    }

    /// Why a case is known to fail.
    #[must_use]
    pub fn reason(&self, suite: &str, case: &str) -> Option<&str> {
        self.0.iter().find(|entry| entry.is(suite, case)).map(|entry| entry.reason.as_str())
    }

    /// The entries of a suite that none of these cases is.
    pub(super) fn stale(&self, suite: &str, failed: &[(String, String)]) -> Vec<String> {
        let own = self.0.iter().filter(|entry| entry.suite == suite);
        let stale = own.filter(|entry| !failed.iter().any(|(case, _)| entry.is(suite, case)));
        stale.map(|entry| entry.case.clone()).collect()
    }
}

impl Entry {
    fn is(&self, suite: &str, case: &str) -> bool {
        let same = match self.case.strip_suffix('*') {
            Some(begin) => case.starts_with(begin),
            None => self.case == case,
        };
        self.suite == suite && same
    }
}
