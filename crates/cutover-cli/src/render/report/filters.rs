//! How values are written in reports.

use super::MARKDOWN;
use crate::now;
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, escape_formatter};

/// Adds them to an environment, and how texts are escaped in Markdown.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.set_formatter(|out, state, value| match state.auto_escape() {
        escape if escape == MARKDOWN && value.kind() == ValueKind::String && !value.is_safe() => {
            out.write_str(&markdown(value.as_str().unwrap_or_default())).map_err(Error::from)
        }
        escape if escape == MARKDOWN => write!(out, "{value}").map_err(Error::from),
        AutoEscape::Html | AutoEscape::None => escape_formatter(out, state, value),
        _ => escape_formatter(out, state, value),
    });
    environment.add_filter("number", |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number));
    environment.add_filter("rate", |value: Option<f64>| value.map_or_else(|| "–".to_owned(), rate));
    environment.add_filter("measured", |value: Option<f64>, counted: bool| {
        value.map_or_else(|| "–".to_owned(), if counted { rate } else { number })
    });
    environment.add_filter("signed", |value: Option<f64>| {
        value.map_or_else(
            || "–".to_owned(),
            |value| if value > 0.0 { format!("+{}", rate(value)) } else { rate(value) },
        )
    });
    environment.add_filter("instant", |ms: i64| now::show(ms.div_euclid(1000).saturating_mul(1000)));
    environment
        .add_filter("span", |ms: Option<u64>| ms.map_or_else(|| "unknown".to_owned(), cutover::plans::span));
    environment.add_filter("count", |count: u64| grouped(count));
    environment.add_filter("words", |text: String| text.replace('_', " "));
}

/// A number for people: four digits that count, and a power of ten where there would be a row of zeros.
pub(super) fn number(number: f64) -> String {
    if number != 0.0 && !(1e-4..1e9).contains(&number.abs()) {
        return minus(format!("{number:.1e}"));
    }
    let rounded: f64 = format!("{number:.3e}").parse().unwrap_or(number);
    minus(rounded.to_string())
}

/// A share for people, as a percentage with three digits that count.
pub(super) fn rate(rate: f64) -> String {
    let rounded: f64 = format!("{:.2e}", rate * 100.0).parse().unwrap_or(rate);
    minus(format!("{rounded} %"))
}

/// With the sign that is as wide as a plus.
fn minus(text: String) -> String {
    text.replace('-', "−")
}

fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A text in which nothing is markup: not of Markdown, not of HTML in it, and it stays in its cell.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '>' | '$' => {
                out.push('\\');
                out.push(letter);
            }
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_for_people() {
        assert_eq!([0.00123456, -0.5, 0.0].map(rate), ["0.123 %", "−50 %", "0 %"]);
        assert_eq!([87.123456, 0.95].map(number), ["87.12", "0.95"]);
        assert_eq!([1e12, 2.014e-21, 0.0, -3.0].map(number), ["1.0e12", "2.0e−21", "0", "−3"]);
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn nothing_from_outside_is_markup() {
        assert_eq!(markdown("a|b\n<b>[x](y)`"), "a\\|b &lt;b\\>\\[x\\](y)\\`");
    }
}
