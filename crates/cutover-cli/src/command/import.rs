//! `cutover import`: documents of other systems to rulesets that decide the same.

use crate::args::import::{From, Import};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::render;
use crate::screen::Screen;
use cutover::Diagnostic;
use cutover::import::{Kind, Options, import};

pub(super) fn run(args: &Import, screen: &Screen) -> Result<Exit, Failure> {
    match args.from {
        From::Document(kind) => document(args, kind, screen),
        #[cfg(feature = "switches")]
        From::Switches => super::switches::run(args, screen),
    }
}

fn document(args: &Import, kind: Kind, screen: &Screen) -> Result<Exit, Failure> {
    let source = Source::read(&args.path)?;
    let imported = import(kind, &source.bytes, &Options { timezone: args.timezone.clone() });
    let exit = match &imported.ruleset {
        Some(_) => Exit::Done,
        None if imported.diagnostics.iter().any(is_of_the_command_line) => Exit::Usage,
        None => Exit::No,
    };
    if let (Some(output), Some(ruleset)) = (&args.output, &imported.ruleset) {
        std::fs::write(output, ruleset).map_err(|error| input::unwritable(output, &error))?;
    }
    if screen.is_json() {
        screen.value(&imported)?;
        return Ok(exit);
    }
    screen.note(&render::diagnostic::all(Some(&source), &imported.diagnostics));
    if args.output.is_none() {
        screen.bytes(imported.ruleset.unwrap_or_default().as_bytes())?;
    }
    Ok(exit)
}

/// No document that can be imported names a zone, so the one that is unknown was given as an option.
fn is_of_the_command_line(diagnostic: &Diagnostic) -> bool {
    diagnostic.code == "unknown_timezone"
}
