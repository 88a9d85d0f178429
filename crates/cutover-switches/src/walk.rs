//! Walking a tree as git sees it.

use crate::group::{Found, Place, grouped};
use crate::{Language, config, find};
use ignore::WalkBuilder;
use std::fs;
use std::io;
use std::path::Path;

/// Files larger than this are not written by people.
const MAX_BYTES: u64 = 2 << 20;

/// Folders that hold what others wrote, or what was built, whether git knows that or not.
const APART: [&str; 10] = [
    "node_modules",
    "dist",
    "build",
    "out",
    "target",
    "vendor",
    "venv",
    "site-packages",
    "__pycache__",
    "coverage",
];

/// Finds the switches of a tree. What `.gitignore` names, hidden folders, and those of packages and builds are left out, and
/// nothing outside of the tree is followed to.
///
/// # Errors
/// Where the folder cannot be read. A file in it that cannot be is told in [`Found::skipped`].
pub fn scan(root: &Path) -> io::Result<Found> {
    fs::read_dir(root)?;
    let (mut places, mut files, mut skipped) = (Vec::new(), 0, Vec::new());
    let apart = |name: &str| APART.contains(&name);
    let walk = WalkBuilder::new(root)
        .require_git(false)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            entry.depth() == 0 || !is_folder || !entry.file_name().to_str().is_some_and(apart)
        })
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => entry,
            Ok(_) => continue,
            Err(error) => {
                skipped.push(error.to_string());
                continue;
            }
        };
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
        let language = Language::of_file(&name);
        let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
        if (language.is_none() && !is_yaml) || name.ends_with(".min.js") || name.ends_with(".d.ts") {
            continue;
        }
        match read(path) {
            Ok(Some(text)) => {
                let uses = language.map_or_else(|| config::in_yaml(&text), |language| find(language, &text));
                files += usize::from(language.is_some());
                places.extend(uses.into_iter().map(|found| Place { file: name.clone(), found }));
            }
            Ok(None) => skipped.push(format!("{name}: larger than {} MiB", MAX_BYTES >> 20)),
            Err(error) => skipped.push(format!("{name}: {error}")),
        }
    }
    Ok(grouped(places, files, skipped))
}

/// The text of a file; none where it is too large.
fn read(path: &Path) -> io::Result<Option<String>> {
    if fs::metadata(path)?.len() > MAX_BYTES {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&fs::read(path)?).into_owned()))
}
