//! Sets of scalars: membership costs the same for a hundred thousand as for ten.

use super::number::Number;
use super::truth::Truth;
use crate::arena::{Arena, View};
use crate::format::set;
use crate::program::names;
use crate::value::ValueRef;

/// Whether the value is one of the set at a place. A value of another type is none of them; a missing one, a list and
/// NaN are unknown.
#[inline(always)]
pub(crate) fn contains(arena: &Arena, at: u32, value: ValueRef<'_>) -> Truth {
    match value {
        ValueRef::Text(bytes) => has_text(arena, at, bytes).into(),
        value => has_other(arena.view(), at, value),
    }
}

#[inline(never)]
fn has_other(arena: View<'_>, at: u32, value: ValueRef<'_>) -> Truth {
    let Some(&[texts, ints, floats, bits]) = arena.record(at) else { return Truth::Unknown };
    let ints_at = at.saturating_add(set::WORDS).saturating_add(texts.saturating_mul(set::TEXT_WORDS));
    let found = match value {
        ValueRef::Int(int) => {
            let ints = arena.slice(ints_at, ints.saturating_mul(2)).as_chunks::<2>().0;
            ints.binary_search_by_key(&int, |[low, high]| long(*low, *high)).is_ok()
        }
        ValueRef::Bool(false) => bits & 1 != 0,
        ValueRef::Bool(true) => bits & 2 != 0,
        ValueRef::Float(_) => match Number::of(value) {
            // An integral float that an i64 can hold has become an integer on the way in.
            Some(number) => {
                let floats_at = ints_at.saturating_add(ints.saturating_mul(2));
                let floats = arena.slice(floats_at, floats.saturating_mul(2)).as_chunks::<2>().0;
                floats.iter().any(|[low, high]| {
                    let float = f64::from_bits(crate::arena::join(*low, *high));
                    Number::Float(float).compare(number).is_eq()
                })
            }
            None => return Truth::Unknown,
        },
        _ => return Truth::Unknown,
    };
    found.into()
}

/// A signed number out of two words.
#[expect(clippy::cast_possible_wrap, reason = "the bits are those of an i64")]
pub(crate) fn long(low: u32, high: u32) -> i64 {
    crate::arena::join(low, high) as i64
}

/// The first four bytes of a text as one number, so that most comparisons end with it.
#[must_use]
#[inline]
pub fn head(bytes: &[u8]) -> u32 {
    match bytes.first_chunk::<4>() {
        Some(four) => u32::from_le_bytes(*four),
        None => match *bytes {
            [a, b, c] => u32::from_le_bytes([a, b, c, 0]),
            [a, b] => u32::from_le_bytes([a, b, 0, 0]),
            [a] => u32::from(a),
            _ => 0,
        },
    }
}

/// The bit of a text in the filter of a set, by its [`head`].
#[must_use]
#[inline]
pub fn bit(head: u32) -> u32 {
    1 << (head.wrapping_mul(0x9E37_79B1) >> 27)
}

#[inline(always)]
pub(crate) fn has_text(arena: &Arena, at: u32, bytes: &[u8]) -> bool {
    let view = arena.view();
    let Some(&[count, _, _, _, filter]) = view.record(at) else { return false };
    let wanted = head(bytes);
    if filter & bit(wanted) == 0 {
        return false;
    }
    if count > set::FEW {
        return has_indexed(arena, at, bytes);
    }
    let mut texts = view.slice(at.wrapping_add(set::WORDS), count.wrapping_mul(set::TEXT_WORDS));
    while let Some((text, rest)) = texts.split_first_chunk() {
        if is(view, text, wanted, bytes) {
            return true;
        }
        texts = rest;
    }
    false
}

/// Whether a text of a set is this one, whose [`head`] is known.
#[inline(always)]
fn is(arena: View<'_>, [offset, length, head]: &[u32; 3], wanted: u32, bytes: &[u8]) -> bool {
    *head == wanted
        && *length as usize == bytes.len()
        && (bytes.len() <= 4 || arena.bytes_at(*offset, *length) == bytes)
}

#[inline(never)]
fn has_indexed(arena: &Arena, at: u32, bytes: &[u8]) -> bool {
    let arena = arena.view();
    let Some(&[count, ints, floats, bits]) = arena.record(at) else { return false };
    let texts =
        arena.slice(at.wrapping_add(set::WORDS), count.wrapping_mul(set::TEXT_WORDS)).as_chunks::<3>().0;
    if bits >> 2 == 0 {
        // No index could be made: the texts are sorted.
        return texts
            .binary_search_by(|[offset, length, _]| arena.bytes_at(*offset, *length).cmp(bytes))
            .is_ok();
    }
    let numbers = ints.wrapping_add(floats).wrapping_mul(2);
    let slots =
        at.wrapping_add(set::WORDS.wrapping_add(count.wrapping_mul(set::TEXT_WORDS))).wrapping_add(numbers);
    let slots = arena.slice(slots, (bits >> 2).wrapping_mul(names::SLOT_WORDS));
    let wanted = head(bytes);
    let text = |number: u32| texts.get(number as usize).is_some_and(|text| is(arena, text, wanted, bytes));
    names::find(slots, bytes, text).is_some()
}
