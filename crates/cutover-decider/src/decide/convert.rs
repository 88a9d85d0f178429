//! Tests of converted values: a text read as a number, a number written as a text, versions with less than three parts,
//! padded versions, lists by their size, texts in lower case, each item of a list. Nothing is allocated: what is written lies
//! on the stack.

use super::padded::pad_version;
use super::semver::{self, Version};
use super::test;
use super::truth::Truth;
use crate::Arena;
use crate::contract::Digits;
use crate::format::{converted, op};
use crate::value::ValueRef;

/// The longest text that is compared in lower case, in bytes; a longer one is unknown, as it is to a regular expression.
const MAX_LOWERED_BYTES: usize = 4096;
/// What a text of few bytes may take in lower case: no character more than half as much again.
const FEW_LOWERED: usize = 384;
const FEW_BYTES: usize = FEW_LOWERED / 3 * 2;
const MANY_LOWERED: usize = MAX_LOWERED_BYTES / 2 * 3;
/// What a version of few bytes may take padded: no digit and the point behind it more than three times as much, and a
/// tilde and a hyphen.
const FEW_PADDED: usize = FEW_BYTES * 3 + 8;
const MANY_PADDED: usize = MAX_LOWERED_BYTES * 3 + 8;

/// What a value says of the test of a converted one at a place.
#[inline(never)]
pub(super) fn test(arena: &Arena, at: u32, value: ValueRef<'_>) -> Truth {
    let Some(&record) = arena.record(at) else { return Truth::Unknown };
    let [how, _, _] = record;
    match value {
        ValueRef::List(list) if how & converted::EACH != 0 => {
            any(list.iter().map(|item| of_one(arena, record, item)))
        }
        value => of_one(arena, record, value),
    }
}

/// True where one of them is, unknown where one of the others is: of an empty list false.
fn any(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut sum = Truth::False;
    for truth in truths {
        sum = sum.max(truth);
        if sum == Truth::True {
            break;
        }
    }
    sum
}

/// The same of a value that is taken as a whole.
fn of_one(
    arena: &Arena,
    [how, code, operand]: [u32; converted::WORDS as usize],
    value: ValueRef<'_>,
) -> Truth {
    // No conversion is of another one.
    if code == op::CONVERTED {
        return Truth::Unknown;
    }
    let mut room = Room::<32>::new();
    let as_what = how & converted::AS;
    let value = match as_what {
        converted::NUMBER => as_number(value),
        converted::TEXT => as_text(value, &mut room),
        converted::VERSION | converted::PARTIAL_VERSION => {
            return as_version(arena, operand, as_what, value, &mut room);
        }
        converted::PADDED_VERSION => return in_padded(arena, code, operand, value),
        converted::SIZE => as_size(value),
        _ => value,
    };
    if how & converted::IGNORE_CASE == 0 {
        return test::of_value(arena, code, operand, value);
    }
    match value {
        ValueRef::List(list) if code == op::CONTAINS => list
            .iter()
            .any(|item| in_lower_case(arena, op::SET, arena.word(operand), item) == Truth::True)
            .into(),
        value => in_lower_case(arena, code, operand, value),
    }
}

fn in_lower_case(arena: &Arena, code: u32, operand: u32, value: ValueRef<'_>) -> Truth {
    let ValueRef::Text(bytes) = value else { return test::of_value(arena, code, operand, value) };
    let Ok(text) = core::str::from_utf8(bytes) else { return Truth::Unknown };
    match text.len() {
        bytes if bytes <= FEW_BYTES => lowered::<FEW_LOWERED>(arena, code, operand, text),
        bytes if bytes <= MAX_LOWERED_BYTES => lowered::<MANY_LOWERED>(arena, code, operand, text),
        _ => Truth::Unknown,
    }
}

