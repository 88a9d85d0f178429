//! The words of a program; see [`crate::format`].

use super::alphabet::Alphabet;
use super::minimize::Table;
use super::steps::{Steps, step};
use crate::format::{HEADER, LIVE, OP_SET, OP_SYMBOL, STEPS, TABLE, next, operand, operation, row_words};
use alloc::{vec, vec::Vec};

/// The header, with the symbols of the characters behind it.
fn begin(alphabet: &Alphabet) -> Vec<u32> {
    let mut program = vec![0; HEADER];
    let (ascii, ranges) = alphabet.runs();
    let symbol = |c: u32| {
        let after = ascii.partition_point(|run| run.0 <= c);
        ascii.get(after.wrapping_sub(1)).map_or(0, |run| run.1)
    };
    program
        .extend((0..0x80).step_by(4).map(|c| (0..4).map(|byte| symbol(c + byte) << (byte * 8)).sum::<u32>()));
    program.extend(ranges.iter().map(|&(first, symbol)| first << 11 | symbol));
    set(&mut program, 1, alphabet.symbols() << 16 | ranges.len() as u32);
    program
}

fn set(program: &mut [u32], at: usize, word: u32) {
    if let Some(place) = program.get_mut(at) {
        *place = word;
    }
}

fn finish(mut program: Vec<u32>, kind: u32) -> Vec<u32> {
    let words = program.len() as u32;
    set(&mut program, 0, kind << 24 | words);
    program
}

/// The program of a table.
pub(super) fn table(table: &Table, alphabet: &Alphabet) -> Vec<u32> {
    if table.start < LIVE {
        return finish(vec![0, 0, table.start << 16, 0], TABLE);
    }
    let mut program = begin(alphabet);
    let first = program.len() as u32;
    let offset =
        |cell: u32| if cell < LIVE { cell } else { first + (cell - LIVE) * row_words(alphabet.symbols()) };
    set(&mut program, 2, offset(table.start) << 16);
    for row in table.cells.chunks_exact(alphabet.symbols() as usize) {
        let pair = |pair: &[u32]| pair.iter().rev().fold(0, |word, &cell| word << 16 | offset(cell));
        program.extend(row.chunks(2).map(pair));
    }
    finish(program, TABLE)
}

/// The program of steps.
pub(super) fn steps(steps: &Steps, alphabet: &Alphabet) -> Vec<u32> {
    let mut program = begin(alphabet);
    program.extend(&steps.masks);
    let mut operations = Vec::new();
    let mut sets = 0;
    for set in alphabet.sets() {
        operations.push(single(set).map_or((OP_SET, sets), |symbol| (OP_SYMBOL, symbol)));
        if single(set).is_none() {
            program.extend(set);
            sets += 1;
        }
    }
    program.extend(steps.list.iter().map(|&one| match operations.get(operand(one) as usize) {
        Some(&(take, what)) if operation(one) == OP_SET => step(take, what, next(one)),
        _ => one,
    }));
    set(&mut program, 2, steps.start << 16 | steps.list.len() as u32);
    set(&mut program, 3, (steps.masks.len() as u32) << 16 | sets);
    finish(program, STEPS)
}

/// The symbol of a set that has only one: it needs no bits.
fn single(set: &[u32]) -> Option<u32> {
    let mut words = (0..).zip(set).filter(|(_, word)| **word != 0);
    let (at, word) = words.next()?;
    (word.is_power_of_two() && words.next().is_none()).then(|| at * 32 + word.trailing_zeros())
}
