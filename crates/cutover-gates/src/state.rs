//! What a gate remembers from one evaluation to the next.

use crate::Millis;
use crate::check::Test;
use crate::evidence::{Excess, Odds};
use crate::feed::Feed;
use crate::observation::Counts;
use crate::spec::Gate;
use crate::threshold::Held;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// What a gate remembers. It is data: it may be kept as JSON and go on elsewhere, in any language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The latest time of an evaluation; time does not go back from there.
    pub(crate) clock: Option<Millis>,
    /// The time of the first evaluation.
    pub(crate) started: Option<Millis>,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) checks: Vec<CheckState>,
}

/// What is remembered of one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckState {
    /// What its evidence is about; with another one it would be no evidence.
    pub(crate) key: String,
    /// All that it has counted.
    #[serde(default)]
    pub(crate) old: Counts,
    #[serde(default)]
    pub(crate) new: Counts,
    /// What was counted in one arm and waits for the other.
    #[serde(default)]
    pub(crate) waiting: [Counts; 2],
    /// The end of the last window that it has counted.
    #[serde(default)]
    pub(crate) to: Option<Millis>,
    pub(crate) statistic: Statistic,
    /// What the bet on rare events would have come to in windows where events were frequent: `statistic` leaves those out,
    /// for as a rule it would give evidence away there; where rare events become frequent at once, it is all there is.
    #[serde(default, skip_serializing_if = "Odds::is_new")]
    pub(crate) sudden: Odds,
    /// When it was shown that what must not be is. That stays shown, whatever is measured later.
    #[serde(default)]
    pub(crate) failed_at: Option<Millis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Statistic {
    Held(Held),
    Odds(Odds),
    Excess(Excess),
    /// What was counted is all that is needed.
    Totals,
}

/// The state is of another gate, or of this one before its checks were changed: start anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherGate;

impl fmt::Display for OtherGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the state is of another gate, or of this one before its checks were changed: begin with a new state",
        )
    }
}

impl core::error::Error for OtherGate {}

impl Statistic {
    fn of(test: &Test) -> Self {
        match test {
            Test::Threshold(_) => Self::Held(Held::default()),
            Test::Harm { .. } | Test::SampleRatio { .. } | Test::Divergence { at_most: None } => {
                Self::Odds(Odds::default())
            }
            Test::Margin { .. } => Self::Excess(Excess::default()),
            Test::Share { .. } | Test::SlowerThan { .. } | Test::Divergence { at_most: Some(_) } => {
                Self::Totals
            }
        }
    }
}

impl Gate {
    /// What a gate remembers before anything was measured.
    #[must_use]
    pub fn start(&self) -> State {
        let checks = self.checks.iter().map(|check| CheckState {
            key: check.key(),
            old: Counts::default(),
            new: Counts::default(),
            waiting: [Counts::default(); 2],
            to: None,
            statistic: Statistic::of(&check.test),
            sudden: Odds::default(),
            failed_at: None,
        });
        State {
            clock: None,
            started: None,
            feeds: self.metrics.iter().map(|_| Feed::default()).collect(),
            checks: checks.collect(),
        }
    }

    /// Whether a state is of this gate.
    ///
    /// # Errors
    /// [`OtherGate`] where it is not.
    pub fn owns(&self, state: &State) -> Result<(), OtherGate> {
        let keys = state.checks.iter().zip(&self.keys);
        let same = state.checks.len() == self.checks.len()
            && state.feeds.len() == self.metrics.len()
            && keys.clone().all(|(state, key)| state.key == *key)
            && state.checks.iter().zip(&self.checks).all(|(state, check)| {
                core::mem::discriminant(&state.statistic)
                    == core::mem::discriminant(&Statistic::of(&check.test))
            });
        if same { Ok(()) } else { Err(OtherGate) }
    }
}
