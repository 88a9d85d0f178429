use super::ln;
use crate::observation::{Counts, number};
use serde::{Deserialize, Serialize};

/// Two e-processes about the difference of two rates, new less old, and a margin `d` above zero: one against "it is `d`
/// or more" and one against "it is `d` or less". They are the two ends of a confidence sequence, asked about `d` alone.
///
/// Each window is bet on with rates `a` and `b` that were guessed from the windows before it; `x` and `x + d` are the
/// rates of the hypothesis nearest to them, in the sense of Kullback and Leibler with the arms' sizes as weights. The
/// ratio of the two likelihoods is expected to be at most 1 under every rate of the hypothesis: the set is convex, so at
/// the nearest rates the sum over the arms of `size · (expected ratio of one request - 1)` is at most 0, and the
/// inequality of the means does the rest.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excess {
    /// The logarithm of the evidence against "it is the margin or more".
    within: f64,
    /// The logarithm of the evidence against "it is the margin or less".
    beyond: f64,
    /// What was counted before.
    old: Counts,
    new: Counts,
}

impl Excess {
    /// Takes a window of both arms. It only teaches, and is not bet on, where what was counted before is less than half
    /// as much: a guess from little that is staked on much can lose what cannot be won back.
    pub fn add(&mut self, old: Counts, new: Counts, margin: f64) {
        let taught = |before: Counts, now: Counts| before.total > 0 && before.total >= now.total / 2;
        if taught(self.old, old) && taught(self.new, new) && old.total > 0 && new.total > 0 {
            let (a, b) = (guess(self.old), guess(self.new));
            let together = guess(Counts::new(
                self.old.events.saturating_add(self.new.events),
                self.old.total.saturating_add(self.new.total),
            ));
            self.within += log_bet(old, new, together, together, margin);
            if b - a > margin {
                self.beyond += log_bet(old, new, a, b, margin);
            }
        }
        self.old.add(old);
        self.new.add(new);
    }

    /// The logarithm of the evidence that the new rate exceeds the old one by less than the margin.
    #[must_use]
    pub fn log_within(&self) -> f64 {
        self.within
    }

    /// The logarithm of the evidence that it exceeds it by more.
    #[must_use]
    pub fn log_beyond(&self) -> f64 {
        self.beyond
    }
}

/// A rate from counts, drawn a little towards one half so that it is never 0 or 1, not even rounded.
fn guess(counts: Counts) -> f64 {
    ((number(counts.events) + 0.5) / (number(counts.total) + 1.0)).clamp(1e-12, 1.0 - 1e-12)
}

fn log_bet(old: Counts, new: Counts, a: f64, b: f64, margin: f64) -> f64 {
    let (old_total, new_total) = (number(old.total), number(new.total));
    let Some(x) = nearest((old_total, a), (new_total, b), margin) else { return 0.0 };
    let (old_events, new_events) = (number(old.events), number(new.events));
    let y = x + margin;
    old_events * ln(a / x)
        + (old_total - old_events) * ln((1.0 - a) / (1.0 - x))
        + new_events * ln(b / y)
        + (new_total - new_events) * ln((1.0 - b) / (1.0 - y))
}

/// The `x` for which `x` and `x + margin` are nearest to `a` and `b`: where the derivative of the weighted divergence,
/// which only grows, is zero. None where rounding leaves nothing between the ends.
fn nearest((m, a): (f64, f64), (n, b): (f64, f64), margin: f64) -> Option<f64> {
    /// Halvings of the unit interval until nothing is left to halve; the method of Newton needs far fewer.
    const STEPS: usize = 60;
    let (mut low, mut high) = (0.0_f64, 1.0 - margin);
    let mut x = ((m * a + n * (b - margin)) / (m + n)).clamp(low, high);
    if x <= low || x >= high {
        x = f64::midpoint(low, high);
    }
    for _ in 0..STEPS {
        let y = x + margin;
        let (u, v) = (x * (1.0 - x), y * (1.0 - y));
        let slope = m * (x - a) / u + n * (y - b) / v;
        if slope > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let curve =
            m * (u - (x - a) * (1.0 - 2.0 * x)) / (u * u) + n * (v - (y - b) * (1.0 - 2.0 * y)) / (v * v);
        let step = x - slope / curve;
        let next = if step > low && step < high { step } else { f64::midpoint(low, high) };
        let moved = (next - x).abs();
        x = next;
        // The error is squared with each step: the next one would move by less than a float can say.
        if moved <= 1e-8 * x {
            break;
        }
    }
    (x > 0.0 && x + margin < 1.0).then_some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rates_are_nearest() {
        let far = |(m, a): (f64, f64), (n, b): (f64, f64), x: f64, d: f64| {
            let kl = |p: f64, q: f64| p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln();
            m * kl(a, x) + n * kl(b, x + d)
        };
        for (old, new, d) in [
            ((100.0, 0.01), (100.0, 0.01), 0.005),
            ((1900.0, 0.0002), (100.0, 0.0002), 0.001),
            ((10.0, 0.9), (1e9, 0.95), 0.2),
            ((1.0, 0.3), (1.0, 0.6), 0.01),
        ] {
            let x = nearest(old, new, d).unwrap();
            let here = far(old, new, x, d);
            for other in [x * 0.999, x * 1.001] {
                assert!(other + d >= 1.0 || far(old, new, other, d) >= here, "{old:?} {new:?} {d} {x}");
            }
        }
    }

    #[test]
    fn a_bet_is_not_expected_to_win_where_the_hypothesis_is_true() {
        // One request in each arm is all that the argument is about.
        let mean = |p: f64, q: f64, a: f64, b: f64, d: f64| {
            let each = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(old, new)| {
                let chance = |events, rate: f64| if events == 1 { rate } else { 1.0 - rate };
                let log = log_bet(Counts::new(old, 1), Counts::new(new, 1), a, b, d);
                chance(old, p) * chance(new, q) * log.exp()
            });
            each.iter().sum::<f64>()
        };
        for d in [0.001, 0.05, 0.3] {
            for p in [0.001, 0.1, 0.5, 0.69] {
                for guess in [0.001, 0.02, 0.4] {
                    assert!(mean(p, p + d, guess, guess, d) <= 1.0 + 1e-9);
                    assert!(mean(p, (p + 2.0 * d).min(1.0), guess, guess, d) <= 1.0 + 1e-9);
                    assert!(mean(p, p + d, guess, guess + 1.5 * d, d) <= 1.0 + 1e-9);
                    assert!(mean(p, p, guess, guess + 1.5 * d, d) <= 1.0 + 1e-9);
                }
            }
        }
    }
}
