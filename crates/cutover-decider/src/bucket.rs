//! Buckets: which units a share takes. The contract is byte for byte and for life; see `conformance/buckets.json`.
//!
//! `hash: 1` is `xxh3_64(0x01 | u32le(len salt) | salt | tag | u32le(len unit) | unit)`. The tag keeps the text
//! `"1"` (tag 1, UTF-8) and the integer `1` (tag 2, eight bytes little-endian) apart; the lengths keep
//! `("ab", "c")` and `("a", "bc")` apart. A share of millionths takes the units whose upper 32 bits lie below
//! `floor(share * 2^32 / 1_000_000)`. No float is involved.

use crate::outcome::ErrorCode;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt<'a> {
    name: &'a [u8],
    /// Behind the name; empty but for [`Salt::inner`].
    suffix: &'static [u8],
}

/// Salt and unit up to this many bytes are hashed in one piece on the stack.
const ON_STACK_BYTES: usize = 128;
/// The bytes beside those of salt and unit: version, two lengths and a tag.
const FRAME_BYTES: usize = 10;

impl<'a> Salt<'a> {
    /// The salt of this name. Longer than 2^32 − 1 bytes is cut, which no ruleset can reach.
    #[must_use]
    #[inline]
    pub fn new(name: &'a str) -> Self {
        Self::of(name.as_bytes())
    }

    pub(crate) fn of(name: &'a [u8]) -> Self {
        Self { name, suffix: b"" }
    }

    /// What a split inside a rollout hashes with, so that the two draws are independent. Names and salts hold no
    /// control characters, so no other flag hashes with this.
    #[must_use]
    #[inline]
    pub fn inner(self) -> Self {
        Self { suffix: b"\0split", ..self }
    }

    /// The hash of `unit`.
    ///
    /// ```
    /// use cutover_decider::bucket::{Salt, Unit};
    /// let salt = Salt::new("orders_mongodb");
    /// assert_ne!(salt.hash(Unit::Text(b"1")), salt.hash(Unit::Int(1)));
    /// ```
    #[must_use]
    #[inline]
    pub fn hash(self, unit: Unit<'_>) -> u64 {
        let int;
        let (tag, bytes) = match unit {
            Unit::Text(bytes) => (TAG_TEXT, bytes),
            Unit::Int(value) => {
                int = value.to_le_bytes();
                (TAG_INT, int.as_slice())
            }
        };
        let salt = self.name.len() + self.suffix.len();
        let total = FRAME_BYTES + salt + bytes.len();
        let [s0, s1, s2, s3] = length(salt);
        let [u0, u1, u2, u3] = length(bytes.len());
        let (head, middle) = ([VERSION, s0, s1, s2, s3], [tag, u0, u1, u2, u3]);
        let mut buffer = [0_u8; ON_STACK_BYTES];
        if let Some(whole) = buffer.get_mut(..total) {
            let (first, rest) = whole.split_at_mut(head.len());
            let (name, rest) = rest.split_at_mut(self.name.len());
            let (suffix, rest) = rest.split_at_mut(self.suffix.len());
            let (second, rest) = rest.split_at_mut(middle.len());
            first.copy_from_slice(&head);
            name.copy_from_slice(self.name);
            suffix.copy_from_slice(self.suffix);
            second.copy_from_slice(&middle);
            rest.copy_from_slice(bytes);
            return xxh3_64(whole);
        }
        let mut hasher = Xxh3::new();
        for part in [&head, self.name, self.suffix, &middle, bytes] {
            hasher.update(part);
        }
        hasher.digest()
    }
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
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
/// use cutover_decider::bucket::boundary;
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
/// use cutover_decider::bucket::java31;
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
