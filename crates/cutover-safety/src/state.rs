//! A state of the model, in 128 bits: two stores of one record, nodes, writes, streams.

use crate::phase::Side;

/// The longest path of phases.
pub(crate) const MAX_PHASES: usize = 16;
/// The most nodes.
pub(crate) const MAX_NODES: u8 = 3;
/// The most writes; version 0 is the record that was there.
pub(crate) const MAX_WRITES: u8 = 3;
/// The most changes on their way in one stream. A write changes a store at most twice: by itself and by an outbox.
const QUEUE: u32 = 4;

/// Some bits of a state.
#[derive(Clone, Copy)]
struct Field {
    at: u32,
    width: u32,
}

const TARGET: Field = Field { at: 0, width: 4 };
const HELD: Field = Field { at: 4, width: 2 };
const DUPLICATES: Field = Field { at: 6, width: 2 };
const REVERSE_BROKEN: Field = Field { at: 8, width: 1 };
const DEAD_LETTER: Field = Field { at: 9, width: 1 };
const COPY: Field = Field { at: 10, width: 2 };
const COPIED: Field = Field { at: 12, width: 4 };
const NODES: Field = Field { at: 16, width: 4 };
const STORES: Field = Field { at: 28, width: 4 };
const WRITES: Field = Field { at: 36, width: 10 };
const OUTBOX: Field = Field { at: 66, width: 2 };
const QUEUES: Field = Field { at: 72, width: 3 + 2 * QUEUE };

impl Field {
    const fn nth(self, index: u32) -> Self {
        Self { at: self.at + index * self.width, width: self.width }
    }
}

/// How far a write has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Idle,
    Begun,
    /// The first store has it.
    First,
    Acknowledged,
    /// It ended without being acknowledged.
    Gone,
}

/// A write: what it is and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) status: Status,
    /// The phase that its node had adopted when it began.
    pub(crate) phase: u8,
    pub(crate) delete: bool,
    /// Whether its value does not fit the old schema.
    pub(crate) unfit: bool,
    /// Whether it creates a record under an id that is taken.
    pub(crate) collides: bool,
}

/// A record in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    /// There is no record.
    Absent,
    /// The record as the write of this version left it.
    Row(u8),
    /// The tombstone of this version.
    Tombstone(u8),
    /// Another record, which took the id.
    Foreign,
}

/// How writes are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    No,
    BeforeMove,
    AfterMove,
}

/// How far the copy of the records that were there has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copy {
    No,
    /// It has read the old store and not written the new one.
    Read(Cell),
    Done,
}

/// One state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State(pub(crate) u128);

#[expect(clippy::cast_possible_truncation, reason = "fields are masked to their width, at most eleven bits")]
impl State {
    fn get(self, field: Field) -> u16 {
        (self.0 >> field.at) as u16 & ((1 << field.width) - 1)
    }

    fn set(&mut self, field: Field, value: u16) {
        let mask = ((1_u128 << field.width) - 1) << field.at;
        self.0 = self.0 & !mask | u128::from(value) << field.at & mask;
    }

    pub(crate) fn target(self) -> u8 {
        self.get(TARGET) as u8
    }

    pub(crate) fn set_target(&mut self, target: u8) {
        self.set(TARGET, target.into());
    }

    pub(crate) fn node(self, node: u8) -> u8 {
        self.get(NODES.nth(node.into())) as u8
    }

    pub(crate) fn set_node(&mut self, node: u8, phase: u8) {
        self.set(NODES.nth(node.into()), phase.into());
    }

    pub(crate) fn held(self) -> Held {
        match self.get(HELD) {
            0 => Held::No,
            1 => Held::BeforeMove,
            _ => Held::AfterMove,
        }
    }

    pub(crate) fn set_held(&mut self, held: Held) {
        self.set(HELD, held as u16);
    }

    pub(crate) fn duplicates(self) -> u8 {
        self.get(DUPLICATES) as u8
    }

    pub(crate) fn set_duplicates(&mut self, left: u8) {
        self.set(DUPLICATES, left.into());
    }

    pub(crate) fn reverse_broken(self) -> bool {
        self.get(REVERSE_BROKEN) != 0
    }

    pub(crate) fn break_reverse(&mut self) {
        self.set(REVERSE_BROKEN, 1);
    }

    pub(crate) fn dead_letter(self) -> bool {
        self.get(DEAD_LETTER) != 0
    }

    pub(crate) fn bury(&mut self) {
        self.set(DEAD_LETTER, 1);
    }

    pub(crate) fn copy(self) -> Copy {
        match self.get(COPY) {
            0 => Copy::No,
            1 => Copy::Read(cell(self.get(COPIED))),
            _ => Copy::Done,
        }
    }

    pub(crate) fn set_copy(&mut self, copy: Copy) {
        let (kind, copied) = match copy {
            Copy::No => (0, 0),
            Copy::Read(cell) => (1, bits(cell)),
            Copy::Done => (2, 0),
        };
        self.set(COPY, kind);
        self.set(COPIED, copied);
    }

    pub(crate) fn cell(self, side: Side) -> Cell {
        cell(self.get(STORES.nth(side as u32)))
    }

    pub(crate) fn set_cell(&mut self, side: Side, cell: Cell) {
        self.set(STORES.nth(side as u32), bits(cell));
    }

