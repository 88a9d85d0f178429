//! `cutover`: rulesets checked, flags decided and migrations routed at the command line.
//!
//! The engine decides; this program reads files and arguments, calls it and shows the answers to people or, with
//! `--json`, to programs.

mod args;
mod command;
mod exit;
mod failure;
mod fault;
mod input;
mod now;
mod render;
mod screen;

use clap::{CommandFactory as _, FromArgMatches as _};
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    fault::install();
    let mut command = args::Args::command();
    if let Some(color) = args::color_asked_for(std::env::args_os()) {
        command = command.color(color);
    }
    let parsed = command.try_get_matches().and_then(|matches| args::Args::from_arg_matches(&matches));
    let args = match parsed {
        Ok(args) => args,
        Err(error) => {
            // Help and version go to standard output, the rest to standard error; a closed one has nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    let screen = screen::Screen::new(args.color, args.json);
    match command::run(args, &screen) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(&screen).into(),
    }
}
