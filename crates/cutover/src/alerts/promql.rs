//! Parts of PromQL.

/// A text of PromQL.
pub(super) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for char in value.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}

/// The name of an alert: a word stays what it is, and of several one is made.
pub(super) fn alert_name(name: &str) -> String {
    let word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    if name.starts_with(|char: char| char.is_ascii_alphabetic()) && name.chars().all(word) {
        return name.to_owned();
    }
    camel(name)
}

/// The words of a name, each with a capital and with nothing between, but for the dot of a number.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    for char in name.chars() {
        if !char.is_alphanumeric() {
            if char == '.' && out.ends_with(|last: char| last.is_ascii_digit()) {
                out.push('_');
            }
            begins = true;
            continue;
        }
        if begins {
            out.extend(char.to_uppercase())
        } else {
            out.push(char)
        }
        begins = false;
    }
    out
}

/// The labels of a query that is a metric and nothing but labels that are equal to something.
pub(super) fn selector(query: &str) -> Option<Vec<(String, String)>> {
    let query = query.trim();
    let (name, labels) = query.split_once('{').map_or((query, None), |(name, rest)| (name, Some(rest)));
    if !is_name(name.trim_end(), true) {
        return None;
    }
    let Some(labels) = labels else { return Some(Vec::new()) };
    let mut rest = labels.strip_suffix('}')?.trim();
    let mut found: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        let (label, after) = rest.split_once('=')?;
        let label = label.trim();
        let quoted = after.trim_start().strip_prefix('"')?;
        let (value, after) = quoted.split_once('"')?;
        let twice = found.iter().any(|(known, _)| known == label);
        if !is_name(label, false) || twice || value.is_empty() || value.contains(['\\', '\n']) {
            return None;
        }
        found.push((label.to_owned(), value.to_owned()));
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some(found)
}

fn is_name(name: &str, colons: bool) -> bool {
    let begins = |char: char| char.is_ascii_alphabetic() || char == '_' || (colons && char == ':');
    name.starts_with(begins) && name.chars().all(|char| begins(char) || char.is_ascii_digit())
}

/// A query as a part of another one.
pub(super) fn operand(query: &str) -> String {
    let query = query.trim();
    if selector(query).is_some() {
        return query.to_owned();
    }
    // A comment would reach over the bracket.
    if query.contains('#') { format!("({query}\n)") } else { format!("({query})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_the_name_of_an_alert() {
        for (name, alert) in [
            ("V2_PrecisionDrop", "V2_PrecisionDrop"),
            ("precision below 0.9", "PrecisionBelow0_9"),
            ("jobs_partners over time", "JobsPartnersOverTime"),
            ("été: 1.", "Été1_"),
        ] {
            assert_eq!(alert_name(name), alert);
        }
        assert_eq!(camel("jobs_partners"), "JobsPartners");
    }

    #[test]
    fn a_plain_selector_is_told_from_an_expression() {
        let labels = |query| selector(query).map(|labels| labels.len());
        assert_eq!(labels("up"), Some(0));
        assert_eq!(labels("job:errors:rate5m{version=\"v2\", zone = \"a\",}"), Some(2));
        for query in [
            "",
            "1",
            "up{",
            "up{a=\"b\"} + 1",
            "rate(up[5m])",
            "up{a!=\"b\"}",
            "up{a=~\"b\"}",
            "up{a=\"\"}",
            "up{a=\"b\" c=\"d\"}",
            "up{a=\"b\",a=\"c\"}",
            "{a=\"b\"}",
            "up or down",
            "up{a='b'}",
            "up{a=\"\\\\\"}",
        ] {
            assert_eq!(labels(query), None, "{query}");
        }
        assert_eq!(operand("a - b"), "(a - b)");
        assert_eq!(operand("a # b"), "(a # b\n)");
        assert_eq!(text("a\"b\\c"), r#""a\"b\\c""#);
    }
}
