//! Cells as JSON texts, as corrections carry them.

use crate::cell::Form;
use crate::moment::date;
use crate::number::{Decimal, Number};
use alloc::string::String;
use core::fmt::{self, Write as _};

/// Appends a cell in its canonical form as JSON: numbers with all their digits, moments and dates as ISO 8601, bytes
/// in hexadecimal. False where it is missing, for which JSON has no word.
pub(crate) fn cell(bytes: &[u8], out: &mut String) -> bool {
    match Form::read(bytes) {
        None | Some(Form::Missing) => return false,
        Some(Form::Null) => out.push_str("null"),
        Some(Form::Bool(value)) => out.push_str(if value { "true" } else { "false" }),
        Some(Form::Number(Number::Int(value))) => put(out, format_args!("{value}")),
        Some(Form::Number(Number::Decimal(decimal))) => number(decimal, out),
        Some(Form::NoNumber(word)) => text(word, out),
        Some(Form::Text(value)) => text(value, out),
        Some(Form::Bytes(bytes)) => {
            out.push('"');
            for byte in bytes {
                put(out, format_args!("{byte:02x}"));
            }
            out.push('"');
        }
        Some(Form::Instant(moment)) => put(out, format_args!("\"{}Z\"", moment.text())),
        Some(Form::Local(moment)) => put(out, format_args!("\"{}\"", moment.text())),
        Some(Form::Day(day)) => put(out, format_args!("\"{}\"", date(day))),
    }
    true
}

fn put(out: &mut String, text: fmt::Arguments<'_>) {
    // A text takes whatever is written to it.
    let _ = out.write_fmt(text);
}

/// Plain, unless that takes many zeros.
fn number(decimal: Decimal<'_>, out: &mut String) {
    if decimal.negative {
        out.push('-');
    }
    let digits = |out: &mut String, digits: &[u8]| out.extend(digits.iter().map(|digit| char::from(*digit)));
    let count = i64::try_from(decimal.digits.len()).unwrap_or(i64::MAX);
    match decimal.top {
        top @ 1..=40 if top < count => {
            let (whole, fraction) = decimal.digits.split_at(usize::try_from(top).unwrap_or(0));
            digits(out, whole);
            out.push('.');
            digits(out, fraction);
        }
        top @ 1..=40 => {
            digits(out, decimal.digits);
            out.extend((count..top).map(|_| '0'));
        }
        top @ -5..=0 => {
            out.push_str("0.");
            out.extend((top..0).map(|_| '0'));
            digits(out, decimal.digits);
        }
        top => {
            let (first, rest) = decimal.digits.split_at(1.min(decimal.digits.len()));
            digits(out, first);
            if !rest.is_empty() {
                out.push('.');
                digits(out, rest);
            }
            put(out, format_args!("e{}", top - 1));
        }
    }
}

/// Appends a text in quotes.
pub(crate) fn text(value: &str, out: &mut String) {
    out.push('"');
    for char in value.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char if char < ' ' => put(out, format_args!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
}
