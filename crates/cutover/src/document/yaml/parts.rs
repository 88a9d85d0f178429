//! The first pass over a YAML text: a flat list of its parts, within the limits.
//!
//! Aliases stay what they are here; only what they would add is counted. So nothing is expanded unless all of
//! it is within the limits.

use super::meter::{Meter, Metered};
use super::nest::{Child, Nest, Open, Place};
use super::report::{mismatch, several_documents, syntax, too_long, too_much_text};
use super::report::{recursive_alias, undefined_alias, unknown_tag};
use super::scalar::Tag;
use crate::diagnostic::Position;
use crate::document::problems::{Problems, Stop, too_deep, too_many};
use crate::document::{Arena, MAX_DEPTH, MAX_NODES, MAX_TEXT_BYTES, end_of};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag as Written};
use std::borrow::Cow;

/// A scalar, list, mapping or alias, followed by what it holds.
pub(super) struct Part<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) at: Position,
    /// The index behind the last part that it holds.
    pub(super) end: usize,
}

pub(super) enum Kind<'t> {
    Scalar {
        text: &'t str,
        plain: bool,
        tag: Tag,
    },
    List,
    /// Keys and values in turn.
    Map,
    /// The value at this index once more, or nothing where that is unknown.
    Alias(Option<usize>),
}

/// What an anchor stands for, and what each alias of it adds.
#[derive(Clone, Copy)]
struct Anchored {
    part: usize,
    nodes: usize,
    bytes: usize,
    height: usize,
}

/// The parts, and whether they are all within the limits. What is missing behind a syntax error is not told.
pub(super) struct Parts<'t> {
    pub(super) list: Vec<Part<'t>>,
}

/// The parts of the document. `None` where a limit is exceeded; a syntax error leaves what came before.
pub(super) fn read<'t>(text: &'t str, arena: &'t Arena, problems: &mut Problems) -> Option<Parts<'t>> {
    let meter = Meter::default();
    let mut parser = Parser::new(Metered::new(text, &meter));
    let mut reader = PartReader {
        text,
        arena,
        end: None,
        parts: Parts { list: Vec::new() },
        nest: Nest::default(),
        anchors: Vec::new(),
        documents: 0,
        nodes: 0,
        bytes: 0,
        problems,
    };
    while let Some(result) = parser.next_event() {
        if meter.is_full() {
            let problem = match result {
                Ok((_, span)) => {
                    reader.place();
                    too_long(reader.path(Place::Part), position(span.start))
                }
                Err(error) => too_long(reader.path(Place::Next), reader.within(position(*error.marker()))),
            };
            reader.problems.end(problem);
            return None;
        }
        meter.reset();
        let step = match result {
            Ok((event, span)) => reader.event(event, position(span.start)),
            Err(error) => Err(reader.error(&error)),
        };
        match step {
            Ok(()) => {}
            Err(End::Broken(problem)) => {
                reader.problems.end(*problem);
                break;
            }
            Err(End::Limit(problem)) => {
                reader.problems.end(*problem);
                return None;
            }
        }
        // Each unknown tag costs as much as the longest `%TAG` of the text, so there may not be too many.
        if reader.problems.is_full() {
            break;
        }
    }
    while reader.end() {}
    Some(reader.parts)
}

/// Why the first pass ends before the text does.
enum End {
    /// What came before is still worth looking at.
    Broken(Stop),
    /// What came before is too much to look at.
    Limit(Stop),
}

struct PartReader<'t, 'p> {
    text: &'t str,
    arena: &'t Arena,
    /// Where the text ends, once that has been asked for.
    end: Option<Position>,
    parts: Parts<'t>,
    nest: Nest,
    /// By anchor number; `None` while the anchored value has not ended.
    anchors: Vec<Option<Anchored>>,
    documents: usize,
    /// How many values and bytes of text there are, with all aliases expanded.
    nodes: usize,
    bytes: usize,
    problems: &'p mut Problems,
}

