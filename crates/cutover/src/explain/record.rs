//! Recording a decision step by step.

use super::{Observer, Position};
use crate::decide::hashed;
use crate::decide::truth::Truth;
use crate::decision::{Decision, ErrorCode, Outcome};
use crate::program::op::{Op, Tables, TestRef};
use crate::program::{ByProgram, Program, RequireProgram, RuleProgram};
use crate::value::{Value, ValueRef};
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
}

/// How many values of a list an explanation shows.
const SHOWN: usize = 8;

impl Observer for Recorder {
    fn test(&mut self, program: &Program, at: u32, value: ValueRef<'_>, truth: Truth) {
        let Some(Op::Test { attribute, operator, test }) = program.code.get(at as usize) else { return };
        self.steps.push(Step::Condition {
            depth: self.depth,
            path: path_of(program, at),
            attribute: program.attributes.get(attribute.index()).cloned().unwrap_or_default(),
            operator: operator.name(),
            expected: expected(&program.tables, *test),
            found: value.to_value(),
            result: shown(program, at, truth),
        });
    }

    fn leaf(&mut self, program: &Program, at: u32, truth: Truth) {
        let (depth, path, result) = (self.depth, path_of(program, at), truth.word());
        match program.code.get(at as usize) {
            Some(Op::Segment(index)) => {
                let segment = program
                    .segments
                    .get(*index as usize)
                    .map(|segment| segment.name.clone())
                    .unwrap_or_default();
                self.steps.push(Step::Segment { depth, path, segment, result });
            }
            Some(Op::Time(index)) => {
                let zone = program.tables.windows.get(*index as usize).map(|window| window.zone as usize);
                let zone = zone.and_then(|zone| program.tables.zones.get(zone));
                let timezone = zone.map(|zone| zone.name.clone()).unwrap_or_default();
                self.steps.push(Step::Time { depth, path, timezone, result });
            }
            _ => {}
        }
    }

    fn enter(&mut self, _: &Program, _: &RequireProgram) {
        self.depth += 1;
    }

    fn leave(&mut self, program: &Program, require: &RequireProgram, outcome: Outcome, truth: Truth) {
        self.depth = self.depth.saturating_sub(1);
        let Some(flag) = program.flags.get(require.flag as usize) else { return };
        let name = |variant: u16| flag.variants.get(usize::from(variant)).map(|(name, _)| name.clone());
        self.steps.push(Step::Flag {
            depth: self.depth,
            path: require.path.to_string(),
            flag: flag.name.clone(),
            expected: require.variants.iter().filter_map(|variant| name(*variant)).collect(),
            found: outcome.variant.and_then(name),
            result: truth.word(),
        });
    }

    fn rule(&mut self, _: &Program, rule: &RuleProgram, number: u16, truth: Truth) {
        self.steps.push(Step::Rule {
            depth: self.depth,
            path: rule.path.to_string(),
            rule: number,
            result: truth.word(),
        });
    }

    fn share(&mut self, program: &Program, by: &ByProgram, ppm: u32) {
        self.steps.push(Step::Share {
            depth: self.depth,
            by: by_text(program, by),
            unit: Value::Null,
            share_ppm: ppm,
            bucket: None,
            boundary: None,
            buckets: None,
            inside: ppm != 0,
        });
    }

    fn bucket(&mut self, program: &Program, by: &ByProgram, unit: ValueRef<'_>, ppm: u32, at: Position) {
        self.steps.push(Step::Share {
            depth: self.depth,
            by: by_text(program, by),
            unit: unit.to_value(),
            share_ppm: ppm,
            bucket: Some(at.position),
            boundary: Some(at.boundary),
            buckets: Some(at.of),
            inside: at.position < at.boundary,
        });
    }

    fn draw(&mut self, program: &Program, by: &ByProgram, unit: ValueRef<'_>, at: Position) {
        self.steps.push(Step::Split {
            depth: self.depth,
            by: by_text(program, by),
            unit: unit.to_value(),
            bucket: at.position,
            boundary: at.boundary,
            buckets: at.of,
        });
    }

