//! What was measured, as hosts tell it.

use crate::Millis;
use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::fmt;
use serde::de::{Deserializer, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// How many events among how many requests: errors, fallbacks, slow answers, mismatches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// The requests that the metric counts.
    #[serde(default)]
    pub events: u64,
    /// All requests.
    pub total: u64,
}

/// More than this is no count: above it, numbers of some languages are no whole numbers any more.
pub(crate) const MOST: u64 = 1 << 53;

impl Counts {
    /// So many events among so many requests.
    #[must_use]
    pub const fn new(events: u64, total: u64) -> Self {
        Self { events, total }
    }

    /// The share of the events; none of no requests.
    ///
    /// ```
    /// use cutover_gates::Counts;
    /// assert_eq!(Counts::new(1, 100).rate(), Some(0.01));
    /// assert_eq!(Counts::new(0, 0).rate(), None);
    /// ```
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.total > 0).then(|| number(self.events) / number(self.total))
    }

    /// The requests that the metric does not count.
    #[must_use]
    pub const fn others(&self) -> Self {
        Self { events: self.total.saturating_sub(self.events), total: self.total }
    }

    /// Counts these too.
    pub fn add(&mut self, more: Self) {
        self.events = self.events.saturating_add(more.events).min(MOST);
        self.total = self.total.saturating_add(more.total).min(MOST);
    }

    /// What a counter has gained since `before`; all of it, and true, where it began anew.
    ///
    /// ```
    /// use cutover_gates::Counts;
    /// assert_eq!(Counts::new(3, 100).since(Counts::new(1, 60)), (Counts::new(2, 40), false));
    /// assert_eq!(Counts::new(3, 50).since(Counts::new(1, 60)), (Counts::new(3, 50), true));
    /// ```
    #[must_use]
    pub const fn since(&self, before: Self) -> (Self, bool) {
        if self.events < before.events || self.total < before.total {
            return (*self, true);
        }
        let gained = Self { events: self.events - before.events, total: self.total - before.total };
        // More events than requests is what a counter that began anew behind the other's back looks like.
        if gained.events > gained.total { (*self, true) } else { (gained, false) }
    }
}

/// A count as a float; counts stay below 2^53, where that is exact.
#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

/// A number as sources give it: a number, or a text such as `"0.25"`, `"NaN"` or `"+Inf"`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            return serializer.serialize_f64(self.0);
        }
        serializer.serialize_str(if self.0.is_nan() {
            "NaN"
        } else if self.0 > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        })
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a text of one such as \"NaN\"")
            }

            fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
                Ok(Number(number))
            }

            fn visit_u64<E>(self, count: u64) -> Result<Number, E> {
                Ok(Number(number(count)))
            }

            #[expect(clippy::cast_precision_loss, reason = "a measurement is a float")]
            fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
                Ok(Number(number as f64))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                text.parse()
                    .map(Number)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// One thing that was measured of a metric. Which of the four it is, its keys say:
///
/// | keys | what it is |
/// |---|---|
/// | `at`, `value`, `baseline?`, `samples?` | a value, what the old side has at that time, and of how many samples |
/// | `from`, `to`, `old?`, `new?`, `share?` | what was counted from one instant to another, by arm |
/// | `at`, `old?`, `new?`, `share?` | what counters stand at: only what they have gained since the last reading counts |
/// | `at`, `error` | the source could not tell |
///
/// `share` is the share of requests that the new arm was to get in that time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// The metric.
    pub metric: String,
    /// When it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
    /// From when on it was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Millis>,
    /// Up to when it was counted, not included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Millis>,
    /// The value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Number>,
    /// What the old side has at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Number>,
    /// Of how many samples the value is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
    /// What the old arm counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Counts>,
    /// What the new arm counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Counts>,
    /// The share of the requests that the new arm was to get, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Why the source could not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What an [`Observation`] is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Seen<'a> {
    Value { at: Millis, value: f64, baseline: Option<f64>, samples: Option<u64> },
    Interval { from: Millis, to: Millis, arms: [Option<Counts>; 2], share: Option<f64> },
    Counters { at: Millis, arms: [Option<Counts>; 2], share: Option<f64> },
    Error { at: Millis, why: &'a str },
}

impl Observation {
    fn of(metric: &str) -> Self {
        Self {
            metric: metric.to_owned(),
            at: None,
            from: None,
            to: None,
            value: None,
            baseline: None,
            samples: None,
            old: None,
            new: None,
            share: None,
            error: None,
        }
    }

