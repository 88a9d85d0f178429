//! One step of a dual write.

use super::{Ack, At, Config, DualWrite, Effect, Event, Held, Outbox, Outcome, Owed, Reason, Told, Work};
use crate::Millis;
use crate::retry::{Failure, GaveUp};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

pub(super) struct Run<'a> {
    config: &'a Config,
    state: DualWrite,
    effects: Vec<Effect>,
}

impl<'a> Run<'a> {
    pub(super) fn new(config: &'a Config, state: DualWrite) -> Self {
        Self { config, state, effects: Vec::new() }
    }

    pub(super) fn step(mut self, event: Event) -> (DualWrite, Vec<Effect>) {
        match (self.state.at, event) {
            (At::Start, Event::Started | Event::Resumed) => self.begin(),
            (At::Start, Event::Cancelled) => {
                self.state.reason = Some(Reason::Cancelled);
                self.end(At::NotWritten, None);
            }
            (At::Doing { work, attempt }, Event::Finished { work: of, attempt: at, outcome, now })
                if work == of =>
            {
                match outcome.failure() {
                    // The key is the same: whichever attempt was done, it is done.
                    None => self.did(work, outcome, now),
                    Some(failure) if attempt == at => self.failed(work, attempt, failure, now),
                    Some(_) => {}
                }
            }
            (At::Retrying { work, .. }, Event::Finished { work: of, outcome, now, .. })
                if work == of && outcome.failure().is_none() =>
            {
                self.did(work, outcome, now);
            }
            (At::Retrying { due, .. }, Event::Due { now, .. }) if now < due => {
                self.effects.push(Effect::WakeAt { at: due });
            }
            (At::Retrying { work, attempt, .. }, Event::Due { granted, .. }) => {
                // What keeps a write from being forgotten is never refused.
                if granted || !matches!(work, Work::First | Work::Second) {
                    self.attempt(work, attempt.saturating_add(1));
                } else {
                    self.give_up(work, Reason::Budget);
                }
            }
            (At::Doing { work, .. }, Event::PersistFailed) => self.not_persisted(work),
            (_, Event::Cancelled) => self.cancel(),
            (At::Doing { work, attempt } | At::Retrying { work, attempt, .. }, Event::Resumed) => {
                self.resume(work, attempt);
            }
            (_, Event::Resumed) if self.state.journaled => self.effects.push(Effect::Forget),
            _ => {}
        }
        (self.state, self.effects)
    }

    fn begin(&mut self) {
        // One store cannot differ from itself, and a transaction holds its own entry.
        if self.config.second().is_some() && !self.config.is_transactional() {
            self.state.journaled = true;
            self.state.at = At::Doing { work: Work::First, attempt: 1 };
            self.persist();
        }
        self.attempt(Work::First, 1);
    }

    fn persist(&mut self) {
        self.effects.push(Effect::Persist { state: Box::new(self.state) });
    }

    fn attempt(&mut self, work: Work, attempt: u32) {
        self.state.at = At::Doing { work, attempt };
        let effect = self.effect(work, attempt);
        self.effects.extend(effect);
    }

    fn effect(&self, work: Work, attempt: u32) -> Option<Effect> {
        let (config, with_entry) = (self.config, self.config.is_transactional());
        let reason = self.state.reason.unwrap_or(Reason::Route);
        let version = config.version;
        Some(match work {
            Work::First => {
                let to = config.first()?.to.clone();
                Effect::Write { work, attempt, key: self.key(&to), to, version, with_entry }
            }
            Work::Second => {
                let to = config.second()?.to.clone();
                Effect::Write { work, attempt, key: self.key(&to), to, version, with_entry: false }
            }
            Work::Compensation => {
                let to = config.first()?.to.clone();
                let key = format!("{}:undo", self.key(&to));
                Effect::Compensate { attempt, key, to, if_version: version?, with_entry }
            }
            Work::Outbox => {
                let (owed, to) = self.owed();
                Effect::Enqueue { attempt, key: config.operation.clone(), owed, to, reason }
            }
            Work::DeadLetter => {
                let (owed, to) = self.owed();
                Effect::DeadLetter { attempt, key: config.operation.clone(), owed, to, reason }
            }
        })
    }