    fn no_unit(&mut self, program: &Program, by: &ByProgram, value: ValueRef<'_>) {
        let error = match value {
            // A text gets here only where it is empty and the hash is the imported one.
            ValueRef::Missing | ValueRef::Text(_) => ErrorCode::MissingUnit,
            _ => ErrorCode::InvalidContext,
        };
        self.steps.push(Step::NoUnit {
            depth: self.depth,
            by: by_text(program, by),
            found: value.to_value(),
            error: error.name(),
        });
    }
}

fn path_of(program: &Program, at: u32) -> String {
    program.code_paths.get(at as usize).map(ToString::to_string).unwrap_or_default()
}

/// The result as the reader of the ruleset sees it: `is_not` and `not_in` compile to a test and a `not`.
fn shown(program: &Program, at: u32, truth: Truth) -> &'static str {
    match program.code.get(at as usize) {
        Some(Op::Test { operator, .. }) if operator.negates() => truth.not().word(),
        _ => truth.word(),
    }
}

fn by_text(program: &Program, by: &ByProgram) -> String {
    let name = |index: usize| program.attributes.get(index).map_or("", String::as_str);
    match by {
        ByProgram::Xxh3(attribute) => name(attribute.index()).to_owned(),
        ByProgram::Java31 { attributes, otherwise } => {
            let names = attributes.iter().map(|attribute| name(attribute.index()).to_owned());
            names.chain(otherwise.iter().map(|text| format!("{text:?}"))).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn expected(tables: &Tables, test: TestRef) -> Value {
    let texts = |parts: &[Box<[u8]>]| {
        Value::List(
            parts
                .iter()
                .take(SHOWN)
                .map(|part| Value::Text(String::from_utf8_lossy(part).into_owned()))
                .collect(),
        )
    };
    let shown = match test {
        TestRef::Set(index) => tables.sets.get(index as usize).map(|set| {
            let mut sample = set.sample(SHOWN);
            if set.len() > SHOWN {
                sample.push(Value::Text(format!("… {} in all", set.len())));
            }
            Value::List(sample)
        }),
        TestRef::Hashed(index) => tables.hashed.get(index as usize).map(|list| {
            let first = list.digests.iter().take(SHOWN).map(|digest| Value::Text(hashed::to_hex(digest)));
            Value::List(first.collect())
        }),
        TestRef::Range(index) => tables.ranges.get(index as usize).map(|range| {
            let bound = |bound: Option<(crate::decide::number::Number, bool)>| match bound
                .map(|(number, _)| number)
            {
                Some(crate::decide::number::Number::Int(int)) => Value::Int(int),
                Some(crate::decide::number::Number::Float(float)) => Value::Float(float),
                None => Value::Null,
            };
            Value::List(vec![bound(range.low), bound(range.high)])
        }),
        TestRef::Contains(index) => {
            tables.contains.get(index as usize).map(|(items, _)| Value::List(items.sample(SHOWN)))
        }
        TestRef::StartsWith(index) | TestRef::EndsWith(index) => {
            tables.texts.get(index as usize).map(|parts| texts(parts))
        }
        TestRef::Matches(index) => {
            tables.regexes.get(index as usize).map(|(text, _)| Value::from(text.as_str()))
        }
        TestRef::Semver(index) => {
            tables.semvers.get(index as usize).map(|(text, _)| Value::from(text.as_str()))
        }
        TestRef::Exists(wanted) => Some(Value::Bool(wanted)),
        TestRef::Before(instant) | TestRef::After(instant) => Some(Value::Int(instant)),
        TestRef::Cidr(index) => tables.networks.get(index as usize).map(|networks| {
            Value::List(networks.iter().take(SHOWN).map(|network| Value::Text(network.to_string())).collect())
        }),
    };
    shown.unwrap_or_default()
}
