//! What a pattern means, and how large it is.

use super::ranges::Range;
use alloc::vec::Vec;

/// A node, by its place in [`Tree::nodes`].
pub(super) type NodeId = usize;

/// A part of a pattern. Groups leave no trace: nothing is captured.
pub(super) enum Node {
    Empty,
    /// One character of the set of this number.
    Set(u32),
    /// A position whose sides the mask has; see [`super::look`].
    Look(u32),
    /// At least so many times, and at most so many.
    Repeat(NodeId, u32, Option<u32>),
    Sequence(Vec<NodeId>),
    Any(Vec<NodeId>),
}

/// All parts of a pattern, each after its own parts.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) sets: Vec<Vec<Range>>,
}

/// A part of a pattern, with what its limits need.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) node: NodeId,
    /// How deep it is nested.
    pub(super) height: u32,
    /// Whether it can match the empty text.
    empty: bool,
    /// What it costs each time that it is repeated.
    cost: u32,
    /// What the names of its groups cost, once.
    names: u32,
    /// The number of its last group.
    groups: u32,
}

/// The costs are the bytes that `regex-lite` counts for its own form of a pattern on a machine of 64 bits, so that
/// exactly the same patterns are too large: this many for each state, …
const STATE: u32 = 32;
/// … and further ones for each range, branch and group.
const RANGE: u32 = 8;
const BRANCH: u32 = 4;
const GROUP: u32 = 16;

impl Piece {
    /// The cost of a whole pattern.
    pub(super) fn total(&self) -> u32 {
        let groups = (self.groups + 1).saturating_mul(GROUP);
        self.cost.saturating_add(3 * STATE).saturating_add(groups).saturating_add(self.names)
    }

    /// The piece as a group of this number, whose name has so many bytes.
    pub(super) fn grouped(self, number: u32, name: Option<usize>) -> Self {
        Self {
            height: self.height + 1,
            cost: self.cost.saturating_add(2 * STATE),
            names: self.names + name.map_or(0, |bytes| bytes as u32 + 4),
            groups: self.groups.max(number),
            ..self
        }
    }
}

impl Tree {
    fn leaf(&mut self, node: Node, empty: bool, ranges: usize) -> Piece {
        let cost = STATE + RANGE * ranges as u32;
        self.piece(node, Piece { node: 0, height: 0, empty, cost, names: 0, groups: 0 })
    }

    fn piece(&mut self, node: Node, piece: Piece) -> Piece {
        self.nodes.push(node);
        Piece { node: self.nodes.len() - 1, ..piece }
    }

    pub(super) fn empty(&mut self) -> Piece {
        self.leaf(Node::Empty, true, 0)
    }

    pub(super) fn look(&mut self, mask: u32) -> Piece {
        self.leaf(Node::Look(mask), true, 0)
    }

    pub(super) fn character(&mut self, c: char) -> Piece {
        let set = self.set(&[(u32::from(c), u32::from(c))]);
        self.leaf(set, false, 0)
    }

    pub(super) fn class(&mut self, ranges: &[Range]) -> Piece {
        let set = self.set(ranges);
        self.leaf(set, false, ranges.len())
    }

    fn set(&mut self, ranges: &[Range]) -> Node {
        let known = self.sets.iter().position(|set| set == ranges);
        Node::Set(known.unwrap_or_else(|| {
            self.sets.push(ranges.to_vec());
            self.sets.len() - 1
        }) as u32)
    }

    pub(super) fn sequence(&mut self, parts: &[Piece]) -> Piece {
        match parts {
            [] => self.empty(),
            &[part] => part,
            _ => {
                let joined = join(parts, parts.iter().all(|part| part.empty), 0);
                self.piece(Node::Sequence(parts.iter().map(|part| part.node).collect()), joined)
            }
        }
    }

    pub(super) fn any(&mut self, branches: &[Piece]) -> Piece {
        if let &[branch] = branches {
            return branch;
        }
        let cost = 2 * STATE + BRANCH * branches.len() as u32;
        let joined = join(branches, branches.iter().any(|branch| branch.empty), cost);
        self.piece(Node::Any(branches.iter().map(|branch| branch.node).collect()), joined)
    }

    pub(super) fn repeat(&mut self, part: Piece, min: u32, max: Option<u32>) -> Piece {
        match max {
            Some(0) => return self.empty(),
            Some(1) if min == 1 => return part,
            _ => {}
        }
        let split = STATE + 2 * BRANCH;
        let times = |count: u32| part.cost.saturating_mul(count);
        let cost = match max {
            Some(1) => times(1).saturating_add(split + STATE),
            None if min == 0 && part.empty => times(1).saturating_add(2 * split + STATE),
            None => times(min.max(1)).saturating_add(split),
            Some(max) if min == max => times(min),
            Some(max) => {
                let optional = part.cost.saturating_add(split).saturating_mul(max - min);
                let required = if min == 0 { STATE } else { times(min) };
                required.saturating_add(STATE).saturating_add(optional)
            }
        };
        let repeated = Piece { height: part.height + 1, empty: min == 0 || part.empty, cost, ..part };
        self.piece(Node::Repeat(part.node, min, max), repeated)
    }
}

fn join(parts: &[Piece], empty: bool, cost: u32) -> Piece {
    let mut joined = Piece { node: 0, height: 0, empty, cost, names: 0, groups: 0 };
    for part in parts {
        joined.height = joined.height.max(part.height + 1);
        joined.cost = joined.cost.saturating_add(part.cost);
        joined.names += part.names;
        joined.groups = joined.groups.max(part.groups);
    }
    joined
}
