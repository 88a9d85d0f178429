//! What is known of one metric: which windows have been counted, what its counters stood at, what it said last.

use crate::Millis;
use crate::observation::{Counts, Observation, Seen};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// How far a source's clock may be ahead, in milliseconds. What is further ahead would keep every window before it out.
const AHEAD: Millis = 60_000;

/// How many windows that do not touch are remembered of an arm; when there are more, the oldest gap is closed.
const MOST_SPANS: usize = 16;

/// What was counted in both arms in one window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Batch {
    pub(crate) from: Millis,
    pub(crate) to: Millis,
    pub(crate) old: Option<Counts>,
    pub(crate) new: Option<Counts>,
    pub(crate) share: Option<f64>,
}

/// The last value of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Latest {
    pub(crate) at: Millis,
    pub(crate) value: f64,
    pub(crate) baseline: Option<f64>,
    pub(crate) samples: Option<u64>,
}

/// What was counted of one arm.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Counted {
    /// The windows that were counted, in order, apart from each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    spans: Vec<(Millis, Millis)>,
    /// When its counter was read, and what it stood at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read: Option<(Millis, Counts)>,
}

/// What is known of one metric.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Feed {
    #[serde(default)]
    old: Counted,
    #[serde(default)]
    new: Counted,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) latest: Option<Latest>,
    /// Errors since the last measurement.
    #[serde(default)]
    pub(crate) errors: u32,
    /// When the last of them was.
    #[serde(default)]
    error_at: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// Measurements that were not counted: twice the same, too late, or ahead of the clock.
    #[serde(default)]
    pub(crate) refused: u64,
    /// How often a counter began anew.
    #[serde(default)]
    pub(crate) resets: u64,
}

impl Feed {
    /// Takes an observation. What it adds to the counts goes to `batches`; true where there is a new value.
    pub(crate) fn take(&mut self, seen: &Observation, now: Millis, batches: &mut Vec<Batch>) -> bool {
        match seen.seen() {
            Err(why) => {
                self.failed(now, why);
                false
            }
            Ok(Seen::Error { at, why }) => {
                self.failed(at.min(now), why);
                false
            }
            Ok(Seen::Value { at, value, baseline, samples }) => {
                self.value(at, now, value, baseline.filter(|number| number.is_finite()), samples)
            }
            Ok(Seen::Interval { from, to, arms, share }) => {
                let arms = self.interval(from, to, now, arms);
                self.counted(from, to, arms, share, batches)
            }
            Ok(Seen::Counters { at, arms, share }) => {
                let (from, arms) = self.counters(at, now, arms);
                self.counted(from, at, arms, share, batches)
            }
        }
    }

    fn failed(&mut self, at: Millis, why: &str) {
        self.errors = self.errors.saturating_add(1);
        self.error_at = at;
        self.error = Some(why.to_string());
    }

    fn succeeded(&mut self, at: Millis) {
        if self.errors > 0 && at >= self.error_at {
            self.errors = 0;
            self.error = None;
        }
    }

    fn value(
        &mut self,
        at: Millis,
        now: Millis,
        value: f64,
        baseline: Option<f64>,
        samples: Option<u64>,
    ) -> bool {
        if at > now.saturating_add(AHEAD) || self.latest.is_some_and(|latest| at <= latest.at) {
            self.refused = self.refused.saturating_add(1);
            return false;
        }
        if !value.is_finite() {
            self.failed(at, "it is no number");
            return false;
        }
        self.latest = Some(Latest { at, value, baseline, samples });
        self.succeeded(at);
        true
    }

    /// The arms of a window that have not been counted yet.
    fn interval(
        &mut self,
        from: Millis,
        to: Millis,
        now: Millis,
        arms: [Option<Counts>; 2],
    ) -> [Option<Counts>; 2] {
        let [old, new] = arms;
        let ahead = to > now.saturating_add(AHEAD);
        let mut take = |counted: &mut Counted, counts: Option<Counts>| {
            let counts = counts?;
            if ahead || !counted.cover(from, to) {
                self.refused = self.refused.saturating_add(1);
                return None;
            }
            Some(counts)
        };
        [take(&mut self.old, old), take(&mut self.new, new)]
    }

    /// What the counters have gained, and since when. A first reading gains nothing: since when it counts is not known.
    fn counters(
        &mut self,
        at: Millis,
        now: Millis,
        arms: [Option<Counts>; 2],
    ) -> (Millis, [Option<Counts>; 2]) {
        let [old, new] = arms;
        let mut since = at;
        let mut take = |counted: &mut Counted, counts: Option<Counts>| {
            let counts = counts?;
            let before = counted.read;
            if at > now.saturating_add(AHEAD) || before.is_some_and(|(read, _)| at <= read) {
                self.refused = self.refused.saturating_add(1);
                return None;
            }
            counted.read = Some((at, counts));
            let (read, before) = before?;
            let (gained, anew) = counts.since(before);
            self.resets = self.resets.saturating_add(u64::from(anew));
            if !counted.cover(read, at) {
                self.refused = self.refused.saturating_add(1);
                return None;
            }
            since = since.min(read);
            Some(gained)
        };
        let arms = [take(&mut self.old, old), take(&mut self.new, new)];
        (since, arms)
    }

