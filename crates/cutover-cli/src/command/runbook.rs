//! `cutover runbook`: the way back out of a phase, as Markdown.

use super::{load, no_such};
use crate::args::Runbook;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::screen::Screen;
use cutover::runbook::{RunbookOptions, Scope};
use cutover::{Diagnostic, Position};

pub(super) fn run(args: &Runbook, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let scope = match (&args.phase, &args.from, &args.to) {
        (Some(phase), ..) if args.emergency => Scope::Emergency(phase.clone()),
        (Some(phase), ..) => Scope::Phase(phase.clone()),
        (None, Some(from), Some(to)) => Scope::Back { from: from.clone(), to: to.clone() },
        (None, ..) => Scope::All,
    };
    let options = RunbookOptions { scope, language: args.lang, file: input::name(&args.file) };
    match engine.runbook(&args.migration, &options) {
        Ok(Some(runbook)) if screen.is_json() => screen.value(&runbook)?,
        // Markdown is for files and other programs as it is.
        Ok(Some(runbook)) => screen.bytes(runbook.markdown().as_bytes())?,
        Ok(None) => {
            let diagnostic = no_such("unknown_migration", "migration", &args.migration, engine.migrations());
            return Err(Failure::usage(diagnostic));
        }
        Err(error) => {
            let problem = Diagnostic::error("no_way_back", "", Position::default(), error.message);
            return Err(Failure::usage(problem.expected(error.expected)));
        }
    }
    Ok(Exit::Done)
}
