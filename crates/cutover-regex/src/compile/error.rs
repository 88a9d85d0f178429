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
    problem: Problem,
    offset: usize,
}

impl Error {
    pub(super) fn new(problem: Problem, offset: usize) -> Self {
        Self { problem, offset }
    }

    /// What kind of thing is wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self.problem {
            Problem::Nesting => ErrorKind::TooDeep,
            Problem::Bytes | Problem::Size => ErrorKind::TooLarge,
            _ => ErrorKind::Syntax,
        }
    }

    /// True for what no syntax of regular expressions takes: something that is not closed, nothing to repeat, or a range
    /// whose end comes first.
    ///
    /// ```
    /// use cutover_regex::{Limits, compile};
    /// let is_broken = |pattern| compile(pattern, &Limits::default()).unwrap_err().is_broken();
    /// assert!(is_broken("a(b") && !is_broken("a(?=b)"));
    /// ```
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(
            self.problem,
            Problem::GroupOpen
                | Problem::GroupClosed
                | Problem::NothingToRepeat
                | Problem::ClassOpen
                | Problem::RangeOrder
                | Problem::RepetitionOrder
        )
    }

    /// What is wrong and what to do, without the place.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.problem.message()
    }

    /// Where it is: bytes before it in the pattern.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message(), self.offset)
    }
}

impl core::error::Error for Error {}

/// Everything that can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Bytes,
    Size,
    Nesting,
    GroupOpen,
    GroupClosed,
    LookAround,
    NoFlag,
    FlagUnknown,
    FlagTwice,
    FlagDangling,
    NameOpen,
    NameLetters,
    NameEmpty,
    NameTwice,
    NothingToRepeat,
    RepetitionOpen,
    RepetitionDigits,
    RepetitionNumber,
    RepetitionOrder,
    ClassOpen,
    ClassNested,
    ClassOperator,
    ClassAssertion,
    RangeOrder,
    RangeEnds,
    EscapeOpen,
    EscapeUnknown,
    BackReference,
    UnicodeClass,
    Boundary,
    HexDigits,
    HexNumber,
}

impl Problem {
    fn message(self) -> &'static str {
        match self {
            Self::Bytes => "this pattern has too many bytes",
            Self::Size => "this pattern is too large with its repetitions written out; repeat less",
            Self::Nesting => "this pattern is nested too deep",
            Self::GroupOpen => "this group is not closed; write `)` after it",
            Self::GroupClosed => "this `)` closes no group; write `\\)` for the character",
            Self::LookAround => "look-around is not supported",
            Self::NoFlag => "`(?)` sets no flag; name one, or write `(?:…)` for a group",
            Self::FlagUnknown => "there is no such flag; there are `i`, `m`, `s`, `R`, `x`, `U` and `u`",
            Self::FlagTwice => "this stands twice among the flags",
            Self::FlagDangling => "flags follow `-`, which switches them off",
            Self::NameOpen => "this name of a group is not closed; write `>` after it",
            Self::NameLetters => {
                "a group's name is a letter or `_`, then letters, digits, `_`, `.`, `[` and `]`"
            }
            Self::NameEmpty => "this group's name is empty",
            Self::NameTwice => "another group has this name already",
            Self::NothingToRepeat => "there is nothing before this to repeat",
            Self::RepetitionOpen => {
                "this repetition is not closed; write `{n}`, `{n,}` or `{n,m}`, and `\\{` for the character"
            }
            Self::RepetitionDigits => "a repetition wants a number here; write `\\{` for the character",
            Self::RepetitionNumber => "this number is too large",
            Self::RepetitionOrder => "this repetition has a minimum above its maximum",
            Self::ClassOpen => "this class is not closed; write `]` after it",
            Self::ClassNested => "a class within a class is not supported; write `\\[` for the character",
            Self::ClassOperator => "`&&`, `--` and `~~` are not supported in a class; escape the second",
            Self::ClassAssertion => "an assertion cannot stand in a class",
            Self::RangeOrder => "this range ends before it begins",
            Self::RangeEnds => "a range goes from one character to another",
            Self::EscapeOpen => "an escape sequence is not finished; write `\\\\` for a backslash",
            Self::EscapeUnknown => "there is no such escape sequence",
            Self::BackReference => "back-references are not supported",
            Self::UnicodeClass => "Unicode classes are not supported; write the ranges as `[…]`",
            Self::Boundary => "`{start}`, `{end}`, `{start-half}` or `{end-half}` may follow `\\b`",
            Self::HexDigits => {
                "digits are wanted here: two after `\\x`, four after `\\u`, eight after `\\U`, or any in braces"
            }
            Self::HexNumber => "there is no character of this number",
        }
    }
}
