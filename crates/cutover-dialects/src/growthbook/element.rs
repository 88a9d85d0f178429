//! What is asked of the items of a list, and of how many there are.

use super::Problem;
use super::condition::{Reader, are_of_items, operators};
use super::operator::{self, with_case_ignored};
use super::told::Told;
use crate::condition::{As, Condition, test, test_as, with};
use crate::json;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// A test that holds for a list where it does for any of its items.
pub(super) fn any(condition: Condition) -> Condition {
    match condition {
        Condition::Test(entries) if entries.iter().any(|(key, _)| key == "each") => Condition::Test(entries),
        condition => with(condition, "each", Yaml::text("any")),
    }
}

/// Every list has some size.
pub(super) fn is_list(attribute: &str) -> Condition {
    test_as(attribute, As::Size, "at_least", Yaml::Scalar("0".to_owned())).certain()
}

/// `$elemMatch`: a list, of which one item passes all operators.
pub(super) fn matches<'a>(
    reader: &mut Reader<'a, '_>,
    attribute: &str,
    operand: &'a Json,
    place: &str,
) -> Result<Told, Problem> {
    let Some(operators) = operators(operand).filter(|operators| are_of_items(operators)) else {
        let problem = "it asks what each item of a list has, and an item here is a text, a number or a boolean; give such items \
                       a list of their own in the context";
        return Err((place.to_owned(), problem.to_owned()));
    };
    let mut operators = operators.iter();
    match (operators.next(), operators.next()) {
        (None, _) => Ok(Told::sure(at_least_one(attribute))),
        (Some((operator, operand)), None) => {
            let place = format!("{place}.{operator}");
            let told = match operator.as_str() {
                "$not" => reader.value(attribute, operand, &place)?.opposite(),
                _ => reader.operator(attribute, operator, operand, &place)?,
            };
            of_items(attribute, told, &place).map(Told::sure)
        }
        _ => Err((
            place.to_owned(),
            "one item has to pass several operators, and a condition asks items for one; split it, or ask for a list of the \
             values that pass by `$in`"
                .to_owned(),
        )),
    }
}

/// The same test of each item; an error where it is more than one test.
fn of_items(attribute: &str, told: Told, place: &str) -> Result<Condition, Problem> {
    let is_sure = told.is_sure();
    let test = match told.yes {
        Condition::Always(false) if is_sure => return Ok(Condition::FALSE),
        Condition::Always(true) if is_sure => return Ok(at_least_one(attribute)),
        Condition::Test(entries) if is_sure && is_value(&entries) => Condition::Test(entries),
        _ => return Err(not_one_test(place)),
    };
    Ok(Condition::all([is_list(attribute), any(test)]))
}

fn at_least_one(attribute: &str) -> Condition {
    test_as(attribute, As::Size, "at_least", Yaml::Scalar("1".to_owned())).certain()
}

/// A test of the value of an item, not of whether there is one.
fn is_value(entries: &[(String, Yaml)]) -> bool {
    !entries.iter().any(|(key, _)| key == "exists")
}

fn not_one_test(place: &str) -> Problem {
    let problem = "an item is asked for the opposite of something, or for more than one test says; ask for the values that pass by \
                   `$in`";
    (place.to_owned(), problem.to_owned())
}

/// `$all`: a list that has an item for each of these.
pub(super) fn all<'a>(
    reader: &mut Reader<'a, '_>,
    attribute: &str,
    operand: &'a Json,
    ignore_case: bool,
    place: &str,
) -> Result<Told, Problem> {
    let Some(values) = operand.as_array() else { return Ok(Told::sure(Condition::FALSE)) };
    let mut parts = vec![is_list(attribute)];
    for (index, value) in values.iter().enumerate() {
        let place = format!("{place}[{index}]");
        parts.push(match value {
            Json::Object(_) if operators(value).is_some() => matches(reader, attribute, value, &place)?.yes,
            Json::Null => {
                let problem = "whether a list has a null is asked, and an item here is there; take it away";
                return Err((place, problem.to_owned()));
            }
            value => {
                let is = operator::equal(attribute, value, &place)?;
                let is = if ignore_case { with_case_ignored(is) } else { is };
                any(is)
            }
        });
    }
    Ok(Told::sure(Condition::all(parts)))
}

/// `$size`: a list of so many items, or of how many the operators say.
pub(super) fn size<'a>(
    reader: &mut Reader<'a, '_>,
    attribute: &str,
    operand: &'a Json,
    place: &str,
) -> Result<Told, Problem> {
    let told = match operand {
        Json::Number(_) => Told::sure(test(attribute, "is", json::yaml(operand)).certain()),
        Json::Object(_) => reader.value(attribute, operand, place)?,
        _ => Told::sure(Condition::FALSE),
    };
    if !told.is_sure() {
        return Ok(Told::all(vec![Told::sure(is_list(attribute)), Told::neither()]));
    }
    let sized = of_size(told.yes).ok_or_else(|| {
        let problem = "the size of a list is asked for something else than a number; write a number, or `$gt` and its neighbours";
        (place.to_owned(), problem.to_owned())
    })?;
    Ok(Told::sure(Condition::all([is_list(attribute), sized])))
}

/// The same condition on how many items there are.
fn of_size(condition: Condition) -> Option<Condition> {
    let several = |inner: Vec<Condition>| inner.into_iter().map(of_size).collect::<Option<Vec<_>>>();
    Some(match condition {
        Condition::Test(mut entries) => {
            if entries
                .iter()
                .any(|(key, _)| ["as", "exists", "matches", "ignore_case"].contains(&key.as_str()))
            {
                return None;
            }
            entries.retain(|(key, _)| key != "each");
            entries.push(("as".to_owned(), Yaml::text("size")));
            Condition::Test(entries)
        }
        Condition::All(inner) => Condition::all(several(inner)?),
        Condition::Any(inner) => Condition::any(several(inner)?),
        Condition::Not(inner) => of_size(*inner)?.opposite(),
        other => other,
    })
}
