//! A plan with its gates and the thresholds of its triggers: what was measured goes in, and verdicts reach the machine.

use crate::baseline::{Baseline, beside, freeze};
use crate::effect::{Effect, Plain};
use crate::event::{Event, Kind};
use crate::plan::Plan;
use crate::record::Reason;
use crate::state::{Stage, State};
use crate::watched::{Gathered, Watched};
use crate::{Millis, Verdict};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use cutover_gates::{Gate, Held, Log, Observation, Report};
use serde::{Deserialize, Serialize};

/// A plan, the gates that it names, and what its triggers watch.
///
/// ```
/// use cutover_plans::gates::{Bound, Check, Gate, Level, Observation, Test, Threshold};
/// use cutover_plans::{Guarded, GuardedState, Kind, Plan, Spec, Stage, Step, Verdict};
/// let below = Threshold::new(Bound::Below(Level::Absolute(0.01)));
/// let gate = Gate::new("errors", vec![Check::new("error_rate", Test::Threshold(below))])?;
/// let plan = Plan::new(Spec::new("use_v2", vec![Step::share(50_000, 3_600_000, "errors")])).unwrap();
/// let guarded = Guarded::new(plan, vec![gate], Vec::new());
/// let state = guarded.advance(GuardedState::default(), 0, None, Kind::Start { actor: "ada".into() }).state;
/// let seen = vec![Observation::value("error_rate", 60_000, 0.02)];
/// let observed = guarded.observe(state, 60_000, &seen);
/// assert_eq!(observed.reports[0].verdict, Verdict::Fail);
/// assert!(matches!(observed.state.plan.stage, Stage::RollingBack { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Guarded {
    plan: Plan,
    gates: BTreeMap<String, Gate>,
    watched: Vec<Option<Watched>>,
}

/// Where a plan stands, what its gates know, and what its triggers have seen.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GuardedState {
    /// The plan. Its keys are those of the whole.
    #[serde(flatten)]
    pub plan: State,
    /// What each gate has counted, with the measurements that its last verdicts were decided from.
    #[serde(default)]
    pub logs: BTreeMap<String, Log>,
    /// Since when the threshold of each trigger has held.
    #[serde(default)]
    pub readings: Vec<Held>,
    /// What each trigger has gathered of cumulative counters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gathered: Vec<Gathered>,
    /// What baselines are taken from, where the plan takes them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub baselines: BTreeMap<String, Baseline>,
}

/// What came of an event.
#[derive(Debug, Clone, Serialize)]
pub struct Observed<'a> {
    /// Where the plan stands now.
    pub state: GuardedState,
    /// What the host does, once the state is written.
    pub effects: Vec<Effect>,
    /// What the gates say, where something was observed.
    pub reports: Vec<Report<'a>>,
}

impl Guarded {
    /// A plan with the gates that it names, and for each of its triggers what it watches. A trigger without is told by the
    /// host.
    #[must_use]
    pub fn new(plan: Plan, gates: Vec<Gate>, mut watched: Vec<Option<Watched>>) -> Self {
        watched.resize(plan.spec().triggers.len(), None);
        let gates = gates.into_iter().map(|gate| (String::from(gate.name()), gate)).collect();
        Self { plan, gates, watched }
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The gates, by name.
    pub fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.gates.values()
    }

    /// What its triggers watch, in their order.
    #[must_use]
    pub fn watched(&self) -> &[Option<Watched>] {
        &self.watched
    }

    /// The state at the beginning.
    #[must_use]
    pub fn draft(&self) -> GuardedState {
        GuardedState { plan: self.plan.draft(), ..GuardedState::default() }
    }