    /// Puts what was counted where tests find it, and makes the rate of it the value.
    fn counted(
        &mut self,
        from: Millis,
        to: Millis,
        arms: [Option<Counts>; 2],
        share: Option<f64>,
        batches: &mut Vec<Batch>,
    ) -> bool {
        let [old, new] = arms;
        if old.is_none() && new.is_none() {
            return false;
        }
        self.succeeded(to);
        let known = batches.iter_mut().find(|batch| (batch.from, batch.to) == (from, to));
        let (old, new) = match known {
            Some(batch) => {
                batch.old = batch.old.or(old);
                batch.new = batch.new.or(new);
                batch.share = batch.share.or(share);
                (batch.old, batch.new)
            }
            None => {
                batches.push(Batch { from, to, old, new, share });
                (old, new)
            }
        };
        let Some((value, samples)) = new.and_then(|counts| Some((counts.rate()?, counts.total))) else {
            return false;
        };
        let baseline = old.and_then(|counts| counts.rate());
        let last = self.latest.map_or((Millis::MIN, true), |latest| (latest.at, latest.baseline.is_some()));
        // The old arm may come after the new one of the same window.
        let counts = to > last.0 || (to == last.0 && !last.1 && baseline.is_some());
        if counts {
            self.latest = Some(Latest { at: to, value, baseline, samples: Some(samples) });
        }
        counts
    }

    /// The end of the last window that was counted.
    pub(crate) fn counted_to(&self) -> Option<Millis> {
        let end = |counted: &Counted| counted.spans.last().map(|(_, to)| *to);
        end(&self.old).max(end(&self.new))
    }

    /// Whether anything was measured or went wrong yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.latest.is_none()
            && self.errors == 0
            && self.refused == 0
            && [&self.old, &self.new].iter().all(|counted| counted.spans.is_empty() && counted.read.is_none())
    }

    /// Whether counters were read, which tells nothing before they are read again.
    pub(crate) fn has_first_reading(&self) -> bool {
        self.old.read.is_some() || self.new.read.is_some()
    }
}

impl Counted {
    /// Notes a window, unless a part of it has been counted already.
    fn cover(&mut self, from: Millis, to: Millis) -> bool {
        if self.spans.iter().any(|(begin, end)| from < *end && *begin < to) {
            return false;
        }
        let at = self.spans.partition_point(|(begin, _)| *begin < from);
        self.spans.insert(at, (from, to));
        self.spans.dedup_by(|next, kept| {
            let touch = kept.1 == next.0;
            if touch {
                kept.1 = next.1;
            }
            touch
        });
        if self.spans.len() > MOST_SPANS {
            let (begin, _) = self.spans.remove(0);
            if let Some(oldest) = self.spans.first_mut() {
                oldest.0 = begin;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    fn taken(feed: &mut Feed, observations: &[Observation], now: Millis) -> Vec<(u64, u64)> {
        let mut batches = vec![];
        for seen in observations {
            feed.take(seen, now, &mut batches);
        }
        let total = |counts: Option<Counts>| counts.unwrap_or_default().total;
        batches.iter().map(|batch| (total(batch.old), total(batch.new))).collect()
    }

    fn window(from: Millis, to: Millis) -> Observation {
        Observation::counted("m", from, to, Counts::new(0, 10), Counts::new(0, 5))
    }

    #[test]
    fn a_window_counts_once_in_any_order() {
        let mut feed = Feed::default();
        assert_eq!(taken(&mut feed, &[window(10, 20), window(0, 10)], 100), [(10, 5), (10, 5)]);
        assert_eq!(taken(&mut feed, &[window(0, 10), window(5, 12), window(20, 30)], 100), [(10, 5)]);
        assert_eq!((feed.refused, feed.old.spans.as_slice()), (4, &[(0, 30)][..]));
        assert_eq!(taken(&mut feed, &[window(0, 10_000_000)], 100), []); // ahead of the clock
    }

    #[test]
    fn the_arms_of_a_window_may_come_apart() {
        let mut feed = Feed::default();
        let (mut old, mut new) = (window(0, 10), window(0, 10));
        (old.new, new.old) = (None, None);
        assert_eq!(taken(&mut feed, &[old, new], 100), [(10, 5)]);
        assert_eq!(feed.latest.unwrap().baseline, Some(0.0));
    }

    #[test]
    fn counters_count_what_they_gain() {
        let mut feed = Feed::default();
        let read = |at, total| Observation::counters("m", at, Counts::new(1, total), Counts::new(1, total));
        assert_eq!(taken(&mut feed, &[read(0, 100)], 50), []);
        assert!(feed.has_first_reading() && feed.latest.is_none());
        assert_eq!(taken(&mut feed, &[read(10, 130), read(10, 130), read(5, 110)], 50), [(30, 30)]);
        assert_eq!(taken(&mut feed, &[read(20, 7)], 50), [(7, 7)]); // it began anew
        assert_eq!((feed.refused, feed.resets), (4, 2));
    }

    #[test]
    fn only_so_many_gaps_are_remembered() {
        let mut feed = Feed::default();
        for index in 0..100 {
            taken(&mut feed, &[window(index * 20, index * 20 + 10)], 10_000);
        }
        assert_eq!(feed.old.spans.len(), MOST_SPANS);
        assert_eq!(taken(&mut feed, &[window(10, 20)], 10_000), []); // that gap is closed
        assert_eq!(taken(&mut feed, &[window(1970, 1980)], 10_000), [(10, 5)]); // this one is not
    }
}
