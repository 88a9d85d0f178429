//! Metrics, as a document declares them.

use crate::document::{Content, Node, Path};
use crate::engine::Engine;
use crate::ruleset::fields::{Reader, Spanned};
use cutover_gates::{Arms, Metric, MetricKind, Query};
use std::collections::BTreeMap;

pub(crate) const KEYS: &[&str] = &["kind", "description", "unit", "query", "arms"];

pub(super) const KINDS: &[(&str, MetricKind)] =
    &[("gauge", MetricKind::Gauge), ("counter", MetricKind::Counter), ("ratio", MetricKind::Ratio)];

/// Reads a metric.
pub(super) fn read(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Metric> {
    let mut fields = reader.fields(node, path)?;
    let kind = fields.need(reader, path, "kind");
    let kind = kind.and_then(|node| reader.word(node, path.key("kind"), KINDS));
    let mut text = |reader: &mut Reader, key| {
        fields.take(key).and_then(|node| reader.text(node, path.key(key))).map(str::to_owned)
    };
    let (description, unit) = (text(reader, "description"), text(reader, "unit"));
    let query = fields.take("query").and_then(|node| query(reader, node, path.key("query")));
    let arms = fields.take("arms").and_then(|node| arms(reader, node, path.key("arms")));
    fields.finish(reader, path, KEYS);
    Some(Metric { kind: kind?, description, unit, query, arms })
}

/// What stands for a metric that could not be read.
pub(super) fn unreadable() -> Metric {
    Metric { kind: MetricKind::Gauge, description: None, unit: None, query: None, arms: None }
}

fn query(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Query> {
    if let Content::Text(text) = node.content {
        return Some(Query::Value(text.to_owned()));
    }
    let mut fields = reader.fields(node, path)?;
    let mut text = |reader: &mut Reader, key| {
        let node = fields.need(reader, path, key)?;
        Some(reader.text(node, path.key(key))?.to_owned())
    };
    let (events, total) = (text(reader, "events"), text(reader, "total"));
    fields.finish(reader, path, &["events", "total"]);
    Some(Query::Counts { events: events?, total: total? })
}

fn arms(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Arms> {
    let mut fields = reader.fields(node, path)?;
    let mut text = |reader: &mut Reader, key| {
        let node = fields.need(reader, path, key)?;
        Some(reader.text(node, path.key(key))?.to_owned())
    };
    let (label, old, new) = (text(reader, "label"), text(reader, "old"), text(reader, "new"));
    fields.finish(reader, path, &["label", "old", "new"]);
    Some(Arms { label: label?, old: old?, new: new? })
}

/// Reads the name of a metric; notes where the document declares metrics, and not this one.
pub(super) fn name<'a>(
    reader: &mut Reader,
    node: &Node<'a>,
    path: Path<'_>,
    known: Option<&BTreeMap<String, Metric>>,
) -> Option<Spanned<&'a str>> {
    let name = reader.spanned_text(node, path)?;
    if let Some(known) = known
        && !known.contains_key(name.value)
    {
        reader.unknown_name("unknown_metric", "metric", &name, known.keys().map(String::as_str));
        return None;
    }
    Some(name)
}

impl Engine {
    /// The metrics that the ruleset declares, by name, sorted.
    ///
    /// ```
    /// use cutover::{Engine, gates::MetricKind};
    /// let engine = Engine::from_str("cutover: 1\nmetrics: { error_rate: { kind: gauge, query: 'job:errors:rate5m' } }")?;
    /// let (name, metric) = engine.metrics().next().unwrap();
    /// assert_eq!((name, metric.kind), ("error_rate", MetricKind::Gauge));
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    pub fn metrics(&self) -> impl Iterator<Item = (&str, &Metric)> {
        let metrics = self.sections().metrics.iter().flatten();
        metrics.map(|(name, metric)| (name.as_str(), metric))
    }
}
