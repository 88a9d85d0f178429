//! When the alerts of a migration fire, as a document writes it.

use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use crate::ruleset::fields::Reader;

/// How much of something is too much, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit {
    /// Events a second, or seconds.
    pub(crate) above: f64,
    pub(crate) for_ms: u64,
}

/// The limits of a migration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Alerts {
    /// Reads that go on to the other store, a second.
    pub(crate) fallbacks: Limit,
    /// Writes that the new store does not take, a second.
    pub(crate) write_errors: Limit,
    /// Seconds until the new store has answered a read, at the 95th percentile.
    pub(crate) read_p95: Limit,
}

impl Alerts {
    /// For how long each waits.
    pub(crate) fn waits(&self) -> [u64; 3] {
        [self.fallbacks.for_ms, self.write_errors.for_ms, self.read_p95.for_ms]
    }
}

impl Default for Alerts {
    fn default() -> Self {
        const MINUTE: u64 = 60_000;
        Self {
            fallbacks: Limit { above: 0.01, for_ms: 5 * MINUTE },
            write_errors: Limit { above: 0.0, for_ms: 2 * MINUTE },
            read_p95: Limit { above: 0.5, for_ms: 5 * MINUTE },
        }
    }
}

pub(crate) const KEYS: &[&str] = &["fallbacks", "write_errors", "read_p95"];

/// The longest that an alert waits: a week.
const HOLD: (u64, u64) = (0, 604_800_000);
/// The most events a second.
const RATE: f64 = 1e9;
/// What a percentile can be compared with, in milliseconds: the last bucket of the executors that ends is of 5 seconds, and
/// no percentile computed from them is above.
const LATENCY: (u64, u64) = (1, 4_999);

/// Reads `alerts`.
pub(crate) fn alerts(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Alerts> {
    let mut fields = reader.fields(node, path)?;
    let mut alerts = Alerts::default();
    for (key, limit) in [("fallbacks", &mut alerts.fallbacks), ("write_errors", &mut alerts.write_errors)] {
        let Some(node) = fields.take(key) else { continue };
        one(reader, node, path.key(key), limit, rate);
    }
    if let Some(node) = fields.take("read_p95") {
        one(reader, node, path.key("read_p95"), &mut alerts.read_p95, |reader, node, path| {
            let ms = reader.duration(node, path, LATENCY)?;
            Some(f64::from(u32::try_from(ms).ok()?) / 1000.0)
        });
    }
    fields.finish(reader, path, KEYS);
    Some(alerts)
}

fn one(
    reader: &mut Reader,
    node: &Node<'_>,
    path: Path<'_>,
    limit: &mut Limit,
    read: impl Fn(&mut Reader, &Node<'_>, Path<'_>) -> Option<f64>,
) {
    let Some(mut fields) = reader.fields(node, path) else { return };
    let above = fields.take("above").and_then(|node| read(reader, node, path.key("above")));
    let hold = fields.take("for").and_then(|node| reader.duration(node, path.key("for"), HOLD));
    fields.finish(reader, path, &["above", "for"]);
    limit.above = above.unwrap_or(limit.above);
    limit.for_ms = hold.unwrap_or(limit.for_ms);
}

/// Events a second.
fn rate(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<f64> {
    let above = reader.measure(node, path)?;
    if (0.0..=RATE).contains(&above) {
        return Some(above);
    }
    reader.note(
        Diagnostic::error("bad_number", path.to_string(), node.at, "this is no rate of alarm")
            .found(node.quoted())
            .expected(["events a second, 0 to 1000000000, such as 0.01"]),
    );
    None
}
