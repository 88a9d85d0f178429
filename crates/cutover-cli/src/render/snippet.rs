//! The line of a source that a diagnostic is about, with a mark under the place.

use super::text::steers;
use unicode_width::UnicodeWidthChar as _;

/// A line to show and where to mark it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    pub(super) text: String,
    /// Columns of the terminal before the mark.
    pub(super) before: usize,
    /// Columns of the terminal that the mark takes.
    pub(super) marked: usize,
    /// True where what was found stands under the mark, and so need not be said again.
    pub(super) shows_found: bool,
}

/// Where the lines of a text begin, found once.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
}

/// So many characters of a line are shown at the most, and so many of them before the place.
const SHOWN_CHARS: usize = 100;
const BEFORE_CHARS: usize = 60;

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        Self { bytes, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// What to show of the line `line` for a place at `column`, both from 1, at which `found` may stand.
    pub(super) fn snippet(&self, line: u32, column: u32, found: Option<&str>) -> Option<Snippet> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.starts.get(index)?;
        let end = self.starts.get(index + 1).map_or(self.bytes.len(), |next| next - 1);
        let text = String::from_utf8_lossy(self.bytes.get(start..end)?);
        let text = text.strip_suffix('\r').unwrap_or(&text);
        if text.is_empty() {
            return None;
        }
        let place = (column as usize).saturating_sub(1);
        let behind: String = text.chars().skip(place).take(SHOWN_CHARS).collect();
        let length = found.and_then(|found| found_chars(&behind, found));
        Some(Snippet { shows_found: length.is_some(), ..window(text, place, length.unwrap_or(1)) })
    }
}

/// How many characters `found` takes at the beginning of `text`, quotes included, where it stands there.
fn found_chars(text: &str, found: &str) -> Option<usize> {
    let quotes: &[char] = &['"', '\''];
    let inner = text.strip_prefix(quotes);
    let stands = inner.unwrap_or(text).starts_with(found) && !found.is_empty();
    let closed =
        || inner.and_then(|inner| inner.strip_prefix(found)).is_some_and(|rest| rest.starts_with(quotes));
    stands.then(|| found.chars().count() + usize::from(inner.is_some()) + usize::from(closed()))
}

/// The part of `text` around `place`, with what cannot be shown replaced.
fn window(text: &str, place: usize, length: usize) -> Snippet {
    let skipped =
        if text.chars().nth(SHOWN_CHARS).is_some() { place.saturating_sub(BEFORE_CHARS) } else { 0 };
    let mut shown = String::new();
    let (mut before, mut marked) = (0, 0);
    if skipped > 0 {
        shown.push('…');
        before += 1;
    }
    let mut chars = text.chars().skip(skipped);
    for (at, char) in (skipped..).zip(chars.by_ref().take(SHOWN_CHARS)) {
        let columns = push(&mut shown, char);
        if at < place {
            before += columns;
        } else if at < place + length {
            marked += columns;
        }
    }
    if chars.next().is_some() {
        shown.push('…');
    }
    Snippet { text: shown, before, marked: marked.max(1), shows_found: false }
}

/// Appends a character as a terminal can show it, and gives how many columns it takes.
fn push(shown: &mut String, char: char) -> usize {
    match char {
        '\t' => {
            shown.push_str("    ");
            4
        }
        char if steers(char) => {
            shown.push('\u{FFFD}');
            1
        }
        char => {
            shown.push(char);
            char.width().unwrap_or(0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet(text: &str, line: u32, column: u32, found: Option<&str>) -> (String, String) {
        let snippet = Lines::new(text.as_bytes()).snippet(line, column, found).unwrap();
        (snippet.text, format!("{}{}", " ".repeat(snippet.before), "^".repeat(snippet.marked)))
    }

    fn both(text: &str, mark: &str) -> (String, String) {
        (text.to_owned(), mark.to_owned())
    }

    #[test]
    fn marks_what_was_found() {
        assert_eq!(snippet("a: 1\r\nbé: iss\r\n", 2, 5, Some("iss")), both("bé: iss", "    ^^^"));
        assert_eq!(snippet("a: \"x y\"", 1, 4, Some("x y")), both("a: \"x y\"", "   ^^^^^"));
        assert_eq!(snippet("a: 1e2", 1, 4, Some("100")), both("a: 1e2", "   ^"));
        assert_eq!(snippet("a: b", 1, 9, None), both("a: b", "    ^"));
        assert_eq!(snippet("\t日本: x", 1, 6, Some("x")), both("    日本: x", "          ^"));
        assert_eq!(snippet("a\u{1b}[2Jb", 1, 2, None), both("a\u{FFFD}[2Jb", " ^"));
    }

    #[test]
    fn there_is_nothing_to_show_outside() {
        let lines = Lines::new(b"a\n\nb");
        assert_eq!(lines.snippet(0, 1, None), None);
        assert_eq!(lines.snippet(2, 1, None), None);
        assert_eq!(lines.snippet(4, 1, None), None);
        assert!(lines.snippet(3, 1, None).is_some());
        assert!(Lines::new(b"\xFF").snippet(1, 1, None).is_some());
    }

    #[test]
    fn long_lines_are_shown_around_the_place() {
        let text = format!("{}HERE{}", "x".repeat(1000), "y".repeat(1000));
        let (shown, mark) = snippet(&text, 1, 1001, Some("HERE"));
        assert_eq!(shown, format!("…{}HERE{}…", "x".repeat(60), "y".repeat(36)));
        assert_eq!(mark, format!("{}^^^^", " ".repeat(61)));
    }
}
