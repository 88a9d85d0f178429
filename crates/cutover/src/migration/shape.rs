//! What a phase does: where it reads, where it writes, what the streams do.
//!
//! A migration has two stores and no more, so a [`Shape`] names each *other* store by what it does and never by
//! which it is: a fallback, a comparison and a second write are on the other side by construction, and a phase
//! that falls back on the store it reads cannot be written down.

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
    fn joined(self, other: Self) -> Self {
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

/// How a write that a shape acknowledges reaches one side, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Before it is acknowledged: this side acknowledges it.
    Acknowledged,
    /// Later, through the outbox.
    Outbox,
    /// Later, by the stream.
    Stream,
    /// Unless the second write fails.
    BestEffort,
    /// Not at all.
    Never,
}

/// Everything a phase does, in two words per side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Where reads go.
    pub(crate) from: Side,
    /// When a read goes on to the other side.
    pub(crate) fallback: Fallback,
    /// Whether a sample of the reads is compared with the other side.
    pub(crate) compare: bool,
    /// Which side is written first, and is authoritative; its acknowledgement is always required.
    pub(crate) first: Side,
    /// How the other side is written, where it is.
    pub(crate) second: Option<Ack>,
    /// The stream from old to new.
    pub(crate) forward: StreamState,
    /// The stream from new to old.
    pub(crate) reverse: StreamState,
}

impl Shape {
    /// Reads one side and writes one side, with no stream.
    pub(crate) const fn new(from: Side, first: Side) -> Self {
        Self {
            from,
            fallback: Fallback::NEVER,
            compare: false,
            first,
            second: None,
            forward: StreamState::Off,
            reverse: StreamState::Off,
        }
    }

    /// The same with reads that go on to the other side.
    pub(crate) const fn fallback(self, fallback: Fallback) -> Self {
        Self { fallback, ..self }
    }

    /// The same with reads compared with the other side.
    pub(crate) const fn comparing(self) -> Self {
        Self { compare: true, ..self }
    }

    /// The same with the other side written second.
    pub(crate) const fn then(self, ack: Ack) -> Self {
        Self { second: Some(ack), ..self }
    }

    pub(crate) const fn forward(self, forward: StreamState) -> Self {
        Self { forward, ..self }
    }

    pub(crate) const fn reverse(self, reverse: StreamState) -> Self {
        Self { reverse, ..self }
    }

    /// The same with streams that do what `other` needs of them too: units in two phases share the streams.
    pub(crate) fn sharing_streams(self, other: Self) -> Self {
        self.forward(self.forward.joined(other.forward)).reverse(self.reverse.joined(other.reverse))
    }

    /// The stream that brings changes to `side`.
    pub(crate) fn stream_to(self, side: Side) -> StreamState {
        match side {
            Side::Old => self.reverse,
            Side::New => self.forward,
        }
    }

    /// How a write reaches `side`. Where a second write may fail and a stream follows, the stream is what counts.
    pub(crate) fn reach(self, side: Side) -> Reach {
        let follows = self.stream_to(side).follows();
        match self.second {
            _ if side == self.first => Reach::Acknowledged,
            Some(Ack::Required) => Reach::Acknowledged,
            Some(Ack::Outbox) => Reach::Outbox,
            _ if follows => Reach::Stream,
            Some(Ack::BestEffort) => Reach::BestEffort,
            None => Reach::Never,
        }
    }

    /// What an emergency does where the ladder does not say: it reads old, and what is written reaches both sides
    /// by what was there. Writes that begin with old stay as they are. Writes that begin with new are turned
    /// round: old must take them, and new gets them through the outbox, for new may be what is down.
    pub(crate) const fn emergency(self) -> Self {
        let calm = Self { from: Side::Old, fallback: Fallback::NEVER, compare: false, ..self };
        match self.first {
            Side::Old => calm,
            Side::New => Self {
                first: Side::Old,
                second: Some(Ack::Outbox),
                forward: StreamState::Off,
                reverse: match self.reverse {
                    StreamState::Active | StreamState::Draining => StreamState::Draining,
                    _ => StreamState::Off,
                },
                ..calm
            },
        }
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

    #[test]
    fn a_stream_makes_up_for_a_best_effort_copy() {
        let direct = Shape::new(Side::Old, Side::Old).then(Ack::BestEffort);
        assert_eq!(direct.reach(Side::Old), Reach::Acknowledged);
        assert_eq!(direct.reach(Side::New), Reach::BestEffort);
        assert_eq!(direct.forward(StreamState::Active).reach(Side::New), Reach::Stream);
        assert_eq!(direct.forward(StreamState::Draining).reach(Side::New), Reach::BestEffort);
        assert_eq!(direct.then(Ack::Outbox).forward(StreamState::Active).reach(Side::New), Reach::Outbox);
        assert_eq!(Shape::new(Side::New, Side::New).reach(Side::Old), Reach::Never);
        assert_eq!(Shape::new(Side::New, Side::New).reverse(StreamState::Armed).reach(Side::Old), Reach::Never);
    }

    #[test]
    fn shared_streams_do_what_both_need() {
        use StreamState::{Active, Armed, Backfill, Draining, Load, Off};
        let table = [
            (Off, Off, Off),
            (Off, Armed, Armed),
            (Armed, Active, Active),
            (Draining, Backfill, Backfill),
            (Draining, Off, Draining),
            (Load, Active, Backfill),
            (Active, Backfill, Backfill),
        ];
        for (a, b, both) in table {
            let with = |state| Shape::new(Side::Old, Side::Old).forward(state).reverse(state);
            assert_eq!(with(a).sharing_streams(with(b)), with(both));
            assert_eq!(with(b).sharing_streams(with(a)), with(both));
        }
    }

    #[test]
    fn an_emergency_reads_old_and_turns_writes_round() {
        let live = Shape::new(Side::New, Side::New).then(Ack::Required).comparing().fallback(Fallback::FAILURE);
        let turned = Shape::new(Side::Old, Side::Old).then(Ack::Outbox);
        assert_eq!(live.reverse(StreamState::Armed).emergency(), turned);
        let ramp_down = Shape::new(Side::New, Side::New).reverse(StreamState::Active);
        assert_eq!(ramp_down.emergency(), turned.reverse(StreamState::Draining));
        let ahead = Shape::new(Side::New, Side::Old).fallback(Fallback::NOT_FOUND).forward(StreamState::Active);
        assert_eq!(ahead.emergency(), Shape::new(Side::Old, Side::Old).forward(StreamState::Active));
    }
}