    fn key(&self, to: &str) -> String {
        format!("{}:{to}", self.config.operation)
    }

    /// What is owed, and to whom: the undoing, once it was begun; else the write, to whoever may not have it.
    fn owed(&self) -> (Owed, Vec<String>) {
        let (first, second) = (self.config.first(), self.config.second());
        if self.state.first == Held::Undone {
            return (Owed::Compensation, first.map(|write| vec![write.to.clone()]).unwrap_or_default());
        }
        let sides = [(first, self.state.first), (second, self.state.second)];
        let to = sides.into_iter().filter(|(_, held)| *held != Held::Yes);
        (Owed::Delivery, to.filter_map(|(write, _)| Some(write?.to.clone())).collect())
    }

    fn did(&mut self, work: Work, outcome: Outcome, now: Millis) {
        match work {
            // A newer version came first: this write is refused. If an earlier attempt of it was the one before the
            // newer, nobody can tell.
            Work::First if outcome == Outcome::Superseded => {
                self.failed(work, u32::MAX, Failure::Permanent, now)
            }
            Work::First => {
                self.state.first = Held::Yes;
                self.first_done();
            }
            Work::Second => {
                self.state.second = Held::Yes;
                if self.config.is_transactional() {
                    self.effects.push(Effect::Withdraw { key: self.config.operation.clone() });
                }
                self.end(At::Written, Some(Told::Done));
            }
            Work::Compensation => {
                self.state.first = Held::Undone;
                self.end(At::Compensated, Some(Told::Failed));
            }
            Work::Outbox => {
                let told = match (self.state.reason, self.state.first) {
                    (Some(Reason::Route), _) => Told::Done,
                    (_, Held::Yes) => Told::Pending,
                    _ => Told::Unknown,
                };
                self.end(At::Outboxed, Some(told));
            }
            Work::DeadLetter => self.end(At::DeadLettered, None),
        }
    }

    fn first_done(&mut self) {
        let Some(second) = self.config.second() else { return self.end(At::Written, Some(Told::Done)) };
        if second.ack == Ack::Outbox {
            self.state.reason = Some(Reason::Route);
            return self.owe();
        }
        if second.ack == Ack::BestEffort {
            self.tell(Told::Done);
        }
        if self.state.cancelled && self.config.outbox != Outbox::None {
            return self.repair(Reason::Cancelled);
        }
        self.attempt(Work::Second, 1);
    }

    fn failed(&mut self, work: Work, attempt: u32, failure: Failure, now: Millis) {
        let held = match work {
            Work::First => Some(&mut self.state.first),
            Work::Second => Some(&mut self.state.second),
            _ => None,
        };
        if let (Some(held), Failure::Unknown) = (held, failure) {
            *held = Held::Maybe;
        }
        // A dead letter is all that is left: it is tried until it is kept.
        let (policy, operation) = (&self.config.retry, self.config.operation.as_str());
        let next = match work {
            Work::DeadLetter => Ok(crate::later(now, policy.delay_ms(operation, attempt))),
            _ => policy.after(operation, attempt, failure, now, None),
        };
        match next {
            Ok(due) if !self.leaves(work) => {
                self.state.at = At::Retrying { work, attempt, due };
                self.effects.push(Effect::WakeAt { at: due });
            }
            Ok(_) => self.give_up(work, Reason::Cancelled),
            Err(GaveUp::Permanent) => self.give_up(work, Reason::Permanent),
            Err(_) => self.give_up(work, Reason::Exhausted),
        }
    }

