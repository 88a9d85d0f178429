//! Deciding a flag: enabled, prerequisites, then the first rule that matches.

use super::machine::Machine;
use super::observer::{Observer, Position, Rule};
use super::share::share_at;
use super::truth::Truth;
use crate::arena::View;
use crate::bucket::{self, Salt, Unit};
use crate::context::{AttributeId, ContextView};
use crate::format::{NO_VARIANT, NONE, cuts, flag, header, require, rule, units};
#[cfg(doc)]
use crate::outcome::Outcome;
use crate::outcome::{ErrorCode, Reason};
use crate::value::ValueRef;

/// All units, in millionths.
const ONE: u32 = 1_000_000;

/// A flag as it lies in the program.
pub(crate) type Record = [u32; flag::WORDS as usize];

/// The flag of this number.
#[inline(always)]
pub(crate) fn flag_record(arena: View<'_>, number: u32) -> Option<&Record> {
    let &[flags, count] = arena.record(header::FLAGS)?;
    if number >= count {
        return None;
    }
    arena.record(flags.wrapping_add(number.wrapping_mul(flag::WORDS)))
}

/// No variant and no rule, as they are packed.
const NOTHING: u32 = 0xFFF;

/// An outcome as it is [packed](Outcome::pack): deciding never takes one apart.
fn packed(variant: u32, rule: u32, reason: Reason) -> u32 {
    variant & NOTHING | (rule & NOTHING) << 12 | (reason as u32) << 24
}

fn failed(error: ErrorCode, rule: u32) -> u32 {
    packed(NOTHING, rule, Reason::Error) | (error as u32) << 28
}

/// Decides the flag of this number: an outcome, [packed](Outcome::pack).
#[inline]
pub fn decide<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    number: u32,
) -> u32 {
    let Some(record) = flag_record(machine.arena(), number) else {
        return failed(ErrorCode::FlagNotFound, NOTHING);
    };
    machine.observer.begin_flag(machine.program, number);
    let outcome = decide_record(machine, number, record);
    machine.observer.end_flag();
    outcome
}

#[inline(always)]
fn decide_record<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    number: u32,
    record: &Record,
) -> u32 {
    let &[_, _, bits, outcome, requires, require_count, rules, rule_count, ..] = record;
    let plain = |reason| packed(bits >> 16, NOTHING, reason);
    if machine.observer.is_silent() && bits & flag::FIXED != 0 {
        return outcome;
    }
    if bits & flag::ENABLED == 0 {
        return plain(Reason::Disabled);
    }
    let arena = machine.arena();
    if require_count != 0 {
        for place in arena.slice(requires, require_count) {
            if is_one_of(machine, *place) != Truth::True {
                return plain(fixed_or(bits, Reason::Default));
            }
        }
    }
    let words = arena.slice(rules, rule_count.wrapping_mul(rule::WORDS));
    for words in words.as_chunks::<{ rule::WORDS as usize }>().0 {
        let rule = Rule { flag: number, words };
        let &[_, start, end, ..] = words;
        machine.observer.begin_rule(machine.program, &rule);
        let truth = if start == NONE { Truth::True } else { machine.condition(start, end) };
        machine.observer.rule(machine.program, &rule, truth);
        if truth == Truth::True {
            return serve(machine, record, &rule);
        }
    }
    plain(fixed_or(bits, Reason::Default))
}

/// The reason, unless everybody gets the same answer.
fn fixed_or(bits: u32, reason: Reason) -> Reason {
    if bits & flag::FIXED == 0 { reason } else { Reason::Static }
}

/// Whether another flag is one of some variants; unknown where it has no answer.
#[inline(never)]
pub(crate) fn is_one_of<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    place: u32,
) -> Truth {
    let arena = machine.arena();
    let Some(&[number, _, count]) = arena.record(place) else { return Truth::Unknown };
    machine.observer.enter(machine.program, place);
    let none = failed(ErrorCode::FlagNotFound, NOTHING);
    let outcome = machine.chained(none, |machine| decide(machine, number));
    let variant = outcome & NOTHING;
    let truth = if outcome >> 28 != 0 {
        Truth::Unknown
    } else if variant == NOTHING {
        Truth::False
    } else {
        arena.slice(place.saturating_add(require::WORDS), count).contains(&variant).into()
    };
    machine.observer.leave(machine.program, place, outcome, truth);
    truth
}

#[inline(always)]
fn serve<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    record: &Record,
    rule: &Rule<'_>,
) -> u32 {
    let &[_, _, bits, _, _, _, _, _, _, _, _, _, salt_at, salt_length, ..] = record;
    let [number, _, _, kind, variants, _, _, cuts] = *rule.words;
    let answer = |variant: u32, reason| packed(variant, number, fixed_or(bits, reason));
    let outside = || if variants >> 16 == NO_VARIANT { bits >> 16 } else { variants >> 16 };
    if kind & rule::KIND == rule::VARIANT {
        return answer(variants, Reason::TargetingMatch);
    }
    let salt = Salt::within(machine.arena().bytes_from(salt_at), salt_length as usize);
    let decided = match kind & rule::KIND {
        rule::SHARE => takes(machine, rule, salt).map(|inside| if inside { variants } else { outside() }),
        rule::SPLIT => draw(machine, rule, cuts, salt),
        _ => match takes(machine, rule, salt) {
            Ok(true) => draw(machine, rule, cuts, salt.inner()),
            Ok(false) => Ok(outside()),
            Err(error) => Err(error),
        },
    };
    match decided {
        Ok(variant) => answer(variant, Reason::Split),
        Err(error) => failed(error, number),
    }
}

