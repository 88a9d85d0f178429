//! What a change event does to a record, and what becomes of one that cannot be applied.
//!
//! A partition is read in order, and its offset is committed after the work, so that every event is applied at least
//! once and the versions make it once. An event that cannot be applied goes to the dead letters and **parks its key**:
//! later events of the key follow it there, in order, and none overtakes it, while all other keys go on. When every
//! dead letter of a key is redriven or discarded, the key is free again. A store that is down is no reason to park:
//! then the partition waits.
//!
//! An event that does not even say its key parks nothing; when it is redriven, its version keeps it from undoing
//! something newer.

mod apply;

pub use apply::{Applied, Current, Op, Poison, Skip, apply};

use crate::invalid::require;
use crate::retry::{Failure, Policy};
use crate::{Invalid, Millis, later};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// How a partition is worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The partition's name: with the offset it is the key of a dead letter.
    pub partition: String,
    /// How long to wait for a store that is down. It is waited for as long as it takes: `attempts` counts nothing here.
    pub retry: Policy,
    /// So many keys may be parked; with more, the partition halts, for something else is wrong.
    pub max_parked: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { partition: String::new(), retry: Policy::default(), max_parked: 1_000 }
    }
}

impl Config {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        require(&[(self.max_parked >= 1, "`max_parked` is 1 or more")])?;
        self.retry.check()
    }
}

/// What is kept of a partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Partition {
    /// The next offset that is worked on.
    pub next: u64,
    /// The parked keys.
    pub parked: BTreeMap<String, Parked>,
    /// The event that is being applied, if any.
    pub doing: Option<Doing>,
    /// Whether nothing goes on until somebody says so.
    pub halted: bool,
}

/// A key of which an event could not be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parked {
    /// The first event that could not be applied; the ones before it were.
    pub first: u64,
    /// How many dead letters it has.
    pub letters: u64,
    /// The last of them.
    pub last: u64,
}

/// An event that is being applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doing {
    /// Its offset.
    pub offset: u64,
    /// Its record.
    pub key: String,
    /// What is done.
    pub applied: Applied,
    /// For which time.
    pub attempt: u32,
}

/// What happened to a partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The next event was read, and what the target has of its record.
    Arrived {
        /// Its place in the partition.
        offset: u64,
        /// What happened to the row; left out where the message has no value, as those after a deletion have not.
        #[serde(default)]
        op: Option<Op>,
        /// The record.
        #[serde(default)]
        key: Option<String>,
        /// Its version.
        #[serde(default)]
        version: Option<u64>,
        /// Whether the event has a record to write.
        #[serde(default = "crate::retry::yes")]
        record: bool,
        /// Whether the host could read and transform it.
        #[serde(default = "crate::retry::yes")]
        readable: bool,
        /// What the target has.
        #[serde(default)]
        current: Current,
    },
    /// The put or the deletion, and the commit after it, were performed.
    Succeeded {
        /// Of which event.
        offset: u64,
    },
    /// One of them was not.
    Failed {
        /// Of which event.
        offset: u64,
        /// How.
        failure: Failure,
        /// The time.
        now: Millis,
    },
    /// The time that was asked for has come.
    Due,
    /// A dead letter of a key was applied, or somebody has decided that it never will be: the oldest first.
    Settled {
        /// Which key.
        key: String,
    },
    /// Somebody wants a halted partition to go on.
    Released,
}

/// What a host does about a partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Write the whole record, where the target is not newer.
    Put {
        /// Which.
        key: String,
        /// Its version.
        version: u64,
    },
    /// Write a tombstone, where the target is not newer.
    Delete {
        /// Which.
        key: String,
        /// Its version.
        version: u64,
    },
    /// Count an event that changes nothing.
    Skip {
        /// Why; none for a message without a value, or one that was worked on before.
        reason: Option<Skip>,
    },
    /// Keep this state durably.
    Persist {
        /// The state.
        state: Box<Partition>,
    },
    /// Keep the event for somebody to look at, once for each id.
    DeadLetter {
        /// Partition and offset.
        id: String,
        /// The record, if it is known.
        key: Option<String>,
        /// What is wrong with it; none where only an earlier event of its key is wrong.
        reason: Option<Poison>,
    },
    /// Commit this offset: it is the next to be read.
    Commit {
        /// The offset.
        next: u64,
    },
    /// Say [`Event::Due`] then.
    WakeAt {
        /// The time.
        at: Millis,
    },
    /// Read no further, and tell somebody.
    Halt,
}

