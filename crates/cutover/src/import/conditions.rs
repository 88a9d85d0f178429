//! The conditions of a toggle. All of them have to hold.
//!
//! The service's own evaluation of them is known by its operators only, so this is what is assumed of it: an
//! attribute that is missing, or a list, fits no condition, negated ones included; texts and numbers are never
//! converted into each other; `>` and `<` compare numbers; a time window begins with the first minute of its
//! start hour and ends before the first minute of its end hour; no condition at all is as if there were no list.

use super::features::{FeatureReader, Source};
use super::parts::{as_in_javascript, is_rounded, warn_of_rounding};
use super::yaml_text::Yaml;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, MAX_PROBLEMS, Node, Path};
use crate::ruleset::fields::{Fields, Reader};

/// Reads the conditions of one toggle.
pub(super) struct Conditions<'r> {
    pub(super) reader: &'r mut FeatureReader,
    /// False where whatever they say decides nothing.
    pub(super) matters: bool,
}

const TYPES: [&str; 3] = ["user_attribute", "tenant_attribute", "time_window"];

/// The operators and what they are called in a ruleset.
const OPERATORS: [(&str, &str); 6] =
    [("=", "is"), ("!=", "is_not"), (">", "above"), ("<", "below"), ("in", "in"), ("not_in", "not_in")];

impl Conditions<'_> {
    /// Reads a list of conditions into one; none where there is nothing to ask, or a problem.
    pub(super) fn read(mut self, node: &Node<'_>, path: Path<'_>) -> Option<Yaml> {
        if node.content == Content::Null {
            return None;
        }
        let items = self.noted().list(node, path)?;
        if items.is_empty() && self.matters {
            let message = "an empty list of conditions is read as none";
            let help =
                "a service that asks whether every condition holds may serve everybody: compare with it";
            self.noted()
                .note(Diagnostic::warning("empty_conditions", path.to_string(), node.at, message).help(help));
        }
        let mut conditions = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if self.reader.is_hopeless() {
                return None;
            }
            conditions.push(self.condition(item, path.index(index)));
        }
        let mut conditions = conditions.into_iter().collect::<Option<Vec<_>>>()?;
        match conditions.len() {
            0 | 1 => conditions.pop(),
            _ => Some(Yaml::map([("all", Yaml::List(conditions))])),
        }
    }

    fn noted(&mut self) -> &mut Reader {
        &mut self.reader.reader
    }

    fn condition(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Yaml> {
        let reader = self.noted();
        let mut fields = reader.fields(node, path)?;
        let kind_node = fields.need(reader, path, "type")?;
        let kind_path = path.key("type");
        let problem = match reader.text(kind_node, kind_path)? {
            "user_attribute" => return self.attribute("userAttributes", fields, path),
            "tenant_attribute" => return self.attribute("tenantAttributes", fields, path),
            "time_window" => return self.window(fields, node, path),
            "custom" => {
                let message = "a `custom` condition is code of the service, which a ruleset cannot hold";
                Diagnostic::error("custom_condition", kind_path.to_string(), kind_node.at, message)
                    .help("let the service put what that code finds into an attribute, and compare that")
            }
            other => {
                let message = format!("`{other}` is no type of condition known here");
                Diagnostic::error("unknown_condition_type", kind_path.to_string(), kind_node.at, message)
                    .nearest(other, TYPES)
            }
        };
        self.noted().note(problem.found(kind_node.quoted()).expected(TYPES));
        None
    }

    /// Reads the comparison of an attribute that lies below `scope` in the context.
    fn attribute(&mut self, scope: &str, mut fields: Fields<'_>, path: Path<'_>) -> Option<Yaml> {
        let matters = self.matters;
        let reader = self.noted();
        let name_node = fields.need(reader, path, "attribute");
        let name = name_node.and_then(|node| reader.attribute_path(node, path.key("attribute")));
        let operator_node = fields.need(reader, path, "operator");
        let operator =
            operator_node.and_then(|node| operator(reader, node, path.key("operator"), &OPERATORS));
        let value_node = fields.need(reader, path, "value");
        fields.finish(reader, path, &["type", "attribute", "operator", "value"]);
        let (operator, value_node) = (operator?, value_node?);
        let value_path = path.key("value");
        let value = match operator {
            "in" | "not_in" => members(reader, value_node, value_path),
            "above" | "below" => number(reader, value_node, value_path),
            _ => scalar(reader, value_node, value_path),
        };
        let (name, value) = (name?, value?);
        if let (true, Some(node)) = (name.contains('.'), name_node) {
            let message = "a dot leads into a nested attribute";
            reader.note(
                Diagnostic::warning("dotted_attribute", path.key("attribute").to_string(), node.at, message)
                    .found(name)
                    .help("if the name itself has a dot in it, the attribute is not found: rename it"),
            );
        }
        if let (true, "is_not" | "not_in", Some(node)) = (matters, operator, operator_node) {
            let message = format!("where `{name}` is missing, this condition does not hold");
            let help = "to JavaScript a missing value is unlike any other: if the service relied on that, \
                        add `exists: false`";
            let place = path.key("operator").to_string();
            reader.note(
                Diagnostic::warning("missing_never_matches", place, node.at, message)
                    .found(node.quoted())
                    .help(help),
            );
        }
        Some(Yaml::map([("attribute", Yaml::text(&format!("{scope}.{name}"))), (operator, value)]))
    }

    /// Reads a window of whole hours, given beside `type` or below `value`; `operator` may be `in` or `not_in`.
    fn window(&mut self, mut fields: Fields<'_>, node: &Node<'_>, path: Path<'_>) -> Option<Yaml> {
        let spelling = self.reader.spelling;
        let (start_key, end_key) = (spelling.start_hour, spelling.end_hour);
        let reader = self.noted();
        let outside = match fields.take("operator") {
            None => Some(false),
            Some(node) => operator(reader, node, path.key("operator"), &[("in", false), ("not_in", true)]),
        };
        let hours = match fields.take("value") {
            None => {
                let hours = hours(reader, &mut fields, path, start_key, end_key);
                fields.finish(reader, path, &["type", "operator", start_key, end_key]);
                hours
            }
            Some(value) => {
                fields.finish(reader, path, &["type", "operator", "value"]);
                let path = path.key("value");
                let mut fields = reader.fields(value, path)?;
                let hours = hours(reader, &mut fields, path, start_key, end_key);
                fields.finish(reader, path, &[start_key, end_key]);
                hours
            }
        };
        let (outside, (from, to)) = (outside?, hours?);
        if from == to {
            let message = "a window that ends in the hour in which it begins";
            let help = "some code takes this for the whole day, some for no time at all: take the condition out, \
                        or disable the feature";
            reader.note(
                Diagnostic::error("empty_range", path.to_string(), node.at, message)
                    .found(format!("{start_key}: {from}, {end_key}: {to}"))
                    .expected(["different hours"])
                    .help(help),
            );
            return None;
        }
        self.reader.window.get_or_insert_with(|| Source { path: path.to_string(), at: node.at });
        let clock = |hour: i64| Yaml::text(&format!("{hour:02}:00"));
        let window = Yaml::map([("time", Yaml::map([("from", clock(from)), ("to", clock(to))]))]);
        Some(if outside { Yaml::map([("not", window)]) } else { window })
    }
}

