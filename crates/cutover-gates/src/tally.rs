//! What was measured of a metric, told window by window: for reports, which show what gates have judged.

use crate::Millis;
use crate::feed::{Batch, Feed};
use crate::observation::{Counts, Observation};
use crate::state::State;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// What was measured at one time, or in the window that ends then.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// When; the end of a window.
    pub at: Millis,
    /// The value, or the rate of the new arm.
    pub value: Option<f64>,
    /// What the old side has: its value, or the rate of the old arm.
    pub baseline: Option<f64>,
    /// Of how many requests of the new arm that is.
    pub samples: Option<u64>,
}

/// What was measured of a metric.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    /// What was counted in the old arm.
    pub old: Counts,
    /// What was counted in the new arm.
    pub new: Counts,
    /// How many requests each arm had in the windows whose planned share is `share`.
    pub planned: (u64, u64),
    /// The share that was planned last.
    pub share: Option<f64>,
    /// Where the first window begins, and the last one ends.
    pub span: Option<(Millis, Millis)>,
    /// What was measured, in the order of time.
    pub points: Vec<Point>,
    /// How many measurements were not taken: twice the same, too late, or ahead of the clock.
    pub refused: u64,
    /// The error of the source, where the last thing it told is one.
    pub error: Option<String>,
}

impl Tally {
    /// What `observations` say of a metric at `now`: counted as a gate counts, each window once.
    ///
    /// ```
    /// use cutover_gates::{Counts, Observation, Tally};
    /// let hour = |at| Observation::counted("errors", at, at + 10, Counts::new(1, 90), Counts::new(2, 10));
    /// let tally = Tally::of("errors", &[hour(10), hour(0), hour(10)], 100);
    /// assert_eq!((tally.new, tally.span, tally.refused), (Counts::new(4, 20), Some((0, 20)), 2));
    /// assert_eq!(tally.points[0].value, Some(0.2));
    /// ```
    #[must_use]
    pub fn of(metric: &str, observations: &[Observation], now: Millis) -> Self {
        let mut seen: Vec<&Observation> = observations.iter().filter(|seen| seen.metric == metric).collect();
        seen.sort_by_key(|seen| seen.to.or(seen.at));
        let (mut feed, mut batches) = (Feed::default(), Vec::new());
        let mut tally = Self::default();
        for seen in seen {
            let taken = feed.take(seen, now, &mut batches);
            if let Some(latest) = feed.latest.filter(|_| taken && seen.value.is_some()) {
                let (value, samples) = (Some(latest.value), latest.samples);
                tally.points.push(Point { at: latest.at, value, baseline: latest.baseline, samples });
            }
        }
        for batch in &batches {
            tally.count(batch);
        }
        tally.points.sort_by_key(|point| point.at);
        tally.refused = feed.refused;
        tally.error = feed.error;
        tally
    }

    fn count(&mut self, batch: &Batch) {
        let [old, new] = [batch.old, batch.new].map(Option::unwrap_or_default);
        self.old.add(old);
        self.new.add(new);
        let (from, to) = self.span.unwrap_or((batch.from, batch.to));
        self.span = Some((from.min(batch.from), to.max(batch.to)));
        if let (Some(share), Some(_), Some(_)) = (batch.share, batch.old, batch.new) {
            if self.share != Some(share) {
                (self.share, self.planned) = (Some(share), (0, 0));
            }
            self.planned.0 = self.planned.0.saturating_add(old.total);
            self.planned.1 = self.planned.1.saturating_add(new.total);
        }
        let samples = batch.new.map(|counts| counts.total);
        self.points.push(Point { at: batch.to, value: new.rate(), baseline: old.rate(), samples });
    }
}

impl State {
    /// What the check of that place has counted in the old and the new arm since the state began; none where it has not
    /// counted anything.
    ///
    /// ```
    /// use cutover_gates::{Better, Check, Counts, Gate, Observation, Test};
    /// let gate = Gate::new("errors", vec![Check::new("errors", Test::Harm { better: Better::Lower })])?;
    /// let mut state = gate.start();
    /// assert_eq!(state.counted(0), None);
    /// let seen = Observation::counted("errors", 0, 10, Counts::new(1, 90), Counts::new(2, 10));
    /// gate.evaluate(&mut state, &[seen], 10)?;
    /// assert_eq!(state.counted(0), Some((Counts::new(1, 90), Counts::new(2, 10))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn counted(&self, check: usize) -> Option<(Counts, Counts)> {
        let known = self.checks.get(check)?;
        known.to.filter(|_| known.old.total > 0 || known.new.total > 0).map(|_| (known.old, known.new))
    }
}
