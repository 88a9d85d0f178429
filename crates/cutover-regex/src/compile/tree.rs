//! What a pattern means, and how large it is.

use super::ranges::Range;
use alloc::vec::Vec;

/// A part of a pattern, by its place in the tree.
pub(super) type NodeId = u32;

/// A part of a pattern. Groups leave no trace: nothing is captured.
#[derive(Clone, Copy)]
pub(super) enum Node {
    Empty,
    /// One character of the set of this number.
    Set(u32),
    /// A position whose sides the mask has; see [`super::look`].
    Look(u32),
    /// At least so many times, and at most so many.
    Repeat(NodeId, u32, Option<u32>),
    /// One after the other: so many, from there on in the tree's list.
    Sequence(u32, u32),
    /// One or the other.
    Any(u32, u32),
}

/// A part of a pattern, with what its limits need.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) node: Node,
    /// How deep it is nested.
    pub(super) height: u32,
    /// What it costs each time that it is repeated.
    cost: u32,
    /// What the names of its groups cost, once.
    names: u32,
    /// The number of its last group.
    groups: u32,
    /// Whether it can match the empty text.
    empty: bool,
}

/// The costs are the bytes that `regex-lite` counts for its own form of a pattern on a machine of 64 bits, so that
/// exactly the same patterns are too large: this many for each state, …
const STATE: u32 = 32;
/// … and further ones for each range, branch and group.
const RANGE: u32 = 8;
const BRANCH: u32 = 4;
const GROUP: u32 = 16;

impl Part {
    const EMPTY: Self = Self { node: Node::Empty, height: 0, cost: STATE, names: 0, groups: 0, empty: true };

    /// The cost of a whole pattern.
    pub(super) fn total(&self) -> u32 {
        let groups = (self.groups + 1) * GROUP;
        self.cost.saturating_add(3 * STATE + groups + self.names)
    }
}

/// All parts of a pattern, each after its own parts.
#[derive(Default)]
pub(super) struct Tree {
    parts: Vec<Part>,
    list: Vec<NodeId>,
    /// Where each set ends in `ranges`.
    sets: Vec<u32>,
    ranges: Vec<Range>,
}

impl Tree {
    pub(super) fn part(&self, id: NodeId) -> &Part {
        self.parts.get(id as usize).unwrap_or(&Part::EMPTY)
    }

    /// The parts of a sequence, or its alternatives.
    pub(super) fn list(&self, from: u32, count: u32) -> &[NodeId] {
        self.list.get(from as usize..(from + count) as usize).unwrap_or(&[])
    }

    fn push(&mut self, part: Part) -> NodeId {
        self.parts.push(part);
        self.parts.len() as u32 - 1
    }

    pub(super) fn empty(&mut self) -> NodeId {
        self.push(Part::EMPTY)
    }

    pub(super) fn look(&mut self, mask: u32) -> NodeId {
        self.push(Part { node: Node::Look(mask), ..Part::EMPTY })
    }

    pub(super) fn character(&mut self, c: char) -> NodeId {
        let set = self.set(&[(u32::from(c), u32::from(c))]);
        self.push(Part { node: Node::Set(set), empty: false, ..Part::EMPTY })
    }

    pub(super) fn class(&mut self, ranges: &[Range]) -> NodeId {
        let set = self.set(ranges);
        let cost = STATE + RANGE * ranges.len() as u32;
        self.push(Part { node: Node::Set(set), empty: false, cost, ..Part::EMPTY })
    }

    /// How many different sets there are.
    pub(super) fn set_count(&self) -> u32 {
        self.sets.len() as u32
    }

    /// The ranges of a set.
    pub(super) fn ranges(&self, set: u32) -> &[Range] {
        let end = |set: u32| self.sets.get(set as usize).map_or(0, |&end| end as usize);
        self.ranges.get(set.checked_sub(1).map_or(0, end)..end(set)).unwrap_or(&[])
    }

    /// The number of the set of these ranges.
    pub(super) fn set(&mut self, ranges: &[Range]) -> u32 {
        let known = (0..self.set_count()).find(|&set| self.ranges(set) == ranges);
        known.unwrap_or_else(|| {
            self.ranges.extend_from_slice(ranges);
            self.sets.push(self.ranges.len() as u32);
            self.set_count() - 1
        })
    }

    /// Several parts as a sequence or, with a cost of its own, as alternatives.
    fn join(&mut self, ids: &[NodeId], any: bool) -> Part {
        let (from, count) = (self.list.len() as u32, ids.len() as u32);
        self.list.extend_from_slice(ids);
        let mut joined = Part { cost: 0, empty: !any, node: Node::Sequence(from, count), ..Part::EMPTY };
        if any {
            joined.node = Node::Any(from, count);
            joined.cost = 2 * STATE + BRANCH * count;
        }
        for &id in ids {
            let part = self.parts.get(id as usize).unwrap_or(&Part::EMPTY);
            joined.height = joined.height.max(part.height + 1);
            joined.cost = joined.cost.saturating_add(part.cost);
            joined.names += part.names;
            joined.groups = joined.groups.max(part.groups);
            joined.empty = if any { joined.empty | part.empty } else { joined.empty & part.empty };
        }
        joined
    }

    pub(super) fn joined(&mut self, ids: &[NodeId], any: bool) -> NodeId {
        match ids {
            [] => self.empty(),
            &[id] => id,
            _ => {
                let joined = self.join(ids, any);
                self.push(joined)
            }
        }
    }

    /// A part as a group of this number, whose name costs so much.
    pub(super) fn grouped(&mut self, id: NodeId, number: u32, name: u32) -> NodeId {
        let mut part = *self.part(id);
        part.height += 1;
        part.cost = part.cost.saturating_add(2 * STATE);
        part.names += name;
        part.groups = part.groups.max(number);
        self.push(part)
    }

    pub(super) fn repeat(&mut self, id: NodeId, min: u32, max: Option<u32>) -> NodeId {
        let part = *self.part(id);
        let split = STATE + 2 * BRANCH;
        // How often the part is written out, how often with a split, and what else there is.
        let (plain, optional, other) = match max {
            Some(0) => return self.empty(),
            Some(1) if min == 1 => return id,
            Some(1) => (0, 1, STATE),
            None if min == 0 && part.empty => (1, 0, 2 * split + STATE),
            None => (min.max(1), 0, split),
            Some(max) if min == max => (min, 0, 0),
            Some(max) if min == 0 => (0, max, 2 * STATE),
            Some(max) => (min, max - min, STATE),
        };
        let cost = part.cost.saturating_mul(plain).saturating_add(other);
        let cost = cost.saturating_add(part.cost.saturating_add(split).saturating_mul(optional));
        let node = Node::Repeat(id, min, max);
        self.push(Part { node, height: part.height + 1, cost, empty: min == 0 || part.empty, ..part })
    }
}
