//! From steps to a table: every set of steps that can be reached is a row.

use super::alphabet::Alphabet;
use super::steps::Steps;
use crate::format::{EDGE, MATCH, OP_LOOK, OP_SET, OP_SPLIT, SIDES, next, operand, operation};
use alloc::{vec, vec::Vec};

/// The most rows that are tried.
const MAX_ROWS: u32 = 1024;
/// The most work that is put into it: steps, words and comparisons.
const MAX_WORK: usize = 1 << 19;

/// Rows of one cell for each symbol, a cell being the number of a row. Row 0 is "no match from here", row 1 "a match,
/// whatever follows", row 2 the start.
pub(super) type Rows = Vec<u32>;

/// The rows; none where there would be too many. What it takes is taken off `left`; where nothing is left, there are
/// none.
pub(super) fn table(steps: &Steps, alphabet: &Alphabet, left: &mut usize) -> Option<Rows> {
    if *left == 0 {
        return None;
    }
    let words = steps.list.len().div_ceil(32);
    let mut builder = Builder {
        steps,
        alphabet,
        words,
        states: Vec::new(),
        sorted: Vec::new(),
        looks: vec![0; words],
        begin: Vec::new(),
        idle: [None; SIDES as usize],
        set: vec![0; words + 1],
        stack: Vec::new(),
        work: 0,
    };
    for (number, step) in (0..).zip(&steps.list) {
        if operation(*step) == OP_LOOK
            && let Some(word) = builder.looks.get_mut((number / 32) as usize)
        {
            *word |= 1 << (number % 32);
        }
    }
    builder.add(steps.start);
    builder.close(None);
    builder.begin = builder.set.clone();
    let rows = builder.build();
    *left = left.saturating_sub(builder.work);
    rows
}

/// A state is a set of steps, a bit for each, and the side before them.
struct Builder<'a> {
    steps: &'a Steps,
    alphabet: &'a Alphabet,
    /// The words of a set.
    words: usize,
    /// The states by their numbers, which count from 2: a set and a side each, …
    states: Vec<u32>,
    /// … and their places among them, in the order of what they are.
    sorted: Vec<u32>,
    /// The steps that are assertions.
    looks: Vec<u32>,
    /// The set that every position begins with.
    begin: Vec<u32>,
    /// The state that is only this set, for each side before it.
    idle: [Option<u32>; SIDES as usize],
    /// The set at hand, with its side behind it.
    set: Vec<u32>,
    /// Steps that are in it, and were not gone on from.
    stack: Vec<u32>,
    work: usize,
}

