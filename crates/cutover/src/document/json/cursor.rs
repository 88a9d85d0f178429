//! A place in a JSON text: its line and column, and the tokens that begin there.

use crate::diagnostic::{Diagnostic, Position};
use crate::document::Path;
use crate::document::problems::Stop;

/// The longest word that a problem quotes, in characters.
const WORD_CHARS: usize = 24;

/// A byte offset into a text, and what it takes to tell its line and column at any time without counting.
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    /// Where the current line begins.
    line_start: usize,
    /// How many bytes between there and `at` continue a character and so make no column.
    continuing: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, line_start: 0, continuing: 0 }
    }

    /// A cursor that stands at the byte `at` of the text, which is `position`.
    #[cfg(any(feature = "change", test))]
    pub(super) fn standing(text: &'t str, at: usize, position: Position) -> Self {
        // Had the line only ASCII before it.
        let line_start = at.saturating_sub(position.column.saturating_sub(1) as usize);
        Self { text, at, line: position.line, line_start, continuing: 0 }
    }

    /// How many bytes stand before here.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// The position of the next byte.
    pub(super) fn here(&self) -> Position {
        let column = (self.at - self.line_start - self.continuing).saturating_add(1);
        Position { line: self.line, column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.nth(0)
    }

    fn nth(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes behind the next byte if it is `byte`.
    pub(super) fn skip(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    /// Goes behind the next byte, which is one.
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Goes behind `word` if it comes next and ends there.
    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        let here = self.rest().starts_with(word) && !self.nth(word.len()).is_some_and(in_word);
        self.at += if here { word.len() } else { 0 };
        here
    }

    /// Goes behind white space. Only here do lines end: a string holds no line breaks.
    #[cfg_attr(not(cutover_small), inline(always))]
    pub(super) fn skip_space(&mut self) {
        if self.peek().is_some_and(|byte| byte <= b' ') {
            self.skip_spaces();
        }
    }

    #[inline(never)]
    fn skip_spaces(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\r' if self.nth(1) == Some(b'\n') => self.at += 1,
                b'\n' | b'\r' => {
                    self.at += 1;
                    self.line = self.line.saturating_add(1);
                    self.line_start = self.at;
                    self.continuing = 0;
                }
                _ => return,
            }
        }
    }

    /// The literal of a number.
    pub(super) fn number(&mut self, path: &Path<'_>) -> Result<&'t str, Stop> {
        let (start, at) = (self.at, self.here());
        self.skip(b'-');
        let zero = self.peek() == Some(b'0');
        let digits = self.digits(path)?;
        if zero && digits > 1 {
            let message = "a number may not begin with a needless zero";
            let literal = self.text.get(start..self.at).unwrap_or_default();
            return Err(Box::new(syntax(path, at, message).found(literal).expected(["a number"])));
        }
        if self.skip(b'.') {
            self.digits(path)?;
        }
        if self.skip(b'e') || self.skip(b'E') {
            if !self.skip(b'+') {
                self.skip(b'-');
            }
            self.digits(path)?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Goes behind digits, at least one, and tells how many there were.
    fn digits(&mut self, path: &Path<'_>) -> Result<usize, Stop> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += count;
        if count == 0 { Err(self.unexpected(path, &["a digit"])) } else { Ok(count) }
    }

    /// A string, from its `"`, where nothing in it is escaped and nothing wrong with it. None where something else
    /// stands here.
    #[cfg_attr(not(cutover_small), inline(always))]
    pub(super) fn plain_string(&mut self) -> Option<&'t str> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        let (end, ascii) = special(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return None;
        }
        let text = self.text.get(start..end)?;
        if !ascii {
            self.continuing += continuing(text);
        }
        self.at = end + 1;
        Some(text)
    }

    /// A string, from its `"`. Each lone surrogate is told to `lone` and becomes U+FFFD.
    pub(super) fn string(
        &mut self,
        path: &Path<'_>,
        mut lone: impl FnMut(Position, &str),
    ) -> Result<String, Stop> {
        let start = self.here();
        self.skip(b'"');
        let mut text = self.run().to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape(path, &mut lone)?),
                Some(control) => return Err(self.control(path, control)),
                None => {
                    let problem = syntax(path, start, "the text that begins here has no closing `\"`");
                    return Err(Box::new(problem.found("the end of the text").expected(["\""])));
                }
            }
            text.push_str(self.run());
        }
    }

    /// What stands in a string as it is, up to a quote, an escape, a control character or the end.
    fn run(&mut self) -> &'t str {
        let (end, _) = special(self.text.as_bytes(), self.at);
        let run = self.text.get(self.at..end).unwrap_or_default();
        self.at += run.len();
        self.continuing += continuing(run);
        run
    }

    /// The character of an escape, from its `\`.
    fn escape(&mut self, path: &Path<'_>, lone: &mut impl FnMut(Position, &str)) -> Result<char, Stop> {
        let sign = match self.nth(1) {
            Some(b'u') => return self.unicode(path, lone),
            Some(sign @ (b'"' | b'\\' | b'/')) => char::from(sign),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => {
                let found: String = self.rest().chars().take(2).collect();
                let problem = syntax(path, self.here(), format!("`{found}` is no escape of JSON"));
                let expected = ["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\uXXXX"];
                return Err(Box::new(
                    problem.found(found).expected(expected).help("a `\\` is written `\\\\`"),
                ));
            }
        };
        self.at += 2;
        Ok(sign)
    }

    /// The character of an escape `\uXXXX`, or of two that make a surrogate pair.
    fn unicode(&mut self, path: &Path<'_>, lone: &mut impl FnMut(Position, &str)) -> Result<char, Stop> {
        let Some(unit) = self.unit(0) else {
            let found: String = self.rest().chars().take(6).collect();
            let problem = syntax(path, self.here(), "`\\u` is followed by four hexadecimal digits");
            return Err(Box::new(problem.found(found).expected(["\\uXXXX"])));
        };
        if let (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) = (unit, self.unit(6)) {
            self.at += 12;
            let code = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let sign = char::from_u32(unit).unwrap_or_else(|| {
            lone(self.here(), self.rest().get(..6).unwrap_or_default());
            char::REPLACEMENT_CHARACTER
        });
        self.at += 6;
        Ok(sign)
    }

    /// The code unit of the escape `\uXXXX` that stands `ahead`.
    fn unit(&self, ahead: usize) -> Option<u32> {
        let digits = self.rest().get(ahead..ahead + 6)?.strip_prefix("\\u")?;
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }

    fn control(&self, path: &Path<'_>, control: u8) -> Stop {
        let escape = match control {
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            _ => format!("\\u{control:04x}"),
        };
        let (message, found) = match control {
            b'\n' | b'\r' => ("a text ends on the line it begins on".to_owned(), "a line break".to_owned()),
            _ => ("a control character is written as an escape".to_owned(), format!("U+{control:04X}")),
        };
        let problem = syntax(path, self.here(), message).found(found).expected(["\"", escape.as_str()]);
        Box::new(problem.help(format!("close the text with `\"`, or write `{escape}`")))
    }

    /// The byte before here that is no white space.
    fn before(&self) -> Option<u8> {
        self.text.get(..self.at).and_then(|before| before.trim_ascii_end().bytes().next_back())
    }

    /// Something else than `expected` stands here.
    pub(super) fn unexpected(&self, path: &Path<'_>, expected: &'static [&'static str]) -> Stop {
        let word: String = self.rest().chars().take(WORD_CHARS).take_while(|c| is_in_word(*c)).collect();
        let found = match self.rest().chars().next() {
            None => "the end of the text".to_owned(),
            Some(_) if !word.is_empty() => word.clone(),
            Some('\0'..' ') => "a control character".to_owned(),
            Some(sign) => sign.to_string(),
        };
        let wanted: Vec<String> = expected.iter().map(|text| quoted(text)).collect();
        let message = format!("expected {}, found {}", wanted.join(" or "), quoted(&found));
        let problem = syntax(path, self.here(), message).found(&found).expected(expected.iter().copied());
        let value = expected.contains(&"a value");
        let key = expected.contains(&"a key");
        Box::new(match found.as_str() {
            "/" | "#" => problem.help("JSON has no comments; YAML has"),
            "}" | "]" if self.before() == Some(b',') => {
                problem.help("no comma stands before a closing bracket")
            }
            "'" if value || key => problem.help("a text stands in double quotes"),
            _ if key && !word.is_empty() => {
                problem.help("a key stands in double quotes: a text that begins with `{` is read as JSON")
            }
            _ if value && !word.is_empty() => problem.nearest(&word, ["true", "false", "null"]),
            _ => problem,
        })
    }
}

/// How many bytes of a text continue a character.
fn continuing(text: &str) -> usize {
    text.bytes().filter(|byte| byte & 0xC0 == 0x80).count()
}

/// Where from `at` on the first quote, backslash or control character stands, or the end; and whether all before it
/// is ASCII. It looks at eight bytes at a time; a byte that it marks by mistake stands behind one that it marks rightly.
#[cfg_attr(not(cutover_small), inline(always))]
fn special(bytes: &[u8], mut at: usize) -> (usize, bool) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let mut seen = 0;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit);
        let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
        // The two signs are ASCII, so what is not that is neither.
        let marks = (below(word, 0x20) | is(b'"') | is(b'\\')) & !word & HIGH;
        if marks != 0 {
            // The bits below the lowest mark are those of the bytes before it.
            seen |= word & (marks ^ (marks - 1));
            return (at + marks.trailing_zeros() as usize / 8, seen & HIGH == 0);
        }
        seen |= word;
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'));
    (at + found.unwrap_or(rest.len()), seen & HIGH == 0 && rest.is_ascii())
}

fn syntax(path: &Path<'_>, at: Position, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("json_syntax", path.to_string(), at, message)
}

fn in_word(byte: u8) -> bool {
    is_in_word(char::from(byte))
}

fn is_in_word(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}

/// Signs in backticks, descriptions as they are.
fn quoted(text: &str) -> String {
    if text.contains(' ') { text.to_owned() } else { format!("`{text}`") }
}
