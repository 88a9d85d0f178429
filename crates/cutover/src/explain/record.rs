//! Recording a decision step by step.

use super::expected::{conversion, expected};
use super::step::Step;
use crate::decision::{Decision, ErrorCode, Outcome};
use crate::ruleset::how::{EACH_ANY, read_as_word};
use crate::ruleset::operator::Operator;
use crate::value::{Value, ValueRef};
use cutover_decider::contract::Hash;
use cutover_decider::decide::truth::Truth;
use cutover_decider::decide::{Observer, Position, Rule};
use cutover_decider::format::{
    NONE, contract as words, converted, header, op, ranges, require, window, zone,
};
use cutover_decider::{AttributeId, Program};
use serde::Serialize;

/// A decision and how it came about.
#[derive(Debug, Serialize)]
pub struct Explanation<'a> {
    /// What was decided.
    pub decision: Decision<'a>,
    /// What was looked at, in order. What is not listed was not looked at.
    pub steps: Vec<Step>,
}

/// The observer that writes everything down.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) steps: Vec<Step>,
    depth: usize,
    /// The paths of the flag or rule, and of the segments, that are being looked at, the innermost last.
    bases: Vec<String>,
}

impl Recorder {
    /// The path that the record at a place gives below what is being looked at.
    fn path(&self, program: &Program, at: u32) -> String {
        let base = self.bases.last().map_or("", String::as_str);
        format!("{base}{}", program.path(program.arena().word(at.saturating_add(op::PATH))))
    }

    fn unit_step(&mut self, program: &Program, rule: &Rule<'_>, unit: Value, ppm: u32, at: Option<Position>) {
        self.steps.push(Step::Share {
            depth: self.depth,
            by: by_text(program, rule),
            hash: hash_of(program, rule),
            unit,
            share_ppm: ppm,
            bucket: at.map(|at| at.position),
            boundary: at.map(|at| at.boundary),
            buckets: at.map(|at| at.of),
            inside: at.map_or(ppm != 0, |at| at.position < at.boundary),
        });
    }
}

impl Observer for Recorder {
    fn begin_flag(&mut self, program: &Program, flag: u32) {
        self.bases.push(format!("flags.{}", program.flag_name(flag)));
    }

    fn end_flag(&mut self) {
        self.bases.pop();
    }

    fn enter_segment(&mut self, program: &Program, number: u32) {
        self.bases.push(format!("segments.{}", program.segment_name(number)));
    }

    fn leave_segment(&mut self) {
        self.bases.pop();
    }

    fn test(&mut self, program: &Program, at: u32, value: ValueRef<'_>, truth: Truth) {
        let Some(&[head, _, operator, operand]) = program.arena().record(at) else { return };
        let operator = Operator::ALL.get(operator as usize).map_or("", |operator| operator.name());
        let how = conversion(program.arena(), head & op::KIND, operand);
        self.steps.push(Step::Condition {
            depth: self.depth,
            path: self.path(program, at),
            attribute: program.attribute(AttributeId::from_index(head >> 8)).to_owned(),
            operator,
            read_as: read_as_word(how),
            ignore_case: how & converted::IGNORE_CASE != 0,
            each: (how & converted::EACH != 0).then_some(EACH_ANY),
            expected: expected(program.arena(), head & op::KIND, operand),
            found: value.into(),
            otherwise: None,
            result: truth.word(),
        });
    }

    fn settled(&mut self, truth: Truth) {
        if let Some(Step::Condition { otherwise, result, .. } | Step::Bucket { otherwise, result, .. }) =
            self.steps.last_mut()
        {
            (*otherwise, *result) = (Some(truth == Truth::True), truth.word());
        }
    }

    fn place(&mut self, program: &Program, at: u32, unit: ValueRef<'_>, bucket: Option<u64>, truth: Truth) {
        let arena = program.arena();
        let Some(&[_, _, _, operand]) = arena.record(at) else { return };
        let Some(&[contract, count]) = arena.record(operand) else { return };
        let words = operand.saturating_add(ranges::WORDS);
        let words = arena.slice(words, count.saturating_mul(ranges::RANGE_WORDS));
        let long = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        self.steps.push(Step::Bucket {
            depth: self.depth,
            path: self.path(program, at),
            hash: program.contract_hash(contract).map_or("", Hash::name),
            salt: program.contract_salt(contract).map(ToOwned::to_owned),
            by: contract_text(program, contract),
            unit: unit.into(),
            bucket,
            ranges: words
                .as_chunks::<4>()
                .0
                .iter()
                .map(|[a, b, c, d]| [long(*a, *b), long(*c, *d)])
                .collect(),
            buckets: arena.long(contract.saturating_add(words::TOTAL)),
            otherwise: None,
            result: truth.word(),
        });
    }

