//! What can happen next: every event of the model, and what it does to a state.

use crate::model::Model;
use crate::phase::{Second, Side};
use crate::state::{Cell, Copy, Held, MAX_WRITES, State, Status, Write};
use crate::world::Fence;

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A node that has adopted a phase begins a write.
    Begin { version: u8, phase: u8, delete: bool, unfit: bool, collides: bool },
    /// The first store takes the write.
    First { version: u8 },
    /// The second store, or the outbox, takes the write, and it is acknowledged.
    Second { version: u8 },
    /// The second store refuses the write.
    Refused { version: u8 },
    /// The node crashes with the write.
    Crash { version: u8 },
    /// The outbox delivers.
    Outbox { version: u8 },
    /// A stream delivers the change at a position, and may do so again.
    Deliver { from: Side, position: u8, again: bool },
    /// The copy reads the old store.
    CopyRead,
    /// The copy writes the new store.
    CopyWrite,
    /// Writes are held.
    Hold,
    /// The next phase is published.
    Move,
    /// Writes go on.
    Release,
    /// A node adopts the published phase.
    Adopt { node: u8 },
    /// The reverse stream turns out not to work.
    ReverseBroken,
}

/// What comes of an event besides a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// A write was refused that both stores could have taken, had the guards been held.
    Refused,
}

