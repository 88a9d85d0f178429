//! The vectors under `conformance/`, run against this engine.
//!
//! A vector says what a ruleset decides for a context; other languages run the same files with runners of their
//! own. This one is strict, as they are: a field, kind or tag that it does not know, a name that stands twice and
//! a file without vectors are failures, so that nothing is skipped in silence.
//!
//! ```no_run
//! let report = cutover_testkit::conformance::run("conformance".as_ref())?;
//! print!("{report}");
//! assert!(report.is_passed());
//! # Ok::<(), std::io::Error>(())
//! ```

mod diff;
mod fields;
mod gates;
mod kinds;
mod machines;
mod programs;
mod reconcile;
mod rulesets;
mod sections;
mod tags;
mod tools;
mod work;

use cutover::Value;
use fields::Fields;
use rulesets::Rulesets;
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::Path;

/// What came of running vectors.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// The files, by name.
    pub files: Vec<FileReport>,
}

/// What came of the vectors of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileReport {
    /// The file's name, such as `buckets.json`.
    pub name: String,
    /// How many vectors passed.
    pub passed: usize,
    /// The vectors that failed, or what is wrong with the file itself.
    pub failures: Vec<Failure>,
}

/// A vector that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The vector's name; empty where the file itself is at fault.
    pub vector: String,
    /// What differs, one line for each difference.
    pub lines: Vec<String>,
}

impl Report {
    /// True where there are vectors and all of them passed.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.passed() > 0 && self.failed() == 0
    }

    /// How many vectors passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.files.iter().map(|file| file.passed).sum()
    }

    /// How many failures there are.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.files.iter().map(|file| file.failures.len()).sum()
    }

    /// The report as JSON: `{"passed", "failed", "files": [{"name", "passed", "failures": [{"vector", "lines"}]}]}`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let failures = |file: &FileReport| {
            let failures = file.failures.iter();
            failures
                .map(|failure| serde_json::json!({ "vector": failure.vector, "lines": failure.lines }))
                .collect()
        };
        let files = self.files.iter().map(|file| {
            let failures: Vec<serde_json::Value> = failures(file);
            serde_json::json!({ "name": file.name, "passed": file.passed, "failures": failures })
        });
        let files: Vec<serde_json::Value> = files.collect();
        serde_json::json!({ "passed": self.passed(), "failed": self.failed(), "files": files })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            writeln!(f, "{}: passed {}, failed {}", file.name, file.passed, file.failures.len())?;
            for failure in &file.failures {
                writeln!(f, "  {}", failure.vector)?;
                for line in &failure.lines {
                    writeln!(f, "    {line}")?;
                }
            }
        }
        writeln!(f, "{} files: passed {}, failed {}", self.files.len(), self.passed(), self.failed())
    }
}

/// In the same folder as the vectors, and none of them: the public names of the packages.
const NOT_VECTORS: &str = "api.json";

/// Runs every file of vectors of a directory, in the order of their names.
///
/// # Errors
/// Where the directory or a file cannot be read. A directory without such files is none.
pub fn run(directory: &Path) -> io::Result<Report> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        if is_json && !path.ends_with(NOT_VECTORS) {
            names.insert(path);
        }
    }
    let mut report = Report::default();
    for path in names {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        report.files.push(run_text(&name, &std::fs::read_to_string(&path)?));
    }
    if report.files.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("no vectors in {}", directory.display()),
        ));
    }
    Ok(report)
}

/// The names of files that have to fail and do not: those of the folder `refused` test the runner itself.
///
/// # Errors
/// Those of [`run`].
pub fn accepted(directory: &Path) -> io::Result<Vec<String>> {
    let files = run(directory)?.files.into_iter();
    Ok(files.filter(|file| file.failures.is_empty()).map(|file| file.name).collect())
}

/// Runs the vectors of one file, given as its text.
#[must_use]
pub fn run_text(name: &str, text: &str) -> FileReport {
    let mut report = FileReport { name: name.to_owned(), passed: 0, failures: Vec::new() };
    let outcome = Value::from_json(text)
        .map_err(|problem| problem.to_string())
        .and_then(|file| run_file(&file, &mut report));
    if let Err(problem) = outcome {
        report.failures.push(Failure { vector: String::new(), lines: vec![problem] });
    }
    report
}

fn run_file(file: &Value, report: &mut FileReport) -> Result<(), String> {
    let mut fields = Fields::new(file)?;
    fields.text("about")?;
    let kind = fields.text("kind")?;
    let rulesets = Rulesets::new(fields.take("rulesets"))?;
    let Some(Value::List(vectors)) = fields.take("vectors") else {
        return Err("`vectors` is no list".to_owned());
    };
    fields.finish()?;
    if vectors.is_empty() {
        return Err("the file is empty".to_owned());
    }
    let mut names = BTreeSet::new();
    for (index, vector) in vectors.iter().enumerate() {
        let name = vector.get("name").and_then(as_text);
        let outcome = match name {
            None => Err(vec!["the vector has no name".to_owned()]),
            Some(name) if !names.insert(name) => Err(vec!["a vector before it has the same name".to_owned()]),
            Some(_) => kinds::run(kind, vector, &rulesets),
        };
        match outcome {
            Ok(()) => report.passed += 1,
            Err(lines) => {
                let vector = name.map_or_else(|| format!("vectors[{index}]"), str::to_owned);
                report.failures.push(Failure { vector, lines });
            }
        }
    }
    Ok(())
}

fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
