//! JSON, strictly by RFC 8259, with the place of everything and with lone surrogates told apart.

mod cursor;

use super::number::decimal;
use super::problems::{Problems, Stop, out_of_range, too_deep, too_many};
use super::spans::{Span, Spans};
use super::{
    Arena, Content, Entry, MAX_DEPTH, MAX_NODES, MAX_TEXT_BYTES, Node, Path, too_large, without_mark,
};
use crate::diagnostic::{Diagnostic, Position};
use crate::value::Value;
use cursor::Cursor;

/// Reads a ruleset. `None` where a problem ended reading.
pub(super) fn read<'a>(
    text: &'a str,
    arena: &'a Arena,
    problems: &mut Problems,
) -> Option<(Node<'a>, Spans)> {
    let mut reader = Reader::new(Cursor::new(text), arena, false, problems);
    let outcome = reader.document();
    let spans = std::mem::take(&mut reader.spans);
    outcome.map(|node| (node, spans)).map_err(|problem| problems.end(*problem)).ok()
}

/// Reads one entry of the mapping under `section`. `None` where a problem ended reading.
#[cfg(any(feature = "change", test))]
pub(super) fn read_entry<'a>(
    text: &'a str,
    span: Span,
    section: &str,
    arena: &'a Arena,
    problems: &mut Problems,
) -> Option<Entry<'a>> {
    // Behind the end of the entry nothing is read.
    let text = text.get(..span.end as usize).unwrap_or_default();
    let cursor = Cursor::standing(text, span.start as usize, span.at);
    let outcome = Reader::new(cursor, arena, false, problems).one_entry(&Path::ROOT.key(section));
    outcome.map_err(|problem| problems.end(*problem)).ok()
}

/// Reads any value as the JSON readers of the host languages do: a lone surrogate becomes U+FFFD, of a
/// repeated key the last one wins, a number beyond the floats is infinite. Nesting and size stay limited.
///
/// # Errors
/// The first problem where the text is no JSON.
#[allow(clippy::result_large_err, reason = "a context is read once and its problem is shown")]
pub(crate) fn read_lossy(text: &str) -> Result<Value, Diagnostic> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(too_large(text.len()));
    }
    let mut problems = Problems::default();
    let arena = Arena::new();
    let outcome = Reader::new(Cursor::new(without_mark(text)), &arena, true, &mut problems).document();
    outcome.map(Node::to_value).map_err(|problem| *problem)
}

