//! Which owed write is delivered next, by whom, and when it is given up.
//!
//! Entries are rows of a store; this says what a row becomes. A store writes it where the row still has the generation
//! that it was read with, so that of two workers one wins. Each claim has a new generation, and what a worker says of
//! an older one is ignored. An attempt is counted when it is claimed: an entry that kills its workers is given up too.
//!
//! Deliveries happen at least once, and in the order of `seq` for each key.

use crate::retry::{Failure, GaveUp, Policy};
use crate::{Invalid, Millis, later, limits};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// How entries are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How often they are tried, and after how long.
    pub retry: Policy,
    /// How long a worker may keep one without a word.
    pub lease_ms: u64,
    /// What a dead entry means to the later ones of its key.
    pub dead: OnDead,
}

/// What a dead entry means to the later ones of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDead {
    /// They wait until it is redriven or discarded: none overtakes it.
    #[default]
    Park,
    /// They go on. Only where entries are whole records and the store's writes are conditional on a version: else a
    /// dead entry that is redriven later undoes them.
    Pass,
}

impl Default for Config {
    fn default() -> Self {
        Self { retry: Policy::default(), lease_ms: 30_000, dead: OnDead::Park }
    }
}

impl Config {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        limits::LEASE_MS.check(self.lease_ms)?;
        self.retry.check()
    }
}

/// An owed write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its idempotency key.
    pub id: String,
    /// The record that it writes: entries of one key are delivered in their order.
    pub key: String,
    /// Its place in that order.
    pub seq: u64,
    /// Where it is.
    pub state: State,
    /// The last claim, or the last word of a person.
    #[serde(default)]
    pub generation: u32,
    /// How often it was claimed since it was made or redriven.
    #[serde(default)]
    pub attempt: u32,
}

/// Where an entry is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum State {
    /// It waits.
    Pending {
        /// For this time, at least.
        due: Millis,
    },
    /// A worker delivers it.
    Claimed {
        /// Which.
        worker: String,
        /// When it is given back without a word of the worker.
        lease_until: Millis,
    },
    /// It was delivered.
    Done,
    /// It was given up, until somebody looks at it.
    Dead {
        /// Why.
        reason: Dead,
        /// What the store said last.
        message: String,
    },
    /// Somebody has decided that it is not delivered.
    Discarded,
}

/// Why an entry is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dead {
    /// The store refused it for good.
    Permanent,
    /// It was tried as often as it may be.
    Exhausted,
    /// The last worker never came back.
    Expired,
}

/// What happened to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A worker wants it.
    Claimed {
        /// Which.
        worker: String,
        /// The time.
        now: Millis,
    },
    /// The worker needs longer.
    Extended {
        /// Of its claim.
        generation: u32,
        /// The time.
        now: Millis,
    },
    /// The store has it.
    Succeeded {
        /// Of the claim.
        generation: u32,
    },
    /// The store has not, or nobody knows.
    Failed {
        /// Of the claim.
        generation: u32,
        /// How.
        failure: Failure,
        /// What the store said.
        #[serde(default)]
        message: String,
        /// The time.
        now: Millis,
    },
    /// Time has passed.
    Passed {
        /// The time.
        now: Millis,
    },
    /// Somebody wants a dead or discarded one tried again.
    Redriven {
        /// The time.
        now: Millis,
    },
    /// Somebody wants it not to be delivered.
    Discarded,
}

/// What a host does about an entry, once its row is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Deliver it, with its id as the idempotency key.
    Deliver {
        /// The claim, to be said with what came of it.
        generation: u32,
        /// For which time.
        attempt: u32,
        /// Until when, or it is to be extended.
        lease_until: Millis,
    },
    /// Tell somebody: it is dead.
    Alert {
        /// Why.
        reason: Dead,
    },
    /// The event had no place; nothing is written.
    Ignored {
        /// Whether it was said of an older claim.
        stale: bool,
    },
}

impl Entry {
    /// An entry that is due at once.
    #[must_use]
    pub fn new(id: &str, key: &str, seq: u64, now: Millis) -> Self {
        let state = State::Pending { due: now };
        Self { id: id.into(), key: key.into(), seq, state, generation: 0, attempt: 0 }
    }

