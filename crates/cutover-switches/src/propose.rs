//! The ruleset that is proposed: what the code does today, as far as it tells.

use crate::group::{Found, Switch};
use crate::{Holds, Sure};
use std::fmt::Write as _;

pub(crate) fn ruleset(found: &Found, sure: Sure) -> String {
    let mut out = String::from(
        "# Proposed by `cutover import switches`, from how the code reads its switches today. Look at each of them:\n\
         # what is set outside of the code is not known here, and a share hashed by Cutover takes other units.\ncutover: 1\n",
    );
    let of_migrations: Vec<&str> = found
        .migrations
        .iter()
        .flat_map(|migration| {
            [
                Some(&migration.read),
                Some(&migration.write),
                migration.backup.as_ref(),
                migration.emergency.as_ref(),
            ]
        })
        .flatten()
        .map(String::as_str)
        .collect();
    let flags: Vec<&Switch> = found
        .switches
        .iter()
        .filter(|switch| switch.sure >= sure && !of_migrations.contains(&switch.name.as_str()))
        .collect();
    if !flags.is_empty() {
        out.push_str("flags:\n");
        flags.iter().for_each(|switch| flag(&mut out, switch));
    }
    if !found.migrations.is_empty() {
        out.push_str("migrations:\n");
    }
    for migration in &found.migrations {
        let roles = [
            ("read", Some(&migration.read)),
            ("write", Some(&migration.write)),
            ("backup", migration.backup.as_ref()),
            ("emergency", migration.emergency.as_ref()),
        ];
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "  {}:", quoted(&migration.old));
        let _ = writeln!(out, "    old: {}\n    new: {}", quoted(&migration.old), quoted(&migration.new));
        out.push_str("    ladder: recruiters_four_phase\n    switches:\n");
        for (role, name) in roles {
            if let Some(name) = name {
                let _ = writeln!(out, "      {role}: {}", quoted(name));
            }
        }
    }
    out
}

fn flag(out: &mut String, switch: &Switch) {
    let _ = writeln!(out, "  {}:", quoted(&switch.flag));
    let places: Vec<String> =
        switch.uses.iter().take(3).map(|place| format!("{}:{}", place.file, place.found.line)).collect();
    let more = switch.uses.len().saturating_sub(places.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let about = format!(
        "{} ({}, {}): {}; {}{more}",
        switch.name,
        switch.origin.name(),
        switch.sure.name(),
        switch.why,
        places.join(", ")
    );
    let _ = writeln!(out, "    description: {}", quoted(&about));
    match &switch.holds {
        Holds::Bool(true) => out.push_str("    default: on\n"),
        Holds::Bool(false) | Holds::Variant => out.push_str("    default: off\n"),
        Holds::Text(text) => {
            let _ = writeln!(out, "    variants: {{ current: {} }}\n    default: current", quoted(text));
        }
        Holds::Number(number) => {
            let _ = writeln!(out, "    variants: {{ current: {number} }}\n    default: current");
        }
        Holds::Share { percent, by } => {
            let percent = percent.unwrap_or(0.0);
            let by = by.as_deref().filter(|by| is_attribute(by)).unwrap_or("userId");
            let _ = writeln!(
                out,
                "    rules:\n      - {{ serve: {{ rollout: {}%, by: {} }} }}",
                share(percent),
                quoted(by)
            );
        }
    }
}

/// A percentage with as many digits as a ruleset takes.
fn share(percent: f64) -> String {
    let digits = format!("{percent:.4}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn is_attribute(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// A text in double quotes, as YAML and JSON have them.
fn quoted(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|char| {
            if char.is_control() || (char.is_whitespace() && char != ' ') || is_unprintable(char) {
                '\u{FFFD}'
            } else {
                char
            }
        })
        .collect();
    serde_json::to_string(&shown).unwrap_or_default()
}

fn is_unprintable(char: char) -> bool {
    matches!(u32::from(char), 0xFEFF | 0xFFFE | 0xFFFF | 0x2028 | 0x2029 | 0x85)
}
