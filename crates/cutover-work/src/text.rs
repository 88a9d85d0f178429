//! Texts as people read them.

use alloc::string::String;

/// A text as one line of Markdown that means nothing but itself.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_its_line_and_means_itself() {
        assert_eq!(plain("a|b\n# c <script>"), "a\\|b \\# c \\<script\\>");
        assert_eq!(plain(" [x](y) & *z* "), "\\[x\\](y) &amp; \\*z\\*");
    }
}
