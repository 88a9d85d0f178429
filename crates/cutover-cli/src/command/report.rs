//! `cutover report`: a rollout as a report.

use super::gate::read;
use super::{load, no_such};
use crate::args::report::{Format, Report};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::screen::Screen;
use cutover::gates::Observation;
use cutover::plans::{Advice, GuardedState};

/// The probability that an interval may miss the truth.
const ALPHA: f64 = 0.05;

pub(super) fn run(args: &Report, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let observations: Vec<Observation> = read(&args.metrics, "observations")?;
    let state: GuardedState = match &args.state {
        Some(path) => read(path, "state of a plan")?,
        None => GuardedState::default(),
    };
    let Some(report) = engine.report(&args.plan, &state, &observations, now_ms, ALPHA) else {
        return Err(Failure::usage(no_such("unknown_plan", "plan", &args.plan, engine.plans())));
    };
    match args.format {
        _ if screen.is_json() => screen.value(&report)?,
        Format::Json => screen.value(&report)?,
        Format::Markdown => screen.bytes(render::report::markdown(&report)?.as_bytes())?,
        Format::Html => screen.bytes(render::report::html(&report)?.as_bytes())?,
    }
    Ok(match report.report.recommendation.advice {
        Advice::Advance | Advice::Nothing => Exit::Done,
        Advice::RollBack => Exit::No,
        Advice::Hold => Exit::Unknown,
    })
}
