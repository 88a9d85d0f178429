//! What nodes report: the epoch that each decides with, the oldest operation that is still open, and what they counted.
//! So it is known when a change is adopted everywhere.

use crate::store::NodeRow;
use cutover::gates::Counts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A node that is silent for so long, in milliseconds, is lost.
pub(crate) const LOST_MS: i64 = 60_000;
/// A node that is silent for so long, in milliseconds, is forgotten.
pub(crate) const FORGOTTEN_MS: i64 = 7 * 24 * 3_600_000;
/// So many nodes an environment may have; a hostile one cannot fill the memory.
const MOST: usize = 20_000;
/// So many metrics a node may count.
const MOST_METRICS: usize = 200;

/// What an arm counted since the node began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arms {
    /// The old side.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub old: Counts,
    /// The new side.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub new: Counts,
}

/// What a node reports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Report {
    /// Its name: the same as long as it runs, and no other node's.
    pub node: String,
    /// The version that it decides with.
    pub epoch: i64,
    /// The version under which its oldest open operation began; null where none is open.
    #[serde(default)]
    pub oldest_open: Option<i64>,
    /// What it counted since it began, by metric.
    #[serde(default)]
    pub counts: BTreeMap<String, Arms>,
}

/// What a node counted: as it says, and what it had counted before it began anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Tally {
    said: BTreeMap<String, Arms>,
    before: BTreeMap<String, Arms>,
}

/// How far a version is adopted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Adoption {
    /// The version.
    pub version: i64,
    /// Whether every node that is not lost decides with it, with nothing older open, and none is lost.
    pub adopted: bool,
    /// How many nodes decide with it and have nothing older open: guards G1 and G2.
    pub acknowledged: usize,
    /// How many nodes there are that are not lost.
    pub nodes: usize,
    /// Nodes that decide with an older version.
    pub behind: Vec<String>,
    /// Nodes in which an operation is open that began under an older version.
    pub draining: Vec<String>,
    /// Nodes that have been silent for a minute. They count as not having adopted anything.
    pub lost: Vec<String>,
}

/// The nodes of an environment.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    by_name: Mutex<BTreeMap<String, (NodeRow, bool)>>,
}

fn add(sum: &mut Counts, more: Counts) {
    *sum = Counts::new(sum.events.saturating_add(more.events), sum.total.saturating_add(more.total));
}

impl Nodes {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, (NodeRow, bool)>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a report.
    ///
    /// # Errors
    /// A sentence where it makes no sense.
    pub(crate) fn report(&self, env: &str, report: Report, now: i64) -> Result<(), String> {
        let Report { node, epoch, oldest_open, counts } = report;
        if node.is_empty() || node.len() > 200 {
            return Err("`node` is a name of 1 to 200 bytes".to_owned());
        }
        if epoch < 0 || oldest_open.is_some_and(|open| open < 0) {
            return Err("`epoch` and `oldest_open` are versions: whole numbers from 0".to_owned());
        }
        if counts.len() > MOST_METRICS {
            return Err(format!("`counts` has at most {MOST_METRICS} metrics"));
        }
        let mut all = self.lock();
        if !all.contains_key(&node) && all.len() >= MOST {
            return Err(format!("there are {MOST} nodes already"));
        }
        let known = all.get(&node).map(|(row, _)| row.counts.as_str()).unwrap_or_default();
        let mut tally: Tally = serde_json::from_str(known).unwrap_or_default();
        for (metric, said) in &tally.said {
            let now = counts.get(metric).copied().unwrap_or_default();
            if now.old.total < said.old.total || now.new.total < said.new.total {
                // It began anew: what it had counted stays counted.
                let before = tally.before.entry(metric.clone()).or_default();
                add(&mut before.old, said.old);
                add(&mut before.new, said.new);
            }
        }
        tally.said = counts;
        let row = NodeRow {
            env: env.to_owned(),
            node: node.clone(),
            epoch,
            oldest_open: oldest_open.unwrap_or(-1),
            counts: serde_json::to_string(&tally).unwrap_or_default(),
            seen_at: now,
        };
        all.insert(node, (row, true));
        Ok(())
    }

