//! A configuration that makes no sense.

use crate::limits::Limit;

/// Says what a configuration must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// A number is outside of its limits.
    Beyond(Limit),
    /// Parts of it do not go together.
    Sentence(&'static str),
}

impl core::fmt::Display for Invalid {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Beyond(Limit { name, least, most }) => write!(f, "`{name}` is {least} to {most}"),
            Self::Sentence(sentence) => f.write_str(sentence),
        }
    }
}

impl core::error::Error for Invalid {}

/// Nothing, or the first sentence whose condition does not hold.
pub(crate) fn require(rules: &[(bool, &'static str)]) -> Result<(), Invalid> {
    rules.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, sentence)| Err(Invalid::Sentence(sentence)))
}
