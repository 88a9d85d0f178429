//! Characters that a pattern never tells apart become one symbol.

use super::ranges::{self, LAST, Range};
use super::tree::Tree;
use crate::format::{CARRIAGE_RETURN, EDGE, LINE_FEED, OTHER, SIDES, WORD, set_words, side};
use alloc::{vec, vec::Vec};

/// What the characters are to a pattern.
pub(super) struct Alphabet {
    /// Where another symbol may begin: ascending, from 0 on.
    cuts: Vec<u32>,
    /// The symbol from each cut on.
    symbols: Vec<u32>,
    /// The side that each symbol is; sides that no assertion tells apart are one.
    pub(super) sides: Vec<u32>,
    /// For each set of the pattern a bit for each symbol.
    sets: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Alphabet {
    /// The alphabet of a tree and the masks of its assertions. What they tell apart becomes a set of the tree too.
    pub(super) fn of(tree: &mut Tree, masks: &[u32]) -> Self {
        let side_of = distinguished(masks);
        let told = |a: u32, b: u32| side_of.get(a as usize) != side_of.get(b as usize);
        for (side, set) in
            [(WORD, ranges::WORD), (LINE_FEED, &[(0x0a, 0x0a)]), (CARRIAGE_RETURN, &[(0x0d, 0x0d)])]
        {
            if told(side, OTHER) {
                tree.set(set);
            }
        }

        let mut alphabet =
            Self { cuts: vec![0, 0x80], symbols: Vec::new(), sides: Vec::new(), sets: Vec::new() };
        for set in 0..tree.set_count() {
            for &(first, last) in tree.ranges(set) {
                if first <= last {
                    alphabet.cut(first);
                    alphabet.cut(last + 1);
                }
            }
        }
        alphabet.symbols = vec![0; alphabet.cuts.len()];
        alphabet.divide(tree);

        for (at, &symbol) in alphabet.symbols.iter().enumerate() {
            if symbol as usize == alphabet.sides.len() {
                let cut = alphabet.cuts.get(at).copied().unwrap_or(0);
                let side = char::from_u32(cut).map_or(OTHER, side);
                alphabet.sides.push(side_of.get(side as usize).copied().unwrap_or(side));
            }
        }
        alphabet.sides.push(EDGE);
        let words = set_words(alphabet.symbols());
        alphabet.sets = vec![0; (tree.set_count() * words) as usize];
        for set in 0..tree.set_count() {
            for &range in tree.ranges(set) {
                for at in alphabet.within(range) {
                    let symbol = alphabet.symbols.get(at).copied().unwrap_or(0);
                    if let Some(word) = alphabet.sets.get_mut((set * words + symbol / 32) as usize) {
                        *word |= 1 << (symbol % 32);
                    }
                }
            }
        }
        alphabet
    }

    fn cut(&mut self, at: u32) {
        if at <= LAST
            && let Err(place) = self.cuts.binary_search(&at)
        {
            self.cuts.insert(place, at);
        }
    }

    /// The places of the cuts within a range.
    fn within(&self, (first, last): Range) -> core::ops::Range<usize> {
        self.cuts.partition_point(|&cut| cut < first)..self.cuts.partition_point(|&cut| cut <= last)
    }

    /// Gives characters the same symbol where no set has one and not the other, and numbers the symbols by their first
    /// characters.
    fn divide(&mut self, tree: &Tree) {
        // For each symbol the one that its characters in the set at hand get instead.
        let mut twins = vec![0_u32];
        for set in 0..tree.set_count() {
            let known = twins.len() as u32;
            for &range in tree.ranges(set) {
                let within = self.within(range);
                for symbol in self.symbols.get_mut(within).into_iter().flatten() {
                    let new = twins.len() as u32;
                    if let Some(twin) = twins.get_mut(*symbol as usize) {
                        if *twin < known {
                            *twin = new;
                        }
                        *symbol = *twin;
                        if *symbol == new {
                            twins.push(0);
                        }
                    }
                }
            }
        }
        twins.fill(NONE);
        let mut named = 0;
        for symbol in &mut self.symbols {
            if let Some(name) = twins.get_mut(*symbol as usize) {
                if *name == NONE {
                    *name = named;
                    named += 1;
                }
                *symbol = *name;
            }
        }
    }

    /// How many symbols there are, with the last one, the end of the text.
    pub(super) fn symbols(&self) -> u32 {
        self.sides.len() as u32
    }

    /// A set of the pattern, a bit for each symbol.
    pub(super) fn set(&self, set: u32) -> &[u32] {
        let words = set_words(self.symbols()) as usize;
        let from = set as usize * words;
        self.sets.get(from..from + words).unwrap_or_default()
    }

    /// Whether a set of the pattern has a symbol.
    pub(super) fn holds(&self, set: u32, symbol: u32) -> bool {
        let word = self.sets.get((set * set_words(self.symbols()) + symbol / 32) as usize);
        word.is_some_and(|word| word >> (symbol % 32) & 1 != 0)
    }

    /// The symbol of every character, as a program has it: ASCII, and the ranges behind it.
    pub(super) fn encode(&self, program: &mut Vec<u32>) {
        let mut at = 0;
        let mut word = 0;
        for c in 0..0x80_u32 {
            if self.cuts.get(at + 1) == Some(&c) {
                at += 1;
            }
            word |= self.symbols.get(at).copied().unwrap_or(0) << (c % 4 * 8);
            if c % 4 == 3 {
                program.push(word);
                word = 0;
            }
        }
        let mut last = NONE;
        for (&cut, &symbol) in self.cuts.iter().zip(&self.symbols) {
            if cut >= 0x80 && symbol != last {
                program.push(cut << 11 | symbol);
                last = symbol;
            }
        }
    }
}

/// For each side the first one that no mask tells from it.
fn distinguished(masks: &[u32]) -> [u32; SIDES as usize] {
    let same = |a: u32, b: u32| {
        masks.iter().all(|mask| {
            (0..SIDES).all(|other| {
                let at = |before, after| mask >> (before * SIDES + after) & 1;
                at(a, other) == at(b, other) && at(other, a) == at(other, b)
            })
        })
    };
    core::array::from_fn(|side| {
        let side = side as u32;
        (0..side).find(|&earlier| same(earlier, side)).unwrap_or(side)
    })
}
