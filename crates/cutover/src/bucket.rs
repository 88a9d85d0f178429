//! Buckets: which units a share takes. The contract is byte for byte and for life; see `conformance/buckets.json`.
//!
//! `hash: 1` is `xxh3_64(0x01 | u32le(len salt) | salt | tag | u32le(len unit) | unit)`. The tag keeps the text
//! `"1"` (tag 1, UTF-8) and the integer `1` (tag 2, eight bytes little-endian) apart; the lengths keep
//! `("ab", "c")` and `("a", "bc")` apart. A share of millionths takes the units whose upper 32 bits lie below
//! `floor(share * 2^32 / 1_000_000)`. No float is involved.

use crate::decision::ErrorCode;
use crate::value::ValueRef;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// What is hashed: who or what falls into a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit<'a> {
    /// A text, as UTF-8 bytes.
    Text(&'a [u8]),
    /// A whole number.
    Int(i64),
}

impl<'a> Unit<'a> {
    /// The unit that an attribute gives.
    ///
    /// # Errors
    /// [`ErrorCode::MissingUnit`] where there is none, [`ErrorCode::InvalidContext`] where it is neither a text
    /// nor a whole number: a boolean, fraction or list names nobody.
    #[inline]
    pub fn of(value: ValueRef<'a>) -> Result<Self, ErrorCode> {
        match value {
            ValueRef::Text(bytes) => Ok(Self::Text(bytes)),
            ValueRef::Int(int) => Ok(Self::Int(int)),
            ValueRef::Missing => Err(ErrorCode::MissingUnit),
            ValueRef::Bool(_) | ValueRef::Float(_) | ValueRef::List(_) | ValueRef::Other => {
                Err(ErrorCode::InvalidContext)
            }
        }
    }
}

/// The version byte that every hashed text begins with.
const VERSION: u8 = 1;
const TAG_TEXT: u8 = 1;
const TAG_INT: u8 = 2;

/// What a flag or a migration hashes with, for life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salt {
    /// Version, length and salt: the part of the hashed bytes that no unit changes.
    prefix: Vec<u8>,
}

/// Salt and unit up to this many bytes are hashed in one piece on the stack.
const ON_STACK_BYTES: usize = 128;

impl Salt {
    /// The salt of this name. Longer than 2^32 − 1 bytes is cut, which no ruleset can reach.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut prefix = vec![VERSION];
        prefix.extend(length(name.as_bytes()));
        prefix.extend(name.as_bytes());
        Self { prefix }
    }

    /// The hash of `unit`.
    ///
    /// ```
    /// use cutover::bucket::{Salt, Unit};
    /// let salt = Salt::new("orders_mongodb");
    /// assert_ne!(salt.hash(Unit::Text(b"1")), salt.hash(Unit::Int(1)));
    /// ```
    #[must_use]
    #[inline]
    pub fn hash(&self, unit: Unit<'_>) -> u64 {
        let int;
        let (tag, bytes) = match unit {
            Unit::Text(bytes) => (TAG_TEXT, bytes),
            Unit::Int(value) => {
                int = value.to_le_bytes();
                (TAG_INT, int.as_slice())
            }
        };
        let [l0, l1, l2, l3] = length(bytes);
        let middle = [tag, l0, l1, l2, l3];
        let start = self.prefix.len();
        let mut buffer = [0_u8; ON_STACK_BYTES];
        let total = start + middle.len() + bytes.len();
        if let Some(whole) = buffer.get_mut(..total) {
            let (head, rest) = whole.split_at_mut(start);
            let (mid, tail) = rest.split_at_mut(middle.len());
            head.copy_from_slice(&self.prefix);
            mid.copy_from_slice(&middle);
            tail.copy_from_slice(bytes);
            return xxh3_64(whole);
        }
        let mut hasher = Xxh3::new();
        hasher.update(&self.prefix);
        hasher.update(&middle);
        hasher.update(bytes);
        hasher.digest()
    }
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

/// The position of a hash in the range of 2^32 that shares divide.
#[must_use]
#[inline]
pub fn position(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The first position that a share of `ppm` millionths leaves out: `floor(ppm * 2^32 / 1_000_000)`.
///
/// ```
/// use cutover::bucket::boundary;
/// assert_eq!((boundary(0), boundary(500_000), boundary(1_000_000)), (0, 1 << 31, 1 << 32));
/// ```
#[must_use]
#[inline]
pub fn boundary(ppm: u32) -> u64 {
    u64::from(ppm.min(1_000_000)) * (1 << 32) / 1_000_000
}

/// True where a share of `ppm` millionths takes the unit of this hash.
#[must_use]
#[inline]
pub fn inside(hash: u64, ppm: u32) -> bool {
    u64::from(position(hash)) < boundary(ppm)
}

/// `hash: java31`: the hash of the imported flag formats, over UTF-16 code units: `h = 31 h + unit` in 32 bits,
/// the absolute value, modulo 100.
///
/// ```
/// use cutover::bucket::java31;
/// assert_eq!(java31(""), 0);
/// assert_eq!(java31("anonymous"), java31("anonymous"));
/// ```
#[must_use]
pub fn java31(text: &str) -> u32 {
    let hash = text
        .encode_utf16()
        .fold(0_i32, |hash, unit| hash.wrapping_shl(5).wrapping_sub(hash).wrapping_add(i32::from(unit)));
    hash.unsigned_abs() % 100
}

/// True where a share takes a `java31` bucket: `bucket < percentage`, in integers.
#[must_use]
pub fn java31_inside(bucket: u32, ppm: u32) -> bool {
    bucket.saturating_mul(10_000) < ppm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_short_texts_hash_by_one_rule() {
        for size in [0, 1, 100, 113, 114, 115, 300, 5000] {
            let unit = vec![b'x'; size];
            let mut bytes = vec![1, 4, 0, 0, 0, b's', b'a', b'l', b't', 1];
            bytes.extend(u32::try_from(size).unwrap().to_le_bytes());
            bytes.extend(&unit);
            assert_eq!(Salt::new("salt").hash(Unit::Text(&unit)), xxh3_64(&bytes), "{size}");
        }
    }

    #[test]
    fn java31_wraps_and_folds_the_sign() {
        // "polygenelubricants".hashCode() is i32::MIN in Java; its absolute value leaves the 32 bits.
        assert_eq!(java31("polygenelubricants"), 48);
        assert_eq!(java31("user_123"), {
            let hash: i32 = "user_123".bytes().fold(0, |h: i32, b| h.wrapping_mul(31).wrapping_add(b.into()));
            hash.unsigned_abs() % 100
        });
    }
}
