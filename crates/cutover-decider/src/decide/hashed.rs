//! Hashed lists: a ruleset that is sent to a browser says who is meant without naming them.
//!
//! An entry is `sha256(u32le(len salt) | salt | tag | u32le(len unit) | unit)`, with the tags of
//! [`bucket`](crate::bucket). A digest hides an identifier only as well as the identifier is hard to guess.

use crate::value::ValueRef;
use sha2::{Digest, Sha256};

/// The digest of a value under a salt; none for values that no list holds.
#[must_use]
pub fn digest(salt: &str, value: ValueRef<'_>) -> Option<[u8; 32]> {
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

/// A digest as eight words, most significant first, so that words order as the bytes do.
#[must_use]
pub fn to_words(digest: &[u8; 32]) -> [u32; 8] {
    let mut words = [0; 8];
    for (word, bytes) in words.iter_mut().zip(digest.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}
