//! The paths of entries, read.

use crate::path::MAX_SEGMENTS;
use crate::segment::{check, decoded};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The path of an entry: its segments, and what it takes where they end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) segments: Vec<Segment>,
    pub(crate) end: End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// A text, decoded.
    Literal(String),
    /// Any one segment, under this name.
    Parameter(String),
}

/// What an entry takes where its segments end, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// The path itself.
    Only,
    /// What is below it.
    Below,
    /// Both.
    Onwards,
}

/// What is wrong with a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) found: String,
    pub(crate) expected: &'static str,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Flaw {
    fn new(found: &str, expected: &'static str, message: impl Into<String>) -> Self {
        Self { found: found.to_owned(), expected, message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl Pattern {
    /// Reads the path of an entry.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn read(path: &str, is_exact: bool) -> Result<Self, Vec<Flaw>> {
        let mut flaws = Vec::new();
        let Some(inner) = path.strip_prefix('/') else {
            let flaw = Flaw::new(path, "a path that begins with `/`", "a path begins with `/`");
            return Err(Vec::from([flaw.help(format!("write `/{path}`"))]));
        };
        // One slash at the end says nothing more.
        let inner = inner.strip_suffix('/').filter(|inner| !inner.is_empty()).unwrap_or(inner);
        let mut pattern = Self { segments: Vec::new(), end: if is_exact { End::Only } else { End::Onwards } };
        let mut texts = inner.split('/').filter(|_| !inner.is_empty()).peekable();
        while let Some(text) = texts.next() {
            if text != "*" {
                match segment(text, &pattern.segments) {
                    Ok(segment) => pattern.segments.push(segment),
                    Err(flaw) if flaws.contains(&flaw) => {}
                    Err(flaw) => flaws.push(flaw),
                }
            } else if texts.peek().is_some() {
                flaws.push(Flaw::new(
                    path,
                    "`*` as the last segment",
                    "`*` stands for all the rest, so it comes last",
                ));
            } else if is_exact {
                let flaw = Flaw::new(path, "either `exact` or `*`", "an exact path has nothing below it");
                flaws.push(flaw.help("leave out one of both"));
            } else {
                pattern.end = End::Below;
            }
        }
        if pattern.segments.len() > MAX_SEGMENTS {
            let message = format!("a path has at most {MAX_SEGMENTS} segments");
            flaws.push(Flaw::new(&pattern.segments.len().to_string(), "at most 16 segments", message));
        }
        if flaws.is_empty() { Ok(pattern) } else { Err(flaws) }
    }

    /// The parameters: the segment that each one takes, and its name.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (usize, &str)> {
        self.segments.iter().enumerate().filter_map(|(index, segment)| match segment {
            Segment::Parameter(name) => Some((index, name.as_str())),
            Segment::Literal(_) => None,
        })
    }

    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(text) => Some(text.as_str()),
            Segment::Parameter(_) => None,
        })
    }

    /// True where both match the same paths with the same precedence: the names of parameters make no difference.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let is_same = |(one, other): (&Segment, &Segment)| match (one, other) {
            (Segment::Literal(one), Segment::Literal(other)) => one == other,
            (Segment::Parameter(_), Segment::Parameter(_)) => true,
            _ => false,
        };
        self.end == other.end
            && self.segments.len() == other.segments.len()
            && self.segments.iter().zip(&other.segments).all(is_same)
    }
}

fn segment(text: &str, before: &[Segment]) -> Result<Segment, Flaw> {
    if text.is_empty() {
        let flaw = Flaw::new("//", "a segment between two slashes", "a path has no empty segments");
        return Err(flaw.help("requests are read without them, too"));
    }
    let braced = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    match text.strip_prefix(':').or(braced) {
        Some(name) => parameter(text, name, before),
        None => literal(text),
    }
}

fn parameter(text: &str, name: &str, before: &[Segment]) -> Result<Segment, Flaw> {
    let is_letter = |letter: char| letter == '_' || letter.is_ascii_alphanumeric();
    if name.is_empty()
        || !name.chars().all(is_letter)
        || name.starts_with(|first: char| first.is_ascii_digit())
    {
        let expected = "a name of letters, digits and `_`, such as `:id`";
        return Err(Flaw::new(text, expected, "the name of a parameter is letters, digits and `_`"));
    }
    let segment = Segment::Parameter(name.to_owned());
    if before.contains(&segment) {
        return Err(Flaw::new(text, "another name", format!("the path has two parameters `{name}`")));
    }
    Ok(segment)
}

fn literal(text: &str) -> Result<Segment, Flaw> {
    if text.contains(['?', '#']) {
        let flaw = Flaw::new(text, "a path without `?` and `#`", "a path has neither query nor fragment");
        return Err(flaw.help("leave it out, or write %3F or %23 where the character is meant"));
    }
    if let Some(special) = text.chars().find(|letter| matches!(letter, '*' | '{' | '}' | ';')) {
        let message = match special {
            '*' => "`*` stands alone in its segment",
            ';' => "what follows a `;` is not compared",
            _ => "a parameter is a whole segment",
        };
        let flaw = Flaw::new(text, "`/*`, `/:name`, `/{name}` or a text", message);
        let code = u32::from(special);
        return Err(match special {
            ';' => flaw.help("end the segment before it"),
            _ => flaw.help(format!("write %{code:02X} where the character is meant")),
        });
    }
    let refused = |message: String| Flaw::new(text, "a segment that a request could have", message);
    check(text).map_err(|bad| refused(format!("no request matches this: {bad}")))?;
    if decoded(text).any(|byte| byte == b';') {
        return Err(refused("no request matches this: what follows a `;` is not compared".to_owned()));
    }
    let bytes: Vec<u8> = decoded(text).collect();
    String::from_utf8(bytes).map(Segment::Literal).map_err(|_| refused("the text is not UTF-8".to_owned()))
}
