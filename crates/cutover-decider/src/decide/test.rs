//! What an attribute says of one test.

#[cfg(not(cutover_smallest))]
use super::convert;
use super::number::Number;
use super::truth::Truth;
use super::{cidr, hashed, instant, semver, set};
use crate::arena::{Arena, View};
use crate::format::{bounds, op, texts};
use crate::value::ValueRef;
use core::cmp::Ordering;

/// The longest text that a regular expression is tried on, in bytes; a longer one is unknown to it.
const MAX_MATCHED_BYTES: usize = 4096;

/// What a value says of the test of an instruction's head. A missing attribute is unknown to every test but `exists`; so
/// is one of a type that the test cannot take, for a test of the wrong type is a mistake, and neither it nor its opposite
/// should match.
#[inline(always)]
pub(crate) fn of_value(arena: &Arena, head: u32, operand: u32, value: ValueRef<'_>) -> Truth {
    let truth = match (head & op::KIND, value) {
        (_, ValueRef::Text(text)) => return of_text(arena, head, operand, text),
        (op::RANGE, ValueRef::Int(int)) => in_range(arena.view(), operand, int),
        (code, value) => of_other(arena, code, operand, value).unwrap_or(Truth::Unknown),
    };
    turned(head, truth)
}

/// The same of a text.
#[inline(always)]
pub(crate) fn of_text(arena: &Arena, head: u32, operand: u32, text: &[u8]) -> Truth {
    let truth = match head & op::KIND {
        op::SET => set::has_text(arena, operand, text).into(),
        code => of_any_text(arena, code, operand, text),
    };
    turned(head, truth)
}

/// The opposite, where the test asks for it.
#[inline(always)]
fn turned(head: u32, truth: Truth) -> Truth {
    if head & op::NEGATE == 0 { truth } else { truth.opposite() }
}

/// What a text says of any test but that of a set. Each that is usual is a function of its own, which takes no more room
/// than it needs.
#[inline(never)]
fn of_any_text(arena: &Arena, code: u32, operand: u32, text: &[u8]) -> Truth {
    match code {
        op::STARTS_WITH => starts_with(arena, operand, text),
        op::ENDS_WITH => ends_with(arena, operand, text),
        op::CONTAINS => contains(arena, operand, text),
        op::SEMVER => semver::contains(arena, operand, text),
        #[cfg(not(cutover_smallest))]
        op::CONVERTED => convert::test(arena, operand, ValueRef::Text(text)),
        _ => of_rare_text(arena, code, operand, text).map_or(Truth::Unknown, Truth::from),
    }
}

#[inline(never)]
fn of_rare_text(arena: &Arena, code: u32, operand: u32, text: &[u8]) -> Option<bool> {
    let arena = arena.view();
    let holds = match code {
        op::MATCHES => {
            let automaton = arena.slice(operand.saturating_add(3), arena.word(operand.saturating_add(2)));
            cutover_regex::is_match(automaton, Some(text).filter(|text| text.len() <= MAX_MATCHED_BYTES)?)?
        }
        op::CIDR => cidr::any_contains(arena, operand, text)?,
        op::EXISTS => operand != 0,
        op::HASHED => in_hashed(arena, operand, ValueRef::Text(text))?,
        #[cfg(not(cutover_smallest))]
        op::ORDER => in_order(arena, operand, text)?,
        op::BEFORE | op::AFTER => {
            is_on_side(arena, code, operand, instant::parse(core::str::from_utf8(text).ok()?)?)
        }
        _ => return None,
    };
    Some(holds)
}

/// What anything but a text says of a test.
#[inline(never)]
fn of_other(arena: &Arena, code: u32, operand: u32, value: ValueRef<'_>) -> Option<Truth> {
    let view = arena.view();
    let truth = match (code, value) {
        (op::SET, value) => return Some(set::contains(arena, operand, value)),
        #[cfg(not(cutover_smallest))]
        (op::CONVERTED, value) => return Some(convert::test(arena, operand, value)),
        (op::EXISTS, value) => (operand != 0) != matches!(value, ValueRef::Missing),
        (op::RANGE, value) => in_bounds(view.record(operand)?, Number::of(value)?),
        (op::CONTAINS, ValueRef::List(list)) => {
            let items = view.word(operand);
            list.iter().any(|item| set::contains(arena, items, item) == Truth::True)
        }
        (op::HASHED, ValueRef::Int(_)) => in_hashed(view, operand, value)?,
        (op::HASHED, ValueRef::Bool(_) | ValueRef::Float(_)) => false,
        (op::BEFORE | op::AFTER, ValueRef::Int(ms)) => is_on_side(view, code, operand, ms),
        _ => return None,
    };
    Some(truth.into())
}

/// Whether one of the texts of a list at a place is such a one.
#[inline(always)]
fn any_part(arena: View<'_>, at: u32, is: impl Fn(&[u8]) -> bool) -> bool {
    let Some([count]) = arena.record(at) else { return false };
    let mut parts = arena.slice(at.wrapping_add(texts::WORDS), count.wrapping_mul(2));
    // A loop is inlined where `any` is not.
    while let Some(([offset, length], rest)) = parts.split_first_chunk() {
        if is(arena.bytes_at(*offset, *length)) {
            return true;
        }
        parts = rest;
    }
    false
}

