//! A plan that has been checked, and what a step of it gives.

use crate::check;
use crate::data::DataGuard;
use crate::effect::Effect;
use crate::event::Event;
use crate::hours::Offsets;
use crate::machine::Run;
use crate::spec::{Problem, Spec, Target, ceiling};
use crate::state::{Stage, State, Watch};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde::Serialize;

/// A plan that makes sense: what moves a rollout forward by evidence, and back by itself.
///
/// ```
/// use cutover_plans::{Event, Kind, Plan, Spec, Stage, Step, Verdict};
/// let hour = 3_600_000;
/// let plan = Plan::new(Spec::new("use_v2", vec![Step::share(50_000, hour, "errors"), Step::share(1_000_000, hour, "errors")]))?;
/// let advance = |state, at, kind| plan.advance(state, Event::new(at, kind)).state;
/// let state = advance(plan.draft(), 0, Kind::Start { actor: "ada".into() });
/// assert_eq!((state.stage, state.millionths), (Stage::Progressing, 50_000));
/// let mut state = advance(state, 1_000, Kind::Ack { epoch: 1, node: None });
/// for minute in 1..=60 {
///     state = advance(state, 1_000 + minute * 60_000, Kind::Judged { gate: "errors".into(), verdict: Verdict::Pass, srm: false });
/// }
/// assert_eq!((state.stage, state.millionths), (Stage::Progressing, 1_000_000));
/// # Ok::<(), Vec<cutover_plans::Problem>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    spec: Spec,
    digest: String,
    pub(crate) offsets: Offsets,
    #[cfg(test)]
    pub(crate) dropped: Option<Guard>,
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advanced {
    /// Where the plan stands now.
    pub state: State,
    /// What the host does, once the state is written.
    pub effects: Vec<Effect>,
}

/// What must hold before a plan moves. Tests drop one and see that the exploration of all that can happen objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Every blocking gate passes.
    GatesPass,
    /// And did so lately.
    Fresh,
    /// And in the window of this step.
    InWindow,
    /// A step is watched for as long as it says.
    Baked,
    /// A step is watched only once all nodes have acknowledged it.
    Acknowledged,
    /// Only what is watched is skipped.
    SkipsBaking,
    /// The last step is not skipped.
    SkipsNotLast,
    /// A rollback never reaches more.
    Falls,
    /// A trigger acts once.
    ActsOnce,
    /// What is done is not asked for again.
    Settled,
    /// Paused time does not count.
    PausesClock,
    /// A failing gate acts in every active stage.
    FailsAnywhere,
    /// Data moves while this holds.
    Data(DataGuard),
    /// Steps begin within the hours of the plan.
    Hours,
}

impl Plan {
    /// A plan, checked.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn new(spec: Spec) -> Result<Self, Vec<Problem>> {
        let problems = check::problems(&spec);
        if !problems.is_empty() {
            return Err(problems);
        }
        let text = serde_json::to_vec(&spec).unwrap_or_default();
        let digest = format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&text));
        Ok(Self {
            spec,
            digest,
            offsets: Offsets::default(),
            #[cfg(test)]
            dropped: None,
        })
    }

    /// The same plan with the offsets of the zone of its hours; without them, its hours are those of UTC.
    #[must_use]
    pub fn in_zone(mut self, offsets: Offsets) -> Self {
        self.offsets = offsets;
        self
    }

    /// The data guards that the next move of a rollout waits for and that do not hold: of the next step, and where it goes
    /// back, of the step that it leaves.
    #[must_use]
    pub fn waits_for(&self, state: &State) -> Vec<DataGuard> {
        let run = Run::new(self, state.clone(), state.now);
        match state.stage {
            Stage::Draft | Stage::Scheduled | Stage::RolledBack | Stage::Superseded => {
                run.missing(run.first_step())
            }
            Stage::RollingBack { .. } => run.missing(run.leaves()),
            Stage::Promoted if run.may_complete() => Vec::new(),
            Stage::Promoted => run.missing(self.last()),
            stage if stage.is_active() => run.missing(state.step.saturating_add(1)),
            _ => Vec::new(),
        }
    }

    /// What it says.
    #[must_use]
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What it hashes to: another plan has another digest, and supersedes a rollout that is under way.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The state at the beginning.
    #[must_use]
    pub fn draft(&self) -> State {
        State {
            plan: self.digest.clone(),
            triggers: vec![Watch::default(); self.spec.triggers.len()],
            next_effect: 1,
            ..State::default()
        }
    }

    /// What becomes of a rollout when something happens, and what is to be done.
    #[must_use]
    pub fn advance(&self, state: State, event: Event) -> Advanced {
        Run::new(self, state, event.at).take(event)
    }

    /// The share and the segments that are reached at a step, with all before it.
    #[must_use]
    pub fn audience(&self, step: usize) -> (u32, Vec<String>) {
        let (mut share, mut segments) = (0, Vec::new());
        for step in self.spec.steps.iter().take(step.saturating_add(1)) {
            match &step.to {
                Target::Share(millionths) => share = share.max(*millionths),
                Target::Segment(name) | Target::Phase(name) => segments.push(name.clone()),
            }
        }
        (share.min(ceiling(&self.spec)), segments)
    }

    /// Whom the next step of a progressive rollback reaches, from a share and segments that are reached at a step: nobody
    /// where there is no step in between.
    #[must_use]
    pub fn below(&self, step: usize, share: u32, segments: &[String]) -> (u32, Vec<String>) {
        let ladder = &self.spec.rollback.steps;
        if share > 0 && !ladder.is_empty() {
            return match ladder.iter().find(|lower| **lower < share) {
                None | Some(0) => (0, Vec::new()),
                Some(lower) => (*lower, segments.to_vec()),
            };
        }
        (0..step)
            .rev()
            .map(|step| self.audience(step))
            .map(|(reached, names)| (reached.min(share), names))
            .find(|(reached, names)| {
                let kept = names.iter().filter(|name| segments.contains(name)).count();
                *reached < share || kept < segments.len()
            })
            .unwrap_or_default()
    }

    /// The place of the last step.
    #[must_use]
    pub fn last(&self) -> usize {
        self.spec.steps.len().saturating_sub(1)
    }

    /// Whether a condition of a move holds; in tests, a guard may be dropped.
    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "tests drop guards of a plan"))]
    pub(crate) fn holds(&self, guard: Guard, condition: bool) -> bool {
        #[cfg(test)]
        if self.dropped == Some(guard) {
            return true;
        }
        let _ = guard;
        condition
    }
}
