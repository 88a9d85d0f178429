//! What keeps sides from being reconciled.

use core::fmt;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A decimal that is no number, or one whose exponent is beyond calculation.
    Decimal,
    /// A record that was not written by a [`Row`](crate::Row) of the same spec.
    Broken,
    /// A side that is to be merged is not in the order of its keys.
    OutOfOrder,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decimal => "a decimal is no number that can be compared",
            Self::Broken => "a record is not as it was written",
            Self::OutOfOrder => "a side is not in the order of its keys",
        })
    }
}

impl core::error::Error for Error {}
