//! Gates, as a document writes them.

use super::metric;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::engine::Engine;
use crate::ruleset::fields::{Fields, Reader};
use cutover_gates::{Better, Bound, Check, Gate, Level, Metric, MetricKind, Mode, Test, Threshold};
use std::collections::BTreeMap;

pub(crate) const GATE_KEYS: &[&str] = &["description", "checks", "alpha", "retain"];

pub(crate) const CHECK_KEYS: &[&str] = &[
    "metric",
    "name",
    "test",
    "above",
    "at_least",
    "below",
    "at_most",
    "between",
    "for",
    "baseline",
    "better",
    "than",
    "share",
    "mode",
    "min_samples",
    "freshness",
    "consecutive_errors",
    "initial_delay",
    "weight",
];

const BOUNDS: [&str; 5] = ["above", "at_least", "below", "at_most", "between"];

const BETTER: &[(&str, Better)] = &[("lower", Better::Lower), ("higher", Better::Higher)];

const MODES: &[(&str, Mode)] = &[("blocking", Mode::Blocking), ("dry_run", Mode::DryRun)];

/// The words of `test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Threshold,
    Harm,
    Margin,
    Share,
    SlowerThan,
    SampleRatio,
    Divergence,
}

const TESTS: &[(&str, Asked)] = &[
    ("threshold", Asked::Threshold),
    ("harm", Asked::Harm),
    ("margin", Asked::Margin),
    ("share", Asked::Share),
    ("slower_than", Asked::SlowerThan),
    ("sample_ratio", Asked::SampleRatio),
    ("divergence", Asked::Divergence),
];

/// The most evaluations that a state carries with it, and the most samples that somebody can wait for.
const MOST_RETAINED: u64 = 10_000;
pub(crate) const MOST_SAMPLES: u64 = 1_000_000_000_000;

type Metrics = BTreeMap<String, Metric>;

/// Reads a gate.
pub(super) fn read(
    reader: &mut Reader,
    name: &str,
    node: &Node<'_>,
    path: Path<'_>,
    metrics: Option<&Metrics>,
) -> Option<Gate> {
    let mut fields = reader.fields(node, path)?;
    if let Some(node) = fields.take("description") {
        reader.text(node, path.key("description"))?;
    }
    let alpha = fields.take("alpha");
    let alpha = alpha.map(|node| (node, reader.measure(node, path.key("alpha"))));
    let retain = fields.take("retain").map(|node| reader.whole(node, path.key("retain"), (0, MOST_RETAINED)));
    let checks = fields.need(reader, path, "checks");
    fields.finish(reader, path, GATE_KEYS);
    let (checks, checks_path) = (checks?, path.key("checks"));
    let nodes = reader.list(checks, checks_path)?;
    let read: Vec<Option<Check>> = nodes
        .iter()
        .enumerate()
        .map(|(index, node)| check(reader, node, checks_path.index(index), metrics))
        .collect();
    let read = read.into_iter().collect::<Option<Vec<Check>>>()?;
    let problems = match Gate::new(name, read) {
        Ok(gate) => {
            let gate =
                gate.naming_nearest(|name, names| crate::suggest::nearest(name, names.iter().copied()));
            let gate = match retain {
                Some(retain) => gate.retaining(usize::try_from(retain?).ok()?),
                None => gate,
            };
            let Some((node, alpha)) = alpha else { return Some(gate) };
            let alpha = alpha?;
            match gate.with_alpha(alpha) {
                Ok(gate) => return Some(gate),
                Err(invalid) => (invalid, node, path.key("alpha")),
            }
        }
        Err(invalid) => (invalid, checks, checks_path),
    };
    let (invalid, node, path) = problems;
    for problem in invalid.0 {
        let item = problem.check.and_then(|index| nodes.get(index).map(|node| (index, node)));
        let (path, at) = match item {
            Some((index, node)) => (path.index(index).to_string(), node.at),
            None => (path.to_string(), node.at),
        };
        reader.note(Diagnostic::error("bad_gate", path, at, problem.message));
    }
    None
}

