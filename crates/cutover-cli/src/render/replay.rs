//! A replay as a page: what came out the same, what otherwise and why, and what could not be decided again.

use super::explanation::sentence;
use super::style::{DIM, ERROR, GOOD, STRONG, WARNING, paint};
use super::text::{clean, cut};
use cutover::replay::{ReplayMove, ReplayReport};
use cutover::{Step, Value};
use std::fmt::Write as _;

/// So many columns of a part of an answer are shown.
const COLUMNS: usize = 70;

/// The page of a replay; `explained` says whether the ruleset of the log was given.
pub(crate) fn page(report: &ReplayReport, explained: bool) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "{} decisions, decided again by {}", report.lines, report.digest);
    if report.lines == 0 {
        let _ = writeln!(out, "{}", paint(WARNING, "the log has no lines, so nothing is known"));
        return out;
    }
    let count = |out: &mut String, number: u64, style, what: &str| {
        if number > 0 {
            let _ = writeln!(out, "{number:>8}  {}", paint(style, what));
        }
    };
    count(&mut out, report.identical, GOOD, "the same to the byte");
    count(&mut out, report.same, GOOD, "the same, written in other bytes");
    count(&mut out, report.restated, WARNING, "the same answer, for another reason");
    count(&mut out, report.changed, ERROR, "another answer");
    count(&mut out, report.unreplayable, ERROR, "cannot be replayed");
    if report.contradicted > 0 {
        let text = format!(
            "{} of these say that this very ruleset decided them: the log was changed, or another version wrote it",
            report.contradicted
        );
        let _ = writeln!(out, "{}", paint(ERROR, text));
    }
    for found in &report.moves {
        moved(&mut out, found, explained);
    }
    if report.untold > 0 {
        let text = format!("{} lines changed in yet other ways", report.untold);
        let _ = writeln!(out, "\n{}", paint(DIM, text));
    }
    problems(&mut out, report);
    out
}

fn moved(out: &mut String, found: &ReplayMove, explained: bool) {
    let style = if found.changed { ERROR } else { WARNING };
    let word = if found.changed { "another answer" } else { "another reason" };
    let lines = if found.lines == 1 { "line" } else { "lines" };
    let name = paint(STRONG, clean(&found.name));
    let count = format!("{} {lines}", found.lines);
    let _ = writeln!(out, "\n{} {name}  {}  {count}", found.kind, paint(style, word));
    for key in keys(found) {
        let shown = |answer: &Value| match answer.get(key) {
            Some(value) => cut(&clean(&cutover::wire::to_json(value)), COLUMNS).into_owned(),
            None => "nothing".to_owned(),
        };
        let _ = writeln!(out, "  {key:10} {} → {}", shown(&found.from), paint(STRONG, shown(&found.to)));
    }
    steps(out, "no longer so", &found.gone);
    steps(out, if explained && !found.gone.is_empty() { "so now" } else { "looked at now" }, &found.came);
    if explained && found.kind == "flag" && found.gone.is_empty() && found.came.is_empty() {
        let _ = writeln!(
            out,
            "  {}",
            paint(DIM, "every step is the same: what the variant serves is another value")
        );
    }
    if !found.examples.is_empty() {
        let numbers: Vec<String> = found.examples.iter().map(u64::to_string).collect();
        let more = if found.lines > numbers.len() as u64 { ", …" } else { "" };
        let _ = writeln!(out, "  {}", paint(DIM, format_args!("line {}{more}", numbers.join(", "))));
    }
}

fn entries(answer: &Value) -> &[(String, Value)] {
    match answer {
        Value::Map(entries) => entries,
        _ => &[],
    }
}

/// The keys that differ, in the order of an answer.
fn keys(found: &ReplayMove) -> Vec<&str> {
    const ORDER: [&str; 5] = ["value", "variant", "reason", "rule", "error"];
    let mut keys: Vec<&str> =
        entries(&found.from).iter().chain(entries(&found.to)).map(|(key, _)| key.as_str()).collect();
    keys.sort_by_key(|key| (ORDER.iter().position(|known| known == key).unwrap_or(ORDER.len()), *key));
    keys.dedup();
    keys
}

fn steps(out: &mut String, title: &str, steps: &[Step]) {
    if steps.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {title}");
    for step in steps {
        let _ = writeln!(out, "    {}", sentence(step));
    }
}

fn problems(out: &mut String, report: &ReplayReport) {
    if report.problems.is_empty() {
        return;
    }
    let why: Vec<String> = report.why.iter().map(|(code, count)| format!("{count} {code}")).collect();
    let _ = writeln!(out, "\n{}  {}", paint(STRONG, "cannot be replayed"), paint(DIM, why.join(", ")));
    for problem in &report.problems {
        let diagnostic = &problem.diagnostic;
        let column = diagnostic.column.map(|column| format!(":{column}")).unwrap_or_default();
        let help = diagnostic.help.as_ref().map(|help| format!(" ({})", clean(help))).unwrap_or_default();
        // The message of a text that is no JSON says itself what was found.
        let found = match (&diagnostic.found, diagnostic.expected.as_slice()) {
            (Some(found), [expected]) if diagnostic.code == "bad_log_line" => {
                format!(", found {}, expected {}", clean(found), clean(expected))
            }
            _ => String::new(),
        };
        let message = clean(&diagnostic.message);
        let _ = writeln!(out, "  line {}{column}  {message}{found}{help}", problem.line);
    }
    let untold = report.unreplayable - report.problems.len() as u64;
    if untold > 0 {
        let _ = writeln!(out, "  {}", paint(DIM, format_args!("… and {untold} more")));
    }
}
