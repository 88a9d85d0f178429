//! A diff as a page: who moves, which hazards that has, and what changed in the document.

use super::safety::words as verdict_words;
use super::style::{DIM, ERROR, GOOD, NOTE, STRONG, WARNING, paint};
use super::text::{clean, cut};
use cutover::diff::{
    Change, ChangeKind, DiffReport, Example, FlagDiff, FlagMove, KeyCount, MigrationDiff, RouteMove, Stand,
};
use cutover::{Hazard, Severity, Value};
use std::fmt::Write as _;

/// So many columns of a change of the document are shown.
const CHANGE_COLUMNS: usize = 60;

/// The page of a diff; `counted` says whether a population was given, and `stories` tells each finding
/// as one.
pub(crate) fn page(report: &DiffReport<'_>, counted: bool, stories: bool) -> String {
    let mut out = String::new();
    population(&mut out, report, counted);
    if !report.flags.is_empty() {
        title(&mut out, "flags");
        report.flags.iter().for_each(|found| flag(&mut out, found, report.population.contexts));
    }
    if !report.migrations.is_empty() {
        title(&mut out, "migrations");
        report.migrations.iter().for_each(|found| migration(&mut out, found, stories));
    }
    if let Some(gates) = report.gates.as_ref().filter(|gates| !gates.is_empty()) {
        title(&mut out, "gates that begin again");
        for reset in gates {
            line(&mut out, 2, &format!("{}  {}", strong(&reset.gate), dim(&format!("by {}", reset.because))));
        }
    }
    document(&mut out, report);
    conclusion(&mut out, report);
    out
}

// Writing to a String cannot fail, here and below.
fn line(out: &mut String, indent: usize, text: &str) {
    let _ = writeln!(out, "{:indent$}{text}", "");
}

fn title(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{}", paint(STRONG, text));
}

fn strong(text: &str) -> String {
    paint(STRONG, clean(text))
}

fn dim(text: &str) -> String {
    paint(DIM, clean(text))
}

fn population(out: &mut String, report: &DiffReport<'_>, counted: bool) {
    let found = &report.population;
    if !counted {
        line(out, 0, &paint(WARNING, "no population: only moves that everybody makes are known"));
        return;
    }
    let moved = match found.moved {
        0 => paint(GOOD, "nobody moves"),
        moved => paint(STRONG, format_args!("{moved} move ({})", percent(moved, found.contexts))),
    };
    let contexts = if found.contexts == 1 { "context" } else { "contexts" };
    line(out, 0, &format!("{} {contexts}, {moved}", found.contexts));
    if found.refused == 0 {
        return;
    }
    let lines = if found.refused == 1 { "line is no context" } else { "lines are no contexts" };
    line(out, 0, &paint(ERROR, format_args!("{} {lines}, and counted nowhere", found.refused)));
    for refusal in &found.refusals {
        let at = refusal.diagnostic.column.map(|column| format!(":{column}")).unwrap_or_default();
        let what = format!("line {}{at}  {}", refusal.line, clean(&refusal.diagnostic.message));
        line(out, 2, &what);
    }
    let untold = found.refused - found.refusals.len() as u64;
    if untold > 0 {
        line(out, 2, &dim(&format!("… and {untold} more")));
    }
}

fn percent(part: u64, whole: u64) -> String {
    match u128::from(part) * 10_000 / u128::from(whole.max(1)) {
        0 => "below 0.01%".to_owned(),
        hundredths => format!("{}.{:02}%", hundredths / 100, hundredths % 100),
    }
}

fn flag(out: &mut String, found: &FlagDiff<'_>, contexts: u64) {
    let change = found.change.filter(|change| *change != ChangeKind::Same);
    let change = change.map(|change| format!("  {}", word(change))).unwrap_or_default();
    let moved = match found.moved {
        0 => dim("moves nobody"),
        moved => {
            format!("{moved} contexts move ({}){}", percent(moved, contexts), keys(found.keys, &found.by))
        }
    };
    line(out, 2, &format!("{}{change}  {moved}", strong(found.flag)));
    found.moves.iter().for_each(|found| flag_move(out, found));
    if found.restated > 0 {
        line(out, 4, &dim(&format!("{} keep their answer for another reason", found.restated)));
    }
}

fn word(change: ChangeKind) -> String {
    match change {
        ChangeKind::Removed => paint(WARNING, change.name()),
        ChangeKind::Added | ChangeKind::Changed | ChangeKind::Same => paint(NOTE, change.name()),
    }
}

