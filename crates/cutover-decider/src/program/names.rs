//! An index from texts to numbers: open addressing over a fixed hash, so that nothing depends on a random seed
//! and looking up one of ten thousand costs the same as one of ten.

use crate::hash::hash64;
use alloc::vec;
use alloc::vec::Vec;

/// The words of a slot: the upper half of the hash, which spares most comparisons, and the number plus one; 0 is a
/// free slot.
pub const SLOT_WORDS: u32 = 2;

/// The slots of an index of the texts, numbered in order: a power of two, and half of them free. Of equal texts the
/// first is found.
#[must_use]
pub fn index<'a>(texts: impl ExactSizeIterator<Item = &'a [u8]>) -> Vec<u32> {
    let size = texts.len().saturating_mul(2).next_power_of_two();
    let mut slots = vec![[0, 0]; if texts.len() == 0 { 0 } else { size }];
    for (number, text) in (1_u32..).zip(texts) {
        let hash = hash64(text);
        let mut at = slot(hash, size);
        while slots.get(at).is_some_and(|[_, taken]| *taken != 0) {
            at = (at + 1) & (size - 1);
        }
        if let Some(free) = slots.get_mut(at) {
            *free = [upper(hash), number];
        }
    }
    slots.into_flattened()
}

/// The number of `name` in an index; `is` says whether the text of a number is the one.
#[must_use]
#[inline]
pub fn find(slots: &[u32], name: &[u8], is: impl Fn(u32) -> bool) -> Option<u32> {
    let slots = slots.as_chunks::<{ SLOT_WORDS as usize }>().0;
    let hash = hash64(name);
    let mut at = slot(hash, slots.len());
    // However the slots were made, after a round of them the name is not among them.
    for _ in 0..slots.len() {
        let [half, number] = *slots.get(at)?;
        let number = number.checked_sub(1)?;
        if half == upper(hash) && is(number) {
            return Some(number);
        }
        at = (at + 1) & slots.len().wrapping_sub(1);
    }
    None
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower bits are what is wanted")]
fn slot(hash: u64, size: usize) -> usize {
    hash as usize & size.wrapping_sub(1)
}

#[inline]
fn upper(hash: u64) -> u32 {
    (hash >> 32) as u32
}
