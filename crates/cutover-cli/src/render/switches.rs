//! What was found in a tree of code.

use super::style::{DIM, GOOD, NOTE, STRONG, WARNING, paint};
use super::text::clean;
use cutover_switches::{Found, Holds, Sure, Switch};
use std::fmt::Write as _;

/// So many uses of a switch are shown.
const SHOWN: usize = 5;

pub(crate) fn report(found: &Found, guesses: usize) -> String {
    let mut out = String::new();
    let mut origin = None;
    for switch in &found.switches {
        if origin.replace(switch.origin) != Some(switch.origin) {
            // Writing to a String cannot fail, here and below.
            let _ = writeln!(out, "{}", paint(STRONG, switch.origin.name()));
        }
        one(&mut out, switch);
    }
    for migration in &found.migrations {
        let stores = format!("{} → {}", migration.old, migration.new);
        let switches = [
            Some(&migration.read),
            Some(&migration.write),
            migration.backup.as_ref(),
            migration.emergency.as_ref(),
        ];
        let switches: Vec<&str> = switches.into_iter().flatten().map(String::as_str).collect();
        let _ = writeln!(
            out,
            "{} {}: {}",
            paint(STRONG, "migration"),
            clean(&stores),
            clean(&switches.join(", "))
        );
    }
    for skipped in &found.skipped {
        let _ = writeln!(out, "{} {}", paint(WARNING, "not read"), clean(skipped));
    }
    let guesses = match guesses {
        0 => String::new(),
        1 => "; 1 guess is left out (--guesses)".to_owned(),
        guesses => format!("; {guesses} guesses are left out (--guesses)"),
    };
    let _ = writeln!(out, "{} switches in {} files{guesses}", found.switches.len(), found.files);
    out
}

fn one(out: &mut String, switch: &Switch) {
    let (style, word) = match switch.sure {
        Sure::Sure => (GOOD, "sure"),
        Sure::Likely => (NOTE, "likely"),
        Sure::Guess => (WARNING, "guess"),
    };
    let arrow = if switch.flag == switch.name { String::new() } else { format!(" → {}", switch.flag) };
    let _ = writeln!(
        out,
        "  {}{} {}{}  {}",
        paint(style, word),
        " ".repeat(6_usize.saturating_sub(word.len())),
        paint(STRONG, clean(&switch.name)),
        clean(&arrow),
        paint(DIM, clean(&holds(&switch.holds)))
    );
    let _ = writeln!(out, "         {}", clean(&switch.why));
    for place in switch.uses.iter().take(SHOWN) {
        let at = format!("{}:{}:{}", place.file, place.found.line, place.found.column);
        let _ = writeln!(out, "         {}  {}", paint(NOTE, clean(&at)), clean(&place.found.code));
    }
    if switch.uses.len() > SHOWN {
        let _ = writeln!(out, "         and {} more", switch.uses.len() - SHOWN);
    }
}

fn holds(holds: &Holds) -> String {
    match holds {
        Holds::Bool(value) => format!("{value} where nothing is set"),
        Holds::Text(text) => format!("a text, {text:?} where nothing is set"),
        Holds::Number(number) => format!("a number, {number} where nothing is set"),
        Holds::Variant => "one of variants that the code does not name".to_owned(),
        Holds::Share { percent, by } => {
            let percent = percent.map_or_else(|| "a share".to_owned(), |percent| format!("{percent}%"));
            by.as_ref().map_or_else(|| percent.clone(), |by| format!("{percent} by {by}"))
        }
    }
}
