//! Sets of scalars: membership costs the same for a hundred thousand as for ten.

use super::number::Number;
use super::truth::Truth;
use crate::Arena;
use crate::format::set;
use crate::program::names;
use crate::value::ValueRef;

/// Whether the value is one of the set at a place. A value of another type is none of them; a missing one, a list and
/// NaN are unknown.
#[inline]
pub(crate) fn contains(arena: &Arena, at: u32, value: ValueRef<'_>) -> Truth {
    let Some(&[texts, ints, floats, bits]) = arena.record(at) else { return Truth::Unknown };
    let first = at + set::WORDS;
    let found = match value {
        ValueRef::Text(bytes) => has_text(arena, first, texts, (ints, floats, bits), bytes),
        ValueRef::Int(int) => {
            let ints =
                arena.slice(first.saturating_add(texts * set::TEXT_WORDS), ints * 2).as_chunks::<2>().0;
            ints.binary_search_by_key(&int, |[low, high]| long(*low, *high)).is_ok()
        }
        ValueRef::Bool(false) => bits & 1 != 0,
        ValueRef::Bool(true) => bits & 2 != 0,
        ValueRef::Float(_) => match Number::of(value) {
            // An integral float that an i64 can hold has become an integer on the way in.
            Some(number) => {
                let floats =
                    arena.slice(first.saturating_add(texts * set::TEXT_WORDS + ints * 2), floats * 2);
                floats.as_chunks::<2>().0.iter().any(|[low, high]| {
                    let float = f64::from_bits(crate::arena::join(*low, *high));
                    Number::Float(float).compare(number).is_eq()
                })
            }
            None => return Truth::Unknown,
        },
        ValueRef::Missing | ValueRef::List(_) | ValueRef::Other => return Truth::Unknown,
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
        None => bytes.iter().rev().fold(0, |head, byte| head << 8 | u32::from(*byte)),
    }
}

#[inline]
fn has_text(
    arena: &Arena,
    first: u32,
    count: u32,
    (ints, floats, bits): (u32, u32, u32),
    bytes: &[u8],
) -> bool {
    let texts = arena.slice(first, count * set::TEXT_WORDS).as_chunks::<3>().0;
    let wanted = head(bytes);
    let is = |[offset, length, head]: &[u32; 3]| {
        *head == wanted
            && *length as usize == bytes.len()
            && (bytes.len() <= 4 || arena.bytes_at(*offset, *length) == bytes)
    };
    if count <= set::FEW {
        return texts.iter().any(is);
    }
    let slots = first.saturating_add(count * set::TEXT_WORDS + (ints + floats) * 2);
    let text = |number: u32| texts.get(number as usize).is_some_and(is);
    names::find(arena.slice(slots, (bits >> 2) * names::SLOT_WORDS), bytes, text).is_some()
}
