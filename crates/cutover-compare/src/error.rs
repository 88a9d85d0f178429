//! What can keep two documents from being compared.

use core::fmt;

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReadError {
    /// What is wrong.
    pub problem: ReadProblem,
    /// Where, in bytes from the start.
    pub offset: usize,
}

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ReadProblem {
    /// It is no JSON: this was expected and something else was found.
    Expected(&'static str),
    /// It is not UTF-8.
    NotUtf8,
    /// It has more bytes than a profile allows.
    TooLarge {
        /// So many are allowed.
        most: usize,
    },
    /// Its arrays and objects are nested more deeply than a profile allows.
    TooDeep {
        /// So many levels are allowed.
        most: usize,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            ReadProblem::Expected(expected) => write!(f, "expected {expected} at byte {}", self.offset),
            ReadProblem::NotUtf8 => write!(f, "no UTF-8 at byte {}", self.offset),
            ReadProblem::TooLarge { most } => write!(f, "larger than {most} bytes"),
            ReadProblem::TooDeep { most } => {
                write!(f, "nested more deeply than {most} levels at byte {}", self.offset)
            }
        }
    }
}

impl core::error::Error for ReadError {}

/// Two documents could not be compared, which is never a match.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Error {
    /// One side or both are not JSON, or beyond the limits of the profile.
    Unreadable {
        /// What is wrong with the control.
        control: Option<ReadError>,
        /// What is wrong with the candidate.
        candidate: Option<ReadError>,
    },
    /// Finding partners in arrays without order took too long: arrays of many almost equal elements, nested deeply.
    TooMuchWork,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { control: Some(control), candidate: None } => {
                write!(f, "the control cannot be read: {control}")
            }
            Self::Unreadable { control: None, candidate: Some(candidate) } => {
                write!(f, "the candidate cannot be read: {candidate}")
            }
            Self::Unreadable { control: Some(control), candidate: Some(candidate) } => {
                write!(f, "neither side can be read: the control: {control}; the candidate: {candidate}")
            }
            Self::Unreadable { control: None, candidate: None } => f.write_str("a side cannot be read"),
            Self::TooMuchWork => f.write_str("finding partners in arrays without order took too long"),
        }
    }
}

impl core::error::Error for Error {}
