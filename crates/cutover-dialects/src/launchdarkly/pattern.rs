//! Regular expressions. LaunchDarkly's are those of the language of each SDK, so that one that means different things in
//! them has no one meaning here.

use cutover_regex::{Limits, compile};

/// Whether a pattern can match at all; an error says why it cannot be taken over.
pub(super) fn read(pattern: &str) -> Result<bool, String> {
    if let Some(part) = differs(pattern) {
        return Err(format!(
            "in the pattern `{pattern}`, `{part}` means different things in the languages of LaunchDarkly's SDKs: write \
             it with classes such as [a-z] and [0-9]"
        ));
    }
    match compile(pattern, &Limits::default()) {
        Ok(_) => Ok(true),
        // What is open in every language never matches.
        Err(_) if is_broken(pattern) => Ok(false),
        Err(error) => Err(format!("the pattern `{pattern}` cannot be said here: {error}; write it without")),
    }
}

/// The part of a pattern that some languages read otherwise.
fn differs(pattern: &str) -> Option<&str> {
    for part in ["[:", "[.", "[=", "&&", "(?i", "(?m", "(?s", "(?u", "(?x", "(?U", "(?-", "(?P", "(?'"] {
        if let Some(at) = pattern.find(part) {
            return pattern.get(at..at + part.len());
        }
    }
    let mut rest = pattern;
    while let Some(at) = rest.find('\\') {
        let escaped = rest.get(at + 1..)?;
        let letter = escaped.chars().next()?;
        let end = at + 1 + letter.len_utf8();
        if letter.is_alphanumeric() && !"dDwWsSbBntrfvx".contains(letter) {
            return rest.get(at..end);
        }
        rest = rest.get(end..)?;
    }
    None
}

/// Whether a group or class is left open, which no language takes.
fn is_broken(pattern: &str) -> bool {
    let (mut groups, mut in_class, mut escaped) = (0_i32, false, false);
    for letter in pattern.chars() {
        match letter {
            _ if escaped => {
                escaped = false;
                continue;
            }
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => groups += 1,
            ')' if !in_class => groups -= 1,
            _ => {}
        }
        if groups < 0 {
            return true;
        }
    }
    groups != 0 || in_class || escaped
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_pattern_with_one_meaning_is_taken_and_no_other() {
        for pattern in ["^[A-Za-z]+$", "a|b", "\\d{2,3}", "\\.com$", "", "(?:a)b"] {
            assert_eq!(read(pattern), Ok(true), "{pattern}");
        }
        for pattern in ["(", "a)", "[a", "a\\"] {
            assert_eq!(read(pattern), Ok(false), "{pattern}");
        }
        for pattern in ["(?=a)a", "(a)\\1", "\\pL", "[[:alpha:]]", "(?i)a", "\\Aa", "(?<!a)b"] {
            assert!(read(pattern).is_err(), "{pattern}");
        }
    }
}
