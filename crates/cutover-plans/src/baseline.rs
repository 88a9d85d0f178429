//! Baselines that a plan takes by itself: what a metric was before a step, for thresholds such as "20 % slower than before".
//!
//! A metric that comes with a baseline has one. One that comes without gets the mean of what was measured before the rollout
//! began, or at the step before; as long as nothing was, there is none, and what has no baseline does not pass.

use crate::guarded::GuardedState;
use crate::spec::Freeze;
use crate::state::{Stage, State};
use alloc::vec::Vec;
use cutover_gates::{Number, Observation};
use serde::{Deserialize, Serialize};

/// What is known of a metric for its baseline.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Baseline {
    /// The baseline, once it is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<f64>,
    /// What was measured for the next one, added up.
    pub sum: f64,
    /// How many measurements these are.
    pub count: u32,
}

/// What was measured, each with its baseline; none where the plan takes none.
pub(crate) fn beside(
    when: Option<Freeze>,
    state: &mut GuardedState,
    observations: &[Observation],
) -> Option<Vec<Observation>> {
    let when = when?;
    let counts = counts(when, &state.plan);
    let beside = observations.iter().map(|seen| {
        let alone = seen.baseline.is_none() && seen.error.is_none();
        let Some(value) = seen.value.filter(|value| alone && value.0.is_finite()) else {
            return seen.clone();
        };
        let known = state.baselines.entry(seen.metric.clone()).or_default();
        if counts && known.count < u32::MAX {
            known.sum += value.0;
            known.count += 1;
        }
        Observation { baseline: known.frozen.map(Number), ..seen.clone() }
    });
    Some(beside.collect())
}

/// Whether what is measured now is what a later step is compared with.
fn counts(when: Freeze, plan: &State) -> bool {
    match when {
        _ if !plan.reaches_somebody() => true,
        Freeze::Start => false,
        // While nodes come along, it is neither this step nor the one before.
        Freeze::Step => matches!(plan.stage, Stage::Baking | Stage::AwaitingApproval | Stage::Promoted),
    }
}

/// A step begins: what was measured until now is the baseline from now on.
pub(crate) fn freeze(when: Option<Freeze>, state: &mut GuardedState, first: bool) {
    let taken = match when {
        None => false,
        Some(Freeze::Start) => first,
        Some(Freeze::Step) => true,
    };
    if taken {
        for known in state.baselines.values_mut().filter(|known| known.count > 0) {
            *known = Baseline { frozen: Some(known.sum / f64::from(known.count)), ..Baseline::default() };
        }
    }
}
