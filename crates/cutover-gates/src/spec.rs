//! What a gate asks for.

use crate::check::{Check, Mode};
use crate::evidence::Rate;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What is wrong with a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The number of the check, from 0; none where it is the gate itself.
    pub check: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// All that is wrong with a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(pub Vec<Problem>);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let and = if index > 0 { "; " } else { "" };
            match problem.check {
                Some(check) => write!(f, "{and}checks[{check}]: {}", problem.message)?,
                None => write!(f, "{and}{}", problem.message)?,
            }
        }
        Ok(())
    }
}

impl core::error::Error for Invalid {}

/// What is the same in every evaluation of a check.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stake {
    /// Its part of alpha.
    pub(crate) alpha: f64,
    /// The logarithm of the e-value that shows something: that of `1/alpha`.
    pub(crate) needed: f64,
    /// The bets about its bound, where it has one.
    pub(crate) rate: Option<Rate>,
}

/// A guard: its checks, and how much error they share.
#[derive(Debug, Clone)]
pub struct Gate {
    pub(crate) name: String,
    pub(crate) checks: Vec<Check>,
    /// The metrics of the checks, each once.
    pub(crate) metrics: Vec<String>,
    /// For each check, its metric's number.
    pub(crate) metric_of: Vec<usize>,
    /// For each check, what its state belongs to.
    pub(crate) keys: Vec<String>,
    /// For each check, what it needs of statistics.
    pub(crate) stakes: Vec<Stake>,
    alpha: f64,
    retain: usize,
    pub(crate) nearest: Nearest,
}

/// Finds the name that somebody may have meant.
pub(crate) type Nearest = for<'a> fn(&str, &[&'a str]) -> Option<&'a str>;

impl Gate {
    /// A gate with an alpha of 1 %, which keeps its last 16 evaluations.
    ///
    /// # Errors
    /// [`Invalid`] with all that makes no sense: no check, no blocking check, a check that could never say anything.
    pub fn new(name: &str, checks: Vec<Check>) -> Result<Self, Invalid> {
        let mut problems: Vec<Problem> = checks
            .iter()
            .enumerate()
            .filter_map(|(at, check)| Some(Problem { check: Some(at), message: check.problem()? }))
            .collect();
        let mut whole = |message: &str| problems.push(Problem { check: None, message: message.to_owned() });
        if checks.is_empty() {
            whole("a gate without checks lets everything through");
        } else if checks.iter().all(|check| check.mode == Mode::DryRun) {
            whole("a gate whose checks are all dry runs lets everything through");
        }
        if !problems.is_empty() {
            return Err(Invalid(problems));
        }
        let mut metrics: Vec<String> = Vec::new();
        let mut metric_of = Vec::new();
        for check in &checks {
            let known = metrics.iter().position(|metric| *metric == check.metric);
            metric_of.push(known.unwrap_or(metrics.len()));
            if known.is_none() {
                metrics.push(check.metric.clone());
            }
        }
        let keys = checks.iter().map(Check::key).collect();
        let mut gate = Self {
            name: name.to_owned(),
            checks,
            metrics,
            metric_of,
            keys,
            stakes: Vec::new(),
            alpha: 0.01,
            retain: 16,
            nearest: |_, _| None,
        };
        gate.stake();
        Ok(gate)
    }

    /// Computes what each check needs, once.
    fn stake(&mut self) {
        let stakes = self.checks.iter().map(|check| Stake {
            needed: -crate::evidence::ln(self.alpha_of(check)),
            alpha: self.alpha_of(check),
            rate: check.test.bound().map(Rate::new),
        });
        self.stakes = stakes.collect();
    }

    /// The same with another alpha: how probable it may be that one of its statistical checks fails though nothing is
    /// wrong, over all looks together. Checks share it by their weights. A plan gives each of its gates a part of its own.
    ///
    /// # Errors
    /// [`Invalid`] where it is not above 0 and at most one half.
    pub fn with_alpha(mut self, alpha: f64) -> Result<Self, Invalid> {
        if !(alpha > 0.0 && alpha <= 0.5) {
            let message = format!("`alpha` is above 0 and at most 0.5, and {alpha} is not");
            return Err(Invalid(alloc::vec![Problem { check: None, message }]));
        }
        self.alpha = alpha;
        self.stake();
        Ok(self)
    }

    /// The same, keeping at least so many evaluations, and at most twice as many.
    #[must_use]
    pub const fn retaining(mut self, evaluations: usize) -> Self {
        self.retain = evaluations;
        self
    }

    /// The same with something that finds the name that was meant by a wrong one.
    #[must_use]
    pub fn naming_nearest(mut self, nearest: for<'a> fn(&str, &[&'a str]) -> Option<&'a str>) -> Self {
        self.nearest = nearest;
        self
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its checks.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The metrics that it needs, each once.
    #[must_use]
    pub fn metrics(&self) -> &[String] {
        &self.metrics
    }

    /// Its alpha.
    #[must_use]
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }

    /// How many evaluations are kept at least.
    #[must_use]
    pub const fn retained(&self) -> usize {
        self.retain
    }

    /// The part of alpha that a check has. Dry runs have theirs too, so that they say what they would if they blocked.
    #[must_use]
    pub fn alpha_of(&self, check: &Check) -> f64 {
        let weights =
            self.checks.iter().filter(|check| check.test.is_statistical()).map(|check| check.weight);
        let all: f64 = weights.sum();
        if all > 0.0 { self.alpha * (check.weight / all) } else { self.alpha }
    }
}
