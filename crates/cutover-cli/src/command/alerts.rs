//! `cutover alerts`: alert rules for Prometheus, or their tests.

use super::load;
use crate::args::{Alerts, AlertsFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::screen::Screen;
use cutover::{Diagnostic, Position};
use serde::Serialize;

/// The answer as JSON.
#[derive(Serialize)]
struct Answer {
    format: AlertsFormat,
    text: String,
}

pub(super) fn run(args: &Alerts, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let alerts = engine.alerts().map_err(|error| {
        let diagnostics = error.missing.into_iter().map(|missing| {
            Diagnostic::error(missing.code, missing.path, Position::default(), missing.message)
                .expected([missing.expected])
        });
        Failure::Refused { exit: Exit::No, source: None, diagnostics: diagnostics.collect() }
    })?;
    let text = match args.format {
        AlertsFormat::Rules => alerts.rules(&input::name(&args.file)),
        AlertsFormat::Tests => alerts.tests(&args.rules),
    };
    if screen.is_json() {
        screen.value(&Answer { format: args.format, text })?;
    } else {
        screen.bytes(text.as_bytes())?;
    }
    Ok(Exit::Done)
}
