//! The parts of a toggle that are numbers and lists: its percentage, its users and its tenants.

use super::features::FeatureReader;
use super::yaml_text::Yaml;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, MAX_PROBLEMS, Node, Path};
use crate::ruleset::fields::Reader;

impl FeatureReader {
    /// Reads the list of users or tenants. A falsy identifier is never looked up in it, so none of them can be one
    /// of the list.
    pub(super) fn members(&mut self, node: &Node<'_>, path: Path<'_>, attribute: &str) -> Option<Vec<Yaml>> {
        if node.content == Content::Null {
            return Some(Vec::new());
        }
        let items = self.reader.list(node, path)?;
        let mut members = Vec::with_capacity(items.len());
        let (mut numbers, mut empty, mut wrong) = (Vec::new(), Vec::new(), 0);
        for (index, item) in items.iter().enumerate() {
            match &item.content {
                Content::Text("") => empty.push(index),
                Content::Text(text) => members.push(Yaml::text(text)),
                Content::Int(_) | Content::Float(_) => {
                    numbers.push(index);
                    if item.content != Content::Int(0) {
                        members.push(Yaml::from(as_in_javascript(item)));
                    }
                }
                _ => {
                    self.reader.wrong_type(item, path.index(index), "a text");
                    wrong += 1;
                    if wrong >= MAX_PROBLEMS {
                        break;
                    }
                }
            }
        }
        let message = format!("a number equals no `{attribute}`, which is a text");
        self.never_match(items, &numbers, path, "number_never_matches", message, "put it in quotes");
        let message = format!("an empty `{attribute}` is never looked up in this list");
        self.never_match(items, &empty, path, "empty_never_matches", message, "take it out");
        (wrong == 0).then_some(members)
    }

    /// Warns of members that nobody is, at the first of them: there may be as many as the list is long.
    fn never_match(
        &mut self,
        items: &[Node<'_>],
        indices: &[usize],
        path: Path<'_>,
        code: &'static str,
        message: String,
        help: &str,
    ) {
        let first = indices.first().and_then(|index| items.get(*index).map(|item| (*index, item)));
        let Some((first, item)) = first else { return };
        let message = match indices.len() {
            1 => message,
            many => format!("{message} ({many} of these {})", items.len()),
        };
        self.reader.note(
            Diagnostic::warning(code, path.index(first).to_string(), item.at, message)
                .found(item.quoted())
                .expected(["a text that is not empty"])
                .help(help),
        );
    }

    /// Reads a percentage as the number of the buckets 0 to 99 that lie below it.
    pub(super) fn buckets(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<usize> {
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
                    if number.parse::<f64>().is_ok_and(f64::is_finite) {
                        self.help(format!("write `{number}`"));
                    }
                }
                return None;
            }
        };
        let place = path.to_string();
        if out {
            let who = if taken == 0 { "nobody, as 0 does" } else { "everybody, as 100 does" };
            let message = format!("this percentage takes {who}");
            self.reader.note(
                Diagnostic::warning("percentage_out_of_range", place, node.at, message)
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
pub(super) fn as_in_javascript(node: &Node<'_>) -> crate::Value {
    match node.content {
        #[expect(clippy::cast_precision_loss, reason = "that loss is what JavaScript does")]
        Content::Int(int) if !(-SAFE..=SAFE).contains(&int) => crate::Value::number(int as f64),
        _ => node.to_value(),
    }
}

/// Warns of a number that JavaScript cannot hold as it is written.
pub(super) fn warn_of_rounding(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) {
    let message = "JavaScript has no such whole number and rounds it";
    let warning = Diagnostic::warning("rounded_number", path.to_string(), node.at, message);
    reader.note(warning.found(node.quoted()));
}

/// True where JavaScript holds another number than the one that is written.
pub(super) fn is_rounded(node: &Node<'_>) -> bool {
    matches!(node.content, Content::Int(_)) && as_in_javascript(node) != node.to_value()
}
