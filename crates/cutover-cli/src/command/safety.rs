//! `cutover safety`: what the phases, moves, switches and emergencies of a migration can cost.

use super::{load, no_such};
use crate::args::Safety;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::screen::Screen;
use cutover::{Diagnostic, Position, SafetyOptions, SafetyReport};

pub(super) fn run(args: &Safety, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let names: Vec<&str> = match &args.migration {
        Some(name) if engine.migration(name).is_none() => {
            return Err(Failure::usage(no_such("unknown_migration", "migration", name, engine.migrations())));
        }
        Some(name) => vec![name],
        None => engine.migrations().collect(),
    };
    if names.is_empty() {
        let message = "the ruleset has no migration, so there is nothing to look at";
        return Err(Failure::usage(Diagnostic::error("no_migration", "", Position::default(), message)));
    }
    let options = SafetyOptions { nodes: args.nodes, writes: args.writes };
    let mut reports: Vec<SafetyReport> = Vec::new();
    for name in names {
        match engine.safety(name, options) {
            Ok(report) => reports.extend(report),
            Err(error) => {
                let message = format!("`{name}` cannot be modelled: {error}");
                return Err(Failure::usage(Diagnostic::error(
                    "out_of_bounds",
                    "",
                    Position::default(),
                    message,
                )));
            }
        }
    }
    if !screen.is_json() {
        let pages: Vec<String> =
            reports.iter().map(|report| render::safety::page(report, args.stories)).collect();
        screen.text(&pages.join("\n"))?;
    } else if args.migration.is_some() {
        screen.value(&reports.first())?;
    } else {
        screen.value(&reports)?;
    }
    Ok(if reports.iter().all(|report| report.safe) { Exit::Done } else { Exit::No })
}
