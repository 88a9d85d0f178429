//! What a YAML scalar stands for: the core schema of YAML 1.2.

use crate::document::Content;
use crate::document::number::{decimal, float};
use saphyr_parser::Tag as Written;

/// The tag of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// None: a plain scalar is what it looks like, any other a text.
    None,
    Null,
    Bool,
    Int,
    Float,
    Str,
    /// Of a collection; no scalar may have it.
    Seq,
    /// Of a collection; no scalar may have it.
    Map,
    /// `!`, by which a scalar is a text and a collection what it is.
    Plain,
}

impl Tag {
    /// The tag, where it is one of the core schema.
    pub(super) fn read(written: &Written) -> Option<Self> {
        let name = match (written.handle.as_str(), written.suffix.as_str()) {
            ("", "!") => return Some(Self::Plain),
            ("tag:yaml.org,2002:", name) => name,
            ("", verbatim) => verbatim.strip_prefix("tag:yaml.org,2002:")?,
            _ => return None,
        };
        match name {
            "null" => Some(Self::Null),
            "bool" => Some(Self::Bool),
            "int" => Some(Self::Int),
            "float" => Some(Self::Float),
            "str" => Some(Self::Str),
            "seq" => Some(Self::Seq),
            "map" => Some(Self::Map),
            _ => None,
        }
    }

    /// The tag as people write it.
    pub(super) fn written(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Null => "!!null",
            Self::Bool => "!!bool",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Str => "!!str",
            Self::Seq => "!!seq",
            Self::Map => "!!map",
            Self::Plain => "!",
        }
    }
}

/// What a scalar stands for.
#[derive(Debug, PartialEq)]
pub(super) enum Meaning {
    /// A value other than a text.
    Is(Content<'static>),
    /// The text that is written.
    Text,
    /// An infinity or no number at all, which JSON does not know.
    NotFinite,
    /// A number that no float holds.
    OutOfRange,
    /// Something else than its tag says.
    Mismatch,
}

/// What `text` stands for, written plain or else in quotes or as a block.
pub(super) fn meaning(text: &str, plain: bool, tag: Tag) -> Meaning {
    match tag {
        Tag::None if plain => core(text),
        Tag::None | Tag::Str | Tag::Plain => Meaning::Text,
        Tag::Seq | Tag::Map => Meaning::Mismatch,
        Tag::Null | Tag::Bool | Tag::Int | Tag::Float => match (tag, core(text)) {
            (Tag::Null, is @ Meaning::Is(Content::Null))
            | (Tag::Bool, is @ Meaning::Is(Content::Bool(_)))
            | (Tag::Int, is @ Meaning::Is(Content::Int(_)))
            | (Tag::Float, is @ (Meaning::Is(Content::Int(_) | Content::Float(_)) | Meaning::NotFinite))
            | (Tag::Int | Tag::Float, is @ Meaning::OutOfRange) => is,
            (Tag::Int, Meaning::Is(Content::Float(number))) if number % 1.0 == 0.0 => {
                Meaning::Is(Content::Float(number))
            }
            _ => Meaning::Mismatch,
        },
    }
}

/// What a plain scalar stands for.
fn core(text: &str) -> Meaning {
    match text.as_bytes() {
        b"" | b"~" | b"null" | b"Null" | b"NULL" => Meaning::Is(Content::Null),
        b"true" | b"True" | b"TRUE" => Meaning::Is(Content::Bool(true)),
        b"false" | b"False" | b"FALSE" => Meaning::Is(Content::Bool(false)),
        [b'0', b'x', digits @ ..] if all(digits, u8::is_ascii_hexdigit) => radix(text, 16),
        [b'0', b'o', digits @ ..] if all(digits, |digit| (b'0'..=b'7').contains(digit)) => radix(text, 8),
        [b'0'..=b'9' | b'.' | b'+' | b'-', ..] => number(text),
        _ => Meaning::Text,
    }
}

fn all(digits: &[u8], is_digit: impl Fn(&u8) -> bool) -> bool {
    !digits.is_empty() && digits.iter().all(is_digit)
}

fn radix(text: &str, radix: u32) -> Meaning {
    let digits = text.get(2..).unwrap_or_default();
    match u128::from_str_radix(digits, radix) {
        #[expect(clippy::cast_precision_loss, reason = "outside i64 a number is the nearest float")]
        Ok(number) => Meaning::Is(i64::try_from(number).map_or_else(|_| float(number as f64), Content::Int)),
        Err(_) => Meaning::OutOfRange,
    }
}

fn number(text: &str) -> Meaning {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Meaning::NotFinite;
    }
    if !is_decimal(unsigned) {
        return Meaning::Text;
    }
    match decimal(text) {
        Some(Content::Float(number)) if number.is_infinite() => Meaning::OutOfRange,
        Some(content) => Meaning::Is(content),
        None => Meaning::Text,
    }
}

/// True for `[0-9]+ ( . [0-9]* )? exponent?` and `. [0-9]+ exponent?`.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    !(whole.is_empty() && fraction.is_empty()) && digits(whole) && digits(fraction) && exponent
}
