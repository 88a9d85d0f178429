//! The scoreboard: what passed of each suite, what is known not to, and what was not run.

use super::{Known, Results, Suite};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A suite and what came of it.
#[derive(Debug, Clone)]
pub struct Row {
    /// The suite.
    pub suite: Suite,
    /// What came of it; none where its data is not here.
    pub results: Option<Results>,
    /// How many cases are known to fail, by the reason.
    pub known: BTreeMap<String, usize>,
    /// The cases that fail and are not known to, and how.
    pub unexpected: Vec<(String, String)>,
    /// The entries of `known.json` that no case fails by.
    pub stale: Vec<String>,
}

/// All rows.
#[derive(Debug, Clone)]
pub struct Board {
    /// In the order of the suites.
    pub rows: Vec<Row>,
}

impl Row {
    pub(super) fn new(suite: Suite, results: Option<Results>, list: &Known) -> Self {
        let mut row =
            Self { suite, results, known: BTreeMap::new(), unexpected: Vec::new(), stale: Vec::new() };
        let Some(results) = &row.results else { return row };
        for (case, problem) in &results.failures {
            match list.reason(suite.name, case) {
                Some(reason) => *row.known.entry(reason.to_owned()).or_default() += 1,
                None => row.unexpected.push((case.clone(), problem.clone())),
            }
        }
        row.stale = list.stale(suite.name, &results.failures);
        row
    }

    /// The line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        let Suite { name, dialect, source, .. } = self.suite;
        match &self.results {
            None => format!("| {name} | {dialect} | not here | | | | {source} |"),
            Some(results) => {
                let known: usize = self.known.values().sum();
                let not_run: usize = results.not_run.values().sum();
                let total = results.passed + results.failures.len();
                format!(
                    "| {name} | {dialect} | {} | {total} | {known} | {not_run} | {source} |",
                    results.passed
                )
            }
        }
    }

    /// The lines behind the table that say what did not pass, and why.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let name = self.suite.name;
        let mut lines: Vec<String> = self
            .known
            .iter()
            .map(|(reason, count)| format!("- {name}, {count} known to fail: {reason}"))
            .collect();
        let not_run = self.results.iter().flat_map(|results| &results.not_run);
        lines.extend(not_run.map(|(reason, count)| format!("- {name}, {count} not run: {reason}")));
        lines
    }
}

impl Board {
    /// True where nothing fails that is not known to, and nothing is known that does not fail.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.rows.iter().all(|row| row.unexpected.is_empty() && row.stale.is_empty())
    }

    /// What fails without being known, and what is known without failing, one line each.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for row in &self.rows {
            let name = row.suite.name;
            lines.extend(row.unexpected.iter().map(|(case, problem)| format!("{name}: {case}: {problem}")));
            lines.extend(
                row.stale.iter().map(|case| format!("{name}: {case}: known to fail, and nothing does")),
            );
        }
        lines
    }

    /// The board as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let rows = self.rows.iter().map(|row| {
            let results = row.results.as_ref();
            let failed = |row: &Row| {
                row.unexpected
                    .iter()
                    .map(|(case, problem)| serde_json::json!({ "case": case, "problem": problem }))
                    .collect::<Vec<_>>()
            };
            serde_json::json!({
                "suite": row.suite.name, "dialect": row.suite.dialect, "source": row.suite.source,
                "passed": results.map(|results| results.passed),
                "total": results.map(|results| results.passed + results.failures.len()),
                "known": row.known, "not_run": results.map(|results| &results.not_run),
                "failures": failed(row), "stale": row.stale,
            })
        });
        serde_json::json!({ "passed": self.is_passed(), "suites": rows.collect::<Vec<_>>() })
    }
}

/// The board as the file that is committed.
#[must_use]
pub fn markdown(board: &Board) -> String {
    let mut text = String::from(
        "# Suites of other systems\n\n\
         Written by `cutover conformance --suite`. A suite passes where an imported ruleset decides what the suite says. \
         A case that\nis known to fail is listed below with its reason; anything else that fails ends the command with 1.\n\n\
         | suite | dialect | passed | total | known to fail | not run | data |\n|---|---|---|---|---|---|---|\n",
    );
    for row in &board.rows {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", row.line());
    }
    let notes: Vec<String> = board.rows.iter().flat_map(Row::notes).collect();
    if !notes.is_empty() {
        let _ = write!(text, "\n{}\n", notes.join("\n"));
    }
    text
}