impl<'t> PartReader<'t, '_> {
    fn event(&mut self, event: Event<'t>, at: Position) -> Result<(), End> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(End::Broken(Box::new(several_documents(at))));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_key = self.place();
                if !is_key {
                    self.count(1, at)?;
                }
                self.bytes += text.len();
                let at = if text.is_empty() { self.within(at) } else { at };
                let tag = self.tag(tag.as_deref(), at);
                let (part, bytes) = (self.parts.list.len(), text.len());
                if let Some(anchored) = self.anchored(anchor) {
                    *anchored = Some(Anchored { part, nodes: 1, bytes, height: 0 });
                }
                let text = match text {
                    Cow::Borrowed(text) => text,
                    Cow::Owned(text) => self.arena.alloc_str(&text),
                };
                self.push(Kind::Scalar { text, plain: style == ScalarStyle::Plain, tag }, at);
            }
            Event::SequenceStart(anchor, tag) => self.begin(Kind::List, anchor, tag.as_deref(), at)?,
            Event::MappingStart(anchor, tag) => self.begin(Kind::Map, anchor, tag.as_deref(), at)?,
            Event::SequenceEnd | Event::MappingEnd => {
                self.end();
            }
            Event::Alias(anchor) => self.alias(anchor, at)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    /// Notes that the next part begins, and tells whether it is a key.
    fn place(&mut self) -> bool {
        self.nest.place(self.parts.list.len())
    }

    fn push(&mut self, kind: Kind<'t>, at: Position) {
        let end = self.parts.list.len() + 1;
        self.parts.list.push(Part { kind, at, end });
    }

    fn begin(
        &mut self,
        kind: Kind<'t>,
        anchor: usize,
        tag: Option<&Written>,
        at: Position,
    ) -> Result<(), End> {
        self.place();
        if self.nest.depth() >= MAX_DEPTH {
            return Err(End::Limit(too_deep(self.path(Place::Part), at)));
        }
        let (nodes, bytes, part) = (self.nodes, self.bytes, self.parts.list.len());
        self.count(1, at)?;
        let (own, child) = match kind {
            Kind::List => (Tag::Seq, Child::NoItem),
            _ => (Tag::Map, Child::NoKey),
        };
        let tag = self.tag(tag, at);
        if tag != Tag::None && tag != Tag::Plain && tag != own {
            let (path, kind) = (self.path(Place::Part), if own == Tag::Seq { "a list" } else { "a mapping" });
            self.problems.note(|| mismatch(path, at, kind, tag));
        }
        self.push(kind, at);
        self.nest.begin(Open { part, anchor, nodes, bytes, height: 0, child });
        Ok(())
    }

    /// Ends the innermost list or mapping, if there is one.
    fn end(&mut self) -> bool {
        let Some(Open { part, anchor, nodes, bytes, height, .. }) = self.nest.end() else { return false };
        let end = self.parts.list.len();
        if let Some(part) = self.parts.list.get_mut(part) {
            part.end = end;
        }
        let (nodes, bytes) = (self.nodes - nodes, self.bytes - bytes);
        if let Some(anchored) = self.anchored(anchor) {
            *anchored = Some(Anchored { part, nodes, bytes, height });
        }
        true
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Result<(), End> {
        self.place();
        let anchored = self.anchors.get(anchor).copied().flatten();
        if let Some(Anchored { nodes, bytes, height, .. }) = anchored {
            self.count(nodes, at)?;
            self.bytes += bytes;
            if self.bytes > 2 * MAX_TEXT_BYTES {
                return Err(End::Limit(Box::new(too_much_text(self.path(Place::Part), at))));
            }
            if self.nest.depth() + height > MAX_DEPTH {
                return Err(End::Limit(too_deep(self.path(Place::Part), at)));
            }
            self.nest.raise(height);
        } else {
            let path = self.path(Place::Part);
            self.problems.note(|| recursive_alias(path, at));
        }
        self.push(Kind::Alias(anchored.map(|anchored| anchored.part)), at);
        Ok(())
    }

    fn count(&mut self, nodes: usize, at: Position) -> Result<(), End> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES { Err(End::Limit(too_many(self.path(Place::Part), at))) } else { Ok(()) }
    }

    /// The place of an anchor; 0 stands for none. The library numbers anchors from 1 without gaps.
    fn anchored(&mut self, anchor: usize) -> Option<&mut Option<Anchored>> {
        if anchor == 0 {
            return None;
        }
        if anchor >= self.anchors.len() {
            self.anchors.resize(anchor + 1, None);
        }
        self.anchors.get_mut(anchor)
    }

    fn tag(&mut self, written: Option<&Written>, at: Position) -> Tag {
        let Some(written) = written else { return Tag::None };
        Tag::read(written).unwrap_or_else(|| {
            let path = self.path(Place::Part);
            self.problems.note(|| unknown_tag(path, at, written));
            Tag::None
        })
    }

    /// The library's error, as a problem.
    fn error(&mut self, error: &ScanError) -> End {
        let at = self.within(position(*error.marker()));
        match error.info() {
            info if info.contains("unknown anchor") => {
                self.place();
                End::Broken(Box::new(undefined_alias(self.path(Place::Part), at)))
            }
            info if info.contains("recursion limit") => End::Limit(too_deep(self.path(Place::Next), at)),
            info => End::Broken(Box::new(syntax(self.path(Place::Next), at, info))),
        }
    }

    /// The position, or the end of the text: what is missing there the library puts on a line of its own.
    fn within(&mut self, at: Position) -> Position {
        at.min(*self.end.get_or_insert_with(|| end_of(self.text)))
    }

    fn path(&self, place: Place) -> String {
        self.nest.path(&self.parts, place)
    }
}

impl<'t> Parts<'t> {
    /// The text of the scalar at `index`, also where an alias stands for it.
    pub(super) fn text(&self, index: usize) -> Option<&'t str> {
        match self.list.get(index)?.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::Alias(Some(original)) => match self.list.get(original)?.kind {
                Kind::Scalar { text, .. } => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The library counts columns from 0.
fn position(marker: Marker) -> Position {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Position { line: number(marker.line()), column: number(marker.col().saturating_add(1)) }
}
