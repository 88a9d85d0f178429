//! From steps to a table: every set of steps that can be reached is a row.

use super::alphabet::Alphabet;
use super::steps::Steps;
use crate::format::{EDGE, MATCH, OP_LOOK, OP_MATCH, OP_SET, OP_SPLIT, SIDES, next, operand, operation};
use alloc::{vec, vec::Vec};

/// The most rows that are tried.
const MAX_ROWS: usize = 1024;
/// The most work that is put into it, in steps and words looked at.
const MAX_WORK: usize = 1 << 20;

/// Rows of one cell for each symbol, a cell being the number of a row. Row 0 is "no match from here", row 1 "a match,
/// whatever follows", row 2 the start.
pub(super) type Rows = Vec<u32>;

/// The rows; none where there would be too many.
pub(super) fn table(steps: &Steps, alphabet: &Alphabet) -> Option<Rows> {
    Builder::new(steps, alphabet).build()
}

/// A set of steps, a bit for each, and the side before them.
type State = (Vec<u32>, u32);

struct Builder<'a> {
    steps: &'a Steps,
    alphabet: &'a Alphabet,
    /// The states by number, from 2 on, …
    states: Vec<State>,
    /// … and their numbers, by state.
    sorted: Vec<u32>,
    stack: Vec<u32>,
    work: usize,
}

impl<'a> Builder<'a> {
    fn new(steps: &'a Steps, alphabet: &'a Alphabet) -> Self {
        Self { steps, alphabet, states: Vec::new(), sorted: Vec::new(), stack: Vec::new(), work: 0 }
    }

    fn build(mut self) -> Option<Rows> {
        let symbols = self.alphabet.symbols();
        let mut rows = vec![0; symbols as usize];
        rows.resize(2 * symbols as usize, MATCH);
        let start = self.state(self.nothing(), EDGE)?;
        if start == MATCH {
            rows.resize(3 * symbols as usize, MATCH);
            return Some(rows);
        }
        let mut done = 0;
        while let Some((set, before)) = self.states.get(done).cloned() {
            let mut seen: [Option<Vec<u32>>; SIDES as usize] = Default::default();
            for symbol in 0..symbols {
                let after = self.alphabet.side(symbol);
                let reached = seen.get_mut(after as usize)?;
                let threads: &[u32] = match reached {
                    Some(threads) => threads,
                    None => reached.insert(self.looked(&set, before * SIDES + after)),
                };
                let cell = if threads.first() == Some(&0) {
                    MATCH
                } else if symbol == symbols - 1 {
                    0
                } else {
                    self.follow(threads, symbol)?
                };
                rows.push(cell);
                if self.work > MAX_WORK {
                    return None;
                }
            }
            done += 1;
        }
        Some(rows)
    }

    fn nothing(&self) -> Vec<u32> {
        vec![0; self.steps.list.len().div_ceil(32)]
    }

    /// The number of the state with this set, and the start of the pattern, behind this side.
    fn state(&mut self, mut set: Vec<u32>, before: u32) -> Option<u32> {
        self.add(&mut set, self.steps.start);
        self.close(&mut set, None);
        if has(&set, 0) {
            return Some(MATCH);
        }
        // What was before matters to assertions alone.
        let looks = self.threads(&set).into_iter().any(|step| operation(self.step(step)) == OP_LOOK);
        let state = (set, if looks { before } else { EDGE });
        let found = self.sorted.binary_search_by(|&number| {
            self.work += 1;
            self.states.get(number as usize).cmp(&Some(&state))
        });
        let number = match found {
            Ok(at) => self.sorted.get(at).copied()?,
            Err(at) => {
                let number = self.states.len();
                if number == MAX_ROWS {
                    return None;
                }
                self.states.push(state);
                self.sorted.insert(at, number as u32);
                number as u32
            }
        };
        Some(number + 2)
    }

    fn step(&self, step: u32) -> u32 {
        self.steps.list.get(step as usize).copied().unwrap_or(OP_MATCH)
    }

    fn add(&mut self, set: &mut [u32], step: u32) {
        if let Some(word) = set.get_mut((step / 32) as usize)
            && *word >> (step % 32) & 1 == 0
        {
            *word |= 1 << (step % 32);
            self.stack.push(step);
        }
    }

    /// Goes on from what was added: through splits, and with a position's sides through assertions. Splits themselves
    /// leave the set, they mean nothing in it.
    fn close(&mut self, set: &mut [u32], sides: Option<u32>) {
        let mut splits = Vec::new();
        while let Some(number) = self.stack.pop() {
            self.work += 1;
            let step = self.step(number);
            match operation(step) {
                OP_SPLIT => {
                    splits.push(number);
                    self.add(set, operand(step));
                    self.add(set, next(step));
                }
                OP_LOOK if sides.is_some_and(|sides| self.mask(step) >> sides & 1 != 0) => {
                    self.add(set, next(step))
                }
                _ => {}
            }
        }
        for split in splits {
            if let Some(word) = set.get_mut((split / 32) as usize) {
                *word &= !(1 << (split % 32));
            }
        }
    }

    fn mask(&self, step: u32) -> u32 {
        self.steps.masks.get(operand(step) as usize).copied().unwrap_or(0)
    }

    /// The steps of a set.
    fn threads(&mut self, set: &[u32]) -> Vec<u32> {
        self.work += set.len();
        let mut threads = Vec::new();
        for (number, &word) in (0..).zip(set) {
            let mut word = word;
            while word != 0 {
                threads.push(number * 32 + word.trailing_zeros());
                word &= word - 1;
            }
        }
        threads
    }

    /// The steps that a position with these sides has, once its assertions are decided.
    fn looked(&mut self, set: &[u32], sides: u32) -> Vec<u32> {
        let mut set = set.to_vec();
        for step in self.threads(&set) {
            if operation(self.step(step)) == OP_LOOK {
                self.stack.push(step);
            }
        }
        self.close(&mut set, Some(sides));
        self.threads(&set)
    }

    /// The state behind a symbol.
    fn follow(&mut self, threads: &[u32], symbol: u32) -> Option<u32> {
        let mut set = self.nothing();
        self.work += threads.len();
        for &number in threads {
            let step = self.step(number);
            if operation(step) == OP_SET && self.alphabet.holds(operand(step), symbol) {
                self.add(&mut set, next(step));
            }
        }
        self.state(set, self.alphabet.side(symbol))
    }
}

fn has(set: &[u32], step: u32) -> bool {
    set.get((step / 32) as usize).is_some_and(|word| word >> (step % 32) & 1 != 0)
}
