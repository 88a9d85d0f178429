//! Entries of hashed lists, as rulesets write them; see [`hashed`](cutover_decider::decide::hashed).

use crate::value::Value;
use cutover_decider::decide::hashed::digest;

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
