//! Operators on one attribute. Types are strict: a test of another type is false, a missing attribute is null.

use super::condition::Reader;
use super::group::Values;
use super::told::Told;
use super::{Problem, element, pattern};
use crate::condition::{As, Condition, exists, test, test_as, with};
use crate::json;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// What belongs to conditions: as an operator on a value it never matches.
pub(super) const OF_CONDITIONS: [&str; 4] = ["$or", "$nor", "$and", "$savedGroup"];

/// Whole numbers beyond this have an exponent as texts.
const LARGEST_WRITTEN: f64 = 1e21;

impl<'a> Reader<'a, '_> {
    /// What an operator but `$not` says of an attribute.
    pub(super) fn operator(
        &mut self,
        attribute: &str,
        operator: &str,
        operand: &'a Json,
        place: &str,
    ) -> Result<Told, Problem> {
        let is_in = |ignore_case| match operand.as_array() {
            Some(values) => is_in(attribute, values, ignore_case),
            None => Condition::FALSE,
        };
        let is_list = operand.is_array();
        let opposite_where =
            |is: bool, condition: Condition| if is { condition.opposite() } else { condition };
        let condition = match operator {
            "$eq" => strictly(attribute, operand),
            "$ne" => strictly(attribute, operand).opposite(),
            "$lt" => ordered(attribute, "below", operand),
            "$lte" => ordered(attribute, "at_most", operand),
            "$gt" => ordered(attribute, "above", operand),
            "$gte" => ordered(attribute, "at_least", operand),
            "$veq" => version(attribute, "is", operand, place)?,
            "$vne" => version(attribute, "is", operand, place)?.opposite(),
            "$vlt" => version(attribute, "below", operand, place)?,
            "$vlte" => version(attribute, "at_most", operand, place)?,
            "$vgt" => version(attribute, "above", operand, place)?,
            "$vgte" => version(attribute, "at_least", operand, place)?,
            "$in" => is_in(false),
            "$ini" => is_in(true),
            "$nin" => opposite_where(is_list, is_in(false)),
            "$nini" => opposite_where(is_list, is_in(true)),
            "$regex" => pattern::matches(attribute, operand, false, place, self.report)?,
            "$regexi" => pattern::matches(attribute, operand, true, place, self.report)?,
            "$notRegex" => pattern::matches(attribute, operand, false, place, self.report)?.opposite(),
            "$notRegexi" => pattern::matches(attribute, operand, true, place, self.report)?.opposite(),
            "$exists" => exists(attribute, json::is_truthy(operand)),
            "$type" => of_type(attribute, operand.as_str().unwrap_or_default()),
            "$inGroup" => return self.group(attribute, operand, place),
            "$notInGroup" => {
                return self.group(attribute, operand, place).map(|told| self.outside(told, operand));
            }
            "$elemMatch" => return element::matches(self, attribute, operand, place),
            "$all" => return element::all(self, attribute, operand, false, place),
            "$alli" => return element::all(self, attribute, operand, true, place),
            "$size" => return element::size(self, attribute, operand, place),
            other if OF_CONDITIONS.contains(&other) => Condition::FALSE,
            other => {
                self.report.note(
                    place,
                    format!("there is no operator `{other}`: what asks for it fails, turned around or not, there and here"),
                );
                return Ok(Told::neither());
            }
        };
        Ok(Told::sure(condition))
    }

    fn group(&mut self, attribute: &str, id: &Json, place: &str) -> Result<Told, Problem> {
        Ok(match id.as_str().map(|id| self.payload.groups.values(id)) {
            Some(Values::These(values)) => Told::sure(is_in(attribute, values, false)),
            None | Some(Values::Malformed) => Told::sure(Condition::FALSE),
            Some(Values::Unknown) => {
                self.report.note(place, "the saved group is of a kind that is not known");
                Told::neither()
            }
        })
    }

    /// The opposite of being in a group, which nobody is where it is none of values.
    fn outside(&self, inside: Told, id: &Json) -> Told {
        match id.as_str().map(|id| self.payload.groups.values(id)) {
            None | Some(Values::Malformed) => inside,
            _ => inside.opposite(),
        }
    }
}

