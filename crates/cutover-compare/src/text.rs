//! Texts of JSON: taking escapes apart, writing them, and cutting values short.

use alloc::string::String;
use core::fmt::Write;

/// What the inside of a JSON text says; `None` where an escape is wrong. A lone surrogate is U+FFFD.
pub(crate) fn unescaped(inside: &str) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut letters = escape.chars();
        let letter = match letters.next()? {
            letter @ ('"' | '\\' | '/') => letter,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = hex(letters.as_str())?;
                letters = letters.as_str().get(4..)?.chars();
                let low = letters.as_str().strip_prefix("\\u").and_then(hex);
                match (high, low) {
                    (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
                        letters = letters.as_str().get(6..)?.chars();
                        char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))?
                    }
                    _ => char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER),
                }
            }
            _ => return None,
        };
        text.push(letter);
        rest = letters.as_str();
    }
    text.push_str(rest);
    Some(text)
}

fn hex(text: &str) -> Option<u32> {
    let digits = text.as_bytes().get(..4)?;
    digits.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
}

/// Writes a text with its quotes.
pub(crate) fn write_quoted(to: &mut String, text: &str) {
    to.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                to.push('\\');
                to.push(letter);
            }
            '\n' => to.push_str("\\n"),
            letter if letter < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(to, "\\u{:04x}", u32::from(letter));
            }
            letter => to.push(letter),
        }
    }
    to.push('"');
}

/// A value as it was written, without blanks between its parts, and cut behind `most` bytes with `…`.
pub(crate) fn shortened(json: &str, most: usize) -> String {
    let mut short = String::with_capacity(json.len().min(most) + '…'.len_utf8());
    let (mut quoted, mut escaped) = (false, false);
    for letter in json.chars() {
        if quoted {
            quoted = escaped || letter != '"';
            escaped = letter == '\\' && !escaped;
        } else if letter.is_ascii_whitespace() {
            continue;
        } else {
            quoted = letter == '"';
        }
        if short.len() + letter.len_utf8() > most {
            short.push('…');
            break;
        }
        short.push(letter);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_taken_apart() {
        let rows = [
            (r"plain é", Some("plain é")),
            (r#"\"\\\/\b\f\n\r\t"#, Some("\"\\/\u{8}\u{c}\n\r\t")),
            (r"\u00e9\u20AC", Some("é€")),
            (r"\ud83d\ude00", Some("😀")),
            (r"\ud83d\udfff\udbff\udc00", Some("\u{1f7ff}\u{10fc00}")),
            (r"\ud83d", Some("\u{fffd}")),
            (r"\ud83dx", Some("\u{fffd}x")),
            (r"\ude00\ud83d", Some("\u{fffd}\u{fffd}")),
            (r"\ud83d\ud83d\ude00", Some("\u{fffd}😀")),
            (r"\ud83d\n", Some("\u{fffd}\n")),
            (r"\x", None),
            (r"\u12", None),
            (r"\u12é4", None),
            (r"\u+123", None),
            ("\\", None),
        ];
        for (inside, said) in rows {
            assert_eq!(unescaped(inside).as_deref(), said, "{inside}");
        }
    }

    #[test]
    fn values_are_cut_at_a_letter() {
        assert_eq!(shortened("{ \"a b\" : [ 1 ,\n2 ] }", 80), r#"{"a b":[1,2]}"#);
        assert_eq!(shortened("\"éé\"", 4), "\"é…");
        assert_eq!(shortened("\"éé\"", 6), "\"éé\"");
        assert_eq!(shortened(r#""\" x""#, 80), r#""\" x""#);
    }
}
