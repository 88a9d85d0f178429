//! What a comparison found.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::path::field_of;

/// Where two documents differ; nowhere if they match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Comparison {
    /// How many differences there are, listed or not.
    pub count: u64,
    /// The first of them, up to the limit of the profile.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Whether there is no difference.
    pub fn is_match(&self) -> bool {
        self.count == 0
    }

    /// The fields that are listed: their paths with `[*]` for every place in an array, sorted, each once.
    pub fn fields(&self) -> Vec<String> {
        let mut fields: Vec<String> =
            self.differences.iter().map(|difference| field_of(&difference.path)).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Difference {
    /// Where, by the names that were compared: `items[3].price`; `$` is the whole document. For elements without
    /// order, the place is the control's, or the candidate's where only it has the element.
    pub path: String,
    /// In what way.
    pub kind: DifferenceKind,
    /// What the control has, as JSON; cut with `…` at the limit of the profile.
    pub control: Option<String>,
    /// What the candidate has.
    pub candidate: Option<String>,
}

/// In what way two documents differ somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum DifferenceKind {
    /// Two values of one type.
    Changed,
    /// The candidate does not have it.
    OnlyControl,
    /// The control does not have it.
    OnlyCandidate,
    /// Values of two types.
    Type,
}

impl fmt::Display for DifferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Changed => "changed",
            Self::OnlyControl => "only_control",
            Self::OnlyCandidate => "only_candidate",
            Self::Type => "type",
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.kind)?;
        if let Some(control) = &self.control {
            write!(f, ", control {control}")?;
        }
        if let Some(candidate) = &self.candidate {
            write!(f, ", candidate {candidate}")?;
        }
        Ok(())
    }
}
