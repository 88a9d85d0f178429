//! Deciding a flag: enabled, prerequisites, then the first rule that matches.

use super::machine::Machine;
use super::truth::Truth;
use crate::bucket::{self, Salt, Unit};
use crate::context::ContextView;
use crate::decision::{ErrorCode, Outcome, Reason};
use crate::explain::{Observer, Position};
use crate::program::{ByProgram, FlagProgram, RequireProgram, RuleProgram, ServeProgram, Split};
use crate::ruleset::scalar::ONE;
use crate::ruleset::serve::Share;
use crate::value::ValueRef;

/// Decides the flag of this number.
pub(crate) fn decide<C: ContextView, O: Observer>(
    machine: &mut Machine<'_, '_, C, O>,
    index: u32,
) -> Outcome {
    let program = machine.program;
    let Some(flag) = program.flags.get(index as usize) else {
        return Outcome::error(ErrorCode::FlagNotFound, None);
    };
    let plain = |reason| Outcome { variant: flag.default, rule: None, reason, error: None };
    if !flag.enabled {
        return plain(Reason::Disabled);
    }
    for number in flag.requires.clone() {
        let Some(require) = program.requires.get(number as usize) else { continue };
        if is_one_of(machine, require) != Truth::True {
            return plain(static_or(flag, Reason::Default));
        }
    }
    for (number, rule) in (0_u16..).zip(flag.rules.clone()) {
        let Some(rule) = program.rules.get(rule as usize) else { continue };
        let truth = rule.condition.map_or(Truth::True, |code| machine.condition(code));
        machine.observer.rule(program, rule, number, truth);
        if truth == Truth::True {
            return serve(machine, flag, rule, number);
        }
    }
    plain(static_or(flag, Reason::Default))
}

fn static_or(flag: &FlagProgram, reason: Reason) -> Reason {
    if flag.is_static() { Reason::Static } else { reason }
}

/// Whether another flag is one of some variants; unknown where it has no answer.
pub(crate) fn is_one_of<C: ContextView, O: Observer>(
    machine: &mut Machine<'_, '_, C, O>,
    require: &RequireProgram,
) -> Truth {
    machine.observer.enter(machine.program, require);
    let outcome = decide(machine, require.flag);
    let truth = match (outcome.error, outcome.variant) {
        (Some(_), _) => Truth::Unknown,
        (None, Some(variant)) => require.variants.contains(&variant).into(),
        (None, None) => Truth::False,
    };
    machine.observer.leave(machine.program, require, outcome, truth);
    truth
}

fn serve<C: ContextView, O: Observer>(
    machine: &mut Machine<'_, '_, C, O>,
    flag: &FlagProgram,
    rule: &RuleProgram,
    number: u16,
) -> Outcome {
    let answer = |variant, reason| Outcome {
        variant,
        rule: Some(number),
        reason: static_or(flag, reason),
        error: None,
    };
    match &rule.serve {
        ServeProgram::Variant(variant) => answer(Some(*variant), Reason::TargetingMatch),
        ServeProgram::Share { share, variant, otherwise, by } => {
            match takes(machine, share, by, &flag.salt) {
                Ok(true) => answer(Some(*variant), Reason::Split),
                Ok(false) => answer(otherwise.or(flag.default), Reason::Split),
                Err(error) => Outcome::error(error, Some(number)),
            }
        }
        ServeProgram::Split { split, within, otherwise, by } => {
            let (taken, salt) = match within {
                Some(share) => (takes(machine, share, by, &flag.salt), &flag.inner_salt),
                None => (Ok(true), &flag.salt),
            };
            match taken {
                Ok(false) => answer(otherwise.or(flag.default), Reason::Split),
                Ok(true) => match draw(machine, split, by, salt) {
                    Ok(variant) => answer(variant, Reason::Split),
                    Err(error) => Outcome::error(error, Some(number)),
                },
                Err(error) => Outcome::error(error, Some(number)),
            }
        }
    }
}

/// Whether a share takes the unit. Nobody and everybody need no unit.
fn takes<C: ContextView, O: Observer>(
    machine: &mut Machine<'_, '_, C, O>,
    share: &Share,
    by: &ByProgram,
    salt: &Salt,
) -> Result<bool, ErrorCode> {
    let ppm = share.at(machine.now_ms);
    if ppm == 0 || ppm == ONE {
        machine.observer.share(machine.program, by, ppm);
        return Ok(ppm == ONE);
    }
    match by {
        ByProgram::Xxh3(attribute) => {
            let value = machine.view.value(*attribute);
            let hash = Unit::of(value).map(|unit| salt.hash(unit));
            let hash = hash.inspect_err(|_| machine.observer.no_unit(machine.program, by, value))?;
            let position = Position {
                position: bucket::position(hash).into(),
                boundary: bucket::boundary(ppm),
                of: 1 << 32,
            };
            machine.observer.bucket(machine.program, by, value, ppm, position);
            Ok(bucket::inside(hash, ppm))
        }
        ByProgram::Java31 { attributes, otherwise } => {
            let value = first_text(machine, attributes);
            let text = match value {
                ValueRef::Text(bytes) if !bytes.is_empty() => std::str::from_utf8(bytes).ok(),
                _ => otherwise.as_deref(),
            };
            let Some(text) = text else {
                machine.observer.no_unit(machine.program, by, value);
                // The empty text is nobody to this hash, and so is nothing at all; anything else is a mistake.
                let nobody = matches!(value, ValueRef::Missing | ValueRef::Text(_));
                return Err(if nobody { ErrorCode::MissingUnit } else { ErrorCode::InvalidContext });
            };
            let bucket = bucket::java31(text);
            let position =
                Position { position: bucket.into(), boundary: u64::from(ppm.div_ceil(10_000)), of: 100 };
            machine.observer.bucket(machine.program, by, ValueRef::Text(text.as_bytes()), ppm, position);
            Ok(bucket::java31_inside(bucket, ppm))
        }
    }
}

/// The first attribute that is a text with something in it; where none is, the first that is there at all.
fn first_text<'c, C: ContextView, O>(
    machine: &Machine<'_, 'c, C, O>,
    attributes: &[crate::context::AttributeId],
) -> ValueRef<'c> {
    let view = machine.view;
    let values = || attributes.iter().map(|attribute| view.value(*attribute));
    values()
        .find(|value| matches!(value, ValueRef::Text(text) if !text.is_empty()))
        .or_else(|| values().find(|value| !matches!(value, ValueRef::Missing)))
        .unwrap_or(ValueRef::Missing)
}

/// The variant that a split draws for the unit.
fn draw<C: ContextView, O: Observer>(
    machine: &mut Machine<'_, '_, C, O>,
    split: &Split,
    by: &ByProgram,
    salt: &Salt,
) -> Result<Option<u16>, ErrorCode> {
    if let Some(only) = split.only() {
        return Ok(Some(only));
    }
    // The compiler lets only version 1 draw splits.
    let ByProgram::Xxh3(attribute) = by else { return Err(ErrorCode::InvalidContext) };
    let value = machine.view.value(*attribute);
    let hash = Unit::of(value).map(|unit| salt.hash(unit));
    let hash = hash.inspect_err(|_| machine.observer.no_unit(machine.program, by, value))?;
    let position = u64::from(bucket::position(hash));
    let drawn = split.cuts.iter().find(|(cut, _)| position < *cut);
    let boundary = drawn.map_or(0, |(cut, _)| *cut);
    machine.observer.draw(machine.program, by, value, Position { position, boundary, of: 1 << 32 });
    Ok(drawn.map(|(_, variant)| *variant))
}