fn check(reader: &mut Reader, node: &Node<'_>, path: Path<'_>, metrics: Option<&Metrics>) -> Option<Check> {
    let mut fields = reader.fields(node, path)?;
    let metric_node = fields.need(reader, path, "metric");
    let name = metric_node.and_then(|node| metric::name(reader, node, path.key("metric"), metrics));
    let test = test(reader, &mut fields, path);
    let mut check = Check::new(name.as_ref().map_or("?", |name| name.value), test.unwrap_or(NO_TEST));
    let sound = settings(reader, &mut fields, path, &mut check);
    fields.finish(reader, path, CHECK_KEYS);
    let name = name?;
    if let Some(Metric { kind: MetricKind::Gauge, .. }) = metrics.and_then(|metrics| metrics.get(name.value))
        && check.test.is_statistical()
    {
        let message = format!("`{}` is a gauge, and `{}` needs counts", name.value, check.test.name());
        reader.note(
            Diagnostic::error("bad_gate", path.to_string(), node.at, message)
                .expected(["a metric of the kind counter or ratio"]),
        );
    }
    (test.is_some() && sound.is_some()).then_some(check)
}

/// Stands for a test that could not be read, while the rest of the check is.
const NO_TEST: Test = Test::Share { at_most: 0.5 };

/// Takes what every check may have.
fn settings(reader: &mut Reader, fields: &mut Fields<'_>, path: Path<'_>, check: &mut Check) -> Option<()> {
    if let Some(node) = fields.take("name") {
        check.name = reader.text(node, path.key("name"))?.to_owned();
    }
    if let Some(node) = fields.take("mode") {
        check.mode = reader.word(node, path.key("mode"), MODES)?;
    }
    if let Some(node) = fields.take("min_samples") {
        check.min_samples = reader.whole(node, path.key("min_samples"), (0, MOST_SAMPLES))?;
    }
    if let Some(node) = fields.take("freshness") {
        check.freshness = reader.span(node, path.key("freshness"))?;
    }
    if let Some(node) = fields.take("consecutive_errors") {
        let errors = reader.whole(node, path.key("consecutive_errors"), (0, u64::from(u32::MAX)))?;
        check.consecutive_errors = u32::try_from(errors).unwrap_or(u32::MAX);
    }
    if let Some(node) = fields.take("initial_delay") {
        check.initial_delay = reader.span(node, path.key("initial_delay"))?;
    }
    if let Some(node) = fields.take("weight") {
        check.weight = reader.measure(node, path.key("weight"))?;
    }
    Some(())
}

/// Takes `test` and what belongs to it.
fn test(reader: &mut Reader, fields: &mut Fields<'_>, path: Path<'_>) -> Option<Test> {
    let asked = match fields.take("test") {
        Some(node) => reader.word(node, path.key("test"), TESTS)?,
        None => Asked::Threshold,
    };
    if asked == Asked::Threshold {
        return threshold(reader, fields, path).map(Test::Threshold);
    }
    let mut measure = |reader: &mut Reader, key: &'static str, needed: bool| {
        let node = if needed { fields.need(reader, path, key)? } else { fields.take(key)? };
        reader.measure(node, path.key(key))
    };
    Some(match asked {
        Asked::Harm => Test::Harm { better: better(reader, fields, path)? },
        Asked::Margin => {
            let at_most = measure(reader, "at_most", true);
            Test::Margin { better: better(reader, fields, path)?, at_most: at_most? }
        }
        Asked::Share => Test::Share { at_most: measure(reader, "at_most", true)? },
        Asked::SlowerThan => {
            // The 95th percentile is below a time where at most one request of twenty is slower.
            let at_most = measure(reader, "at_most", false).unwrap_or(0.05);
            let than = fields.need(reader, path, "than")?;
            #[expect(clippy::cast_precision_loss, reason = "durations of documents are years at the most")]
            let than = reader.span(than, path.key("than"))? as f64;
            Test::SlowerThan { than, at_most }
        }
        Asked::SampleRatio => Test::SampleRatio { share: measure(reader, "share", false) },
        Asked::Divergence => Test::Divergence { at_most: measure(reader, "at_most", false) },
        Asked::Threshold => return None,
    })
}

