//! What is drawn by a named contract: shares, splits, and conditions on a position.

use super::machine::Machine;
use super::observer::{Observer, Position, Rule};
use super::share::share_at;
use super::truth::Truth;
use crate::arena::{View, join};
use crate::context::{AttributeId, ContextView};
use crate::contract::Hash;
#[cfg(not(cutover_smallest))]
use crate::format::ranges;
use crate::format::{NONE, contract, cuts, rule};
use crate::outcome::ErrorCode;
use crate::value::ValueRef;

/// A unit, and where it lies.
struct Found<'a> {
    unit: ValueRef<'a>,
    hash: Hash,
    position: u64,
    total: u64,
}

/// Where the unit of the contract at a place lies; otherwise why it does not, and what stands in its place.
fn find<'a>(
    arena: View<'a>,
    view: &'a (impl ContextView + ?Sized),
    at: u32,
) -> Result<Found<'a>, (ErrorCode, ValueRef<'a>)> {
    let nobody = (ErrorCode::MissingUnit, ValueRef::Missing);
    let &[bits, salt, length, low, high, count, other, other_length] = arena.record(at).ok_or(nobody)?;
    let hash = Hash::numbered(bits & contract::NUMBER).ok_or(nobody)?;
    let attributes = arena.slice(at.wrapping_add(contract::WORDS), count);
    let values = || attributes.iter().map(|attribute| view.value(AttributeId::from_index(*attribute)));
    let is_unit = |value: &ValueRef<'_>| match value {
        ValueRef::Text(text) => bits & contract::FIRST_OF == 0 || !text.is_empty(),
        ValueRef::Int(int) => hash != Hash::Java31 && (*int != 0 || !hash.is_growthbook()),
        ValueRef::Float(_) if hash.is_growthbook() => true,
        _ => bits & contract::FIRST_OF == 0,
    };
    let text = |offset, length| (offset != NONE).then(|| arena.text_at(offset, length));
    // Where none is a unit, the first that is there at all is told of.
    let there = || values().find(|value| !matches!(value, ValueRef::Missing)).unwrap_or(ValueRef::Missing);
    let unit = values().find(is_unit).or_else(|| text(other, other_length).map(Into::into));
    let unit = unit.unwrap_or_else(there);
    let total = join(low, high);
    // An empty text that was passed over is no unit.
    let position = match is_unit(&unit) || other != NONE {
        true => hash.position(text(salt, length), unit, total),
        false => hash.takes_nothing().then_some(0),
    };
    match (position, unit) {
        (Some(position), _) => Ok(Found { unit, hash, position, total }),
        // The empty text is nobody, and so is nothing at all; anything else is a mistake.
        (None, ValueRef::Missing | ValueRef::Text(_)) => Err((ErrorCode::MissingUnit, unit)),
        (None, _) => Err((ErrorCode::InvalidContext, unit)),
    }
}

/// Whether the unit of a contract lies in one of the ranges at a place; unknown where there is none.
#[cfg(not(cutover_smallest))]
#[inline(never)]
pub(super) fn is_within<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    at: u32,
    place: u32,
) -> Truth {
    let arena = machine.arena();
    let Some(&[contract, count]) = arena.record(place) else { return Truth::Unknown };
    let all = arena.slice(place.wrapping_add(ranges::WORDS), count.saturating_mul(ranges::RANGE_WORDS));
    match find(arena, machine.view, contract) {
        Ok(Found { unit, position, .. }) => {
            let has = |[a, b, c, d]: &[u32; 4]| (join(*a, *b)..join(*c, *d)).contains(&position);
            let truth = all.as_chunks::<{ ranges::RANGE_WORDS as usize }>().0.iter().any(has).into();
            machine.observer.place(machine.program, at, unit, Some(position), truth);
            truth
        }
        Err((_, unit)) => {
            machine.observer.place(machine.program, at, unit, None, Truth::Unknown);
            Truth::Unknown
        }
    }
}

/// The smallest module refuses programs that ask this.
#[cfg(cutover_smallest)]
pub(super) fn is_within<C: ContextView + ?Sized, O: Observer + ?Sized>(
    _: &mut Machine<'_, '_, C, O>,
    _: u32,
    _: u32,
) -> Truth {
    Truth::Unknown
}

/// The variant of a rule that draws by a contract, or whose condition did.
#[inline(never)]
pub(super) fn variant<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    rule: &Rule<'_>,
) -> Result<u32, ErrorCode> {
    let [kind, _, _, _, variants, place, ppm, cuts_at] = *rule.words;
    let share = match kind & rule::KIND {
        rule::DRAWN => return Ok(variants),
        rule::SHARE_BY if kind & rule::RAMP != 0 => Some(share_at(machine.arena(), ppm, machine.now_ms)),
        rule::SHARE_BY => Some(ppm),
        _ => None,
    };
    if let Some(ppm @ (0 | 1_000_000..)) = share {
        machine.observer.share(machine.program, rule, ppm);
        return Ok(if ppm == 0 { variants >> 16 } else { variants });
    }
    let Found { unit, hash, position, total } = match find(machine.arena(), machine.view, place) {
        Ok(found) => found,
        Err((error, unit)) => {
            machine.observer.no_unit(machine.program, rule, unit);
            return Err(error);
        }
    };
    if let Some(ppm) = share {
        let boundary = hash.boundary(ppm, total);
        machine.observer.bucket(machine.program, rule, unit, ppm, Position { position, boundary, of: total });
        return Ok(if position < boundary { variants } else { variants >> 16 });
    }
    // The smallest module refuses programs with such splits.
    if cfg!(cutover_smallest) {
        return Ok(variants >> 16);
    }
    let count = machine.arena().word(cuts_at).saturating_mul(cuts::CUT_WORDS);
    let all = machine.arena().slice(cuts_at.wrapping_add(cuts::WORDS), count);
    let all = all.as_chunks::<{ cuts::CUT_WORDS as usize }>().0;
    let end = |[low, high, _]: &[u32; 3]| join(*low, *high);
    // Beyond the last cut is `else`, and that cut is the boundary.
    let (boundary, variant) = match all.iter().find(|cut| position < end(cut)) {
        Some(cut @ [.., variant]) => (end(cut), *variant),
        None => (all.last().map_or(0, end), variants >> 16),
    };
    machine.observer.draw(machine.program, rule, unit, Position { position, boundary, of: total });
    Ok(variant)
}
