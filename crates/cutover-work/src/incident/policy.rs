//! What a ruleset says of incidents.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Severities with their objectives, what each feature's failing is, and what is checked around a rollback.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Severities, the worst first.
    pub severities: Vec<Severity>,
    /// The severity of a feature that fails.
    #[serde(default)]
    pub features: BTreeMap<String, String>,
    /// What is checked before a rollback.
    #[serde(default)]
    pub before_rollback: Vec<Item>,
    /// What is checked after one.
    #[serde(default)]
    pub after_rollback: Vec<Item>,
    /// Who is told, in the words of the host: channels, pages, lists.
    #[serde(default)]
    pub notify: Vec<String>,
}

/// How bad it is, and how soon it has to be over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Severity {
    /// Its name.
    pub name: String,
    /// The recovery-time objective, in milliseconds: resolved before that, it is met.
    pub objective_ms: u64,
    /// What is of this severity, for people.
    #[serde(default)]
    pub examples: Vec<String>,
}

/// An item of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// What is to be done.
    pub what: String,
}

impl Policy {
    /// The severity of a name.
    #[must_use]
    pub fn severity(&self, name: &str) -> Option<&Severity> {
        self.severities.iter().find(|severity| severity.name == name)
    }

    /// The severity of a feature that fails: its own, or the worst, for what nobody has rated is not harmless.
    ///
    /// ```
    /// use cutover_work::incident::{Policy, Severity};
    /// let severity = |name: &str| Severity { name: name.into(), objective_ms: 1, ..Severity::default() };
    /// let features = [("logo".into(), "minor".into())].into();
    /// let policy =
    ///     Policy { severities: vec![severity("critical"), severity("minor")], features, ..Policy::default() };
    /// assert_eq!(policy.of_feature("logo").unwrap().name, "minor");
    /// assert_eq!(policy.of_feature("till").unwrap().name, "critical");
    /// ```
    #[must_use]
    pub fn of_feature(&self, feature: &str) -> Option<&Severity> {
        let named = self.features.get(feature).and_then(|name| self.severity(name));
        named.or_else(|| self.severities.first())
    }

    /// What makes no sense: the keys, and one sentence.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, &'static str)> {
        let mut problems = Vec::new();
        let mut at = |path: String, message| problems.push((path, message));
        if self.severities.is_empty() {
            at("severities".into(), "without a severity no incident has an objective");
        }
        let mut names = BTreeSet::new();
        for (index, severity) in self.severities.iter().enumerate() {
            if !names.insert(severity.name.as_str()) {
                at(alloc::format!("severities[{index}]"), "another severity has this name");
            }
            if severity.objective_ms == 0 {
                at(alloc::format!("severities[{index}]"), "an objective of nothing is never met");
            }
        }
        for (feature, severity) in &self.features {
            if self.severity(severity).is_none() {
                at(alloc::format!("features.{feature}"), "there is no such severity");
            }
        }
        for (list, items) in
            [("before_rollback", &self.before_rollback), ("after_rollback", &self.after_rollback)]
        {
            let mut names = BTreeSet::new();
            for (index, item) in items.iter().enumerate() {
                if !names.insert(item.name.as_str()) {
                    at(alloc::format!("{list}[{index}]"), "another item of this list has this name");
                }
            }
        }
        problems
    }
}
