//! Instructions of conditions and the tables that they refer to.

use super::set::Set;
use super::zone::Zone;
use crate::context::AttributeId;
use crate::decide::cidr::Network;
use crate::decide::number::Number;
use crate::decide::semver::Range;
use crate::ruleset::operator::Operator;
use regex_lite::Regex;

/// One instruction. Conditions are evaluated from left to right with one accumulator and a stack of two bits
/// per open `all` or `any`; see [`machine`](crate::decide::machine).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    /// Sets the accumulator to what an attribute says of a test.
    Test { attribute: AttributeId, operator: Operator, test: TestRef },
    /// Sets the accumulator to what a segment says.
    Segment(u32),
    /// Sets the accumulator to whether a flag is one of the variants of that entry.
    Flag(u32),
    /// Sets the accumulator to whether now lies in a window.
    Time(u32),
    /// Turns the accumulator around.
    Not,
    /// Opens an `all`, or an `any`.
    Begin { any: bool },
    /// Takes the accumulator into the innermost `all` or `any`; goes on at `end` where that is decided.
    Join { any: bool, end: u32 },
    /// Closes the innermost `all` or `any` and sets the accumulator to it.
    End,
}

/// What a test compares with: an index into one of the [`Tables`], or the thing itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TestRef {
    Set(u32),
    Hashed(u32),
    Range(u32),
    /// Items or parts of a text.
    Contains(u32),
    StartsWith(u32),
    EndsWith(u32),
    Matches(u32),
    Exists(bool),
    Semver(u32),
    Before(i64),
    After(i64),
    Cidr(u32),
}

#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) sets: Vec<Set>,
    pub(crate) hashed: Vec<Hashed>,
    pub(crate) ranges: Vec<NumberRange>,
    pub(crate) texts: Vec<Vec<Box<[u8]>>>,
    pub(crate) regexes: Vec<(String, Regex)>,
    pub(crate) semvers: Vec<(String, Range)>,
    pub(crate) networks: Vec<Vec<Network>>,
    pub(crate) windows: Vec<WindowProgram>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) flag_tests: Vec<super::RequireProgram>,
    /// The texts of a `contains` beside its set of items.
    pub(crate) contains: Vec<(Set, Vec<Box<[u8]>>)>,
}

#[derive(Debug)]
pub(crate) struct Hashed {
    pub(crate) salt: String,
    /// Sorted.
    pub(crate) digests: Vec<[u8; 32]>,
}

/// Bounds of a number; `bool` says whether the bound itself belongs to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberRange {
    pub(crate) low: Option<(Number, bool)>,
    pub(crate) high: Option<(Number, bool)>,
}

impl NumberRange {
    pub(crate) fn contains(&self, number: Number) -> bool {
        let above = self.low.is_none_or(|(low, inclusive)| {
            let order = number.cmp(low);
            order.is_gt() || (inclusive && order.is_eq())
        });
        let below = self.high.is_none_or(|(high, inclusive)| {
            let order = number.cmp(high);
            order.is_lt() || (inclusive && order.is_eq())
        });
        above && below
    }
}

/// A time window with its zone resolved.
#[derive(Debug)]
pub(crate) struct WindowProgram {
    /// Seconds after local midnight.
    pub(crate) hours: Option<(u32, u32)>,
    pub(crate) days: u8,
    pub(crate) zone: u32,
    pub(crate) after: Option<i64>,
    pub(crate) before: Option<i64>,
}

impl WindowProgram {
    /// Whether `now_ms` lies in the window.
    pub(crate) fn contains(&self, zones: &[Zone], now_ms: i64) -> bool {
        if self.after.is_some_and(|after| now_ms < after)
            || self.before.is_some_and(|before| now_ms >= before)
        {
            return false;
        }
        if self.hours.is_none() && self.days == 0 {
            return true;
        }
        const DAY_MS: i64 = 86_400_000;
        let offset = zones.get(self.zone as usize).map_or(0, |zone| zone.offset_ms(now_ms));
        let local = now_ms.saturating_add(offset);
        let second = local.rem_euclid(DAY_MS) / 1000;
        // The epoch was a Thursday; Monday is 0.
        let today = (local.div_euclid(DAY_MS) + 3).rem_euclid(7);
        let on = |day: i64| self.days == 0 || self.days & (1 << day.rem_euclid(7)) != 0;
        match self.hours.map(|(from, to)| (i64::from(from), i64::from(to))) {
            None => on(today),
            Some((from, to)) if from < to => on(today) && (from..to).contains(&second),
            // Across midnight: the early hours belong to the window that began the day before.
            Some((from, to)) => (second >= from && on(today)) || (second < to && on(today - 1)),
        }
    }
}
