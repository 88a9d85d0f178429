//! Diagnostics the way a good compiler shows them: what, where, the line itself, and what to do.

use super::snippet::Lines;
use super::style::{DIM, ERROR, GOOD, NOTE, STRONG, WARNING, paint};
use super::text::clean;
use crate::input::Source;
use cutover::{Diagnostic, Engine, Severity};
use std::fmt::Write as _;

/// All diagnostics, an empty line after each.
pub(crate) fn all(source: Option<&Source>, diagnostics: &[Diagnostic]) -> String {
    let lines = source.map(|source| Lines::new(&source.bytes));
    diagnostics.iter().map(|diagnostic| one(source, lines.as_ref(), diagnostic)).collect()
}

fn one(source: Option<&Source>, lines: Option<&Lines<'_>>, diagnostic: &Diagnostic) -> String {
    let (style, word) = match diagnostic.severity {
        Severity::Error => (ERROR, "error"),
        Severity::Warning => (WARNING, "warning"),
    };
    let mut out = String::new();
    let title = paint(style, format_args!("{word}[{}]", diagnostic.code));
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "{title}{}", paint(STRONG, format_args!(": {}", clean(&diagnostic.message))));

    let place = diagnostic.line.zip(diagnostic.column);
    let digits = place.map_or(0, |(line, _)| line.to_string().len());
    let margin = " ".repeat(digits);
    if let Some(source) = source {
        let at = place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
        let arrow = paint(NOTE, "-->");
        let _ = writeln!(out, "{margin}{arrow} {}{at}", clean(&source.name));
    }
    let bar = paint(NOTE, "|");
    let mut shows_found = false;
    let snippet = place.and_then(|(line, column)| lines?.snippet(line, column, diagnostic.found.as_deref()));
    if let (Some(snippet), Some((line, _))) = (snippet, place) {
        shows_found = snippet.shows_found;
        let mark = paint(style, "^".repeat(snippet.marked));
        let _ = writeln!(out, "{margin} {bar}");
        let _ = writeln!(out, "{} {bar} {}", paint(NOTE, line), snippet.text);
        let _ = writeln!(out, "{margin} {bar} {}{mark}", " ".repeat(snippet.before));
    }
    let mut note = |label: &str, text: &str| {
        let (sign, label) = (paint(NOTE, "="), paint(STRONG, format_args!("{label}:")));
        let _ = writeln!(out, "{margin} {sign} {label} {}", clean(text));
    };
    if !diagnostic.path.is_empty() {
        note("at", &diagnostic.path);
    }
    if let Some(found) = diagnostic.found.as_ref().filter(|_| !shows_found) {
        note("found", found);
    }
    if !diagnostic.expected.is_empty() {
        note("expected", &diagnostic.expected.join(", "));
    }
    if let Some(help) = &diagnostic.help {
        note("help", help);
    }
    out.push('\n');
    out
}

/// One line on a ruleset that loads.
pub(crate) fn accepted(name: &str, engine: &Engine, warnings: usize) -> String {
    let (flags, migrations) =
        (counted(engine.flags().len(), "flag"), counted(engine.migrations().len(), "migration"));
    let warned = if warnings == 0 {
        String::new()
    } else {
        format!(", {}", paint(WARNING, counted(warnings, "warning")))
    };
    let digest = paint(DIM, format_args!("digest {}", engine.digest()));
    format!("{} {}: {flags}, {migrations}{warned}  {digest}\n", paint(GOOD, "ok"), paint(STRONG, clean(name)))
}

/// One line on a ruleset that is refused for these.
pub(crate) fn refused(name: &str, diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = counted(diagnostics.len() - errors, "warning");
    let errors = counted(errors, "error");
    format!("{} {}: {errors}, {warnings}\n", paint(ERROR, "refused"), paint(STRONG, clean(name)))
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cutover::Position;

    #[test]
    fn it_reads_like_a_compiler() {
        let source = Source {
            name: "rules.yaml".to_owned(),
            bytes: b"cutover: 1\nflags:\n  a: { iss: x }\n".to_vec(),
        };
        let diagnostic = Diagnostic::error(
            "unknown_key",
            "flags.a.iss",
            Position { line: 3, column: 8 },
            "`iss` is no key",
        )
        .found("iss")
        .expected(["is", "is_not"])
        .nearest("iss", ["is", "is_not"]);
        let want = "\
error[unknown_key]: `iss` is no key
 --> rules.yaml:3:8
  |
3 |   a: { iss: x }
  |        ^^^
  = at: flags.a.iss
  = expected: is, is_not
  = help: did you mean `is`?

";
        let styled = all(Some(&source), &[diagnostic]);
        assert_eq!(anstream::adapter::strip_str(&styled).to_string(), want);
        assert!(styled.contains("\u{1b}[31m"), "{styled:?}");
    }

    #[test]
    fn without_a_source_there_is_no_place() {
        let diagnostic = Diagnostic::warning("w", "", Position::default(), "so\u{1b}[2J");
        let styled = all(None, &[diagnostic]);
        assert_eq!(anstream::adapter::strip_str(&styled).to_string(), "warning[w]: so\\u{1b}[2J\n\n");
    }
}
