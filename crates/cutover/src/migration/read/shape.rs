//! What a phase does, as a document writes it.

use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::migration::shape::Shape;
use crate::migration::words::{Ack, Fallback, FallbackOn, Side, StreamState};
use crate::ruleset::fields::{Fields, Reader};

/// Takes `read`, `write` and `streams`; where there are no streams, they are those of `calm`, or off.
pub(super) fn shape(
    reader: &mut Reader,
    fields: &mut Fields<'_>,
    path: Path<'_>,
    calm: Option<Shape>,
) -> Option<Shape> {
    let read = fields.need(reader, path, "read").and_then(|node| read(reader, node, path.key("read")));
    let write = fields.need(reader, path, "write").and_then(|node| write(reader, node, path.key("write")));
    let streams = match fields.take("streams") {
        Some(node) => streams(reader, node, path.key("streams")),
        None => Some(calm.map_or((StreamState::Off, StreamState::Off), |calm| (calm.forward, calm.reverse))),
    };
    let ((from, fallback, compare), (first, second), (forward, reverse)) = (read?, write?, streams?);
    Some(Shape { from, fallback, compare, first, second, forward, reverse })
}

fn read(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<(Side, Fallback, bool)> {
    match &node.content {
        Content::Text(_) => return Some((reader.word(node, path, Side::WORDS)?, Fallback::NEVER, false)),
        Content::Map(_) => {}
        _ => {
            reader.wrong_type(node, path, "`old`, `new`, or a mapping with `from`");
            return None;
        }
    }
    let mut fields = reader.fields(node, path)?;
    let from =
        fields.need(reader, path, "from").and_then(|node| reader.word(node, path.key("from"), Side::WORDS));
    let fallback = fields.take("fallback").map(|node| other_side(reader, node, path.key("fallback"), from));
    let on = fields.take("on").map(|node| (fallback_on(reader, node, path.key("on")), node));
    let compare = fields.take("compare").map(|node| other_side(reader, node, path.key("compare"), from));
    fields.finish(reader, path, &["from", "fallback", "on", "compare"]);
    let on = match (&fallback, on) {
        (Some(_), Some((on, _))) => on?,
        (None, None) => Fallback::NEVER,
        (Some(_), None) => {
            reader.note(
                Diagnostic::error(
                    "missing_key",
                    path.to_string(),
                    node.at,
                    "`on` is missing: a fallback says when it is taken",
                )
                .expected(FallbackOn::WORDS.iter().map(|(word, _)| *word)),
            );
            return None;
        }
        (None, Some((_, on))) => {
            reader.note(
                Diagnostic::error(
                    "contradiction",
                    path.key("on").to_string(),
                    on.at,
                    "there is no `fallback` for these cases",
                )
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
fn other_side(reader: &mut Reader, node: &Node<'_>, path: Path<'_>, from: Option<Side>) -> Option<Side> {
    let side = reader.word(node, path, Side::WORDS)?;
    if Some(side) != from {
        return Some(side);
    }
    reader.note(
        Diagnostic::error(
            "contradiction",
            path.to_string(),
            node.at,
            "this is the store that is read already",
        )
        .found(node.quoted())
        .expected(Side::WORDS.iter().filter(|(_, other)| *other != side).map(|(word, _)| *word)),
    );
    None
}

fn fallback_on(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Fallback> {
    let items = reader.list(node, path)?;
    if items.is_empty() {
        reader.note(
            Diagnostic::error(
                "empty_list",
                path.to_string(),
                node.at,
                "a fallback for no case is never taken",
            )
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

fn write(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<(Side, Option<Ack>)> {
    let items = reader.list(node, path)?;
    let writes: Vec<_> =
        items.iter().enumerate().map(|(index, item)| one_write(reader, item, path.index(index))).collect();
    let wrong =
        |code, at: &Node<'_>, problem: &str| Diagnostic::error(code, path.to_string(), at.at, problem);
    match (writes.as_slice(), items) {
        ([], _) => {
            reader.note(wrong("empty_list", node, "a phase writes somewhere").expected([
                "[old]",
                "[new]",
                "[old, new]",
                "[new, old]",
            ]));
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

fn one_write(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<(Side, Ack)> {
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

fn streams(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<(StreamState, StreamState)> {
    let mut fields = reader.fields(node, path)?;
    let mut state = |key, words| match fields.take(key) {
        Some(node) => reader.word(node, path.key(key), words),
        None => Some(StreamState::Off),
    };
    let (forward, reverse) = (state("forward", StreamState::FORWARD), state("reverse", StreamState::REVERSE));
    fields.finish(reader, path, &["forward", "reverse"]);
    forward.zip(reverse)
}
