//! What triggers watch: a metric, and a threshold that it must not be at.

use alloc::string::String;
use cutover_gates::{Counts, Held, Observation, Reading, Threshold};
use serde::{Deserialize, Serialize};

/// The requests that a rate is made of where counters are watched and nobody says how many: of fewer it says nothing.
pub const USUAL_SAMPLES: u64 = 50;

/// What a trigger watches: it fires while the threshold holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    /// The metric.
    pub metric: String,
    /// What must not be.
    pub threshold: Threshold,
    /// Of a metric that is told by cumulative counters, how many requests of the new arm a rate is made of.
    pub min_samples: u64,
}

/// What has been gathered of counters since the last rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gathered {
    /// What they stood at last, the old arm and the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<[Counts; 2]>,
    /// What they have gained since.
    window: [Counts; 2],
}

impl Watched {
    /// Whether it holds after these measurements; none where that cannot be told. How long it has to hold is the plan's.
    pub(crate) fn step(
        &self,
        held: &mut Held,
        gathered: &mut Gathered,
        observations: &[Observation],
    ) -> Option<bool> {
        let mut holds = None;
        for seen in observations.iter().filter(|seen| seen.metric == self.metric) {
            let Some(reading) = reading(seen).or_else(|| gathered.take(seen, self.min_samples)) else {
                continue;
            };
            let (next, told) = self.threshold.step(*held, reading);
            *held = next;
            holds = told.holds.or(holds);
        }
        holds
    }
}

/// A value, or the rate of the new arm in a window beside that of the old one.
fn reading(seen: &Observation) -> Option<Reading> {
    match (seen.value, seen.at, seen.to) {
        (Some(value), Some(at), _) => {
            Some(Reading { at, value: value.0, baseline: seen.baseline.map(|baseline| baseline.0) })
        }
        (None, _, Some(at)) => {
            Some(Reading { at, value: seen.new?.rate()?, baseline: seen.old.and_then(|old| old.rate()) })
        }
        _ => None,
    }
}

impl Gathered {
    /// The rates of what counters have gained, once that is enough requests of the new arm. The first counts are a
    /// beginning and say nothing; counters that fall began anew, and count as a whole.
    fn take(&mut self, seen: &Observation, min_samples: u64) -> Option<Reading> {
        let at = seen.at.filter(|_| seen.value.is_none() && seen.error.is_none())?;
        let now = [seen.old.unwrap_or_default(), seen.new?];
        let before = self.last.replace(now)?;
        for (window, (before, now)) in self.window.iter_mut().zip(before.into_iter().zip(now)) {
            window.add(now.since(before).0);
        }
        let [old, new] = self.window;
        let value = new.rate().filter(|_| new.total >= min_samples)?;
        self.window = Default::default();
        Some(Reading { at, value, baseline: old.rate() })
    }
}

#[cfg(test)]
mod tests {
    use super::{Gathered, Watched};
    use alloc::vec::Vec;
    use cutover_gates::{Bound, Counts, Held, Level, Observation, Threshold};

    fn holds(counts: &[(u64, u64)]) -> Vec<Option<bool>> {
        let above = Threshold::new(Bound::Above(Level::Absolute(0.05)));
        let watched = Watched { metric: "errors".into(), threshold: above, min_samples: 20 };
        let (mut held, mut gathered) = (Held::default(), Gathered::default());
        let told = (0..).zip(counts).map(|(at, (events, total))| {
            let seen = Observation::counters("errors", at, Counts::default(), Counts::new(*events, *total));
            watched.step(&mut held, &mut gathered, &[seen])
        });
        told.collect()
    }

    #[test]
    fn counters_are_a_rate_once_they_have_gained_enough() {
        // A beginning, however bad; then too few, then enough of them, all together.
        assert_eq!(holds(&[(90, 100), (92, 110), (92, 120)]), [None, None, Some(true)]);
        assert_eq!(holds(&[(0, 0), (1, 100)]), [None, Some(false)]);
        // What was counted for one rate is not counted for the next.
        assert_eq!(holds(&[(0, 0), (10, 20), (10, 40)]), [None, Some(true), Some(false)]);
        // Counters that began anew count as a whole.
        assert_eq!(holds(&[(500, 1_000), (2, 20)]), [None, Some(true)]);
        // The same counts again are no measurement.
        assert_eq!(holds(&[(0, 0), (0, 0), (0, 0)]), [None, None, None]);
    }
}
