//! `cutover compile`: a ruleset to the bytes that every language loads without reading it again.

use super::load;
use crate::args::Compile;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::render;
use crate::screen::Screen;
use cutover::{Diagnostic, Position};
use serde::Serialize;
use std::io::{self, IsTerminal as _};

/// What was compiled.
#[derive(Serialize)]
struct Summary<'a> {
    digest: &'a str,
    flags: usize,
    migrations: usize,
    /// The size of the program.
    bytes: usize,
    /// The xxh3 that stands in it, in hexadecimal digits.
    checksum: String,
}

pub(super) fn run(args: &Compile, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let to_stdout = args.output.is_none() && !screen.is_json();
    if to_stdout && io::stdout().is_terminal() {
        let message = "a program is no text for a terminal";
        let diagnostic = Diagnostic::error("terminal", "", Position::default(), message)
            .help("name a file with `-o FILE`, or send standard output elsewhere");
        return Err(Failure::usage(diagnostic));
    }
    let engine = load(&args.file)?;
    let program = engine.to_compiled();
    if let Some(output) = &args.output {
        std::fs::write(output, &program).map_err(|error| input::unwritable(output, &error))?;
    }
    if screen.is_json() {
        let checksum = program.get(16..24).unwrap_or_default().iter().rev();
        screen.value(&Summary {
            digest: engine.digest(),
            flags: engine.flags().len(),
            migrations: engine.migrations().len(),
            bytes: program.len(),
            checksum: checksum.map(|byte| format!("{byte:02x}")).collect(),
        })?;
        return Ok(Exit::Done);
    }
    // Warnings do not travel with the program: this is the last that anybody hears of them.
    screen.note(&render::diagnostic::all(None, &engine.warnings(now_ms)));
    if to_stdout {
        screen.bytes(&program)?;
    }
    Ok(Exit::Done)
}