fn keys(keys: Option<KeyCount>, by: &[String]) -> String {
    match keys {
        Some(KeyCount { count, exact }) => {
            let about = if exact { "" } else { "about " };
            let keys = if count == 1 { "key" } else { "keys" };
            format!(", {about}{count} {keys} by {}", clean(&by.join(", ")))
        }
        None => String::new(),
    }
}

fn flag_move(out: &mut String, found: &FlagMove<'_>) {
    let answer = |variant: Option<&str>, value: Option<&Value>, with_value: bool| match (variant, value) {
        (Some(name), Some(value)) if with_value => format!("{name} ({})", cutover::wire::to_json(value)),
        (Some(name), _) => name.to_owned(),
        (None, _) => "the caller's default".to_owned(),
    };
    // Where the variant kept its name, the value is what changed.
    let with_value = found.from == found.to;
    let (from, to) =
        (answer(found.from, found.from_value, with_value), answer(found.to, found.to_value, with_value));
    let what = format!("{} → {}", strong(&cut(&from, CHANGE_COLUMNS)), strong(&cut(&to, CHANGE_COLUMNS)));
    line(out, 4, &format!("{:>8}  {what}", found.contexts));
    for reason in &found.reasons {
        let share =
            if found.reasons.len() > 1 { format!("{} by ", reason.contexts) } else { "by ".to_owned() };
        line(out, 14, &dim(&format!("{share}{} → {}", reason.from, reason.to)));
    }
    examples(out, 14, &found.examples);
}

fn examples(out: &mut String, indent: usize, examples: &[Example]) {
    for example in examples {
        let entry = |(path, value): &(String, Value)| format!("{path}={}", cutover::wire::to_json(value));
        let context: Vec<String> = example.context.iter().map(entry).collect();
        let context = if context.is_empty() { "{}".to_owned() } else { context.join(" ") };
        line(out, indent, &dim(&format!("line {}: {context}", example.line)));
    }
}

fn migration(out: &mut String, found: &MigrationDiff<'_>, stories: bool) {
    let change = found.change.filter(|change| *change != ChangeKind::Same);
    let change = change.map(|change| format!("  {}", word(change))).unwrap_or_default();
    let moved = match (found.moved, found.moves.is_empty()) {
        (0, true) => dim("moves nobody"),
        (0, false) => String::new(),
        (moved, _) => format!("{moved} contexts move{}", keys(found.keys, &found.by)),
    };
    line(out, 2, format!("{}{change}  {moved}", strong(found.migration)).trim_end());
    found.moves.iter().for_each(|found| route_move(out, found, stories));
    for job in &found.jobs {
        let variant =
            |variant: Option<cutover::JobVariant>| variant.map_or("no job", cutover::JobVariant::name);
        let what = format!("job {}  {} → {}", strong(job.job), variant(job.from), strong(variant(job.to)));
        line(out, 4, &what);
    }
}

fn stand(stand: Option<&Stand<'_>>) -> String {
    let Some(stand) = stand else { return "no migration".to_owned() };
    let phase = stand.phase.map_or("in no phase".to_owned(), |phase| clean(phase).into_owned());
    let emergency = if stand.emergency { " (EMERGENCY)" } else { "" };
    let cohort = if stand.cohort { " (cohort)" } else { "" };
    format!("{phase}{emergency}{cohort}")
}

