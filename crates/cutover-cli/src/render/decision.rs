//! Decisions as a table.

use super::style::{DIM, ERROR, GOOD, PLAIN, STRONG, paint};
use super::table::{Cell, table};
use super::text::value;
use anstyle::Style;
use cutover::{Decision, ErrorCode, Reason, Value};

/// One row for each decision, and the digest of the program that decided.
pub(crate) fn page(decisions: &[Decision<'_>], limit: Option<usize>) -> String {
    let Some(first) = decisions.first() else { return "The ruleset has no flags.\n".to_owned() };
    let rows: Vec<[Cell; 5]> = decisions.iter().map(row).collect();
    let table = table(["flag", "value", "variant", "reason", "rule"], &rows, limit);
    format!("{table}\n{}\n", paint(DIM, format_args!("digest {}", first.digest)))
}

fn row(decision: &Decision<'_>) -> [Cell; 5] {
    let (shown, style) = served(decision.value);
    [
        Cell::new(decision.flag, STRONG),
        Cell::new(&shown, style),
        Cell::new(decision.variant.unwrap_or("-"), PLAIN),
        Cell::new(&reason(decision), if decision.error.is_some() { ERROR } else { PLAIN }),
        Cell::new(&decision.rule.map_or_else(|| "-".to_owned(), |rule| rule.to_string()), PLAIN),
    ]
}

/// A value served and its style; without one the caller's own default applies.
pub(super) fn served(served: Option<&Value>) -> (String, Style) {
    match served {
        None => ("(the caller's default)".to_owned(), DIM),
        Some(on @ Value::Bool(true)) => (value(on), GOOD),
        Some(other) => (value(other), PLAIN),
    }
}

/// The reason, or the error behind it.
pub(super) fn reason(decision: &Decision<'_>) -> String {
    match (decision.reason, decision.error.map(ErrorCode::name)) {
        (Reason::Error, Some(error)) => format!("ERROR: {error}"),
        (reason, _) => reason.name().to_owned(),
    }
}
