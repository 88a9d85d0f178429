//! A configuration that makes no sense.

/// Says what a configuration must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalid(pub &'static str);

impl core::fmt::Display for Invalid {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for Invalid {}

/// Nothing, or the first sentence whose condition does not hold.
pub(crate) fn require(rules: &[(bool, &'static str)]) -> Result<(), Invalid> {
    rules.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, sentence)| Err(Invalid(sentence)))
}
