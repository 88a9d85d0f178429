//! What comparisons of reads come to: `cutover_compare` counts them, and reports.

use crate::wire::{Step, Text, answer};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use cutover_compare::{
    Arm, Comparison, Difference, DifferenceKind, Divergence, Error, Failure, Late, Latency, Report, Verdict,
};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
enum Event {
    Compared { comparisons: Vec<Compared> },
    Reported { top: usize },
}

/// One comparison. How long a side took, in microseconds, is told where it has answered.
#[derive(Deserialize)]
struct Compared {
    operation: String,
    #[serde(flatten)]
    seen: Seen,
    #[serde(default)]
    control_us: Option<u64>,
    #[serde(default)]
    candidate_us: Option<u64>,
}

/// What came of it, in the words of the machine `read`.
#[derive(Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
enum Seen {
    Match,
    Mismatch {
        /// The paths that differ, as a comparison has them.
        #[serde(default)]
        paths: Vec<String>,
    },
    CandidateError,
    ControlError,
    BothError {
        control: Failed,
        candidate: Failed,
    },
    TimedOut,
    Skipped,
    ComparatorError,
}

#[derive(Deserialize)]
struct Failed {
    class: String,
    message: String,
}

impl From<Failed> for Failure {
    fn from(Failed { class, message }: Failed) -> Self {
        Self { class, message }
    }
}

impl From<Seen> for Verdict {
    fn from(seen: Seen) -> Self {
        let unsaid = || Failure { class: String::new(), message: String::new() };
        match seen {
            Seen::Match => Self::Match,
            Seen::Mismatch { paths } => Self::Mismatch(comparison(paths)),
            Seen::CandidateError => Self::CandidateError(unsaid()),
            Seen::ControlError => Self::ControlError(unsaid()),
            Seen::BothError { control, candidate } => {
                let (control, candidate) = (Failure::from(control), Failure::from(candidate));
                Self::BothError { same: control == candidate, control, candidate }
            }
            Seen::TimedOut => Self::TimedOut { late: Late::Both },
            Seen::Skipped => Self::Skipped { reason: String::new() },
            Seen::ComparatorError => {
                Self::Error { error: Error::Unreadable { control: None, candidate: None } }
            }
        }
    }
}

fn comparison(paths: Vec<String>) -> Comparison {
    let count = u64::try_from(paths.len()).unwrap_or(u64::MAX);
    let at = |path| Difference { path, kind: DifferenceKind::Changed, control: None, candidate: None };
    Comparison { count, differences: paths.into_iter().map(at).collect() }
}

#[derive(Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
enum Effect {
    Report { report: Report, text: String },
}

pub(crate) fn step(text: &Text<'_>) -> Step {
    let Config {} = text.config()?;
    let mut divergence: Divergence = text.state()?.unwrap_or_default();
    let effects = match text.event()? {
        Event::Compared { comparisons } => {
            for Compared { operation, seen, control_us, candidate_us } in comparisons {
                let latency = Latency { control_us, candidate_us };
                divergence.record(&operation, Arm::Candidate, &seen.into(), latency);
            }
            Vec::new()
        }
        Event::Reported { top } => {
            let report = divergence.report(top);
            let text = report.to_string();
            vec![Effect::Report { report, text }]
        }
    };
    answer(divergence, effects)
}
