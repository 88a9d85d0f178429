//! Files and standard input as bytes with a name.

use crate::failure::Failure;
use cutover::{Diagnostic, Position};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A text that was read, and what to call it.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// So much of a file is read at the most. The engine refuses far less as too large, but an endless file must
/// come to an end before it can be refused.
const MAX_BYTES: u64 = 64 << 20;

impl Source {
    /// Reads a file, or standard input for `-`.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let mut bytes = Vec::new();
        open(path)?.take(MAX_BYTES).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
        Ok(Self { name: name(path), bytes })
    }
}

/// Opens a file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin()));
    }
    Ok(Box::new(File::open(path).map_err(|error| unreadable(path, &error))?))
}

/// True for `-`.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What people know a file by.
pub(crate) fn name(path: &Path) -> String {
    if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// The failure of a file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    failure("unreadable_file", path, "read", error)
}

/// The failure of a file that cannot be written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    failure("unwritable_file", path, "written", error)
}

fn failure(code: &'static str, path: &Path, done: &str, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        _ => error.to_string(),
    };
    let message = format!("`{}` cannot be {done}: {why}", name(path));
    Failure::usage(Diagnostic::error(code, "", Position::default(), message))
}