    fn leaf(&mut self, program: &Program, at: u32, truth: Truth) {
        let (depth, path, result) = (self.depth, self.path(program, at), truth.word());
        let Some(&[head, _, _, operand]) = program.arena().record(at) else { return };
        match head & op::KIND {
            op::SEGMENT => {
                let segment = program.segment_name(operand).to_owned();
                self.steps.push(Step::Segment { depth, path, segment, result });
            }
            op::TIME => {
                let arena = program.arena();
                let number = arena.word(operand.saturating_add(window::ZONE));
                let zone = arena.word(header::ZONES).saturating_add(number.saturating_mul(zone::WORDS));
                self.steps.push(Step::Time { depth, path, timezone: arena.text(zone).to_owned(), result });
            }
            _ => {}
        }
    }

    fn enter(&mut self, _: &Program, _: u32) {
        self.depth += 1;
    }

    fn leave(&mut self, program: &Program, place: u32, outcome: u32, truth: Truth) {
        self.depth = self.depth.saturating_sub(1);
        let Some(&[flag, _, count]) = program.arena().record(place) else { return };
        let name = |variant: u32| {
            let variant = program.variant(flag, u16::try_from(variant).ok()?)?;
            Some(variant.0.to_owned())
        };
        let variants = program.arena().slice(place.saturating_add(require::WORDS), count);
        self.steps.push(Step::Flag {
            depth: self.depth,
            path: self.path(program, place),
            flag: program.flag_name(flag).to_owned(),
            expected: variants.iter().filter_map(|variant| name(*variant)).collect(),
            found: Outcome::unpack(outcome).and_then(|outcome| name(outcome.variant?.into())),
            result: truth.word(),
        });
    }

    fn begin_rule(&mut self, program: &Program, rule: &Rule<'_>) {
        let number = rule.number();
        if let Some(base) = self.bases.last_mut() {
            *base = format!("flags.{}.rules[{number}]", program.flag_name(rule.flag));
        }
    }

    fn rule(&mut self, _: &Program, rule: &Rule<'_>, truth: Truth) {
        self.steps.push(Step::Rule {
            depth: self.depth,
            path: self.bases.last().cloned().unwrap_or_default(),
            rule: u16::try_from(rule.number()).unwrap_or(u16::MAX),
            result: truth.word(),
        });
    }

    fn share(&mut self, program: &Program, rule: &Rule<'_>, ppm: u32) {
        self.unit_step(program, rule, Value::Null, ppm, None);
    }

    fn bucket(&mut self, program: &Program, rule: &Rule<'_>, unit: ValueRef<'_>, ppm: u32, at: Position) {
        self.unit_step(program, rule, unit.into(), ppm, Some(at));
    }

    fn draw(&mut self, program: &Program, rule: &Rule<'_>, unit: ValueRef<'_>, at: Position) {
        self.steps.push(Step::Split {
            depth: self.depth,
            by: by_text(program, rule),
            hash: hash_of(program, rule),
            unit: unit.into(),
            bucket: at.position,
            boundary: at.boundary,
            buckets: at.of,
        });
    }

    fn no_unit(&mut self, program: &Program, rule: &Rule<'_>, value: ValueRef<'_>) {
        let error = match value {
            // A text gets here only where it is empty and the hash is the imported one.
            ValueRef::Missing | ValueRef::Text(_) => ErrorCode::MissingUnit,
            _ => ErrorCode::InvalidContext,
        };
        self.steps.push(Step::NoUnit {
            depth: self.depth,
            by: by_text(program, rule),
            found: value.into(),
            error: error.name(),
        });
    }
}

/// The attribute, or attributes, that give the unit of a rule.
fn by_text(program: &Program, rule: &Rule<'_>) -> String {
    match rule.contract() {
        Some(contract) => contract_text(program, contract),
        None => program.attribute(AttributeId::from_index(rule.unit())).to_owned(),
    }
}

/// The same of a contract, and the text that stands for them where they are nothing.
fn contract_text(program: &Program, contract: u32) -> String {
    let arena = program.arena();
    let name = |attribute: u32| program.attribute(AttributeId::from_index(attribute)).to_owned();
    let otherwise = contract.saturating_add(words::OTHERWISE);
    let otherwise = (arena.word(otherwise) != NONE).then(|| format!("{:?}", arena.text(otherwise)));
    let attributes = program.contract_attributes(contract).iter().copied();
    attributes.map(name).chain(otherwise).collect::<Vec<_>>().join(" or ")
}

/// The name of the contract that a rule draws by, where it is not one of a whole flag.
fn hash_of(program: &Program, rule: &Rule<'_>) -> Option<&'static str> {
    let hash = program.contract_hash(rule.contract()?)?;
    (hash != Hash::Java31).then(|| hash.name())
}
