//! Texts as both languages write them.

use std::fmt::Write as _;

/// How a character is written that is not shown as it is.
pub(super) type Escape = fn(char, &mut String);

/// A text in double quotes. What cannot be seen, or turns the direction of what is around it, is escaped.
pub(super) fn quoted(text: &str, escape: Escape) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => {
                out.push('\\');
                out.push(char);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char if is_hidden(char) => escape(char, &mut out),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// Of TypeScript.
pub(super) fn braced(char: char, out: &mut String) {
    // Writing to a String cannot fail, here and below.
    let _ = write!(out, "\\u{{{:x}}}", u32::from(char));
}

/// Of Python.
pub(super) fn padded(char: char, out: &mut String) {
    let _ = write!(out, "\\U{:08x}", u32::from(char));
}

/// True for controls, marks of direction, joiners, separators of lines, tags and what is no character.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(u32::from(char), 0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
            | 0xFEFF | 0xFFF9..=0xFFFF | 0xE000..=0xF8FF | 0xE0000..=0xE0FFF)
        || (char != ' ' && char.is_whitespace())
}

/// These between a separator; `none` where there are none.
pub(super) fn joined(parts: impl IntoIterator<Item = String>, separator: &str, none: &str) -> String {
    let parts: Vec<String> = parts.into_iter().collect();
    if parts.is_empty() { none.to_owned() } else { parts.join(separator) }
}
