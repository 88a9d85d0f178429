//! Which members of an object count, and under which name.

use alloc::vec::Vec;

use crate::tape::Tape;

/// Up to so many names are compared each with each.
const FEW: usize = 64;

/// Of members with one name the last counts, as in the readers of the hosts.
///
/// Two members that only renaming gives one name keep what the document says, so that none is lost.
pub(crate) fn settle(tape: &mut Tape<'_>, object: u32, hashes: &mut Vec<u64>) {
    hashes.clear();
    let end = tape.behind(object);
    let mut name = object + 1;
    let (mut seen, mut again) = (0_u64, false);
    while name < end {
        let hash = quick_hash(tape, name);
        // Few names differ only outside of these six bits.
        let bit = 1 << (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58);
        again |= seen & bit != 0;
        seen |= bit;
        hashes.push(hash);
        name = tape.behind(name + 1);
    }
    if again && (hashes.len() > FEW || any_twice(hashes)) {
        settle_sorted(tape, object);
    }
}

fn any_twice(hashes: &[u64]) -> bool {
    let mut rest = hashes;
    while let Some((hash, others)) = rest.split_first() {
        if others.iter().fold(false, |found, other| found | (other == hash)) {
            return true;
        }
        rest = others;
    }
    false
}

fn settle_sorted(tape: &mut Tape<'_>, object: u32) {
    let mut names: Vec<u32> = Vec::new();
    let end = tape.behind(object);
    let mut name = object + 1;
    while name < end {
        names.push(name);
        name = tape.behind(name + 1);
    }
    let key = |name: u32| (tape.said(name), tape.original(name), name);
    names.sort_unstable_by(|one, other| key(*one).cmp(&key(*other)));
    let mut overridden = Vec::new();
    let mut clashing = Vec::new();
    for group in names.chunk_by(|one, other| tape.said(*one) == tape.said(*other)) {
        let mut distinct = 0;
        for same in group.chunk_by(|one, other| tape.original(*one) == tape.original(*other)) {
            overridden.extend_from_slice(same.split_last().map_or(&[], |(_, earlier)| earlier));
            distinct += 1;
        }
        if distinct > 1 {
            clashing.extend_from_slice(group);
        }
    }
    for name in overridden {
        if let Some(node) = tape.nodes.get_mut(name as usize) {
            node.overridden = true;
        }
    }
    for name in clashing {
        tape.undo_rename(name);
    }
}

/// Names that differ mostly have different hashes, and no more is asked.
#[inline]
fn quick_hash(tape: &Tape<'_>, name: u32) -> u64 {
    let node = tape.node(name);
    let (text, start, end) = if node.owned {
        let said = tape.said(name);
        (said, 0, said.len())
    } else {
        (tape.text, node.start as usize + 1, node.end as usize - 1)
    };
    let bytes = text.as_bytes();
    let size = end - start;
    let word = |from: usize| bytes.get(from..)?.first_chunk::<8>().map(|word| u64::from_le_bytes(*word));
    if size >= 8 {
        let (first, last) = (word(start).unwrap_or(0), word(end - 8).unwrap_or(0));
        return first ^ last.rotate_left(29) ^ size as u64;
    }
    // What stands behind a short name is read with it and cut off.
    let short = word(start).map(|word| word & !(u64::MAX << (8 * size)));
    let fold = |word: u64, byte: &u8| (word << 8) | u64::from(*byte);
    short.unwrap_or_else(|| bytes.get(start..end).unwrap_or(&[]).iter().rev().fold(0, fold)) ^ size as u64
}
