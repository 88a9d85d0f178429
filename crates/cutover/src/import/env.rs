//! Imports a `.env` file with the four switches of a migration in four phases.
//!
//! The code that reads those switches compares each with the text `true`, so every other value is off there and
//! here. What a person would have to look twice at is reported: a switch that is missing, given twice, off by a
//! slip of its value, or written with a slip of its name.

use crate::diagnostic::{Diagnostic, Position};
use crate::value::Value;

/// The switches, by role.
const SWITCHES: [(&str, &str); 4] = [
    ("read", "USE_JOBS_PARTNERS_READ"),
    ("write", "USE_JOBS_PARTNERS_WRITE"),
    ("backup", "KEEP_RECRUITERS_BACKUP"),
    ("emergency", "FORCE_RECRUITERS_FALLBACK"),
];

/// Reads the text of a `.env` file into a ruleset whose switches hold what the file says; without any of the four
/// switches there is none, and a diagnostic says so.
///
/// Understood are `KEY=VALUE`, `export KEY=VALUE`, quoted values, which may go over several lines, comments on
/// lines of their own and after a space, and line ends of either kind. Other keys are left alone.
pub(crate) fn import_env(text: &str) -> (Option<Value>, Vec<Diagnostic>) {
    let entries = entries(text);
    let mut diagnostics = Vec::new();
    let mut switches = Vec::new();
    let mut found = 0_usize;
    for (role, name) in SWITCHES {
        let given: Vec<&Entry<'_>> = entries.iter().filter(|entry| entry.key == name).collect();
        found += given.len();
        let on = switch(name, &given, &mut diagnostics);
        let switch = Value::map([("name".to_owned(), name.into()), ("is".to_owned(), on.into())]);
        switches.push((role.to_owned(), switch));
    }
    if found == 0 {
        diagnostics = vec![
            Diagnostic::error(
                "no_switches",
                "",
                Position::default(),
                "none of the four switches is in this file",
            )
            .expected(SWITCHES.map(|(_, name)| name)),
        ];
    }
    diagnostics.extend(entries.iter().filter_map(near_miss));
    diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
    ((found > 0).then(|| ruleset(switches)), diagnostics)
}

fn ruleset(switches: Vec<(String, Value)>) -> Value {
    let map = |entries: Vec<(&str, Value)>| {
        Value::map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)))
    };
    let recruiters = map(vec![
        ("old", "recruiters".into()),
        ("new", "jobs_partners".into()),
        ("ladder", "recruiters_four_phase".into()),
        ("switches", Value::map(switches)),
    ]);
    map(vec![("cutover", 1.into()), ("migrations", map(vec![("recruiters", recruiters)]))])
}

/// What a switch holds: its last value in the file, where that is the text `true`.
fn switch(name: &str, given: &[&Entry<'_>], diagnostics: &mut Vec<Diagnostic>) -> bool {
    let Some((last, earlier)) = given.split_last() else {
        diagnostics.push(
            Diagnostic::warning(
                "missing_switch",
                name,
                Position::default(),
                format!("{name} is not in this file"),
            )
            .expected([format!("{name}=true"), format!("{name}=false")])
            .help("without it, it is off"),
        );
        return false;
    };
    if let Some(first) = earlier.first() {
        diagnostics.push(
            Diagnostic::warning(
                "repeated_switch",
                name,
                last.value_at,
                format!("{name} is given more than once"),
            )
            .found(&*last.value)
            .help(format!("the last one counts; the first one is in line {}", first.value_at.line)),
        );
    }
    if !matches!(&*last.value, "true" | "false" | "") {
        diagnostics.push(
            Diagnostic::warning(
                "unreadable_switch",
                name,
                last.value_at,
                format!("{name} is neither true nor false"),
            )
            .found(&*last.value)
            .expected(["true", "false"])
            .help("only the text `true` turns it on, so it is off"),
        );
    }
    last.value == "true"
}

/// Reports a key that looks like one of the switches and is none.
fn near_miss(entry: &Entry<'_>) -> Option<Diagnostic> {
    let names = SWITCHES.map(|(_, name)| name);
    if names.contains(&entry.key) {
        return None;
    }
    crate::suggest::nearest(entry.key, names)?;
    let message = "this looks like one of the four switches, but is none of them";
    Some(
        Diagnostic::warning("unknown_switch", entry.key, entry.key_at, message)
            .found(entry.key)
            .expected(names)
            .nearest(entry.key, names),
    )
}

/// A key and its value.
#[derive(Debug)]
struct Entry<'t> {
    key: &'t str,
    key_at: Position,
    value: String,
    value_at: Position,
}

