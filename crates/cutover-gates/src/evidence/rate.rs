use super::{ln, log_mean};
use crate::observation::{Counts, number};

/// The rates that are bet on below a bound, as shares of it.
const BELOW: [f64; 4] = [0.0, 0.25, 0.5, 0.8];
/// The odds that are bet on above a bound, as factors of its own.
const ABOVE: [f64; 4] = [1.25, 1.6, 2.5, 6.0];

/// Two e-processes about a rate and a bound: one against "the rate is at the bound or above it" and one against "it is
/// at the bound or below it". Each is a mean of likelihood ratios to the bound itself. They depend on the totals alone,
/// and hold also where the rate changes from window to window, as long as it stays on its side.
///
/// ```
/// use cutover_gates::{Counts, evidence::Rate};
/// let bound = Rate::new(0.001);
/// assert!(bound.e_below(Counts::new(0, 3_900)) < 20.0);
/// assert!(bound.e_below(Counts::new(0, 4_000)) > 20.0); // so many clean requests show "below 0.1 %" at alpha = 5 %
/// assert!(bound.e_above(Counts::new(30, 5_000)) > 1e6);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// For each bet: the logarithm of the ratio for an event, and for a request without one.
    below: [(f64, f64); BELOW.len()],
    above: [(f64, f64); ABOVE.len()],
}

impl Rate {
    /// About a bound between 0 and 1, both excluded.
    #[must_use]
    pub fn new(bound: f64) -> Self {
        let ratio = |rate: f64| (ln(rate / bound), ln((1.0 - rate) / (1.0 - bound)));
        Self {
            below: BELOW.map(|share| ratio(share * bound)),
            above: ABOVE.map(|odds| ratio(odds * bound / (1.0 - bound + odds * bound))),
        }
    }

    /// The logarithm of the evidence against "the rate is at the bound or above it".
    #[must_use]
    pub fn log_below(&self, counts: Counts) -> f64 {
        log_ratio(&self.below, counts)
    }

    /// The logarithm of the evidence against "the rate is at the bound or below it".
    #[must_use]
    pub fn log_above(&self, counts: Counts) -> f64 {
        log_ratio(&self.above, counts)
    }

    /// The evidence that the rate is below the bound, at most 10^12.
    #[must_use]
    pub fn e_below(&self, counts: Counts) -> f64 {
        super::e_value(self.log_below(counts))
    }

    /// The evidence that the rate is above the bound, at most 10^12.
    #[must_use]
    pub fn e_above(&self, counts: Counts) -> f64 {
        super::e_value(self.log_above(counts))
    }
}

fn log_ratio<const N: usize>(bets: &[(f64, f64); N], counts: Counts) -> f64 {
    let (events, others) = (number(counts.events), number(counts.others().events));
    log_mean(&bets.map(|(event, other)| {
        // A bet on a rate of zero is lost with the first event, and 0 · -inf would be no number.
        let events = if events > 0.0 { events * event } else { 0.0 };
        events + others * other
    }))
}

/// How many requests without a single event it takes to show, whenever somebody looks, that a rate is below `bound`.
///
/// ```
/// use cutover_gates::evidence::clean_needed;
/// assert_eq!(clean_needed(0.001, 0.05), Some(3939));
/// ```
#[must_use]
pub fn clean_needed(bound: f64, alpha: f64) -> Option<u64> {
    let sound = |share: f64| share > 0.0 && share < 1.0;
    if !sound(bound) || !sound(alpha) {
        return None;
    }
    let rate = Rate::new(bound);
    let shown = |total| super::shows(rate.log_below(Counts::new(0, total)), alpha);
    let (mut few, mut enough) = (0, 1);
    while !shown(enough) {
        few = enough;
        enough = if enough < crate::observation::MOST { enough * 2 } else { return None };
    }
    while enough - few > 1 {
        let middle = few + (enough - few) / 2;
        if shown(middle) { enough = middle } else { few = middle }
    }
    Some(enough)
}
