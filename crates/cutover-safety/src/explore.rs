//! Looking at every state that can be reached, the nearest first, so that what is found has the shortest story.

use crate::model::Model;
use crate::phase::{Second, Side};
use crate::state::{Cell, MAX_WRITES, State, Status};
use crate::step::{Event, Outcome};
use alloc::vec::Vec;
use hashbrown::HashTable;

/// What can go wrong on a path, each with one of its shortest traces.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// A read returns what an acknowledged write has replaced, for a while.
    pub stale: Option<Trace>,
    /// An acknowledged write is gone for good, though nothing is on its way any more.
    pub lost: Option<Trace>,
    /// The store that is not read misses an acknowledged write for good, though the last phase keeps it up to date: a
    /// later move to it will find the write lost.
    pub diverged: Option<Trace>,
    /// A write is refused that both stores could take.
    pub refused: Option<Trace>,
    /// The path cannot be gone on.
    pub stuck: Option<Trace>,
    /// How many states were looked at.
    pub states: u32,
    /// Whether these were all there are. What was not found is impossible only then.
    pub complete: bool,
}

impl Findings {
    /// Whether nothing can go wrong.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.complete
            && self.stale.is_none()
            && self.lost.is_none()
            && self.diverged.is_none()
            && self.refused.is_none()
            && self.stuck.is_none()
    }
}

/// How something comes about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    pub(crate) events: Vec<Event>,
    /// The read that ends it, where a read does.
    pub(crate) read: Option<Read>,
}

impl Trace {
    /// How many events it takes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether it takes none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// A read, and where it found its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) phase: u8,
    /// Whether the store that the phase reads failed.
    pub(crate) failing: bool,
    pub(crate) from: Side,
    pub(crate) cell: Cell,
}

/// A state, and how it was reached first.
struct Node {
    state: State,
    parent: u32,
    event: Event,
}

impl Model<'_> {
    /// Looks at every state that can be reached.
    #[must_use]
    pub fn explore(&self) -> Findings {
        let mut findings = Findings::default();
        let start = Node { state: self.start(), parent: 0, event: Event::Move };
        let mut nodes = alloc::vec![start];
        let mut index: HashTable<u32> = HashTable::new();
        index.insert_unique(hash(self.start()), 0, |_| 0);
        let mut at = 0_u32;
        let mut found = Vec::new();
        while let Some(node) = nodes.get(at as usize) {
            let state = node.state;
            self.judge(state, |read, permanent| {
                let place = if permanent { &mut findings.lost } else { &mut findings.stale };
                place.get_or_insert_with(|| Trace { events: events_to(&nodes, at), read: Some(read) });
            });
            if findings.diverged.is_none()
                && let Some(read) = self.diverges(state)
            {
                findings.diverged = Some(Trace { events: events_to(&nodes, at), read: Some(read) });
            }
            if findings.lost.is_some() && findings.stale.is_some() {
                findings.states = at + 1;
                findings.complete = true;
                return findings;
            }
            found.clear();
            self.events(state, |event| found.push(event));
            let goes_on = found.iter().any(|event| !matches!(event, Event::Begin { .. }));
            let ends = usize::from(state.target()) + 1 == self.phases.len();
            if !goes_on && !ends && findings.stuck.is_none() {
                findings.stuck = Some(Trace { events: events_to(&nodes, at), read: None });
            }
            for &event in &found {
                let (next, outcome) = self.after(state, event);
                if outcome == Outcome::Refused && findings.refused.is_none() {
                    let mut events = events_to(&nodes, at);
                    events.push(event);
                    findings.refused = Some(Trace { events, read: None });
                }
                let hash_of = |number: &u32| nodes.get(*number as usize).map_or(0, |node| hash(node.state));
                let is_next =
                    |number: &u32| nodes.get(*number as usize).is_some_and(|node| node.state == next);
                if index.find(hash(next), is_next).is_some() {
                    continue;
                }
                let number = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
                if number >= self.most_states() {
                    findings.states = number;
                    return findings;
                }
                index.insert_unique(hash(next), number, hash_of);
                nodes.push(Node { state: next, parent: at, event });
            }
            at += 1;
        }
        findings.states = at;
        findings.complete = true;
        findings
    }

    /// Calls `found` with every read of a state that misses an acknowledged write, and whether all reads to come will.
    fn judge(&self, state: State, mut found: impl FnMut(Read, bool)) {
        let newest = state.newest_acknowledged();
        let mut rest = None;
        for node in 0..self.faults.nodes {
            let number = state.node(node);
            let phase = self.phase(number);
            for failing in [false, true] {
                if failing && !(self.faults.failing_reads && phase.on_failure) {
                    continue;
                }
                let mut from = if failing { phase.read.other() } else { phase.read };
                if !failing && phase.on_missing && state.cell(from) == Cell::Absent {
                    from = from.other();
                }
                let cell = state.cell(from);
                if !self.misses(state, cell, newest) {
                    continue;
                }
                let permanent = *rest.get_or_insert_with(|| self.is_at_rest(state)) && !failing;
                found(Read { phase: number, failing, from, cell }, permanent);
            }
        }
    }

    /// What the store holds that is not read, where that misses an acknowledged write for good and should not.
    fn diverges(&self, state: State) -> Option<Read> {
        let number = state.target();
        let phase = self.phase(number);
        let first = phase.first;
        let kept = matches!(phase.second, Some(Second::Required | Second::Outbox))
            || phase.stream_from(first).follows();
        let from = phase.read.other();
        let cell = state.cell(from);
        let diverges = kept
            && !self.cohort
            && self.misses(state, cell, state.newest_acknowledged())
            && self.is_at_rest(state);
        diverges.then_some(Read { phase: number, failing: false, from, cell })
    }

    /// Whether a record does not show what was acknowledged last.
    fn misses(&self, state: State, cell: Cell, newest: u8) -> bool {
        match cell {
            Cell::Row(version) | Cell::Tombstone(version) => version < newest,
            Cell::Foreign => true,
            // No record is right only where a delete made it so.
            Cell::Absent => !(newest.max(1)..=MAX_WRITES).any(|version| {
                let write = state.write(version);
                write.delete && write.status != Status::Idle
            }),
        }
    }
}

/// The events that lead to a state.
fn events_to(nodes: &[Node], mut at: u32) -> Vec<Event> {
    let mut events = Vec::new();
    while at != 0 {
        let Some(node) = nodes.get(at as usize) else { break };
        events.push(node.event);
        at = node.parent;
    }
    events.reverse();
    events
}

fn hash(state: State) -> u64 {
    let [low, high] = [state.0 as u64, (state.0 >> 64) as u64];
    let mixed = (low ^ high.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ high.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    mixed ^ mixed >> 29
}
