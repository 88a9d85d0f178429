//! What an instruction costs in steps: one, and more where it walks through a list or an automaton. The compiler counts
//! with it and the validator checks with it, so that a million steps are a fraction of a second whatever they are.

use crate::Arena;
use crate::format::{MAX_STEPS, NONE, contract, converted, op, ranges, set, versions};

/// How many steps a position of an automaton is, for a text of the greatest length.
const PER_THREAD: u32 = 16;
/// How many bytes are hashed, or variants compared, in a step.
const PER_STEP: u32 = 64;
/// What a cryptographic hash takes beside the bytes.
const DIGEST: u32 = 16;
/// What a conversion takes.
const CONVERSION: u32 = 16;

/// The steps of an instruction with this code and operand; those of what it asks are not among them.
///
/// ```
/// use cutover_decider::{Arena, format::op, instruction_steps};
/// let arena = Arena { words: vec![0, 7], text: String::new() };
/// assert_eq!(instruction_steps(&arena, op::EXISTS, 1), 1);
/// assert_eq!(instruction_steps(&arena, op::STARTS_WITH, 1), 8);
/// ```
#[must_use]
pub fn instruction_steps(arena: &Arena, code: u32, operand: u32) -> u32 {
    let more = match code {
        op::SET => arena.word(operand.saturating_add(set::FLOATS)),
        op::CONTAINS => {
            let (items, parts) = (arena.word(operand), arena.word(operand.saturating_add(1)));
            arena.word(items.saturating_add(set::FLOATS)).saturating_add(arena.word(parts))
        }
        op::STARTS_WITH | op::ENDS_WITH | op::CIDR => arena.word(operand),
        op::HASHED => DIGEST + arena.word(operand.saturating_add(1)) / PER_STEP,
        op::SEMVER => comparators(arena, operand),
        op::MATCHES => {
            let automaton = arena.slice(operand.saturating_add(3), arena.word(operand.saturating_add(2)));
            cutover_regex::threads(automaton).saturating_mul(PER_THREAD)
        }
        op::BUCKET => {
            let contract = contract_steps(arena, arena.word(operand.saturating_add(ranges::CONTRACT)));
            contract.saturating_add(arena.word(operand.saturating_add(ranges::COUNT)))
        }
        op::CONVERTED => {
            let code = arena.word(operand.saturating_add(converted::CODE));
            // No conversion is of another one.
            let code = if code == op::CONVERTED { 0 } else { code };
            let inner = arena.word(operand.saturating_add(converted::OPERAND));
            instruction_steps(arena, code, inner).saturating_add(CONVERSION)
        }
        _ => 0,
    };
    more.saturating_add(1)
}

/// How many alternatives and comparators a range of versions has; more than any decision may take where they have no
/// end.
fn comparators(arena: &Arena, place: u32) -> u32 {
    let alternatives = arena.word(place.saturating_add(versions::WORDS - 1));
    let mut at = place.saturating_add(versions::WORDS);
    let mut sum = alternatives;
    for _ in 0..alternatives.min(MAX_STEPS) {
        let count = arena.word(at);
        sum = sum.saturating_add(count);
        at = at.saturating_add(1).saturating_add(count.saturating_mul(versions::COMPARATOR_WORDS));
        if sum > MAX_STEPS {
            break;
        }
    }
    sum
}

/// The steps of asking a contract at a place: one for each attribute, and those of its texts.
#[must_use]
pub fn contract_steps(arena: &Arena, place: u32) -> u32 {
    let text = |at: u32| match arena.word(place.saturating_add(at)) {
        NONE => 0,
        _ => arena.word(place.saturating_add(at + 1)) / PER_STEP,
    };
    let texts = text(contract::SALT).saturating_add(text(contract::OTHERWISE));
    arena.word(place.saturating_add(contract::COUNT)).saturating_add(texts).saturating_add(DIGEST)
}

/// The steps of hashing with a salt of so many bytes, which a split within a share does twice.
#[must_use]
pub fn salt_steps(length: u32) -> u32 {
    length / PER_STEP
}

/// The steps of comparing an answer with so many variants, beside those of the flag that is asked.
#[must_use]
pub fn variants_steps(count: u32) -> u32 {
    count / PER_STEP
}
