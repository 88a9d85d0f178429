//! What windows of counts add to the evidence of a check.

use crate::check::{Better, Check, Test};
use crate::feed::Batch;
use crate::observation::{Counts, number};
use crate::spec::Stake;
use crate::state::{CheckState, Statistic};

/// From this rate on, and with so many requests of the old arm behind it, events are no longer rare.
const FREQUENT: f64 = 0.05;
/// What is more frequent than this is as good as certain, and rounding would make it so.
const CERTAIN: f64 = 1.0 - 1e-9;
const KNOWN: u64 = 1000;

/// How the evidence of a check stands, as logarithms of e-values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    /// For what must not be.
    pub(crate) against: f64,
    /// For what has to be, where that can be shown.
    pub(crate) proof: Option<f64>,
}

impl CheckState {
    /// Counts a window.
    pub(crate) fn count(&mut self, check: &Check, batch: &Batch) {
        match (&check.test, &mut self.statistic) {
            (Test::SampleRatio { share }, Statistic::Odds(odds)) => {
                // What one arm has not told yet is not nothing.
                let (Some(old), Some(new), Some(share)) = (batch.old, batch.new, batch.share.or(*share))
                else {
                    return;
                };
                odds.other(new.total, old.total.saturating_add(new.total), share);
                self.totals(batch.to, old, new);
            }
            (Test::Harm { .. } | Test::Margin { .. } | Test::Divergence { at_most: None }, _) => {
                self.pair(check, batch);
            }
            _ => {
                let Some(new) = batch.new else { return };
                self.totals(batch.to, batch.old.unwrap_or_default(), new);
            }
        }
    }

    fn totals(&mut self, to: i64, old: Counts, new: Counts) {
        self.old.add(old);
        self.new.add(new);
        self.to = self.to.max(Some(to));
    }

    /// Counts a window as soon as both arms have something in it: what one has alone waits for the other.
    fn pair(&mut self, check: &Check, batch: &Batch) {
        let turned = |counts: Option<Counts>| match check.test {
            Test::Harm { better: Better::Higher } | Test::Margin { better: Better::Higher, .. } => {
                counts.unwrap_or_default().others()
            }
            _ => counts.unwrap_or_default(),
        };
        let [mut old, mut new] = self.waiting;
        old.add(turned(batch.old));
        new.add(turned(batch.new));
        if old.total == 0 || new.total == 0 {
            self.waiting = [old, new];
            return;
        }
        self.waiting = Default::default();
        match (&check.test, &mut self.statistic) {
            (Test::Margin { at_most, .. }, Statistic::Excess(excess)) => excess.add(old, new, *at_most),
            (_, Statistic::Odds(odds)) => {
                let before = self.old;
                let rate = before.rate().unwrap_or_default();
                let taught = before.total >= KNOWN && before.total >= old.total / 2;
                let all =
                    Counts::new(old.events.saturating_add(new.events), old.total.saturating_add(new.total));
                if taught && (FREQUENT..CERTAIN).contains(&rate) {
                    let pair = |counts: Counts| (number(counts.events), number(counts.total));
                    odds.more_frequent(pair(old), pair(new), rate);
                } else {
                    // Where events are frequent, this bet gives away too much: half of the stake leaves such windows out.
                    // That may rest on the events of both arms together: given their number, too, the bet is not expected
                    // to win where the new arm is no worse. The other half stays in, for it alone sees a new arm that
                    // fails far more than anything before it.
                    let rare = all.rate().is_some_and(|rate| rate < FREQUENT);
                    let bet = if rare { odds } else { &mut self.sudden };
                    bet.more(new.events, all.events, number(new.total) / number(all.total));
                }
            }
            _ => {}
        }
        self.totals(batch.to, old, new);
    }

    /// How the evidence stands.
    pub(crate) fn evidence(&self, stake: &Stake) -> Evidence {
        match (&self.statistic, &stake.rate) {
            (Statistic::Odds(odds), _) => Evidence { against: odds.log_e_with(&self.sudden), proof: None },
            (Statistic::Excess(excess), _) => {
                Evidence { against: excess.log_beyond(), proof: Some(excess.log_within()) }
            }
            (Statistic::Totals, Some(rate)) => {
                Evidence { against: rate.log_above(self.new), proof: Some(rate.log_below(self.new)) }
            }
            (Statistic::Held(_) | Statistic::Totals, _) => Evidence { against: 0.0, proof: None },
        }
    }

    /// The number that is reported, and the one that it is compared with.
    pub(crate) fn measured(&self, check: &Check) -> (Option<f64>, Option<f64>) {
        let (old, new) = (self.old.rate(), self.new.rate());
        match check.test {
            Test::Margin { at_most, .. } => (old.zip(new).map(|(old, new)| new - old), Some(at_most)),
            Test::Share { at_most }
            | Test::SlowerThan { at_most, .. }
            | Test::Divergence { at_most: Some(at_most) } => (new, Some(at_most)),
            Test::SampleRatio { share } => {
                let all = self.old.total.saturating_add(self.new.total);
                (Counts::new(self.new.total, all).rate(), share)
            }
            Test::Harm { .. } | Test::Divergence { at_most: None } | Test::Threshold(_) => (new, old),
        }
    }

    /// How many samples there are in the arm that has fewer of those that count.
    pub(crate) fn fewest(&self, check: &Check) -> u64 {
        match check.test {
            Test::Harm { .. } | Test::Margin { .. } | Test::Divergence { at_most: None } => {
                self.old.total.min(self.new.total)
            }
            // The arm that gets nothing at all is what this test is for.
            Test::SampleRatio { .. } => self.old.total.saturating_add(self.new.total),
            _ => self.new.total,
        }
    }
}
