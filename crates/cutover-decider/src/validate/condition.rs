//! Whether a condition holds together: its instructions, what its tests compare with, and what its ranges hold.

use super::{Footprint, Found, Once, asks_flag, segment_footprint};
use crate::Arena;
use crate::contract::Hash;
use crate::cost::instruction_steps;
use crate::format::{MAX_GROUPS, contract, converted, op, ranges, set};
use crate::program::{Program, names};

#[inline]
pub(super) fn condition(
    program: &Program,
    start: u32,
    end: u32,
    footprint: &mut Footprint<'_>,
    once: &mut Once,
) -> Found {
    let arena = &program.arena;
    let size =
        end.checked_sub(start).filter(|size| size % op::WORDS == 0).ok_or("the bounds of a condition")?;
    let words = arena.slice(start, size);
    if words.len() != size as usize {
        return Err("the bounds of a condition");
    }
    footprint.spend(size / op::WORDS)?;
    let mut open = 0_u32;
    for (index, words) in (0_u32..).zip(words.as_chunks::<{ op::WORDS as usize }>().0) {
        let [head, _, _, operand] = *words;
        match head & op::KIND {
            code @ op::SET..=op::LAST_TEST => {
                footprint.reads(head >> 8)?;
                footprint.spend(instruction_steps(arena, code, operand) - 1)?;
                test(arena, code, operand, once)?;
            }
            op::BEGIN if open < MAX_GROUPS => open += 1,
            op::JOIN_ALL | op::JOIN_ANY if open > 0 => {
                // Onwards only, to an instruction of the same condition, so that it ends.
                if operand <= index * op::WORDS || operand >= size || operand % op::WORDS != 0 {
                    return Err("where a condition goes on");
                }
            }
            op::END if open > 0 => open -= 1,
            op::NOT | op::SETTLE => {}
            op::BUCKET => {
                footprint.spend(instruction_steps(arena, op::BUCKET, operand) - 1)?;
                bucket(arena, operand, footprint)?;
            }
            op::TIME if footprint.reads_time => {}
            op::SEGMENT => footprint.asks(&segment_footprint(arena, operand)?.0)?,
            op::FLAG => asks_flag(program, operand, footprint)?,
            _ => return Err("an instruction"),
        }
    }
    if open == 0 { Ok(()) } else { Err("a group that is not closed") }
}

/// What a test compares with lies in the program, and is found quickly.
#[inline]
fn test(arena: &Arena, code: u32, operand: u32, once: &mut Once) -> Found {
    if code != op::EXISTS && operand as usize >= arena.words.len() {
        return Err("what a test compares with");
    }
    match code {
        op::SET => index(arena, operand, once),
        op::CONTAINS => {
            let parts = arena.word(operand.saturating_add(1));
            if parts as usize >= arena.words.len() {
                return Err("what a test compares with");
            }
            index(arena, arena.word(operand), once)
        }
        op::MATCHES => {
            let (place, count) = (operand.saturating_add(3), arena.word(operand.saturating_add(2)));
            match once.first(arena, op::MATCHES, place, count)? {
                Some(words) if !cutover_regex::validate(words) => Err("a regular expression"),
                _ => Ok(()),
            }
        }
        op::CONVERTED => conversion(arena, operand, once),
        // The smallest module compares no texts by their order.
        op::ORDER if cfg!(cutover_smallest) => Err(super::BEYOND),
        _ => Ok(()),
    }
}

/// A test of a converted value: one of another conversion is none.
fn conversion(arena: &Arena, place: u32, once: &mut Once) -> Found {
    if cfg!(cutover_smallest) {
        return Err(super::BEYOND);
    }
    let &[how, code, operand] = arena.record(place).ok_or("a conversion")?;
    let is_test = (op::SET..=op::LAST_TEST).contains(&code) && ![op::EXISTS, op::CONVERTED].contains(&code);
    let is_known = how & converted::AS <= converted::SIZE
        && how & !(converted::AS | converted::IGNORE_CASE | converted::EACH) == 0;
    if is_test && is_known { test(arena, code, operand, once) } else { Err("a conversion") }
}

/// Ranges of positions, and the contract that they are of.
fn bucket(arena: &Arena, place: u32, footprint: &Footprint<'_>) -> Found {
    if cfg!(cutover_smallest) {
        return Err(super::BEYOND);
    }
    let &[contract, count] = arena.record(place).ok_or("ranges of positions")?;
    let words = count.checked_mul(ranges::RANGE_WORDS).ok_or("ranges of positions")?;
    if arena.slice(place.saturating_add(ranges::WORDS), words).len() != words as usize {
        return Err("ranges of positions");
    }
    asks_contract(arena, contract, footprint)
}

/// A contract that is known here, with a sound total and attributes that are listed.
pub(super) fn asks_contract(arena: &Arena, place: u32, footprint: &Footprint<'_>) -> Found {
    let &[bits, _, _, low, high, count, _, _] = arena.record(place).ok_or("a hash contract")?;
    if cfg!(cutover_smallest) && bits & contract::NUMBER != Hash::Java31 as u32 {
        return Err(super::BEYOND);
    }
    let hash = Hash::numbered(bits & contract::NUMBER).ok_or("a hash contract that there is not")?;
    if !cfg!(cutover_smallest) && !hash.totals().1.contains(&crate::arena::join(low, high)) {
        return Err("how many positions a hash contract has");
    }
    let attributes = arena.slice(place.saturating_add(contract::WORDS), count);
    if attributes.len() != count as usize {
        return Err("the attributes of a hash contract");
    }
    attributes.iter().try_for_each(|attribute| footprint.reads(*attribute))
}

/// The index of the texts of a set.
fn index(arena: &Arena, place: u32, once: &mut Once) -> Found {
    let &[texts, ints, floats, bits] = arena.record(place).ok_or("a set")?;
    let sizes = [(texts, set::TEXT_WORDS), (ints, 2), (floats, 2), (bits >> 2, names::SLOT_WORDS)];
    let mut at = place.saturating_add(set::WORDS);
    for (count, size) in sizes {
        let words = count.checked_mul(size).ok_or("a set")?;
        at = at.checked_add(words).filter(|end| *end as usize <= arena.words.len()).ok_or("a set")?;
    }
    let slots = (bits >> 2).saturating_mul(names::SLOT_WORDS);
    if slots == 0 {
        return Ok(());
    }
    match once.first(arena, op::SET, at - slots, slots)? {
        Some(words) if !(bits >> 2).is_power_of_two() || !names::is_quick(words) => Err("the index of a set"),
        _ => Ok(()),
    }
}