fn better(reader: &mut Reader, fields: &mut Fields<'_>, path: Path<'_>) -> Option<Better> {
    match fields.take("better") {
        Some(node) => reader.word(node, path.key("better"), BETTER),
        None => Some(Better::Lower),
    }
}

/// Takes a bound, `for` and `baseline`: what gates and triggers say alike.
pub(crate) fn threshold(reader: &mut Reader, fields: &mut Fields<'_>, path: Path<'_>) -> Option<Threshold> {
    let at = fields.at;
    let (first, second) = fields.take_kinds(|key| BOUNDS.iter().position(|bound| *bound == key));
    let hold = fields.take("for").map(|node| reader.span(node, path.key("for")));
    let baseline = fields.take("baseline").map(|node| reader.measure(node, path.key("baseline")));
    let note = |reader: &mut Reader, at, message| {
        let diagnostic = Diagnostic::error("bad_threshold", path.to_string(), at, message);
        reader.note(diagnostic.expected(BOUNDS));
    };
    let Some((kind, node)) = first else {
        note(reader, at, "nothing says where the value has to be");
        return None;
    };
    if let Some((_, node)) = second {
        note(reader, node.at, "a value is compared in one way");
        return None;
    }
    let key = BOUNDS.get(kind).copied().unwrap_or_default();
    let bound = match key {
        "between" => {
            let [low, high] = reader.list(node, path.key(key))? else {
                reader.wrong_type(node, path.key(key), "a list of two numbers, the lower one first");
                return None;
            };
            Bound::Between(
                level(reader, low, path.key(key).index(0))?,
                level(reader, high, path.key(key).index(1))?,
            )
        }
        _ => {
            let level = level(reader, node, path.key(key))?;
            match key {
                "above" => Bound::Above(level),
                "at_least" => Bound::AtLeast(level),
                "below" => Bound::Below(level),
                _ => Bound::AtMost(level),
            }
        }
    };
    let mut threshold = Threshold::new(bound);
    if let Some(hold) = hold {
        threshold = threshold.holding_for(hold?);
    }
    if let Some(baseline) = baseline {
        threshold = threshold.with_baseline(baseline?);
    }
    Some(threshold)
}

/// Reads a number, or `{ baseline: 120% }`.
fn level(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Level> {
    let Content::Map(_) = node.content else { return reader.measure(node, path).map(Level::Absolute) };
    let mut fields = reader.fields(node, path)?;
    let times = fields.need(reader, path, "baseline");
    let times = times.and_then(|node| reader.measure(node, path.key("baseline")));
    fields.finish(reader, path, &["baseline"]);
    times.map(Level::OfBaseline)
}

impl Engine {
    /// The gate of a name. [`Gate::evaluate`] says what it comes to, [`cutover_gates::Log`] also keeps what it was decided
    /// from.
    ///
    /// ```
    /// use cutover::{Engine, gates::{Log, Observation, Verdict}};
    /// let engine = Engine::from_str(
    ///     "cutover: 1
    /// gates:
    ///   v2_step:
    ///     checks:
    ///       - { metric: precision, at_least: 0.95 }
    ///       - { metric: p95_response_time_ms, at_most: { baseline: 120% } }
    /// ",
    /// )?;
    /// let gate = engine.gate("v2_step").unwrap();
    /// let mut log = Log::new(gate);
    /// let seen = vec![
    ///     Observation::value("precision", 1_000, 0.96),
    ///     Observation::value("p95_response_time_ms", 1_000, 130.0).with_baseline(100.0),
    /// ];
    /// assert_eq!(log.evaluate(gate, seen, 1_000)?.verdict, Verdict::Fail);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn gate(&self, name: &str) -> Option<&Gate> {
        self.sections().gates.get(name)
    }

    /// The names of the gates, sorted.
    pub fn gates(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sections().gates.keys().map(String::as_str)
    }
}
