//! `cutover drill`: a rollback rehearsed, and whether it would be over in time.

use super::{load, no_such};
use crate::args::work::Drill;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Source;
use crate::render;
use crate::screen::Screen;
use cutover::work::drill::{Answer, Scenario};
use cutover::{Diagnostic, Engine, Position};

pub(super) fn run(args: &Drill, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let mut scenario = match &args.scenario {
        None => Scenario::default(),
        Some(path) => {
            let source = Source::read(path)?;
            Engine::drill_scenario(&source.bytes).map_err(|error| Failure::Refused {
                exit: Exit::Usage,
                source: Some(source),
                diagnostics: error.diagnostics,
            })?
        }
    };
    scenario.from = args.from.clone().or(scenario.from);
    scenario.to = args.to.clone().or(scenario.to);
    let report = engine.drill(&args.name, &scenario).ok_or_else(|| {
        Failure::usage(no_such(
            "unknown_plan",
            "plan of work or rollout",
            &args.name,
            engine.drills().into_iter(),
        ))
    })?;
    let report =
        report.map_err(|why| Failure::usage(Diagnostic::error("bad_drill", "", Position::default(), why)))?;
    if screen.is_json() {
        screen.value(&report)?;
    } else {
        screen.text(&render::drill::page(&args.name, &report, screen.width()))?;
    }
    Ok(match report.answer {
        Answer::Met => Exit::Done,
        Answer::Missed => Exit::No,
        Answer::NotKnown => Exit::Unknown,
    })
}