/// Whether the lengths of the keys tell already that none stands twice, as they do in most mappings of one or two.
fn plainly_unique(entries: &[Entry<'_>]) -> bool {
    match entries {
        [] | [_] => true,
        [a, b] => a.key.len() != b.key.len(),
        _ => false,
    }
}

/// Inside of how many mappings the entries of a section stand.
const SECTION: usize = 2;

struct Reader<'a, 'p> {
    cursor: Cursor<'a>,
    arena: &'a Arena,
    /// What the open objects and arrays hold so far, the innermost last; each leaves at its end, at its size.
    entries: Vec<Entry<'a>>,
    items: Vec<Node<'a>>,
    /// The entries of the section that is being read, and those of the sections before it.
    section: Vec<Span>,
    spans: Spans,
    /// How many values have begun.
    nodes: usize,
    lossy: bool,
    /// What reading goes on behind; nothing of the kind is a problem to a lossy reader.
    problems: &'p mut Problems,
}

impl<'a, 'p> Reader<'a, 'p> {
    fn new(cursor: Cursor<'a>, arena: &'a Arena, lossy: bool, problems: &'p mut Problems) -> Self {
        let (entries, items, section) = (Vec::new(), Vec::new(), Vec::new());
        Self { cursor, arena, entries, items, section, spans: Spans::default(), nodes: 0, lossy, problems }
    }

    fn document(&mut self) -> Result<Node<'a>, Stop> {
        self.cursor.skip_space();
        let node = self.value(&Path::ROOT, 0)?;
        self.cursor.skip_space();
        match self.cursor.peek() {
            None => Ok(node),
            Some(_) => Err(self.cursor.unexpected(&Path::ROOT, &["the end of the text"])),
        }
    }

    #[cfg(any(feature = "change", test))]
    fn one_entry(&mut self, section: &Path<'_>) -> Result<Entry<'a>, Stop> {
        if self.cursor.peek() != Some(b'"') {
            return Err(self.cursor.unexpected(section, &["a key"]));
        }
        let entry = self.entry(section, SECTION)?;
        self.cursor.skip_space();
        match self.cursor.peek() {
            None => Ok(entry),
            Some(_) => Err(self.cursor.unexpected(section, &["the end of the entry"])),
        }
    }

    /// A value inside of `depth` lists and mappings.
    #[cfg_attr(not(cutover_small), inline(always))]
    fn value(&mut self, path: &Path<'_>, depth: usize) -> Result<Node<'a>, Stop> {
        let at = self.cursor.here();
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(too_many(path.to_string(), at));
        }
        // Most are texts.
        let content = match self.cursor.plain_string() {
            Some(text) => Content::Text(text),
            None => self.content(path, depth, at)?,
        };
        Ok(Node { content, at })
    }

    /// What a value holds that stands `at` here.
    fn content(&mut self, path: &Path<'_>, depth: usize, at: Position) -> Result<Content<'a>, Stop> {
        Ok(match self.cursor.peek() {
            Some(b'"') => Content::Text(self.text(path)?),
            Some(b'-' | b'0'..=b'9') => self.number(path)?,
            Some(b'{' | b'[') if depth >= MAX_DEPTH => return Err(too_deep(path.to_string(), at)),
            Some(b'{') => {
                let start = self.entries.len();
                let outcome = self.entries(path, depth + 1);
                // Also where a problem ended reading, the keys before it are compared.
                let entries = self.entries.get(start..).unwrap_or_default();
                if !self.lossy && !plainly_unique(entries) {
                    self.problems.note_repeated(entries, path);
                }
                let entries = outcome.map(|()| &*self.arena.alloc_slice_copy(entries));
                self.entries.truncate(start);
                Content::Map(entries?)
            }
            Some(b'[') => {
                let start = self.items.len();
                self.items(path, depth + 1)?;
                let items = self.arena.alloc_slice_copy(self.items.get(start..).unwrap_or_default());
                self.items.truncate(start);
                Content::List(items)
            }
            Some(b't') if self.cursor.skip_word("true") => Content::Bool(true),
            Some(b'f') if self.cursor.skip_word("false") => Content::Bool(false),
            Some(b'n') if self.cursor.skip_word("null") => Content::Null,
            _ => return Err(self.cursor.unexpected(path, &["a value"])),
        })
    }

    /// The entries of an object, from its `{`.
    fn entries(&mut self, path: &Path<'_>, depth: usize) -> Result<(), Stop> {
        self.cursor.skip(b'{');
        self.cursor.skip_space();
        if self.cursor.skip(b'}') {
            return Ok(());
        }
        let mut expected: &[_] = &["a key", "}"];
        loop {
            if self.cursor.peek() != Some(b'"') {
                return Err(self.cursor.unexpected(path, expected));
            }
            let start = self.cursor.offset();
            let entry = self.entry(path, depth)?;
            self.entries.push(entry);
            if depth <= SECTION && !self.lossy {
                self.note_span(start, &entry, depth);
            }
            self.cursor.skip_space();
            match self.cursor.peek() {
                Some(b',') => self.cursor.step(),
                Some(b'}') => {
                    self.cursor.step();
                    return Ok(());
                }
                _ => return Err(self.cursor.unexpected(path, &[",", "}"])),
            }
            self.cursor.skip_space();
            expected = &["a key"];
        }
    }

    /// An entry, from its key, inside of `depth` lists and mappings.
    #[cfg_attr(not(cutover_small), inline(always))]
    fn entry(&mut self, path: &Path<'_>, depth: usize) -> Result<Entry<'a>, Stop> {
        let key_at = self.cursor.here();
        let key = match self.cursor.plain_string() {
            Some(key) => key,
            None => self.text(path)?,
        };
        self.cursor.skip_space();
        if !self.cursor.skip(b':') {
            return Err(self.cursor.unexpected(path, &[":"]));
        }
        self.cursor.skip_space();
        let value = self.value(&path.key(key), depth)?;
        Ok(Entry { key, key_at, value })
    }

    /// Notes where an entry of a section stands, or that a section has ended.
    fn note_span(&mut self, start: usize, entry: &Entry<'_>, depth: usize) {
        if depth == SECTION {
            let offset = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
            let (start, end) = (offset(start), offset(self.cursor.offset()));
            self.section.push(Span { start, end, at: entry.key_at });
        } else {
            let spans = std::mem::take(&mut self.section);
            if let Content::Map(_) = entry.value.content {
                self.spans.push(entry.key, spans);
            }
        }
    }

    /// The items of an array, from its `[`.
    fn items(&mut self, path: &Path<'_>, depth: usize) -> Result<(), Stop> {
        self.cursor.skip(b'[');
        self.cursor.skip_space();
        if self.cursor.skip(b']') {
            return Ok(());
        }
        for index in 0.. {
            let item = self.value(&path.index(index), depth)?;
            self.items.push(item);
            self.cursor.skip_space();
            match self.cursor.peek() {
                Some(b',') => self.cursor.step(),
                Some(b']') => {
                    self.cursor.step();
                    break;
                }
                _ => return Err(self.cursor.unexpected(path, &[",", "]"])),
            }
            self.cursor.skip_space();
        }
        Ok(())
    }

    /// A text, from its `"`, in which something is escaped or wrong.
    #[inline(never)]
    fn text(&mut self, path: &Path<'_>) -> Result<&'a str, Stop> {
        let (lossy, problems) = (self.lossy, &mut *self.problems);
        let text = self.cursor.string(path, |at, escape| {
            if !lossy {
                problems.note(|| {
                    let message = "half of a surrogate pair is no character";
                    Diagnostic::error("lone_surrogate", path.to_string(), at, message)
                        .found(escape)
                        .help("write the character itself, or both halves of its pair")
                });
            }
        })?;
        Ok(self.arena.alloc_str(&text))
    }

    fn number(&mut self, path: &Path<'_>) -> Result<Content<'a>, Stop> {
        let at = self.cursor.here();
        let literal = self.cursor.number(path)?;
        match decimal(literal) {
            Some(Content::Float(number)) if number.is_infinite() && !self.lossy => {
                self.problems.note(|| out_of_range(path, at, literal));
                Ok(Content::Null)
            }
            Some(content) => Ok(content),
            None => Err(self.cursor.unexpected(path, &["a number"])),
        }
    }
}
