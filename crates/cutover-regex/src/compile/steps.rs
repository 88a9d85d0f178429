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
        match tree.nodes.get(id) {
            None | Some(Node::Empty) => next,
            Some(&Node::Set(set)) => self.push(OP_SET, set, next),
            Some(&Node::Look(mask)) => {
                let known = self.masks.iter().position(|&known| known == mask);
                let number = known.unwrap_or_else(|| {
                    self.masks.push(mask);
                    self.masks.len() - 1
                });
                self.push(OP_LOOK, number as u32, next)
            }
            Some(Node::Sequence(parts)) => {
                parts.iter().rev().fold(next, |next, &part| self.node(tree, part, next))
            }
            Some(Node::Any(branches)) => {
                let mut branches = branches.iter().rev().map(|&branch| self.node(tree, branch, next));
                let last = branches.next().unwrap_or(next);
                let firsts: Vec<u32> = branches.collect();
                firsts.into_iter().fold(last, |rest, first| self.push(OP_SPLIT, first, rest))
            }
            Some(&Node::Repeat(part, min, max)) => {
                let mut after = next;
                let required = match max {
                    Some(max) => {
                        for _ in min..max {
                            let first = self.node(tree, part, after);
                            after = self.push(OP_SPLIT, first, next);
                        }
                        min
                    }
                    None => {
                        let again = self.push(OP_SPLIT, next, next);
                        let first = self.node(tree, part, again);
                        if let Some(split) = self.list.get_mut(again as usize) {
                            *split = step(OP_SPLIT, first, next);
                        }
                        after = if min == 0 { again } else { first };
                        min.saturating_sub(1)
                    }
                };
                (0..required).fold(after, |next, _| self.node(tree, part, next))
            }
        }
    }
}
