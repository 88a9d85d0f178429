//! The report of a rollout: where it stands, what was measured in both arms, what its gates say, and what to do about it.

mod measured;
mod recommend;
mod words;

use crate::baseline::beside;
use crate::guarded::{Guarded, GuardedState, evaluate};
use crate::plan::Plan;
use crate::record::Record;
use crate::spec::Action;
use crate::state::{Stage, State};
use crate::{Millis, between, percent};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use cutover_gates::{Log, Metric, Observation, Report as GateReport, SampleRatio};
pub use measured::{Kpi, Measure, Slow};
pub use recommend::{Advice, Outlook, Recommendation};
use serde::Serialize;

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Where the plan stands.
    pub state: &'a GuardedState,
    /// What was measured: since the state was written, or all of it.
    pub observations: &'a [Observation],
    /// The time of the report.
    pub now: Millis,
    /// The probability that an interval may miss the truth, over all looks together.
    pub alpha: f64,
    /// The metrics that the ruleset declares.
    pub metrics: Option<&'a BTreeMap<String, Metric>>,
}

/// A rollout, reported. JSON has the fields in this order, in every language.
#[derive(Debug, Clone, Serialize)]
pub struct Report<'p> {
    /// The flag that the plan moves.
    pub flag: &'p str,
    /// The time of the report.
    pub now: Millis,
    /// What the plan is doing.
    pub stage: &'static str,
    /// The share that is reached, as people write it.
    pub percentage: String,
    /// The same in millionths.
    pub millionths: u32,
    /// The segments that are reached as wholes.
    pub segments: Vec<String>,
    /// The step, and the time in it.
    pub step: Standing,
    /// What to do.
    pub recommendation: Recommendation,
    /// What was measured.
    pub metrics: Vec<Measure>,
    /// Whether the arms get the requests that were planned, where that was measured.
    pub sample_ratio: Option<SampleRatio>,
    /// Targets, and where they stand.
    pub kpis: Vec<Kpi>,
    /// What the gates say: those that block at this step, then the dry runs of the plan.
    pub gates: Vec<GateReport<'p>>,
    /// What the triggers do.
    pub triggers: Vec<Alarm>,
    /// What makes the report worth less.
    pub warnings: Vec<String>,
    /// The last lines of the log, the latest first.
    pub log: Vec<Record>,
}

/// A step, and the time in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Which one, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// Whom it reaches, in words.
    pub to: String,
    /// Whom the next one reaches; none at the last.
    pub next: Option<String>,
    /// Since when the plan is doing what it does.
    pub since: Millis,
    /// For how long, in milliseconds.
    pub for_ms: u64,
    /// How long the step was watched.
    pub baked_ms: u64,
    /// How long it has to be.
    pub bake_ms: u64,
    /// Whether every node has acknowledged it.
    pub acknowledged: bool,
}

/// What a trigger does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// What it is about.
    pub name: String,
    /// Whether it fires, though perhaps not for long enough.
    pub firing: bool,
    /// Since when.
    pub since: Option<Millis>,
    /// For how long it has to, in milliseconds.
    pub for_ms: u64,
    /// Whether it has fired for so long.
    pub fired: bool,
    /// What is done then.
    pub actions: Vec<Action>,
}

/// So many lines of the log are in a report.
const LINES: usize = 8;

