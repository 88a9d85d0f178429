//! Expressions: what they give, case by case, and when they are true.

use super::fractional::Draw;
use super::operand::{self, Operand, is_truthy};
use super::{compare, fractional, text, version};
use crate::Dialect;
use crate::condition::{Condition, exists, test};
use cutover::import::Yaml;
use serde_json::Value as Json;

/// What an expression gives, where no case before it holds. The last one holds for everybody.
pub(super) type Cases = Vec<(Condition, Term)>;

/// What an expression may give.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    Value(Json),
    /// The value of an attribute.
    Attribute(String),
    /// What a hash draws.
    Draw(Draw),
}

/// Reads the expressions of one flag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) dialect: Dialect,
    pub(super) flag: &'a str,
}

/// A test that may be unknown: true, false, or null where it cannot be answered.
pub(super) fn answer(condition: Condition) -> Cases {
    if let Condition::Always(value) = condition {
        return vec![(Condition::TRUE, Term::Value(Json::Bool(value)))];
    }
    vec![
        (condition.clone(), Term::Value(Json::Bool(true))),
        (condition.opposite(), Term::Value(Json::Bool(false))),
        (Condition::TRUE, Term::Value(Json::Null)),
    ]
}

fn boolean(condition: Condition) -> Cases {
    match condition {
        Condition::Always(value) => vec![(Condition::TRUE, Term::Value(Json::Bool(value)))],
        condition => vec![
            (condition, Term::Value(Json::Bool(true))),
            (Condition::TRUE, Term::Value(Json::Bool(false))),
        ],
    }
}

pub(super) fn listed(arguments: &Json) -> &[Json] {
    match arguments {
        Json::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

impl Reader<'_> {
    /// What the expression gives, case by case.
    pub(super) fn cases(self, expression: &Json) -> Result<Cases, String> {
        let Json::Object(entries) = expression else {
            return Ok(vec![(Condition::TRUE, Term::Value(expression.clone()))]);
        };
        let Some((operator, arguments)) = entries.iter().next().filter(|_| entries.len() == 1) else {
            return Err("a mapping of several keys is no operator".to_owned());
        };
        let items = listed(arguments);
        match operator.as_str() {
            "var" => match operand::read(expression, self.flag)? {
                Operand::Constant(value) => Ok(vec![(Condition::TRUE, Term::Value(value))]),
                Operand::Attribute(name, default) => {
                    let there = exists(&name, true);
                    Ok(vec![(there, Term::Attribute(name)), (Condition::TRUE, Term::Value(default))])
                }
                Operand::Time => Err("the time is no variant".to_owned()),
            },
            "cat" => Ok(vec![(Condition::TRUE, Term::Value(operand::constant(expression, self.flag)?))]),
            "if" | "?:" => self.choice(items),
            "and" => self.chain(items, true),
            "or" => self.chain(items, false),
            "fractional" => fractional::read(self, arguments),
            "sem_ver" => version::read(self, items),
            "starts_with" | "ends_with" => text::read(self, operator, items),
            _ => self.truth(expression).map(boolean),
        }
    }

    /// Conditions and what they give, in turns, and what is given otherwise.
    fn choice(self, items: &[Json]) -> Result<Cases, String> {
        let mut cases = Vec::new();
        let mut rest = items;
        while let [condition, then, others @ ..] = rest {
            let condition = self.truth(condition)?;
            cases.extend(within(&condition, self.cases(then)?));
            rest = others;
        }
        match rest.first() {
            Some(otherwise) => cases.extend(self.cases(otherwise)?),
            None => cases.push((Condition::TRUE, Term::Value(Json::Null))),
        }
        Ok(cases)
    }

    /// `and` gives the first that is not true, `or` the first that is; the last one where there is none.
    fn chain(self, items: &[Json], is_and: bool) -> Result<Cases, String> {
        let Some((last, before)) = items.split_last() else {
            return Ok(vec![(Condition::TRUE, Term::Value(Json::Null))]);
        };
        let mut cases = Vec::new();
        for item in before {
            let truth = self.truth(item)?;
            let ends = if is_and { truth.opposite() } else { truth };
            cases.extend(within(&ends, self.cases(item)?));
        }
        cases.extend(self.cases(last)?);
        Ok(cases)
    }

    /// When the expression is true. It is never unknown.
    pub(super) fn truth(self, expression: &Json) -> Result<Condition, String> {
        let Json::Object(entries) = expression else { return Ok(Condition::Always(is_truthy(expression))) };
        let Some((operator, arguments)) = entries.iter().next().filter(|_| entries.len() == 1) else {
            return Err("a mapping of several keys is no operator".to_owned());
        };
        let items = listed(arguments);
        let all = || items.iter().map(|item| self.truth(item)).collect::<Result<Vec<_>, _>>();
        match operator.as_str() {
            "and" => Ok(Condition::all(all()?)),
            "or" => Ok(Condition::any(all()?)),
            "!" => self.truth(items.first().unwrap_or(&Json::Null)).map(Condition::opposite),
            "!!" => self.truth(items.first().unwrap_or(&Json::Null)),
            "==" | "===" => compare::equal(self, operator == "===", items),
            "!=" => compare::equal(self, false, items).map(Condition::opposite),
            "!==" => compare::equal(self, true, items).map(Condition::opposite),
            "<" | "<=" | ">" | ">=" => compare::ordered(self, operator, items),
            "in" => text::contained(self, items),
            "var" | "cat" | "if" | "?:" | "fractional" | "sem_ver" | "starts_with" | "ends_with" => {
                Ok(truth_of(&self.cases(expression)?))
            }
            other => Err(format!("the operator `{other}` is not one that becomes a condition")),
        }
    }
}

/// The cases for those only for whom the condition holds.
pub(super) fn within(condition: &Condition, cases: Cases) -> Cases {
    let joined = cases.into_iter().map(|(case, term)| (Condition::all([condition.clone(), case]), term));
    joined.filter(|(case, _)| !case.is_never()).collect()
}

/// When what the cases give is true.
fn truth_of(cases: &Cases) -> Condition {
    let mut any = Vec::new();
    let mut before: Vec<Condition> = Vec::new();
    for (case, term) in cases {
        let case = case.clone().certain();
        let truth = match term {
            Term::Value(value) => Condition::Always(is_truthy(value)),
            Term::Attribute(name) => is_something(name),
            Term::Draw(draw) => truth_of(&draw.cases()),
        };
        let here = before.iter().cloned().chain([case.clone(), truth]);
        any.push(Condition::all(here));
        before.push(case.opposite());
    }
    Condition::any(any)
}

/// Whether an attribute is there, and neither false nor 0 nor an empty text.
fn is_something(name: &str) -> Condition {
    let nothing = ["false", "0", "\"\""].map(|scalar| Yaml::Scalar(scalar.to_owned()));
    test(name, "not_in", Yaml::List(nothing.to_vec())).otherwise(false)
}
