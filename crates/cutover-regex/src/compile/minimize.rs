//! The smallest table that says the same: Hopcroft's refinement of a partition.

use super::table::Rows;
use alloc::{vec, vec::Vec};

/// A table whose rows all differ in what they say.
pub(super) struct Table {
    /// 0, 1, or the number of the first row, counted from 2.
    pub(super) start: u32,
    /// The rows from 2 on, of one cell for each symbol.
    pub(super) cells: Vec<u32>,
}

impl Table {
    /// How many words its rows have in a program.
    pub(super) fn words(&self, symbols: u32) -> usize {
        self.cells.len() / symbols as usize * crate::format::row_words(symbols) as usize
    }
}

/// The smallest table that says the same as these rows.
pub(super) fn minimize(rows: &Rows, symbols: u32) -> Table {
    let width = symbols as usize;
    let mut parts = Partition::new(rows.len() / width);
    let sources = Sources::new(rows, width);

    // What the end of the text says parts the rows first.
    let ending =
        rows.chunks_exact(width).zip(0..).filter(|(row, _)| row.last() == Some(&1)).map(|(_, row)| row);
    ending.for_each(|row| parts.mark(row));
    parts.split();
    let mut waiting: Vec<usize> = (0..parts.count()).collect();
    while let Some(part) = waiting.pop() {
        let members = parts.members(part).to_vec();
        for symbol in 0..width {
            for &row in &members {
                for &source in sources.of(row, symbol) {
                    parts.mark(source as usize);
                }
            }
            // The new parts are the smaller halves: it is enough to look at those again.
            waiting.extend(parts.split());
        }
    }
    quotient(rows, width, &parts)
}

/// One row for each part, in the order of their first rows; rows 0 and 1 keep their numbers.
fn quotient(rows: &Rows, width: usize, parts: &Partition) -> Table {
    let mut names: Vec<Option<u32>> = vec![None; parts.count()];
    let mut firsts = Vec::new();
    for row in 0..rows.len() / width {
        if let Some(name @ None) = names.get_mut(parts.of(row)) {
            *name = Some(firsts.len() as u32);
            firsts.push(row);
        }
    }
    let name = |row: usize| names.get(parts.of(row)).copied().flatten().unwrap_or(0);
    let cells =
        firsts.iter().skip(2).flat_map(|first| rows.get(first * width..(first + 1) * width).unwrap_or(&[]));
    Table { start: name(2), cells: cells.map(|&cell| name(cell as usize)).collect() }
}

/// Which rows lead to a row by a symbol.
struct Sources {
    rows: usize,
    /// Where the sources of (symbol, row) begin in `list`.
    starts: Vec<u32>,
    list: Vec<u32>,
}

impl Sources {
    fn new(rows: &Rows, width: usize) -> Self {
        let count = rows.len() / width;
        let keys = || {
            let cells = rows.chunks_exact(width).zip(0_u32..);
            cells.flat_map(|(row, number)| {
                row.iter().zip(0..).map(move |(&cell, at)| (at * count + cell as usize, number))
            })
        };
        let mut starts = vec![0_u32; count * width + 1];
        for (key, _) in keys() {
            if let Some(start) = starts.get_mut(key) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        // Filled from the back, so that each start ends where its sources begin.
        let mut list = vec![0; rows.len()];
        for (key, number) in keys() {
            if let Some(start) = starts.get_mut(key) {
                *start -= 1;
                if let Some(place) = list.get_mut(*start as usize) {
                    *place = number;
                }
            }
        }
        Self { rows: count, starts, list }
    }

    fn of(&self, row: usize, symbol: usize) -> &[u32] {
        let at = |key: usize| self.starts.get(key).map_or(0, |&start| start as usize);
        let key = symbol * self.rows + row;
        self.list.get(at(key)..at(key + 1)).unwrap_or(&[])
    }
}

/// Rows in parts; those of a part lie together, its marked ones first.
struct Partition {
    order: Vec<usize>,
    /// The place of each row in `order`, and its part.
    places: Vec<(usize, usize)>,
    /// Where each part begins, where its marked rows end, and where it ends.
    parts: Vec<(usize, usize, usize)>,
    /// The parts with marked rows.
    touched: Vec<usize>,
}

impl Partition {
    fn new(rows: usize) -> Self {
        Self {
            order: (0..rows).collect(),
            places: (0..rows).map(|row| (row, 0)).collect(),
            parts: vec![(0, 0, rows)],
            touched: Vec::new(),
        }
    }

    fn count(&self) -> usize {
        self.parts.len()
    }

    fn of(&self, row: usize) -> usize {
        self.places.get(row).map_or(0, |place| place.1)
    }

    fn members(&self, part: usize) -> &[usize] {
        self.parts.get(part).and_then(|&(start, _, end)| self.order.get(start..end)).unwrap_or(&[])
    }

    fn mark(&mut self, row: usize) {
        let Some(&(place, part)) = self.places.get(row) else { return };
        let Some((start, marked, _)) = self.parts.get_mut(part) else { return };
        if place < *marked {
            return;
        }
        if start == marked {
            self.touched.push(part);
        }
        let first = *marked;
        *marked += 1;
        self.order.swap(place, first);
        for at in [place, first] {
            if let Some(moved) = self.order.get(at).and_then(|&row| self.places.get_mut(row)) {
                moved.0 = at;
            }
        }
    }

    /// Parts what is marked from what is not, and unmarks all. Gives the new parts: the smaller halves.
    fn split(&mut self) -> core::ops::Range<usize> {
        let known = self.parts.len();
        for part in core::mem::take(&mut self.touched) {
            let new = self.parts.len();
            let Some(bounds) = self.parts.get_mut(part) else { continue };
            let (start, marked, end) = *bounds;
            let (old_half, new_half) = match marked {
                _ if marked == end => ((start, start, end), None),
                _ if marked - start < end - marked => ((marked, marked, end), Some((start, start, marked))),
                _ => ((start, start, marked), Some((marked, marked, end))),
            };
            *bounds = old_half;
            if let Some(half) = new_half {
                self.parts.push(half);
                for row in self.order.get(half.0..half.2).unwrap_or(&[]) {
                    if let Some(place) = self.places.get_mut(*row) {
                        place.1 = new;
                    }
                }
            }
        }
        known..self.parts.len()
    }
}
