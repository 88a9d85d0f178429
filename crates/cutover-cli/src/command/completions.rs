//! `cutover completions`: a script that completes this command line.

use crate::args::{Args, Completions};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;
use clap::CommandFactory as _;
use serde_json::json;

pub(super) fn run(args: &Completions, screen: &Screen) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "cutover", &mut script);
    if screen.is_json() {
        let script = String::from_utf8_lossy(&script);
        screen.value(&json!({ "shell": args.shell.to_string(), "script": script }))?;
    } else {
        screen.bytes(&script)?;
    }
    Ok(Exit::Done)
}