impl Model<'_> {
    /// Calls `visit` with everything that can happen in a state.
    pub(crate) fn events(&self, state: State, mut visit: impl FnMut(Event)) {
        for version in 1..=self.faults.writes.min(MAX_WRITES) {
            let write = state.write(version);
            match write.status {
                Status::Idle => {
                    self.begins(state, version, &mut visit);
                    break;
                }
                Status::Begun => {
                    visit(Event::First { version });
                    if self.faults.crash {
                        visit(Event::Crash { version });
                    }
                }
                Status::First => {
                    let second = self.phase(write.phase).second;
                    if !self.cannot_take(state, version) {
                        visit(Event::Second { version });
                    }
                    if (self.faults.refusal && second != Some(Second::Outbox))
                        || self.cannot_take(state, version)
                    {
                        visit(Event::Refused { version });
                    }
                    if self.faults.crash {
                        visit(Event::Crash { version });
                    }
                }
                Status::Acknowledged | Status::Gone => {}
            }
            if !self.faults.concurrent && matches!(write.status, Status::Begun | Status::First) {
                break;
            }
        }
        for version in 1..=MAX_WRITES {
            if state.owed(version).is_some() {
                visit(Event::Outbox { version });
                if !self.faults.reordering {
                    break;
                }
            }
        }
        for from in Side::ALL {
            let positions =
                if self.faults.reordering { state.queued(from) } else { state.queued(from).min(1) };
            for position in 0..positions {
                visit(Event::Deliver { from, position, again: false });
                if state.duplicates() > 0 {
                    visit(Event::Deliver { from, position, again: true });
                }
            }
        }
        self.moves(state, visit);
    }

    fn begins(&self, state: State, version: u8, visit: &mut impl FnMut(Event)) {
        if state.held() != Held::No {
            return;
        }
        let mut seen = 0_u16;
        for node in 0..self.faults.nodes {
            let phase = if self.guards.fence == Fence::None { state.node(node) } else { state.target() };
            if seen & 1 << phase != 0 {
                continue;
            }
            seen |= 1 << phase;
            let deletes: &[bool] = if self.faults.deletes { &[false, true] } else { &[false] };
            for &delete in deletes {
                visit(Event::Begin { version, phase, delete, unfit: false, collides: false });
            }
            if self.phase(phase).first == Side::New {
                if !self.guards.g10_fits {
                    visit(Event::Begin { version, phase, delete: false, unfit: true, collides: false });
                }
                if !self.guards.g8_ids_ahead && self.ids_were_old(phase) {
                    visit(Event::Begin { version, phase, delete: false, unfit: false, collides: true });
                }
            }
        }
    }

    /// Whether an earlier phase handed out ids on the old store.
    fn ids_were_old(&self, phase: u8) -> bool {
        self.phases.iter().take(phase.into()).any(|earlier| earlier.first == Side::Old)
    }

    /// Moves, adoptions, the copy and the proof of the reverse stream.
    fn moves(&self, state: State, mut visit: impl FnMut(Event)) {
        let target = state.target();
        let copies = self.phases.iter().take(usize::from(target) + 1).any(|phase| phase.forward.copies());
        match state.copy() {
            Copy::No if copies => visit(Event::CopyRead),
            Copy::Read(_) => visit(Event::CopyWrite),
            Copy::No | Copy::Done => {}
        }
        if !self.guards.g6_reverse_proven && !state.reverse_broken() {
            visit(Event::ReverseBroken);
        }
        if self.cohort {
            return;
        }
        for node in 0..self.faults.nodes {
            if state.node(node) < target {
                visit(Event::Adopt { node });
            }
        }
        let more = usize::from(target) + 1 < self.phases.len();
        match (self.guards.fence, state.held()) {
            (Fence::None, _) if more && self.may_move(state) => visit(Event::Move),
            (Fence::Writes | Fence::WritesUntilAdopted, Held::No) if more => visit(Event::Hold),
            (_, Held::BeforeMove) if !state.runs(|_| true) && self.drained(state) => visit(Event::Move),
            (fence, Held::AfterMove) if fence == Fence::Writes || self.adopted(state) => {
                visit(Event::Release)
            }
            _ => {}
        }
    }

    fn may_move(&self, state: State) -> bool {
        let target = state.target();
        let guards = self.guards;
        (!guards.g1_adopted || self.adopted(state))
            && (!guards.g2_finished || !state.runs(|write| write.phase < target))
            && (!guards.g3_caught_up || Side::ALL.iter().all(|side| state.queued(*side) == 0))
            && (!guards.g4_copied || !self.phase(target).forward.copies() || state.copy() == Copy::Done)
            && (!guards.g9_delivered || (state.outbox_is_empty() && !state.dead_letter()))
    }

    fn drained(&self, state: State) -> bool {
        state.outbox_is_empty() && Side::ALL.iter().all(|side| state.queued(*side) == 0)
    }

    fn adopted(&self, state: State) -> bool {
        (0..self.faults.nodes).all(|node| state.node(node) == state.target())
    }

    /// Whether the second store cannot take the write, whatever is tried.
    fn cannot_take(&self, state: State, version: u8) -> bool {
        let write = state.write(version);
        let phase = self.phase(write.phase);
        write.unfit && phase.first == Side::New && phase.second != Some(Second::Outbox)
    }

    /// The state after an event.
    pub(crate) fn after(&self, state: State, event: Event) -> (State, Outcome) {
        let mut next = state;
        let mut outcome = Outcome::Done;
        match event {
            Event::Begin { version, phase, delete, unfit, collides } => {
                next.set_write(version, Write { status: Status::Begun, phase, delete, unfit, collides });
            }
            Event::First { version } => outcome = self.first(&mut next, version),
            Event::Second { version } => self.second(&mut next, version),
            Event::Refused { version } => {
                let write = state.write(version);
                let best_effort = self.phase(write.phase).second == Some(Second::BestEffort);
                next.set_status(version, if best_effort { Status::Acknowledged } else { Status::Gone });
                if write.unfit && !best_effort {
                    outcome = Outcome::Refused;
                }
            }
            Event::Crash { version } => next.set_status(version, Status::Gone),
            Event::Outbox { version } => {
                let side = state.owed(version).unwrap_or(Side::Old);
                next.owe(version, None);
                if state.write(version).unfit && side == Side::Old {
                    next.bury();
                } else {
                    self.put(&mut next, side, version);
                }
            }
            Event::Deliver { from, position, again } => {
                let version = state.queued_at(from, position);
                let to = from.other();
                if again {
                    next.set_duplicates(state.duplicates() - 1);
                } else {
                    next.take(from, position);
                }
                if version > 0 && state.write(version).unfit && to == Side::Old {
                    next.bury();
                } else {
                    next.set_cell(to, self.written(state, to, version));
                }
            }
            Event::CopyRead => next.set_copy(Copy::Read(state.cell(Side::Old))),
            Event::CopyWrite => self.copy(&mut next),
            Event::Hold => next.set_held(Held::BeforeMove),
            Event::Move => {
                next.set_target(state.target() + 1);
                if self.guards.fence != Fence::None {
                    next.set_held(Held::AfterMove);
                }
            }
            Event::Release => next.set_held(Held::No),
            Event::Adopt { node } => next.set_node(node, state.target()),
            Event::ReverseBroken => next.break_reverse(),
        }
        if !self.cohort {
            next.sort_nodes(self.faults.nodes);
        }
        (next, outcome)
    }

    fn first(&self, next: &mut State, version: u8) -> Outcome {
        let write = next.write(version);
        let phase = self.phase(write.phase);
        if write.collides {
            next.set_status(version, Status::Gone);
            // A create that is conditional on there being no record is refused; one that is not takes its place.
            if self.guards.g5_versions && next.cell(phase.first) != Cell::Absent {
                return Outcome::Refused;
            }
            next.set_cell(phase.first, Cell::Foreign);
            return Outcome::Done;
        }
        self.put(next, phase.first, version);
        next.set_status(version, if phase.second.is_some() { Status::First } else { Status::Acknowledged });
        Outcome::Done
    }

    fn second(&self, next: &mut State, version: u8) {
        let phase = self.phase(next.write(version).phase);
        let side = phase.first.other();
        match phase.second {
            Some(Second::Outbox) => next.owe(version, Some(side)),
            _ => self.put(next, side, version),
        }
        next.set_status(version, Status::Acknowledged);
    }

    /// A store takes a write, and the stream that leaves it takes up the change.
    fn put(&self, next: &mut State, side: Side, version: u8) {
        let cell = self.written(*next, side, version);
        if cell == next.cell(side) {
            return;
        }
        next.set_cell(side, cell);
        let stream = self.phase(next.target()).stream_from(side);
        let began_in = self.phase(next.write(version).phase).stream_from(side);
        let taken_up = stream.follows() || (stream == crate::Stream::Draining && began_in.follows());
        if taken_up && !(side == Side::New && next.reverse_broken()) {
            next.push(side, version);
        }
    }

    /// The record of a store once it was told of a version; a store that compares versions keeps a newer one.
    fn written(&self, state: State, side: Side, version: u8) -> Cell {
        let cell = state.cell(side);
        let newer = match cell {
            Cell::Row(there) | Cell::Tombstone(there) => there >= version,
            Cell::Absent => false,
            Cell::Foreign => true,
        };
        if newer && self.guards.g5_versions {
            return cell;
        }
        let delete = version > 0 && state.write(version).delete;
        match delete {
            false => Cell::Row(version),
            true if self.guards.g5_tombstones => Cell::Tombstone(version),
            true => Cell::Absent,
        }
    }

    fn copy(&self, next: &mut State) {
        if let Copy::Read(cell) = next.copy() {
            let newer = match (next.cell(Side::New), cell) {
                (Cell::Absent, _) => false,
                (Cell::Row(there) | Cell::Tombstone(there), Cell::Row(read) | Cell::Tombstone(read)) => {
                    there >= read
                }
                _ => true,
            };
            if !(newer && self.guards.g5_versions) && cell != Cell::Absent {
                next.set_cell(Side::New, cell);
            }
        }
        next.set_copy(Copy::Done);
    }
}

impl State {
    /// Nodes are alike: those that have adopted less come first.
    fn sort_nodes(&mut self, nodes: u8) {
        for end in (1..nodes).rev() {
            for node in 0..end {
                let (left, right) = (self.node(node), self.node(node + 1));
                if left > right {
                    self.set_node(node, right);
                    self.set_node(node + 1, left);
                }
            }
        }
    }
}
