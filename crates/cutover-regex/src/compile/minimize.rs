//! The smallest table that says the same.

use super::table::Rows;
use alloc::{vec, vec::Vec};

/// The most cells that are looked at for it; a table that takes more stays as it is.
const MAX_WORK: usize = 1 << 20;
const NONE: u32 = u32::MAX;

/// Makes rows that say the same one row. Rows 0 and 1 keep their numbers, the others are numbered in their order, and the
/// first row of the result is row 0. Gives the number of what was row 2.
///
/// Moore's refinement: rows are alike until what the end of the text says, or a symbol that leads to rows that are not
/// alike, parts them. What it takes is taken off `left`.
pub(super) fn minimize(rows: &mut Rows, symbols: u32, left: &mut usize) -> u32 {
    let width = symbols as usize;
    let count = rows.len() / width;
    let row = |at: u32| rows.get(at as usize * width..(at as usize + 1) * width).unwrap_or_default();
    let mut classes: Vec<u32> = (0..count as u32).map(|at| row(at).last().copied().unwrap_or(0)).collect();
    let mut parted = 2;
    let mut work = 0;
    loop {
        let class = |at: u32| classes.get(at as usize).copied().unwrap_or(0);
        // The first row of each new class; of each old class the last new one; of each new class the one before it.
        let mut firsts: Vec<u32> = Vec::new();
        let mut newest = vec![NONE; count];
        let mut older: Vec<u32> = Vec::new();
        let mut refined = Vec::with_capacity(count);
        for at in 0..count as u32 {
            let chain = newest.get_mut(class(at) as usize);
            let Some(chain) = chain else { break };
            let mut new = *chain;
            while let Some(&first) = firsts.get(new as usize) {
                work += width;
                *left = left.saturating_sub(width);
                if row(at).iter().zip(row(first)).all(|(a, b)| class(*a) == class(*b)) {
                    break;
                }
                new = older.get(new as usize).copied().unwrap_or(NONE);
            }
            if new == NONE {
                new = firsts.len() as u32;
                firsts.push(at);
                older.push(*chain);
                *chain = new;
            }
            refined.push(new);
        }
        if work > MAX_WORK {
            return 2;
        }
        classes = refined;
        if firsts.len() == parted {
            let class = |at: u32| classes.get(at as usize).copied().unwrap_or(0);
            let mut small = Vec::with_capacity(firsts.len() * width);
            for &first in &firsts {
                small.extend(row(first).iter().map(|&cell| class(cell)));
            }
            let start = class(2);
            *rows = small;
            return start;
        }
        parted = firsts.len();
    }
}
