//! The file of a run: read, written whole or not at all, and held by one command at a time.

use super::bad;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{Source, unreadable, unwritable};
use cutover::work::{State, Work};
use cutover::{Diagnostic, Position};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The state of a run in a file; none where there is no such file.
pub(super) fn read(path: &Path, work: &Work) -> Result<Option<State>, Failure> {
    let state: Option<State> = any(path)?;
    if state.as_ref().is_some_and(|state| state.shape != State::new(work).shape) {
        let message = format!(
            "`{}` belongs to another plan: phases or actions were renamed, added or removed since the run began",
            path.display()
        );
        return Err(bad("wrong_state", message));
    }
    Ok(state)
}

/// What is in a file, as JSON; none where there is no such file.
pub(in crate::command) fn any<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Failure> {
    if !path.exists() {
        return Ok(None);
    }
    let source = Source::read(path)?;
    let read = serde_json::from_slice(&source.bytes);
    read.map(Some).map_err(|error| bad("bad_state", format!("`{}` is no state: {error}", source.name)))
}

/// Saves a state: whoever reads it finds the old one or the new one, also after a crash.
pub(in crate::command) fn save(path: &Path, state: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_vec(state).map_err(|error| bad("bad_state", error.to_string()))?;
    let beside = with_ending(path, ".new");
    let write = || -> io::Result<()> {
        let mut file = File::create(&beside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        // The name is safe once its folder is.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
    };
    write().map_err(|error| unwritable(path, &error))
}

/// Holds a run: for this command, and for each command that it starts, as long as one of them lives.
pub(in crate::command) fn hold(path: &Path, wait: bool) -> Result<File, Failure> {
    let lock = with_ending(path, ".lock");
    // Read alone is enough to hold it, and what inherits it as its input finds nothing in it.
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&lock);
    opened.map_err(|error| unwritable(&lock, &error))?;
    let file = File::open(&lock).map_err(|error| unreadable(&lock, &error))?;
    match locked(&file, wait) {
        Ok(true) => Ok(file),
        Ok(false) => Err(Failure::Refused {
            exit: Exit::Unknown,
            source: None,
            diagnostics: vec![
                Diagnostic::error(
                    "run_is_held",
                    "",
                    Position::default(),
                    format!(
                        "another command holds this run, or one that an earlier run began still runs: `{}`",
                        lock.display()
                    ),
                )
                .help("wait for it to end, or pass --wait to `run`"),
            ],
        }),
        Err(error) => Err(unreadable(&lock, &error)),
    }
}

#[cfg(unix)]
fn locked(file: &File, wait: bool) -> io::Result<bool> {
    use rustix::fs::{FlockOperation, flock};
    let operation =
        if wait { FlockOperation::LockExclusive } else { FlockOperation::NonBlockingLockExclusive };
    match flock(file, operation) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
fn locked(_: &File, _: bool) -> io::Result<bool> {
    Ok(true)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
