//! `cutover diff`: whom a change of the ruleset moves.

use super::contexts::line::attributes;
use super::contexts::lines::{Piece, Pieces};
use super::engine_of;
use crate::args;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::render;
use crate::screen::Screen;
use cutover::diff::{Diff, DiffOptions, Traffic};
use cutover::{Diagnostic, Engine, Position, Program};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// How many pieces are read ahead for each worker.
const AHEAD: usize = 2;

pub(super) fn run(args: &args::Diff, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let files = [Some(&args.old), Some(&args.new), args.population.as_ref()];
    if files.iter().flatten().filter(|file| input::is_stdin(file)).count() > 1 {
        let message = "only one of the files can come from standard input";
        return Err(Failure::usage(Diagnostic::error("two_stdin", "", Position::default(), message)));
    }
    let (old, before) = read(&args.old)?;
    let (new, after) = read(&args.new)?;
    let options = DiffOptions {
        now_ms,
        switches: args.switches.clone(),
        examples: usize::from(args.examples),
        accept: args.accept.clone(),
        traffic: args.writes_per_second.map(|writes_per_second| Traffic {
            writes_per_second,
            lag_ms: args.lag,
            adoption_ms: args.adoption,
        }),
    };
    known_switches(&args.switches, [&old, &new])?;
    let mut diff = Diff::new(&old, &new, options);
    if let (Some(before), Some(after)) = (&before, &after) {
        // Both were loaded already, so both are documents.
        let documents = diff.with_documents(&before.bytes, &after.bytes);
        diff = documents.map_err(|error| Failure::ruleset(before.clone(), error.diagnostics))?;
    }
    if let Some(file) = &args.population {
        count(&mut diff, file)?;
    }
    let report = diff.report();
    if screen.is_json() {
        screen.value(&report)?;
    } else if args.markdown {
        let name = args.name.clone().unwrap_or_else(|| input::name(&args.new));
        screen
            .bytes(render::diff_markdown::markdown(&report, &name, args.population.is_some()).as_bytes())?;
    } else {
        screen.text(&render::diff::page(&report, args.population.is_some(), args.stories))?;
    }
    let complete = report.refused.is_empty() && report.population.refused == 0;
    Ok(if complete { Exit::Done } else { Exit::No })
}

/// The ruleset of a file, and its text where it is no compiled program.
fn read(file: &Path) -> Result<(Engine, Option<Source>), Failure> {
    let source = Source::read(file)?;
    match engine_of(&source.bytes) {
        Ok(engine) => {
            let is_text = !Program::is_program(&source.bytes);
            Ok((engine, is_text.then_some(source)))
        }
        Err(diagnostics) => Err(Failure::ruleset(source, diagnostics)),
    }
}

/// A slip of the fingers in a switch would decide as if it had not been thrown.
fn known_switches(given: &[(String, String)], engines: [&Engine; 2]) -> Result<(), Failure> {
    let tables = engines.map(Engine::table);
    let known: Vec<&str> = tables
        .iter()
        .flat_map(|table| &table.migrations)
        .flat_map(|row| row.switches.iter().copied())
        .collect();
    match given.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => {
            let what = "migration with a switch";
            Err(Failure::usage(super::no_such("unknown_switch", what, name, known.into_iter())))
        }
        None => Ok(()),
    }
}

/// Counts a population on all cores: each has a diff of its own, and those are put together at the end.
fn count(diff: &mut Diff<'_>, file: &Path) -> Result<(), Failure> {
    let pieces = Pieces::new(input::open(file)?);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (sender, queue) = sync_channel::<Piece>(workers * AHEAD);
    let queue = Mutex::new(queue);
    let empty: &Diff<'_> = diff;
    let (read, parts) = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(|| work(&queue, empty.clone()))).collect();
        let mut read = Ok(());
        for piece in pieces {
            match piece {
                // Workers end only when there are no more pieces.
                Ok(piece) => drop(sender.send(piece)),
                Err(error) => {
                    read = Err(input::unreadable(file, &error));
                    break;
                }
            }
        }
        drop(sender);
        let parts: Vec<Diff<'_>> = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        (read, parts)
    });
    read?;
    parts.iter().for_each(|part| diff.merge(part));
    Ok(())
}

fn work<'a>(queue: &Mutex<Receiver<Piece>>, mut diff: Diff<'a>) -> Diff<'a> {
    loop {
        // A worker that panicked has ended the process; a poisoned lock cannot be met.
        let next = queue.lock().map(|queue| queue.recv());
        let Ok(Ok(piece)) = next else { return diff };
        for line in piece.lines() {
            match attributes(&line) {
                Ok(attributes) => diff.add(line.number, &attributes),
                Err(diagnostic) => diff.refuse(line.number, *diagnostic),
            }
        }
    }
}
