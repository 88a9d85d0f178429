//! What the runner knows of a plan and has not written yet. A plan is looked at twice a second, and what it counts meanwhile
//! is written now and then: whoever comes after a runner that was killed measures again from where the state stands.

use crate::store::{PlanRow, Stored};
use cutover::plans::{Guarded, GuardedState};
use std::collections::BTreeMap;

/// A plan under way is written at least so often, in milliseconds: what a kill takes back is no more than this.
pub(super) const EVERY_MS: i64 = 5_000;

/// By environment and name.
type Name = (String, String);

/// The plans as this runner left them.
#[derive(Debug, Default)]
pub(super) struct Memory {
    plans: BTreeMap<Name, Known>,
}

/// A plan as it was left.
#[derive(Debug)]
struct Known {
    /// The revision of the row that it goes on from: somebody else wrote another one.
    revision: i64,
    state: GuardedState,
    /// What of it is written.
    written: GuardedState,
    /// Up to when it was measured.
    measured: i64,
}

impl Memory {
    /// Where a plan stands, and up to when it was measured.
    pub(super) fn recall(&mut self, plan: &Guarded, row: &PlanRow) -> Stored<(GuardedState, i64)> {
        let name = (row.env.clone(), row.name.clone());
        if let Some(known) = self.plans.get(&name).filter(|known| known.revision == row.revision) {
            return Ok((known.state.clone(), known.measured));
        }
        let state = super::state_of(plan, row)?;
        let (revision, measured) = (row.revision, state.plan.now);
        let written = meaning(&state);
        self.plans.insert(name, Known { revision, state: state.clone(), written, measured });
        Ok((state, measured))
    }

    /// Whether a state says something that the store does not know, or has not been written for long.
    pub(super) fn is_news(&self, row: &PlanRow, state: &GuardedState, now: i64) -> bool {
        let known = self.plans.get(&(row.env.clone(), row.name.clone()));
        let same =
            known.is_some_and(|known| known.revision == row.revision && known.written == meaning(state));
        !same || state.plan.stage.is_active() && (now - row.updated_at).abs() >= EVERY_MS
    }

    /// A state was written.
    pub(super) fn wrote(&mut self, row: &PlanRow, state: &GuardedState) {
        if let Some(known) = self.plans.get_mut(&(row.env.clone(), row.name.clone())) {
            (known.revision, known.written) = (row.revision, meaning(state));
        }
    }

    /// Where a turn has left a plan.
    pub(super) fn keep(&mut self, row: &PlanRow, state: GuardedState, measured: i64) {
        if let Some(known) = self.plans.get_mut(&(row.env.clone(), row.name.clone())) {
            (known.state, known.measured) = (state, measured);
        }
    }

    /// Something went wrong in the middle: the store says where the plan stands.
    pub(super) fn forget(&mut self, env: &str, name: &str) {
        self.plans.remove(&(env.to_owned(), name.to_owned()));
    }
}

/// What of a state is lost where it is not written: all but the clock, and what is counted again from where it stands.
fn meaning(state: &GuardedState) -> GuardedState {
    let mut plan = state.plan.clone();
    (plan.now, plan.baked_ms, plan.wake) = (0, 0, None);
    for judged in plan.gates.values_mut() {
        judged.at = 0;
    }
    for fact in plan.data.told.values_mut() {
        fact.at = 0;
    }
    GuardedState { plan, readings: state.readings.clone(), ..GuardedState::default() }
}
