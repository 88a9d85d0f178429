//! `cutover check --watch`: checks again whenever a file is saved. The system tells of changes; nothing is asked in between.

use super::check::once;
use crate::args::check::Check;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::screen::Screen;
use cutover::{Diagnostic, Position};
use notify::{Event, EventKind, RecursiveMode, Watcher as _};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// An editor that saves says so several times; what comes within this time is one change.
const SETTLES: Duration = Duration::from_millis(60);

/// Clears the screen and what was scrolled out of it.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

pub(super) fn run(args: &Check, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    if args.files.iter().any(|file| input::is_stdin(file)) {
        let message = "standard input cannot be watched";
        return Err(Failure::usage(Diagnostic::error("bad_argument", "", Position::default(), message)));
    }
    let (sender, events) = channel();
    let mut watcher = notify::recommended_watcher(sender).map_err(|error| unwatched(&error))?;
    // Of the folders: a file that is replaced is another one, and one that is not there yet may come.
    for folder in args.files.iter().map(|file| folder_of(file)).collect::<BTreeSet<_>>() {
        watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(|error| unwatched(&error))?;
    }
    let names: BTreeSet<OsString> =
        args.files.iter().filter_map(|file| file.file_name()).map(Into::into).collect();
    let clears = io::stdout().is_terminal();
    loop {
        // What is there before is read now; what comes later is told of.
        let seen: Vec<_> = args.files.iter().map(|file| std::fs::read(file).ok()).collect();
        if clears {
            screen.bytes(CLEAR.as_bytes())?;
        }
        once(args, now_ms, screen)?;
        loop {
            if !changed(&events, &names) {
                return Ok(Exit::Done);
            }
            if args.files.iter().map(|file| std::fs::read(file).ok()).ne(seen.iter().cloned()) {
                break;
            }
        }
    }
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Waits until one of the files may be another; false where nothing will be told any more.
fn changed(events: &Receiver<notify::Result<Event>>, names: &BTreeSet<OsString>) -> bool {
    let concerns = |event: &notify::Result<Event>| match event {
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => false,
        Ok(event) => {
            event.need_rescan()
                || event.paths.iter().filter_map(|path| path.file_name()).any(|name| names.contains(name))
        }
        // Something may have been missed.
        Err(_) => true,
    };
    loop {
        match events.recv() {
            Ok(event) if concerns(&event) => break,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    loop {
        match events.recv_timeout(SETTLES) {
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

fn unwatched(error: &notify::Error) -> Failure {
    let message = format!("the files cannot be watched: {error}");
    Failure::usage(Diagnostic::error("unwatched_file", "", Position::default(), message))
}
