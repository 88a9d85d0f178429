//! Numbers as decimals of any size, in one form each.

use alloc::vec::Vec;

/// A number that is not a whole one of 64 bits: its sign, and `0.DIGITS * 10^top`, with no zero at either end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal<'a> {
    pub(crate) negative: bool,
    pub(crate) top: i64,
    pub(crate) digits: &'a [u8],
}

/// A number in its one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number<'a> {
    Int(i64),
    Decimal(Decimal<'a>),
}

/// Exponents beyond this are refused; the digits of what memory holds cannot bring them out of range.
const MOST: i64 = 1 << 40;

/// Takes a text apart that is a number by the grammar of JSON; zeros in front and a sign `+` may be there, too. The
/// digits are kept in `digits`. `None` is no number, or one whose exponent is beyond calculation.
pub(crate) fn read<'a>(text: &str, digits: &'a mut Vec<u8>) -> Option<Number<'a>> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return None,
        None => (mantissa, ""),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || exponent.abs() > MOST {
        return None;
    }
    digits.clear();
    digits.extend(whole.bytes().chain(fraction.bytes()));
    Some(settle(negative, exponent + i64::try_from(whole.len()).ok()?, digits))
}

/// `0.DIGITS * 10^top` in its one form.
fn settle(negative: bool, top: i64, digits: &[u8]) -> Number<'_> {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = digits.get(zeros..).unwrap_or_default();
    let end = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    let digits = digits.get(..end).unwrap_or_default();
    if digits.is_empty() {
        return Number::Int(0);
    }
    let top = top.saturating_sub(i64::try_from(zeros).unwrap_or(i64::MAX));
    whole(negative, top, digits).map_or(Number::Decimal(Decimal { negative, top, digits }), Number::Int)
}

fn whole(negative: bool, top: i64, digits: &[u8]) -> Option<i64> {
    let zeros = u32::try_from(top.checked_sub(i64::try_from(digits.len()).ok()?)?).ok()?;
    // 64 bits are 19 digits at the most, which 128 bits hold.
    if top > 19 {
        return None;
    }
    let units = digits.iter().fold(0_i128, |units, digit| units * 10 + i128::from(digit - b'0'));
    let units = units.checked_mul(10_i128.checked_pow(zeros)?)?;
    i64::try_from(if negative { -units } else { units }).ok()
}

/// `units / 10^scale` in its one form.
pub(crate) fn scaled(units: i128, scale: i32, digits: &mut Vec<u8>) -> Number<'_> {
    digits.clear();
    let mut rest = units.unsigned_abs();
    while rest != 0 {
        digits.push(b'0' + u8::try_from(rest % 10).unwrap_or(0));
        rest /= 10;
    }
    digits.reverse();
    let count = i64::try_from(digits.len()).unwrap_or(0);
    settle(units < 0, count - i64::from(scale), digits)
}

/// The whole number that a float is, where it is so small that no two whole numbers are one float. Its shortest decimal
/// is that number; of larger ones it is another.
pub(crate) fn whole_float(float: f64, bound: f64) -> Option<i64> {
    if !(-bound..bound).contains(&float) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is within bounds, and compared afterwards")]
    let whole = float as i64;
    #[expect(clippy::cast_precision_loss, reason = "what loses precision was not a float")]
    let back = whole as f64;
    (back == float).then_some(whole)
}