    /// The write of a version, 1 to 3.
    pub(crate) fn write(self, version: u8) -> Write {
        let bits = self.get(WRITES.nth(u32::from(version) - 1));
        let status = match bits & 7 {
            0 => Status::Idle,
            1 => Status::Begun,
            2 => Status::First,
            3 => Status::Acknowledged,
            _ => Status::Gone,
        };
        Write {
            status,
            phase: (bits >> 3 & 0xF) as u8,
            delete: bits >> 7 & 1 != 0,
            unfit: bits >> 8 & 1 != 0,
            collides: bits >> 9 & 1 != 0,
        }
    }

    pub(crate) fn set_write(&mut self, version: u8, write: Write) {
        let bits = write.status as u16
            | u16::from(write.phase) << 3
            | u16::from(write.delete) << 7
            | u16::from(write.unfit) << 8
            | u16::from(write.collides) << 9;
        self.set(WRITES.nth(u32::from(version) - 1), bits);
    }

    pub(crate) fn set_status(&mut self, version: u8, status: Status) {
        // What an ended write was makes no difference any more, but whether it deleted.
        let ended = matches!(status, Status::Acknowledged | Status::Gone);
        let write = self.write(version);
        let write = if ended { Write { phase: write.phase, ..write } } else { write };
        self.set_write(version, Write { status, ..write });
    }

    /// The store that the outbox still owes a write to.
    pub(crate) fn owed(self, version: u8) -> Option<Side> {
        match self.get(OUTBOX.nth(u32::from(version) - 1)) {
            0 => None,
            1 => Some(Side::Old),
            _ => Some(Side::New),
        }
    }

    pub(crate) fn owe(&mut self, version: u8, side: Option<Side>) {
        self.set(OUTBOX.nth(u32::from(version) - 1), side.map_or(0, |side| side as u16 + 1));
    }

    pub(crate) fn outbox_is_empty(self) -> bool {
        (1..=MAX_WRITES).all(|version| self.owed(version).is_none())
    }

    /// How many changes the stream that leaves a store carries.
    pub(crate) fn queued(self, from: Side) -> u8 {
        (self.get(QUEUES.nth(from as u32)) & 7) as u8
    }

    /// The version that the stream carries at a position, the oldest first.
    pub(crate) fn queued_at(self, from: Side, position: u8) -> u8 {
        (self.get(QUEUES.nth(from as u32)) >> (3 + 2 * u16::from(position)) & 3) as u8
    }

    pub(crate) fn push(&mut self, from: Side, version: u8) {
        let length = u16::from(self.queued(from));
        if u32::from(length) >= QUEUE {
            return;
        }
        let queue = self.get(QUEUES.nth(from as u32));
        self.set(
            QUEUES.nth(from as u32),
            (queue & !7 | u16::from(version) << (3 + 2 * length)) | (length + 1),
        );
    }

    pub(crate) fn take(&mut self, from: Side, position: u8) {
        let queue = self.get(QUEUES.nth(from as u32));
        let (length, entries) = (queue & 7, queue >> 3);
        let below = entries & ((1 << (2 * position)) - 1);
        let above = entries >> (2 * position + 2) << (2 * position);
        self.set(QUEUES.nth(from as u32), (below | above) << 3 | (length - 1));
    }

    /// The newest version that was acknowledged.
    pub(crate) fn newest_acknowledged(self) -> u8 {
        let acknowledged = |version: &u8| self.write(*version).status == Status::Acknowledged;
        (1..=MAX_WRITES).rev().find(acknowledged).unwrap_or(0)
    }

    /// Whether a write runs that `which` picks.
    pub(crate) fn runs(self, which: impl Fn(Write) -> bool) -> bool {
        (1..=MAX_WRITES)
            .map(|version| self.write(version))
            .any(|write| matches!(write.status, Status::Begun | Status::First) && which(write))
    }
}

fn cell(bits: u16) -> Cell {
    let version = (bits >> 2) as u8;
    match bits & 3 {
        0 => Cell::Absent,
        1 => Cell::Row(version),
        2 => Cell::Tombstone(version),
        _ => Cell::Foreign,
    }
}

fn bits(cell: Cell) -> u16 {
    match cell {
        Cell::Absent => 0,
        Cell::Row(version) => 1 | u16::from(version) << 2,
        Cell::Tombstone(version) => 2 | u16::from(version) << 2,
        Cell::Foreign => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn what_is_set_is_got_and_nothing_else_changes() {
        let mut state = State(0);
        state.set_target(15);
        state.set_node(2, 7);
        state.set_cell(Side::New, Cell::Tombstone(3));
        let write = Write { status: Status::First, phase: 9, delete: true, unfit: false, collides: true };
        state.set_write(3, write);
        state.owe(2, Some(Side::New));
        state.set_copy(Copy::Read(Cell::Row(2)));
        for version in [1, 2, 3, 1] {
            state.push(Side::New, version);
        }
        state.take(Side::New, 1);
        assert_eq!((state.target(), state.node(2), state.node(1)), (15, 7, 0));
        assert_eq!((state.cell(Side::New), state.cell(Side::Old)), (Cell::Tombstone(3), Cell::Absent));
        assert_eq!((state.write(3), state.write(2).status), (write, Status::Idle));
        assert_eq!((state.owed(2), state.owed(1)), (Some(Side::New), None));
        assert_eq!(state.copy(), Copy::Read(Cell::Row(2)));
        let queue: Vec<u8> = (0..state.queued(Side::New)).map(|at| state.queued_at(Side::New, at)).collect();
        assert_eq!((queue, state.queued(Side::Old)), (vec![1, 3, 1], 0));
    }
}
