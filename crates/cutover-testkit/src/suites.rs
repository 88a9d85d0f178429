//! The suites of other systems, run through the importers: what Cutover decides, against what they say.
//!
//! Nothing is skipped in silence: a case passes, fails, or is counted among those that are not run, with the reason. A
//! failure that is known is listed in `conformance/suites/known.json` with its reason, and one that passes after all is
//! itself a failure.

mod data;
mod flagd;
mod gherkin;
mod growthbook;
mod known;
mod launchdarkly;
mod scoreboard;
mod ufc;
mod unleash;
mod yaml;

pub use data::Places;
pub use known::Known;
pub use scoreboard::{Board, Row, markdown};

use std::collections::BTreeMap;
use std::io;

/// What came of a suite.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// How many cases passed.
    pub passed: usize,
    /// The cases that did not, and how.
    pub failures: Vec<(String, String)>,
    /// Why cases were not run, and how many.
    pub not_run: BTreeMap<String, usize>,
}

impl Results {
    fn check(&mut self, case: String, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(problem) => self.failures.push((case, problem)),
        }
    }

    fn skip(&mut self, reason: &str) {
        *self.not_run.entry(reason.to_owned()).or_default() += 1;
    }
}

/// A suite that can be run.
#[derive(Debug, Clone, Copy)]
pub struct Suite {
    /// Its name here.
    pub name: &'static str,
    /// The dialect that it tests.
    pub dialect: &'static str,
    /// Where its data is from.
    pub source: &'static str,
    /// The folders that its data may be in.
    folders: &'static [&'static str],
    run: fn(&std::path::Path) -> io::Result<Results>,
}

/// All suites, in the order of the scoreboard.
pub const SUITES: &[Suite] = &[
    Suite {
        name: "eppo",
        dialect: "eppo",
        source: "Eppo-exp/sdk-test-data, ufc",
        folders: &["sdk-test-data", "eppo"],
        run: ufc::eppo,
    },
    Suite {
        name: "datadog",
        dialect: "datadog",
        source: "DataDog/ffe-system-test-data, values",
        folders: &["ffe-system-test-data", "datadog"],
        run: ufc::datadog_values,
    },
    Suite {
        name: "datadog-reasons",
        dialect: "datadog",
        source: "DataDog/ffe-system-test-data, reasons",
        folders: &["ffe-system-test-data", "datadog"],
        run: ufc::datadog_reasons,
    },
    Suite {
        name: "unleash",
        dialect: "unleash",
        source: "@unleash/client-specification (npm)",
        folders: &["client-specification", "node_modules/@unleash/client-specification"],
        run: unleash::run,
    },
    Suite {
        name: "flagd-evaluator-v2",
        dialect: "flagd/fractional-v2",
        source: "open-feature/flagd-testbed, evaluator",
        folders: &["flagd-testbed"],
        run: flagd::evaluator_v2,
    },
    Suite {
        name: "flagd-evaluator-v3",
        dialect: "flagd/fractional-v3",
        source: "open-feature/flagd-testbed, evaluator",
        folders: &["flagd-testbed"],
        run: flagd::evaluator_v3,
    },
    Suite {
        name: "flagd-provider-v2",
        dialect: "flagd/fractional-v2",
        source: "open-feature/flagd-testbed, targeting and evaluation",
        folders: &["flagd-testbed"],
        run: flagd::provider_v2,
    },
    Suite {
        name: "flagd-provider-v3",
        dialect: "flagd/fractional-v3",
        source: "open-feature/flagd-testbed, targeting and evaluation",
        folders: &["flagd-testbed"],
        run: flagd::provider_v3,
    },
    Suite {
        name: "launchdarkly",
        dialect: "launchdarkly",
        source: "launchdarkly/sdk-test-harness, server-side evaluations, values",
        folders: &["sdk-test-harness", "launchdarkly"],
        run: launchdarkly::values,
    },
    Suite {
        name: "launchdarkly-reasons",
        dialect: "launchdarkly",
        source: "launchdarkly/sdk-test-harness, server-side evaluations, reasons",
        folders: &["sdk-test-harness", "launchdarkly"],
        run: launchdarkly::reasons,
    },
    Suite {
        name: "growthbook",
        dialect: "growthbook",
        source: "growthbook-rust 0.4.0 (crates.io), tests/cases 0.12.0",
        folders: &["growthbook", "growthbook-rust-0.4.0/tests/cases"],
        run: growthbook::run,
    },
];

/// Runs suites, those of these names or all, with the data that is found.
///
/// # Errors
/// Where a name is none of a suite, or data that is there cannot be read.
pub fn run(names: &[String], places: &Places) -> io::Result<Board> {
    if let Some(unknown) = names.iter().find(|name| SUITES.iter().all(|suite| suite.name != name.as_str())) {
        let known: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
        let message = format!("there is no suite `{unknown}`; there are {}", known.join(", "));
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let known = Known::read(places)?;
    let mut rows = Vec::new();
    for suite in SUITES.iter().filter(|suite| names.is_empty() || names.iter().any(|name| name == suite.name))
    {
        let results = places.find(suite.folders).map(|folder| (suite.run)(&folder)).transpose()?;
        rows.push(Row::new(*suite, results, &known));
    }
    Ok(Board { rows })
}

/// Whether a value is the one that a suite wants.
fn same(served: &cutover::Value, wanted: &cutover::Value) -> Result<(), String> {
    let shown = cutover::wire::to_json;
    match served == wanted {
        true => Ok(()),
        false => Err(format!("serves {}, not {}", shown(served), shown(wanted))),
    }
}
