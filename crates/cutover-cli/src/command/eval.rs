//! `cutover eval`: one flag or all, for one context or a file of them.

use super::contexts::line::Decider;
use super::{context, contexts, exit_of, load, no_such};
use crate::args::Eval;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::render;
use crate::screen::Screen;
use cutover::{Decision, Diagnostic, ErrorCode, Position};

pub(super) fn run(args: &Eval, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    if args.contexts.as_deref().is_some_and(input::is_stdin) && input::is_stdin(&args.file) {
        let message = "the ruleset and the contexts cannot both come from standard input";
        return Err(Failure::usage(Diagnostic::error("two_stdin", "", Position::default(), message)));
    }
    let engine = load(&args.file)?;
    let unknown = args.flag.as_deref().filter(|flag| engine.flag(flag).is_none());
    if let Some(flag) = unknown.filter(|_| !screen.is_json()) {
        let diagnostic = no_such("unknown_flag", "flag", flag, engine.flags());
        screen.note(&render::diagnostic::all(None, &[diagnostic]));
    }
    if let Some(file) = &args.contexts {
        let decider = Decider { engine: &engine, flag: args.flag.as_deref(), now_ms, log: args.log };
        let exit = contexts::run(&decider, file, screen)?;
        return Ok(if unknown.is_some() { Exit::Unknown } else { exit });
    }
    let attributes = context(&args.context)?;
    if args.log {
        let decider = Decider { engine: &engine, flag: args.flag.as_deref(), now_ms, log: true };
        let mut lines = Vec::new();
        decider.write(&attributes, &mut lines);
        screen.bytes(&lines)?;
        return Ok(if unknown.is_some() { Exit::Unknown } else { Exit::Done });
    }
    let context = engine.context(&attributes);
    if let Some(flag) = &args.flag {
        let decision = engine.decide(flag, &context, now_ms);
        show(screen, &decision, &[decision])?;
        return Ok(exit_of(decision.error));
    }
    let decisions: Vec<Decision<'_>> = engine.decide_all(&context, now_ms).collect();
    show(screen, &decisions, &decisions)?;
    Ok(Exit::Done)
}

fn show(screen: &Screen, json: &impl serde::Serialize, rows: &[Decision<'_>]) -> Result<(), Failure> {
    if screen.is_json() {
        return screen.value(json);
    }
    // An unknown flag has been told already, and has nothing to show.
    if matches!(rows, [Decision { error: Some(ErrorCode::FlagNotFound), .. }]) {
        return Ok(());
    }
    screen.text(&render::decision::page(rows, screen.width()))
}
