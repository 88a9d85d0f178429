use super::{ln, log_mean};
use crate::observation::number;
use serde::{Deserialize, Serialize};

/// How many alternatives are bet on at a time.
const BETS: usize = 8;

/// The odds ratios that are bet on where more is worse.
const MORE: [f64; BETS] = [1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 25.0];
/// The odds ratios that are bet on where a share must not be off in either direction.
const EITHER: [f64; BETS] = [0.5, 0.8, 0.9, 0.97, 1.03, 1.1, 1.25, 2.0];

/// The logarithms of [`MORE`] and of [`EITHER`].
const LN_MORE: [f64; BETS] = [
    0.09531017980432493,
    0.22314355131420976,
    0.4054651081081644,
    core::f64::consts::LN_2,
    1.0986122886681096,
    1.6094379124341003,
    core::f64::consts::LN_10,
    3.2188758248682006,
];
const LN_EITHER: [f64; BETS] = [
    -core::f64::consts::LN_2,
    -0.2231435513142097,
    -0.10536051565782628,
    -0.030459207484708574,
    0.02955880224154443,
    0.09531017980432493,
    0.22314355131420976,
    core::f64::consts::LN_2,
];

/// An e-process for shares of a whole: of `of` things, `hits` are of the new arm, where it should have `share` of them.
///
/// Two uses of it are exact. Of all *requests*, the new arm should have the share that the plan gives it: each bet is the
/// likelihood ratio of a binomial with other odds. Of all *events*, such as errors, an arm that is no worse has no more
/// than its share of the requests. With odds `w` and `c = 1 + share·(w - 1)` the bet is `w^hits / c^of`; for arms of `m`
/// and `n` requests with rates `p` and at most `p`, its expectation is at most
/// `(1 + p(1/c - 1))^m · (1 + p(w/c - 1))^n`, which is at most `(1 + p(share·w/c + (1 - share)/c - 1))^(m + n) = 1`
/// by the inequality of the means. Nothing has to be known of `p`, and it may be another one in every window.
///
/// ```
/// use cutover_gates::evidence::Odds;
/// let mut worse = Odds::default();
/// worse.more(1, 2, 0.5); // one error in each arm
/// assert!(worse.e_value() < 1.1);
/// worse.more(15, 16, 0.5); // and then nearly all of them in the new one
/// assert!(worse.e_value() > 100.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Odds {
    /// The logarithm of what each bet has come to.
    bets: [f64; BETS],
}

impl Odds {
    /// Takes `hits` of `of` things, of which it should be no more than `share`.
    pub fn more(&mut self, hits: u64, of: u64, share: f64) {
        self.bet(&MORE, &LN_MORE, hits, of, share);
    }

    /// Takes `hits` of `of` things, of which it should be `share`: neither more nor less.
    pub fn other(&mut self, hits: u64, of: u64, share: f64) {
        self.bet(&EITHER, &LN_EITHER, hits, of, share);
    }

    fn bet(&mut self, odds: &[f64; BETS], logs: &[f64; BETS], hits: u64, of: u64, share: f64) {
        if of == 0 || !(0.0..=1.0).contains(&share) {
            return;
        }
        let (hits, of) = (number(hits.min(of)), number(of));
        for ((log, odds), log_odds) in self.bets.iter_mut().zip(odds).zip(logs) {
            *log += hits * log_odds - of * libm::log1p(share * (odds - 1.0));
        }
    }

    /// Takes a window where events are so frequent that the limit of rare events gives evidence away: errors and all
    /// requests of both arms, and what the rate of the old one was before this window. Each bet is on that rate in the
    /// old arm and on odds in the new one, against the rate of both together.
    pub(crate) fn more_frequent(&mut self, old: (f64, f64), new: (f64, f64), rate: f64) {
        let ((old_events, old_total), (new_events, new_total)) = (old, new);
        let share = new_total / (old_total + new_total);
        let (others, events) = (old_total - old_events + new_total - new_events, old_events + new_events);
        for (log, odds) in self.bets.iter_mut().zip(&MORE) {
            let scale = 1.0 + rate * (odds - 1.0);
            let both = rate * (1.0 - share + share * odds / scale);
            // The old arm bets on `rate`, the new one on `odds · rate / scale`.
            *log += events * ln(rate / both)
                + new_events * ln(odds / scale)
                + others * ln((1.0 - rate) / (1.0 - both))
                - (new_total - new_events) * ln(scale);
        }
    }

