//! A safety report as a page: a table for each kind of question, and the stories of what can happen.

use super::style::{DIM, ERROR, GOOD, PLAIN, STRONG, WARNING, paint};
use super::table::{Cell, table};
use super::text::clean;
use anstyle::Style;
use cutover::{SafetyKind, SafetyReport, SafetyRow, Verdict};
use std::fmt::Write as _;

/// The parts of the page, in its order: the kinds of rows, and what they are called.
const PARTS: [(&str, &[SafetyKind]); 7] = [
    ("while a phase lasts", &[SafetyKind::Phase]),
    ("moves, under all guards", &[SafetyKind::Forward, SafetyKind::Back]),
    ("the whole ladder, under all guards", &[SafetyKind::LadderUp, SafetyKind::LadderDown]),
    ("emergencies, which wait for nothing", &[SafetyKind::Emergency, SafetyKind::Clear]),
    ("switches, thrown without waiting", &[SafetyKind::Switches, SafetyKind::Throw]),
    ("two phases at once, as in a cohort", &[SafetyKind::Cohort]),
    ("what is added where one guard is dropped", &[SafetyKind::Dropped]),
];

/// The page of a report; `stories` tells each finding as one.
pub(crate) fn page(report: &SafetyReport, stories: bool) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "{}  {}", paint(STRONG, clean(&report.migration)), conclusion(report));
    for (title, kinds) in PARTS {
        let rows: Vec<&SafetyRow> = report.rows.iter().filter(|row| kinds.contains(&row.kind)).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{}", paint(STRONG, title));
        let cells: Vec<[Cell; 2]> = rows.iter().map(|row| cells(row)).collect();
        out.push_str(&table(["", "what can happen"], &cells, None));
        for row in rows.iter().filter(|_| stories) {
            told(&mut out, row);
        }
    }
    let _ = writeln!(
        out,
        "\n{}",
        paint(
            DIM,
            format_args!(
                "{} states of one record, {} nodes and {} writes, with crashes, deletes, refusals, duplicates and \
                 reordering",
                report.states, report.bounds.nodes, report.bounds.writes
            )
        )
    );
    if !stories {
        let _ = writeln!(out, "{}", paint(DIM, "--stories tells how each comes about"));
    }
    out
}

fn conclusion(report: &SafetyReport) -> String {
    match (&report.last_reversible, report.safe) {
        (Some(last), true) => {
            let failing = report.rows.iter().any(|row| {
                row.verdict == Verdict::StaleOnFailure
                    && matches!(row.kind, SafetyKind::LadderUp | SafetyKind::LadderDown)
            });
            let both = if failing { " while both stores answer" } else { "" };
            let text =
                format!("safe up, and down from `{}`,{both}; behind that there is no way back", clean(last));
            paint(GOOD, text.replace(",;", ";"))
        }
        _ => paint(ERROR, "not safe"),
    }
}

fn cells(row: &SafetyRow) -> [Cell; 2] {
    let what = match &row.to {
        Some(to) if row.kind == SafetyKind::Cohort => format!("{} and {to}", row.from),
        Some(to) => format!("{} → {to}", row.from),
        None => row.from.clone(),
    };
    let verdicts: Vec<&str> = row.findings.iter().map(|finding| words(finding.verdict)).collect();
    let text = if verdicts.is_empty() { words(Verdict::Safe).to_owned() } else { verdicts.join(", ") };
    [Cell::new(&what, PLAIN), Cell::new(&text, style(row.verdict))]
}

fn told(out: &mut String, row: &SafetyRow) {
    for finding in &row.findings {
        let what = match &row.to {
            Some(to) => format!("{} → {to}", clean(&row.from)),
            None => clean(&row.from).into_owned(),
        };
        let title = paint(style(finding.verdict), format_args!("{what}: {}", words(finding.verdict)));
        let _ = writeln!(out, "\n  {title}");
        for (number, sentence) in finding.story.iter().enumerate() {
            let _ = writeln!(out, "  {} {}", paint(DIM, format_args!("{:2}.", number + 1)), clean(sentence));
        }
    }
}

pub(super) fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Safe => "nothing",
        Verdict::Stuck => "it cannot be gone on",
        Verdict::Refused => "writes are refused",
        Verdict::StaleOnFailure => "a read that falls back on a failure is stale",
        Verdict::Stale => "reads are stale",
        Verdict::Diverged => "the other store falls behind for good",
        Verdict::Lost => "writes are lost",
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Safe => GOOD,
        Verdict::StaleOnFailure | Verdict::Stale | Verdict::Stuck | Verdict::Refused => WARNING,
        Verdict::Diverged | Verdict::Lost => ERROR,
    }
}
