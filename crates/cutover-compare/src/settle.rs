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
    while name < end {
        hashes.push(quick_hash(tape.said(name).as_bytes()));
        name = tape.behind(name + 1);
    }
    if hashes.len() > FEW || any_twice(hashes) {
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
        if let Some(node) = tape.nodes.get_mut(name as usize).filter(|node| node.renamed) {
            node.renamed = false;
            node.next += 1;
        }
    }
}

/// Names that differ mostly have different hashes, and no more is asked.
fn quick_hash(name: &[u8]) -> u64 {
    let word = |part: &[u8]| part.iter().rev().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
    let size = (name.len() as u64) << 56;
    match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29) ^ size
        }
        _ => word(name) ^ size,
    }
}
