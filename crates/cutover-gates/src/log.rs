//! What was measured, kept with what was decided from it.

use crate::observation::Observation;
use crate::report::Report;
use crate::spec::Gate;
use crate::state::{OtherGate, State};
use crate::{Millis, Verdict};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// An evaluation: what was observed, when, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The time that was given.
    pub now: Millis,
    /// What was observed.
    pub observations: Vec<Observation>,
    /// The verdict of the gate.
    pub verdict: Verdict,
    /// What each check came to, in their order.
    pub checks: Vec<Judged>,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// Its verdict.
    pub verdict: Verdict,
    /// What was measured.
    pub value: Option<f64>,
    /// The e-value of what must not be.
    pub against: Option<f64>,
    /// The e-value of what has to be.
    pub proof: Option<f64>,
}

/// A gate's state with its last evaluations: as many as the gate [retains](Gate::retaining), and at most twice as many.
///
/// ```
/// use cutover_gates::{Bound, Check, Gate, Level, Log, Observation, Test, Threshold, replay};
/// let at_least = Threshold::new(Bound::AtLeast(Level::Absolute(0.95)));
/// let gate = Gate::new("v2_step", vec![Check::new("precision", Test::Threshold(at_least))])?;
/// let mut log = Log::new(&gate);
/// log.evaluate(&gate, vec![Observation::value("precision", 1_000, 0.96)], 1_000)?;
/// log.evaluate(&gate, vec![Observation::value("precision", 2_000, 0.94)], 2_000)?;
/// let replayed = replay(&gate, &log)?;
/// assert!(replayed.same);
/// assert_eq!(replayed.evaluations, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    state: State,
    /// The state before the first evaluation that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<State>,
    #[serde(default)]
    entries: Vec<Entry>,
    /// The state after as many of them as the gate retains: what replaces `before` when as many again have come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    midway: Option<State>,
}

impl Log {
    /// Nothing yet.
    #[must_use]
    pub fn new(gate: &Gate) -> Self {
        Self { state: gate.start(), before: None, entries: Vec::new(), midway: None }
    }

    /// Evaluates the gate and keeps what came of it.
    ///
    /// # Errors
    /// [`OtherGate`] where the log is not of this gate.
    pub fn evaluate<'g>(
        &mut self,
        gate: &'g Gate,
        observations: Vec<Observation>,
        now: Millis,
    ) -> Result<Report<'g>, OtherGate> {
        let before = self.make_room(gate.retained());
        let report = gate.evaluate(&mut self.state, &observations, now)?;
        if gate.retained() > 0 {
            self.before = self.before.take().or(before);
            self.entries.push(Entry::of(now, observations, &report));
        }
        Ok(report)
    }

    /// Forgets the older half when both are full, and gives the state before the next entry where it is the first.
    fn make_room(&mut self, retain: usize) -> Option<State> {
        if retain == 0 {
            self.before = None;
            self.midway = None;
            self.entries.clear();
            return None;
        }
        if self.entries.len() >= 2 * retain
            && let Some(midway) = self.midway.take()
        {
            self.entries.drain(..retain.min(self.entries.len()));
            self.before = Some(midway);
        }
        if self.entries.len() == retain && self.midway.is_none() {
            self.midway = Some(self.state.clone());
        }
        self.before.is_none().then(|| self.state.clone())
    }

    /// The state, for what goes on without a log.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The evaluations that are kept, the oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    fn of(now: Millis, observations: Vec<Observation>, report: &Report<'_>) -> Self {
        Self { now, observations, verdict: report.verdict, checks: judged(report) }
    }
}

fn judged(report: &Report<'_>) -> Vec<Judged> {
    let each = report.checks.iter().map(|check| Judged {
        verdict: check.verdict,
        value: check.value,
        against: check.against,
        proof: check.proof,
    });
    each.collect()
}

/// What deciding once more came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Replayed {
    /// Whether all of it is the same, to the bit.
    pub same: bool,
    /// How many evaluations were replayed.
    pub evaluations: usize,
    /// Those that come out differently, by their number, with what they come to now.
    pub different: Vec<Different>,
}

/// An evaluation that comes out differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Different {
    /// Its number, from 0.
    pub evaluation: usize,
    /// When it was.
    pub now: Millis,
    /// What was decided.
    pub was: Verdict,
    /// What is decided now.
    pub is: Verdict,
}

/// Decides once more what a log keeps, from the measurements alone.
///
/// # Errors
/// [`OtherGate`] where the log is not of this gate.
pub fn replay(gate: &Gate, log: &Log) -> Result<Replayed, OtherGate> {
    let mut different = Vec::new();
    let mut state = log.before.clone().unwrap_or_else(|| log.state.clone());
    for (evaluation, entry) in log.entries.iter().enumerate() {
        let report = gate.evaluate(&mut state, &entry.observations, entry.now)?;
        let same = report.verdict == entry.verdict
            && entry.checks.len() == report.checks.len()
            && entry.checks.iter().zip(judged(&report)).all(|(was, is)| was.same(&is));
        if !same {
            let (was, is) = (entry.verdict, report.verdict);
            different.push(Different { evaluation, now: entry.now, was, is });
        }
    }
    let same = different.is_empty() && state == log.state;
    Ok(Replayed { same, evaluations: log.entries.len(), different })
}

impl Judged {
    fn same(&self, other: &Self) -> bool {
        let bits = |number: Option<f64>| number.map(f64::to_bits);
        self.verdict == other.verdict
            && bits(self.value) == bits(other.value)
            && bits(self.against) == bits(other.against)
            && bits(self.proof) == bits(other.proof)
    }
}
