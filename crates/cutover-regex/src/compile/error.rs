//! What is wrong with a pattern, and where.

use core::fmt;

/// What kind of thing is wrong with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// It is no regular expression, or one with something that this syntax leaves out on purpose.
    Syntax,
    /// It is nested deeper than [`Limits::nesting`](crate::Limits::nesting).
    TooDeep,
    /// It, or what it would become, is larger than [`Limits::bytes`](crate::Limits::bytes) or
    /// [`Limits::size`](crate::Limits::size).
    TooLarge,
}

/// Why a pattern is refused.
///
/// ```
/// use cutover_regex::{ErrorKind, Limits, compile};
/// let error = compile("a(b|c", &Limits::default()).unwrap_err();
/// assert_eq!((error.kind(), error.offset()), (ErrorKind::Syntax, 1));
/// assert_eq!(error.to_string(), "this group is not closed; write `)` after it (at byte 1)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: &'static str,
    offset: usize,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: &'static str, offset: usize) -> Self {
        Self { kind, message, offset }
    }

    /// What kind of thing is wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.message
    }

    /// Where it is: bytes before it in the pattern.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message, self.offset)
    }
}

impl core::error::Error for Error {}
