//! Writing a ruleset as YAML for people: blocks outside, one line where it fits inside, and plain texts only
//! where no reader of any version of YAML takes them for something else.

use crate::value::Value;
use std::fmt::Write as _;

/// A document about to be written as YAML for people. Unlike a [`Value`] it keeps the order of its keys.
///
/// ```
/// use cutover::import::Yaml;
/// let flag = Yaml::map([("enabled", Yaml::Scalar("false".to_owned())), ("owner", Yaml::text("no"))]);
/// assert_eq!(Yaml::map([("flags", Yaml::map([("beta", flag)]))]).write(), "flags:\n  beta:\n    enabled: false\n    owner: \"no\"\n");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Yaml {
    /// A scalar as it stands in the text, quoted where it has to be.
    Scalar(String),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping, in this order.
    Map(Vec<(String, Yaml)>),
}

/// Lists and mappings nearer to the root than this are blocks: sections, flags, and the list of a flag's rules.
const BLOCK_LEVELS: usize = 4;

/// What is deeper stands in one line where the line stays this short, in characters.
const WIDTH: usize = 110;

/// Keys longer than this are written with `?`: readers look for the colon of a simple key in 1024 characters.
const SIMPLE_KEY_CHARS: usize = 512;

impl Yaml {
    /// A mapping with its keys in this order.
    #[must_use]
    pub fn map<const N: usize>(entries: [(&str, Yaml); N]) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Scalar(scalar(text))
    }

    /// A list of texts.
    #[must_use]
    pub fn texts(texts: &[&str]) -> Self {
        Self::List(texts.iter().map(|text| Self::text(text)).collect())
    }

    /// The document as YAML, with a newline at its end.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.block(&mut out, 0, 0);
        out.push('\n');
        out
    }

    /// Writes from the current column on; further lines are indented by `indent` spaces.
    fn block(&self, out: &mut String, indent: usize, depth: usize) {
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    let key = scalar(key);
                    let on_one_line = value.one_line(indent + key.chars().count() + 2, depth + 1);
                    if index > 0 {
                        if depth == 0 && on_one_line.is_none() {
                            out.push('\n');
                        }
                        new_line(out, indent);
                    }
                    if key.chars().count() > SIMPLE_KEY_CHARS {
                        out.push_str("? ");
                        out.push_str(&key);
                        new_line(out, indent);
                        out.push(':');
                    } else {
                        out.push_str(&key);
                        out.push(':');
                    }
                    if let Some(line) = on_one_line {
                        out.push(' ');
                        out.push_str(&line);
                    } else {
                        new_line(out, indent + 2);
                        value.block(out, indent + 2, depth + 1);
                    }
                }
            }
            Self::List(items) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        new_line(out, indent);
                    }
                    out.push_str("- ");
                    match item.one_line(indent + 2, depth + 1) {
                        Some(line) => out.push_str(&line),
                        None => item.block(out, indent + 2, depth + 1),
                    }
                }
            }
            _ => self.inline(out, usize::MAX),
        }
    }

    /// The value in one line behind `column` characters, where it belongs there and fits.
    fn one_line(&self, column: usize, depth: usize) -> Option<String> {
        let empty = match self {
            Self::Scalar(text) => return Some(text.clone()),
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
        };
        if !empty && depth < BLOCK_LEVELS {
            return None;
        }
        // Four bytes are the most that a character takes, so this stops early without counting characters.
        let room = WIDTH.saturating_sub(column);
        let mut line = String::new();
        self.inline(&mut line, room.saturating_mul(4));
        (empty || line.chars().count() <= room).then_some(line)
    }

    /// Writes in one line; stops, incomplete, once the line has grown beyond `limit` bytes.
    fn inline(&self, out: &mut String, limit: usize) {
        match self {
            Self::Scalar(text) => out.push_str(text),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if out.len() > limit {
                        return;
                    }
                    out.push_str(if index > 0 { ", " } else { "" });
                    item.inline(out, limit);
                }
                out.push(']');
            }
            Self::Map(entries) if entries.is_empty() => out.push_str("{}"),
            Self::Map(entries) => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    if out.len() > limit {
                        return;
                    }
                    out.push_str(if index > 0 { ", " } else { "{ " });
                    out.push_str(&scalar(key));
                    out.push_str(": ");
                    value.inline(out, limit);
                }
                out.push_str(" }");
            }
        }
    }
}

fn new_line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// The order in which rulesets are read best; keys that are not listed follow in their own order.
const ORDER: &[&str] = &[
    "cutover",
    "timezone",
    "segments",
    "flags",
    "migrations",
    "description",
    "owner",
    "metadata",
    "expires",
    "enabled",
    "hash",
    "salt",
    "variants",
    "default",
    "requires",
    "old",
    "new",
    "ladder",
    "phase",
    "switches",
    "rules",
    "read",
    "write",
    "jobs",
    "kind",
    "after",
    "name",
    "is",
    "if",
    "attribute",
    "serve",
];

/// A value whose mappings are sorted by key, put into the order of a ruleset.
impl From<Value> for Yaml {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Scalar("null".to_owned()),
            Value::Bool(value) => Self::Scalar(value.to_string()),
            Value::Int(value) => Self::Scalar(value.to_string()),
            Value::Float(value) => Self::Scalar(float(value)),
            Value::Text(text) => Self::text(&text),
            Value::List(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Map(mut entries) => {
                let rank = |key: &str| ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len());
                entries.sort_by_key(|(key, _)| rank(key));
                Self::Map(entries.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
        }
    }
}

/// A float that YAML 1.1 and 1.2 both read as one: with a point, and a sign in its exponent.
fn float(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    // Debug is the shortest text that reads back as the same float; it writes 1e21 where YAML 1.1 wants 1.0e+21.
    let text = format!("{value:?}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// A text as a scalar: plain where that is safe, otherwise in double quotes.
fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Words that some reader of YAML takes for a boolean, a null or a number, in any case.
const WORDS: &[&str] =
    &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"];

/// True for words, paths, names and percentages; anything that might be a number, a date or syntax is not plain.
fn is_plain(text: &str) -> bool {
    let inside =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '+' | '%' | ' ');
    let starts_like_a_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/');
    let word = starts_like_a_word && !text.ends_with(' ') && text.chars().all(inside);
    (word && !WORDS.iter().any(|known| known.eq_ignore_ascii_case(text))) || is_percentage(text)
}

fn is_percentage(text: &str) -> bool {
    let Some(number) = text.strip_suffix('%') else { return false };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_visible(c) => out.push(c),
            // Writing to a String cannot fail.
            c if u32::from(c) > 0xFFFF => drop(write!(out, "\\U{:08X}", u32::from(c))),
            c => drop(write!(out, "\\u{:04X}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// True where YAML allows the character as it is and a person sees it: not for controls, for spaces other than
/// the usual one, and for what hides or turns the text around it.
fn is_visible(c: char) -> bool {
    let hidden = matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}' | '\u{E0000}'..='\u{E0FFF}');
    c == ' ' || !(c.is_control() || c.is_whitespace() || hidden || u32::from(c) & 0xFFFE == 0xFFFE)
}

#[cfg(test)]
#[path = "yaml_text_tests.rs"]
mod tests;
