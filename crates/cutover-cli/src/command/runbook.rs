//! `cutover runbook`: the way back, as Markdown.

use super::{load, no_such};
use crate::args::Runbook;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::screen::Screen;
use cutover::runbook::{HandbookOptions, RunbookError, RunbookOptions, Scope, Subject};
use cutover::{Diagnostic, Engine, Position};

pub(super) fn run(args: &Runbook, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    match subject(&engine, args)? {
        Some(of) => handbook(&engine, args, of, screen),
        None => migration(&engine, args, screen),
    }
}

fn migration(engine: &Engine, args: &Runbook, screen: &Screen) -> Result<Exit, Failure> {
    let scope = match (&args.phase, &args.from, &args.to) {
        (Some(phase), ..) if args.emergency => Scope::Emergency(phase.clone()),
        (Some(phase), ..) => Scope::Phase(phase.clone()),
        (None, Some(from), Some(to)) => Scope::Back { from: from.clone(), to: to.clone() },
        (None, ..) => Scope::All,
    };
    let options = RunbookOptions { scope, language: args.lang, file: input::name(&args.file) };
    match engine.runbook(&args.name, &options) {
        Ok(Some(runbook)) if screen.is_json() => screen.value(&runbook)?,
        // Markdown is for files and other programs as it is.
        Ok(Some(runbook)) => screen.bytes(runbook.markdown().as_bytes())?,
        Ok(None) => return Err(unknown(engine, args)),
        Err(error) => return Err(no_way(error)),
    }
    Ok(Exit::Done)
}

fn handbook(engine: &Engine, args: &Runbook, of: Subject, screen: &Screen) -> Result<Exit, Failure> {
    let options = HandbookOptions { at: args.at.clone(), language: args.lang, file: input::name(&args.file) };
    match engine.handbook(of, &args.name, &options) {
        Ok(Some(handbook)) if screen.is_json() => screen.value(&handbook)?,
        Ok(Some(handbook)) => screen.bytes(handbook.markdown().as_bytes())?,
        Ok(None) => return Err(unknown(engine, args)),
        Err(error) => return Err(no_way(error)),
    }
    Ok(Exit::Done)
}

/// What has the name beside a migration: none where it is one of those, or nothing has it.
fn subject(engine: &Engine, args: &Runbook) -> Result<Option<Subject>, Failure> {
    let of_phases = args.phase.is_some() || args.from.is_some();
    let migration = engine.migration(&args.name).is_some() && args.at.is_none();
    let others = Subject::ALL.into_iter().filter(|of| engine.subjects(*of).any(|name| name == args.name));
    let others: Vec<Subject> = others.filter(|of| args.section.is_none_or(|wanted| wanted == *of)).collect();
    match others.as_slice() {
        [] => Ok(None),
        _ if of_phases => Ok(None),
        [one] if !migration || args.section.is_some() => Ok(Some(*one)),
        several => {
            let sections: Vec<&str> = several.iter().map(|of| of.section()).collect();
            let message = format!("several sections have a `{}`", args.name);
            let problem = Diagnostic::error("ambiguous_name", "", Position::default(), message);
            Err(Failure::usage(problem.expected(sections.iter().map(|name| format!("--section {name}")))))
        }
    }
}

fn unknown(engine: &Engine, args: &Runbook) -> Failure {
    let others = Subject::ALL.into_iter().flat_map(|of| engine.subjects(of));
    Failure::usage(no_such(
        "unknown_runbook",
        "migration or plan",
        &args.name,
        engine.migrations().chain(others),
    ))
}

fn no_way(error: RunbookError) -> Failure {
    let problem = Diagnostic::error("no_way_back", "", Position::default(), error.message);
    Failure::usage(problem.expected(error.expected))
}
