//! An interval for the difference of two rates that holds whenever somebody looks.

use super::ln;
use crate::observation::{Counts, number};

/// From where to where the difference of the rates, new less old, may be. Over all looks together it misses the truth
/// with a probability of at most `alpha`. From -1 to 1 where an arm is empty.
///
/// In each arm, the ratio of a mixture of likelihoods (Jeffreys' prior, Beta(1/2, 1/2)) to the likelihood of the true
/// rate is expected to stay at 1; so is the product of both arms. The pairs of rates for which it is below `1/alpha` are
/// a confidence sequence, and the interval is where their differences are. It depends on the totals alone.
///
/// ```
/// use cutover_gates::{Counts, evidence::interval::difference};
/// let (low, high) = difference(Counts::new(100, 10_000), Counts::new(200, 10_000), 0.05);
/// assert!(0.0 < low && low < 0.01 && 0.01 < high);
/// ```
#[must_use]
pub fn difference(old: Counts, new: Counts, alpha: f64) -> (f64, f64) {
    if old.total == 0 || new.total == 0 {
        return (-1.0, 1.0);
    }
    // More events than requests are no more than all of them.
    let [old, new] = [old, new].map(|counts| Counts::new(counts.events.min(counts.total), counts.total));
    let room = |counts: Counts| log_likelihood(counts, peak(counts)) - log_mixture(counts);
    let room = room(old) + room(new) - ln(alpha);
    (-furthest(new, old, room), furthest(old, new, room))
}

fn peak(counts: Counts) -> f64 {
    number(counts.events) / number(counts.total)
}

fn log_likelihood(counts: Counts, rate: f64) -> f64 {
    let part = |count: f64, chance: f64| if count > 0.0 { count * ln(chance) } else { 0.0 };
    part(number(counts.events), rate) + part(number(counts.others().events), 1.0 - rate)
}

/// The logarithm of the likelihood under Jeffreys' prior.
fn log_mixture(counts: Counts) -> f64 {
    let (events, total) = (number(counts.events), number(counts.total));
    // The beta function of one half twice is pi.
    libm::lgamma(events + 0.5) + libm::lgamma(total - events + 0.5)
        - libm::lgamma(total + 1.0)
        - ln(core::f64::consts::PI)
}

/// How far `above` can be above `below` where the logarithm of the likelihood is within `room` of its peak.
///
/// At the edge the slopes of both likelihoods are one number, up to their sign; for each such number both rates are
/// roots of a quadratic, and the larger it is, the lower the likelihood.
fn furthest(below: Counts, above: Counts, room: f64) -> f64 {
    let highest = log_likelihood(below, peak(below)) + log_likelihood(above, peak(above));
    let rates = |slope: f64| (moved(below, slope, false), moved(above, slope, true));
    let lost = |(low, high): (f64, f64)| highest - log_likelihood(below, low) - log_likelihood(above, high);
    // By the logarithm of the slope: one of so many halvings is as near as a float can say.
    let (mut least, mut most) = (-40.0_f64, 60.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(least, most);
        if lost(rates(libm::exp(middle))) < room { least = middle } else { most = middle }
    }
    let (low, high) = rates(libm::exp(most));
    (high - low).clamp(-1.0, 1.0)
}

/// Where the slope of the likelihood is `-slope`, above the peak, or `slope`, below it.
fn moved(counts: Counts, slope: f64, up: bool) -> f64 {
    // Below the peak is above the peak of what did not happen.
    let (events, total) =
        (number(if up { counts.events } else { counts.others().events }), number(counts.total));
    // slope·p² + (total - slope)·p - events = 0, written so that nothing cancels.
    let half = (slope - total) / 2.0;
    let root = libm::sqrt(half * half + slope * events);
    let rate = if half > 0.0 { (half + root) / slope } else { events / (root - half).max(f64::MIN_POSITIVE) };
    let rate = rate.clamp(events / total, 1.0);
    if up { rate } else { 1.0 - rate }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_surrounds_what_was_seen_and_narrows() {
        let mut before = 2.0;
        for scale in [1, 10, 100, 1000, 1_000_000] {
            let (old, new) = (Counts::new(scale, 100 * scale), Counts::new(2 * scale, 100 * scale));
            let (low, high) = difference(old, new, 0.05);
            assert!(low < 0.01 && 0.01 < high && high - low < before, "{scale}: {low} {high}");
            before = high - low;
            let (back_low, back_high) = difference(new, old, 0.05);
            assert!((back_low + high).abs() < 1e-12 && (back_high + low).abs() < 1e-12);
        }
        assert!(before < 3e-4);
    }

    #[test]
    fn the_corners_are_numbers() {
        let all = [(0, 1), (1, 1), (0, 1 << 53), (1 << 53, 1 << 53), (1, 1 << 53), (0, 0)];
        for old in all.map(|(events, total)| Counts::new(events, total)) {
            for new in all.map(|(events, total)| Counts::new(events, total)) {
                let (low, high) = difference(old, new, 0.01);
                assert!(-1.0 <= low && low <= high && high <= 1.0, "{old:?} {new:?}: {low} {high}");
                if let (Some(a), Some(b)) = (old.rate(), new.rate()) {
                    assert!(low <= b - a && b - a <= high, "{old:?} {new:?}: {low} {high}");
                }
            }
        }
    }
}
