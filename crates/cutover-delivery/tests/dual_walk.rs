//! Every way that a dual write can go, with failures, cancellations and crashes at every point: nothing is forgotten.

use cutover_delivery::dual::{
    Ack, At, Config, DualWrite, Effect, Event, Outbox, Outcome, Owed, Told, Work, Write,
};
use cutover_delivery::retry::Policy;
use std::collections::BTreeSet;

/// What is durable: two stores, an outbox, dead letters, a journal; and what the caller knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct World {
    first: bool,
    second: bool,
    /// The first store has taken the write's key, be the write undone or not.
    first_key: bool,
    /// A newer write has come to the first store: whatever this one has left there is covered.
    superseded: bool,
    entry: Option<(Owed, Vec<String>)>,
    /// The outbox has taken the operation's key.
    entry_key: bool,
    letter: Option<(Owed, Vec<String>)>,
    journal: Option<DualWrite>,
    /// What the caller has heard; after a crash it hears no more.
    told: Option<Told>,
    crashed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    /// The process, unless it has crashed with nothing in its journal.
    process: Option<DualWrite>,
    queue: Vec<Effect>,
    world: World,
    faults: u8,
    crashes: u8,
    cancels: u8,
}

#[derive(Clone, Copy, PartialEq)]
enum Journal {
    Kept,
    Ignored,
}

const OUTCOMES: [Outcome; 5] =
    [Outcome::Done, Outcome::Superseded, Outcome::Transient, Outcome::Permanent, Outcome::Unknown];

fn config(ack: Ack, outbox: Outbox, version: Option<u64>) -> Config {
    let write = |to: &str, ack| Write { to: to.into(), ack };
    let writes = vec![write("a", Ack::Required), write("b", ack)];
    let retry = Policy { attempts: 2, base_ms: 0, ..Policy::default() };
    Config { operation: "op".into(), version, writes, retry, outbox }
}

impl Node {
    fn said(&self, config: &Config, event: Event) -> Self {
        let (state, effects) = self.process.expect("a process hears").step(config, event);
        let mut queue = self.queue.clone();
        queue.extend(effects);
        Self { process: Some(state), queue, ..self.clone() }
    }

    fn next(&self, config: &Config, journal: Journal) -> Vec<Self> {
        let mut next = Vec::new();
        if let Some((owed, to)) = self.world.entry.clone() {
            let mut node = self.clone();
            node.world.entry = None;
            node.world.deliver(owed, &to);
            next.push(node);
        }
        let Some(state) = self.process else { return next };
        if self.crashes > 0 {
            let crashes = self.crashes - 1;
            let mut node = Self { process: self.world.journal, queue: Vec::new(), crashes, ..self.clone() };
            node.world.crashed = true;
            next.push(if node.process.is_some() { node.said(config, Event::Resumed) } else { node });
        }
        if self.cancels > 0 {
            let cancels = self.cancels - 1;
            next.push(Self { cancels, ..self.clone() }.said(config, Event::Cancelled));
        }
        match self.queue.split_first() {
            Some((effect, rest)) => {
                let node = Self { queue: rest.to_vec(), ..self.clone() };
                node.perform(config, effect, journal, &mut next);
            }
            None if matches!(state.at, At::Retrying { .. }) => {
                for granted in [true, false] {
                    next.push(self.said(config, Event::Due { now: 0, granted }));
                }
            }
            None => {}
        }
        next
    }

    fn perform(&self, config: &Config, effect: &Effect, journal: Journal, next: &mut Vec<Self>) {
        let mut node = self.clone();
        let (work, attempt) = match effect {
            Effect::Persist { state } => {
                if journal == Journal::Kept {
                    node.world.journal = Some(**state);
                }
                next.push(node);
                if self.faults > 0 {
                    let failed = Self { queue: Vec::new(), faults: self.faults - 1, ..self.clone() };
                    next.push(failed.said(config, Event::PersistFailed));
                }
                return;
            }
            Effect::Forget => {
                node.world.journal = None;
                return next.push(node);
            }
            Effect::Withdraw { .. } => {
                node.world.entry = None;
                return next.push(node);
            }
            Effect::Acknowledge { told } => {
                if !node.world.crashed {
                    assert_eq!(node.world.told, None, "the caller is told once");
                    node.world.told = Some(*told);
                }
                return next.push(node);
            }
            Effect::WakeAt { .. } => return next.push(node),
            Effect::Write { work, attempt, .. } => (*work, *attempt),
            Effect::Compensate { attempt, .. } => (Work::Compensation, *attempt),
            Effect::Enqueue { attempt, .. } => (Work::Outbox, *attempt),
            Effect::DeadLetter { attempt, .. } => (Work::DeadLetter, *attempt),
        };
        assert!(self.queue.is_empty(), "nothing follows {effect:?} before its outcome is known");
        for outcome in OUTCOMES {
            let fault = !matches!(outcome, Outcome::Done);
            if fault && self.faults == 0 {
                continue;
            }
            for applied in [false, true] {
                let mut node = Self { faults: self.faults - u8::from(fault), ..self.clone() };
                if node.world.takes(effect, outcome, applied) {
                    next.push(node.said(config, Event::Finished { work, attempt, outcome, now: 0 }));
                    // It was done, and the process dies before it hears of it: the crash of the node before.
                }
            }
        }
    }

    fn is_final(&self) -> bool {
        self.queue.is_empty() && self.process.is_none_or(|state| state.is_done())
    }