/// The entries of a file, in order. A line that is no assignment is no entry.
fn entries(text: &str) -> Vec<Entry<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut entries = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let taken = match entry(rest, end, line) {
            Some((entry, taken)) => {
                entries.push(entry);
                taken
            }
            None => end,
        };
        let (head, tail) = rest.split_at_checked(taken).unwrap_or((rest, ""));
        line += count(head.matches('\n').count());
        rest = tail;
    }
    entries
}

/// The entry at the beginning of `text`, whose first line ends at `end`, and how many bytes it takes, with the
/// rest of its last line.
fn entry(text: &str, end: usize, line: u32) -> Option<(Entry<'_>, usize)> {
    let first = text.get(..end)?;
    let (name, after) = first.split_once('=')?;
    let name = name.trim_start_matches(BLANK);
    let name = name.strip_prefix("export").filter(|rest| rest.starts_with(BLANK)).unwrap_or(name);
    let key = name.trim_matches(BLANK);
    if key.is_empty() || key.starts_with('#') || key.contains(BLANK) {
        return None;
    }
    let key_start = first.find(key)?;
    let start = end - after.trim_start_matches(BLANK).len();
    let tail = text.get(start..)?;
    let (mut value, quoted) = quoted(tail).unwrap_or_default();
    let rest = tail.get(quoted..)?;
    let line_end = rest.find('\n').map_or(rest.len(), |end| end + 1);
    // As a shell does, what stands right after the quotes is part of the value.
    value.push_str(plain(rest.get(..line_end)?));
    let place =
        |at: usize| Position { line, column: count(text.get(..at).unwrap_or_default().chars().count()) + 1 };
    let entry = Entry { key, key_at: place(key_start), value, value_at: place(start) };
    Some((entry, start + quoted + line_end))
}

const BLANK: [char; 2] = [' ', '\t'];

/// The value in quotes that `text` begins with, and how many bytes it takes, quotes included. Double quotes know
/// the escapes of a new line, a quote and a backslash; single ones know none.
fn quoted(text: &str) -> Option<(String, usize)> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            _ if letter == quote => return Some((value, at + 1)),
            '\\' if quote == '"' => match letters.next()?.1 {
                'n' => value.push('\n'),
                escaped @ ('"' | '\\') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            _ => value.push(letter),
        }
    }
    None
}

/// The value of a line without quotes: up to the comment, without the spaces around it.
fn plain(line: &str) -> &str {
    let comment = line.char_indices().find(|(at, letter)| {
        *letter == '#' && line.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with(BLANK))
    });
    let value = comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line);
    value.trim_matches(|letter: char| letter.is_ascii_whitespace())
}

/// A line or column; files are far too small for one that does not fit.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str) -> Option<[bool; 4]> {
        let ruleset = import_env(text).0?;
        let switches = ruleset.get("migrations")?.get("recruiters")?.get("switches")?;
        Some(SWITCHES.map(|(role, name)| {
            let switch = switches.get(role).unwrap();
            assert_eq!(switch.get("name"), Some(&Value::from(name)));
            switch.get("is") == Some(&Value::Bool(true))
        }))
    }

    fn codes(text: &str) -> Vec<(&'static str, Option<u32>, Option<u32>)> {
        import_env(text)
            .1
            .into_iter()
            .map(|diagnostic| (diagnostic.code, diagnostic.line, diagnostic.column))
            .collect()
    }

    /// The files of the phases, as the document of the four phases has them.
    const PHASE_2: &str = "# .env.production
USE_JOBS_PARTNERS_READ=true    # ← Activé
USE_JOBS_PARTNERS_WRITE=false
KEEP_RECRUITERS_BACKUP=false
FORCE_RECRUITERS_FALLBACK=false
";
    const PHASE_3A: &str = "# .env.production - Étape 3a (avec backup)
