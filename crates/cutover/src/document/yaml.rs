//! YAML 1.2 with its core schema.
//!
//! Two passes: the first makes a flat list of the parts and holds it against the limits, the second builds the
//! tree. So neither deep nesting nor aliases of aliases can take stack or memory beyond the limits.

mod meter;
mod nest;
mod parts;
mod report;
mod scalar;

use super::problems::{Problems, empty, out_of_range};
use super::{Arena, Content, Entry, Node, Path};
use crate::diagnostic::{Diagnostic, Position};
use parts::{Kind, Part, Parts};
use report::{key_not_text, merge_key, mismatch, not_finite};
use scalar::{Meaning, Tag, meaning};

/// Reads a document. `None` where nothing is left to look at.
pub(super) fn read<'a>(text: &'a str, arena: &'a Arena, problems: &mut Problems) -> Option<Node<'a>> {
    let parts = parts::read(text, arena, problems)?;
    let nothing = match parts.list.first().map(|root| &root.kind) {
        None => true,
        // What the library makes of nothing behind `---`.
        Some(Kind::Scalar { text, plain, tag }) => text.is_empty() && *plain && *tag == Tag::None,
        Some(_) => false,
    };
    if nothing {
        if problems.is_empty() {
            problems.note(empty);
        }
        return None;
    }
    let (items, entries) = (Vec::new(), Vec::new());
    Some(Builder { parts, arena, items, entries, problems, repeating: 0 }.node(0, &Path::ROOT))
}

struct Builder<'a, 'p> {
    parts: Parts<'a>,
    arena: &'a Arena,
    /// What the open lists and mappings hold so far, the innermost last; each leaves at its end.
    items: Vec<Node<'a>>,
    entries: Vec<Entry<'a>>,
    problems: &'p mut Problems,
    /// How many aliases are being expanded; their problems are told where the anchor is.
    repeating: usize,
}

impl<'a> Builder<'a, '_> {
    /// The value at `index`. Recursion is as deep as the first pass allows.
    fn node(&mut self, index: usize, path: &Path<'_>) -> Node<'a> {
        let Some(part) = self.parts.list.get(index) else {
            return Node { content: Content::Null, at: Position::default() };
        };
        let (at, end) = (part.at, part.end);
        let content = match part.kind {
            Kind::Scalar { .. } => self.scalar(index, path),
            Kind::List => {
                let (start, mut next) = (self.items.len(), index + 1);
                while next < end {
                    let item = self.node(next, &path.index(self.items.len() - start));
                    self.items.push(item);
                    next = self.end(next);
                }
                let items = self.arena.alloc_slice_copy(self.items.get(start..).unwrap_or_default());
                self.items.truncate(start);
                Content::List(items)
            }
            Kind::Map => Content::Map(self.entries(index + 1, end, path)),
            Kind::Alias(None) => Content::Null,
            Kind::Alias(Some(original)) => {
                self.repeating += 1;
                let node = self.node(original, path);
                self.repeating -= 1;
                node.content
            }
        };
        Node { content, at }
    }

    /// The entries of a mapping, from `next` to `end`.
    fn entries(&mut self, mut next: usize, end: usize, path: &Path<'_>) -> &'a [Entry<'a>] {
        let start = self.entries.len();
        while next < end {
            let value = self.end(next);
            let key = self.key(next, path);
            next = self.end(value);
            if value >= end {
                break; // the text is broken behind the key
            }
            match key {
                Some((key, key_at)) => {
                    let value = self.node(value, &path.key(key));
                    self.entries.push(Entry { key, key_at, value });
                }
                // Its problems are told nevertheless.
                None => {
                    self.node(value, path);
                }
            }
        }
        let entries = self.entries.get(start..).unwrap_or_default();
        if self.repeating == 0 {
            self.problems.note_repeated(entries, path);
        }
        let entries = self.arena.alloc_slice_copy(entries);
        self.entries.truncate(start);
        entries
    }

    /// The key at `index` of the mapping at `path`, and where it stands; `None` where it cannot be one.
    fn key(&mut self, index: usize, path: &Path<'_>) -> Option<(&'a str, Position)> {
        let part = self.parts.list.get(index)?;
        let at = part.at;
        let original = match part.kind {
            Kind::Alias(original) => self.parts.list.get(original?)?,
            _ => part,
        };
        let problem: fn(&Path<'_>, Position) -> Diagnostic = match original.kind {
            Kind::Scalar { text: "<<", plain: true, tag: Tag::None } => merge_key,
            Kind::Scalar { text, plain, tag } => match meaning(text, plain, tag) {
                Meaning::Is(Content::Null) => |path, at| key_not_text(path, at, "null"),
                _ => return Some((text, at)),
            },
            Kind::List => |path, at| key_not_text(path, at, "a list"),
            Kind::Map => |path, at| key_not_text(path, at, "a mapping"),
            Kind::Alias(_) => return None,
        };
        if self.repeating == 0 {
            self.problems.note(|| problem(path, at));
        }
        None
    }

    fn scalar(&mut self, index: usize, path: &Path<'_>) -> Content<'a> {
        let Some(&Part { kind: Kind::Scalar { text, plain, tag }, at, .. }) = self.parts.list.get(index)
        else {
            return Content::Null;
        };
        let problem = match meaning(text, plain, tag) {
            Meaning::Is(content) => return content,
            Meaning::Text => return Content::Text(text),
            _ if self.repeating > 0 || self.problems.is_full() => return Content::Null,
            Meaning::NotFinite => not_finite(path, at, text),
            Meaning::OutOfRange => out_of_range(path, at, text),
            Meaning::Mismatch => mismatch(path.to_string(), at, text, tag),
        };
        self.problems.note(|| problem);
        Content::Null
    }

    /// The index behind the part at `index`.
    fn end(&self, index: usize) -> usize {
        self.parts.list.get(index).map_or(usize::MAX, |part| part.end)
    }
}