    /// Whether a cancelled write is left to somebody else instead of being tried again.
    fn leaves(&self, work: Work) -> bool {
        let owes = self.config.outbox != Outbox::None;
        self.state.cancelled
            && match work {
                Work::First => owes || self.state.first == Held::No,
                Work::Second => owes,
                _ => false,
            }
    }

    fn give_up(&mut self, work: Work, reason: Reason) {
        match work {
            Work::First if self.state.first == Held::No => {
                self.state.reason = Some(reason);
                self.end(At::NotWritten, Some(Told::Failed));
            }
            Work::First => self.repair(reason),
            Work::Second if self.can_compensate(reason) => {
                self.state.reason = Some(reason);
                self.state.at = At::Doing { work: Work::Compensation, attempt: 1 };
                if self.state.journaled {
                    self.persist();
                }
                self.attempt(Work::Compensation, 1);
            }
            Work::Second => self.repair(reason),
            Work::Compensation => {
                self.state.first = Held::Undone;
                self.repair(Reason::CompensationFailed);
            }
            Work::Outbox | Work::DeadLetter => {
                self.state.reason = Some(Reason::OutboxFailed);
                self.dead_letter();
            }
        }
    }

    /// Only what surely is not on the second store is undone on the first, and only where nobody relies on it.
    fn can_compensate(&self, reason: Reason) -> bool {
        self.state.second == Held::No
            && self.state.told.is_none()
            && self.config.version.is_some()
            && reason != Reason::Cancelled
    }

    /// Leaves it to the outbox, or to somebody who looks at dead letters.
    fn repair(&mut self, reason: Reason) {
        self.state.reason = Some(reason);
        match self.config.outbox {
            Outbox::None => self.dead_letter(),
            Outbox::Transactional if self.config.second().is_none() => self.dead_letter(),
            Outbox::Durable | Outbox::Transactional => self.owe(),
        }
    }

    fn owe(&mut self) {
        if self.config.is_transactional() {
            // The entry is there exactly where the first store has the write.
            return self.did(Work::Outbox, Outcome::Done, 0);
        }
        self.attempt(Work::Outbox, 1);
    }

    /// Nothing better will come: the caller does not wait for a dead letter to be kept.
    fn dead_letter(&mut self) {
        let partial = self.state.first == Held::Yes && self.state.second == Held::No;
        self.tell(if partial { Told::Partial } else { Told::Unknown });
        self.attempt(Work::DeadLetter, 1);
    }

    fn tell(&mut self, told: Told) {
        if self.state.told.is_none() {
            self.state.told = Some(told);
            self.effects.push(Effect::Acknowledge { told });
        }
    }

    /// Forgets first: were the caller told first, a crash between the two would write again what it was told has failed.
    fn end(&mut self, at: At, told: Option<Told>) {
        self.state.at = at;
        if self.state.journaled {
            self.effects.push(Effect::Forget);
        }
        if let Some(told) = told {
            self.tell(told);
        }
    }

    fn not_persisted(&mut self, work: Work) {
        match work {
            Work::First if self.state.first == Held::No => {
                self.state.reason = Some(Reason::Exhausted);
                self.end(At::NotWritten, Some(Told::Failed));
            }
            // What is not persisted cannot be undone safely.
            Work::Compensation => self.repair(Reason::CompensationFailed),
            _ => {}
        }
    }

    fn cancel(&mut self) {
        if self.state.is_done() {
            return;
        }
        self.state.cancelled = true;
        if let At::Retrying { work, .. } = self.state.at
            && self.leaves(work)
        {
            self.give_up(work, Reason::Cancelled);
        }
    }

    /// What was under way may have been done, and what comes after it too: a state is not persisted at every step.
    fn resume(&mut self, work: Work, attempt: u32) {
        if work == Work::First {
            self.state.first = Held::Maybe;
            self.state.second = Held::Maybe;
        } else if work == Work::Second {
            self.state.second = Held::Maybe;
        }
        self.attempt(work, attempt);
    }
}
