//! What was measured in both arms, and whether the new one is better.

use super::{Asked, words};
use crate::guarded::Guarded;
use crate::{Millis, Verdict};
use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use cutover_gates::{
    Answer, Better, Check, Comparison, Counts, Gate, Log, Metric, Point, Report as GateReport, SampleRatio,
    Tally, Test, compare_arms, sample_ratio,
};
use serde::Serialize;

/// So many points of a metric are in a report; of more, every so many-th.
const POINTS: usize = 400;

/// What was measured of a metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measure {
    /// The metric.
    pub metric: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// Whether the new arm is better. Of a value without counts nothing is shown either way; neither is of arms that do
    /// not get the requests that were planned.
    pub answer: Answer,
    /// Whether more of it is better, or less.
    pub better: &'static str,
    /// The last value of the new side, or the rate of its arm.
    pub value: Option<f64>,
    /// What the old side has.
    pub baseline: Option<f64>,
    /// When that was.
    pub at: Option<Millis>,
    /// Both arms by their counts, and from where to where their difference may be; none of a value.
    pub comparison: Option<Comparison>,
    /// By how much the new rate may be worse, where a gate says so.
    pub margin: Option<f64>,
    /// Where its events are slow requests: what they are slower than, and how many may be.
    pub slower_than: Option<Slow>,
    /// What was measured, in the order of time.
    pub series: Vec<Point>,
    /// The error of the source, where the last thing it told is one.
    pub error: Option<String>,
}

/// When a request is slow, and how many may be: 5 % for a p95.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slow {
    /// In milliseconds.
    pub than: f64,
    /// The share that may be.
    pub at_most: f64,
}

/// A target, and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kpi {
    /// What it is called.
    pub name: String,
    /// The metric.
    pub metric: String,
    /// Its unit.
    pub unit: Option<String>,
    /// What the old side has.
    pub baseline: Option<f64>,
    /// What is asked for, in words.
    pub target: String,
    /// What the new side has.
    pub actual: Option<f64>,
    /// What its check says.
    pub status: Verdict,
    /// Whether these are shares of requests.
    pub counted: bool,
    /// Whether it holds the rollout.
    pub blocking: bool,
}

/// All that was measured.
pub(super) struct Measured {
    pub(super) metrics: Vec<Measure>,
    pub(super) sample_ratio: Option<SampleRatio>,
    /// How many requests of the new arm come in a millisecond, by metric.
    pub(super) rates: BTreeMap<String, f64>,
}

/// The checks of the gates that were judged.
fn checks<'g>(plan: &'g Guarded, gates: &[GateReport<'_>]) -> Vec<(&'g Gate, usize, &'g Check)> {
    let gate = |report: &GateReport<'_>| plan.gates().find(|gate| gate.name() == report.gate);
    let checks = |gate: &'g Gate| gate.checks().iter().enumerate().map(move |(at, check)| (gate, at, check));
    gates.iter().filter_map(gate).flat_map(checks).collect()
}

