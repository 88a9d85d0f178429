//! An index from texts to numbers: open addressing over a fixed hash, so that nothing depends on a random seed
//! and looking up one of ten thousand costs the same as one of ten.

use crate::decide::set_head as head;
use crate::hash::hash64;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The words of a slot: the upper half of the hash, which spares most comparisons, and the number plus one; 0 is a
/// free slot.
pub const SLOT_WORDS: u32 = 2;

/// The slots of an index of the texts, numbered in order: a power of two, and half of them free. Of equal texts the
/// first is found. None where the texts were made to collide; then the texts have to be sorted, and are searched.
#[must_use]
pub fn index<'a>(texts: impl ExactSizeIterator<Item = &'a [u8]>) -> Vec<u32> {
    let size = texts.len().saturating_mul(2).next_power_of_two();
    let mut slots = vec![[0, 0]; if texts.len() == 0 { 0 } else { size }];
    for (number, text) in (1_u32..).zip(texts) {
        let hash = hash(text);
        let mut at = slot(hash, size);
        let mut run = 0;
        while slots.get(at).is_some_and(|[_, taken]| *taken != 0) {
            at = (at + 1) & (size - 1);
            run += 1;
            // Somebody made texts that collide. They are looked for by their order.
            if run > MAX_RUN {
                return Vec::new();
            }
        }
        if let Some(free) = slots.get_mut(at) {
            *free = [upper(hash), number];
        }
    }
    let slots = slots.into_flattened();
    if is_quick(&slots) { slots } else { Vec::new() }
}

/// The number of `name` in an index; `is` says whether the text of a number is the one.
#[must_use]
#[inline(always)]
pub fn find(slots: &[u32], name: &[u8], is: impl Fn(u32) -> bool) -> Option<u32> {
    let slots = slots.as_chunks::<{ SLOT_WORDS as usize }>().0;
    let hash = hash(name);
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

/// The number of `name` among `count` names that are sorted; `name_of` gives the name of a number.
pub(crate) fn search<'a>(count: u32, name: &str, name_of: impl Fn(u32) -> &'a str) -> Option<u32> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match name_of(middle).cmp(name) {
            Ordering::Equal => return Some(middle),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    None
}

/// The most slots in a row that may be taken. Hashes of texts that were not made to collide come to a hundred.
pub const MAX_RUN: usize = 512;

/// Whether nobody looks longer than [`MAX_RUN`] slots for anything.
#[must_use]
pub fn is_quick(slots: &[u32]) -> bool {
    let slots = slots.as_chunks::<{ SLOT_WORDS as usize }>().0;
    let (mut run, mut longest) = (0, 0);
    // Twice, for a run may go round the end.
    for [_, number] in slots.iter().chain(slots) {
        run = if *number == 0 { 0 } else { run + 1 };
        longest = longest.max(run);
    }
    longest <= MAX_RUN
}

/// A hash of a name: most are short, and two reads and a multiplication tell them apart.
#[must_use]
#[inline(always)]
pub fn hash(name: &[u8]) -> u64 {
    // Odd numbers without a pattern: digits of pi.
    const KEYS: [u64; 2] = [0x2435_F6A8_885A_308D, 0x1319_8A2E_0370_7345];
    let (first, last) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        _ if name.len() > 16 => return hash64(name),
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
            }
            _ => (u64::from(head(name)), 0),
        },
    };
    let [one, two] = KEYS;
    let product = u128::from(first ^ one) * u128::from(last ^ two ^ name.len() as u64);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let folded = product as u64 ^ (product >> 64) as u64;
    folded
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

#[cfg(test)]
mod tests {
    use super::{find, hash, index, is_quick};
    use alloc::format;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    #[test]
    fn every_name_is_found_and_no_other() {
        let names: Vec<String> = (0..3000)
            .map(|number| match number % 4 {
                0 => number.to_string(),
                1 => format!("flag_{number}"),
                2 => format!("{number}_of_a_name_that_is_long"),
                _ => format!("é{number}"),
            })
            .chain([String::new(), "a".into(), "ab".into(), "abc".into()])
            .collect();
        let slots = index(names.iter().map(String::as_bytes));
        let look = |name: &str| find(&slots, name.as_bytes(), |number| names[number as usize] == name);
        for (number, name) in (0_u32..).zip(&names) {
            assert_eq!(look(name), Some(number), "{name}");
        }
        for name in ["b", "flag_2", "30000", "abcd", "flag_1_", "0_of_a_name_that_is_long"] {
            assert_eq!(look(name), None, "{name}");
        }
        assert_eq!(find(&[], b"a", |_| true), None);
    }

    #[test]
    fn names_that_are_numbered_spread_over_the_index() {
        let names: Vec<String> = (0..10_000).map(|number| format!("flag_{number}")).collect();
        let slots = index(names.iter().map(String::as_bytes));
        let mut most = 0;
        let mut run = 0;
        for [_, number] in slots.as_chunks::<2>().0 {
            run = if *number == 0 { 0 } else { run + 1 };
            most = most.max(run);
        }
        // Half of the slots are free; a hash that clusters would make runs of hundreds.
        assert!(most < 64, "{most}");
    }

    #[test]
    fn texts_that_were_made_to_collide_have_no_index() {
        let all = (0..).map(|number: u32| format!("made {number}"));
        let made: Vec<String> = all.filter(|name| hash(name.as_bytes()) & 0xFFF == 0).take(1500).collect();
        assert!(index(made.iter().map(String::as_bytes)).is_empty());
        assert!(!index(made.iter().take(400).map(String::as_bytes)).is_empty());
    }

    #[test]
    fn an_index_without_a_free_slot_is_not_quick() {
        let names: Vec<String> = (0..10_000).map(|number| format!("name {number}")).collect();
        let mut slots = index(names.iter().map(String::as_bytes));
        assert!(is_quick(&slots));
        slots.as_chunks_mut::<2>().0.iter_mut().for_each(|[_, number]| *number = 1);
        assert!(!is_quick(&slots));
        assert!(is_quick(&[]));
    }
}
