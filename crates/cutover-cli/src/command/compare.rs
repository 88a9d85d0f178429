//! `cutover compare`: two documents, by a comparator.

use super::{load, no_such};
use crate::args::Compare;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Source;
use crate::render;
use crate::screen::Screen;
use cutover::{Diagnostic, Position};

pub(super) fn run(args: &Compare, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let (control, candidate) = (Source::read(&args.control)?, Source::read(&args.candidate)?);
    let Some(compared) = engine.compare(&args.comparator, &control.bytes, &candidate.bytes) else {
        let known = engine.comparators();
        return Err(Failure::usage(no_such("unknown_comparator", "comparator", &args.comparator, known)));
    };
    match compared {
        Ok(comparison) => {
            if screen.is_json() {
                screen.value(&comparison)?;
            } else {
                screen.text(&render::comparison::page(&comparison))?;
            }
            Ok(if comparison.is_match() { Exit::Done } else { Exit::No })
        }
        Err(error) => Err(Failure::usage(Diagnostic::error(
            "unreadable",
            "",
            Position::default(),
            format!("{} and {} cannot be compared: {error}", control.name, candidate.name),
        ))),
    }
}