    /// What becomes of a rollout when something happens. A rollout that starts, or goes on after what a gate has shown was
    /// looked into, has gates that begin anew: what was shown about the rollout before stays shown otherwise.
    #[must_use]
    pub fn advance(&self, state: GuardedState, at: Millis, expect: Option<u64>, kind: Kind) -> Observed<'_> {
        let mut state = self.begun(state);
        let before = state.plan.stage;
        let anew = match (&kind, before) {
            (Kind::Start { .. }, _) => true,
            (Kind::Resume { .. }, Stage::Paused { why, .. }) => {
                matches!(why, Reason::GateFailed | Reason::Srm | Reason::GateError)
            }
            _ => false,
        };
        let effects = self.take(&mut state, Event { at, expect, kind });
        if anew && state.plan.stage != before {
            state.logs.clear();
            state.readings.clear();
            state.gathered.clear();
        }
        Observed { state, effects, reports: Vec::new() }
    }

    /// Takes what was measured since the last time: gates are judged, triggers fire or cease, and the plan is told.
    #[must_use]
    pub fn observe(&self, state: GuardedState, at: Millis, observations: &[Observation]) -> Observed<'_> {
        let mut state = self.begun(state);
        let mut told = Vec::new();
        let compared = beside(self.plan.spec().baseline, &mut state, observations);
        let seen = compared.as_deref().unwrap_or(observations);
        let alarms = (&mut state.readings, &mut state.gathered);
        let reports = self.judge(&state.plan, &mut state.logs, alarms, at, seen, &mut |kind| told.push(kind));
        let mut effects = Vec::new();
        for kind in told.into_iter().chain([Kind::Tick]) {
            let advanced = self.take(&mut state, Event::new(at, kind));
            // That a verdict says what the last one said is no news.
            effects.extend(
                advanced.into_iter().filter(|effect| !matches!(effect, Effect::Plain(Plain::Refused { .. }))),
            );
        }
        Observed { state, effects, reports }
    }

    /// The plan hears of something; where a step begins by it, baselines are taken.
    fn take(&self, state: &mut GuardedState, event: Event) -> Vec<Effect> {
        let (epoch, first) = (state.plan.epoch, !state.plan.reaches_somebody());
        let advanced = self.plan.advance(core::mem::take(&mut state.plan), event);
        if advanced.state.stage == Stage::Progressing && advanced.state.epoch > epoch {
            freeze(self.plan.spec().baseline, state, first);
        }
        state.plan = advanced.state;
        advanced.effects
    }

    fn begun(&self, state: GuardedState) -> GuardedState {
        if state.plan.plan.is_empty() { self.draft() } else { state }
    }

    /// What the plan is to be told of what was measured.
    pub(crate) fn judge<'a>(
        &'a self,
        state: &State,
        logs: &mut BTreeMap<String, Log>,
        (held, gathered): (&mut Vec<Held>, &mut Vec<Gathered>),
        at: Millis,
        observations: &[Observation],
        tell: &mut dyn FnMut(Kind),
    ) -> Vec<Report<'a>> {
        let mut reports = Vec::new();
        let spec = self.plan.spec();
        let blocking = spec.steps.get(state.step).map(|step| step.gates.as_slice()).unwrap_or_default();
        let names = blocking.iter().chain(&spec.dry_run).filter(|_| state.stage.is_active());
        for gate in names.filter_map(|name| self.gates.get(name)) {
            let Some(report) = evaluate(gate, logs, observations, at) else { continue };
            let ratio = |check: &cutover_gates::CheckReport<'_>| {
                check.test == "sample_ratio" && check.mode == "blocking" && check.verdict == Verdict::Fail
            };
            let srm = report.checks.iter().any(ratio);
            let measured = || observations.iter().any(|seen| gate.metrics().contains(&seen.metric));
            let known = state.gates.get(gate.name()).map(|last| last.verdict);
            // Errors are counted: one that nothing was measured behind is the one that the plan has heard of.
            if report.verdict != Verdict::Error || known != Some(Verdict::Error) || measured() {
                tell(Kind::Judged { gate: gate.name().into(), verdict: report.verdict, srm });
            }
            reports.push(report);
        }
        held.resize(self.watched.len(), Held::default());
        gathered.resize(self.watched.len(), Gathered::default());
        let known = held.iter_mut().zip(gathered);
        for (index, (watched, (held, gathered))) in self.watched.iter().zip(known).enumerate() {
            let Some(watched) = watched else { continue };
            let firing = watched.step(held, gathered, observations);
            let known = state.triggers.get(index).is_some_and(|watch| watch.since.is_some());
            if let Some(firing) = firing.filter(|firing| *firing != known) {
                tell(Kind::Trigger { index, firing });
            }
        }
        reports
    }
}

/// What a gate says; a log of another gate of that name is begun anew.
pub(crate) fn evaluate<'a>(
    gate: &'a Gate,
    logs: &mut BTreeMap<String, Log>,
    observations: &[Observation],
    at: Millis,
) -> Option<Report<'a>> {
    let log = match logs.get_mut(gate.name()) {
        Some(log) => {
            if gate.owns(log.state()).is_err() {
                *log = Log::new(gate);
            }
            log
        }
        None => logs.entry(gate.name().into()).or_insert_with(|| Log::new(gate)),
    };
    log.evaluate(gate, observations.to_vec(), at).ok()
}
