//! Runs one engine in a process of its own and does what it is told, one line of JSON after the other.
//!
//! A program of rows that is started with the name of one takes commands on standard input: describe, open, check, run,
//! load. Without an argument it lists its rows.

mod bench;
mod engine;
mod load;

use std::io::{BufRead as _, Write as _};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::bench::Bench;
pub use crate::engine::{Engine, Failure, User};

/// A row of the tables.
pub struct Row {
    name: &'static str,
    serve: Box<dyn Fn()>,
}

impl Row {
    /// The row of an engine, and the format of its configurations.
    #[must_use]
    pub fn new<E: Engine + 'static>(name: &'static str, format: &'static str) -> Self {
        Self { name, serve: Box::new(move || serve::<E>(format)) }
    }
}

/// What the `main` of a program of rows does.
pub fn run(rows: &[Row]) {
    let Some(wanted) = std::env::args().nth(1) else {
        let names: Vec<&str> = rows.iter().map(|row| row.name).collect();
        println!("{}", json!(names));
        return;
    };
    match rows.iter().find(|row| row.name == wanted) {
        Some(row) => (row.serve)(),
        None => eprintln!("there is no engine {wanted}"),
    }
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Command {
    Describe,
    Open,
    Check,
    Run { workload: String, fresh: bool, calls: usize, slices: usize },
    Load { set: String, flag: String },
}

/// Answers commands until there are no more.
fn serve<E: Engine>(format: &str) {
    let mut bench: Option<Bench<E>> = None;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let answer = answer(&mut bench, format, &line).unwrap_or_else(|error| json!({ "error": error }));
        // Engines may write to standard output too: the prefix says which lines are ours.
        println!("\n@peers {answer}");
        if std::io::stdout().flush().is_err() {
            break;
        }
    }
    // Some engines keep threads that would not let the process end.
    std::process::exit(0);
}

fn answer<E: Engine>(bench: &mut Option<Bench<E>>, format: &str, line: &str) -> Result<Value, Failure> {
    let not_open = || "the engine is not open".to_owned();
    match serde_json::from_str(line).map_err(|error| error.to_string())? {
        Command::Describe => {
            let packages: Vec<String> =
                E::CRATES.iter().map(|name| format!("{name} {}", version(name))).collect();
            Ok(json!({ "packages": packages, "how": E::HOW }))
        }
        Command::Open => {
            *bench = Some(Bench::open(format)?);
            Ok(json!({}))
        }
        Command::Check => bench.as_mut().ok_or_else(not_open)?.check(),
        Command::Run { workload, fresh, calls, slices } => {
            bench.as_mut().ok_or_else(not_open)?.measure(&workload, fresh, calls, slices)
        }
        Command::Load { set, flag } => load::load::<E>(format, &set, &flag),
    }
}

/// The version of a crate, as `Cargo.lock` has it.
fn version(name: &str) -> &'static str {
    let header = format!("name = \"{name}\"");
    let mut lines = include_str!("../../Cargo.lock").lines().skip_while(|line| *line != header);
    lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \""))
        .map_or("?", |rest| rest.trim_end_matches('"'))
}
