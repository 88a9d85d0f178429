//! The commands, one a file.

mod alerts;
mod check;
mod codegen;
mod compare;
mod compile;
mod completions;
mod conformance;
mod contexts;
mod diff;
mod drill;
mod eval;
mod explain;
mod gate;
mod hash_list;
mod import;
mod incident;
mod path;
mod plan;
mod replay;
mod report;
mod route;
mod runbook;
mod safety;
mod schema;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "switches")]
mod switches;
#[cfg(feature = "watch")]
mod watch;
mod work;

use crate::args::{Args, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Source;
use crate::now;
use crate::screen::Screen;
use cutover::{Attributes, Diagnostic, Engine, ErrorCode, Position, Program};
use std::path::Path;

/// Does what the command line asks for.
pub(crate) fn run(args: Args, screen: &Screen) -> Result<Exit, Failure> {
    let now_ms = args.now.unwrap_or_else(now::clock);
    match args.command {
        Command::Check(args) => check::run(&args, now_ms, screen),
        Command::Compile(args) => compile::run(&args, now_ms, screen),
        Command::Eval(args) => eval::run(&args, now_ms, screen),
        Command::Explain(args) => explain::run(&args, now_ms, screen),
        Command::Route(args) => route::run(&args, now_ms, screen),
        Command::Safety(args) => safety::run(&args, screen),
        Command::Diff(args) => diff::run(&args, now_ms, screen),
        Command::Replay(args) => replay::run(&args, screen),
        Command::Runbook(args) => runbook::run(&args, screen),
        Command::Alerts(args) => alerts::run(&args, screen),
        Command::Compare(args) => compare::run(&args, screen),
        Command::Path(args) => path::run(&args, now_ms, screen),
        Command::Work(args) => work::run(&args, now_ms, screen),
        Command::Drill(args) => drill::run(&args, screen),
        Command::Incident(args) => incident::run(&args, now_ms, screen),
        Command::Gate(args) => gate::run(&args, now_ms, screen),
        Command::Report(args) => report::run(&args, now_ms, screen),
        Command::Plan(args) => plan::run(&args, now_ms, screen),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(*args, screen),
        Command::Import(args) => import::run(&args, now_ms, screen),
        Command::Codegen(args) => codegen::run(&args, screen),
        Command::Schema => schema::run(screen),
        Command::HashList(args) => hash_list::run(&args, screen),
        Command::Conformance(args) => conformance::run(&args, screen),
        Command::Completions(args) => completions::run(&args, screen),
    }
}

/// Reads and loads a ruleset, or a compiled program.
fn load(file: &Path) -> Result<Engine, Failure> {
    let source = Source::read(file)?;
    engine_of(&source.bytes).map_err(|diagnostics| Failure::ruleset(source, diagnostics))
}

/// The engine of a ruleset, or of a compiled program: they are told apart by how they begin.
fn engine_of(bytes: &[u8]) -> Result<Engine, Vec<Diagnostic>> {
    if !Program::is_program(bytes) {
        return Engine::from_bytes(bytes).map_err(|error| error.diagnostics);
    }
    Engine::from_compiled(bytes)
        .map_err(|error| vec![Diagnostic::error("bad_program", "", Position::default(), error.to_string())])
}

/// Reads the argument of `--context`.
fn context(json: &str) -> Result<Attributes, Failure> {
    Attributes::from_json(json).map_err(|diagnostic| Failure::Refused {
        exit: Exit::Usage,
        source: Some(Source { name: "--context".to_owned(), bytes: json.as_bytes().to_vec() }),
        diagnostics: vec![diagnostic],
    })
}

/// How a command ends whose answer carries `error`.
fn exit_of(error: Option<ErrorCode>) -> Exit {
    match error {
        None => Exit::Done,
        Some(_) => Exit::Unknown,
    }
}

/// Something was asked for by a name that the ruleset does not have.
fn no_such<'a>(
    code: &'static str,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    const NAMED: usize = 12;
    let known: Vec<&str> = known.collect();
    Diagnostic::error(code, "", Position::default(), format!("the ruleset has no {what} `{name}`"))
        .expected(known.iter().copied().take(NAMED))
        .nearest(name, known)
}
