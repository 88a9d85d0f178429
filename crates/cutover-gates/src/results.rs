//! The results of an A/B comparison: better, worse, or not yet known.

use crate::check::Better;
use crate::evidence::{Odds, e_value, interval, shows};
use crate::observation::{Counts, number};
use serde::Serialize;

/// Whether the new side is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is shown to be.
    Better,
    /// It is shown to be worse.
    Worse,
    /// Neither is shown.
    NotYetKnown,
}

/// What was counted of an arm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Arm {
    /// The events.
    pub events: u64,
    /// The requests.
    pub total: u64,
    /// The share of the events; none of no requests.
    pub rate: Option<f64>,
}

/// Two arms, compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// Whether the new arm is better.
    pub answer: Answer,
    /// The old arm.
    pub old: Arm,
    /// The new arm.
    pub new: Arm,
    /// The rate of the new arm less that of the old one; none where an arm is empty.
    pub difference: Option<f64>,
    /// From where to where the difference may be. It holds over all looks together, but for a probability of `alpha`.
    pub interval: (f64, f64),
    /// The difference as a share of the old rate; none where that is zero.
    pub relative: Option<f64>,
    /// The probability that is left for error.
    pub alpha: f64,
}

/// Compares two arms by what was counted in all. It may be asked as often as one likes: see
/// [`interval::difference`].
///
/// ```
/// use cutover_gates::{Answer, Better, Counts, compare_arms};
/// let compare = |new| compare_arms(Counts::new(100, 10_000), Counts::new(new, 10_000), Better::Lower, 0.05).answer;
/// assert_eq!([30, 110, 200].map(compare), [Answer::Better, Answer::NotYetKnown, Answer::Worse]);
/// ```
#[must_use]
pub fn compare_arms(old: Counts, new: Counts, better: Better, alpha: f64) -> Comparison {
    let (low, high) = interval::difference(old, new, alpha);
    let answer = match (low > 0.0, high < 0.0, better) {
        (true, _, Better::Lower) | (_, true, Better::Higher) => Answer::Worse,
        (_, true, Better::Lower) | (true, _, Better::Higher) => Answer::Better,
        _ => Answer::NotYetKnown,
    };
    let difference = old.rate().zip(new.rate()).map(|(old, new)| new - old);
    let arm = |counts: Counts| Arm { events: counts.events, total: counts.total, rate: counts.rate() };
    Comparison {
        answer,
        old: arm(old),
        new: arm(new),
        difference,
        interval: (low, high),
        relative: difference.zip(old.rate()).and_then(|(by, of)| (of > 0.0).then(|| by / of)),
        alpha,
    }
}

/// Whether the arms get the requests that the plan gives them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SampleRatio {
    /// Whether nothing is shown against it. Where something is, every comparison of the arms is void.
    pub sound: bool,
    /// The share of the requests that the new arm was to get.
    pub planned: f64,
    /// The share that it got; none of no requests.
    pub share: Option<f64>,
    /// The e-value against it.
    pub against: f64,
}

/// Whether the arms got the requests that the plan gives them, by what was counted in all under one planned share.
///
/// ```
/// use cutover_gates::sample_ratio;
/// assert!(sample_ratio(50_300, 49_700, 0.5, 0.01).sound);
/// assert!(!sample_ratio(52_000, 48_000, 0.5, 0.01).sound);
/// ```
#[must_use]
pub fn sample_ratio(old: u64, new: u64, planned: f64, alpha: f64) -> SampleRatio {
    let all = old.saturating_add(new);
    let mut odds = Odds::default();
    odds.other(new, all, planned);
    let share = (all > 0).then(|| number(new) / number(all));
    SampleRatio { sound: !shows(odds.log_e(), alpha), planned, share, against: e_value(odds.log_e()) }
}
