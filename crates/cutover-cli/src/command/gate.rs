//! `cutover gate`: what a gate comes to by what was measured.

use super::{load, no_such};
use crate::args::Gate;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{Source, unwritable};
use crate::render;
use crate::screen::Screen;
use cutover::gates::{Log, Observation, Verdict};
use cutover::{Diagnostic, Position};
use serde::de::DeserializeOwned;
use std::path::Path;

pub(super) fn run(args: &Gate, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let Some(gate) = engine.gate(&args.gate) else {
        return Err(Failure::usage(no_such("unknown_gate", "gate", &args.gate, engine.gates())));
    };
    let observations: Vec<Observation> = read(&args.metrics, "observations")?;
    let mut log = match &args.state {
        Some(path) if path.exists() => read(path, "state")?,
        _ => Log::new(gate),
    };
    let report = log.evaluate(gate, observations, now_ms).map_err(|error| refused(&error.to_string()))?;
    if let Some(path) = &args.state {
        let json = cutover::wire::to_json(&log);
        std::fs::write(path, json).map_err(|error| unwritable(path, &error))?;
    }
    if screen.is_json() {
        screen.value(&report)?;
    } else {
        screen.text(&render::gate::page(&report, screen.width()))?;
    }
    Ok(match report.verdict {
        Verdict::Pass => Exit::Done,
        Verdict::Fail => Exit::No,
        _ => Exit::Unknown,
    })
}

pub(super) fn read<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Failure> {
    let source = Source::read(path)?;
    serde_json::from_slice(&source.bytes)
        .map_err(|error| refused(&format!("`{}` holds no {what}: {error}", source.name)))
}

fn refused(message: &str) -> Failure {
    Failure::usage(Diagnostic::error("unreadable", "", Position::default(), message))
}
