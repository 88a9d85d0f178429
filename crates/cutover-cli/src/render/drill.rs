//! A drill as people see it: the answer, and where the time goes.

use super::style::{DIM, ERROR, GOOD, PLAIN, STRONG, WARNING, paint};
use super::table::{Cell, table};
use super::text::clean;
use cutover::work::drill::{Answer, Report};
use cutover::work::span;
use std::fmt::Write as _;

/// The page of a report.
pub(crate) fn page(name: &str, report: &Report, width: Option<usize>) -> String {
    let mut out = String::new();
    let answer = match report.answer {
        Answer::Met => paint(GOOD, "the objective is met"),
        Answer::Missed => paint(ERROR, "the objective is missed"),
        Answer::NotKnown => paint(WARNING, "not known"),
    };
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "{}  {answer}", paint(STRONG, clean(name)));
    if let Some(why) = &report.why {
        let _ = writeln!(out, "  {}", clean(why));
    }
    let objective = report.objective_ms.map_or_else(|| "none".to_owned(), span);
    let _ = writeln!(out, "  objective {objective}, longest {}", span(report.longest_ms));
    let _ = writeln!(
        out,
        "  {} rehearsals: {} to {}, half of them within {}; met in {}",
        report.rehearsals,
        span(report.shortest_ms),
        span(report.longest_ms),
        span(report.median_ms),
        report.met
    );
    if report.mended > 0 {
        let _ = writeln!(out, "  a person had to mend something in {}", report.mended);
    }
    if report.endless > 0 {
        let _ = writeln!(out, "  {}", paint(ERROR, format_args!("{} did not end at all", report.endless)));
    }
    let _ = writeln!(out, "  takes back {}", clean(&report.phases.join(", ")));
    for point in &report.restored {
        let lost = "what was written since it was taken is lost";
        let _ = writeln!(out, "  restores {}: {}", clean(point), paint(WARNING, lost));
    }
    out.push('\n');
    let rows: Vec<[Cell; 4]> = report
        .parts
        .iter()
        .map(|part| {
            let times = if part.times == 1 { String::new() } else { format!(" ({} times)", part.times) };
            let share = format!("{}.{} %", part.share / 10_000, part.share / 1_000 % 10);
            [
                Cell::new(&span(part.ms), STRONG),
                Cell::new(&share, DIM),
                Cell::new(&format!("{}{times}", part.name), PLAIN),
                Cell::new(part.phase.as_deref().unwrap_or_default(), DIM),
            ]
        })
        .collect();
    out.push_str(&table(["longest", "share", "step", "phase"], &rows, width));
    out
}
