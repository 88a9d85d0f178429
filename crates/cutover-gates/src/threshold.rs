//! Plain thresholds, and how long they have held.

use crate::Millis;
use alloc::format;
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A number to compare with: itself, or so many times a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The number.
    Absolute(f64),
    /// So many times what the old side has: 1.2 is "20 % more than before".
    OfBaseline(f64),
}

impl Level {
    /// The number that a value is compared with; none where it takes a baseline and there is none, or where the
    /// product is no number.
    #[must_use]
    pub fn of(self, baseline: Option<f64>) -> Option<f64> {
        let number = match self {
            Self::Absolute(number) => number,
            Self::OfBaseline(times) => times * baseline?,
        };
        number.is_finite().then_some(number)
    }

    const fn factor(self) -> f64 {
        match self {
            Self::Absolute(number) | Self::OfBaseline(number) => number,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absolute(number) => write!(f, "{number}"),
            Self::OfBaseline(times) => write!(f, "{times} × the baseline"),
        }
    }
}

/// Where a value has to be. The words are those of a ruleset's conditions; `between` takes both ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Above it.
    Above(Level),
    /// It, or above it.
    AtLeast(Level),
    /// Below it.
    Below(Level),
    /// It, or below it.
    AtMost(Level),
    /// From the one to the other, both included.
    Between(Level, Level),
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Above(level) => write!(f, "above {level}"),
            Self::AtLeast(level) => write!(f, "at least {level}"),
            Self::Below(level) => write!(f, "below {level}"),
            Self::AtMost(level) => write!(f, "at most {level}"),
            Self::Between(low, high) => write!(f, "between {low} and {high}"),
        }
    }
}

impl Bound {
    /// Whether `value` is where it has to be; none where one of the numbers is none.
    ///
    /// ```
    /// use cutover_gates::{Bound, Level};
    /// let at_most = Bound::AtMost(Level::OfBaseline(1.2)); // 20 % slower than before
    /// assert_eq!(at_most.holds(119.0, Some(100.0)), Some(true));
    /// assert_eq!(at_most.holds(121.0, Some(100.0)), Some(false));
    /// assert_eq!(at_most.holds(121.0, None), None); // there is nothing to compare with
    /// assert_eq!(at_most.holds(f64::NAN, Some(100.0)), None); // and this is no number
    /// ```
    #[must_use]
    pub fn holds(&self, value: f64, baseline: Option<f64>) -> Option<bool> {
        if !value.is_finite() {
            return None;
        }
        Some(match self {
            Self::Above(level) => value > level.of(baseline)?,
            Self::AtLeast(level) => value >= level.of(baseline)?,
            Self::Below(level) => value < level.of(baseline)?,
            Self::AtMost(level) => value <= level.of(baseline)?,
            Self::Between(low, high) => (low.of(baseline)?..=high.of(baseline)?).contains(&value),
        })
    }

    /// Whether a baseline is needed.
    #[must_use]
    pub fn needs_baseline(&self) -> bool {
        self.levels().iter().any(|level| matches!(level, Level::OfBaseline(_)))
    }

    /// The lower and the upper level; the same one twice where there is one.
    #[must_use]
    pub const fn levels(&self) -> [Level; 2] {
        match self {
            Self::Above(level) | Self::AtLeast(level) | Self::Below(level) | Self::AtMost(level) => {
                [*level, *level]
            }
            Self::Between(low, high) => [*low, *high],
        }
    }
}

/// A bound, and how long it must have held before it counts.
///
/// A gate asks for what has to be (`error_rate: below 0.01`), a trigger for what must not (`above 0.01, for: 1m`); both
/// are this type. [`Threshold::step`] takes one reading after the other.
///
/// ```
/// use cutover_gates::{Bound, Held, Level, Reading, Threshold};
/// let trigger = Threshold::new(Bound::Above(Level::Absolute(0.01))).holding_for(60_000);
/// let (held, told) = trigger.step(Held::default(), Reading { at: 0, value: 0.02, baseline: None });
/// assert_eq!((told.holds, told.long_enough), (Some(true), false));
/// let (held, told) = trigger.step(held, Reading { at: 60_000, value: 0.03, baseline: None });
/// assert_eq!((told.holds, told.long_enough), (Some(true), true));
/// let (_, told) = trigger.step(held, Reading { at: 61_000, value: 0.001, baseline: None });
/// assert_eq!((told.holds, told.long_enough), (Some(false), false)); // and from here on it holds not
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Where the value has to be.
    pub bound: Bound,
    /// For how many milliseconds, from reading to reading, before it counts; 0 for at once.
    #[serde(default)]
    pub hold: Millis,
    /// A baseline that was measured before, in place of the one that comes with the reading.
    #[serde(default)]
    pub baseline: Option<f64>,
    /// The longest time between two readings that is no interruption, in milliseconds.
    #[serde(default = "a_gap")]
    pub gap: Millis,
}

/// Ten minutes: as long as a measurement is fresh unless it is said otherwise.
pub(crate) const FRESHNESS: Millis = 10 * 60 * 1000;

const fn a_gap() -> Millis {
    FRESHNESS
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// When.
    pub at: Millis,
    /// The value.
    pub value: f64,
    /// What the old side has at that time.
    pub baseline: Option<f64>,
}

/// Since when a bound has held, or has not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Whether it holds; none before the first reading, and after one that says nothing.
    pub holds: Option<bool>,
    /// The first reading that said so without interruption.
    pub since: Millis,
    /// The last one.
    pub at: Millis,
}

