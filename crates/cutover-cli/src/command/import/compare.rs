//! Who would move between two dialects of one document.

use super::no_dialect;
use crate::args::import::{Import, System};
use crate::command::engine_of;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::render;
use crate::screen::Screen;
use cutover::diff::{Diff, DiffOptions};
use cutover::{Diagnostic, Engine, Position};
use cutover_dialects::{Dialect, context, import};
use std::io::{BufRead as _, BufReader};

/// How many contexts of each move are shown.
const EXAMPLES: usize = 3;

pub(super) fn run(
    dialects: [Dialect; 2],
    system: System,
    args: &Import,
    now_ms: i64,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let known = system.dialects();
    let names: Vec<&'static str> = known.iter().map(|dialect| dialect.name()).collect();
    if let Some(other) = dialects.iter().find(|dialect| !known.contains(dialect)) {
        return Err(no_dialect(&format!("`{other}` is no dialect of this document"), &names));
    }
    let source = Source::read(&args.path)?;
    let [one, other] = dialects;
    let (old, new) = (engine(one, &source)?, engine(other, &source)?);
    let options =
        DiffOptions { now_ms, switches: Vec::new(), examples: EXAMPLES, accept: Vec::new(), traffic: None };
    let mut diff = Diff::new(&old, &new, options);
    if let Some(file) = &args.population {
        let lines = BufReader::new(input::open(file)?).lines();
        for (number, line) in (1..).zip(lines) {
            let line = line.map_err(|error| input::unreadable(file, &error))?;
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str(&line) {
                Ok(foreign) => diff.add(number, &context(one, &foreign).attributes),
                Err(error) => diff.refuse(
                    number,
                    Diagnostic::error(
                        "bad_json",
                        "",
                        Position::default(),
                        format!("this is no JSON: {error}"),
                    ),
                ),
            }
        }
    }
    let report = diff.report();
    if screen.is_json() {
        screen.value(&report)?;
    } else {
        screen.text(&render::diff::page(&report, true, false))?;
    }
    Ok(if report.population.refused == 0 { Exit::Done } else { Exit::No })
}

fn engine(dialect: Dialect, source: &Source) -> Result<Engine, Failure> {
    let imported = import(dialect, &source.bytes);
    let Some(ruleset) = imported.ruleset else {
        let message = imported.report.problem.unwrap_or_default();
        let diagnostic = Diagnostic::error("cannot_import", "", Position::default(), message);
        return Err(Failure::ruleset(source.clone(), vec![diagnostic]));
    };
    engine_of(ruleset.as_bytes()).map_err(|diagnostics| Failure::ruleset(source.clone(), diagnostics))
}
