//! Literals, and names.

use crate::Holds;
use crate::syntax::File;
use tree_sitter::Node;

/// What a literal is that stands where nothing else is set.
pub(crate) fn literal(file: &File<'_>, node: Node<'_>) -> Option<Holds> {
    match node.kind() {
        "true" | "false" | "True" | "False" => Some(Holds::Bool(file.of(node).eq_ignore_ascii_case("true"))),
        "number" | "integer" | "float" => number(file.of(node)).map(Holds::Number),
        _ => file.string(node).map(Holds::Text),
    }
}

pub(crate) fn number(text: &str) -> Option<f64> {
    text.replace('_', "").parse().ok().filter(|number: &f64| number.is_finite())
}

/// What a text says where it stands for true or false.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" | "enabled" | "y" | "t" => Some(true),
        "false" | "0" | "off" | "no" | "disabled" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// The words of a name, in small letters: `useNewRead`, `USE_NEW_READ` and `use-new-read` have the same.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for char in name.chars() {
        let begins = char.is_uppercase() && (before.is_lowercase() || before.is_numeric());
        if char.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if before.is_alphanumeric() && !begins => word.extend(char.to_lowercase()),
                _ => words.push(char.to_lowercase().collect()),
            }
        }
        before = char;
    }
    words
}

/// Whether a name reads like that of a switch.
pub(crate) fn reads_like_a_switch(name: &str) -> bool {
    const BEGIN: [&str; 11] = [
        "use",
        "enable",
        "enabled",
        "disable",
        "disabled",
        "feature",
        "flag",
        "ff",
        "toggle",
        "force",
        "experiment",
    ];
    const END: [&str; 6] = ["enabled", "disabled", "enable", "flag", "toggle", "fallback"];
    let words = words(name);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    words.len() > 1 && (BEGIN.contains(&first.as_str()) || END.contains(&last.as_str()))
}

/// Whether a name reads like that of a share.
pub(crate) fn reads_like_a_share(name: &str) -> bool {
    words(name).iter().any(|word| matches!(word.as_str(), "percent" | "percentage" | "rollout" | "pct"))
}
