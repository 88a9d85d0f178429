//! From a tree to steps: each knows what comes after it, so that nothing is patched but loops.

use super::tree::{Node, NodeId, Tree};
use crate::format::{OP_LOOK, OP_MATCH, OP_SET, OP_SPLIT};
use alloc::vec::Vec;

/// What a pattern does.
pub(super) struct Steps {
    /// As a program has them; a step that takes a character names its set. Step 0 matches.
    pub(super) list: Vec<u32>,
    pub(super) start: u32,
    /// The masks that assertions name.
    pub(super) masks: Vec<u32>,
}

/// A step from its parts.
pub(super) fn step(operation: u32, operand: u32, next: u32) -> u32 {
    operation << 28 | operand << 14 | next
}

impl Steps {
    pub(super) fn of(tree: &Tree, root: NodeId) -> Self {
        let mut steps = Self { list: Vec::new(), start: 0, masks: Vec::new() };
        let end = steps.push(OP_MATCH, 0, 0);
        steps.start = steps.node(tree, root, end);
        steps
    }

    fn push(&mut self, operation: u32, operand: u32, next: u32) -> u32 {
        self.list.push(step(operation, operand, next));
        self.list.len() as u32 - 1
    }

    /// Steps for a node that go on with `next`. Gives the first of them.
    fn node(&mut self, tree: &Tree, id: NodeId, next: u32) -> u32 {
        match tree.part(id).node {
            Node::Empty => next,
            Node::Set(set) => self.push(OP_SET, set, next),
            Node::Look(mask) => {
                let known = self.masks.iter().position(|&known| known == mask);
                let number = known.unwrap_or_else(|| {
                    self.masks.push(mask);
                    self.masks.len() - 1
                });
                self.push(OP_LOOK, number as u32, next)
            }
            Node::Sequence(from, count) => {
                let mut first = next;
                for &part in tree.list(from, count).iter().rev() {
                    first = self.node(tree, part, first);
                }
                first
            }
            Node::Any(from, count) => {
                let mut any = None;
                for &branch in tree.list(from, count).iter().rev() {
                    let first = self.node(tree, branch, next);
                    any = Some(any.map_or(first, |rest| self.push(OP_SPLIT, first, rest)));
                }
                any.unwrap_or(next)
            }
            Node::Repeat(part, min, max) => {
                let mut first = next;
                let mut required = min;
                if let Some(max) = max {
                    for _ in min..max {
                        let once = self.node(tree, part, first);
                        first = self.push(OP_SPLIT, once, next);
                    }
                } else {
                    first = self.push(OP_SPLIT, next, next);
                    let once = self.node(tree, part, first);
                    if let Some(split) = self.list.get_mut(first as usize) {
                        *split = step(OP_SPLIT, once, next);
                    }
                    if min > 0 {
                        first = once;
                        required -= 1;
                    }
                }
                for _ in 0..required {
                    first = self.node(tree, part, first);
                }
                first
            }
        }
    }
}
