//! What is compared with what, and what is owed.

use alloc::string::String;
use alloc::vec::Vec;

/// Whether a difference in the sets of keys is to be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// A correction is owed.
    Owe,
    /// It is counted, and nothing else.
    Ignore,
}

impl Policy {
    /// The policy of a name, as rulesets and languages write it.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "owe" => Some(Self::Owe),
            "ignore" => Some(Self::Ignore),
            _ => None,
        }
    }
}

/// When two moments are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// To the nanosecond.
    Exact,
    /// To the millisecond, for a store that keeps no more: what is finer is cut off towards the past.
    Milliseconds,
}

impl Times {
    /// The meaning of a name, as languages write it.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "exact" => Some(Self::Exact),
            "ms" => Some(Self::Milliseconds),
            _ => None,
        }
    }
}

/// How two sides are reconciled. Columns come in pairs: that of the owner, then that of the owing side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The columns by which records meet.
    pub key: (String, String),
    /// The columns that the owing side takes over from the owner.
    pub fields: Vec<(String, String)>,
    /// A record that the owing side has not: by default it is owed.
    pub missing: Policy,
    /// A record that the owner has not: by default it stays. Otherwise its removal is owed.
    pub extra: Policy,
    /// Whether null is equal to a cell that is not there. By default it is not.
    pub null_is_missing: bool,
    /// When moments are equal.
    pub times: Times,
}

impl Spec {
    /// A spec with the defaults.
    #[must_use]
    pub fn new<'a>(key: (&str, &str), fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self {
            key: (key.0.into(), key.1.into()),
            fields: fields.into_iter().map(|(owner, owing)| (owner.into(), owing.into())).collect(),
            missing: Policy::Owe,
            extra: Policy::Ignore,
            null_is_missing: false,
            times: Times::Exact,
        }
    }
}
