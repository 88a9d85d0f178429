//! What a phase does to the two stores, in the words of the model.

/// One of the two stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Side {
    /// The store that is left.
    Old = 0,
    /// The store that is moved to.
    New = 1,
}

impl Side {
    /// Both sides.
    pub const ALL: [Self; 2] = [Self::Old, Self::New];

    /// The side that this one is not.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

/// What an acknowledged write has waited for on the second store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// The store took the write; where it fails, the write is not acknowledged.
    Required,
    /// The write was tried once.
    BestEffort,
    /// The write is in a durable outbox.
    Outbox,
}

/// What a stream does while a phase is the one that is being moved to or kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stream {
    /// It takes up no change. What it took up before still arrives.
    #[default]
    Off,
    /// It copies the records that are there, once.
    Load,
    /// It copies the records that are there, and follows changes.
    Backfill,
    /// It follows changes.
    Follows,
    /// It follows the changes of operations that began under a phase in which it followed.
    Draining,
}

impl Stream {
    /// Whether every change is followed.
    #[must_use]
    pub const fn follows(self) -> bool {
        matches!(self, Self::Backfill | Self::Follows)
    }

    /// Whether the records that are there are copied.
    #[must_use]
    pub const fn copies(self) -> bool {
        matches!(self, Self::Load | Self::Backfill)
    }
}

/// What nodes do that have adopted a phase, and what the streams do.
///
/// ```
/// use cutover_safety::{Phase, Second, Side, Stream};
/// let live = Phase::new(Side::New, Side::New).then(Second::Required).fallback_on_failure();
/// assert_eq!((live.read, live.second), (Side::New, Some(Second::Required)));
/// assert_eq!(live.forward, Stream::Off);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// The store that reads ask.
    pub read: Side,
    /// Whether a record that is missing there is looked up in the other store.
    pub on_missing: bool,
    /// Whether a read that fails there goes on to the other store.
    pub on_failure: bool,
    /// The store that is written first; its acknowledgement is always required.
    pub first: Side,
    /// How the other store is written.
    pub second: Option<Second>,
    /// The stream from old to new.
    pub forward: Stream,
    /// The stream from new to old.
    pub reverse: Stream,
}

impl Phase {
    /// Reads one side and writes one side, with no stream.
    #[must_use]
    pub const fn new(read: Side, first: Side) -> Self {
        Self {
            read,
            on_missing: false,
            on_failure: false,
            first,
            second: None,
            forward: Stream::Off,
            reverse: Stream::Off,
        }
    }

    /// The same with the other side written second.
    #[must_use]
    pub const fn then(self, second: Second) -> Self {
        Self { second: Some(second), ..self }
    }

    /// The same with missing records looked up in the other store.
    #[must_use]
    pub const fn fallback_on_missing(self) -> Self {
        Self { on_missing: true, ..self }
    }

    /// The same with failed reads going on to the other store.
    #[must_use]
    pub const fn fallback_on_failure(self) -> Self {
        Self { on_failure: true, ..self }
    }

    /// The same with a forward stream.
    #[must_use]
    pub const fn forward(self, forward: Stream) -> Self {
        Self { forward, ..self }
    }

    /// The same with a reverse stream.
    #[must_use]
    pub const fn reverse(self, reverse: Stream) -> Self {
        Self { reverse, ..self }
    }

    /// The stream that leaves a store.
    #[must_use]
    pub const fn stream_from(&self, side: Side) -> Stream {
        match side {
            Side::Old => self.forward,
            Side::New => self.reverse,
        }
    }
}