fn route_move(out: &mut String, found: &RouteMove<'_>, stories: bool) {
    let who = match (found.everybody, &found.keys) {
        (true, None) => "everybody".to_owned(),
        _ => found.contexts.to_string(),
    };
    let edge = match found.steps {
        Some(0) => String::new(),
        Some(steps @ (1 | -1)) => dim(if steps == 1 { "one phase up" } else { "one phase down" }),
        Some(steps) => {
            let way = if steps > 0 { "up" } else { "down" };
            paint(WARNING, format_args!("NOT ADJACENT: {} phases {way}", steps.abs()))
        }
        None => paint(WARNING, "not of one ladder"),
    };
    let (from, to) = (stand(found.from.as_ref()), stand(found.to.as_ref()));
    let what = format!("{who:>8}  {} → {}  {edge}", paint(STRONG, from), paint(STRONG, to));
    line(out, 4, what.trim_end());
    if let (Some(from), Some(to)) = (&found.from, &found.to) {
        let reads = changed("reads", from.read, to.read);
        let writes = changed("writes", &from.write.join(", "), &to.write.join(", "));
        line(out, 14, &format!("{reads}; {writes}"));
    }
    found.hazards.iter().for_each(|hazard| danger(out, hazard));
    let verdicts: Vec<&str> = found.findings.iter().map(|finding| verdict_words(finding.verdict)).collect();
    if !verdicts.is_empty() {
        line(out, 14, &format!("with all guards kept: {}", verdicts.join(", ")));
    }
    for finding in found.findings.iter().filter(|_| stories) {
        line(out, 14, &paint(STRONG, format_args!("{}:", verdict_words(finding.verdict))));
        for (number, sentence) in finding.story.iter().enumerate() {
            line(out, 14, &format!("{} {}", paint(DIM, format_args!("{:2}.", number + 1)), clean(sentence)));
        }
    }
    let more: Vec<&str> = found.unguarded.iter().map(|verdict| verdict_words(*verdict)).collect();
    if !more.is_empty() && more != verdicts {
        line(out, 14, &paint(WARNING, format_args!("published without waiting: {}", more.join(", "))));
    }
    if let Some(writes) = found.writes_at_risk {
        line(out, 14, &format!("up to {writes} writes run while nodes disagree"));
    }
    examples(out, 14, &found.examples);
}

fn changed(what: &str, from: &str, to: &str) -> String {
    if from == to {
        return format!("{what} stay on {}", clean(to));
    }
    format!("{what} {} → {}", clean(from), clean(to))
}

fn danger(out: &mut String, hazard: &Hazard) {
    let (style, word) = match hazard.severity {
        Severity::Error => (ERROR, "error"),
        Severity::Warning => (WARNING, "warning"),
    };
    let title = paint(style, format_args!("{word}[{}]", hazard.code.name()));
    line(out, 14, &format!("{title}: {}", clean(&hazard.message)));
    line(out, 16, &format!("{} {} {}", paint(NOTE, "="), paint(STRONG, "cost:"), clean(&hazard.cost)));
}

fn document(out: &mut String, report: &DiffReport<'_>) {
    title(out, "document");
    let Some(changes) = &report.changes else {
        line(out, 2, &dim("not told: a compiled program carries no document"));
        return;
    };
    if changes.is_empty() {
        let text = if report.from == report.to { "the two say the same" } else { "nothing changed" };
        line(out, 2, &dim(text));
    }
    changes.iter().for_each(|found| change(out, found));
    if report.untold > 0 {
        line(out, 2, &dim(&format!("… and {} more changes", report.untold)));
    }
}

fn change(out: &mut String, found: &Change) {
    let short = |text: &Option<String>| {
        text.as_ref().map(|text| cut(&clean(text), CHANGE_COLUMNS).into_owned()).unwrap_or_default()
    };
    let (from, to) = (short(&found.from), short(&found.to));
    let (mark, what) = match (found.change, from.is_empty(), to.is_empty()) {
        (ChangeKind::Added, ..) => (paint(GOOD, "+"), to),
        (ChangeKind::Removed, ..) => (paint(ERROR, "-"), from),
        (_, false, true) => (paint(NOTE, "~"), format!("drops {from}")),
        (_, true, false) => (paint(NOTE, "~"), format!("adds {to}")),
        _ => (paint(NOTE, "~"), format!("{from} → {to}")),
    };
    line(out, 2, &format!("{mark} {}  {what}", strong(&found.path)));
}

fn conclusion(out: &mut String, report: &DiffReport<'_>) {
    out.push('\n');
    let names =
        |codes: &[cutover::HazardCode]| codes.iter().map(|code| code.name()).collect::<Vec<_>>().join(",");
    if !report.refused.is_empty() {
        let refused = names(&report.refused);
        line(out, 0, &paint(ERROR, format_args!("refused: nobody accepted {}", refused.replace(',', ", "))));
        let all = names(&report.hazards);
        line(out, 0, &dim(&format!("if that may happen, say so: --accept {all}")));
    } else if report.hazards.is_empty() {
        line(out, 0, &paint(GOOD, "no move has a hazard"));
    } else {
        line(
            out,
            0,
            &paint(WARNING, format_args!("accepted: {}", names(&report.hazards).replace(',', ", "))),
        );
    }
}