    /// The logarithm of the e-value.
    #[must_use]
    pub fn log_e(&self) -> f64 {
        log_mean(&self.bets)
    }

    /// Whether nothing was bet yet.
    pub(crate) fn is_new(&self) -> bool {
        *self == Self::default()
    }

    /// The logarithm of the e-value of two halves of a stake: one on these bets, one on them and on `more` bets.
    pub(crate) fn log_e_with(&self, more: &Self) -> f64 {
        if more.is_new() {
            return self.log_e();
        }
        let mut both = *self;
        for (log, more) in both.bets.iter_mut().zip(&more.bets) {
            *log += more;
        }
        log_mean(&[self.log_e(), both.log_e()])
    }

    /// The e-value, at most 10^12.
    #[must_use]
    pub fn e_value(&self) -> f64 {
        super::e_value(self.log_e())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// The probability of each number of events among `total`.
    fn binomial(total: u64, rate: f64) -> Vec<f64> {
        let mut each = std::vec![0.0; usize::try_from(total).unwrap() + 1];
        each[0] = 1.0;
        for _ in 0..total {
            for at in (0..each.len()).rev() {
                let below = if at == 0 { 0.0 } else { each[at - 1] };
                each[at] = each[at] * (1.0 - rate) + below * rate;
            }
        }
        each
    }

    fn expected(total: (u64, u64), rates: (f64, f64), e: impl Fn(u64, u64) -> f64) -> f64 {
        let (old, new) = (binomial(total.0, rates.0), binomial(total.1, rates.1));
        let each = (0..).zip(&old).flat_map(|(a, p)| (0..).zip(&new).map(move |(b, q)| (a, b, p * q)));
        each.map(|(a, b, p)| p * e(a, b)).sum()
    }

    #[test]
    fn it_is_not_expected_to_grow_where_the_new_arm_is_no_worse() {
        for total in [(5, 5), (19, 1), (3, 40), (1, 1)] {
            let share = number(total.1) / number(total.0 + total.1);
            for (old, new) in [(0.01, 0.01), (0.5, 0.5), (0.99, 0.99), (0.3, 0.1), (1.0, 1.0)] {
                let rare = expected(total, (old, new), |a, b| {
                    let mut odds = Odds::default();
                    odds.more(b, a + b, share);
                    odds.e_value()
                });
                assert!(rare <= 1.0 + 1e-9, "{total:?} {old} {new}: {rare}");
                for guess in [0.01, 0.3, 0.8] {
                    let frequent = expected(total, (old, new), |a, b| {
                        let mut odds = Odds::default();
                        odds.more_frequent((number(a), number(total.0)), (number(b), number(total.1)), guess);
                        odds.e_value()
                    });
                    assert!(frequent <= 1.0 + 1e-9, "{total:?} {old} {new} {guess}: {frequent}");
                }
            }
        }
    }

    #[test]
    fn the_logarithms_are_those_of_the_odds() {
        assert_eq!(MORE.map(ln).map(f64::to_bits), LN_MORE.map(f64::to_bits));
        assert_eq!(EITHER.map(ln).map(f64::to_bits), LN_EITHER.map(f64::to_bits));
    }

    #[test]
    fn a_share_that_is_kept_is_a_fair_game() {
        for share in [0.05, 0.5, 0.9] {
            let each = binomial(60, share);
            let mean: f64 = (0..)
                .zip(&each)
                .map(|(hits, p)| {
                    let mut odds = Odds::default();
                    odds.other(hits, 60, share);
                    p * odds.log_e().exp()
                })
                .sum();
            assert!((mean - 1.0).abs() < 1e-9, "{share}: {mean}");
        }
    }
}
