//! What a change event does to a record, and what becomes of one that cannot be applied.
//!
//! A partition is read in order, and its offset is committed after the work, so that every event is applied at least
//! once and the versions make it once. An event that cannot be applied goes to the dead letters and **parks its key**:
//! later events of the key follow it there, in order, and none overtakes it, while all other keys go on. When every
//! dead letter of a key was redriven or discarded, the key is free again. A store that is down is no reason to park:
//! then the partition waits.
//!
//! An event that does not even say its key parks nothing; when it is redriven, its version keeps it from undoing
//! something newer.

mod apply;

pub use apply::{Applied, Current, Op, Poison, Skip, apply};

use crate::retry::{Failure, Policy};
use crate::{Invalid, Millis, later, limits};
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
    pub max_parked: u32,
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
        limits::MAX_PARKED.check(self.max_parked)?;
        self.retry.check()
    }
}

/// What is kept of a partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Partition {
    /// The next offset that is worked on.
    pub next: u64,
    /// The parked keys, each with the offset of its first event that could not be applied; the ones before were.
    pub parked: BTreeMap<String, u64>,
    /// The event that is being applied, if any.
    pub doing: Option<Doing>,
    /// Whether nothing goes on until somebody says so.
    pub halted: bool,
}

/// An event that is being worked on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doing {
    /// Its offset.
    pub offset: u64,
    /// Its record, if it is known.
    pub key: Option<String>,
    /// What is done.
    pub work: Work,
    /// For which time.
    pub attempt: u32,
}

/// What is done about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The record is written with this version.
    Put(u64),
    /// A tombstone is written with this version.
    Delete(u64),
    /// It becomes a dead letter: for this, or because an earlier event of its key did.
    Park(Option<Poison>),
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
    /// All effects of an event were performed.
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
        /// How many dead letters of it there are still.
        remaining: u64,
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
            Event::Due => self.perform(config),
            Event::Settled { key, remaining } => self.settle(&key, remaining),
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
        let first = key.as_deref().and_then(|key| self.parked.get(key));
        let parked = first.is_some_and(|first| offset >= *first);
        let work = match applied {
            Applied::Poison(reason) => Work::Park(Some(reason)),
            _ if parked => Work::Park(None),
            Applied::Skip(reason) => return self.pass(offset, Some(reason)),
            Applied::Put(version) => Work::Put(version),
            Applied::Delete(version) => Work::Delete(version),
        };
        self.work_on(config, Doing { offset, key, work, attempt: 1 })
    }

    fn pass(&mut self, offset: u64, reason: Option<Skip>) -> Vec<Effect> {
        self.next = offset.saturating_add(1);
        vec![Effect::Skip { reason }, Effect::Commit { next: self.next }]
    }

    fn work_on(&mut self, config: &Config, doing: Doing) -> Vec<Effect> {
        if let (Work::Park(_), Some(key)) = (doing.work, &doing.key) {
            if !self.parked.contains_key(key) && self.parked.len() >= config.max_parked as usize {
                self.halted = true;
                return vec![self.persist(), Effect::Halt];
            }
            self.parked.entry(key.clone()).or_insert(doing.offset);
        }
        self.doing = Some(doing);
        self.perform(config)
    }

    /// A key is parked durably before its letter is kept, and the letter before the offset is committed: after a crash
    /// between them, the event comes again and finds its key parked.
    fn perform(&self, config: &Config) -> Vec<Effect> {
        let Some(Doing { offset, key, work, .. }) = self.doing.clone() else { return Vec::new() };
        let commit = Effect::Commit { next: offset.saturating_add(1) };
        match (work, key) {
            (Work::Put(version), Some(key)) => vec![Effect::Put { key, version }, commit],
            (Work::Delete(version), Some(key)) => vec![Effect::Delete { key, version }, commit],
            (Work::Put(_) | Work::Delete(_), None) => Vec::new(),
            (Work::Park(reason), key) => {
                let letter = Effect::DeadLetter { id: format!("{}:{offset}", config.partition), key, reason };
                vec![self.persist(), letter, commit]
            }
        }
    }

    fn fail(&mut self, config: &Config, offset: u64, failure: Failure, now: Millis) -> Vec<Effect> {
        let Some(mut doing) = self.doing.take_if(|doing| doing.offset == offset) else { return Vec::new() };
        let parks = matches!(doing.work, Work::Park(_));
        if failure == Failure::Permanent && !parks {
            return self
                .work_on(config, Doing { work: Work::Park(Some(Poison::Refused)), attempt: 1, ..doing });
        }
        let id = format!("{}:{offset}", config.partition);
        let at = later(now, config.retry.delay_ms(&id, doing.attempt));
        doing.attempt = doing.attempt.saturating_add(1);
        self.doing = Some(doing);
        vec![Effect::WakeAt { at }]
    }

    /// A key whose next letter is just being kept is not free, whatever the letters before it have come to.
    fn settle(&mut self, key: &str, remaining: u64) -> Vec<Effect> {
        let parks = |doing: &Doing| matches!(doing.work, Work::Park(_)) && doing.key.as_deref() == Some(key);
        if remaining > 0 || self.doing.as_ref().is_some_and(parks) || self.parked.remove(key).is_none() {
            return Vec::new();
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
