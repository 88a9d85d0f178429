//! `cutover conformance`: the vectors that every language runs, by this binary.

use crate::args::Conformance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;
use cutover::{Diagnostic, Position};
use cutover_testkit::conformance;
use std::fmt::Write as _;

pub(super) fn run(args: &Conformance, screen: &Screen) -> Result<Exit, Failure> {
    let report = conformance::run(&args.folder).map_err(|problem| {
        let folder = args.folder.display().to_string();
        Failure::usage(
            Diagnostic::error(
                "cannot_read",
                "",
                Position::default(),
                format!("the vectors cannot be read: {problem}"),
            )
            .found(folder)
            .expected(["a folder of vectors, such as `conformance`"]),
        )
    })?;
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
