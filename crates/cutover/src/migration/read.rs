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

use super::builtin::{self, LADDERS};
use super::ladder::{Ladder, Phase};
use super::shape::{Ack, Fallback, FallbackOn, Shape, Side, StreamState};
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
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
                Diagnostic::error("contradiction", path.key("phases").to_string(), node.at, "a ladder is either built in or written out")
                    .found("ladder and phases")
                    .expected(["ladder", "phases"]),
            );
            None
        }
        (None, None) => {
            reader.note(
                Diagnostic::error("missing_key", path.to_string(), fields.at, "a migration has a `ladder`, or `phases` written out")
                    .expected(["ladder", "phases"]),
            );
            None
        }
    }
}

fn named(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<Ladder> {
    let name = reader.spanned_text(node, path)?;
    if let Some(ladder) = builtin::named(&name.value) {
        return Some(Ladder::from(ladder));
    }
    reader.unknown_name("unknown_ladder", "built-in ladder", &name, LADDERS.iter().map(|ladder| ladder.name));
    None
}

fn phases(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<Ladder> {
    let items = reader.list(node, path)?;
    let wrong = |code, problem: &str, expected: String| {
        Diagnostic::error(code, path.to_string(), node.at, problem).found(items.len().to_string()).expected([expected])
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
                Diagnostic::error("duplicate_phase", path.key("name").to_string(), item.at, "two phases of one ladder have the same name")
                    .found(&phase.name)
                    .help(format!("the other one is number {} of the list", first + 1)),
            );
        }
        ladder.phases.push(phase);
    }
    (ladder.phases.len() == items.len()).then_some(ladder)
}