/// Whether a share takes the unit. Nobody and everybody need no unit.
#[inline(always)]
fn takes<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    rule: &Rule<'_>,
    salt: Salt<'_>,
) -> Result<bool, ErrorCode> {
    let [_, _, _, kind, _, unit, ppm, _] = *rule.words;
    let ppm = if kind & rule::RAMP == 0 { ppm } else { share_at(machine.arena(), ppm, machine.now_ms) };
    if ppm == 0 || ppm >= ONE {
        machine.observer.share(machine.program, rule, ppm);
        return Ok(ppm != 0);
    }
    if kind & rule::JAVA31 != 0 {
        return takes_java31(machine, rule, unit, ppm);
    }
    let (value, hash) = hash(machine, rule, unit, salt)?;
    let position =
        Position { position: bucket::position(hash).into(), boundary: bucket::boundary(ppm), of: 1 << 32 };
    machine.observer.bucket(machine.program, rule, value, ppm, position);
    Ok(bucket::inside(hash, ppm))
}

/// The unit of an attribute, and its hash.
#[inline(always)]
fn hash<'c, C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, 'c, C, O>,
    rule: &Rule<'_>,
    attribute: u32,
    salt: Salt<'_>,
) -> Result<(ValueRef<'c>, u64), ErrorCode> {
    let value = machine.view.value(AttributeId::from_index(attribute));
    match Unit::of(value) {
        Ok(unit) => Ok((value, salt.hash(unit))),
        Err(error) => {
            machine.observer.no_unit(machine.program, rule, value);
            Err(error)
        }
    }
}

/// The same by the hash of the imported formats: of the first attribute that is a text with something in it.
#[inline(never)]
fn takes_java31<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    rule: &Rule<'_>,
    place: u32,
    ppm: u32,
) -> Result<bool, ErrorCode> {
    let arena = machine.arena();
    let value = first_text(arena, machine.view, place);
    let text = match value {
        ValueRef::Text(bytes) if !bytes.is_empty() => core::str::from_utf8(bytes).ok(),
        _ => otherwise(arena, place),
    };
    let Some(text) = text else {
        machine.observer.no_unit(machine.program, rule, value);
        // The empty text is nobody to this hash, and so is nothing at all; anything else is a mistake.
        let nobody = matches!(value, ValueRef::Missing | ValueRef::Text(_));
        return Err(if nobody { ErrorCode::MissingUnit } else { ErrorCode::InvalidContext });
    };
    let bucket = bucket::java31(text);
    let position = Position { position: bucket.into(), boundary: u64::from(ppm.div_ceil(10_000)), of: 100 };
    machine.observer.bucket(machine.program, rule, ValueRef::Text(text.as_bytes()), ppm, position);
    Ok(bucket::java31_inside(bucket, ppm))
}

fn otherwise(arena: View<'_>, place: u32) -> Option<&str> {
    let at = place.saturating_add(units::OTHERWISE);
    (arena.word(at) != NONE).then(|| arena.text(at))
}

/// The first attribute that is a text with something in it; where none is, the first that is there at all.
fn first_text<'c>(arena: View<'_>, view: &'c (impl ContextView + ?Sized), place: u32) -> ValueRef<'c> {
    let attributes = arena.slice(place.saturating_add(units::WORDS), arena.word(place));
    let values = || attributes.iter().map(|attribute| view.value(AttributeId::from_index(*attribute)));
    values()
        .find(|value| matches!(value, ValueRef::Text(text) if !text.is_empty()))
        .or_else(|| values().find(|value| !matches!(value, ValueRef::Missing)))
        .unwrap_or(ValueRef::Missing)
}

/// The variant that a split draws for the unit. Where one has all the weight, it is that of everybody.
fn draw<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    rule: &Rule<'_>,
    place: u32,
    salt: Salt<'_>,
) -> Result<u32, ErrorCode> {
    let [_, _, _, _, _, unit, _, _] = *rule.words;
    let arena = machine.arena();
    let all =
        arena.slice(place.saturating_add(cuts::WORDS), arena.word(place).saturating_mul(cuts::CUT_WORDS));
    let all = all.as_chunks::<{ cuts::CUT_WORDS as usize }>().0;
    if let [[.., only]] = all {
        return Ok(*only);
    }
    let (value, hash) = hash(machine, rule, unit, salt)?;
    let position = u64::from(bucket::position(hash));
    let cut = |[low, high, _]: &[u32; 3]| crate::arena::join(*low, *high);
    let drawn = all.iter().find(|words| position < cut(words));
    let boundary = drawn.map_or(0, cut);
    machine.observer.draw(machine.program, rule, value, Position { position, boundary, of: 1 << 32 });
    Ok(drawn.map_or(NOTHING, |[.., variant]| *variant))
}