impl Builder<'_> {
    fn build(&mut self) -> Option<Rows> {
        let symbols = self.alphabet.symbols();
        let mut rows = vec![0; symbols as usize];
        rows.resize(2 * symbols as usize, MATCH);
        let mut threads = Vec::new();
        let mut state = 2;
        if self.state(EDGE)? == MATCH {
            rows.resize(3 * symbols as usize, MATCH);
        }
        while self.load(state) {
            let first = rows.len();
            rows.resize(first + symbols as usize, 0);
            for side in 0..SIDES {
                if !self.alphabet.sides.contains(&side) {
                    continue;
                }
                self.load(state);
                self.look(side);
                self.list(&mut threads);
                for symbol in 0..symbols {
                    if self.alphabet.sides.get(symbol as usize) != Some(&side) {
                        continue;
                    }
                    let cell = match threads.first() {
                        Some(0) => MATCH,
                        _ if symbol == symbols - 1 => 0,
                        _ => self.follow(&threads, symbol, side)?,
                    };
                    *rows.get_mut(first + symbol as usize)? = cell;
                }
            }
            if self.work > MAX_WORK {
                return None;
            }
            state += 1;
        }
        Some(rows)
    }

    fn known(&self, state: u32) -> Option<&[u32]> {
        let from = (state as usize - 2) * (self.words + 1);
        self.states.get(from..from + self.words + 1)
    }

    /// Takes the set of a state, if there is one of this number.
    fn load(&mut self, state: u32) -> bool {
        let mut set = core::mem::take(&mut self.set);
        let known = self.known(state);
        if let Some(known) = known {
            set.copy_from_slice(known);
        }
        let is_known = known.is_some();
        self.set = set;
        is_known
    }

    /// The number of the state that the set at hand is, behind this side.
    fn state(&mut self, before: u32) -> Option<u32> {
        if self.set.first()? & 1 != 0 {
            return Some(MATCH);
        }
        // What was before matters to assertions alone.
        let looks = self.set.iter().zip(&self.looks).any(|(set, looks)| set & looks != 0);
        *self.set.last_mut()? = if looks { before } else { EDGE };
        let found =
            self.sorted.binary_search_by(|&state| self.known(state).unwrap_or_default().cmp(&self.set));
        self.work += 4 * self.words;
        match found {
            Ok(at) => self.sorted.get(at).copied(),
            Err(at) => {
                let state = self.sorted.len() as u32 + 2;
                self.states.extend_from_slice(&self.set);
                self.sorted.insert(at, state);
                (state < MAX_ROWS).then_some(state)
            }
        }
    }

    fn step(&self, step: u32) -> u32 {
        self.steps.list.get(step as usize).copied().unwrap_or(0)
    }

    fn add(&mut self, step: u32) {
        if let Some(word) = self.set.get_mut((step / 32) as usize)
            && *word >> (step % 32) & 1 == 0
        {
            *word |= 1 << (step % 32);
            self.stack.push(step);
        }
    }

    /// Goes on from what was added: through splits, and with a position's sides through assertions. Splits themselves
    /// leave the set in the end, they mean nothing in it.
    fn close(&mut self, sides: Option<u32>) {
        let mut splits = Vec::new();
        while let Some(number) = self.stack.pop() {
            self.work += 1;
            let step = self.step(number);
            let passed = match operation(step) {
                OP_SPLIT => {
                    splits.push(number);
                    self.add(operand(step));
                    true
                }
                OP_LOOK => {
                    let mask = self.steps.masks.get(operand(step) as usize).copied().unwrap_or(0);
                    sides.is_some_and(|sides| mask >> sides & 1 != 0)
                }
                _ => false,
            };
            if passed {
                self.add(next(step));
            }
        }
        for split in splits {
            if let Some(word) = self.set.get_mut((split / 32) as usize) {
                *word &= !(1 << (split % 32));
            }
        }
    }

    /// Decides the assertions of the set at hand, which has this side after it.
    fn look(&mut self, after: u32) {
        let sides = self.set.last().copied().unwrap_or(EDGE) * SIDES + after;
        for at in 0..self.words {
            let word = self.set.get(at).zip(self.looks.get(at)).map_or(0, |(set, looks)| set & looks);
            bits(word, |bit| self.stack.push(at as u32 * 32 + bit));
        }
        self.close(Some(sides));
    }

    /// The steps of the set at hand.
    fn list(&mut self, threads: &mut Vec<u32>) {
        self.work += self.words;
        threads.clear();
        for (at, &word) in (0..).zip(self.set.iter().take(self.words)) {
            bits(word, |bit| threads.push(at * 32 + bit));
        }
    }

    /// The state behind a symbol.
    fn follow(&mut self, threads: &[u32], symbol: u32, side: u32) -> Option<u32> {
        self.work += threads.len();
        self.set.copy_from_slice(&self.begin);
        let mut idle = true;
        for &number in threads {
            let step = self.step(number);
            if operation(step) == OP_SET && self.alphabet.holds(operand(step), symbol) {
                self.add(next(step));
                idle = false;
            }
        }
        if idle && let Some(Some(state)) = self.idle.get(side as usize) {
            return Some(*state);
        }
        self.close(None);
        let state = self.state(side)?;
        if idle && let Some(place) = self.idle.get_mut(side as usize) {
            *place = Some(state);
        }
        Some(state)
    }
}

fn bits(mut word: u32, mut each: impl FnMut(u32)) {
    while word != 0 {
        each(word.trailing_zeros());
        word &= word - 1;
    }
}
