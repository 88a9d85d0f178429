//! `cutover import`: documents of other systems to rulesets that decide the same.

mod compare;
mod dialect;

use crate::args::import::{From, Import};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::render;
use crate::screen::Screen;
use cutover::import::{Kind, Options, import};
use cutover::{Diagnostic, Position};
use serde::Serialize;

pub(super) fn run(args: &Import, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    match args.from {
        #[cfg(feature = "switches")]
        From::Switches => super::switches::run(args, screen),
        From::Document(kind) => document(kind, args, screen),
        From::System(system) => match args.compare.as_slice() {
            [one, other] => compare::run([*one, *other], system, args, now_ms, screen),
            _ => dialect::run(system, args, screen),
        },
    }
}

fn document(kind: Kind, args: &Import, screen: &Screen) -> Result<Exit, Failure> {
    if args.dialect.is_some() || !args.compare.is_empty() {
        return Err(no_dialect(&format!("`{kind}` has no dialects"), &[]));
    }
    let source = Source::read(&args.path)?;
    let imported = import(kind, &source.bytes, &Options { timezone: args.timezone.clone() });
    let exit = match &imported.ruleset {
        Some(_) => Exit::Done,
        None if imported.diagnostics.iter().any(is_of_the_command_line) => Exit::Usage,
        None => Exit::No,
    };
    if !screen.is_json() {
        screen.note(&render::diagnostic::all(Some(&source), &imported.diagnostics));
    }
    write(args, imported.ruleset.as_deref(), &imported, screen)?;
    Ok(exit)
}

/// Writes a ruleset into the file that the command line names, and the answer, or else the ruleset, to standard output.
fn write(
    args: &Import,
    ruleset: Option<&str>,
    answer: &impl Serialize,
    screen: &Screen,
) -> Result<(), Failure> {
    if let (Some(output), Some(ruleset)) = (&args.output, ruleset) {
        std::fs::write(output, ruleset).map_err(|error| input::unwritable(output, &error))?;
    }
    if screen.is_json() {
        return screen.value(answer);
    }
    match args.output {
        Some(_) => Ok(()),
        None => screen.bytes(ruleset.unwrap_or_default().as_bytes()),
    }
}

/// Something is wrong with the dialects of the command line.
fn no_dialect(message: &str, expected: &[&'static str]) -> Failure {
    let diagnostic = Diagnostic::error("unknown_dialect", "", Position::default(), message);
    Failure::usage(diagnostic.expected(expected.iter().copied()))
}

/// No document that can be imported names a zone, so the one that is unknown was given as an option.
fn is_of_the_command_line(diagnostic: &Diagnostic) -> bool {
    diagnostic.code == "unknown_timezone"
}
