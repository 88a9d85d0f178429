//! `cutover check`: all that is wrong with rulesets, or questionable.

use crate::args::Check;
use crate::exit::Exit;
use crate::failure::{Failure, Report};
use crate::input::{Source, name};
use crate::render;
use crate::screen::Screen;
use cutover::{Diagnostic, Engine};
use serde::Serialize;

/// A diagnostic and the file that it is about.
#[derive(Serialize)]
struct InFile {
    file: String,
    #[serde(flatten)]
    diagnostic: Diagnostic,
}

pub(super) fn run(args: &Check, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut all = Vec::new();
    for file in &args.files {
        let checked = check(Source::read(file), now_ms)?;
        let refused = |diagnostic: &Diagnostic| args.strict || diagnostic.is_error();
        if checked.unreadable {
            exit = Exit::Usage;
        } else if exit == Exit::Done && checked.diagnostics.iter().any(refused) {
            exit = Exit::No;
        }
        if screen.is_json() {
            let file = name(file);
            all.extend(checked.diagnostics.into_iter().map(|diagnostic| InFile { file: file.clone(), diagnostic }));
        } else {
            let mut text = render::diagnostic::all(checked.source.as_ref(), &checked.diagnostics);
            text.push_str(&render::diagnostic::verdict(&name(file), checked.engine.as_ref(), &checked.diagnostics));
            screen.text(&text)?;
        }
    }
    if screen.is_json() {
        match args.files.as_slice() {
            [_] => {
                let diagnostics: Vec<Diagnostic> = all.into_iter().map(|entry| entry.diagnostic).collect();
                screen.value(&Report { diagnostics: &diagnostics })?;
            }
            _ => screen.value(&serde_json::json!({ "diagnostics": all }))?,
        }
    }
    Ok(exit)
}

struct Checked {
    source: Option<Source>,
    engine: Option<Engine>,
    diagnostics: Vec<Diagnostic>,
    /// True where the file could not be read.
    unreadable: bool,
}

/// Checks what was read. A file that cannot be read is a diagnostic like others: the next file has its turn.
fn check(source: Result<Source, Failure>, now_ms: i64) -> Result<Checked, Failure> {
    let source = match source {
        Ok(source) => source,
        Err(Failure::Refused { diagnostics, source, .. }) => {
            return Ok(Checked { source, engine: None, diagnostics, unreadable: true });
        }
        Err(failure) => return Err(failure),
    };
    let (engine, diagnostics) = match Engine::from_bytes(&source.bytes) {
        Ok(engine) => {
            let warnings = engine.warnings(now_ms);
            (Some(engine), warnings)
        }
        Err(error) => (None, error.diagnostics),
    };
    Ok(Checked { source: Some(source), engine, diagnostics, unreadable: false })
}
