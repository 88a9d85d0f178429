//! A gate as a page: its verdict, and a row for each check.

use super::style::{DIM, ERROR, GOOD, PLAIN, STRONG, WARNING, paint};
use super::table::{Cell, table};
use super::text::clean;
use anstyle::Style;
use cutover::gates::{CheckReport, Report, Verdict};
use std::fmt::Write as _;

/// The page of a report.
pub(crate) fn page(report: &Report<'_>, width: Option<usize>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, here and below.
    let (word, style) = verdict(report.verdict);
    let _ = writeln!(out, "{}  {}\n", paint(STRONG, clean(report.gate)), paint(style, word));
    let rows: Vec<[Cell; 6]> = report.checks.iter().map(row).collect();
    out.push_str(&table(["check", "verdict", "value", "asked for", "samples", "why"], &rows, width));
    if report.clock_went_back {
        let note = "the clock went back; this is decided for the latest time that was given";
        let _ = writeln!(out, "\n{}", paint(WARNING, note));
    }
    for check in report.checks.iter().filter(|check| check.from.refused > 0) {
        let refused = check.from.refused;
        let note = format!("{}: {refused} measurements came twice, too late or ahead of time", check.check);
        let _ = writeln!(out, "{}", paint(DIM, clean(&note)));
    }
    out
}

fn row(check: &CheckReport<'_>) -> [Cell; 6] {
    let (word, style) = verdict(check.verdict);
    let name =
        if check.mode == "dry_run" { format!("{} (dry run)", check.check) } else { check.check.to_owned() };
    let samples = match (check.samples.old, check.samples.new) {
        (Some(old), Some(new)) => format!("{old} and {new}"),
        (None, Some(samples)) | (Some(samples), None) => samples.to_string(),
        (None, None) => String::new(),
    };
    let asked = match check.test {
        "threshold" => String::new(),
        test => format!("{} ", test.replace('_', " ")),
    };
    let level = [check.threshold, check.upper].into_iter().flatten().map(number);
    let asked = format!("{asked}{}", level.collect::<Vec<_>>().join(" to "));
    let mut why = check.reason.to_string();
    if let (Some(against), Some(needed)) = (check.against, check.needed) {
        let _ = write!(why, " (evidence {} of {})", number(against), number(needed));
    }
    [
        Cell::new(&name, PLAIN),
        Cell::new(word, style),
        Cell::new(&check.value.map(number).unwrap_or_default(), PLAIN),
        Cell::new(asked.trim_end(), PLAIN),
        Cell::new(&samples, DIM),
        Cell::new(&why, DIM),
    ]
}

/// A number for people: four digits that count.
fn number(number: f64) -> String {
    let rounded: f64 = format!("{number:.3e}").parse().unwrap_or(number);
    rounded.to_string()
}

pub(super) fn verdict(verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Pass => ("pass", GOOD),
        Verdict::Fail => ("fail", ERROR),
        Verdict::Inconclusive => ("inconclusive", WARNING),
        Verdict::NoData => ("no data", WARNING),
        Verdict::Stale => ("stale", WARNING),
        Verdict::Error => ("error", ERROR),
    }
}
