//! A diff as Markdown, for the discussion of a change: the blast radius and the hazards first, all of it below.

use super::diff::page;
use cutover::Severity;
use cutover::diff::{DiffReport, FlagDiff, MigrationDiff, RouteMove, Stand};
use std::fmt::Write as _;

/// So many rows of a table are shown.
const SHOWN: usize = 50;

pub(crate) fn markdown(report: &DiffReport<'_>, name: &str, counted: bool) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "### Blast radius of {}\n", code(name));
    let found = &report.population;
    if counted {
        let percent = found.moved as f64 * 100.0 / found.contexts.max(1) as f64;
        let _ = writeln!(out, "**{} of {} contexts move ({percent:.2}%).**", found.moved, found.contexts);
        if found.refused > 0 {
            let _ = writeln!(
                out,
                "\n{} lines of the population are no contexts, and counted nowhere.",
                found.refused
            );
        }
    } else {
        out.push_str("No population was given: only moves that everybody makes are known.\n");
    }
    flags(&mut out, &report.flags, counted);
    migrations(&mut out, &report.migrations);
    hazards(&mut out, report);
    details(&mut out, &anstream::adapter::strip_str(&page(report, counted, false)).to_string());
    out
}

fn flags(out: &mut String, flags: &[FlagDiff<'_>], counted: bool) {
    if flags.is_empty() {
        return;
    }
    out.push_str("\n| flag | contexts | from → to |\n|---|--:|---|\n");
    let answer = |variant: Option<&str>| variant.map_or_else(|| "the caller's default".to_owned(), code);
    let mut rows = 0;
    for flag in flags {
        if flag.moves.is_empty() {
            let what = flag.change.map_or("the same", |change| change.name());
            let nobody = if counted { "0" } else { "" };
            let _ = writeln!(out, "| {} | {nobody} | {what} |", code(flag.flag));
            rows += 1;
        }
        for found in &flag.moves {
            if rows == SHOWN {
                out.push_str("| … | | |\n");
                return;
            }
            let _ = writeln!(
                out,
                "| {} | {} | {} → {} |",
                code(flag.flag),
                found.contexts,
                answer(found.from),
                answer(found.to)
            );
            rows += 1;
        }
    }
}

fn migrations(out: &mut String, migrations: &[MigrationDiff<'_>]) {
    if migrations.is_empty() {
        return;
    }
    out.push_str("\n| migration | who | from → to | hazards |\n|---|--:|---|---|\n");
    for migration in migrations {
        if migration.moves.is_empty() {
            let what = migration.change.map_or("the same", |change| change.name());
            let _ = writeln!(out, "| {} | nobody | {what} | |", code(migration.migration));
        }
        for found in &migration.moves {
            let who = match found.everybody {
                true => "everybody".to_owned(),
                false => found.contexts.to_string(),
            };
            let hazards: Vec<String> = found.hazards.iter().map(|hazard| code(hazard.code.name())).collect();
            let _ = writeln!(
                out,
                "| {} | {who} | {} → {}{} | {} |",
                code(migration.migration),
                stand(found.from.as_ref()),
                stand(found.to.as_ref()),
                edge(found),
                hazards.join(", ")
            );
        }
    }
}

fn stand(stand: Option<&Stand<'_>>) -> String {
    let Some(stand) = stand else { return "no migration".to_owned() };
    let phase = stand.phase.map_or_else(|| "no phase".to_owned(), code);
    let emergency = if stand.emergency { " **emergency**" } else { "" };
    let cohort = if stand.cohort { " (cohort)" } else { "" };
    format!("{phase}{emergency}{cohort}")
}

fn edge(found: &RouteMove<'_>) -> &'static str {
    match found.steps {
        Some(-1..=1) => "",
        Some(_) => " **not adjacent**",
        None => " **not of one ladder**",
    }
}

fn hazards(out: &mut String, report: &DiffReport<'_>) {
    let moves = report.migrations.iter().flat_map(|migration| &migration.moves);
    let mut told = Vec::new();
    for hazard in moves.flat_map(|found| &found.hazards) {
        if told.contains(&&hazard.message) {
            continue;
        }
        if told.is_empty() {
            out.push_str("\n**Hazards**\n\n");
        }
        told.push(&hazard.message);
        let word = match hazard.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = writeln!(
            out,
            "- {word} {}: {} *{}*",
            code(hazard.code.name()),
            plain(&hazard.message),
            plain(&hazard.cost)
        );
    }
    if !report.refused.is_empty() {
        let refused: Vec<String> = report.refused.iter().map(|code_of| code(code_of.name())).collect();
        let _ = writeln!(out, "\nNobody has accepted {}.", refused.join(", "));
    } else if !report.hazards.is_empty() {
        out.push_str("\nThey are accepted.\n");
    } else {
        out.push_str("\nNo move has a hazard.\n");
    }
}

fn details(out: &mut String, page: &str) {
    let longest = page.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let _ = writeln!(
        out,
        "\n<details><summary>All of it</summary>\n\n{fence}text\n{}\n{fence}\n\n</details>",
        page.trim_end()
    );
}

/// A text as code, which neither ends it nor the cell of a table, mentions nobody and is no element.
fn code(text: &str) -> String {
    let text: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let marks = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{marks}{space}{}{space}{marks}", text.replace('|', "\\|"))
}

/// A sentence of the engine, in which names of the ruleset may stand.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '*' | '_' | '[' | ']' | '|' | '@' | '#' => {
                out.push('\\');
                out.push(char);
            }
            char if char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_cell() {
        assert_eq!(code("a|b"), r"`a\|b`");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("x\ny"), "`x y`");
        assert_eq!(plain("<b> @all *x*"), r"&lt;b> \@all \*x\*");
        let mut out = String::new();
        details(&mut out, "a ```` b");
        assert!(out.contains("\n`````text\na ```` b\n`````\n"), "{out}");
    }
}
