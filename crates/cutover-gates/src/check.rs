//! A check: one measurement, and what is asked of it.

use crate::threshold::{FRESHNESS, Threshold};
use crate::{Bound, Level, Millis};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

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
    pub(crate) const fn bound(&self) -> Option<f64> {
        match self {
            Self::Share { at_most } | Self::SlowerThan { at_most, .. } => Some(*at_most),
            Self::Divergence { at_most } => *at_most,
            Self::Threshold(_) | Self::Harm { .. } | Self::Margin { .. } | Self::SampleRatio { .. } => None,
        }
    }

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
    pub(crate) fn problem(&self) -> Option<String> {
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
