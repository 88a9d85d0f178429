//! Tables: columns by width, a line under the head, nothing around.

use super::style::{DIM, STRONG, paint};
use super::text::{clean, cut, width};
use anstyle::Style;

/// The space between columns.
const GAP: &str = "  ";

/// A text in a style.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(super) fn new(text: &str, style: Style) -> Self {
        Self { text: clean(text).into_owned(), style }
    }
}

/// The table with these columns. Where it is wider than `limit`, the widest columns are cut.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[Cell; N]], limit: Option<usize>) -> String {
    let head = head.map(|name| Cell::new(name, STRONG));
    let mut widths = [0; N];
    for row in std::iter::once(&head).chain(rows) {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(&cell.text).max(*widest);
        }
    }
    if let Some(limit) = limit {
        shrink(&mut widths, limit.saturating_sub(GAP.len() * N.saturating_sub(1)));
    }
    let mut out = String::new();
    line(&mut out, &head, &widths);
    let rule = widths.map(|width| "─".repeat(width)).join(GAP);
    out.push_str(&paint(DIM, rule));
    out.push('\n');
    for row in rows {
        line(&mut out, row, &widths);
    }
    out
}

fn line(out: &mut String, row: &[Cell], widths: &[usize]) {
    // Spaces wait for the next text, so that no line ends with them.
    let mut waiting = 0;
    for (cell, columns) in row.iter().zip(widths) {
        let text = cut(&cell.text, *columns);
        if !text.is_empty() {
            out.push_str(&" ".repeat(std::mem::take(&mut waiting)));
            out.push_str(&paint(cell.style, &text));
        }
        waiting += columns.saturating_sub(width(&text)) + GAP.len();
    }
    out.push('\n');
}

/// Takes columns off the widest until `limit` holds; none gets narrower than a few letters.
fn shrink(widths: &mut [usize], limit: usize) {
    const NARROWEST: usize = 8;
    while widths.iter().sum::<usize>() > limit {
        let Some(widest) = widths.iter_mut().max_by_key(|width| **width).filter(|width| **width > NARROWEST)
        else {
            return;
        };
        *widest -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::style::PLAIN;

    fn plain(limit: Option<usize>, rows: &[[&str; 2]]) -> String {
        let rows: Vec<[Cell; 2]> = rows.iter().map(|row| row.map(|text| Cell::new(text, PLAIN))).collect();
        anstream::adapter::strip_str(&table(["flag", "value"], &rows, limit)).to_string()
    }

    #[test]
    fn columns_line_up() {
        let want = "\
flag     value
───────  ─────
日本     true
a        1
missing
";
        assert_eq!(plain(None, &[["日本", "true"], ["a", "1"], ["missing", ""]]), want);
    }

    #[test]
    fn the_widest_column_gives_way() {
        let want = "\
flag  value
────  ──────────
a     xxxxxxxxx…
";
        assert_eq!(plain(Some(16), &[["a", "xxxxxxxxxxxxxxxxxxxxxxxxx"]]), want);
    }
}
