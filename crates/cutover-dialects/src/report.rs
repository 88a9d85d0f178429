//! What became of each flag of a foreign document.

use crate::Dialect;
use serde::{Serialize, Serializer};

/// What became of a document, flag by flag.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The dialect that the document was read as.
    #[serde(serialize_with = "name")]
    pub dialect: Dialect,
    /// Why the document as a whole could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Every flag of the document, by name.
    pub flags: Vec<FlagReport>,
}

fn name<S: Serializer>(dialect: &Dialect, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(dialect.name())
}

/// What became of one flag.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlagReport {
    /// Its name in the foreign document.
    pub flag: String,
    /// What became of it.
    pub fate: Fate,
    /// What there is to say about it.
    pub notes: Vec<Note>,
}

/// What became of a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It decides the same.
    Same,
    /// It decides the same but for the edges that its notes name.
    Differs,
    /// It could not be taken over; the notes say why, and the ruleset does not have it.
    Refused,
}

/// Something about one place of a flag.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Note {
    /// Where in the foreign document, such as `allocations[1].rules[0]`; empty for the flag as a whole.
    pub place: String,
    /// What is to be said.
    pub message: String,
}

impl Report {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, problem: None, flags: Vec::new() }
    }

    /// How many flags had this fate.
    #[must_use]
    pub fn count(&self, fate: Fate) -> usize {
        self.flags.iter().filter(|flag| flag.fate == fate).count()
    }

    /// True where the document was read and no flag of it was refused.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.problem.is_none() && self.count(Fate::Refused) == 0
    }
}

impl FlagReport {
    pub(crate) fn new(flag: &str) -> Self {
        Self { flag: flag.to_owned(), fate: Fate::Same, notes: Vec::new() }
    }

    /// Notes something that changes no decision.
    pub(crate) fn note(&mut self, place: impl Into<String>, message: impl Into<String>) {
        let note = Note { place: place.into(), message: message.into() };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Notes an edge in which decisions differ.
    pub(crate) fn differs(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.fate = self.fate.max(Fate::Differs);
        self.note(place, message);
    }

    /// Notes why the flag cannot be taken over.
    pub(crate) fn refuse(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.fate = Fate::Refused;
        self.note(place, message);
    }
}
