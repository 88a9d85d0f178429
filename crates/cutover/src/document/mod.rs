//! Documents: YAML or JSON text read into a tree that knows where each part stands.
//!
//! The tree borrows from the text, and lives in an [`Arena`] beside it. It keeps what the text says: the order of keys, the position of keys and values, integers apart from
//! floats. Reading accepts hostile text: size, depth and number of nodes are limited, and whatever is wrong
//! becomes a [`Diagnostic`] with its place.

mod json;
mod limits;
mod node;
mod number;
mod path;
mod problems;
mod spans;
#[cfg(test)]
mod tests;
#[cfg(feature = "yaml")]
mod yaml;

use crate::diagnostic::{Diagnostic, Position};
use problems::Problems;

pub(crate) use json::read_lossy as read_json_value;
#[cfg(feature = "yaml")]
pub(crate) use limits::MAX_FLOW_PARTS;
pub(crate) use limits::{MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, MAX_TEXT_BYTES};
pub(crate) use node::{Arena, Content, Entry, Node};
#[cfg(feature = "gates")]
pub(crate) use number::decimal;
pub(crate) use path::{Path, PathId, Paths};
#[cfg(any(feature = "change", test))]
pub(crate) use spans::Span;
pub(crate) use spans::Spans;

/// Reads a document: JSON where it begins with `{`, else YAML. A byte order mark is skipped.
///
/// # Errors
/// What is wrong with the text, in its order: all of it as far as reading could go on, at most
/// [`MAX_PROBLEMS`] and the one that ended it.
pub(crate) fn read<'a>(text: &'a [u8], arena: &'a Arena) -> Result<Node<'a>, Vec<Diagnostic>> {
    read_spanned(text, arena).map(|(node, _)| node)
}

/// Reads a document like [`read`], and tells where the entries of its sections stand in its text.
///
/// # Errors
/// Those of [`read`].
pub(crate) fn read_spanned<'a>(
    text: &'a [u8],
    arena: &'a Arena,
) -> Result<(Node<'a>, Spans), Vec<Diagnostic>> {
    let text = decode(text).map_err(|problem| vec![problem])?;
    let mut problems = Problems::default();
    let node = match text.trim_ascii_start().bytes().next() {
        None => {
            problems.note(problems::empty);
            None
        }
        Some(b'{') => json::read(text, arena, &mut problems),
        Some(_) => read_yaml(text, arena, &mut problems).map(|node| (node, Spans::default())),
    };
    match (node, problems.into_list()) {
        (Some(read), problems) if problems.is_empty() => Ok(read),
        (_, problems) => Err(problems),
    }
}

/// Reads one entry of the section `section` alone: the `span` of a text of JSON, as [`decode`] gives it.
///
/// # Errors
/// What is wrong with it, as in [`read`]; lines and columns are those of the whole text where `span.at` is.
#[cfg(any(feature = "change", test))]
pub(crate) fn read_entry<'a>(
    text: &'a str,
    span: Span,
    section: &str,
    arena: &'a Arena,
) -> Result<Entry<'a>, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let entry = json::read_entry(text, span, section, arena, &mut problems);
    match (entry, problems.into_list()) {
        (Some(entry), problems) if problems.is_empty() => Ok(entry),
        (_, problems) => Err(problems),
    }
}

/// Reads a document that may be a list. One that begins with `[` is JSON where it is JSON, whose escapes YAML does
/// not all know, and otherwise YAML.
///
/// # Errors
/// Those of [`read`].
#[cfg(feature = "import")]
pub(crate) fn read_list<'a>(text: &'a [u8], arena: &'a Arena) -> Result<Node<'a>, Vec<Diagnostic>> {
    let list = decode(text).ok().filter(|text| text.trim_ascii_start().starts_with('['));
    let mut problems = Problems::default();
    match list.and_then(|text| json::read(text, arena, &mut problems)) {
        Some((node, _)) if problems.is_empty() => Ok(node),
        _ => read(text, arena),
    }
}

/// The text of a document, without a byte order mark.
///
/// # Errors
/// Where it is too large or not UTF-8.
#[allow(clippy::result_large_err, reason = "a document is read once and its problem is shown")]
pub(crate) fn decode(text: &[u8]) -> Result<&str, Diagnostic> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(too_large(text.len()));
    }
    std::str::from_utf8(text).map(without_mark).map_err(|error| not_utf8(text, error.valid_up_to()))
}

#[cfg(feature = "yaml")]
fn read_yaml<'a>(text: &'a str, arena: &'a Arena, problems: &mut Problems) -> Option<Node<'a>> {
    yaml::read(text, arena, problems)
}

#[cfg(not(feature = "yaml"))]
fn read_yaml<'a>(text: &'a str, _: &'a Arena, problems: &mut Problems) -> Option<Node<'a>> {
    let before = text.get(..text.len() - text.trim_ascii_start().len()).unwrap_or_default();
    problems.note(|| {
        Diagnostic::error("yaml_not_supported", "", end_of(before), "this build reads JSON only")
            .expected(["{"])
            .help("convert the document to JSON, compile it where YAML is read, or load `cutover/full` (in Rust, the feature `yaml`)")
    });
    None
}

/// The text behind a byte order mark, which editors count as no column.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

fn too_large(bytes: usize) -> Diagnostic {
    let message = format!("the document is larger than {MAX_TEXT_BYTES} bytes");
    Diagnostic::error("document_too_large", "", Position::default(), message).found(format!("{bytes} bytes"))
}

fn not_utf8(text: &[u8], valid: usize) -> Diagnostic {
    let (before, rest) = text.split_at_checked(valid).unwrap_or_default();
    // The part before is valid, so nothing of it is lost.
    let at = end_of(without_mark(&String::from_utf8_lossy(before)));
    let found = rest.first().map_or_else(String::new, |byte| format!("the byte 0x{byte:02X}"));
    let problem = Diagnostic::error("not_utf8", "", at, "the document is not encoded in UTF-8").found(found);
    if text.starts_with(&[0xFF, 0xFE]) || text.starts_with(&[0xFE, 0xFF]) {
        problem.help("it is encoded in UTF-16: save it as UTF-8")
    } else {
        problem.help("save it as UTF-8")
    }
}

/// The position right behind `text`. A line ends with LF, CR LF or CR, as in YAML.
fn end_of(text: &str) -> Position {
    let mut at = Position { line: 1, column: 1 };
    let mut last = '\0';
    for sign in text.chars() {
        match sign {
            '\n' if last == '\r' => {}
            '\n' | '\r' => at = Position { line: at.line.saturating_add(1), column: 1 },
            _ => at.column = at.column.saturating_add(1),
        }
        last = sign;
    }
    at
}