#[inline(never)]
fn lowered<const N: usize>(arena: &Arena, code: u32, operand: u32, text: &str) -> Truth {
    let mut room = Room::<N>::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        room.push(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    test::of_text(arena, code, operand, room.bytes())
}

fn in_padded(arena: &Arena, code: u32, operand: u32, value: ValueRef<'_>) -> Truth {
    let ValueRef::Text(bytes) = value else { return Truth::Unknown };
    match bytes.len() {
        count if count <= FEW_BYTES => padded::<FEW_PADDED>(arena, code, operand, bytes),
        count if count <= MAX_LOWERED_BYTES => padded::<MANY_PADDED>(arena, code, operand, bytes),
        _ => Truth::Unknown,
    }
}

#[inline(never)]
fn padded<const N: usize>(arena: &Arena, code: u32, operand: u32, version: &[u8]) -> Truth {
    let mut room = Room::<N>::new();
    pad_version(version, |part| room.push(part));
    test::of_text(arena, code, operand, room.bytes())
}

/// How many items a list has.
fn as_size(value: ValueRef<'_>) -> ValueRef<'_> {
    match value {
        ValueRef::List(list) => i64::try_from(list.count()).map_or(ValueRef::Missing, ValueRef::Int),
        _ => ValueRef::Missing,
    }
}

/// A text that is a number, as that number; a number as it is.
fn as_number(value: ValueRef<'_>) -> ValueRef<'_> {
    match value {
        ValueRef::Int(_) | ValueRef::Float(_) => value,
        ValueRef::Text(text) => number(text).unwrap_or(ValueRef::Missing),
        _ => ValueRef::Missing,
    }
}

/// The number that a text is: digits, perhaps with a sign, a fraction and an exponent.
fn number(text: &[u8]) -> Option<ValueRef<'static>> {
    let (is_negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    let rest = behind_digits(unsigned)?;
    if rest.is_empty() {
        let digit = |byte: &u8| i64::from(byte & 0xF) * if is_negative { -1 } else { 1 };
        let more = |sum: i64, byte: &u8| sum.checked_mul(10)?.checked_add(digit(byte));
        if let Some(int) = unsigned.iter().try_fold(0, more) {
            return Some(ValueRef::Int(int));
        }
    }
    let rest = if let [b'.', fraction @ ..] = rest { behind_digits(fraction)? } else { rest };
    let rest = match rest {
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => behind_digits(exponent)?,
        rest => rest,
    };
    let literal = core::str::from_utf8(text).ok().filter(|_| rest.is_empty())?;
    parsed(literal).filter(|float| float.is_finite()).map(ValueRef::number)
}

/// What comes behind the digits at the beginning, of which there is one at least.
fn behind_digits(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 { None } else { text.get(digits..) }
}

#[cfg(not(cutover_small))]
fn parsed(literal: &str) -> Option<f64> {
    literal.parse().ok()
}

#[cfg(cutover_small)]
fn parsed(literal: &str) -> Option<f64> {
    crate::decimal::parse(literal)
}

/// A boolean or a number as a text; a text as it is.
pub(crate) fn as_text<'a>(value: ValueRef<'a>, room: &'a mut Room<32>) -> ValueRef<'a> {
    match value {
        ValueRef::Text(_) => return value,
        ValueRef::Bool(true) => room.push(b"true"),
        ValueRef::Bool(false) => room.push(b"false"),
        ValueRef::Int(int) => room.push(Digits::default().of(int)),
        ValueRef::Float(float) if float.is_finite() => room.push_float(float),
        _ => return ValueRef::Missing,
    }
    ValueRef::Text(room.bytes())
}

fn as_version(arena: &Arena, at: u32, as_what: u32, value: ValueRef<'_>, room: &mut Room<32>) -> Truth {
    let value = match value {
        ValueRef::Int(_) | ValueRef::Float(_) if as_what == converted::VERSION => as_text(value, room),
        value => value,
    };
    let ValueRef::Text(text) = value else { return Truth::Unknown };
    let text = match text {
        [b'v' | b'V', rest @ ..] if as_what == converted::VERSION => rest,
        text => text,
    };
    Version::parse_partial(text).map_or(Truth::Unknown, |version| semver::has(arena, at, &version))
}

/// Room for a text of so many bytes; what goes beyond is cut off.
pub(crate) struct Room<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Room<N> {
    pub(crate) fn new() -> Self {
        Self { bytes: [0; N], length: 0 }
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        if let Some(place) = self.bytes.get_mut(self.length..end) {
            place.copy_from_slice(bytes);
            self.length = end;
        }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn zeros(&mut self, count: i32) {
        (0..count).for_each(|_| self.push(b"0"));
    }

    /// A finite float as JavaScript writes it: the fewest digits that only it is nearest to, with an exponent where the
    /// point would be far from them.
    fn push_float(&mut self, float: f64) {
        if float < 0.0 {
            self.push(b"-");
        }
        let mut digits = Room::<24>::new();
        let point = shortest(float.abs(), &mut digits);
        let digits = digits.bytes();
        let count = i32::try_from(digits.len()).unwrap_or(0);
        let split =
            |at: i32| digits.split_at_checked(usize::try_from(at).unwrap_or(0)).unwrap_or((digits, &[]));
        match point {
            -5..=0 => {
                self.push(b"0.");
                self.zeros(-point);
                self.push(digits);
            }
            1..=21 => {
                let (whole, fraction) = split(point);
                self.push(whole);
                self.zeros(point - count);
                if !fraction.is_empty() {
                    self.push(b".");
                    self.push(fraction);
                }
            }
            _ => {
                let (first, rest) = split(1);
                self.push(first);
                if !rest.is_empty() {
                    self.push(b".");
                    self.push(rest);
                }
                self.push(if point > 0 { b"e+".as_slice() } else { b"e" });
                self.push(Digits::default().of(i64::from(point) - 1));
            }
        }
    }
}

/// The fewest digits that only this float is nearest to; the point is before so many of them. It is positive.
#[cfg(not(cutover_small))]
fn shortest(float: f64, digits: &mut Room<24>) -> i32 {
    use core::fmt::Write;
    let mut written = Room::<32>::new();
    let is_written = write!(written, "{float:e}").is_ok();
    let text = core::str::from_utf8(written.bytes()).unwrap_or_default();
    let (mantissa, exponent) = text.split_once('e').filter(|_| is_written).unwrap_or(("0", "0"));
    for byte in mantissa.bytes().filter(u8::is_ascii_digit) {
        digits.push(&[byte]);
    }
    exponent.parse::<i32>().unwrap_or(0) + 1
}

#[cfg(not(cutover_small))]
impl<const N: usize> core::fmt::Write for Room<N> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

/// The same by long numbers, which takes memory: in the modules of browsers size comes first.
#[cfg(cutover_small)]
fn shortest(float: f64, digits: &mut Room<24>) -> i32 {
    let (text, point) = crate::decimal::shortest(float);
    digits.push(text.as_bytes());
    point
}

#[cfg(test)]
mod tests {
    use super::{Room, as_text, number};
    use crate::value::ValueRef;
    use alloc::format;
    use alloc::string::String;

    fn text(value: ValueRef<'_>) -> Option<String> {
        match as_text(value, &mut Room::new()) {
            ValueRef::Text(bytes) => core::str::from_utf8(bytes).ok().map(String::from),
            _ => None,
        }
    }

    #[test]
    fn numbers_are_written_as_javascript_does() {
        let floats = [
            (1.5, "1.5"),
            (-0.25, "-0.25"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (0.000_001, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-2.225_073_858_507_201_4e-308, "-2.2250738585072014e-308"),
        ];
        for (float, want) in floats {
            assert_eq!(text(ValueRef::Float(float)).as_deref(), Some(want));
        }
        assert_eq!(text(ValueRef::number(3.0)).as_deref(), Some("3"));
        assert_eq!(text(i64::MIN.into()).as_deref(), Some("-9223372036854775808"));
        assert_eq!(text(true.into()).as_deref(), Some("true"));
        for none in [ValueRef::Float(f64::NAN), ValueRef::Float(f64::INFINITY), ValueRef::Missing] {
            assert_eq!(text(none), None);
        }
    }

    #[test]
    fn texts_are_read_as_the_numbers_that_they_are() {
        let read = |text: &str| number(text.as_bytes()).map(|value| format!("{value:?}"));
        let want = |value: ValueRef<'_>| Some(format!("{value:?}"));
        for (text, int) in [
            ("0", 0),
            ("-0", 0),
            ("+007", 7),
            ("-12", -12),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("1.0", 1),
            ("1e3", 1000),
        ] {
            assert_eq!(read(text), want(ValueRef::Int(int)), "{text}");
        }
        assert_eq!(read("1.5e1"), want(ValueRef::Int(15)));
        assert_eq!(read("-0.5"), want(ValueRef::Float(-0.5)));
        assert_eq!(read("9223372036854775808"), want(ValueRef::Float(9_223_372_036_854_775_808.0)));
        for none in [
            "", "+", "-", ".5", "1.", "1.e3", "e3", "1e", "1e+", " 1", "1 ", "0x1", "inf", "NaN", "1_000",
            "1e400", "--1", "١",
        ] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }
}
