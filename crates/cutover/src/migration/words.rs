//! The words of routes and of phases that are written out: sides, acknowledgements, fallbacks and streams.

use serde::Serialize;

/// One of the two stores of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The store that is left.
    Old,
    /// The store that is moved to.
    New,
}

impl Side {
    /// The words of a ruleset.
    pub(crate) const WORDS: &[(&str, Self)] = &[("old", Self::Old), ("new", Self::New)];

    /// The side that this one is not.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

/// What an acknowledged write has waited for on one store.
///
/// ```
/// assert_eq!(cutover::Ack::BestEffort.name(), "best_effort");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ack {
    /// The store took the write; where it fails, the write fails.
    Required,
    /// The write was tried; where it fails, the failure is logged and the write stands without it.
    BestEffort,
    /// The write is in a durable outbox and reaches the store later.
    Outbox,
}

impl Ack {
    /// The words of a ruleset.
    pub(crate) const WORDS: &[(&str, Self)] =
        &[("required", Self::Required), ("best_effort", Self::BestEffort), ("outbox", Self::Outbox)];

    /// The word in rulesets and routes, such as `best_effort`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::BestEffort => "best_effort",
            Self::Outbox => "outbox",
        }
    }
}

/// What sends a read on to the fallback store.
///
/// ```
/// assert_eq!(cutover::FallbackOn::NotFound.name(), "not_found");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FallbackOn {
    /// The store answered that it has no such record.
    NotFound,
    /// The store answered with an error, or not at all.
    Error,
    /// The store did not answer in time.
    Timeout,
}

impl FallbackOn {
    /// The words of a ruleset.
    pub(crate) const WORDS: &[(&str, Self)] =
        &[("not_found", Self::NotFound), ("error", Self::Error), ("timeout", Self::Timeout)];

    /// The word in rulesets and routes, such as `not_found`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Error => "error",
            Self::Timeout => "timeout",
        }
    }
}

/// A set of [`FallbackOn`]; the empty one is "no fallback".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Fallback {
    pub(crate) not_found: bool,
    pub(crate) error: bool,
    pub(crate) timeout: bool,
}

impl Fallback {
    pub(crate) const NEVER: Self = Self { not_found: false, error: false, timeout: false };
    pub(crate) const NOT_FOUND: Self = Self { not_found: true, ..Self::NEVER };
    /// The store failed: an error, or no answer in time.
    pub(crate) const FAILURE: Self = Self { error: true, timeout: true, ..Self::NEVER };

    /// The same and `on`.
    pub(crate) fn with(mut self, on: FallbackOn) -> Self {
        match on {
            FallbackOn::NotFound => self.not_found = true,
            FallbackOn::Error => self.error = true,
            FallbackOn::Timeout => self.timeout = true,
        }
        self
    }

    /// The members, always in the order `not_found`, `error`, `timeout`.
    pub(crate) fn members(self) -> &'static [FallbackOn] {
        use FallbackOn::{Error, NotFound, Timeout};
        match (self.not_found, self.error, self.timeout) {
            (false, false, false) => &[],
            (true, false, false) => &[NotFound],
            (false, true, false) => &[Error],
            (false, false, true) => &[Timeout],
            (true, true, false) => &[NotFound, Error],
            (true, false, true) => &[NotFound, Timeout],
            (false, true, true) => &[Error, Timeout],
            (true, true, true) => &[NotFound, Error, Timeout],
        }
    }

    pub(crate) fn is_never(self) -> bool {
        self == Self::NEVER
    }

    /// True where a store that fails sends reads on, whatever a missing record does.
    pub(crate) fn on_failure(self) -> bool {
        self.error || self.timeout
    }
}

/// What a replication stream does.
///
/// ```
/// assert_eq!(cutover::StreamState::Backfill.name(), "backfill");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamState {
    /// Nothing.
    Off,
    /// Copies the records that are there, once; changes do not follow.
    Load,
    /// Copies the records that are there, and changes made meanwhile follow.
    Backfill,
    /// Changes follow.
    Active,
    /// Applies the changes made before this phase, and then stops.
    Draining,
    /// Ready to start, proven by a record that made the round trip; changes do not follow yet.
    Armed,
}

impl StreamState {
    /// What a forward stream may do, in the words of a ruleset.
    pub(crate) const FORWARD: &[(&str, Self)] = &[
        ("off", Self::Off),
        ("load", Self::Load),
        ("backfill", Self::Backfill),
        ("active", Self::Active),
        ("draining", Self::Draining),
    ];
    /// What a reverse stream may do, in the words of a ruleset.
    pub(crate) const REVERSE: &[(&str, Self)] =
        &[("off", Self::Off), ("armed", Self::Armed), ("active", Self::Active), ("draining", Self::Draining)];

    /// The word in rulesets and routes, such as `active`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Load => "load",
            Self::Backfill => "backfill",
            Self::Active => "active",
            Self::Draining => "draining",
            Self::Armed => "armed",
        }
    }

    /// True where a change made now arrives.
    pub(crate) fn follows(self) -> bool {
        matches!(self, Self::Backfill | Self::Active)
    }

    /// What the stream does where one phase needs this of it and another one `other`.
    pub(crate) fn joined(self, other: Self) -> Self {
        let demand = |state| match state {
            Self::Off => 0,
            Self::Armed => 1,
            Self::Draining => 2,
            Self::Load => 3,
            Self::Active => 4,
            Self::Backfill => 5,
        };
        match (self, other) {
            (Self::Load, Self::Active) | (Self::Active, Self::Load) => Self::Backfill,
            _ if demand(other) > demand(self) => other,
            _ => self,
        }
    }

    /// True where records that are there may not have arrived yet.
    pub(crate) fn is_copying(self) -> bool {
        matches!(self, Self::Load | Self::Backfill)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_words_agree() {
        for bits in 0..8_u8 {
            let set = Fallback { not_found: bits & 1 != 0, error: bits & 2 != 0, timeout: bits & 4 != 0 };
            let rebuilt = set.members().iter().fold(Fallback::NEVER, |set, on| set.with(*on));
            assert_eq!(rebuilt, set);
        }
        assert!(FallbackOn::WORDS.iter().all(|(word, on)| on.name() == *word));
        assert!(Ack::WORDS.iter().all(|(word, ack)| ack.name() == *word));
        let streams = StreamState::FORWARD.iter().chain(StreamState::REVERSE);
        assert!(streams.into_iter().all(|(word, state)| state.name() == *word));
    }
}
