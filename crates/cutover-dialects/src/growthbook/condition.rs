//! Conditions: what is asked of several attributes, and of saved groups.

use super::group::Group;
use super::operator::{self, OF_CONDITIONS};
use super::told::Told;
use super::{Payload, Problem};
use crate::condition::Condition;
use crate::json;
use crate::report::FlagReport;
use serde_json::{Map, Value as Json};

/// Reads conditions of one place.
pub(super) struct Reader<'a, 'r> {
    pub(super) payload: &'a Payload<'a>,
    pub(super) report: &'r mut FlagReport,
    /// The saved groups that the condition is in, so that none leads to itself.
    inside: Vec<&'a str>,
}

/// For whom the condition holds. What is empty holds for everybody.
pub(super) fn read<'a>(
    condition: Option<&'a Json>,
    payload: &'a Payload<'a>,
    place: &str,
    report: &mut FlagReport,
) -> Result<Condition, Problem> {
    match condition {
        None | Some(Json::Null) => Ok(Condition::TRUE),
        Some(condition) => {
            let mut reader = Reader { payload, report, inside: Vec::new() };
            Ok(reader.condition(condition, place)?.yes)
        }
    }
}

impl<'a> Reader<'a, '_> {
    fn condition(&mut self, condition: &'a Json, place: &str) -> Result<Told, Problem> {
        let Some(entries) = condition.as_object() else {
            return Ok(self.malformed(condition, "a condition", place));
        };
        let mut parts = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let place = format!("{place}.{key}");
            parts.push(match key.as_str() {
                "$or" => self.any(value, &place)?,
                "$nor" => self.any(value, &place)?.opposite(),
                "$and" => match self.list(value, &place)? {
                    Some(parts) => Told::all(parts),
                    None => Told::neither(),
                },
                "$not" => self.condition(value, &place)?.opposite(),
                "$savedGroup" => self.saved_group(value, &place)?,
                "$savedGroups" => Told::sure(Condition::FALSE),
                attribute => {
                    self.check(attribute, &place)?;
                    self.value(attribute, value, &place)?
                }
            });
        }
        Ok(Told::all(parts))
    }

    /// One of several; where there are none, everybody.
    fn any(&mut self, value: &'a Json, place: &str) -> Result<Told, Problem> {
        Ok(match self.list(value, place)? {
            None => Told::neither(),
            Some(parts) if parts.is_empty() => Told::sure(Condition::TRUE),
            Some(parts) => Told::any(parts),
        })
    }

    fn list(&mut self, value: &'a Json, place: &str) -> Result<Option<Vec<Told>>, Problem> {
        let Some(items) = value.as_array() else {
            self.malformed(value, "a list of conditions", place);
            return Ok(None);
        };
        let read =
            items.iter().enumerate().map(|(index, item)| self.condition(item, &format!("{place}[{index}]")));
        read.collect::<Result<_, _>>().map(Some)
    }

    /// Something of another type is an error there, with which the whole condition fails.
    fn malformed(&mut self, value: &Json, wanted: &str, place: &str) -> Told {
        let found = json::kind(value);
        self.report.differs(
            place,
            format!(
                "{found} is where {wanted} belongs, with which the whole condition fails there; here what stands behind it \
                 in an `$or` may still hold"
            ),
        );
        Told::neither()
    }

    /// What one attribute is asked: to be a value, or what each operator says.
    pub(super) fn value(&mut self, attribute: &str, value: &'a Json, place: &str) -> Result<Told, Problem> {
        let Some(operators) = operators(value) else {
            return operator::equal(attribute, value, place).map(Told::sure);
        };
        let mut parts = Vec::with_capacity(operators.len());
        for (operator, operand) in operators {
            let place = format!("{place}.{operator}");
            parts.push(match operator.as_str() {
                "$not" => self.value(attribute, operand, &place)?.opposite(),
                _ => self.operator(attribute, operator, operand, &place)?,
            });
        }
        Ok(Told::all(parts))
    }

    /// A path of an attribute that a context can have here.
    fn check(&mut self, attribute: &str, place: &str) -> Result<(), Problem> {
        for part in attribute.split('.').skip(1) {
            if part.bytes().all(|byte| byte.is_ascii_digit()) {
                let problem = format!(
                    "`{attribute}` is an item of a list by its number, which no condition asks; ask for any item by `$in` or \
                     `$elemMatch`"
                );
                return Err((place.to_owned(), problem));
            }
            if part == "length" {
                self.report
                    .differs(place, "where this is a list, `length` is how long it is there; use `$size`");
            }
        }
        Ok(())
    }

    fn saved_group(&mut self, reference: &'a Json, place: &str) -> Result<Told, Problem> {
        let nobody = || Ok(Told::sure(Condition::FALSE));
        let Some(id) = json::text(reference, "id") else { return nobody() };
        if self.inside.contains(&id) {
            return nobody();
        }
        match self.payload.groups.group(id) {
            Group::List { attribute, values } => {
                let attribute = match reference.get("attributeKey") {
                    None => attribute,
                    Some(key) => key.as_str(),
                };
                let Some(attribute) = attribute else { return nobody() };
                self.check(attribute, place)?;
                Ok(Told::sure(operator::is_in(attribute, values, false)))
            }
            Group::Condition(condition) => {
                self.inside.push(id);
                let told = self.condition(condition, &format!("savedGroups.{id}"));
                self.inside.pop();
                told
            }
            Group::Malformed => nobody(),
            Group::Unknown => {
                self.report.note(place, format!("the saved group `{id}` is of a kind that is not known"));
                Ok(Told::neither())
            }
        }
    }
}

/// The operators of a value that has nothing else.
pub(super) fn operators(value: &Json) -> Option<&Map<String, Json>> {
    value.as_object().filter(|entries| entries.keys().all(|key| key.starts_with('$')))
}

/// Whether what is asked of items are operators on each, and not conditions on what each has.
pub(super) fn are_of_items(operators: &Map<String, Json>) -> bool {
    !operators.keys().any(|key| OF_CONDITIONS.contains(&key.as_str()))
}