/// Reads an operator, one of those that can stand here.
fn operator<T: Copy>(reader: &mut Reader, node: &Node<'_>, path: Path<'_>, known: &[(&str, T)]) -> Option<T> {
    let found = reader.text(node, path)?;
    if let Some((_, operator)) = known.iter().find(|(name, _)| *name == found) {
        return Some(*operator);
    }
    let names = known.iter().map(|(name, _)| *name);
    reader.note(
        Diagnostic::error(
            "unknown_operator",
            path.to_string(),
            node.at,
            format!("`{found}` is no operator here"),
        )
        .found(found)
        .expected(names.clone())
        .nearest(found, names),
    );
    None
}

fn hours(
    reader: &mut Reader,
    fields: &mut Fields<'_>,
    path: Path<'_>,
    start: &'static str,
    end: &'static str,
) -> Option<(i64, i64)> {
    let from = fields.need(reader, path, start).map(|node| hour(reader, node, path.key(start)));
    let to = fields.need(reader, path, end).map(|node| hour(reader, node, path.key(end)));
    Some((from??, to??))
}

fn hour(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<i64> {
    const HOUR: &str = "a whole number from 0 to 23";
    let problem = match node.content {
        Content::Int(hour) if (0..24).contains(&hour) => return Some(hour),
        Content::Int(_) | Content::Float(_) => {
            Diagnostic::error("bad_hour", path.to_string(), node.at, "this is no hour of the day")
                .found(node.quoted())
                .expected([HOUR])
        }
        _ => {
            reader.wrong_type(node, path, HOUR);
            return None;
        }
    };
    reader.note(if node.content == Content::Int(24) { problem.help("midnight is 0") } else { problem });
    None
}

fn members(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Yaml> {
    let items = reader.list(node, path)?;
    if items.is_empty() {
        reader.note(
            Diagnostic::error("empty_list", path.to_string(), node.at, "nothing is in an empty list")
                .expected(["at least one value"])
                .help("take the condition out"),
        );
        return None;
    }
    let mut values = Vec::with_capacity(items.len());
    let mut wrong = 0;
    for (index, item) in items.iter().enumerate() {
        match plain_scalar(reader, item, path.index(index)) {
            Some(value) => values.push(value),
            None => wrong += 1,
        }
        if wrong >= MAX_PROBLEMS {
            break;
        }
    }
    // One warning for the list, at the first such number.
    if let Some((index, item)) = items.iter().enumerate().find(|(_, item)| is_rounded(item)) {
        warn_of_rounding(reader, item, path.index(index));
    }
    (wrong == 0).then_some(Yaml::List(values))
}

fn number(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Yaml> {
    if matches!(node.content, Content::Int(_) | Content::Float(_)) {
        return scalar(reader, node, path);
    }
    reader.wrong_type(node, path, "a number");
    None
}

fn scalar(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Yaml> {
    let scalar = plain_scalar(reader, node, path)?;
    if is_rounded(node) {
        warn_of_rounding(reader, node, path);
    }
    Some(scalar)
}

fn plain_scalar(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Yaml> {
    if matches!(node.content, Content::Bool(_) | Content::Int(_) | Content::Float(_) | Content::Text(_)) {
        return Some(Yaml::from(as_in_javascript(node)));
    }
    reader.wrong_type(node, path, "a text, a number or a boolean");
    None
}
