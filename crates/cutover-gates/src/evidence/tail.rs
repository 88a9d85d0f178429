//! What a plain threshold does to a healthy migration.

use super::ln;

/// The probability that a healthy migration is rolled back by a threshold on a rate, exactly.
///
/// `rate` is the true rate; a check fails where more than `threshold` of its `samples` are events; `checks` is how often
/// it is checked, independently; more than `limit` failed checks roll back. NaN where a rate is not from 0 to 1.
///
/// A gate of 2 % over a true rate of 1 %, with 500 samples each five minutes for 48 hours, rolls a healthy migration
/// back for certain:
///
/// ```
/// use cutover_gates::false_rollback_probability;
/// let rounded = |limit| (false_rollback_probability(0.01, 0.02, 500, 576, limit) * 1000.0).round() / 1000.0;
/// assert_eq!([0, 3, 10].map(rounded), [1.000, 0.947, 0.148]);
/// ```
#[must_use]
pub fn false_rollback_probability(rate: f64, threshold: f64, samples: u32, checks: u32, limit: u32) -> f64 {
    if !(0.0..=1.0).contains(&rate) || !(0.0..=1.0).contains(&threshold) {
        return f64::NAN;
    }
    let most = allowed(threshold, samples);
    more_than(checks, more_than(samples, rate, most), limit)
}

/// The most events among `samples` whose share is not above `threshold`, by the division that a check does.
fn allowed(threshold: f64, samples: u32) -> u32 {
    let (mut fits, mut above) = (0, samples);
    // Above is one that does not fit, or the last one.
    while fits < above {
        let middle = above - (above - fits) / 2;
        if f64::from(middle) / f64::from(samples) <= threshold {
            fits = middle;
        } else {
            above = middle - 1;
        }
    }
    fits
}

/// The probability of more than `most` events among `total`, each with probability `rate`.
///
/// ```
/// use cutover_gates::evidence::tail::more_than;
/// assert_eq!(more_than(2, 0.5, 1), 0.25);
/// assert_eq!(more_than(10, 0.1, 10), 0.0);
/// ```
#[must_use]
pub fn more_than(total: u32, rate: f64, most: u32) -> f64 {
    if most >= total || rate <= 0.0 {
        return 0.0;
    }
    if rate >= 1.0 {
        return 1.0;
    }
    // The tail that does not hold the mean is summed from its greatest term on, each from the one before it.
    let mean = f64::from(total) * rate;
    if f64::from(most) + 1.0 > mean {
        let odds = rate / (1.0 - rate);
        let first = f64::from(most) + 1.0;
        sum(log_term(total, rate, first), |step| {
            let events = first + step;
            (events < f64::from(total)).then(|| (f64::from(total) - events) / (events + 1.0) * odds)
        })
    } else {
        let odds = (1.0 - rate) / rate;
        let first = f64::from(most);
        1.0 - sum(log_term(total, rate, first), |step| {
            let events = first - step;
            (events > 0.0).then(|| events / (f64::from(total) - events + 1.0) * odds)
        })
    }
}

/// The logarithm of the probability of exactly `events`.
fn log_term(total: u32, rate: f64, events: f64) -> f64 {
    let total = f64::from(total);
    libm::lgamma(total + 1.0) - libm::lgamma(events + 1.0) - libm::lgamma(total - events + 1.0)
        + events * ln(rate)
        + (total - events) * libm::log1p(-rate)
}

/// The sum of a first term and those after it, each `next(step)` times the one before, until they add nothing.
fn sum(log_first: f64, next: impl Fn(f64) -> Option<f64>) -> f64 {
    let (mut term, mut sum, mut step) = (1.0_f64, 1.0_f64, 0.0);
    while let Some(ratio) = next(step) {
        term *= ratio;
        sum += term;
        step += 1.0;
        if term < sum * 1e-17 {
            break;
        }
    }
    libm::exp(log_first + ln(sum)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(samples: u32, checks: u32, limit: u32) -> f64 {
        (false_rollback_probability(0.01, 0.02, samples, checks, limit) * 1000.0).round() / 1000.0
    }

    #[test]
    fn fixed_thresholds_over_long_windows() {
        // 48 hours of checks every five minutes, and seven such windows.
        assert_eq!([0, 3, 10].map(|limit| rounded(500, 576, limit)), [1.000, 0.947, 0.148]);
        assert_eq!([0, 3, 10].map(|limit| rounded(500, 7 * 576, limit)), [1.000; 3]);
        assert_eq!(rounded(2000, 576, 0), 0.013);
        assert_eq!(rounded(2000, 7 * 576, 0), 0.088);
    }

    #[test]
    fn tails_are_those_of_sums_of_all_terms() {
        let exact = |total: u32, rate: f64, most: u32| -> f64 {
            (most + 1..=total).map(|events| log_term(total, rate, f64::from(events)).exp()).sum()
        };
        for (total, rate) in [(1_u32, 0.3), (50, 0.02), (400, 0.5), (1000, 0.97)] {
            for most in [0, 1, total / 2, total.saturating_sub(2), total] {
                let (got, want) = (more_than(total, rate, most), exact(total, rate, most));
                assert!((got - want).abs() < 1e-11, "{total} {rate} {most}: {got} {want}");
            }
        }
    }

    #[test]
    fn the_ends_are_certain() {
        assert_eq!(false_rollback_probability(0.0, 0.0, 500, 576, 0), 0.0);
        assert_eq!(false_rollback_probability(1.0, 0.5, 500, 576, 0), 1.0);
        assert_eq!(false_rollback_probability(0.5, 1.0, 500, 576, 0), 0.0);
        assert_eq!(false_rollback_probability(0.5, 0.1, 0, 576, 0), 0.0);
        assert!(false_rollback_probability(f64::NAN, 0.1, 1, 1, 0).is_nan());
        assert!(false_rollback_probability(0.1, 2.0, 1, 1, 0).is_nan());
        let large = false_rollback_probability(0.01, 0.0101, u32::MAX, u32::MAX, 0);
        assert!((0.0..=1.0).contains(&large));
    }
}
