//! What a gate asks for.

use crate::evidence::Rate;
use crate::threshold::{FRESHNESS, Threshold};
use crate::{Bound, Level, Millis};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Which way a count is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Better {
    /// Less is better: errors, fallbacks, mismatches.
    #[default]
    Lower,
    /// More is better: successes, conversions.
    Higher,
}

/// Whether a check holds a rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It does.
    #[default]
    Blocking,
    /// It is measured and reported, and decides nothing.
    DryRun,
}

impl Mode {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::DryRun => "dry_run",
        }
    }
}

/// What a check asks of its metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test {
    /// That a value is where it has to be.
    Threshold(Threshold),
    /// That the new arm is not shown to be worse than the old one.
    Harm {
        /// Which way its events are better.
        better: Better,
    },
    /// That the new arm is shown to be worse by less than a margin.
    Margin {
        /// By how much the share of bad events may be higher: above 0, below 1.
        at_most: f64,
        /// Which way its events are better.
        better: Better,
    },
    /// That the share of events in the new arm is shown to be below a bound.
    Share {
        /// The bound: above 0, below 1.
        at_most: f64,
    },
    /// That the share of slow requests in the new arm is shown to be below a bound: 5 % for "p95 is below `than`".
    SlowerThan {
        /// What a request is slower than that is counted as an event, in milliseconds.
        than: f64,
        /// The bound: above 0, below 1.
        at_most: f64,
    },
    /// That the new arm gets the share of the requests that the plan gives it.
    SampleRatio {
        /// The share, where observations do not say it.
        share: Option<f64>,
    },
    /// That results of the new side do not differ more often than those of the old side differ from each other (the old
    /// arm is the noise), or than a bound.
    Divergence {
        /// The bound: above 0, below 1; without it, the old arm.
        at_most: Option<f64>,
    },
}

impl Test {
    /// The word for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Threshold(_) => "threshold",
            Self::Harm { .. } => "harm",
            Self::Margin { .. } => "margin",
            Self::Share { .. } => "share",
            Self::SlowerThan { .. } => "slower_than",
            Self::SampleRatio { .. } => "sample_ratio",
            Self::Divergence { .. } => "divergence",
        }
    }

    /// Whether it needs counts of arms, and takes a part of the gate's alpha.
    #[must_use]
    pub const fn is_statistical(&self) -> bool {
        !matches!(self, Self::Threshold(_))
    }

    /// How many samples it needs in each arm that it looks at, unless it is said otherwise: where nothing has to be
    /// shown for a pass, enough that something could have been.
    const fn usual_samples(&self) -> u64 {
        match self {
            Self::Harm { .. } | Self::SampleRatio { .. } | Self::Divergence { at_most: None } => 1000,
            Self::Threshold(_)
            | Self::Margin { .. }
            | Self::Share { .. }
            | Self::SlowerThan { .. }
            | Self::Divergence { at_most: Some(_) } => 0,
        }
    }

    /// The bound on a rate of the new arm alone.
    const fn bound(&self) -> Option<f64> {
        match self {
            Self::Share { at_most } | Self::SlowerThan { at_most, .. } => Some(*at_most),
            Self::Divergence { at_most } => *at_most,
            Self::Threshold(_) | Self::Harm { .. } | Self::Margin { .. } | Self::SampleRatio { .. } => None,
        }
    }

    /// What the evidence that was gathered for it depends on.
    fn key(&self) -> String {
        let better = |better: Better| if better == Better::Higher { " higher" } else { "" };
        let name = self.name();
        match self {
            Self::Threshold(threshold) => format!("{name} {}", threshold.bound),
            Self::Harm { better: way } => format!("{name}{}", better(*way)),
            Self::Margin { at_most, better: way } => format!("{name} {at_most}{}", better(*way)),
            Self::Share { at_most } => format!("{name} {at_most}"),
            Self::SlowerThan { than, at_most } => format!("{name} {than} {at_most}"),
            Self::SampleRatio { .. } | Self::Divergence { at_most: None } => name.to_owned(),
            Self::Divergence { at_most: Some(at_most) } => format!("{name} {at_most}"),
        }
    }
}

