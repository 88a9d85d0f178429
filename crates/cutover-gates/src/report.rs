//! What a gate says.

use crate::reason::Reason;
use crate::{Millis, Verdict};
use alloc::vec::Vec;
use serde::Serialize;

/// What a gate says. JSON has the fields in this order, in every language.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report<'g> {
    /// The gate.
    pub gate: &'g str,
    /// The worst of its blocking checks.
    pub verdict: Verdict,
    /// The worst of its dry runs, where it has any.
    pub dry_run: Option<Verdict>,
    /// The time of the evaluation: the latest that was ever given, should a clock go back.
    pub now: Millis,
    /// Whether the clock went back.
    pub clock_went_back: bool,
    /// Its checks, in the order of the ruleset.
    pub checks: Vec<CheckReport<'g>>,
}

/// What a check says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckReport<'g> {
    /// What it is called.
    pub check: &'g str,
    /// Its metric.
    pub metric: &'g str,
    /// What is asked of it: `threshold`, `harm`, `margin`, `share`, `slower_than`, `sample_ratio`, `divergence`.
    pub test: &'static str,
    /// `blocking` or `dry_run`.
    pub mode: &'static str,
    /// What it says.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: Reason,
    /// What was measured: the value, the rate of the new arm, the difference of the rates for a margin, the share of the
    /// requests for a sample ratio.
    pub value: Option<f64>,
    /// What it is compared with: the level, the rate of the old arm, the margin, the bound, the planned share.
    pub threshold: Option<f64>,
    /// The upper level of `between`.
    pub upper: Option<f64>,
    /// Of how many samples it is.
    pub samples: Samples,
    /// The e-value of what must not be.
    pub against: Option<f64>,
    /// The e-value of what has to be, for tests that show it.
    pub proof: Option<f64>,
    /// The e-value that shows something: `1/alpha`.
    pub needed: Option<f64>,
    /// What it was decided from.
    pub from: DecidedFrom,
}

/// Of how many samples something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Samples {
    /// In the old arm.
    pub old: Option<u64>,
    /// In the new arm.
    pub new: Option<u64>,
}

/// What a check was decided from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DecidedFrom {
    /// When its last measurement was, or the end of the last window that it counts.
    pub at: Option<Millis>,
    /// Measurements of this metric that were not counted since the start: a window twice, one that comes too late, one
    /// ahead of the clock.
    pub refused: u64,
    /// How often a counter began anew since the start.
    pub resets: u64,
    /// Errors in a row.
    pub errors: u32,
}
