//! What is wrong with a table: every problem at once.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use serde::Serialize;

/// One problem of a table. A table with any is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable name of the kind of problem, such as `shadowed_entry`.
    pub code: &'static str,
    /// The entry, from 0.
    pub entry: usize,
    /// The field of the entry, such as `path` or `headers[0].name`.
    pub field: String,
    /// What stands there.
    pub found: String,
    /// What could stand there.
    pub expected: Vec<String>,
    /// One sentence that says what is wrong.
    pub message: String,
    /// What to do about it, where there is something to say.
    pub help: Option<String>,
    /// The other entries that it is about, from 0.
    pub others: Vec<usize>,
}

impl Problem {
    pub(crate) fn new(
        code: &'static str,
        (entry, field): (usize, impl Into<String>),
        found: impl ToString,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code,
            entry,
            field: field.into(),
            found: found.to_string(),
            expected: Vec::new(),
            message: message.into(),
            help: None,
            others: Vec::new(),
        }
    }

    pub(crate) fn expected<S: ToString>(mut self, expected: impl IntoIterator<Item = S>) -> Self {
        self.expected = expected.into_iter().map(|one| one.to_string()).collect();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn others(mut self, others: Vec<usize>) -> Self {
        self.others = others;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}] [{}].{}: {}", self.code, self.entry, self.field, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Problem {}
