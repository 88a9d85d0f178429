//! The first pass over a YAML text: a flat list of its parts, within the limits.
//!
//! Aliases stay what they are here; only what they would add is counted. So nothing is expanded unless all of
//! it is within the limits.

use super::meter::{Meter, Metered};
use super::report::{mismatch, several_documents, syntax, too_long, too_much_text};
use super::report::{recursive_alias, undefined_alias, unknown_tag};
use super::scalar::Tag;
use crate::diagnostic::Position;
use crate::document::problems::{Problems, Stop, too_deep, too_many};
use crate::document::{MAX_DEPTH, MAX_NODES, MAX_TEXT_BYTES, Path, end_of};
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
        text: Cow<'t, str>,
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

/// A list or mapping that has begun and not ended.
struct Open {
    part: usize,
    child: Child,
    anchor: usize,
    /// How many values and bytes of text came before it.
    nodes: usize,
    bytes: usize,
    /// How deep the deepest of its children is nested.
    height: usize,
}

/// The child that was read last.
#[derive(Clone, Copy)]
enum Child {
    /// None in a list.
    NoItem,
    Item(usize),
    /// None in a mapping.
    NoKey,
    /// The key at this index, its value being next.
    Key(usize),
    /// The value of the key at this index.
    Value(usize),
}

/// The parts, and whether they are all within the limits. What is missing behind a syntax error is not told.
pub(super) struct Parts<'t> {
    pub(super) list: Vec<Part<'t>>,
    /// Whether any part is an alias, so that texts may be needed more than once.
    pub(super) aliased: bool,
}