impl Partition {
    /// What becomes of a partition, and what is to be done. Events that have no place change nothing.
    ///
    /// ```
    /// use cutover_delivery::change::{Config, Current, Effect, Event, Op, Partition};
    /// let (op, key, version) = (Some(Op::Update), Some("7".into()), Some(3));
    /// let current = Current::Version(2);
    /// let event = Event::Arrived { offset: 0, op, key, version, record: true, readable: true, current };
    /// let (_, effects) = Partition::default().step(&Config::default(), event);
    /// assert_eq!(effects, [Effect::Put { key: "7".into(), version: 3 }, Effect::Commit { next: 1 }]);
    /// ```
    #[must_use]
    pub fn step(mut self, config: &Config, event: Event) -> (Self, Vec<Effect>) {
        let effects = match event {
            Event::Arrived { .. } if self.halted || self.doing.is_some() => Vec::new(),
            Event::Arrived { offset, op, key, version, record, readable, current } => {
                if offset < self.next {
                    vec![Effect::Skip { reason: None }, Effect::Commit { next: self.next }]
                } else {
                    let applied = judge(op, key.as_deref(), version, (record, readable), current);
                    self.arrive(config, offset, key, applied)
                }
            }
            Event::Succeeded { offset } => {
                if self.doing.take_if(|doing| doing.offset == offset).is_some() {
                    self.next = offset.saturating_add(1);
                }
                Vec::new()
            }
            Event::Failed { offset, failure, now } => self.fail(config, offset, failure, now),
            Event::Due => self.doing.as_ref().map(perform).unwrap_or_default(),
            Event::Settled { key } => self.settle(&key),
            Event::Released => {
                self.halted = false;
                vec![self.persist()]
            }
        };
        (self, effects)
    }

    fn arrive(
        &mut self,
        config: &Config,
        offset: u64,
        key: Option<String>,
        applied: Option<Applied>,
    ) -> Vec<Effect> {
        let Some(applied) = applied else { return self.pass(offset, None) };
        let parked = key.as_deref().and_then(|key| self.parked.get(key));
        let parked = parked.is_some_and(|parked| offset >= parked.first);
        match (applied, key) {
            (Applied::Poison(reason), key) => self.park(config, offset, key, Some(reason)),
            (_, key) if parked => self.park(config, offset, key, None),
            (Applied::Skip(reason), _) => self.pass(offset, Some(reason)),
            (applied, key) => {
                let doing = Doing { offset, key: key.unwrap_or_default(), applied, attempt: 1 };
                let effects = perform(&doing);
                self.doing = Some(doing);
                effects
            }
        }
    }

    fn pass(&mut self, offset: u64, reason: Option<Skip>) -> Vec<Effect> {
        self.next = offset.saturating_add(1);
        vec![Effect::Skip { reason }, Effect::Commit { next: self.next }]
    }

    /// The state is kept before the letter, and the letter before the offset: after a crash between them, the event
    /// comes again, finds its key parked, and is not counted twice.
    fn park(
        &mut self,
        config: &Config,
        offset: u64,
        key: Option<String>,
        reason: Option<Poison>,
    ) -> Vec<Effect> {
        if let Some(key) = &key {
            if !self.parked.contains_key(key) && self.parked.len() >= config.max_parked {
                self.halted = true;
                return vec![self.persist(), Effect::Halt];
            }
            let parked =
                self.parked.entry(key.clone()).or_insert(Parked { first: offset, letters: 0, last: 0 });
            if parked.letters == 0 || offset > parked.last {
                *parked = Parked { letters: parked.letters.saturating_add(1), last: offset, ..*parked };
            }
        }
        let persist = self.persist();
        self.next = offset.saturating_add(1);
        let letter = Effect::DeadLetter { id: format!("{}:{offset}", config.partition), key, reason };
        vec![persist, letter, Effect::Commit { next: self.next }]
    }

    fn fail(&mut self, config: &Config, offset: u64, failure: Failure, now: Millis) -> Vec<Effect> {
        let Some(mut doing) = self.doing.take_if(|doing| doing.offset == offset) else { return Vec::new() };
        if failure == Failure::Permanent {
            return self.park(config, offset, Some(doing.key), Some(Poison::Refused));
        }
        let id = format!("{}:{offset}", config.partition);
        let at = later(now, config.retry.delay_ms(&id, doing.attempt));
        doing.attempt = doing.attempt.saturating_add(1);
        self.doing = Some(doing);
        vec![Effect::WakeAt { at }]
    }

    fn settle(&mut self, key: &str) -> Vec<Effect> {
        let Some(parked) = self.parked.get_mut(key) else { return Vec::new() };
        parked.letters = parked.letters.saturating_sub(1);
        if parked.letters == 0 {
            self.parked.remove(key);
        }
        vec![self.persist()]
    }

    fn persist(&self) -> Effect {
        Effect::Persist { state: Box::new(Self { doing: None, ..self.clone() }) }
    }
}

/// What an event does, if it is one.
fn judge(
    op: Option<Op>,
    key: Option<&str>,
    version: Option<u64>,
    (record, readable): (bool, bool),
    current: Current,
) -> Option<Applied> {
    if !readable {
        return Some(Applied::Poison(Poison::Unreadable));
    }
    let op = op?;
    Some(match key {
        None => Applied::Poison(Poison::NoKey),
        Some(_) if !record && !matches!(op, Op::Delete | Op::Other) => Applied::Poison(Poison::NoRecord),
        Some(_) => apply(op, version, current),
    })
}

fn perform(doing: &Doing) -> Vec<Effect> {
    let key = doing.key.clone();
    let work = match doing.applied {
        Applied::Put(version) => Effect::Put { key, version },
        Applied::Delete(version) => Effect::Delete { key, version },
        Applied::Skip(_) | Applied::Poison(_) => return Vec::new(),
    };
    vec![work, Effect::Commit { next: doing.offset.saturating_add(1) }]
}