/// What a reading comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Whether the bound holds; none where that cannot be told.
    pub holds: Option<bool>,
    /// Whether it has been so for as long as it must.
    pub long_enough: bool,
    /// For how many milliseconds it has been so.
    pub lasted: Millis,
}

impl Threshold {
    /// A threshold that counts at once.
    #[must_use]
    pub const fn new(bound: Bound) -> Self {
        Self { bound, hold: 0, baseline: None, gap: FRESHNESS }
    }

    /// The same, but it has to hold for so many milliseconds.
    #[must_use]
    pub const fn holding_for(mut self, hold: Millis) -> Self {
        self.hold = hold;
        self
    }

    /// The same, with a baseline that was measured before.
    #[must_use]
    pub const fn with_baseline(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self
    }

    /// Takes the next reading. Time passes from reading to reading, so that a source that hangs does not make a bound
    /// hold; one that is not later than the last is passed over. A reading that is no number, and a silence of more than
    /// [`Threshold::gap`], begin the time anew.
    #[must_use]
    pub fn step(&self, held: Held, reading: Reading) -> (Held, Told) {
        if held.holds.is_some() && reading.at <= held.at {
            return (held, self.told(held));
        }
        let holds = self.bound.holds(reading.value, self.baseline.or(reading.baseline));
        let goes_on = holds == held.holds && reading.at.saturating_sub(held.at) <= self.gap;
        let since = if goes_on && holds.is_some() { held.since } else { reading.at };
        let held = Held { holds, since, at: reading.at };
        (held, self.told(held))
    }

    /// What is known without another reading.
    #[must_use]
    pub fn told(&self, held: Held) -> Told {
        let lasted = held.at.saturating_sub(held.since);
        Told { holds: held.holds, long_enough: held.holds.is_some() && lasted >= self.hold, lasted }
    }

    /// What makes no sense about it, in a sentence.
    ///
    /// # Errors
    /// A number that is none, an upper level below a lower one, a time below zero, a share of a baseline that is not
    /// above zero.
    pub fn check(&self) -> Result<(), String> {
        let [low, high] = self.bound.levels();
        if ![low, high].iter().all(|level| level.factor().is_finite()) {
            return Err("a threshold is a number".into());
        }
        if [low, high].iter().any(|level| matches!(level, Level::OfBaseline(times) if *times <= 0.0)) {
            return Err("a share of the baseline is above zero".into());
        }
        let same_kind = core::mem::discriminant(&low) == core::mem::discriminant(&high);
        if same_kind && low.factor() > high.factor() {
            return Err(format!("nothing is between {low} and {high}: the lower one comes first"));
        }
        if self.hold < 0 || self.gap <= 0 {
            return Err("a duration is above zero".into());
        }
        match self.baseline {
            Some(baseline) if !baseline.is_finite() => Err("a baseline is a number".into()),
            Some(_) if !self.bound.needs_baseline() => {
                Err("a baseline is given, and the threshold is no share of it".into())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn told(hold: Millis, readings: &[(Millis, f64)]) -> Vec<(Option<bool>, bool)> {
        let threshold = Threshold::new(Bound::Above(Level::Absolute(1.0))).holding_for(hold);
        let mut held = Held::default();
        readings
            .iter()
            .map(|(at, value)| {
                let (next, told) = threshold.step(held, Reading { at: *at, value: *value, baseline: None });
                held = next;
                (told.holds, told.long_enough)
            })
            .collect()
    }

    #[test]
    fn it_has_to_hold_without_a_break() {
        let (no, waits, yes) = ((Some(false), true), (Some(true), false), (Some(true), true));
        assert_eq!(told(0, &[(5, 2.0), (6, 1.0)]), [yes, no]);
        assert_eq!(told(10, &[(0, 2.0), (9, 2.0), (10, 2.0), (11, 2.0)]), [waits, waits, yes, yes]);
        let broken = told(10, &[(0, 2.0), (5, 0.5), (6, 2.0), (12, 2.0), (16, 2.0)]);
        assert_eq!(broken, [waits, (Some(false), false), waits, waits, yes]);
        assert_eq!(told(10, &[(0, 2.0), (5, f64::NAN), (10, 2.0)]), [waits, (None, false), waits]);
    }

    #[test]
    fn a_silence_a_repetition_and_a_clock_that_goes_back_prove_nothing() {
        let (waits, yes) = ((Some(true), false), (Some(true), true));
        assert_eq!(told(10, &[(0, 2.0), (FRESHNESS + 1, 2.0)]), [waits, waits]);
        assert_eq!(told(10, &[(0, 2.0), (0, 2.0), (-50, 0.0), (10, 2.0)]), [waits, waits, waits, yes]);
        assert_eq!(told(10, &[(Millis::MIN, 2.0), (Millis::MAX, 2.0)]), [waits, waits]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let level = Level::Absolute;
        for (threshold, says) in [
            (Threshold::new(Bound::Above(level(f64::NAN))), "number"),
            (Threshold::new(Bound::Between(level(2.0), level(1.0))), "lower one"),
            (Threshold::new(Bound::Below(level(1.0))).holding_for(-1), "duration"),
            (Threshold::new(Bound::Below(Level::OfBaseline(0.0))), "above zero"),
            (Threshold::new(Bound::Below(level(1.0))).with_baseline(3.0), "no share"),
        ] {
            assert!(threshold.check().unwrap_err().contains(says), "{threshold:?}");
        }
        assert_eq!(Threshold::new(Bound::Between(level(1.0), Level::OfBaseline(0.5))).check(), Ok(()));
    }
}
