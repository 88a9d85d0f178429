//! The parts of a toggle that are numbers and lists: its percentage, its users and its tenants.

use super::features::FeatureReader;
use super::yaml_text::Yaml;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, MAX_PROBLEMS, Node, Path};

impl FeatureReader {
    /// Reads the list of users or tenants. A falsy identifier is never looked up in it, so none of them can be one
    /// of the list.
    fn members(&mut self, node: &Node, path: Path<'_>, attribute: &str) -> Option<Vec<Yaml>> {
        if node.content == Content::Null {
            return Some(Vec::new());
        }
        let mut members = Vec::new();
        let mut complete = true;
        let (mut numbers, mut empty): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        let items = self.reader.list(node, path)?;
        for (index, item) in items.iter().enumerate() {
            match &item.content {
                Content::Text(text) if text.is_empty() => empty.push(index),
                Content::Text(text) => members.push(Yaml::text(text)),
                Content::Int(_) | Content::Float(_) => {
                    numbers.push(index);
                    if item.content != Content::Int(0) {
                        members.push(Yaml::from(as_in_javascript(item)));
                    }
                }
                _ => {
                    self.reader.wrong_type(item, path.index(index), "a text");
                    complete = false;
                }
            }
        }
        let lists = [
            (
                numbers,
                "number_never_matches",
                format!("a number equals no `{attribute}`, which is a text"),
                "put it in quotes",
            ),
            (
                empty,
                "empty_never_matches",
                format!("an empty `{attribute}` is never looked up in this list"),
                "take it out",
            ),
        ];
        for (indices, code, message, help) in lists {
            let Some((first, item)) = indices.first().and_then(|index| Some((*index, items.get(*index)?)))
            else {
                continue;
            };
            let more = if indices.len() > 1 {
                format!(" ({} of these {})", indices.len(), items.len())
            } else {
                String::new()
            };
            self.reader.note(
                Diagnostic::warning(code, path.index(first).to_string(), item.at, message + &more)
                    .found(item.quoted())
                    .expected(["a text that is not empty"])
                    .help(help),
            );
        }
        complete.then_some(members)
    }

    /// Reads a percentage as the number of the buckets 0 to 99 that lie below it.
    fn buckets(&mut self, node: &Node, path: Path<'_>) -> Option<usize> {
        let (taken, out, fraction) = match node.content {
            Content::Int(limit) => {
                ((0..100).filter(|bucket| *bucket < limit).count(), !(0..=100).contains(&limit), false)
            }
            Content::Float(limit) if !limit.is_nan() => {
                let out = !(0.0..=100.0).contains(&limit);
                ((0..100).filter(|bucket| f64::from(*bucket) < limit).count(), out, !out)
            }
            _ => {
                self.reader.wrong_type(node, path, "a number from 0 to 100");
                if let Content::Text(text) = &node.content {
                    let number = text.trim().trim_end_matches('%').trim_end();
                    if number.parse::<f64>().is_ok() {
                        self.help(format!("write `{number}`"));
                    }
                }
                return None;
            }
        };
        let place = path.to_string();
        if out {
            let who = if taken == 0 { "nobody, as 0 does" } else { "everybody, as 100 does" };
            self.reader.note(
                Diagnostic::warning(
                    "percentage_out_of_range",
                    place,
                    node.at,
                    format!("this percentage takes {who}"),
                )
                .found(node.quoted())
                .expected(["a whole number from 0 to 100"]),
            );
        } else if fraction {
            let message = format!("there are 100 buckets, and {taken} of them lie below this percentage");
            self.reader.note(
                Diagnostic::warning("fractional_percentage", place, node.at, message)
                    .found(node.quoted())
                    .expected(["a whole number from 0 to 100"])
                    .help(format!("it decides as {taken} does")),
            );
        }
        Some(taken)
    }
}

/// The whole numbers that a float holds without gaps end here.
const SAFE: i64 = 1 << 53;

/// A number as JavaScript holds it; anything else as it is.
pub(super) fn as_in_javascript(node: &Node) -> crate::Value {
    match node.content {
        #[expect(clippy::cast_precision_loss, reason = "that loss is what JavaScript does")]
        Content::Int(int) if !(-SAFE..=SAFE).contains(&int) => crate::Value::number(int as f64),
        _ => node.to_value(),
    }
}
