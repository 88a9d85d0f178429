//! Recording a decision step by step.

use super::expected::expected;
use crate::decision::{Decision, ErrorCode, Outcome};
use crate::ruleset::operator::Operator;
use crate::value::{Value, ValueRef};
use cutover_decider::decide::truth::Truth;
use cutover_decider::decide::{Observer, Position, Rule};
use cutover_decider::format::{NONE, header, op, require, units, window, zone};
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

/// One step of an [`Explanation`]. `depth` is 0 for the flag asked for, 1 for flags that it asks, and so on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// A condition on an attribute.
    Condition {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the condition in the ruleset.
        path: String,
        /// The attribute asked for.
        attribute: String,
        /// The operator.
        operator: &'static str,
        /// What it was compared with; of long lists the first values.
        expected: Value,
        /// What the context holds; null where it holds nothing.
        found: Value,
        /// `true`, `false` or `unknown`.
        result: &'static str,
    },
    /// A segment.
    Segment {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the condition in the ruleset.
        path: String,
        /// The name of the segment.
        segment: String,
        /// `true`, `false` or `unknown`.
        result: &'static str,
    },
    /// A time window.
    Time {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the condition in the ruleset.
        path: String,
        /// The zone whose clock was read.
        timezone: String,
        /// `true` or `false`.
        result: &'static str,
    },
    /// Another flag: a prerequisite, or a condition on a flag. Its own steps come before, one deeper.
    Flag {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the prerequisite or condition in the ruleset.
        path: String,
        /// The flag that was asked.
        flag: String,
        /// The variants that would do.
        expected: Vec<String>,
        /// The variant that it is.
        found: Option<String>,
        /// `true`, `false` or `unknown`.
        result: &'static str,
    },
    /// A rule; the first one whose result is `true` decides.
    Rule {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the rule in the ruleset.
        path: String,
        /// The index of the rule.
        rule: u16,
        /// `true`, `false` or `unknown`.
        result: &'static str,
    },
    /// A share of the units.
    Share {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The attribute, or attributes, that give the unit.
        by: String,
        /// The unit; null where a share of nobody or everybody asked for none.
        unit: Value,
        /// The share in millionths, at that time.
        share_ppm: u32,
        /// Where the unit lies; null where nothing was hashed.
        bucket: Option<u64>,
        /// The first bucket that the share leaves out.
        boundary: Option<u64>,
        /// How many buckets there are.
        buckets: Option<u64>,
        /// True where the unit belongs to the share.
        inside: bool,
    },
    /// A split.
    Split {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The attribute that gives the unit.
        by: String,
        /// The unit.
        unit: Value,
        /// Where the unit lies.
        bucket: u64,
        /// The first bucket behind the variant drawn.
        boundary: u64,
        /// How many buckets there are.
        buckets: u64,
    },
    /// There was no unit to hash.
    NoUnit {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The attribute, or attributes, that should give the unit.
        by: String,
        /// What stands there instead; null where nothing does.
        found: Value,
        /// `MISSING_UNIT` or `INVALID_CONTEXT`.
        error: &'static str,
    },
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
        self.steps.push(Step::Condition {
            depth: self.depth,
            path: self.path(program, at),
            attribute: program.attribute(AttributeId::from_index(head >> 8)).to_owned(),
            operator,
            expected: expected(program.arena(), head & op::KIND, operand),
            found: value.into(),
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
    let unit = rule.unit();
    let name = |attribute: u32| program.attribute(AttributeId::from_index(attribute)).to_owned();
    if !rule.is_java31() {
        return name(unit);
    }
    let arena = program.arena();
    let attributes = arena.slice(unit.saturating_add(units::WORDS), arena.word(unit));
    let otherwise = unit.saturating_add(units::OTHERWISE);
    let otherwise = (arena.word(otherwise) != NONE).then(|| format!("{:?}", arena.text(otherwise)));
    attributes.iter().map(|attribute| name(*attribute)).chain(otherwise).collect::<Vec<_>>().join(" or ")
}
