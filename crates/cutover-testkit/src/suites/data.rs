//! Where the data of suites is, and how it is read.

use serde_json::Value as Json;
use std::io;
use std::path::{Path, PathBuf};

/// The folders that data of suites is looked for in.
#[derive(Debug, Clone)]
pub struct Places {
    /// The folder with what is committed, such as `conformance/suites`.
    pub committed: PathBuf,
    /// A folder with what may not be committed, if there is one.
    pub data: Option<PathBuf>,
}

impl Places {
    /// The first of these folders that is there.
    pub(super) fn find(&self, folders: &[&str]) -> Option<PathBuf> {
        let roots = self.data.iter().chain([&self.committed]);
        roots.flat_map(|root| folders.iter().map(|folder| root.join(folder))).find(|path| path.is_dir())
    }
}

/// The text of a file; an error names it.
pub(super) fn text(path: &Path) -> io::Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// A file of JSON; an error names it.
pub(super) fn json(path: &Path) -> io::Result<Json> {
    let read = serde_json::from_str(&text(path)?);
    read.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display())))
}

/// The files of a folder that end like this, by name.
pub(super) fn files(folder: &Path, end: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(end) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The name of a file without its folder and its end.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The items of a list; none where it is none.
pub(super) fn items<'a>(value: &'a Json, key: &str) -> &'a [Json] {
    value.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}