USE_JOBS_PARTNERS_READ=true
USE_JOBS_PARTNERS_WRITE=true   # ← Activé
KEEP_RECRUITERS_BACKUP=true    # ← Backup actif
FORCE_RECRUITERS_FALLBACK=false
";

    #[test]
    fn the_files_of_the_phases_are_read_without_a_word() {
        assert_eq!(is(PHASE_2), Some([true, false, false, false]));
        assert_eq!(is(PHASE_3A), Some([true, true, true, false]));
        assert_eq!(codes(PHASE_2), []);
        assert_eq!(codes(&PHASE_3A.replace('\n', "\r\n")), []);
        assert_eq!(is(&PHASE_3A.replace('\n', "\r\n")), Some([true, true, true, false]));
    }

    #[test]
    fn the_ruleset_is_whole() {
        let (ruleset, _) = import_env(PHASE_2);
        assert_eq!(
            serde_json::to_string(&ruleset).unwrap(),
            r#"{"cutover":1,"migrations":{"recruiters":{"ladder":"recruiters_four_phase","new":"jobs_partners","old":"recruiters","switches":{"backup":{"is":false,"name":"KEEP_RECRUITERS_BACKUP"},"emergency":{"is":false,"name":"FORCE_RECRUITERS_FALLBACK"},"read":{"is":true,"name":"USE_JOBS_PARTNERS_READ"},"write":{"is":false,"name":"USE_JOBS_PARTNERS_WRITE"}}}}}"#
        );
    }

    #[test]
    fn values_are_read_as_such_files_are() {
        let read = |line: &str| {
            let entries = entries(line);
            entries.into_iter().map(|entry| (entry.key.to_owned(), entry.value)).collect::<Vec<_>>()
        };
        let table = [
            ("A=true", "true"),
            ("  export A=true", "true"),
            ("export\tA = true \t", "true"),
            ("A=\"true\" # why", "true"),
            ("A='true'", "true"),
            ("A=true#x", "true#x"),
            ("A= # nothing", ""),
            ("A=", ""),
            ("A=\"a\\nb\\\"c\\\\d\\e\"", "a\nb\"c\\d\\e"),
            ("A='a\\nb'", "a\\nb"),
            ("A='two\nlines'", "two\nlines"),
            ("A=\"tr\"ue", "true"),
            ("A=\"open", "\"open"),
            ("A=it's", "it's"),
            ("\u{feff}A=true", "true"),
        ];
        for (line, value) in table {
            assert_eq!(read(line), [("A".to_owned(), value.to_owned())], "{line:?}");
        }
        for nothing in ["", "\n\n", "# A=true", "  # A=true", "A", "=true", "no key = true", "export =1"] {
            assert_eq!(read(nothing), [], "{nothing:?}");
        }
    }

    #[test]
    fn a_value_over_several_lines_hides_what_is_in_it_and_lines_still_count() {
        let text = "KEY=\"first\nUSE_JOBS_PARTNERS_READ=true\n\"\nUSE_JOBS_PARTNERS_WRITE=oui\n";
        assert_eq!(is(text), Some([false; 4]));
        let diagnostics = import_env(text).1;
        let unreadable =
            diagnostics.iter().find(|diagnostic| diagnostic.code == "unreadable_switch").unwrap();
        assert_eq!((unreadable.line, unreadable.column), (Some(4), Some(25)));
        assert_eq!(unreadable.found.as_deref(), Some("oui"));
    }

    #[test]
    fn what_is_odd_is_reported() {
        let text =
            "USE_JOBS_PARTNERS_READ=true\nUSE_JOBS_PARTNERS_READ=1\nUSE_JOB_PARTNERS_WRITE=true\nPORT=80\n";
        assert_eq!(
            codes(text),
            [
                ("missing_switch", None, None),
                ("missing_switch", None, None),
                ("missing_switch", None, None),
                ("repeated_switch", Some(2), Some(24)),
                ("unreadable_switch", Some(2), Some(24)),
                ("unknown_switch", Some(3), Some(1)),
            ]
        );
        assert_eq!(is(text), Some([false; 4]));
        let help = import_env(text).1.pop().unwrap().help;
        assert_eq!(help.as_deref(), Some("did you mean `USE_JOBS_PARTNERS_WRITE`?"));
    }

    #[test]
    fn a_file_without_the_switches_is_no_ruleset() {
        assert_eq!(import_env("PORT=80\n").0, None);
        assert_eq!(codes("PORT=80\n"), [("no_switches", None, None)]);
        assert_eq!(
            codes("USE_JOBS_PARTNER_READ=true"),
            [("no_switches", None, None), ("unknown_switch", Some(1), Some(1))]
        );
    }
}
