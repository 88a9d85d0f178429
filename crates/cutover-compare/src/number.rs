//! Numbers compare as the decimals that their texts are, of any size: nothing is read into a float.

/// Where the number that begins at `from` ends, by the grammar of JSON.
pub(crate) fn end_of_number(bytes: &[u8], from: usize) -> Option<usize> {
    let at = |place: usize| bytes.get(place).copied().unwrap_or(0);
    let digits = |mut place: usize| {
        while at(place).is_ascii_digit() {
            place += 1;
        }
        place
    };
    let whole = from + usize::from(at(from) == b'-');
    let mut end = if at(whole) == b'0' { whole + 1 } else { digits(whole) };
    if end == whole {
        return None;
    }
    if at(end) == b'.' {
        let fraction = end + 1;
        end = digits(fraction);
        if end == fraction {
            return None;
        }
    }
    if matches!(at(end), b'e' | b'E') {
        let exponent = end + 1 + usize::from(matches!(at(end + 1), b'+' | b'-'));
        end = digits(exponent);
        if end == exponent {
            return None;
        }
    }
    Some(end)
}

/// Exponents of more digits than this are not calculated with.
const EXPONENT_DIGITS: usize = 17;

/// A decimal as its digits without zeros at either end: `0.DIGITS * 10^top`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal<'a> {
    negative: bool,
    head: &'a [u8],
    tail: &'a [u8],
    /// None is beyond calculation: such a number equals only one that is written in the same way.
    top: Option<i64>,
    text: &'a [u8],
}

impl<'a> Decimal<'a> {
    /// Reads a text that is wholly a number by the grammar of JSON.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        (end_of_number(bytes, 0)? == bytes.len()).then(|| Self::of_number(text))
    }

    /// Takes apart a text that is known to be a number.
    pub(crate) fn of_number(text: &'a str) -> Self {
        let unsigned = text.strip_prefix('-');
        let (mantissa, exponent) = match unsigned.unwrap_or(text).split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)),
            None => (unsigned.unwrap_or(text), Some(0)),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let head = whole.trim_start_matches('0');
        let mut tail = fraction;
        let mut shift = size(head);
        if head.is_empty() {
            tail = fraction.trim_start_matches('0');
            shift = size(tail) - size(fraction);
        }
        tail = tail.trim_end_matches('0');
        let head = if tail.is_empty() { head.trim_end_matches('0') } else { head };
        let text = text.as_bytes();
        if head.is_empty() && tail.is_empty() {
            return Self { negative: false, head: b"", tail: b"", top: Some(0), text };
        }
        let top = exponent.map(|exponent| exponent + shift);
        Self { negative: unsigned.is_some(), head: head.as_bytes(), tail: tail.as_bytes(), top, text }
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.head.iter().chain(self.tail).copied()
    }

    fn is_zero(&self) -> bool {
        self.head.is_empty() && self.tail.is_empty()
    }

    /// The exponent of the last digit.
    fn low(&self) -> Option<i64> {
        let digits = i64::try_from(self.head.len() + self.tail.len()).ok()?;
        Some(self.top? - digits)
    }

    /// The float that is nearest, to sort by.
    pub(crate) fn nearly(&self) -> f64 {
        core::str::from_utf8(self.text).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
    }

    /// Gives each part of the number to `part`; two equal numbers give the same parts.
    pub(crate) fn parts(&self, mut part: impl FnMut(u64)) {
        match self.top {
            Some(top) => {
                part(u64::from(self.negative));
                part(top.cast_unsigned());
                let mut word = 0;
                for (place, digit) in self.digits().enumerate() {
                    word = word * 10 + u64::from(digit - b'0');
                    if place % 16 == 15 {
                        part(word);
                        word = 0;
                    }
                }
                part(word);
            }
            None => self.text.iter().for_each(|byte| part(u64::from(*byte))),
        }
    }

    /// The absolute value in units of `10^low`, and whether digits were cut off.
    fn units(&self, low: i64) -> Option<(u128, bool)> {
        let top = self.top?;
        let mut units: u128 = 0;
        let mut place = top;
        for digit in self.digits() {
            if place <= low {
                return Some((units, true));
            }
            units = units.checked_mul(10)?.checked_add(u128::from(digit - b'0'))?;
            place -= 1;
        }
        if units == 0 {
            return Some((0, false));
        }
        let missing = u32::try_from(place.checked_sub(low)?).ok()?;
        Some((units.checked_mul(10_u128.checked_pow(missing)?)?, false))
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.top, other.top) {
            (Some(top), Some(other_top)) => {
                top == other_top
                    && self.negative == other.negative
                    && self.head.len() + self.tail.len() == other.head.len() + other.tail.len()
                    && self.digits().eq(other.digits())
            }
            (None, None) => self.text == other.text,
            _ => false,
        }
    }
}