/// One measurement of a gate, and what is asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What it is called in reports.
    pub name: String,
    /// The metric.
    pub metric: String,
    /// What is asked of it.
    pub test: Test,
    /// Whether it holds a rollout.
    pub mode: Mode,
    /// The least samples, in each arm that it looks at.
    pub min_samples: u64,
    /// How old a measurement may be, in milliseconds.
    pub freshness: Millis,
    /// How many errors in a row are borne; meanwhile the last measurement stands, as long as it is fresh.
    pub consecutive_errors: u32,
    /// For how many milliseconds from the start on nothing is measured.
    pub initial_delay: Millis,
    /// How much of the gate's alpha it gets, in relation to the others.
    pub weight: f64,
}

impl Check {
    /// A check with what is usual: blocking, ten minutes of freshness, four errors in a row, no delay.
    #[must_use]
    pub fn new(metric: &str, test: Test) -> Self {
        Self {
            name: metric.to_owned(),
            metric: metric.to_owned(),
            mode: Mode::Blocking,
            min_samples: test.usual_samples(),
            freshness: FRESHNESS,
            consecutive_errors: 4,
            initial_delay: 0,
            weight: 1.0,
            test,
        }
    }

    /// The same with another least number of samples.
    #[must_use]
    pub const fn with_min_samples(mut self, samples: u64) -> Self {
        self.min_samples = samples;
        self
    }

    /// The same, measured and reported, and deciding nothing.
    #[must_use]
    pub const fn dry_run(mut self) -> Self {
        self.mode = Mode::DryRun;
        self
    }

    /// What the state of this check belongs to.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.metric, self.test.key())
    }

    /// What makes no sense about it, in a sentence.
    fn problem(&self) -> Option<String> {
        let share = |share: f64| share > 0.0 && share < 1.0;
        let wrong = |at_most: f64| {
            (!share(at_most))
                .then(|| format!("`at_most` is a share above 0 and below 1, and {at_most} is none"))
        };
        let test = match &self.test {
            Test::Threshold(threshold) => threshold.check().err(),
            Test::Harm { .. } | Test::Divergence { at_most: None } | Test::SampleRatio { share: None } => {
                None
            }
            Test::Margin { at_most, .. } | Test::Share { at_most } => wrong(*at_most),
            Test::Divergence { at_most: Some(at_most) } => wrong(*at_most),
            Test::SlowerThan { than, at_most } => {
                let time = than.is_finite() && *than > 0.0;
                wrong(*at_most).or((!time).then(|| format!("`than` is a time, and {than} is none")))
            }
            Test::SampleRatio { share: Some(planned) } => (!share(*planned))
                .then(|| format!("`share` is a share above 0 and below 1, and {planned} is none")),
        };
        let no = |holds: bool, says: &str| (!holds).then(|| says.to_owned());
        test.or(no(!self.metric.is_empty(), "the name of a metric is empty"))
            .or(no(self.freshness > 0, "`freshness` is above zero: nothing is fresh for no time"))
            .or(no(self.initial_delay >= 0, "`initial_delay` is not below zero"))
            .or(no(self.weight.is_finite() && self.weight > 0.0, "`weight` is a number above zero"))
    }
}

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

/// The bound of a threshold where it is one absolute number, for tools that ask what a plain threshold does.
impl Test {
    /// The rate above which this check fails, where it is a plain threshold from above on a rate.
    #[must_use]
    pub const fn plain_ceiling(&self) -> Option<f64> {
        match self {
            Self::Threshold(Threshold { bound: Bound::Below(level) | Bound::AtMost(level), .. }) => {
                match level {
                    Level::Absolute(rate) => Some(*rate),
                    Level::OfBaseline(_) => None,
                }
            }
            _ => None,
        }
    }
}