    /// What was reported here since the last time that this was asked.
    pub(crate) fn news(&self) -> Vec<NodeRow> {
        let mut all = self.lock();
        let news = all.values_mut().filter(|(_, new)| *new).map(|(row, new)| {
            *new = false;
            row.clone()
        });
        news.collect()
    }

    /// Takes what other instances heard, and forgets who was silent for long.
    pub(crate) fn learn(&self, rows: impl Iterator<Item = NodeRow>, now: i64) {
        let mut all = self.lock();
        for row in rows {
            if all.get(&row.node).is_none_or(|(known, _)| known.seen_at < row.seen_at) {
                all.insert(row.node.clone(), (row, false));
            }
        }
        all.retain(|_, (row, _)| row.seen_at > now - FORGOTTEN_MS);
    }

    /// How far a version is adopted.
    pub(crate) fn adoption(&self, version: i64, now: i64) -> Adoption {
        let (mut behind, mut draining, mut lost, mut acknowledged) = (Vec::new(), Vec::new(), Vec::new(), 0);
        let all = self.lock();
        for (name, (row, _)) in all.iter() {
            if row.seen_at <= now - LOST_MS {
                lost.push(name.clone());
            } else if row.epoch < version {
                behind.push(name.clone());
            } else if (0..version).contains(&row.oldest_open) {
                draining.push(name.clone());
            } else {
                acknowledged += 1;
            }
        }
        let (nodes, adopted) =
            (all.len() - lost.len(), behind.is_empty() && draining.is_empty() && lost.is_empty());
        Adoption { version, adopted, acknowledged, nodes, behind, draining, lost }
    }

    /// What all nodes together counted, by metric.
    pub(crate) fn counts(&self) -> BTreeMap<String, Arms> {
        let mut sums: BTreeMap<String, Arms> = BTreeMap::new();
        for (row, _) in self.lock().values() {
            let tally: Tally = serde_json::from_str(&row.counts).unwrap_or_default();
            for (metric, arms) in tally.said.into_iter().chain(tally.before) {
                let sum = sums.entry(metric).or_default();
                add(&mut sum.old, arms.old);
                add(&mut sum.new, arms.new);
            }
        }
        sums
    }

    /// Every node, as it reported last.
    pub(crate) fn all(&self) -> Vec<NodeRow> {
        self.lock().values().map(|(row, _)| row.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(node: &str, epoch: i64, oldest_open: Option<i64>) -> Report {
        Report { node: node.to_owned(), epoch, oldest_open, counts: BTreeMap::new() }
    }

    #[test]
    fn adopted_is_when_every_node_says_so_and_nothing_older_is_open() {
        let nodes = Nodes::default();
        nodes.report("dev", report("a", 2, None), 0).unwrap();
        nodes.report("dev", report("b", 1, None), 0).unwrap();
        nodes.report("dev", report("c", 2, Some(1)), 0).unwrap();
        let adoption = nodes.adoption(2, 1);
        assert!(!adoption.adopted);
        assert_eq!((adoption.behind, adoption.draining), (vec!["b".to_owned()], vec!["c".to_owned()]));
        nodes.report("dev", report("b", 2, Some(2)), 2).unwrap();
        nodes.report("dev", report("c", 3, None), 2).unwrap();
        assert!(nodes.adoption(2, 3).adopted);
        let later = nodes.adoption(2, LOST_MS + 1);
        assert_eq!((later.adopted, later.lost), (false, vec!["a".to_owned()]));
        assert!(nodes.report("dev", report("", 2, None), 0).is_err());
        assert!(nodes.report("dev", report("a", -1, None), 0).is_err());
    }

    #[test]
    fn what_a_node_counted_stays_counted_when_it_begins_anew() {
        let nodes = Nodes::default();
        let counted = |total| {
            let arms = Arms { old: Counts::new(1, total), new: Counts::new(0, total) };
            Report { counts: BTreeMap::from([("errors".to_owned(), arms)]), ..report("a", 1, None) }
        };
        for total in [10, 15, 4] {
            nodes.report("dev", counted(total), 0).unwrap();
        }
        assert_eq!(nodes.counts()["errors"].old, Counts::new(2, 19));
    }
}
