//! What the model found, as people and programs read it.

use serde::Serialize;

/// What is asked of the model in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SafetyKind {
    /// A phase while it lasts.
    Phase,
    /// A move to the next phase, under all guards.
    Forward,
    /// A move to the phase before, under all guards.
    Back,
    /// The whole ladder up, under all guards.
    LadderUp,
    /// The ladder down, under all guards.
    LadderDown,
    /// The emergency out of a phase, which waits for nothing.
    Emergency,
    /// The end of an emergency, under all guards.
    Clear,
    /// A combination of switches while it lasts.
    Switches,
    /// A switch that is thrown, which waits for nothing.
    Throw,
    /// Two phases at once, as units of a cohort are in.
    Cohort,
    /// The ladder with one guard dropped: what that adds.
    Dropped,
}

impl SafetyKind {
    /// The word in reports.
    ///
    /// ```
    /// assert_eq!(cutover::SafetyKind::LadderUp.name(), "ladder_up");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phase => "phase",
            Self::Forward => "forward",
            Self::Back => "back",
            Self::LadderUp => "ladder_up",
            Self::LadderDown => "ladder_down",
            Self::Emergency => "emergency",
            Self::Clear => "clear",
            Self::Switches => "switches",
            Self::Throw => "throw",
            Self::Cohort => "cohort",
            Self::Dropped => "dropped",
        }
    }
}

/// What can happen, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing.
    Safe,
    /// The path cannot be gone on.
    Stuck,
    /// A write is refused that both stores could take.
    Refused,
    /// A read is stale where the store that it asks fails, and it falls back.
    StaleOnFailure,
    /// A read returns what an acknowledged write has replaced, for a while.
    Stale,
    /// The store that is not read misses an acknowledged write for good, though the phase keeps it up to date.
    Diverged,
    /// An acknowledged write is gone for good.
    Lost,
}

impl Verdict {
    /// The word in reports.
    ///
    /// ```
    /// assert_eq!(cutover::Verdict::StaleOnFailure.name(), "stale_on_failure");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Stuck => "stuck",
            Self::Refused => "refused",
            Self::StaleOnFailure => "stale_on_failure",
            Self::Stale => "stale",
            Self::Diverged => "diverged",
            Self::Lost => "lost",
        }
    }
}

/// One thing that can happen, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SafetyFinding {
    /// What.
    pub verdict: Verdict,
    /// One of its shortest stories, a sentence for each event.
    pub story: Vec<String>,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SafetyRow {
    /// What was asked.
    pub kind: SafetyKind,
    /// The phase, combination or guard that it is about, or that the move leaves.
    pub from: String,
    /// Where the move leads.
    pub to: Option<String>,
    /// The worst that can happen.
    pub verdict: Verdict,
    /// All that can happen, the worst first.
    pub findings: Vec<SafetyFinding>,
    /// How many states were looked at.
    pub states: u32,
}

/// How large the model was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SafetyBounds {
    /// How many nodes adopt a phase at different times.
    pub nodes: u8,
    /// How many writes there are to one record.
    pub writes: u8,
}

/// What the phases, moves, switches and emergencies of a migration can cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SafetyReport {
    /// The migration.
    pub migration: String,
    /// How large the model was.
    pub bounds: SafetyBounds,
    /// Whether the ladder is safe up, and down from some phase on, under all guards and while both stores answer. What a
    /// read can get that falls back on a store that is behind, while a move lasts, is [`Verdict::StaleOnFailure`].
    pub safe: bool,
    /// The last phase from which going down is safe: behind it is the point of no return. None where the ladder is
    /// not safe up.
    pub last_reversible: Option<String>,
    /// The answers.
    pub rows: Vec<SafetyRow>,
    /// How many states were looked at in all.
    pub states: u64,
    /// The digest of the ruleset.
    pub digest: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_json() {
        use SafetyKind::*;
        for kind in
            [Phase, Forward, Back, LadderUp, LadderDown, Emergency, Clear, Switches, Throw, Cohort, Dropped]
        {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.name()));
        }
        use Verdict::*;
        for verdict in [Safe, Stuck, Refused, StaleOnFailure, Stale, Diverged, Lost] {
            assert_eq!(serde_json::to_string(&verdict).unwrap(), format!("\"{}\"", verdict.name()));
        }
    }
}