fn is_scalar(value: &Json) -> bool {
    matches!(value, Json::Bool(_) | Json::Number(_) | Json::String(_))
}

/// A value without an operator: the same, lists and mappings with all that is in them.
pub(super) fn equal(attribute: &str, value: &Json, place: &str) -> Result<Condition, Problem> {
    match value {
        Json::Array(_) | Json::Object(_) => {
            let found = json::kind(value);
            let problem = format!(
                "`{attribute}` is compared with {found} as a whole, which no condition does; ask for its items by `$all` and \
                 `$size`, or for what it has by a path"
            );
            Err((place.to_owned(), problem))
        }
        value => Ok(strictly(attribute, value)),
    }
}

/// Equal as `===` has it, for which no two lists or mappings are.
fn strictly(attribute: &str, value: &Json) -> Condition {
    match value {
        Json::Null => exists(attribute, false),
        Json::Array(_) | Json::Object(_) => Condition::FALSE,
        value => test(attribute, "is", json::yaml(value)).certain(),
    }
}

/// Numbers by their order, and texts by theirs.
fn ordered(attribute: &str, operator: &str, operand: &Json) -> Condition {
    match operand {
        Json::Number(_) => test(attribute, operator, json::yaml(operand)).certain(),
        Json::String(text) => {
            let order = test_as(attribute, As::Text, operator, Yaml::text(text)).certain();
            Condition::all([is_text(attribute), order])
        }
        _ => Condition::FALSE,
    }
}

fn version(attribute: &str, operator: &str, operand: &Json, place: &str) -> Result<Condition, Problem> {
    match operand {
        Json::String(text) => Ok(test_as(attribute, As::PaddedVersion, operator, Yaml::text(text)).certain()),
        // Numbers are the same version where they are the same.
        Json::Number(number)
            if operator == "is" && number.as_f64().is_some_and(|number| number.abs() < LARGEST_WRITTEN) =>
        {
            Ok(strictly(attribute, operand))
        }
        Json::Number(number) => Err((
            place.to_owned(),
            format!("the number {number} is no version to compare others with; write it as a text"),
        )),
        _ => Ok(Condition::FALSE),
    }
}

/// Whether the attribute, or an item of it where it is a list, is one of these.
pub(super) fn is_in(attribute: &str, values: &[Json], ignore_case: bool) -> Condition {
    let scalars: Vec<Yaml> = values.iter().filter(|value| is_scalar(value)).map(json::yaml).collect();
    let has_null = values.iter().any(Json::is_null);
    let is_one = match scalars.as_slice() {
        [] => Condition::FALSE,
        [one] => element::any(test(attribute, "is", one.clone())),
        _ => element::any(test(attribute, "in", Yaml::List(scalars))),
    };
    let is_one = if ignore_case { with_case_ignored(is_one) } else { is_one };
    let is_none = if has_null { exists(attribute, false) } else { Condition::FALSE };
    Condition::any([is_one.certain(), is_none])
}

pub(super) fn with_case_ignored(condition: Condition) -> Condition {
    with(condition, "ignore_case", Yaml::Scalar("true".to_owned()))
}

/// Every text has the empty pattern in it.
fn is_text(attribute: &str) -> Condition {
    test(attribute, "matches", Yaml::text("")).certain()
}

fn of_type(attribute: &str, kind: &str) -> Condition {
    let number = || test(attribute, "at_least", crate::condition::float(f64::MIN)).certain();
    let bools = || Yaml::List(["true", "false"].map(|word| Yaml::Scalar(word.to_owned())).to_vec());
    let boolean = || test(attribute, "in", bools()).certain();
    match kind {
        "string" => is_text(attribute),
        "number" => number(),
        "boolean" => boolean(),
        "null" => exists(attribute, false),
        "array" => element::is_list(attribute),
        "object" => {
            let others = [is_text(attribute), number(), boolean(), element::is_list(attribute)];
            Condition::all([exists(attribute, true), Condition::any(others).opposite()])
        }
        _ => Condition::FALSE,
    }
}
