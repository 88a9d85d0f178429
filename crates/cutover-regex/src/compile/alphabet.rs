//! Characters that a pattern never tells apart become one symbol.

use super::ranges::{self, LAST, Range};
use crate::format::{CARRIAGE_RETURN, EDGE, LINE_FEED, OTHER, SIDES, WORD, set_words, side};
use alloc::{vec, vec::Vec};

/// What the characters are to a pattern.
pub(super) struct Alphabet {
    /// Where another symbol may begin: ascending, from 0 on.
    cuts: Vec<u32>,
    /// The symbol from each cut on.
    symbols: Vec<u32>,
    /// The side that a symbol is, for each; sides that no assertion tells apart are one.
    sides: Vec<u32>,
    /// For each set of the pattern a bit for each symbol.
    sets: Vec<Vec<u32>>,
}

const NONE: u32 = u32::MAX;

impl Alphabet {
    pub(super) fn of(sets: &[Vec<Range>], masks: &[u32]) -> Self {
        let side_of = distinguished(masks);
        let told = |a: u32, b: u32| side_of.get(a as usize) != side_of.get(b as usize);
        let mut told_apart = Vec::new();
        if told(WORD, OTHER) {
            told_apart.extend(ranges::named("word"));
        }
        for (side, c) in [(LINE_FEED, '\n'), (CARRIAGE_RETURN, '\r')] {
            if told(side, OTHER) {
                told_apart.push(vec![(u32::from(c), u32::from(c))]);
            }
        }
        let all = || sets.iter().chain(&told_apart).map(|set| set.iter().filter(|range| range.0 <= range.1));

        let mut cuts = vec![0, 0x80];
        for &(first, last) in all().flatten() {
            ranges::insert(&mut cuts, first);
            if last < LAST {
                ranges::insert(&mut cuts, last + 1);
            }
        }
        let mut alphabet = Self { symbols: vec![0; cuts.len()], cuts, sides: Vec::new(), sets: Vec::new() };
        let mut count = 1;
        for set in all() {
            count = alphabet.divide(set, count);
        }

        alphabet.sides = vec![NONE; count as usize];
        for (&cut, &symbol) in alphabet.cuts.iter().zip(&alphabet.symbols) {
            if let Some(known @ &mut NONE) = alphabet.sides.get_mut(symbol as usize) {
                let side = char::from_u32(cut).map_or(OTHER, side);
                *known = side_of.get(side as usize).copied().unwrap_or(side);
            }
        }
        alphabet.sides.push(EDGE);
        alphabet.sets = sets.iter().map(|set| alphabet.bits(set)).collect();
        alphabet
    }

    /// The cuts within a range.
    fn within(&self, &(first, last): &Range) -> core::ops::Range<usize> {
        self.cuts.partition_point(|&cut| cut < first)..self.cuts.partition_point(|&cut| cut <= last)
    }

    /// Gives the characters of a set other symbols than the rest. Numbers the symbols by their first characters, and
    /// says how many there are.
    fn divide<'s>(&mut self, set: impl Iterator<Item = &'s Range>, count: u32) -> u32 {
        let mut twins = vec![NONE; count as usize];
        let mut all = count;
        for range in set {
            let within = self.within(range);
            for symbol in self.symbols.get_mut(within).into_iter().flatten() {
                if let Some(twin) = twins.get_mut(*symbol as usize) {
                    if *twin == NONE {
                        *twin = all;
                        all += 1;
                    }
                    *symbol = *twin;
                }
            }
        }
        let mut names = vec![NONE; all as usize];
        let mut named = 0;
        for symbol in &mut self.symbols {
            if let Some(name) = names.get_mut(*symbol as usize) {
                if *name == NONE {
                    *name = named;
                    named += 1;
                }
                *symbol = *name;
            }
        }
        named
    }

    fn bits(&self, set: &[Range]) -> Vec<u32> {
        let mut bits = vec![0; set_words(self.symbols()) as usize];
        for range in set.iter().filter(|range| range.0 <= range.1) {
            for symbol in self.symbols.get(self.within(range)).into_iter().flatten() {
                if let Some(word) = bits.get_mut((symbol / 32) as usize) {
                    *word |= 1 << (symbol % 32);
                }
            }
        }
        bits
    }

    /// How many symbols there are, with the last one, the end of the text.
    pub(super) fn symbols(&self) -> u32 {
        self.sides.len() as u32
    }

    /// The side that a symbol is.
    pub(super) fn side(&self, symbol: u32) -> u32 {
        self.sides.get(symbol as usize).copied().unwrap_or(OTHER)
    }

    /// The sets of the pattern, a bit for each symbol.
    pub(super) fn sets(&self) -> &[Vec<u32>] {
        &self.sets
    }

    /// Whether a set of the pattern has a symbol.
    pub(super) fn holds(&self, set: u32, symbol: u32) -> bool {
        let word = self.sets.get(set as usize).and_then(|set| set.get((symbol / 32) as usize));
        word.is_some_and(|word| word >> (symbol % 32) & 1 != 0)
    }

    /// The characters at which another symbol begins, and that symbol: ASCII, and the rest.
    pub(super) fn runs(&self) -> (Vec<Range>, Vec<Range>) {
        let mut runs: (Vec<Range>, Vec<Range>) = (Vec::new(), Vec::new());
        for (&cut, &symbol) in self.cuts.iter().zip(&self.symbols) {
            let half = if cut < 0x80 { &mut runs.0 } else { &mut runs.1 };
            if half.last().is_none_or(|run| run.1 != symbol) {
                half.push((cut, symbol));
            }
        }
        runs
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
