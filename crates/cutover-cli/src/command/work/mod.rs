//! `cutover work`: plans of work, told, shown and carried out.

mod commands;
pub(super) mod file;
mod perform;
mod run;

use super::{load, no_such};
use crate::args::work::{Advance, Work as Args, WorkCommand};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::screen::Screen;
use cutover::work::{Effect, Event, Standing, State, Status, Work, status, step};
use cutover::{Diagnostic, Position};
use serde::Serialize;

pub(super) fn run(args: &Args, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let work = engine
        .work(&args.name)
        .ok_or_else(|| Failure::usage(no_such("unknown_work", "plan of work", &args.name, engine.works())))?;
    match &args.command {
        WorkCommand::Status(asked) => {
            let state = file::read(&asked.state, work)?.unwrap_or_else(|| State::new(work));
            let found = status(work, &state);
            if screen.is_json() {
                screen.value(&found)?;
            } else {
                screen.text(&render::work::page(&args.name, &found, &state.log))?;
            }
            Ok(exit_of(&found))
        }
        WorkCommand::Advance(asked) => advance(work, asked, now_ms, screen),
        WorkCommand::Run(asked) => run::run(&args.file, &args.name, work, asked, screen),
    }
}

/// How a command ends that leaves a run there.
fn exit_of(status: &Status) -> Exit {
    match status.standing {
        Standing::Completed => Exit::Done,
        Standing::RolledBack | Standing::Aborted | Standing::NeedsOperator => Exit::No,
        _ => Exit::Unknown,
    }
}

fn advance(work: &Work, asked: &Advance, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Answer {
        effects: Vec<Effect>,
        status: Status,
    }
    let _held = file::hold(&asked.state.state, false)?;
    let state = file::read(&asked.state.state, work)?.unwrap_or_else(|| State::new(work));
    let event = event_of(&asked.event, &state, now_ms).map_err(|message| bad("bad_event", message))?;
    let (state, effects) =
        step(work, state, event).map_err(|refused| bad("wrong_state", refused.to_string()))?;
    let refused =
        effects.iter().any(|effect| matches!(effect, Effect::Refused { .. } | Effect::Ignored { .. }));
    if !asked.dry_run && !refused {
        file::save(&asked.state.state, &state)?;
    }
    let status = status(work, &state);
    if screen.is_json() {
        screen.value(&Answer { effects, status })?;
    } else {
        screen.text(&render::work::effects(&effects))?;
    }
    Ok(if refused { Exit::No } else { Exit::Done })
}

/// An event, with what the state and the clock know filled in.
fn event_of(text: &str, state: &State, now_ms: i64) -> Result<Event, String> {
    let mut event: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("--event is no JSON: {error}"))?;
    if let Some(fields) = event.as_object_mut() {
        fields.entry("now").or_insert_with(|| now_ms.into());
        let waits = match fields.get("event").and_then(serde_json::Value::as_str) {
            Some("approve" | "reject") => state.pending.as_ref().map(|pending| pending.id.clone()),
            Some("override") => state.stuck.as_ref().map(|stuck| stuck.id.clone()),
            _ => None,
        };
        if let Some(id) = waits {
            fields.entry("id").or_insert_with(|| id.into());
        }
    }
    serde_json::from_value(event).map_err(|error| format!("--event is no event: {error}"))
}

/// Something on the command line, or a file that it names, is of no use.
pub(super) fn bad(code: &'static str, message: impl Into<String>) -> Failure {
    Failure::usage(Diagnostic::error(code, "", Position::default(), message))
}
