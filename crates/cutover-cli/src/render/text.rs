//! Texts of documents and contexts, made safe to show on a terminal.

use cutover::Value;
use std::borrow::Cow;
use unicode_width::UnicodeWidthChar as _;

/// `text` with whatever steers a terminal, or turns the order of letters, written out.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if steers(char) {
            clean.extend(char.escape_unicode());
        } else {
            clean.push(char);
        }
    }
    Cow::Owned(clean)
}

/// Control characters, line separators, and marks that turn the order of letters around.
pub(super) fn steers(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// How many columns of a terminal `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|char| char.width().unwrap_or(0)).sum()
}

/// `text` cut to at most `columns`, with an ellipsis where something is missing.
pub(super) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut taken = 0;
    let fits = text.char_indices().find(|(_, char)| {
        taken += char.width().unwrap_or(0);
        taken > columns.saturating_sub(1)
    });
    let end = fits.map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}

/// A value as JSON.
pub(super) fn value(value: &Value) -> String {
    clean(&cutover::wire::to_json(value)).into_owned()
}

/// A share in millionths as a percentage, with no more decimals than it has.
pub(super) fn percent(ppm: u32) -> String {
    let (whole, fraction) = (ppm / 10_000, ppm % 10_000);
    let digits = format!("{whole}.{fraction:04}");
    format!("{}%", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// `part` of `whole` as a percentage with four decimals, cut off and not rounded, so that a bucket below a boundary
/// never looks as if it were on it.
pub(super) fn part(part: u64, whole: u64) -> String {
    let ppm = u128::from(part) * 1_000_000 / u128::from(whole.max(1));
    format!("{}.{:04}%", ppm / 10_000, ppm % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\u{202e}c\u{9b}d\n"), "a\\u{1b}[2Jb\\u{202e}c\\u{9b}d\\u{a}");
        assert!(matches!(clean("naïve 👍 text"), Cow::Borrowed(_)));
    }

    #[test]
    fn cuts_fit() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "abcd…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abc", 0), "…");
    }

    #[test]
    fn percentages_say_what_they_are() {
        assert_eq!(percent(500_000), "50%");
        assert_eq!(percent(1), "0.0001%");
        assert_eq!(percent(333_300), "33.33%");
        assert_eq!(percent(1_000_000), "100%");
        assert_eq!(percent(0), "0%");
        assert_eq!(part(1 << 31, 1 << 32), "50.0000%");
        assert_eq!(part((1 << 31) - 1, 1 << 32), "49.9999%");
        assert_eq!(part(48, 100), "48.0000%");
    }
}
