//! Ladders as documents write them: a built-in one by its name, or phases written out.
//!
//! ```yaml
//! phases:
//!   - name: ahead
//!     read: { from: new, fallback: old, on: [not_found, error, timeout], compare: old }
//!     write: [old, { to: new, ack: outbox }]
//!     streams: { forward: active, reverse: "off" }
//!     emergency: { read: old, write: [old], streams: { forward: active } }
//!   - name: done
//!     read: new
//!     write: [new]
//! ```
//!
//! `read` is a side, or `from` with a `fallback` on the other side for the cases of `on`, and `compare` with the
//! other side. `write` lists one or two writes; the first is authoritative and required, a second one is
//! `required`, `best_effort` or in the `outbox`, and required where it is only named. `streams` are off where
//! they are not given. An `emergency` gives its `read` and `write`, and keeps the streams of the phase where it
//! gives none; a phase without one reads old and writes as [`Shape::emergency`] says.

use super::name;
use super::shape::shape;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use crate::migration::builtin::{self, LADDERS};
use crate::migration::ladder::{Ladder, Phase};
use crate::migration::shape::Shape;
use crate::ruleset::fields::{Fields, Reader};

/// The most phases of a ladder. The longest that anybody has published has eight.
pub(crate) const MAX_PHASES: usize = 64;

const PHASE_KEYS: &[&str] = &["name", "read", "write", "streams", "emergency"];

/// Takes `ladder` or `phases`.
pub(crate) fn ladder(reader: &mut Reader, fields: &mut Fields<'_>, path: Path<'_>) -> Option<Ladder> {
    match (fields.take("ladder"), fields.take("phases")) {
        (Some(node), None) => named(reader, node, path.key("ladder")),
        (None, Some(node)) => phases(reader, node, path.key("phases")),
        (Some(_), Some(node)) => {
            reader.note(
                Diagnostic::error(
                    "contradiction",
                    path.key("phases").to_string(),
                    node.at,
                    "a ladder is either built in or written out",
                )
                .found("ladder and phases")
                .expected(["ladder", "phases"]),
            );
            None
        }
        (None, None) => {
            reader.note(
                Diagnostic::error(
                    "missing_key",
                    path.to_string(),
                    fields.at,
                    "a migration has a `ladder`, or `phases` written out",
                )
                .expected(["ladder", "phases"]),
            );
            None
        }
    }
}

fn named(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Ladder> {
    let name = reader.spanned_text(node, path)?;
    if let Some(ladder) = builtin::named(name.value) {
        return Some(Ladder::from(ladder));
    }
    reader.unknown_name("unknown_ladder", "built-in ladder", &name, LADDERS.iter().map(|ladder| ladder.name));
    None
}

fn phases(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Ladder> {
    let items = reader.list(node, path)?;
    let wrong = |code, problem: &str, expected: String| {
        Diagnostic::error(code, path.to_string(), node.at, problem)
            .found(items.len().to_string())
            .expected([expected])
    };
    if items.is_empty() {
        reader.note(wrong("empty_list", "a ladder without phases", "at least one phase".to_owned()));
        return None;
    }
    if items.len() > MAX_PHASES {
        reader.note(wrong("too_many", "a ladder has too many phases", format!("at most {MAX_PHASES}")));
        return None;
    }
    let mut ladder = Ladder::default();
    for (index, item) in items.iter().enumerate() {
        let path = path.index(index);
        let Some(phase) = phase(reader, item, path) else { continue };
        if let Some(first) = ladder.index(&phase.name) {
            reader.note(
                Diagnostic::error(
                    "duplicate_phase",
                    path.key("name").to_string(),
                    item.at,
                    "two phases of one ladder have the same name",
                )
                .found(&phase.name)
                .help(format!("the other one is number {} of the list", first + 1)),
            );
        }
        ladder.phases.push(phase);
    }
    (ladder.phases.len() == items.len()).then_some(ladder)
}

fn phase(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Phase> {
    let mut fields = reader.fields(node, path)?;
    let name = fields.need(reader, path, "name").and_then(|node| name(reader, node, path.key("name")));
    let shape = shape(reader, &mut fields, path, None);
    let emergency = match fields.take("emergency") {
        None => Some(None),
        Some(node) => emergency(reader, node, path.key("emergency"), shape).map(Some),
    };
    fields.finish(reader, path, PHASE_KEYS);
    Some(Phase::new(&name?, shape?, emergency?))
}

fn emergency(reader: &mut Reader, node: &Node<'_>, path: Path<'_>, calm: Option<Shape>) -> Option<Shape> {
    let mut fields = reader.fields(node, path)?;
    let shape = shape(reader, &mut fields, path, calm);
    fields.finish(reader, path, &["read", "write", "streams"]);
    shape
}