    /// A value that was measured at an instant.
    #[must_use]
    pub fn value(metric: &str, at: Millis, value: f64) -> Self {
        Self { at: Some(at), value: Some(Number(value)), ..Self::of(metric) }
    }

    /// The same with what the old side has.
    #[must_use]
    pub fn with_baseline(mut self, baseline: f64) -> Self {
        self.baseline = Some(Number(baseline));
        self
    }

    /// The same with the number of samples that the value is of.
    #[must_use]
    pub const fn of_samples(mut self, samples: u64) -> Self {
        self.samples = Some(samples);
        self
    }

    /// What was counted in both arms from one instant to another.
    #[must_use]
    pub fn counted(metric: &str, from: Millis, to: Millis, old: Counts, new: Counts) -> Self {
        Self { from: Some(from), to: Some(to), old: Some(old), new: Some(new), ..Self::of(metric) }
    }

    /// What the counters of both arms stand at.
    #[must_use]
    pub fn counters(metric: &str, at: Millis, old: Counts, new: Counts) -> Self {
        Self { at: Some(at), old: Some(old), new: Some(new), ..Self::of(metric) }
    }

    /// The same with the share of the requests that the new arm was to get.
    #[must_use]
    pub const fn planned(mut self, share: f64) -> Self {
        self.share = Some(share);
        self
    }

    /// That the source could not tell.
    #[must_use]
    pub fn error(metric: &str, at: Millis, why: &str) -> Self {
        Self { at: Some(at), error: Some(why.to_owned()), ..Self::of(metric) }
    }

    /// What it is; a sentence where it is nothing.
    pub(crate) fn seen(&self) -> Result<Seen<'_>, &'static str> {
        let arms = [self.old, self.new];
        let counted = arms.iter().any(Option::is_some);
        if let (Some(at), Some(why)) = (self.at, &self.error) {
            return Ok(Seen::Error { at, why });
        }
        if arms.iter().flatten().any(|counts| counts.events > counts.total || counts.total > MOST) {
            return Err("there are more events than requests, or more requests than can be counted");
        }
        if self.share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err("`share` is not from 0 to 1");
        }
        match (self.at, self.from, self.to, self.value) {
            (Some(at), None, None, Some(value)) if !counted => Ok(Seen::Value {
                at,
                value: value.0,
                baseline: self.baseline.map(|number| number.0),
                samples: self.samples,
            }),
            (None, Some(from), Some(to), None) if counted && from < to => {
                Ok(Seen::Interval { from, to, arms, share: self.share })
            }
            (None, Some(_), Some(_), None) if counted => Err("`from` is not before `to`"),
            (Some(at), None, None, None) if counted => Ok(Seen::Counters { at, arms, share: self.share }),
            _ => Err("it has neither `at` with `value`, counts or `error`, nor `from` and `to` with counts"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_sources_write_them() {
        let read = |json: &str| serde_json::from_str::<Number>(json).map(|number| number.0);
        assert_eq!(read("0.25").unwrap(), 0.25);
        assert_eq!(read("\"0.25\"").unwrap(), 0.25);
        assert_eq!(read("-3").unwrap(), -3.0);
        assert!(read("\"NaN\"").unwrap().is_nan());
        assert_eq!(read("\"+Inf\"").unwrap(), f64::INFINITY);
        assert!(read("\"a lot\"").is_err());
        assert!(read("true").is_err());
        let back = |number| serde_json::to_string(&Number(number)).unwrap();
        assert_eq!([back(f64::NAN), back(f64::NEG_INFINITY)], ["\"NaN\"", "\"-Inf\""]);
    }

    #[test]
    fn a_counter_that_begins_anew_has_gained_all_that_it_has() {
        let since = |now: (u64, u64), before: (u64, u64)| {
            let (gained, anew) = Counts::new(now.0, now.1).since(Counts::new(before.0, before.1));
            (gained.events, gained.total, anew)
        };
        assert_eq!(since((5, 100), (3, 60)), (2, 40, false));
        assert_eq!(since((0, 10), (3, 60)), (0, 10, true));
        assert_eq!(since((5, 10), (3, 60)), (5, 10, true));
        assert_eq!(since((9, 61), (3, 60)), (9, 61, true));
    }
}
