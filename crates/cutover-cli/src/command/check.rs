//! `cutover check`: all that is wrong with rulesets, or questionable.

use crate::args::check::{Check, Format};
use crate::exit::Exit;
use crate::failure::{Failure, Report};
use crate::input::{Source, name};
use crate::render;
use crate::render::annotations::InFile;
use crate::screen::Screen;
use cutover::{Diagnostic, Engine};

pub(super) fn run(args: &Check, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    #[cfg(feature = "watch")]
    if args.watch {
        return super::watch::run(args, now_ms, screen);
    }
    once(args, now_ms, screen)
}

/// Checks all files, and tells what came of it.
pub(super) fn once(args: &Check, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut all = Vec::new();
    let format = if screen.is_json() { Format::Json } else { args.format };
    for file in &args.files {
        let checked = check(Source::read(file), now_ms)?;
        let refused = checked.diagnostics.iter().any(|diagnostic| args.strict || diagnostic.is_error());
        match checked.state {
            State::Unreadable => exit = Exit::Usage,
            _ if refused && exit == Exit::Done => exit = Exit::No,
            _ => {}
        }
        if format != Format::Text {
            let file = name(file);
            all.extend(
                checked.diagnostics.into_iter().map(|diagnostic| InFile { file: file.clone(), diagnostic }),
            );
        } else {
            let mut text = render::diagnostic::all(checked.source.as_ref(), &checked.diagnostics);
            text.push_str(&match &checked.state {
                State::Unreadable => String::new(),
                State::Loaded(engine) if !refused => {
                    render::diagnostic::accepted(&name(file), engine, checked.diagnostics.len())
                }
                _ => render::diagnostic::refused(&name(file), &checked.diagnostics),
            });
            screen.text(&text)?;
        }
    }
    match (format, args.files.as_slice()) {
        (Format::Text, _) => {}
        (Format::Json, [_]) => {
            let diagnostics: Vec<Diagnostic> = all.into_iter().map(|entry| entry.diagnostic).collect();
            screen.value(&Report { diagnostics: &diagnostics })?;
        }
        (Format::Json, _) => screen.value(&serde_json::json!({ "diagnostics": all }))?,
        (Format::Github, _) => screen.bytes(render::annotations::github(&all).as_bytes())?,
        (Format::Sarif, _) => screen.value(&render::annotations::sarif(&all))?,
    }
    Ok(exit)
}

struct Checked {
    source: Option<Source>,
    state: State,
    diagnostics: Vec<Diagnostic>,
}

enum State {
    Loaded(Box<Engine>),
    Refused,
    Unreadable,
}

/// Checks what was read. A file that cannot be read is a diagnostic like others: the next file has its turn.
fn check(source: Result<Source, Failure>, now_ms: i64) -> Result<Checked, Failure> {
    let source = match source {
        Ok(source) => source,
        Err(Failure::Refused { diagnostics, source, .. }) => {
            return Ok(Checked { source, state: State::Unreadable, diagnostics });
        }
        Err(failure) => return Err(failure),
    };
    let (state, diagnostics) = match super::engine_of(&source.bytes) {
        Ok(engine) => {
            let warnings = engine.warnings(now_ms);
            (State::Loaded(Box::new(engine)), warnings)
        }
        Err(diagnostics) => (State::Refused, diagnostics),
    };
    Ok(Checked { source: Some(source), state, diagnostics })
}
