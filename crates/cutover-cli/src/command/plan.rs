//! `cutover plan`: what becomes of a rollout.

use super::{load, no_such};
use crate::args::plan::{Advance, OfPlan, Plan, PlanCommand, Simulate, Status};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{Source, unwritable};
use crate::render;
use crate::screen::Screen;
use cutover::plans::{Effect, GuardedState, LOOK_MS, Observed, Plain, Risk, Simulation, Stage, risks};
use cutover::{Diagnostic, Engine, Position};
use serde::Serialize;
use std::path::Path;

pub(super) fn run(args: &Plan, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    match &args.command {
        PlanCommand::Advance(args) => advance(args, now_ms, screen),
        PlanCommand::Status(args) => status(args, screen),
        PlanCommand::Simulate(args) => simulate(args, screen),
    }
}

fn advance(args: &Advance, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let engine = engine_with(&args.of)?;
    let Some(plan) = engine.plan(&args.of.plan) else { return Err(unknown(&engine, &args.of)) };
    let state = if args.state.exists() { state_of(&args.state)? } else { plan.draft() };
    let source = Source::read(&args.event)?;
    let text = String::from_utf8_lossy(&source.bytes);
    let observed = cutover::plans::hear(plan, state, &text, now_ms)
        .map_err(|error| refused(&format!("`{}`: {error}", source.name)))?;
    let json = cutover::wire::to_json(&observed.state);
    std::fs::write(&args.state, json).map_err(|error| unwritable(&args.state, &error))?;
    if screen.is_json() {
        screen.value(&observed)?;
    } else {
        screen.text(&render::plan::advanced(&args.of.plan, plan, &observed, screen.width()))?;
    }
    Ok(if changed_nothing(&observed) { Exit::No } else { Exit::Done })
}

fn changed_nothing(observed: &Observed<'_>) -> bool {
    observed.effects.iter().any(|effect| matches!(effect, Effect::Plain(Plain::Refused { .. })))
}

fn status(args: &Status, screen: &Screen) -> Result<Exit, Failure> {
    let engine = engine_with(&args.of)?;
    let Some(plan) = engine.plan(&args.of.plan) else { return Err(unknown(&engine, &args.of)) };
    let state = state_of(&args.state)?;
    if screen.is_json() {
        screen.value(&state)?;
    } else {
        screen.text(&render::plan::status(&args.of.plan, plan, &state.plan, screen.width()))?;
    }
    Ok(Exit::Done)
}

/// A simulation, and the risks of the plan's thresholds.
#[derive(Serialize)]
struct Simulated<'a> {
    #[serde(flatten)]
    simulation: &'a Simulation,
    risks: &'a [Risk],
}

fn simulate(args: &Simulate, screen: &Screen) -> Result<Exit, Failure> {
    let engine = engine_with(&args.of)?;
    let Some(plan) = engine.plan(&args.of.plan) else { return Err(unknown(&engine, &args.of)) };
    let path = Path::new(&args.scenario);
    let scenario = if path.is_file() {
        String::from_utf8_lossy(&Source::read(path)?.bytes).into_owned()
    } else {
        cutover::wire::to_json(&args.scenario)
    };
    let simulated = engine.simulate(&args.of.plan, &scenario, args.seed);
    let simulation = simulated.map_err(|error| refused(&format!("the scenario: {error}")))?;
    let Some(simulation) = simulation else { return Err(unknown(&engine, &args.of)) };
    let risks: Vec<Risk> = risks(plan, None, LOOK_MS).collect();
    if screen.is_json() {
        screen.value(&Simulated { simulation: &simulation, risks: &risks })?;
    } else {
        screen.text(&render::plan::simulated(&args.of.plan, plan, &simulation, &risks, screen.width()))?;
    }
    Ok(match simulation.state.stage {
        Stage::Promoted | Stage::Completed => Exit::Done,
        Stage::RollingBack { .. } | Stage::RolledBack => Exit::No,
        _ => Exit::Unknown,
    })
}

fn engine_with(of: &OfPlan) -> Result<Engine, Failure> {
    load(&of.file)
}

fn unknown(engine: &Engine, of: &OfPlan) -> Failure {
    Failure::usage(no_such("unknown_plan", "plan", &of.plan, engine.plans()))
}

fn state_of(path: &Path) -> Result<GuardedState, Failure> {
    let source = Source::read(path)?;
    serde_json::from_slice(&source.bytes)
        .map_err(|error| refused(&format!("`{}` holds no state of a plan: {error}", source.name)))
}

fn refused(message: &str) -> Failure {
    Failure::usage(Diagnostic::error("unreadable", "", Position::default(), message))
}
