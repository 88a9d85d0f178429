//! What a phase does: where it reads, where it writes, what the streams do.
//!
//! A migration has two stores and no more, so a [`Shape`] names each *other* store by what it does and never by
//! which it is: a fallback, a comparison and a second write are on the other side by construction, and a phase
//! that falls back on the store it reads cannot be written down.

use super::words::{Ack, Fallback, Side, StreamState};

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
    fn a_stream_makes_up_for_a_best_effort_copy() {
        let direct = Shape::new(Side::Old, Side::Old).then(Ack::BestEffort);
        assert_eq!(direct.reach(Side::Old), Reach::Acknowledged);
        assert_eq!(direct.reach(Side::New), Reach::BestEffort);
        assert_eq!(direct.forward(StreamState::Active).reach(Side::New), Reach::Stream);
        assert_eq!(direct.forward(StreamState::Draining).reach(Side::New), Reach::BestEffort);
        assert_eq!(direct.then(Ack::Outbox).forward(StreamState::Active).reach(Side::New), Reach::Outbox);
        assert_eq!(Shape::new(Side::New, Side::New).reach(Side::Old), Reach::Never);
        assert_eq!(
            Shape::new(Side::New, Side::New).reverse(StreamState::Armed).reach(Side::Old),
            Reach::Never
        );
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
        let live =
            Shape::new(Side::New, Side::New).then(Ack::Required).comparing().fallback(Fallback::FAILURE);
        let turned = Shape::new(Side::Old, Side::Old).then(Ack::Outbox);
        assert_eq!(live.reverse(StreamState::Armed).emergency(), turned);
        let ramp_down = Shape::new(Side::New, Side::New).reverse(StreamState::Active);
        assert_eq!(ramp_down.emergency(), turned.reverse(StreamState::Draining));
        let ahead =
            Shape::new(Side::New, Side::Old).fallback(Fallback::NOT_FOUND).forward(StreamState::Active);
        assert_eq!(ahead.emergency(), Shape::new(Side::Old, Side::Old).forward(StreamState::Active));
    }
}
