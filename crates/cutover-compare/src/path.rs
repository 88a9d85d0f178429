//! Paths: where a difference is, and which fields an option is about.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use crate::names::Names;
use crate::text::{unescaped, write_quoted};

/// One step from a value into a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    /// A place in an array whose order counts.
    Index(u32),
    /// A place in an array whose order does not: it is shown, but no path can ask for it.
    Element(u32),
}

/// Writes a path as people read it: `items[3].price`, and `$` for the whole document.
pub(crate) fn write_path(steps: &[Step<'_>]) -> String {
    let mut path = String::with_capacity(16 * steps.len());
    for step in steps {
        match step {
            Step::Index(place) | Step::Element(place) => {
                // Writing to a string cannot fail.
                let _ = write!(path, "[{place}]");
            }
            Step::Key(key) if is_plain(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Step::Key(key) => {
                path.push('[');
                write_quoted(&mut path, key);
                path.push(']');
            }
        }
    }
    if path.is_empty() {
        path.push('$');
    }
    path
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key != "$"
        && !key.contains(|c: char| matches!(c, '.' | '[' | ']' | '"' | '*') || c < ' ')
}

/// The path with `[*]` for every place in an array: differences of one field have one such name.
pub(crate) fn field_of(path: &str) -> String {
    let mut field = String::with_capacity(path.len());
    let mut quoted = false;
    let mut escaped = false;
    let mut letters = path.chars().peekable();
    while let Some(letter) = letters.next() {
        field.push(letter);
        if quoted {
            quoted = escaped || letter != '"';
            escaped = letter == '\\' && !escaped;
        } else if letter == '"' {
            quoted = true;
        } else if letter == '[' && letters.peek().is_some_and(char::is_ascii_digit) {
            field.push('*');
            while letters.next_if(char::is_ascii_digit).is_some() {}
        }
    }
    field
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// A name as it was written and as it is compared; also a place, where it is a number.
    Key {
        written: String,
        compared: String,
    },
    Index(u32),
    Any,
    /// `**`: any number of steps.
    Deep,
}

impl Segment {
    fn admits(&self, step: Step<'_>) -> bool {
        match (self, step) {
            (Self::Any | Self::Deep, _) => true,
            (Self::Key { written, compared }, Step::Key(key)) => key == compared || key == written,
            (Self::Key { written, .. }, Step::Index(place)) => written.parse() == Ok(place),
            (Self::Index(wanted), Step::Index(place)) => *wanted == place,
            _ => false,
        }
    }
}

/// A path with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    segments: Vec<Segment>,
}

impl Pattern {
    /// Reads a pattern. A single name stands for that field wherever it is; anything else begins at the root.
    pub(crate) fn read(text: &str, names: &Names) -> Result<Self, &'static str> {
        let mut segments = Vec::new();
        let from_root = text.starts_with('$');
        let mut rest = text.strip_prefix('$').unwrap_or(text);
        let mut first = true;
        while !rest.is_empty() {
            if let Some(bracket) = rest.strip_prefix('[') {
                let (segment, after) = read_bracket(bracket, names)?;
                segments.push(segment);
                rest = after;
            } else {
                rest = match rest.strip_prefix('.') {
                    Some(after) if !first || from_root => after,
                    None if first && !from_root => rest,
                    _ => return Err("a point between two names"),
                };
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                segments.push(match name {
                    "" => return Err("a name behind each point"),
                    "*" => Segment::Any,
                    "**" => Segment::Deep,
                    name => key(name, names),
                });
                rest = after;
            }
            first = false;
        }
        if segments.is_empty() && !from_root {
            return Err("a path such as `items.*.price`, or a name");
        }
        if !from_root && matches!(segments.as_slice(), [Segment::Key { .. }]) {
            segments.insert(0, Segment::Deep);
        }
        Ok(Self { segments })
    }

    /// Whether the pattern says nothing about which fields it means.
    pub(crate) fn is_everything(&self) -> bool {
        self.segments.iter().all(|segment| matches!(segment, Segment::Any | Segment::Deep))
    }

    fn matches(&self, path: &[Step<'_>]) -> bool {
        // A `**` first takes nothing; where the rest does not match, the last one takes one step more.
        let (mut at, mut step) = (0, 0);
        let mut again: Option<(usize, usize)> = None;
        loop {
            let fits = match (self.segments.get(at), path.get(step)) {
                (None, None) => return true,
                (Some(Segment::Deep), _) => {
                    again = Some((at + 1, step));
                    at += 1;
                    continue;
                }
                (Some(segment), Some(step)) => segment.admits(*step),
                _ => false,
            };
            if fits {
                at += 1;
                step += 1;
                continue;
            }
            let Some((after, taken)) = again.filter(|(_, taken)| *taken < path.len()) else { return false };
            again = Some((after, taken + 1));
            at = after;
            step = taken + 1;
        }
    }
}

fn key(name: &str, names: &Names) -> Segment {
    Segment::Key { written: name.to_string(), compared: names.of(name) }
}

/// Reads what stands behind `[`: a place, `*`, or a quoted name.
fn read_bracket<'a>(text: &'a str, names: &Names) -> Result<(Segment, &'a str), &'static str> {
    const CLOSED: &str = "`[3]`, `[*]` or `[\"a name\"]`";
    if let Some(quoted) = text.strip_prefix('"') {
        let mut escaped = false;
        let end = quoted.find(|c: char| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let (name, rest) = end.and_then(|end| quoted.split_at_checked(end)).ok_or(CLOSED)?;
        let name = unescaped(name).ok_or(CLOSED)?;
        return Ok((key(&name, names), rest.strip_prefix("\"]").ok_or(CLOSED)?));
    }
    let (place, rest) = text.split_once(']').ok_or(CLOSED)?;
    match place {
        "*" => Ok((Segment::Any, rest)),
        place => place.parse().map(|place| (Segment::Index(place), rest)).map_err(|_| CLOSED),
    }
}

/// Patterns of one option, and a quick look at whether one may be meant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns {
    patterns: Vec<Pattern>,
    /// A bit for each length, modulo 64, that a last name has.
    sizes: u64,
    /// Some pattern may end at a place in an array.
    pub(crate) places: bool,
}

impl Patterns {
    pub(crate) fn push(&mut self, pattern: Pattern) {
        match pattern.segments.last() {
            Some(Segment::Key { written, compared }) => {
                self.sizes |= size_bit(written) | size_bit(compared);
                self.places |= written.parse::<u32>().is_ok();
            }
            _ => {
                self.sizes = u64::MAX;
                self.places = true;
            }
        }
        self.patterns.push(pattern);
    }

    /// Whether a pattern may mean a field that is called `key`.
    pub(crate) fn may_mean(&self, key: &str) -> bool {
        self.sizes & size_bit(key) != 0
    }

    pub(crate) fn mean(&self, path: &[Step<'_>]) -> bool {
        self.which(path).is_some()
    }

    /// The first pattern that means the end of `path`.
    pub(crate) fn which(&self, path: &[Step<'_>]) -> Option<usize> {
        self.patterns.iter().position(|pattern| pattern.matches(path))
    }
}

fn size_bit(key: &str) -> u64 {
    1 << (key.len() % 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Step::{Element, Index, Key};

    fn means(pattern: &str, path: &[Step<'_>]) -> bool {
        Pattern::read(pattern, &Names::default()).unwrap().matches(path)
    }

    #[test]
    fn a_single_name_is_meant_everywhere() {
        assert!(means("_id", &[Key("_id")]));
        assert!(means("_id", &[Key("items"), Index(3), Key("_id")]));
        assert!(!means("_id", &[Key("_id"), Key("x")]));
        assert!(means("$._id", &[Key("_id")]));
        assert!(!means("$._id", &[Key("a"), Key("_id")]));
    }

    #[test]
    fn wildcards_take_one_step_or_any_number() {
        let price = [Key("items"), Index(3), Key("price")];
        for pattern in [
            "items.*.price",
            "items[*].price",
            "items[3].price",
            "items.3.price",
            "**.price",
            "items.**.price",
        ] {
            assert!(means(pattern, &price), "{pattern}");
        }
        for pattern in ["items.price", "items.*", "items[2].price", "*.price", "price.**", "items.*.*.price"]
        {
            assert!(!means(pattern, &price), "{pattern}");
        }
        assert!(means("a.**", &[Key("a"), Key("b"), Index(0)]));
        assert!(means("**.a.**.b", &[Key("a"), Key("a"), Key("c"), Key("b")]));
        assert!(!means("**.a.**.b", &[Key("a"), Key("b"), Key("c")]));
        assert!(means("items.*.price", &[Key("items"), Element(3), Key("price")]));
        assert!(!means("items[3].price", &[Key("items"), Element(3), Key("price")]));
        assert!(means("$", &[]) && !means("$", &[Key("a")]));
        assert!(means("$[1].a", &[Index(1), Key("a")]));
    }

    #[test]
    fn a_written_path_reads_back() {
        let path = [Key("a.b"), Index(2), Key("c\"d"), Key("e"), Key(""), Key("$"), Key("*")];
        let written = write_path(&path);
        assert_eq!(written, r#"["a.b"][2]["c\"d"].e[""]["$"]["*"]"#);
        assert!(means(&written, &path));
        assert_eq!(write_path(&[]), "$");
        assert_eq!(write_path(&[Index(0), Key("x")]), "[0].x");
    }

    #[test]
    fn a_field_has_one_name_in_all_elements() {
        assert_eq!(field_of("items[13].tags[0]"), "items[*].tags[*]");
        assert_eq!(field_of(r#"["a[1]"][1]["\"[2]"]"#), r#"["a[1]"][*]["\"[2]"]"#);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "a.", ".a", "a..b", "a[", "a[x]", "a[\"b]", "a[\"b\"", "$a", "a[-1]", "a[1]b"] {
            assert!(Pattern::read(text, &Names::default()).is_err(), "{text}");
        }
    }
}
