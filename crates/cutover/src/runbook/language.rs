//! The languages of runbooks.

use serde::{Serialize, Serializer};

/// The language of the sentences of a runbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// French.
    French,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// The code of ISO 639-1, such as `en`.
    ///
    /// ```
    /// assert_eq!(cutover::runbook::Language::French.code(), "fr");
    /// ```
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// A colon, with the space that French has before it.
    pub(super) fn colon(self) -> &'static str {
        match self {
            Self::English => ":",
            Self::French => " :",
        }
    }

    /// The sentence of this language.
    pub(super) fn of(self, english: impl Into<String>, french: impl Into<String>) -> String {
        match self {
            Self::English => english.into(),
            Self::French => french.into(),
        }
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