/// The parts of the document. `None` where a limit is exceeded; a syntax error leaves what came before.
pub(super) fn read<'t>(text: &'t str, problems: &mut Problems) -> Option<Parts<'t>> {
    let meter = Meter::default();
    let mut parser = Parser::new(Metered::new(text, &meter));
    let mut reader = PartReader {
        text,
        end: None,
        parts: Parts { list: Vec::new(), aliased: false },
        open: Vec::new(),
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
                    too_long(reader.path(true), position(span.start))
                }
                Err(error) => too_long(reader.path(false), reader.within(position(*error.marker()))),
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
    while !reader.open.is_empty() {
        reader.end();
    }
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
    /// Where the text ends, once that has been asked for.
    end: Option<Position>,
    parts: Parts<'t>,
    /// The lists and mappings around the next part, the innermost last.
    open: Vec<Open>,
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
                self.push(Kind::Scalar { text, plain: style == ScalarStyle::Plain, tag }, at);
            }
            Event::SequenceStart(anchor, tag) => self.begin(Kind::List, anchor, tag.as_deref(), at)?,
            Event::MappingStart(anchor, tag) => self.begin(Kind::Map, anchor, tag.as_deref(), at)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, at)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    /// Notes in the parent that its next child begins, and tells whether that is a key.
    fn place(&mut self) -> bool {
        let next = self.parts.list.len();
        let Some(parent) = self.open.last_mut() else { return false };
        parent.child = match parent.child {
            Child::NoItem => Child::Item(0),
            Child::Item(index) => Child::Item(index + 1),
            Child::NoKey | Child::Value(_) => Child::Key(next),
            Child::Key(key) => Child::Value(key),
        };
        matches!(parent.child, Child::Key(_))
    }

    fn push(&mut self, kind: Kind<'t>, at: Position) {
        let end = self.parts.list.len() + 1;
        self.parts.list.push(Part { kind, at, end });
    }

    fn begin(&mut self, kind: Kind<'t>, anchor: usize, tag: Option<&Written>, at: Position) -> Result<(), End> {
        self.place();
        if self.open.len() >= MAX_DEPTH {
            return Err(End::Limit(too_deep(self.path(true), at)));
        }
        let (nodes, bytes, part) = (self.nodes, self.bytes, self.parts.list.len());
        self.count(1, at)?;
        let (own, child) = match kind {
            Kind::List => (Tag::Seq, Child::NoItem),
            _ => (Tag::Map, Child::NoKey),
        };
        let tag = self.tag(tag, at);
        if tag != Tag::None && tag != Tag::Plain && tag != own {
            let (path, kind) = (self.path(true), if own == Tag::Seq { "a list" } else { "a mapping" });
            self.problems.note(|| mismatch(path, at, kind, tag));
        }
        // An alias in the midst of its own anchor finds nothing, also where it had been a value's before.
        if let Some(anchored) = self.anchored(anchor) {
            *anchored = None;
        }
        self.push(kind, at);
        self.open.push(Open { part, child, anchor, nodes, bytes, height: 0 });
        Ok(())
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let height = open.height + 1;
        let end = self.parts.list.len();
        if let Some(part) = self.parts.list.get_mut(open.part) {
            part.end = end;
        }
        let (nodes, bytes) = (self.nodes - open.nodes, self.bytes - open.bytes);
        if let Some(anchored) = self.anchored(open.anchor) {
            *anchored = Some(Anchored { part: open.part, nodes, bytes, height });
        }
        self.raise(height);
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Result<(), End> {
        self.place();
        self.parts.aliased = true;
        let anchored = self.anchors.get(anchor).copied().flatten();
        if let Some(Anchored { nodes, bytes, height, .. }) = anchored {
            self.count(nodes, at)?;
            self.bytes += bytes;
            if self.bytes > 2 * MAX_TEXT_BYTES {
                return Err(End::Limit(Box::new(too_much_text(self.path(true), at))));
            }
            if self.open.len() + height > MAX_DEPTH {
                return Err(End::Limit(too_deep(self.path(true), at)));
            }
            self.raise(height);
        } else {
            let path = self.path(true);
            self.problems.note(|| recursive_alias(path, at));
        }
        self.push(Kind::Alias(anchored.map(|anchored| anchored.part)), at);
        Ok(())
    }

    /// Notes that a child of the innermost open part is `height` deep.
    fn raise(&mut self, height: usize) {
        if let Some(parent) = self.open.last_mut() {
            parent.height = parent.height.max(height);
        }
    }

    fn count(&mut self, nodes: usize, at: Position) -> Result<(), End> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES { Err(End::Limit(too_many(self.path(true), at))) } else { Ok(()) }
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
            let path = self.path(true);
            self.problems.note(|| unknown_tag(path, at, written));
            Tag::None
        })
    }

    /// The library's error, as a problem.
    fn error(&mut self, error: &ScanError) -> End {
        let at = self.within(position(*error.marker()));
        let path = self.path(false);
        match error.info() {
            info if info.contains("recursion limit") => End::Limit(too_deep(path, at)),
            info if info.contains("unknown anchor") => End::Broken(Box::new(undefined_alias(path, at))),
            info => End::Broken(Box::new(syntax(path, at, info))),
        }
    }

    /// The position, or the end of the text: what is missing there the library puts on a line of its own.
    fn within(&mut self, at: Position) -> Position {
        at.min(*self.end.get_or_insert_with(|| end_of(self.text)))
    }

    /// The path of the part that is being read, or of the one before which reading stands.
    fn path(&self, reading: bool) -> String {
        self.path_below(0, &Path::ROOT, reading)
    }

    fn path_below(&self, level: usize, path: &Path<'_>, reading: bool) -> String {
        let Some(open) = self.open.get(level) else { return path.to_string() };
        let innermost = level + 1 == self.open.len();
        match open.child {
            Child::Item(index) if reading || !innermost => {
                self.path_below(level + 1, &path.index(index), reading)
            }
            Child::Value(key) if reading || !innermost => self.path_below_key(level, path, key, reading),
            Child::Key(key) if innermost && !reading => self.path_below_key(level, path, key, reading),
            _ => self.path_below(level + 1, path, reading),
        }
    }

    fn path_below_key(&self, level: usize, path: &Path<'_>, key: usize, reading: bool) -> String {
        match self.parts.text(key) {
            Some(key) => self.path_below(level + 1, &path.key(key), reading),
            None => self.path_below(level + 1, path, reading),
        }
    }
}

impl Parts<'_> {
    /// The text of the scalar at `index`, also where an alias stands for it.
    pub(super) fn text(&self, index: usize) -> Option<&str> {
        match &self.list.get(index)?.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::Alias(Some(original)) => match &self.list.get(*original)?.kind {
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
