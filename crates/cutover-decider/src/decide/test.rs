//! What an attribute says of one test.

use super::number::Number;
use super::truth::Truth;
use super::{cidr, hashed, instant, semver, set};
use crate::arena::View;
use crate::format::{bounds, op, texts};
use crate::value::ValueRef;
use core::cmp::Ordering;

/// The longest text that a regular expression is tried on, in bytes; a longer one is unknown to it.
const MAX_MATCHED_BYTES: usize = 4096;

/// Evaluates a test. A missing attribute is unknown to every test but `exists`; so is one of a type that the
/// test cannot take, for a test of the wrong type is a mistake, and neither it nor its opposite should match.
#[inline(always)]
pub(crate) fn evaluate(arena: View<'_>, code: u32, operand: u32, value: ValueRef<'_>) -> Truth {
    match (code, value) {
        (op::SET, _) => set::contains(arena, operand, value),
        (op::EXISTS, _) => ((operand != 0) != matches!(value, ValueRef::Missing)).into(),
        (_, ValueRef::Missing) => Truth::Unknown,
        _ => known(arena, code, operand, value).unwrap_or(Truth::Unknown),
    }
}

#[inline(never)]
fn known(arena: View<'_>, code: u32, operand: u32, value: ValueRef<'_>) -> Option<Truth> {
    let truth = match code {
        op::RANGE => in_bounds(arena.record(operand)?, Number::of(value)?).into(),
        op::STARTS_WITH => any_text(arena, operand, text(value)?, |text, part| text.starts_with(part)),
        op::ENDS_WITH => any_text(arena, operand, text(value)?, |text, part| text.ends_with(part)),
        op::CONTAINS => {
            let (items, parts) = (arena.word(operand), arena.word(operand.saturating_add(1)));
            match value {
                // Looking for a number in a text is a mistake.
                ValueRef::Text(_) if arena.word(parts) == 0 => return None,
                ValueRef::Text(text) => any_text(arena, parts, text, has),
                ValueRef::List(list) => {
                    list.iter().any(|item| set::contains(arena, items, item) == Truth::True).into()
                }
                _ => return None,
            }
        }
        op::HASHED => in_hashed(arena, operand, value)?,
        op::MATCHES => {
            let automaton = arena.slice(operand.saturating_add(3), arena.word(operand.saturating_add(2)));
            let text = text(value).filter(|text| text.len() <= MAX_MATCHED_BYTES)?;
            cutover_regex::is_match(automaton, text)?.into()
        }
        op::SEMVER => semver::contains(arena, operand, text(value)?)?.into(),
        op::CIDR => cidr::any_contains(arena, operand, text(value)?)?.into(),
        op::BEFORE => (instant_of(value)?.cmp(&arena.instant(operand)) == Ordering::Less).into(),
        op::AFTER => (instant_of(value)?.cmp(&arena.instant(operand)) == Ordering::Greater).into(),
        _ => return None,
    };
    Some(truth)
}

fn text(value: ValueRef<'_>) -> Option<&[u8]> {
    match value {
        ValueRef::Text(text) => Some(text),
        _ => None,
    }
}

fn any_text(arena: View<'_>, at: u32, text: &[u8], holds: impl Fn(&[u8], &[u8]) -> bool) -> Truth {
    let parts =
        arena.slice(at.saturating_add(texts::WORDS), arena.word(at).saturating_mul(2)).as_chunks::<2>().0;
    parts.iter().any(|[offset, length]| holds(text, arena.bytes_at(*offset, *length))).into()
}

/// Whether `part` stands somewhere in `text`.
fn has(text: &[u8], part: &[u8]) -> bool {
    if let [byte] = part {
        return text.contains(byte);
    }
    match (core::str::from_utf8(text), core::str::from_utf8(part)) {
        // The search of `str` is linear in the worst case.
        (Ok(text), Ok(part)) => text.contains(part),
        _ => false,
    }
}

fn in_bounds([bits, low_low, low_high, high_low, high_high]: &[u32; 5], number: Number) -> bool {
    let holds = |bits: u32, low: u32, high: u32, beyond: Ordering| {
        let bound = crate::arena::join(low, high);
        let bound = if bits & bounds::FLOAT != 0 {
            Number::Float(f64::from_bits(bound))
        } else {
            Number::Int(bound.cast_signed())
        };
        let order = number.compare(bound);
        bits & bounds::THERE == 0 || order == beyond || (bits & bounds::INCLUSIVE != 0 && order.is_eq())
    };
    holds(*bits, *low_low, *low_high, Ordering::Greater)
        && holds(*bits >> bounds::SHIFT, *high_low, *high_high, Ordering::Less)
}

fn in_hashed(arena: View<'_>, at: u32, value: ValueRef<'_>) -> Option<Truth> {
    match value {
        ValueRef::Text(_) | ValueRef::Int(_) => {
            let digest = hashed::to_words(&hashed::digest(arena.text(at), value)?);
            let count = arena.word(at.saturating_add(2));
            let digests = arena.slice(at.saturating_add(3), count.saturating_mul(8)).as_chunks::<8>().0;
            Some(digests.binary_search(&digest).is_ok().into())
        }
        ValueRef::Bool(_) | ValueRef::Float(_) => Some(Truth::False),
        _ => None,
    }
}

/// The instant that an attribute gives: RFC 3339 with an offset, or milliseconds.
fn instant_of(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Int(ms) => Some(ms),
        ValueRef::Text(text) => instant::parse(core::str::from_utf8(text).ok()?),
        _ => None,
    }
}