#[inline(never)]
fn starts_with(arena: &Arena, at: u32, text: &[u8]) -> Truth {
    // The first byte tells most texts apart.
    let is = |part: &[u8]| part.is_empty() || (part.first() == text.first() && text.starts_with(part));
    any_part(arena.view(), at, is).into()
}

#[inline(never)]
fn ends_with(arena: &Arena, at: u32, text: &[u8]) -> Truth {
    let is = |part: &[u8]| part.is_empty() || (part.last() == text.last() && text.ends_with(part));
    any_part(arena.view(), at, is).into()
}

/// Whether one of the texts of a list stands somewhere in the text. Looking for a number in a text is a mistake.
#[inline(never)]
fn contains(arena: &Arena, at: u32, text: &[u8]) -> Truth {
    let arena = arena.view();
    let Some([_, parts]) = arena.record(at) else { return Truth::Unknown };
    if arena.word(*parts) == 0 {
        return Truth::Unknown;
    }
    any_part(arena, *parts, |part| has(text, part)).into()
}

/// Whether `part` stands somewhere in `text`.
#[inline(always)]
fn has(text: &[u8], part: &[u8]) -> bool {
    match part {
        [byte] => has_byte(text, *byte),
        _ => has_text(text, part),
    }
}

#[inline(never)]
fn has_text(text: &[u8], part: &[u8]) -> bool {
    match (core::str::from_utf8(text), core::str::from_utf8(part)) {
        // The search of `str` is linear in the worst case.
        (Ok(text), Ok(part)) => text.contains(part),
        _ => false,
    }
}

/// Whether the byte is somewhere in `text`, of which eight at a time are looked at.
#[inline(always)]
fn has_byte(text: &[u8], byte: u8) -> bool {
    const ONES: u64 = u64::MAX / 255;
    let Some(last) = text.last_chunk() else { return text.contains(&byte) };
    let wanted = u64::from(byte) * ONES;
    // A byte that is zero borrows from its highest bit.
    let is_among = |eight: &[u8; 8]| {
        let rest = u64::from_le_bytes(*eight) ^ wanted;
        rest.wrapping_sub(ONES) & !rest & (ONES << 7) != 0
    };
    let (mut all, _) = text.as_chunks::<8>();
    while let Some((first, rest)) = all.split_first() {
        if is_among(first) {
            return true;
        }
        all = rest;
    }
    is_among(last)
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

/// Whether a text lies between others, in the order of their bytes, which is that of their characters.
#[cfg(not(cutover_smallest))]
fn in_order(arena: View<'_>, at: u32, text: &[u8]) -> Option<bool> {
    let &[bits, low, low_length, high, high_length] = arena.record(at)?;
    let holds = |bits: u32, offset: u32, length: u32, beyond: Ordering| {
        let order = text.cmp(arena.bytes_at(offset, length));
        bits & bounds::THERE == 0 || order == beyond || (bits & bounds::INCLUSIVE != 0 && order.is_eq())
    };
    let is_above = holds(bits, low, low_length, Ordering::Greater);
    Some(is_above && holds(bits >> bounds::SHIFT, high, high_length, Ordering::Less))
}

/// The same for an integer and bounds that are integers, as most are.
#[inline(always)]
fn in_range(arena: View<'_>, at: u32, int: i64) -> Truth {
    let Some(record @ &[bits, low_low, low_high, high_low, high_high]) = arena.record(at) else {
        return Truth::Unknown;
    };
    if bits & (bounds::FLOAT | bounds::FLOAT << bounds::SHIFT) != 0 {
        return in_bounds(record, Number::Int(int)).into();
    }
    let (low, high) = (set::long(low_low, low_high), set::long(high_low, high_high));
    let above = bits & bounds::THERE == 0 || int > low || (int == low && bits & bounds::INCLUSIVE != 0);
    let bits = bits >> bounds::SHIFT;
    let below = bits & bounds::THERE == 0 || int < high || (int == high && bits & bounds::INCLUSIVE != 0);
    (above && below).into()
}

fn in_hashed(arena: View<'_>, at: u32, value: ValueRef<'_>) -> Option<bool> {
    let digest = hashed::to_words(&hashed::digest(arena.text(at), value)?);
    let count = arena.word(at.saturating_add(2));
    let digests = arena.slice(at.saturating_add(3), count.saturating_mul(8)).as_chunks::<8>().0;
    Some(digests.binary_search(&digest).is_ok())
}

/// Whether an instant in milliseconds lies before or after the one at a place.
fn is_on_side(arena: View<'_>, code: u32, at: u32, ms: i64) -> bool {
    let bound = arena.instant(at);
    if code == op::BEFORE { ms < bound } else { ms > bound }
}

#[cfg(test)]
mod tests {
    use super::has;
    use alloc::vec::Vec;

    #[test]
    fn a_byte_is_found_wherever_it_is_and_no_other() {
        for length in 0..40 {
            let text: Vec<u8> = (0..length).map(|at| [0x24, 0x26, 0x80, 0xFF, 0, 0xA5][at % 6]).collect();
            assert!(!has(&text, b"%"), "{length}");
            for at in 0..length {
                let mut text = text.clone();
                text[at] = b'%';
                assert!(has(&text, b"%"), "{length} {at}");
            }
        }
    }
}