    /// What becomes of it, and what is to be done.
    ///
    /// ```
    /// use cutover_delivery::outbox::{Config, Effect, Entry, Event, State};
    /// let config = Config::default();
    /// let entry = Entry::new("op-1", "order-7", 1, 0);
    /// let (entry, effects) = entry.step(&config, Event::Claimed { worker: "a".into(), now: 0 });
    /// assert_eq!(effects, [Effect::Deliver { generation: 1, attempt: 1, lease_until: 30_000 }]);
    /// let (entry, _) = entry.step(&config, Event::Succeeded { generation: 1 });
    /// assert_eq!(entry.state, State::Done);
    /// ```
    #[must_use]
    pub fn step(mut self, config: &Config, event: Event) -> (Self, Vec<Effect>) {
        let effect = match event {
            Event::Claimed { worker, now } => self.claim(config, worker, now),
            Event::Extended { generation, now } => match (self.held(generation), &mut self.state) {
                (true, State::Claimed { lease_until, .. }) => {
                    *lease_until = later(now, config.lease_ms);
                    None
                }
                _ => Some(self.ignored(generation)),
            },
            Event::Succeeded { generation } if self.held(generation) => {
                self.state = State::Done;
                None
            }
            Event::Failed { generation, failure, message, now } if self.held(generation) => {
                self.fail(config, failure, message, now)
            }
            Event::Succeeded { generation } | Event::Failed { generation, .. } => {
                Some(self.ignored(generation))
            }
            Event::Passed { now } => match self.expired(now) {
                true => self.give_back(config, now),
                false => Some(Effect::Ignored { stale: false }),
            },
            Event::Redriven { now } => match self.state {
                State::Dead { .. } | State::Discarded => {
                    self.renew(State::Pending { due: now });
                    None
                }
                _ => Some(Effect::Ignored { stale: false }),
            },
            Event::Discarded => match self.state {
                State::Pending { .. } | State::Dead { .. } => {
                    self.renew(State::Discarded);
                    None
                }
                _ => Some(Effect::Ignored { stale: false }),
            },
        };
        (self, effect.into_iter().collect())
    }

    fn claim(&mut self, config: &Config, worker: String, now: Millis) -> Option<Effect> {
        if self.expired(now) {
            let given_up = self.give_back(config, now);
            if given_up.is_some() {
                return given_up;
            }
            // Another worker need not wait: the lease was the wait.
            self.state = State::Pending { due: now };
        }
        match self.state {
            State::Pending { due } if due <= now => {
                self.generation = self.generation.wrapping_add(1);
                self.attempt = self.attempt.saturating_add(1);
                let lease_until = later(now, config.lease_ms);
                self.state = State::Claimed { worker, lease_until };
                let (generation, attempt) = (self.generation, self.attempt);
                Some(Effect::Deliver { generation, attempt, lease_until })
            }
            _ => Some(Effect::Ignored { stale: false }),
        }
    }

    fn fail(&mut self, config: &Config, failure: Failure, message: String, now: Millis) -> Option<Effect> {
        let reason = match config.retry.after(&self.id, self.attempt, failure, now, None) {
            Ok(due) => {
                self.state = State::Pending { due };
                return None;
            }
            Err(GaveUp::Permanent) => Dead::Permanent,
            Err(_) => Dead::Exhausted,
        };
        self.state = State::Dead { reason, message };
        Some(Effect::Alert { reason })
    }

    fn give_back(&mut self, config: &Config, now: Millis) -> Option<Effect> {
        if self.attempt >= config.retry.attempts {
            let reason = Dead::Expired;
            self.state = State::Dead { reason, message: String::new() };
            return Some(Effect::Alert { reason });
        }
        self.state = State::Pending { due: now };
        None
    }

    fn renew(&mut self, state: State) {
        self.state = state;
        self.generation = self.generation.wrapping_add(1);
        self.attempt = 0;
    }

    fn held(&self, generation: u32) -> bool {
        generation == self.generation && matches!(self.state, State::Claimed { .. })
    }

    fn expired(&self, now: Millis) -> bool {
        matches!(self.state, State::Claimed { lease_until, .. } if lease_until <= now)
    }

    fn ignored(&self, generation: u32) -> Effect {
        Effect::Ignored { stale: generation != self.generation }
    }
}

/// What to claim now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Next {
    /// The places of entries in the list, in the order of `seq`.
    pub claim: Vec<usize>,
    /// When to look again, where nothing else happens first.
    pub wake: Option<Millis>,
}

/// Which of some entries to claim: the first unfinished one of each key, where it is due, or where its lease has ended.
///
/// The list has at least every unfinished entry of the keys in it; the order of the list is without meaning.
///
/// ```
/// use cutover_delivery::outbox::{Config, Entry, next};
/// let entries = [Entry::new("2", "a", 2, 0), Entry::new("1", "a", 1, 0), Entry::new("3", "b", 3, 9)];
/// let found = next(&Config::default(), &entries, 5, 10);
/// assert_eq!((found.claim, found.wake), (vec![1], Some(9)));
/// ```
#[must_use]
pub fn next(config: &Config, entries: &[Entry], now: Millis, limit: usize) -> Next {
    let mut order: Vec<(usize, &Entry)> = entries.iter().enumerate().collect();
    order.sort_by_key(|(_, entry)| (entry.seq, entry.id.as_str()));
    let (mut seen, mut found) = (BTreeSet::new(), Next::default());
    for (place, entry) in order {
        let ready = match &entry.state {
            State::Done | State::Discarded => continue,
            State::Dead { .. } if config.dead == OnDead::Pass => continue,
            State::Dead { .. } => Millis::MAX,
            State::Pending { due } => *due,
            State::Claimed { lease_until, .. } => *lease_until,
        };
        if !seen.insert(entry.key.as_str()) {
            continue;
        }
        if ready > now {
            if ready < Millis::MAX {
                found.wake = Some(found.wake.map_or(ready, |wake| wake.min(ready)));
            }
        } else if found.claim.len() < limit {
            found.claim.push(place);
        } else {
            found.wake = Some(now);
        }
    }
    found
}
