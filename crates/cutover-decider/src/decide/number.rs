//! Numbers compare as numbers: an integer of 64 bits against a float without rounding either.

use crate::value::ValueRef;
use core::cmp::Ordering;

/// A finite number of a ruleset, or a number of a context that is no NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
}

impl Number {
    /// The number that an attribute holds; NaN is none.
    pub fn of(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Int(int) => Some(Self::Int(int)),
            ValueRef::Float(float) if !float.is_nan() => Some(Self::Float(float)),
            _ => None,
        }
    }

    /// The exact order of two numbers.
    pub fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Self::Int(a), Self::Float(b)) => int_float(a, b),
            (Self::Float(a), Self::Int(b)) => int_float(b, a).reverse(),
        }
    }
}

/// Compares without rounding: the float's whole part is compared as an integer, then its fraction decides.
fn int_float(int: i64, float: f64) -> Ordering {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0; // 2^63
    if float >= LIMIT {
        return Ordering::Less;
    }
    if float < -LIMIT {
        return Ordering::Greater;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the float lies within the range of i64")]
    let whole = float as i64;
    int.cmp(&whole).then_with(|| 0.0_f64.partial_cmp(&(float % 1.0)).unwrap_or(Ordering::Equal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_compare_exactly() {
        let cases = [
            (i64::MAX, 9_223_372_036_854_775_807.0, Ordering::Less), // the float is 2^63
            (9_007_199_254_740_993, 9_007_199_254_740_992.0, Ordering::Greater),
            (1, 1.5, Ordering::Less),
            (-1, -1.5, Ordering::Greater),
            (0, f64::INFINITY, Ordering::Less),
            (0, f64::NEG_INFINITY, Ordering::Greater),
            (i64::MIN, -9_223_372_036_854_775_808.0, Ordering::Equal),
        ];
        for (int, float, order) in cases {
            assert_eq!(Number::Int(int).compare(Number::Float(float)), order, "{int} {float}");
            assert_eq!(Number::Float(float).compare(Number::Int(int)), order.reverse(), "{float} {int}");
        }
    }
}
