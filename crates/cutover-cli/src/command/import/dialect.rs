//! A document of a system with dialects: its ruleset, and what became of each flag.

use super::{no_dialect, write};
use crate::args::import::{Import, System};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Source;
use crate::screen::Screen;
use cutover_dialects::{Dialect, Fate, Report, import};
use std::fmt::Write as _;

pub(super) fn run(system: System, args: &Import, screen: &Screen) -> Result<Exit, Failure> {
    let known = system.dialects();
    let names: Vec<&'static str> = known.iter().map(|dialect| dialect.name()).collect();
    let dialect = match (args.dialect, known) {
        (Some(dialect), known) if known.contains(&dialect) => dialect,
        (Some(dialect), _) => {
            return Err(no_dialect(&format!("`{dialect}` is no dialect of this document"), &names));
        }
        (None, [only]) => *only,
        (None, _) => {
            return Err(no_dialect("the releases of this system decide differently: name one", &names));
        }
    };
    let source = Source::read(&args.path)?;
    let imported = import(dialect, &source.bytes);
    let exit = if imported.report.is_complete() { Exit::Done } else { Exit::No };
    if !screen.is_json() {
        screen.note(&page(&source.name, dialect, &imported.report));
    }
    write(args, imported.ruleset.as_deref(), &imported, screen)?;
    Ok(exit)
}

/// The report as text: flags about which there is nothing to say are only counted.
fn page(name: &str, dialect: Dialect, report: &Report) -> String {
    // Writing to a String cannot fail.
    let mut text = String::new();
    if let Some(problem) = &report.problem {
        let _ = writeln!(text, "{name}: {problem}");
        return text;
    }
    let count = |fate| report.count(fate);
    let _ = writeln!(
        text,
        "{name}, read as {dialect}: {} flags decide the same, {} differ in an edge, {} could not be taken over",
        count(Fate::Same),
        count(Fate::Differs),
        count(Fate::Refused),
    );
    for flag in report.flags.iter().filter(|flag| !flag.notes.is_empty()) {
        let fate = match flag.fate {
            Fate::Same => "the same",
            Fate::Differs => "differs",
            Fate::Refused => "refused",
        };
        let _ = writeln!(text, "  {} ({fate})", flag.flag);
        for note in &flag.notes {
            let place = if note.place.is_empty() { String::new() } else { format!("{}: ", note.place) };
            let _ = writeln!(text, "    {place}{}", note.message);
        }
    }
    text
}