fn phase(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<Phase> {
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

fn emergency(reader: &mut Reader, node: &Node, path: Path<'_>, calm: Option<Shape>) -> Option<Shape> {
    let mut fields = reader.fields(node, path)?;
    let shape = shape(reader, &mut fields, path, calm);
    fields.finish(reader, path, &["read", "write", "streams"]);
    shape
}

/// Takes `read`, `write` and `streams`; where there are no streams, they are those of `calm`, or off.
fn shape(reader: &mut Reader, fields: &mut Fields<'_>, path: Path<'_>, calm: Option<Shape>) -> Option<Shape> {
    let read = fields.need(reader, path, "read").and_then(|node| read(reader, node, path.key("read")));
    let write = fields.need(reader, path, "write").and_then(|node| write(reader, node, path.key("write")));
    let streams = match fields.take("streams") {
        Some(node) => streams(reader, node, path.key("streams")),
        None => Some(calm.map_or((StreamState::Off, StreamState::Off), |calm| (calm.forward, calm.reverse))),
    };
    let ((from, fallback, compare), (first, second), (forward, reverse)) = (read?, write?, streams?);
    Some(Shape { from, fallback, compare, first, second, forward, reverse })
}

/// Reads the name of a store or a phase.
pub(crate) fn name(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<String> {
    const MAX_NAME_BYTES: usize = 256;
    let name = reader.text(node, path)?;
    let plain = !name.is_empty() && name.len() <= MAX_NAME_BYTES && name.trim() == name;
    if plain && !name.chars().any(char::is_control) {
        return Some(name.to_owned());
    }
    reader.note(
        Diagnostic::error("bad_name", path.to_string(), node.at, "this is no name")
            .found(format!("{name:?}"))
            .expected(["1 to 256 bytes, with no space at either end and no control character"]),
    );
    None
}

fn read(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<(Side, Fallback, bool)> {
    match &node.content {
        Content::Text(_) => return Some((reader.word(node, path, Side::WORDS)?, Fallback::NEVER, false)),
        Content::Map(_) => {}
        _ => {
            reader.wrong_type(node, path, "`old`, `new`, or a mapping with `from`");
            return None;
        }
    }
    let mut fields = reader.fields(node, path)?;
    let from = fields.need(reader, path, "from").and_then(|node| reader.word(node, path.key("from"), Side::WORDS));
    let fallback = fields.take("fallback").map(|node| other_side(reader, node, path.key("fallback"), from));
    let on = fields.take("on").map(|node| (fallback_on(reader, node, path.key("on")), node));
    let compare = fields.take("compare").map(|node| other_side(reader, node, path.key("compare"), from));
    fields.finish(reader, path, &["from", "fallback", "on", "compare"]);
    let on = match (&fallback, on) {
        (Some(_), Some((on, _))) => on?,
        (None, None) => Fallback::NEVER,
        (Some(_), None) => {
            reader.note(
                Diagnostic::error("missing_key", path.to_string(), node.at, "`on` is missing: a fallback says when it is taken")
                    .expected(FallbackOn::WORDS.iter().map(|(word, _)| *word)),
            );
            return None;
        }
        (None, Some((_, on))) => {
            reader.note(
                Diagnostic::error("contradiction", path.key("on").to_string(), on.at, "there is no `fallback` for these cases")
                    .found("on without fallback")
                    .expected(["fallback"]),
            );
            return None;
        }
    };
    let understood = fallback != Some(None) && compare != Some(None);
    Some((from?, on, compare.is_some())).filter(|_| understood)
}

/// Reads a side that has to be the one that reads do not come from.
fn other_side(reader: &mut Reader, node: &Node, path: Path<'_>, from: Option<Side>) -> Option<Side> {
    let side = reader.word(node, path, Side::WORDS)?;
    if Some(side) != from {
        return Some(side);
    }
    reader.note(
        Diagnostic::error("contradiction", path.to_string(), node.at, "this is the store that is read already")
            .found(node.quoted())
            .expected(Side::WORDS.iter().filter(|(_, other)| *other != side).map(|(word, _)| *word)),
    );
    None
}

fn fallback_on(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<Fallback> {
    let items = reader.list(node, path)?;
    if items.is_empty() {
        reader.note(
            Diagnostic::error("empty_list", path.to_string(), node.at, "a fallback for no case is never taken")
                .expected(FallbackOn::WORDS.iter().map(|(word, _)| *word)),
        );
        return None;
    }
    let mut set = Some(Fallback::NEVER);
    for (index, item) in items.iter().enumerate() {
        let on = reader.word(item, path.index(index), FallbackOn::WORDS);
        set = set.zip(on).map(|(set, on)| set.with(on));
    }
    set
}

fn write(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<(Side, Option<Ack>)> {
    let items = reader.list(node, path)?;
    let writes: Vec<_> = items.iter().enumerate().map(|(index, item)| one_write(reader, item, path.index(index))).collect();
    let wrong = |code, at: &Node, problem: &str| Diagnostic::error(code, path.to_string(), at.at, problem);
    match (writes.as_slice(), items) {
        ([], _) => {
            reader.note(wrong("empty_list", node, "a phase writes somewhere").expected(["[old]", "[new]", "[old, new]", "[new, old]"]));
            None
        }
        ([Some((_, ack)), ..], [item, ..]) if *ack != Ack::Required => {
            reader.note(
                wrong("bad_ack", item, "the first write is the authoritative one, and is always required")
                    .found(ack.name())
                    .expected([Ack::Required.name()]),
            );
            None
        }
        ([first], _) => Some(((*first)?.0, None)),
        ([Some((first, _)), Some((second, _))], [_, item]) if first == second => {
            reader.note(
                wrong("duplicate_write", item, "the same store is written twice")
                    .found(item.quoted())
                    .help("a write names each store once; the first one is authoritative"),
            );
            None
        }
        ([first, second], _) => Some(((*first)?.0, Some((*second)?.1))),
        _ => {
            reader.note(
                wrong("too_many", node, "a migration has two stores, and a phase at most two writes")
                    .found(items.len().to_string())
                    .expected(["at most 2"]),
            );
            None
        }
    }
}

fn one_write(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<(Side, Ack)> {
    match &node.content {
        Content::Text(_) => return Some((reader.word(node, path, Side::WORDS)?, Ack::Required)),
        Content::Map(_) => {}
        _ => {
            reader.wrong_type(node, path, "`old`, `new`, or a mapping with `to` and `ack`");
            return None;
        }
    }
    let mut fields = reader.fields(node, path)?;
    let to = fields.need(reader, path, "to").and_then(|node| reader.word(node, path.key("to"), Side::WORDS));
    let ack = match fields.take("ack") {
        Some(node) => reader.word(node, path.key("ack"), Ack::WORDS),
        None => Some(Ack::Required),
    };
    fields.finish(reader, path, &["to", "ack"]);
    to.zip(ack)
}

fn streams(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<(StreamState, StreamState)> {
    let mut fields = reader.fields(node, path)?;
    let mut state = |key, words| match fields.take(key) {
        Some(node) => reader.word(node, path.key(key), words),
        None => Some(StreamState::Off),
    };
    let (forward, reverse) = (state("forward", StreamState::FORWARD), state("reverse", StreamState::REVERSE));
    fields.finish(reader, path, &["forward", "reverse"]);
    forward.zip(reverse)
}
