//! `cutover conformance`: the vectors that every language runs, and the suites of other systems, by this binary.

use crate::args::Conformance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;
use cutover::{Diagnostic, Position};
use cutover_testkit::{conformance, suites};
use std::fmt::Write as _;

pub(super) fn run(args: &Conformance, screen: &Screen) -> Result<Exit, Failure> {
    if let Some(names) = &args.suites {
        return foreign(args, names, screen);
    }
    let report = conformance::run(&args.folder)
        .map_err(|problem| unreadable(args, &format!("the vectors cannot be read: {problem}")))?;
    if screen.is_json() {
        screen.value(&report.to_json())?;
    } else {
        let mut text = String::new();
        for file in &report.files {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{:<28} passed {:>4}, failed {:>4}",
                file.name,
                file.passed,
                file.failures.len()
            );
            for failure in &file.failures {
                let _ = writeln!(text, "  {}", failure.vector);
                for line in &failure.lines {
                    let _ = writeln!(text, "    {line}");
                }
            }
        }
        let _ = writeln!(text, "{} passed, {} failed", report.passed(), report.failed());
        screen.bytes(text.as_bytes())?;
    }
    Ok(if report.is_passed() { Exit::Done } else { Exit::No })
}

/// The suites of other systems: the scoreboard on standard output, what is wrong on standard error.
fn foreign(args: &Conformance, names: &[String], screen: &Screen) -> Result<Exit, Failure> {
    let places = suites::Places { committed: args.folder.join("suites"), data: args.data.clone() };
    let board = suites::run(names, &places)
        .map_err(|problem| unreadable(args, &format!("the suites cannot be run: {problem}")))?;
    if screen.is_json() {
        screen.value(&board.to_json())?;
    } else {
        screen.bytes(suites::markdown(&board).as_bytes())?;
        screen.note(&board.problems().iter().map(|line| format!("{line}\n")).collect::<String>());
    }
    Ok(if board.is_passed() { Exit::Done } else { Exit::No })
}

fn unreadable(args: &Conformance, message: &str) -> Failure {
    Failure::usage(
        Diagnostic::error("cannot_read", "", Position::default(), message)
            .found(args.folder.display().to_string())
            .expected(["a folder of vectors, such as `conformance`"]),
    )
}