    /// What is wrong with an end, if anything.
    fn wrong(&self) -> Option<&'static str> {
        let World { first, second, .. } = self.world;
        let owes = |side: &str| {
            [&self.world.entry, &self.world.letter].into_iter().flatten().any(|(owed, to)| match owed {
                Owed::Delivery => to.iter().any(|one| one == side),
                Owed::Compensation => false,
            })
        };
        let undoes = [&self.world.entry, &self.world.letter]
            .into_iter()
            .flatten()
            .any(|(owed, _)| *owed == Owed::Compensation);
        let settled = first == second || self.world.superseded || undoes;
        if !settled && !owes(if first { "b" } else { "a" }) {
            return Some("one side has the write, and nobody knows");
        }
        match self.world.told {
            Some(Told::Failed) if (first || second) && !self.world.superseded => Some("failed, and there"),
            Some(Told::Done) if !(first && second || owes("a") || owes("b")) => Some("done, and not there"),
            Some(Told::Pending) if !(first && (second || owes("b"))) => Some("pending, and not owed"),
            _ if self.process.is_some() && self.world.journal.is_some() => Some("the journal is not emptied"),
            _ => None,
        }
    }
}

impl World {
    /// Whether a store can answer so; if so, it is as the store then is.
    fn takes(&mut self, effect: &Effect, outcome: Outcome, applied: bool) -> bool {
        let possible = match outcome {
            Outcome::Done => applied,
            Outcome::Superseded => applied && matches!(effect, Effect::Compensate { .. }),
            Outcome::Transient | Outcome::Permanent => !applied,
            Outcome::Unknown => true,
        };
        if !possible || !applied {
            return possible;
        }
        match effect {
            Effect::Write { work: Work::First, with_entry, .. } => {
                if !self.first_key && *with_entry {
                    self.entry = Some((Owed::Delivery, vec!["b".into()]));
                }
                self.first |= !self.first_key;
                self.first_key = true;
            }
            Effect::Write { .. } => self.second = true,
            Effect::Compensate { .. } if outcome == Outcome::Superseded => self.superseded = true,
            Effect::Compensate { with_entry, .. } => {
                if *with_entry && self.entry.take().is_none() {
                    return false;
                }
                self.first = false;
            }
            Effect::Enqueue { owed, to, .. } if !self.entry_key => {
                (self.entry, self.entry_key) = (Some((*owed, to.clone())), true);
            }
            Effect::DeadLetter { owed, to, .. } => self.letter = Some((*owed, to.clone())),
            _ => {}
        }
        true
    }

    fn deliver(&mut self, owed: Owed, to: &[String]) {
        match owed {
            Owed::Compensation => self.first = false,
            Owed::Delivery => {
                if to.iter().any(|side| side == "a") {
                    self.first |= !self.first_key;
                    self.first_key = true;
                }
                self.second |= to.iter().any(|side| side == "b");
            }
        }
    }
}

/// How many states there are, and the first thing that is wrong with an end.
fn walk(
    config: &Config,
    journal: Journal,
    faults: u8,
    crashes: u8,
) -> (usize, BTreeSet<At>, Option<(&'static str, Node)>) {
    let start = Node {
        process: Some(DualWrite::default()),
        queue: Vec::new(),
        world: World::default(),
        faults,
        crashes,
        cancels: 1,
    };
    let (mut seen, mut ends) = (BTreeSet::new(), BTreeSet::new());
    let mut open = vec![start.said(config, Event::Started), start.said(config, Event::Cancelled)];
    while let Some(node) = open.pop() {
        if !seen.insert(node.clone()) {
            continue;
        }
        if node.is_final() {
            ends.extend(node.process.map(|state| state.at));
            if let Some(wrong) = node.wrong() {
                return (seen.len(), ends, Some((wrong, node)));
            }
        }
        let next = node.next(config, journal);
        assert!(node.is_final() || !next.is_empty(), "no way on from {node:?}");
        open.extend(next);
    }
    (seen.len(), ends, None)
}

fn every() -> Vec<Config> {
    let mut every = Vec::new();
    for ack in [Ack::Required, Ack::BestEffort, Ack::Outbox] {
        for outbox in [Outbox::None, Outbox::Durable, Outbox::Transactional] {
            for version in [None, Some(7)] {
                let config = config(ack, outbox, version);
                if config.check().is_ok() {
                    every.push(config);
                }
            }
        }
    }
    every
}

#[test]
fn no_end_forgets_that_one_side_has_the_write() {
    let every = every();
    assert_eq!(every.len(), 16);
    for config in every {
        let (_, _, wrong) = walk(&config, Journal::Kept, 2, 2);
        assert_eq!(wrong, None, "{config:?}");
        let (states, ends, wrong) = walk(&config, Journal::Kept, 4, 1);
        assert_eq!(wrong, None, "{config:?}");
        assert!(states > 100, "{states} {config:?}");
        assert!(ends.contains(&At::Outboxed) == (config.outbox != Outbox::None), "{ends:?} {config:?}");
        let required = config.writes[1].ack == Ack::Required;
        assert_eq!(ends.contains(&At::Compensated), required && config.version.is_some(), "{config:?}");
        assert_eq!(ends.contains(&At::DeadLettered), config.outbox != Outbox::Transactional, "{config:?}");
    }
}

#[test]
fn without_its_journal_a_crash_forgets() {
    for config in every() {
        let (_, _, wrong) = walk(&config, Journal::Ignored, 1, 1);
        assert_eq!(wrong.is_some(), config.outbox != Outbox::Transactional, "{config:?}");
    }
}
