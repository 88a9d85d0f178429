//! What is wrong with a document: every problem at once, each with its place and what to do about it.

use crate::order::sort_by;
use serde::Serialize;
use std::fmt;

/// A place in a source text. Lines and columns count from 1; columns count Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Position {
    /// The line, from 1; 0 where the source has no lines (a document built in memory).
    pub line: u32,
    /// The column in code points, from 1; 0 where the source has none.
    pub column: u32,
}

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document is refused.
    Error,
    /// The document loads, but somebody should look at it.
    Warning,
}

/// One problem of a document.
///
/// Its JSON shape is part of the contract: `code`, `severity`, `path`, `line`, `column`, `found`, `expected`,
/// `message`, `help`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagnostic {
    /// A stable name of the kind of problem, such as `unknown_operator`.
    pub code: &'static str,
    /// Whether the document is refused for it.
    pub severity: Severity,
    /// The path in the document, such as `flags.a.rules[0].if`; empty for the document itself.
    pub path: String,
    /// The line, from 1, or `None` where the source has none.
    pub line: Option<u32>,
    /// The column in code points, from 1, or `None` where the source has none.
    pub column: Option<u32>,
    /// What stands there.
    pub found: Option<String>,
    /// What could stand there.
    pub expected: Vec<String>,
    /// One sentence that says what is wrong.
    pub message: String,
    /// What to do about it, where there is something to say.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A new error at `path` and `at`.
    pub fn error(
        code: &'static str,
        path: impl Into<String>,
        at: Position,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, code, path.into(), at, message.into())
    }

    /// A new warning at `path` and `at`.
    pub fn warning(
        code: &'static str,
        path: impl Into<String>,
        at: Position,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, code, path.into(), at, message.into())
    }

    fn new(severity: Severity, code: &'static str, path: String, at: Position, message: String) -> Self {
        let (line, column) = if at.line == 0 { (None, None) } else { (Some(at.line), Some(at.column)) };
        Self { code, severity, path, line, column, found: None, expected: Vec::new(), message, help: None }
    }

    /// Says what stands there. Long texts are cut, so that a diagnostic stays readable.
    #[must_use]
    pub fn found(mut self, found: impl AsRef<str>) -> Self {
        self.found = Some(shorten(found.as_ref()));
        self
    }

    /// Says what could stand there.
    #[must_use]
    pub fn expected<S: Into<String>>(mut self, expected: impl IntoIterator<Item = S>) -> Self {
        self.expected = expected.into_iter().map(Into::into).collect();
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers the nearest of `names` to `found`, where one is near enough to be a slip of the fingers.
    #[must_use]
    pub fn nearest<'a>(self, found: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        match crate::suggest::nearest(found, names) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// True where the document is refused for it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Brings diagnostics into the order of the document.
pub(crate) fn sort(diagnostics: &mut [Diagnostic]) {
    sort_by(diagnostics, |a, b| (a.line, a.column).cmp(&(b.line, b.column)));
}

/// The longest text that a diagnostic quotes from a document, in characters.
const QUOTED_CHARS: usize = 80;

fn shorten(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{severity}[{}]", self.code)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, " {line}:{column}")?;
        }
        if !self.path.is_empty() {
            write!(f, " {}", self.path)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

/// A refused document: all that is wrong with it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", summary(.diagnostics))]
pub struct LoadError {
    /// Every problem found, errors and warnings, in the order of the document.
    pub diagnostics: Vec<Diagnostic>,
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let noun = if errors == 1 { "error" } else { "errors" };
    let mut text = format!("the ruleset is refused: {errors} {noun}");
    for diagnostic in diagnostics.iter().filter(|d| d.is_error()) {
        text.push_str("\n  ");
        text.push_str(&diagnostic.to_string());
    }
    text
}
