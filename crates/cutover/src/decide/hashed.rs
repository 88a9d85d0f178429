//! Hashed lists: a ruleset that is sent to a browser says who is meant without naming them.
//!
//! An entry is `sha256(u32le(len salt) | salt | tag | u32le(len unit) | unit)`, with the tags of
//! [`bucket`](crate::bucket). A digest hides an identifier only as well as the identifier is hard to guess.

use crate::value::{Value, ValueRef};
use sha2::{Digest, Sha256};

/// The digest of a value under a salt; none for values that no list holds.
pub(crate) fn digest(salt: &str, value: ValueRef<'_>) -> Option<[u8; 32]> {
    let int;
    let (tag, bytes) = match value {
        ValueRef::Text(bytes) => (1_u8, bytes),
        ValueRef::Int(value) => {
            int = value.to_le_bytes();
            (2_u8, int.as_slice())
        }
        _ => return None,
    };
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut hasher = Sha256::new();
    hasher.update(length(salt.as_bytes()));
    hasher.update(salt.as_bytes());
    hasher.update([tag]);
    hasher.update(length(bytes));
    hasher.update(bytes);
    Some(hasher.finalize().into())
}

/// The entry of a value in a hashed list, 64 hexadecimal digits; `None` for what no list holds: only texts and
/// whole numbers are hashed.
///
/// ```
/// use cutover::{Attributes, Engine, hash_list_entry};
/// let entry = hash_list_entry("a long random salt", &"user_123".into()).unwrap_or_default();
/// let engine = Engine::from_str(&format!(
///     "cutover: 1
/// flags:
///   beta:
///     rules:
///       - {{ if: {{ attribute: userId, in: {{ salt: a long random salt, sha256: [{entry}] }} }}, serve: on }}
/// "
/// ))?;
/// let is_enabled = |user: &str| engine.is_enabled("beta", &engine.context(&Attributes::new().with("userId", user)), 0);
/// assert!(is_enabled("user_123") && !is_enabled("user_124"));
/// # Ok::<(), cutover::LoadError>(())
/// ```
#[must_use]
pub fn hash_list_entry(salt: &str, value: &Value) -> Option<String> {
    digest(salt, value.as_ref()).map(|digest| to_hex(&digest))
}

/// The 32 bytes of 64 hexadecimal digits.
pub(crate) fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0_u8; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = *pair else { return None };
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

/// The hexadecimal digits of bytes.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
