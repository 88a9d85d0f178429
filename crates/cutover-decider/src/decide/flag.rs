//! Deciding a flag: enabled, prerequisites, then the first rule that matches.

use super::drawn;
use super::machine::Machine;
use super::observer::{Observer, Position, Rule};
use super::share::share_at;
use super::truth::Truth;
use crate::arena::View;
use crate::bucket::{self, Salt, Unit};
use crate::context::{AttributeId, ContextView};
use crate::format::{cuts, flag, header, require, rule};
#[cfg(doc)]
use crate::outcome::Outcome;
use crate::outcome::{ErrorCode, Reason};

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

/// No variant, as it is packed.
const NOTHING: u32 = 0xFFF;
/// No rule, as it is packed: rules have their number where an outcome has it.
const NO_RULE: u32 = NOTHING << rule::NUMBER_SHIFT;

/// An outcome as it is [packed](Outcome::pack): deciding never takes one apart.
fn packed(variant: u32, rule: u32, reason: Reason) -> u32 {
    variant & NOTHING | rule & NO_RULE | (reason as u32) << 24
}

fn failed(error: ErrorCode, rule: u32) -> u32 {
    packed(NOTHING, rule, Reason::Error) | (error as u32) << 28
}

/// Decides the flag of this number: an outcome, [packed](Outcome::pack).
#[inline(always)]
pub fn decide<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    number: u32,
) -> u32 {
    match flag_record(machine.arena(), number) {
        Some(&[_, _, bits, outcome, ..]) if machine.observer.is_silent() && bits & flag::FIXED != 0 => {
            outcome
        }
        Some(record) => decide_record(machine, number, record),
        None => failed(ErrorCode::FlagNotFound, NO_RULE),
    }
}

/// The same of a flag that is there. It is no part of whoever asks, whose values would crowd out its own.
#[inline(never)]
fn decide_record<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    number: u32,
    record: &Record,
) -> u32 {
    machine.observer.begin_flag(machine.program, number);
    let outcome = decide_rules(machine, number, record);
    machine.observer.end_flag();
    outcome
}

#[inline(always)]
fn decide_rules<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    number: u32,
    record: &Record,
) -> u32 {
    let &[_, _, bits, _, requires, require_count, rules, rule_count, ..] = record;
    let plain = |reason| packed(bits >> 16, NO_RULE, reason);
    if bits & flag::ENABLED == 0 {
        return plain(Reason::Disabled);
    }
    let arena = machine.arena();
    if require_count != 0 {
        for place in arena.slice(requires, require_count) {
            if is_one_of(machine, *place) != Truth::True {
                return plain(fixed_or(machine.observer.is_silent(), bits, Reason::Default));
            }
        }
    }
    let Some(words) = arena.get(rules, rule_count.wrapping_mul(rule::WORDS)) else {
        return plain(Reason::Default);
    };
    for words in words.as_chunks::<{ rule::WORDS as usize }>().0 {
        let &[_, head, operand, code, ..] = words;
        if !machine.observer.is_silent() {
            machine.observer.begin_rule(machine.program, &Rule { flag: number, words });
        }
        let truth = match head {
            rule::ALWAYS => Truth::True,
            rule::MANY => machine.condition(code, operand),
            _ => machine.test(code, head, operand),
        };
        if !machine.observer.is_silent() {
            machine.observer.rule(machine.program, &Rule { flag: number, words }, truth);
        }
        if truth == Truth::True {
            return serve(machine, record, &Rule { flag: number, words });
        }
    }
    plain(fixed_or(machine.observer.is_silent(), bits, Reason::Default))
}

/// The reason, unless everybody gets the same answer.
#[inline(always)]
fn fixed_or(is_silent: bool, bits: u32, reason: Reason) -> Reason {
    // A flag that is fixed is looked at no further unless somebody watches.
    if is_silent || bits & flag::FIXED == 0 { reason } else { Reason::Static }
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
    let none = failed(ErrorCode::FlagNotFound, NO_RULE);
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
    let &[_, _, bits, ..] = record;
    let [kind, _, _, _, variants, ..] = *rule.words;
    let is_silent = machine.observer.is_silent();
    let answer = |variant: u32, reason| packed(variant, kind, fixed_or(is_silent, bits, reason));
    let outside = variants >> 16;
    let decided = match kind & rule::KIND {
        rule::VARIANT => return answer(variants, Reason::TargetingMatch),
        rule::SHARE => takes(machine, record, rule).map(|inside| if inside { variants } else { outside }),
        rule::SPLIT => draw(machine, record, rule, false),
        rule::SPLIT_WITHIN => match takes(machine, record, rule) {
            Ok(true) => draw(machine, record, rule, true),
            Ok(false) => Ok(outside),
            Err(error) => Err(error),
        },
        _ => drawn::variant(machine, rule),
    };
    match decided {
        Ok(variant) => answer(variant, Reason::Split),
        Err(error) => failed(error, kind),
    }
}

