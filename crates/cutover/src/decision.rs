//! Decisions: the answer and why.

use crate::value::Value;
pub use cutover_decider::{ErrorCode, MAX_PER_FLAG, Outcome, Reason};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// The answer for a flag. It borrows from the engine, so making one allocates nothing.
///
/// Where `value` is `None` the caller's own default applies: there is an `error`, or the flag declares variants
/// without a `default` and none was served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision<'a> {
    /// The flag asked for.
    pub flag: &'a str,
    /// The value served.
    pub value: Option<&'a Value>,
    /// The name of the variant served.
    pub variant: Option<&'a str>,
    /// Why.
    pub reason: Reason,
    /// The index of the rule that decided, from 0.
    pub rule: Option<u32>,
    /// Why there is no answer.
    pub error: Option<ErrorCode>,
    /// The program that decided.
    pub digest: &'a str,
}

impl Serialize for Decision<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Decision", 7)?;
        out.serialize_field("flag", self.flag)?;
        out.serialize_field("value", &self.value)?;
        out.serialize_field("variant", &self.variant)?;
        out.serialize_field("reason", self.reason.name())?;
        out.serialize_field("rule", &self.rule)?;
        out.serialize_field("error", &self.error.map(ErrorCode::name))?;
        out.serialize_field("digest", self.digest)?;
        out.end()
    }
}
