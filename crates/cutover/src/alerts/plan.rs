//! The rules of a plan, of its triggers that watch a metric.

use super::probe::{self, Look, Probe, Series};
use super::promql::{alert_name, operand, selector, text};
use super::{Group, Missing, Rule, Severity};
use cutover_gates::{Bound, Level, Metric, Query, Threshold};
use cutover_plans::{Action, Guarded, Trigger, Watched};
use std::collections::BTreeMap;

/// The longest wait that a test goes through, in milliseconds: a week.
const LONGEST: u64 = 604_800_000;

/// How far the samples of a test are apart, in milliseconds.
const SAMPLED: u64 = 15_000;

/// What the rules of a plan are made with.
pub(super) struct Watch<'a> {
    /// The name of the plan.
    pub(super) plan: &'a str,
    /// The metrics of the ruleset.
    pub(super) metrics: Option<&'a BTreeMap<String, Metric>>,
    /// How often their tests evaluate them.
    pub(super) step_ms: u64,
}

impl Watch<'_> {
    /// The rules. What they would need and the ruleset does not say is added to `missing`.
    pub(super) fn group(&self, guarded: &Guarded, missing: &mut Vec<Missing>) -> Group {
        let mut rules: Vec<Rule> = Vec::new();
        for (trigger, watched) in guarded.plan().spec().triggers.iter().zip(guarded.watched()) {
            // What the host tells by itself has no metric.
            let Some(watched) = watched else { continue };
            let metric = self.metrics.and_then(|metrics| metrics.get(&watched.metric));
            match self.rule(trigger, watched, metric) {
                Ok(mut rule) => {
                    let same = |name: &str| rules.iter().any(|known| known.name == name);
                    let plain = rule.name.clone();
                    let mut count = 2_usize;
                    while same(&rule.name) {
                        rule.name = format!("{plain}_{count}");
                        count += 1;
                    }
                    rules.push(rule);
                }
                // Several triggers may watch one metric.
                Err(problem) if missing.contains(&problem) => {}
                Err(problem) => missing.push(problem),
            }
        }
        Group { name: format!("plan:{}", self.plan), rules }
    }

    fn rule(&self, trigger: &Trigger, watched: &Watched, metric: Option<&Metric>) -> Result<Rule, Missing> {
        let (plan, name) = (self.plan, &watched.metric);
        let query = metric.and_then(|metric| metric.query.as_ref()).ok_or_else(|| Missing {
            code: "missing_query",
            path: format!("metrics.{name}.query"),
            message: format!("metric `{name}`, which plan `{plan}` watches, has no query"),
            expected: "the query of Prometheus that gives it".to_owned(),
        })?;
        let value = match query {
            Query::Value(query) => operand(query),
            Query::Counts { events, total } => format!("{} / {}", operand(events), operand(total)),
        };
        let arms = metric.and_then(|metric| metric.arms.as_ref());
        let of_arm = |arm: &str, label: &str| {
            format!(
                "({value} and on ({label}) label_replace(vector(1), {}, {}, \"\", \"\"))",
                text(label),
                text(arm)
            )
        };
        let threshold = &watched.threshold;
        let old = match (threshold.baseline, arms) {
            (Some(_), _) => None,
            (None, Some(arms)) => Some(format!("scalar({})", of_arm(&arms.old, &arms.label))),
            (None, None) if threshold.bound.needs_baseline() => {
                return Err(Missing {
                    code: "missing_baseline",
                    path: format!("metrics.{name}.arms"),
                    message: format!(
                        "plan `{plan}` compares metric `{name}` with its baseline, and no query gives that"
                    ),
                    expected: "the label that tells the arms apart, or a `baseline` of the trigger"
                        .to_owned(),
                });
            }
            (None, None) => None,
        };
        let measured = match arms {
            Some(arms) => of_arm(&arms.new, &arms.label),
            None => value,
        };
        let level = |level: Level| match (level, &old) {
            (Level::OfBaseline(times), Some(old)) => format!("{times} * {old}"),
            _ => level.of(threshold.baseline).unwrap_or(f64::NAN).to_string(),
        };
        let expr = match threshold.bound {
            Bound::Above(limit) => format!("{measured} > {}", level(limit)),
            Bound::AtLeast(limit) => format!("{measured} >= {}", level(limit)),
            Bound::Below(limit) => format!("{measured} < {}", level(limit)),
            Bound::AtMost(limit) => format!("{measured} <= {}", level(limit)),
            Bound::Between(low, high) => format!("{measured} >= {} <= {}", level(low), level(high)),
        };
        let goes_back =
            |action: &Action| matches!(action, Action::RollbackImmediate | Action::RollbackProgressive);
        let probes = match (query, arms) {
            (Query::Value(query), None) => {
                probes(query, threshold, trigger.for_ms, self.step_ms).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let severity =
            if trigger.actions.iter().any(goes_back) { Severity::Critical } else { Severity::Warning };
        Ok(Rule {
            name: alert_name(&trigger.name),
            comment: String::new(),
            expr,
            for_ms: trigger.for_ms,
            severity,
            of: ("plan", plan.to_owned()),
            summary: format!("{name} {} in plan {plan}", threshold.bound),
            actions: trigger.actions.iter().map(word).collect(),
            probes,
        })
    }
}

/// An action as a ruleset writes it.
fn word(action: &Action) -> String {
    match action {
        Action::RollbackImmediate => "rollback_immediate".to_owned(),
        Action::RollbackProgressive => "rollback_progressive".to_owned(),
        Action::Pause => "pause".to_owned(),
        Action::SetFlag(flag) => format!("set_flag {flag}"),
        Action::Investigate => "investigate".to_owned(),
        Action::OpenIncident { policy, severity } => format!("open_incident {policy} {severity}"),
        Action::Notify => "notify".to_owned(),
    }
}

/// The nearest values on both sides of each limit, at the series of a plain query.
fn probes(query: &str, threshold: &Threshold, for_ms: u64, step: u64) -> Option<Vec<Probe>> {
    // Years would be gone through by the minute.
    let labels = selector(query).filter(|_| for_ms <= LONGEST)?;
    let (bound, baseline) = (threshold.bound, threshold.baseline);
    let lasts = probe::evaluated(for_ms, step) / SAMPLED + 1;
    let levels = bound.levels().map(|level| level.of(baseline));
    let [low, high] = [levels[0]?, levels[1]?];
    let ends = if low < high { vec![low, high] } else { vec![low] };
    let mut probes = Vec::new();
    for value in ends.into_iter().flat_map(|end| [end.next_down(), end, end.next_up()]) {
        let holds = bound.holds(value, baseline)?;
        let looks = if holds {
            probe::edge(0, for_ms, step, &labels)
        } else {
            vec![Look::quiet(probe::evaluated(for_ms, step))]
        };
        // Where the bound is zero, its neighbours are too small to be read by everybody.
        if value != 0.0 && !value.is_normal() {
            continue;
        }
        probes.push(Probe {
            name: format!("{value}, which is {}{bound}", if holds { "" } else { "not " }),
            interval_ms: SAMPLED,
            series: vec![Series { name: query.trim().to_owned(), values: format!("{value}+0x{lasts}") }],
            looks,
        });
    }
    Some(probes)
}