/// Whether a share takes the unit. Nobody and everybody need no unit.
#[inline(always)]
fn takes<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    record: &Record,
    rule: &Rule<'_>,
) -> Result<bool, ErrorCode> {
    let [kind, _, _, _, _, unit, ppm, _] = *rule.words;
    let ppm = if kind & rule::RAMP == 0 { ppm } else { share_at(machine.arena(), ppm, machine.now_ms) };
    if ppm == 0 || ppm >= ONE {
        machine.observer.share(machine.program, rule, ppm);
        return Ok(ppm != 0);
    }
    let hash = hash(machine, record, rule, false)?;
    if !machine.observer.is_silent() {
        let position = Position {
            position: bucket::position(hash).into(),
            boundary: bucket::boundary(ppm),
            of: 1 << 32,
        };
        let value = machine.view.value(AttributeId::from_index(unit));
        machine.observer.bucket(machine.program, rule, value, ppm, position);
    }
    Ok(bucket::inside(hash, ppm))
}

/// The hash of the unit.
#[inline(always)]
fn hash<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    record: &Record,
    rule: &Rule<'_>,
    is_inner: bool,
) -> Result<u64, ErrorCode> {
    if !is_inner
        && let Some(text) = machine.view.text(AttributeId::from_index(rule.unit()))
        && let Some(hash) = salt(machine.arena(), record).hash_framed(text)
    {
        return Ok(hash);
    }
    hash_value(machine, record, rule, is_inner)
}

/// The same of any unit.
#[inline(never)]
fn hash_value<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    record: &Record,
    rule: &Rule<'_>,
    is_inner: bool,
) -> Result<u64, ErrorCode> {
    let salt = salt(machine.arena(), record);
    let value = machine.view.value(AttributeId::from_index(rule.unit()));
    match Unit::of(value) {
        Ok(unit) => Ok(if is_inner { salt.inner() } else { salt }.hash(unit)),
        Err(error) => {
            machine.observer.no_unit(machine.program, rule, value);
            Err(error)
        }
    }
}

#[inline(always)]
fn salt<'p>(arena: View<'p>, record: &Record) -> Salt<'p> {
    let &[_, _, _, _, _, _, _, _, _, _, _, _, salt, length, ..] = record;
    Salt::within(arena.bytes(), salt, length)
}

/// The variant that a split draws for the unit. Where one has all the weight, it is that of everybody.
#[inline(never)]
fn draw<C: ContextView + ?Sized, O: Observer + ?Sized>(
    machine: &mut Machine<'_, '_, C, O>,
    record: &Record,
    rule: &Rule<'_>,
    is_inner: bool,
) -> Result<u32, ErrorCode> {
    let [.., place] = *rule.words;
    let arena = machine.arena();
    let [count] = arena.record(place).copied().unwrap_or_default();
    let all = arena.slice(place.wrapping_add(cuts::WORDS), count.wrapping_mul(cuts::CUT_WORDS));
    if let [_, _, only] = all {
        return Ok(*only);
    }
    let hash = hash(machine, record, rule, is_inner)?;
    let position = u64::from(bucket::position(hash));
    let mut left = all;
    let (boundary, variant) = loop {
        let Some(([low, high, variant], rest)) = left.split_first_chunk() else { break (0, NOTHING) };
        let cut = crate::arena::join(*low, *high);
        if position < cut {
            break (cut, *variant);
        }
        left = rest;
    };
    if !machine.observer.is_silent() {
        let value = machine.view.value(AttributeId::from_index(rule.unit()));
        machine.observer.draw(machine.program, rule, value, Position { position, boundary, of: 1 << 32 });
    }
    Ok(variant)
}
