//! `cutover replay`: a log of decisions, decided again.

use super::contexts::line::text;
use super::contexts::lines::Pieces;
use super::load;
use crate::args;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::render;
use crate::screen::Screen;
use cutover::replay::Replay;
use cutover::{Diagnostic, Position};

pub(super) fn run(args: &args::Replay, screen: &Screen) -> Result<Exit, Failure> {
    let files = [Some(&args.file), Some(&args.log), args.original.as_ref()];
    if files.iter().flatten().filter(|file| input::is_stdin(file)).count() > 1 {
        let message = "only one of the files can come from standard input";
        return Err(Failure::usage(Diagnostic::error("two_stdin", "", Position::default(), message)));
    }
    let engine = load(&args.file)?;
    let original = args.original.as_deref().map(load).transpose()?;
    let mut replay = Replay::new(&engine).examples(usize::from(args.examples));
    if let Some(original) = &original {
        replay = replay.with_original(original);
    }
    for piece in Pieces::new(input::open(&args.log)?) {
        let piece = piece.map_err(|error| input::unreadable(&args.log, &error))?;
        for line in piece.lines() {
            match text(&line) {
                Ok(text) => replay.add(line.number, text),
                Err(diagnostic) => replay.refuse(line.number, *diagnostic),
            }
        }
    }
    let report = replay.report();
    if screen.is_json() {
        screen.value(&report)?;
    } else {
        screen.text(&render::replay::page(&report, original.is_some()))?;
    }
    let otherwise = report.changed + report.restated + report.unreplayable > 0;
    Ok(match report.lines {
        0 => Exit::Unknown,
        _ if otherwise => Exit::No,
        _ => Exit::Done,
    })
}
