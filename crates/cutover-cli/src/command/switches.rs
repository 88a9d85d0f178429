//! `cutover import switches`: the switches of a tree of code, and a ruleset for them.

use crate::args::import::Import;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::render;
use crate::screen::Screen;
use cutover::Engine;
use cutover_switches::{Found, Sure, scan};
use serde::Serialize;

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    found: &'a Found,
    ruleset: &'a str,
}

pub(super) fn run(args: &Import, screen: &Screen) -> Result<Exit, Failure> {
    let mut found = scan(&args.path).map_err(|error| input::unreadable(&args.path, &error))?;
    let sure = if args.guesses { Sure::Guess } else { Sure::Likely };
    let guesses = found.switches.iter().filter(|switch| switch.sure < sure).count();
    found.switches.retain(|switch| switch.sure >= sure);
    let ruleset = found.ruleset(sure);
    // What is proposed is a ruleset, or this program is wrong.
    if let Err(error) = Engine::from_str(&ruleset) {
        let source = input::Source { name: "the proposed ruleset".to_owned(), bytes: ruleset.into_bytes() };
        return Err(Failure::Refused {
            exit: Exit::Fault,
            source: Some(source),
            diagnostics: error.diagnostics,
        });
    }
    if let Some(output) = &args.output {
        std::fs::write(output, &ruleset).map_err(|error| input::unwritable(output, &error))?;
    }
    if screen.is_json() {
        screen.value(&Answer { found: &found, ruleset: &ruleset })?;
    } else {
        screen.text(&render::switches::report(&found, guesses))?;
    }
    Ok(Exit::Done)
}
