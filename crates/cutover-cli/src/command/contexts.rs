//! A file of contexts decided line by line, on all cores, in the order of the file and in bounded memory.
//!
//! One thread reads pieces of whole lines; workers decide them; this thread writes. Every piece has a channel of
//! its own for its output, and the writer goes through these channels in the order of the pieces. All channels
//! are bounded, so whoever is ahead waits.

pub(super) mod line;
pub(super) mod lines;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::screen::Screen;
use line::Decider;
use lines::{Piece, Pieces};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Part of the output of a piece.
struct Chunk {
    bytes: Vec<u8>,
    /// How many of the lines were no contexts.
    failed: u64,
}

/// A piece to decide, and where its output goes.
type Job = (Piece, SyncSender<Chunk>);

/// How many pieces are read ahead for each worker.
const AHEAD: usize = 2;
/// How many chunks of output a piece keeps ready.
const READY: usize = 2;
/// The size of a chunk; the line that crosses it is its last one.
const CHUNK_BYTES: usize = 64 << 10;

/// Decides each context of `file` and writes a line for each.
pub(super) fn run(decider: &Decider<'_>, file: &Path, screen: &Screen) -> Result<Exit, Failure> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let failed =
        pipeline(input::open(file)?, decider, workers, |bytes| screen.bytes(bytes)).map_err(|error| {
            match error {
                PipelineError::Read(error) => input::unreadable(file, &error),
                PipelineError::Write(failure) => failure,
            }
        })?;
    if failed == 0 {
        return Ok(Exit::Done);
    }
    if !screen.is_json() {
        let lines = if failed == 1 { "line is no context" } else { "lines are no contexts" };
        screen.note(&format!("cutover: {failed} {lines} in {}\n", input::name(file)));
    }
    Ok(Exit::No)
}

#[derive(Debug)]
enum PipelineError<E> {
    Read(io::Error),
    Write(E),
}

/// Runs the pipeline and gives the number of lines that were no contexts.
fn pipeline<E>(
    input: impl Read + Send,
    decider: &Decider<'_>,
    workers: usize,
    mut write: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<u64, PipelineError<E>> {
    let (jobs, queue) = sync_channel::<Job>(workers * AHEAD);
    let (order, outputs) = sync_channel::<Receiver<Chunk>>(workers * AHEAD);
    let queue = Mutex::new(queue);
    thread::scope(|scope| {
        let reader = scope.spawn(move || read(Pieces::new(input), &jobs, &order));
        for _ in 0..workers {
            scope.spawn(|| work(&queue, decider));
        }
        let mut failed = 0;
        // Leaving early drops all outputs: the reader and the workers notice, and end.
        for chunk in outputs.into_iter().flatten() {
            if !chunk.bytes.is_empty() {
                write(&chunk.bytes).map_err(PipelineError::Write)?;
            }
            failed += chunk.failed;
        }
        match reader.join() {
            Ok(read) => read.map(|()| failed).map_err(PipelineError::Read),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Reads until the end, an error, or until nobody wants more.
fn read(
    pieces: Pieces<impl Read>,
    jobs: &SyncSender<Job>,
    order: &SyncSender<Receiver<Chunk>>,
) -> io::Result<()> {
    for piece in pieces {
        let piece = piece?;
        let (sender, output) = sync_channel(READY);
        if order.send(output).is_err() || jobs.send((piece, sender)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Decides pieces until there are no more.
fn work(queue: &Mutex<Receiver<Job>>, decider: &Decider<'_>) {
    loop {
        // A worker that panicked has ended the process; a poisoned lock cannot be met.
        let next = queue.lock().map(|queue| queue.recv());
        let Ok(Ok((piece, output))) = next else { return };
        let mut chunk = Chunk { bytes: Vec::new(), failed: 0 };
        for line in piece.lines() {
            chunk.failed += u64::from(!decider.decide(&line, &mut chunk.bytes));
            if chunk.bytes.len() >= CHUNK_BYTES {
                let full = std::mem::replace(&mut chunk, Chunk { bytes: Vec::new(), failed: 0 });
                if output.send(full).is_err() {
                    break;
                }
            }
        }
        // Where nobody listens any more, the reader ends too and the queue with it.
        let _ = output.send(chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cutover::Engine;

    const RULES: &str = "cutover: 1\nflags: {f: {rules: [{serve: {rollout: 50%, by: id}}]}}";

    fn decide(text: &str, workers: usize) -> (String, u64) {
        let engine = Engine::from_str(RULES).unwrap();
        let decider = Decider { engine: &engine, flag: Some("f"), now_ms: 0, log: false };
        let mut out = Vec::new();
        let write = |bytes: &[u8]| -> Result<(), ()> {
            out.extend_from_slice(bytes);
            Ok(())
        };
        let failed = pipeline(text.as_bytes(), &decider, workers, write).unwrap();
        (String::from_utf8(out).unwrap(), failed)
    }

    #[test]
    fn any_number_of_workers_gives_the_same() {
        let text: String = (0..20_000)
            .map(|id| if id % 1000 == 7 { "x\n".to_owned() } else { format!("{{\"id\":{id}}}\n") })
            .collect();
        let one = decide(&text, 1);
        assert_eq!((one.0.lines().count(), one.1), (20_000, 20));
        for workers in [2, 3, 8] {
            assert!(decide(&text, workers) == one, "{workers}");
        }
    }

    /// Contexts without end.
    struct Forever;

    impl Read for Forever {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let whole = into.len() - into.len() % 3;
            into[..whole].chunks_exact_mut(3).for_each(|line| line.copy_from_slice(b"{}\n"));
            Ok(whole)
        }
    }

    #[test]
    fn a_writer_that_fails_ends_an_endless_input() {
        let engine = Engine::from_str(RULES).unwrap();
        let decider = Decider { engine: &engine, flag: None, now_ms: 0, log: false };
        let mut wanted = 3;
        let write = |_: &[u8]| {
            wanted -= 1;
            if wanted == 0 { Err("enough") } else { Ok(()) }
        };
        let ended = pipeline(Forever, &decider, 2, write);
        assert!(matches!(ended, Err(PipelineError::Write("enough"))), "{ended:?}");
    }
}
