//! A comparison as a page: what differs, and how.

use super::style::{DIM, GOOD, NOTE, PLAIN, STRONG, paint};
use super::table::{Cell, table};
use cutover::compare::Comparison;
use std::fmt::Write as _;

/// The page of a comparison.
pub(crate) fn page(comparison: &Comparison) -> String {
    if comparison.is_match() {
        return format!("{}\n", paint(GOOD, "they match"));
    }
    let mut out = String::new();
    let rows: Vec<[Cell; 4]> = comparison
        .differences
        .iter()
        .map(|difference| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            [
                Cell::new(&difference.path, STRONG),
                Cell::new(&difference.kind.to_string(), NOTE),
                Cell::new(&text(&difference.control), PLAIN),
                Cell::new(&text(&difference.candidate), PLAIN),
            ]
        })
        .collect();
    out.push_str(&table(["path", "", "control", "candidate"], &rows, None));
    let left = comparison.count.saturating_sub(u64::try_from(rows.len()).unwrap_or(u64::MAX));
    if left > 0 {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}", paint(DIM, format_args!("and {left} more differences")));
    }
    out
}
