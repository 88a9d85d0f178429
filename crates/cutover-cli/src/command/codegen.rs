//! `cutover codegen`: types for the names of a ruleset.

use crate::args::tools::Codegen;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::screen::Screen;
use cutover::{Diagnostic, Position, Program, codegen};
use std::path::Path;

pub(super) fn run(args: &Codegen, screen: &Screen) -> Result<Exit, Failure> {
    let source = Source::read(&args.file)?;
    if Program::is_program(&source.bytes) {
        let message = "a compiled program has no conditions to read the types of attributes from";
        let diagnostic = Diagnostic::error("bad_program", "", Position::default(), message)
            .help("name the ruleset that it was compiled from");
        return Err(Failure::ruleset(source, vec![diagnostic]));
    }
    let module = match codegen::types(&source.bytes, args.language) {
        Ok(module) => module,
        Err(error) => return Err(Failure::ruleset(source, error.diagnostics)),
    };
    match &args.output {
        Some(output) if args.check => check(args, output, &module, screen),
        Some(output) => {
            // A file that is as it should be keeps its time, so that nothing is built anew.
            if !std::fs::read(output).is_ok_and(|written| written == module.as_bytes()) {
                std::fs::write(output, &module).map_err(|error| input::unwritable(output, &error))?;
            }
            if screen.is_json() {
                screen.value(&serde_json::json!({ "language": args.language.name(), "module": module }))?;
            }
            Ok(Exit::Done)
        }
        None if screen.is_json() => {
            screen.value(&serde_json::json!({ "language": args.language.name(), "module": module }))?;
            Ok(Exit::Done)
        }
        None => screen.bytes(module.as_bytes()).map(|()| Exit::Done),
    }
}

fn check(args: &Codegen, output: &Path, module: &str, screen: &Screen) -> Result<Exit, Failure> {
    let written = match std::fs::read(output) {
        Ok(written) => Some(written),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(input::unreadable(output, &error)),
    };
    let good = written.is_some_and(|written| written == module.as_bytes());
    let file = input::name(output);
    if screen.is_json() {
        screen.value(&serde_json::json!({ "file": file, "up_to_date": good }))?;
    } else if !good {
        let again = format!(
            "run `cutover codegen {} --lang {} -o {file}`",
            input::name(&args.file),
            args.language.name()
        );
        let message = format!("`{file}` is not what the ruleset comes to");
        let diagnostic = Diagnostic::error("out_of_date", "", Position::default(), message).help(again);
        screen.note(&crate::render::diagnostic::all(None, &[diagnostic]));
    }
    Ok(if good { Exit::Done } else { Exit::No })
}
