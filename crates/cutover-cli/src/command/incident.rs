//! `cutover incident`: where an incident stands, what happens to it, and the draft of its post-mortem.

use super::work::{bad, file};
use super::{load, no_such};
use crate::args::work::Incident as Args;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::screen::Screen;
use cutover::work::incident::{Effect, Incident, Policy, Stage, Standing, post_mortem, standing, step};
use serde::Serialize;

pub(super) fn run(args: &Args, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let policy = engine.incident(&args.name).ok_or_else(|| {
        Failure::usage(no_such("unknown_incidents", "policy for incidents", &args.name, engine.incidents()))
    })?;
    let _held = args.event.as_ref().map(|_| file::hold(&args.state, false)).transpose()?;
    let incident: Incident = file::any(&args.state)?.unwrap_or_default();
    match &args.event {
        Some(event) => tell(args, policy, incident, event, now_ms, screen),
        None if incident.stage == Stage::None => {
            screen.note("there is no incident in this file\n");
            Ok(Exit::Unknown)
        }
        None if args.post_mortem => {
            let draft = post_mortem(policy, &incident);
            if screen.is_json() {
                screen.value(&draft)?
            } else {
                screen.bytes(draft.as_bytes())?
            }
            Ok(Exit::Done)
        }
        None => {
            let found = standing(policy, &incident, now_ms);
            if screen.is_json() {
                screen.value(&found)?;
            } else {
                screen.text(&render::incident::page(&incident, &found))?;
            }
            Ok(exit_of(&found))
        }
    }
}

fn exit_of(standing: &Standing) -> Exit {
    let missed = standing.clock.is_some_and(|clock| clock.met == Some(false));
    if missed { Exit::No } else { Exit::Done }
}

fn tell(
    args: &Args,
    policy: &Policy,
    incident: Incident,
    event: &str,
    now_ms: i64,
    screen: &Screen,
) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Answer {
        effects: Vec<Effect>,
        standing: Standing,
    }
    let mut event: serde_json::Value = serde_json::from_str(event)
        .map_err(|error| bad("bad_event", format!("--event is no JSON: {error}")))?;
    if let Some(fields) = event.as_object_mut() {
        fields.entry("now").or_insert_with(|| now_ms.into());
    }
    let event = serde_json::from_value(event)
        .map_err(|error| bad("bad_event", format!("--event is no event: {error}")))?;
    let (incident, effects) = step(policy, incident, event);
    let refused = effects.iter().any(|effect| matches!(effect, Effect::Refused { .. }));
    if !refused {
        file::save(&args.state, &incident)?;
    }
    let standing = standing(policy, &incident, now_ms);
    if screen.is_json() {
        screen.value(&Answer { effects, standing })?;
    } else {
        screen.text(&render::incident::effects(&effects))?;
    }
    Ok(if refused { Exit::No } else { Exit::Done })
}
