//! The words of a program; see [`crate::format`].

use super::alphabet::Alphabet;
use super::steps::{Steps, step};
use crate::format::{
    HEADER, LIVE, OP_SET, OP_SYMBOL, STEPS, TABLE, next, operand, operation, row_words, set_words,
};
use alloc::{vec, vec::Vec};

/// A program with its header: where its masks, sets and body begin is known by now.
fn finish(
    mut program: Vec<u32>,
    kind: u32,
    symbols: u32,
    start: u32,
    [masks, sets, body]: [usize; 3],
) -> Vec<u32> {
    let words = program.len() as u32;
    let header = [kind << 24 | words, symbols << 16 | start, (masks << 16 | sets) as u32, body as u32];
    if let Some(place) = program.first_chunk_mut() {
        *place = header;
    }
    program
}

/// The program of a table that starts with this row.
pub(super) fn table(rows: &[u32], start: u32, alphabet: &Alphabet) -> Vec<u32> {
    let symbols = alphabet.symbols();
    let mut program = vec![0; HEADER as usize];
    if start < LIVE {
        return finish(program, TABLE, symbols, start, [HEADER as usize; 3]);
    }
    alphabet.encode(&mut program);
    let body = program.len();
    let offset =
        |cell: u32| if cell < LIVE { cell } else { body as u32 + (cell - LIVE) * row_words(symbols) };
    for row in rows.chunks_exact(symbols as usize).skip(LIVE as usize) {
        for pair in row.chunks(2) {
            let upper = pair.get(1).map_or(0, |&cell| offset(cell));
            program.push(upper << 16 | pair.first().map_or(0, |&cell| offset(cell)));
        }
    }
    finish(program, TABLE, symbols, offset(start), [body; 3])
}

/// The program of steps.
pub(super) fn steps(steps: &Steps, alphabet: &Alphabet, sets: u32) -> Vec<u32> {
    let mut program = vec![0; HEADER as usize];
    alphabet.encode(&mut program);
    let masks = program.len();
    program.extend_from_slice(&steps.masks);
    let first = program.len();
    let mut operations = Vec::new();
    for number in 0..sets {
        let set = alphabet.set(number);
        operations.push(single(set).unwrap_or_else(|| {
            let written = (program.len() - first) as u32 / set_words(alphabet.symbols());
            program.extend_from_slice(set);
            (OP_SET, written)
        }));
    }
    let body = program.len();
    for &one in &steps.list {
        program.push(match operations.get(operand(one) as usize) {
            Some(&(take, what)) if operation(one) == OP_SET => step(take, what, next(one)),
            _ => one,
        });
    }
    finish(program, STEPS, alphabet.symbols(), steps.start, [masks, first, body])
}

/// How to take a set that has only one symbol: it needs no bits.
fn single(set: &[u32]) -> Option<(u32, u32)> {
    let mut symbol = None;
    for (at, word) in (0..).zip(set) {
        if *word != 0 {
            if symbol.is_some() || !word.is_power_of_two() {
                return None;
            }
            symbol = Some((OP_SYMBOL, at * 32 + word.trailing_zeros()));
        }
    }
    symbol
}