pub(super) fn measured(
    plan: &Guarded,
    logs: &BTreeMap<String, Log>,
    asked: &Asked<'_>,
    gates: &[GateReport<'_>],
) -> Measured {
    let checks = checks(plan, gates);
    let mut names: Vec<&str> = checks.iter().map(|(_, _, check)| check.metric.as_str()).collect();
    names.extend(plan.watched().iter().flatten().map(|watched| watched.metric.as_str()));
    names.extend(asked.observations.iter().map(|seen| seen.metric.as_str()));
    let mut known = BTreeSet::new();
    names.retain(|name| known.insert(*name));
    let tallies: Vec<(&str, Tally)> =
        names.iter().map(|name| (*name, Tally::of(name, asked.observations, asked.now))).collect();
    let sample_ratio = ratio(gates, &checks, &tallies, asked.alpha);
    let void = sample_ratio.is_some_and(|ratio| !ratio.sound);
    let rates = tallies.iter().filter_map(|(name, tally)| {
        let (from, to) = tally.span?;
        Some(((*name).to_owned(), float(tally.new.total) / float(crate::between(from, to).max(1))))
    });
    Measured {
        rates: rates.collect(),
        sample_ratio,
        metrics: tallies
            .iter()
            .map(|(name, tally)| measure(name, tally, &checks, logs, asked, void))
            .collect(),
    }
}

fn measure(
    name: &str,
    tally: &Tally,
    checks: &[(&Gate, usize, &Check)],
    logs: &BTreeMap<String, Log>,
    asked: &Asked<'_>,
    void: bool,
) -> Measure {
    let its_own = || checks.iter().filter(|(_, _, check)| check.metric == name);
    let way = |check: &Check| match &check.test {
        Test::Harm { better } | Test::Margin { better, .. } => Some(*better),
        Test::Threshold(threshold) => match threshold.bound {
            cutover_gates::Bound::Above(_) | cutover_gates::Bound::AtLeast(_) => Some(Better::Higher),
            _ => Some(Better::Lower),
        },
        _ => None,
    };
    let better = its_own().find_map(|(_, _, check)| way(check)).unwrap_or_default();
    let (mut old, mut new) = (tally.old, tally.new);
    for (gate, at, check) in its_own().filter(|(_, _, check)| check.test.is_statistical()) {
        let counted = logs.get(gate.name()).and_then(|log| log.state().counted(*at));
        let Some(mut counted) = counted.filter(|_| !matches!(check.test, Test::SampleRatio { .. })) else {
            continue;
        };
        // Where more is better, a gate counts what did not happen.
        if way(check) == Some(Better::Higher) {
            counted = (counted.0.others(), counted.1.others());
        }
        if counted.0.total.saturating_add(counted.1.total) > old.total.saturating_add(new.total) {
            (old, new) = counted;
        }
    }
    let counted = old.total > 0 || new.total > 0;
    let comparison = counted.then(|| compare_arms(old, new, better, asked.alpha));
    let answer = comparison.filter(|_| !void).map_or(Answer::NotYetKnown, |comparison| comparison.answer);
    let last = tally.points.iter().rev().find(|point| point.value.is_some());
    let rate = |counts: Counts| counts.rate().filter(|_| counted);
    let metric = asked.metrics.and_then(|metrics| metrics.get(name));
    let every = tally.points.len().div_ceil(POINTS).max(1);
    Measure {
        metric: name.to_owned(),
        description: metric.and_then(|metric| metric.description.clone()),
        unit: metric.and_then(|metric| metric.unit.clone()),
        answer,
        better: if better == Better::Higher { "higher" } else { "lower" },
        value: rate(new).or(last.and_then(|point| point.value)),
        baseline: rate(old).or(last.and_then(|point| point.baseline)),
        at: last.map(|point| point.at),
        comparison,
        margin: its_own().find_map(|(_, _, check)| match check.test {
            Test::Margin { at_most, .. } => Some(at_most),
            _ => None,
        }),
        slower_than: its_own().find_map(|(_, _, check)| match check.test {
            Test::SlowerThan { than, at_most } => Some(Slow { than, at_most }),
            _ => None,
        }),
        // The last point is always there.
        series: tally.points.iter().rev().step_by(every).rev().copied().collect(),
        error: tally.error.clone(),
    }
}

/// By the gate that watches it, otherwise by the windows of the share that was planned last.
fn ratio(
    gates: &[GateReport<'_>],
    checks: &[(&Gate, usize, &Check)],
    tallies: &[(&str, Tally)],
    alpha: f64,
) -> Option<SampleRatio> {
    let judged = gates.iter().flat_map(|gate| &gate.checks).find(|check| check.test == "sample_ratio");
    let judged = judged.and_then(|check| {
        let planned =
            tallies.iter().find(|(name, _)| *name == check.metric).and_then(|(_, tally)| tally.share);
        let written = checks.iter().find_map(|(_, _, known)| match known.test {
            Test::SampleRatio { share } if known.name == check.check => share,
            _ => None,
        });
        Some(SampleRatio {
            sound: check.verdict != Verdict::Fail,
            planned: check.threshold.or(planned).or(written)?,
            share: Some(check.value?),
            against: check.against?,
        })
    });
    judged.or_else(|| {
        let counted = tallies.iter().filter(|(_, tally)| tally.planned.0 > 0 || tally.planned.1 > 0);
        let (_, tally) = counted.max_by_key(|(_, tally)| tally.planned.0.saturating_add(tally.planned.1))?;
        Some(sample_ratio(
            tally.planned.0,
            tally.planned.1,
            tally.share.filter(|share| *share > 0.0 && *share < 1.0)?,
            alpha,
        ))
    })
}

pub(super) fn kpis(
    plan: &Guarded,
    gates: &[GateReport<'_>],
    measured: &Measured,
    metrics: Option<&BTreeMap<String, Metric>>,
) -> Vec<Kpi> {
    let reports = gates.iter().flat_map(|gate| &gate.checks);
    let kpi = |(report, (_, _, check)): (&cutover_gates::CheckReport<'_>, (&Gate, usize, &Check))| {
        let measure = measured.metrics.iter().find(|measure| measure.metric == check.metric);
        let written = match &check.test {
            Test::Threshold(threshold) => threshold.baseline,
            _ => None,
        };
        let ratio = matches!(check.test, Test::SampleRatio { .. });
        let baseline = written.or(measure.and_then(|measure| measure.baseline)).filter(|_| !ratio);
        let rate = measure.and_then(|measure| measure.value);
        Kpi {
            name: check.name.clone(),
            metric: check.metric.clone(),
            unit: metrics.and_then(|metrics| metrics.get(&check.metric)?.unit.clone()),
            baseline,
            target: words::asked(check),
            actual: if matches!(check.test, Test::Threshold(_)) || ratio { report.value } else { rate },
            status: report.verdict,
            counted: ratio || measure.is_some_and(|measure| measure.comparison.is_some()),
            blocking: report.mode == "blocking"
                && plan.plan().spec().dry_run.iter().all(|name| !is_of(plan, name, check)),
        }
    };
    reports.zip(checks(plan, gates)).map(kpi).collect()
}

/// Whether a gate of that name has this very check.
fn is_of(plan: &Guarded, gate: &str, check: &Check) -> bool {
    let gate = plan.gates().find(|known| known.name() == gate);
    gate.is_some_and(|gate| gate.checks().iter().any(|known| core::ptr::eq(known, check)))
}

#[expect(clippy::cast_precision_loss, reason = "counts and times stay below 2^53")]
fn float(number: u64) -> f64 {
    number as f64
}