impl Guarded {
    /// Reports a rollout. Nothing changes: gates take what was measured on a copy of what they know.
    ///
    /// ```
    /// use cutover_plans::gates::{Bound, Check, Gate, Level, Observation, Test, Threshold};
    /// use cutover_plans::{Advice, Asked, Guarded, GuardedState, Kind, Plan, Spec, Step};
    /// let below = Threshold::new(Bound::Below(Level::Absolute(0.01)));
    /// let gate = Gate::new("errors", vec![Check::new("error_rate", Test::Threshold(below))])?;
    /// let plan = Plan::new(Spec::new("use_v2", vec![Step::share(50_000, 3_600_000, "errors")])).unwrap();
    /// let guarded = Guarded::new(plan, vec![gate], Vec::new());
    /// let state = guarded.advance(GuardedState::default(), 0, None, Kind::Start { actor: "ada".into() }).state;
    /// let seen = [Observation::value("error_rate", 60_000, 0.02)];
    /// let report = guarded.report(Asked { state: &state, observations: &seen, now: 60_000, alpha: 0.05, metrics: None });
    /// assert_eq!((report.percentage.as_str(), report.recommendation.advice), ("5%", Advice::RollBack));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn report(&self, asked: Asked<'_>) -> Report<'_> {
        let draft = self.draft();
        let whole = if asked.state.plan.plan.is_empty() { &draft } else { asked.state };
        let beside = beside(self.plan().spec().baseline, &mut whole.clone(), asked.observations);
        let asked = Asked { observations: beside.as_deref().unwrap_or(asked.observations), ..asked };
        let state = &whole.plan;
        let spec = self.plan().spec();
        let mut logs = whole.logs.clone();
        let alarms = self.alarms(whole, &asked);
        let step = standing(self.plan(), state, asked.now);
        let blocking = spec.steps.get(state.step).map(|step| step.gates.as_slice()).unwrap_or_default();
        let mut gates = Vec::new();
        let named = blocking.iter().chain(spec.dry_run.iter().filter(|name| !blocking.contains(name)));
        for gate in named.filter_map(|name| self.gates().find(|gate| gate.name() == name)) {
            gates.extend(evaluate(gate, &mut logs, asked.observations, asked.now));
        }
        let blocks = blocking.len().min(gates.len());
        let (judged, _) = gates.split_at(blocks);
        let measured = measured::measured(self, &logs, &asked, &gates);
        let recommendation = recommend::recommend(self.plan(), state, &step, judged, &alarms, &measured);
        Report {
            flag: spec.moved(),
            now: asked.now,
            stage: state.stage.name(),
            percentage: percent(state.millionths),
            millionths: state.millionths,
            segments: state.segments.clone(),
            step,
            recommendation,
            warnings: warnings(self.plan(), state, &gates, &measured),
            kpis: measured::kpis(self, &gates, &measured, asked.metrics),
            metrics: measured.metrics,
            sample_ratio: measured.sample_ratio,
            gates,
            triggers: alarms,
            log: state.log.iter().rev().take(LINES).cloned().collect(),
        }
    }

    /// What the triggers do after these measurements.
    fn alarms(&self, whole: &GuardedState, asked: &Asked<'_>) -> Vec<Alarm> {
        let state = &whole.plan;
        let (mut logs, mut held): (BTreeMap<String, Log>, _) = (BTreeMap::new(), whole.readings.clone());
        let mut gathered = whole.gathered.clone();
        let mut changed = BTreeMap::new();
        // Gates are judged elsewhere: a stage in which none of them acts.
        let idle = State { stage: Stage::Draft, ..state.clone() };
        let alarms = (&mut held, &mut gathered);
        self.judge(&idle, &mut logs, alarms, asked.now, asked.observations, &mut |kind| {
            if let crate::Kind::Trigger { index, firing } = kind {
                changed.insert(index, firing);
            }
        });
        let triggers = self.plan().spec().triggers.iter().enumerate();
        let alarm = |(index, trigger): (usize, &crate::Trigger)| {
            let watch = state.triggers.get(index).copied().unwrap_or_default();
            let firing = changed.get(&index).copied().unwrap_or(watch.since.is_some());
            let seen = held.get(index).filter(|held| held.holds == Some(true)).map(|held| held.since);
            let since = if firing { watch.since.or(seen).or(Some(asked.now)) } else { None };
            let until =
                held.get(index).filter(|held| held.holds == Some(true)).map_or(asked.now, |held| held.at);
            let fired = since.is_some_and(|since| between(since, until.max(state.now)) >= trigger.for_ms);
            Alarm {
                name: trigger.name.clone(),
                firing,
                since,
                for_ms: trigger.for_ms,
                fired,
                actions: trigger.actions.clone(),
            }
        };
        triggers.map(alarm).collect()
    }
}

fn standing(plan: &Plan, state: &State, now: Millis) -> Standing {
    let spec = plan.spec();
    let name = |at: usize| spec.steps.get(at).map(|step| words::target(&step.to));
    let since_then = between(state.now, now).min(spec.fresh_ms);
    let more = if state.stage == Stage::Baking { since_then } else { 0 };
    Standing {
        number: state.step.saturating_add(1),
        of: spec.steps.len(),
        to: name(state.step).unwrap_or_default(),
        next: name(state.step.saturating_add(1)),
        since: state.since,
        for_ms: between(state.since, now),
        baked_ms: state.baked_ms.saturating_add(more),
        bake_ms: spec.steps.get(state.step).map_or(0, |step| step.bake_ms),
        acknowledged: state.acknowledged,
    }
}

fn warnings(
    plan: &Plan,
    state: &State,
    gates: &[GateReport<'_>],
    measured: &measured::Measured,
) -> Vec<String> {
    let mut warnings = Vec::new();
    if state.plan != plan.digest() {
        warnings.push("the state was written by another plan: the next event supersedes this rollout".into());
    }
    if state.emergency {
        warnings.push("there is an emergency".into());
    }
    if measured.sample_ratio.is_some_and(|ratio| !ratio.sound) {
        warnings.push(
            "the arms do not get the requests that were planned: no comparison of them means anything".into(),
        );
    }
    if gates.iter().any(|gate| gate.clock_went_back) {
        warnings.push("the clock went back: this is the report of the latest time that was given".into());
    }
    for owed in state.owed.iter().filter(|owed| owed.failed > 0) {
        warnings.push(alloc::format!("effect {} has failed {} times", owed.id, owed.failed));
    }
    for measure in &measured.metrics {
        if let Some(error) = &measure.error {
            warnings
                .push(alloc::format!("`{}` could not be measured the last time: {error}", measure.metric));
        }
    }
    warnings
}