fn size(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX / 4)
}

fn read_exponent(text: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let digits = text.trim_start_matches(['+', '-']).trim_start_matches('0');
    if digits.len() > EXPONENT_DIGITS {
        return None;
    }
    let exponent = if digits.is_empty() { 0 } else { digits.parse::<i64>().ok()? };
    Some(if negative { -exponent } else { exponent })
}

/// A decimal that is not negative, as a whole number of `10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scaled {
    units: u128,
    exponent: i64,
}

impl Scaled {
    /// As a person writes the number: 0.1 is one tenth, not the float that is nearest to it.
    pub(crate) fn of_float(number: f64) -> Option<Self> {
        let text = alloc::format!("{number}");
        let decimal = Decimal::read(&text).filter(|decimal| !decimal.negative)?;
        let exponent = decimal.low()?;
        Some(Self { units: decimal.units(exponent)?.0, exponent })
    }

    fn is_zero(self) -> bool {
        self.units == 0
    }

    fn at_most(self, other: Self) -> bool {
        if self.is_zero() || other.is_zero() {
            return self.is_zero();
        }
        let apart = self.exponent.saturating_sub(other.exponent);
        let factor = u32::try_from(apart.unsigned_abs()).ok().and_then(|apart| 10_u128.checked_pow(apart));
        if apart >= 0 {
            factor.and_then(|factor| self.units.checked_mul(factor)).is_some_and(|units| units <= other.units)
        } else {
            factor.and_then(|factor| other.units.checked_mul(factor)).is_none_or(|units| self.units <= units)
        }
    }
}

/// How far apart two numbers may be: `absolute`, or `relative` times the larger of both.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tolerance {
    pub(crate) absolute: Scaled,
    pub(crate) relative: Scaled,
}

/// So many digits of both numbers are looked at, from the first digit of the larger one.
const DIGITS: i64 = 36;
/// So many of the larger number, where it is multiplied.
const FACTOR_DIGITS: i64 = 18;

impl Tolerance {
    pub(crate) fn is_none(&self) -> bool {
        self.absolute.is_zero() && self.relative.is_zero()
    }

    /// Exact for numbers within 36 digits of each other; what lies beyond errs towards a difference.
    pub(crate) fn allows(&self, one: Decimal<'_>, other: Decimal<'_>) -> bool {
        one == other || self.within(one, other).unwrap_or(false)
    }

    fn within(&self, one: Decimal<'_>, other: Decimal<'_>) -> Option<bool> {
        let larger = if one.is_zero() || (!other.is_zero() && one.top < other.top) { other } else { one };
        let lows = [one, other].into_iter().filter(|number| !number.is_zero()).map(|number| number.low());
        let lowest = lows.min()??;
        let exponent = lowest.max(larger.top? - DIGITS);
        let (one_units, one_cut) = one.units(exponent)?;
        let (other_units, other_cut) = other.units(exponent)?;
        let apart = if one.negative == other.negative {
            one_units.abs_diff(other_units)
        } else {
            one_units + other_units
        };
        let apart = Scaled { units: apart + u128::from(one_cut) + u128::from(other_cut), exponent };
        if apart.at_most(self.absolute) {
            return Some(true);
        }
        let exponent = lowest.max(larger.top? - FACTOR_DIGITS);
        let units = one.units(exponent)?.0.max(other.units(exponent)?.0).checked_mul(self.relative.units)?;
        Some(apart.at_most(Scaled { units, exponent: exponent + self.relative.exponent }))
    }
}
