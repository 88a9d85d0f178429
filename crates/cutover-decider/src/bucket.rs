//! Buckets: which units a share takes. The contract is byte for byte and for life; see `conformance/buckets.json`.
//!
//! `hash: 1` is `xxh3_64(0x01 | u32le(len salt) | salt | tag | u32le(len unit) | unit)`. The tag keeps the text
//! `"1"` (tag 1, UTF-8) and the integer `1` (tag 2, eight bytes little-endian) apart; the lengths keep
//! `("ab", "c")` and `("a", "bc")` apart. A share of millionths takes the units whose upper 32 bits lie below
//! `floor(share * 2^32 / 1_000_000)`. No float is involved.

use crate::hash::hash64;
use crate::outcome::ErrorCode;
use crate::value::ValueRef;

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
#[derive(Debug, Clone, Copy)]
pub struct Salt<'a> {
    /// The name, and perhaps more behind it: copying a piece of fixed size is faster than one of the right size.
    bytes: &'a [u8],
    length: usize,
    is_inner: bool,
}

/// Salt and unit up to this many bytes are hashed in one piece on the stack.
const ON_STACK_BYTES: usize = 128;
/// The bytes beside those of salt and unit: version, two lengths and a tag.
#[cfg(not(cutover_smallest))]
const FRAME_BYTES: usize = 10;
/// The bytes before the salt.
const HEAD_BYTES: usize = 5;
/// Behind the name of an inner salt.
const INNER: &[u8] = b"\0split";
/// A piece that most salts fit.
#[cfg(not(cutover_smallest))]
const PIECE_BYTES: usize = 32;

impl<'a> Salt<'a> {
    /// The salt of this name. Longer than 2^32 − 1 bytes is cut, which no ruleset can reach.
    #[must_use]
    #[inline]
    pub fn new(name: &'a str) -> Self {
        Self::within(name.as_bytes(), name.len())
    }

    /// The salt whose name is the first `length` of these bytes.
    #[must_use]
    #[inline]
    pub(crate) fn within(bytes: &'a [u8], length: usize) -> Self {
        Self { bytes, length: length.min(bytes.len()), is_inner: false }
    }

    /// What a split inside a rollout hashes with, so that the two draws are independent. Names and salts hold no
    /// control characters, so no other flag hashes with this.
    #[must_use]
    #[inline]
    pub fn inner(self) -> Self {
        Self { is_inner: true, ..self }
    }

    /// The hash of `unit`.
    ///
    /// ```
    /// use cutover_decider::bucket::{Salt, Unit};
    /// let salt = Salt::new("orders_mongodb");
    /// assert_ne!(salt.hash(Unit::Text(b"1")), salt.hash(Unit::Int(1)));
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn hash(self, unit: Unit<'_>) -> u64 {
        let int;
        let (tag, bytes) = match unit {
            Unit::Text(bytes) => (TAG_TEXT, bytes),
            Unit::Int(value) => {
                int = value.to_le_bytes();
                (TAG_INT, int.as_slice())
            }
        };
        #[cfg(not(cutover_smallest))]
        if let Some(hash) = self.hash_short(tag, bytes) {
            return hash;
        }
        self.hash_long(tag, bytes)
    }

    /// The hash where all fits on the stack. What is copied beyond the end of a part is overwritten by the next one.
    #[cfg(not(cutover_smallest))]
    #[inline(always)]
    fn hash_short(self, tag: u8, unit: &[u8]) -> Option<u64> {
        let piece: &[u8; PIECE_BYTES] = self.bytes.first_chunk()?;
        let middle_at = HEAD_BYTES + self.length;
        let unit_at = middle_at + HEAD_BYTES;
        if self.is_inner
            || self.length > PIECE_BYTES
            || unit.len() > ON_STACK_BYTES - PIECE_BYTES - FRAME_BYTES
        {
            return None;
        }
        let mut buffer = [0_u8; ON_STACK_BYTES];
        *buffer.first_chunk_mut()? = frame(VERSION, self.length);
        *buffer.get_mut(HEAD_BYTES..)?.first_chunk_mut()? = *piece;
        *buffer.get_mut(middle_at..)?.first_chunk_mut()? = frame(tag, unit.len());
        copy(unit, buffer.get_mut(unit_at..)?)?;
        Some(hash64(buffer.get(..unit_at + unit.len())?))
    }

    #[cfg_attr(not(cutover_smallest), cold)]
    #[inline(never)]
    fn hash_long(self, tag: u8, unit: &[u8]) -> u64 {
        let suffix = if self.is_inner { INNER } else { b"" };
        let name = self.bytes.get(..self.length).unwrap_or_default();
        let (head, middle) = (frame(VERSION, name.len() + suffix.len()), frame(tag, unit.len()));
        let parts = [&head, name, suffix, &middle, unit];
        let mut buffer = [0_u8; ON_STACK_BYTES];
        let total: usize = parts.iter().map(|part| part.len()).sum();
        if let Some(whole) = buffer.get_mut(..total) {
            let mut rest = &mut *whole;
            for part in parts {
                let Some((place, behind)) = rest.split_at_mut_checked(part.len()) else { break };
                place.copy_from_slice(part);
                rest = behind;
            }
            return hash64(whole);
        }
        hash_parts(&parts)
    }
}

/// The hash of parts that are too long for the stack.
#[cfg(not(cutover_smallest))]
fn hash_parts(parts: &[&[u8]]) -> u64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.digest()
}

/// The same without the code that hashes piece by piece.
#[cfg(cutover_smallest)]
fn hash_parts(parts: &[&[u8]]) -> u64 {
    hash64(&parts.concat())
}

/// Copies a unit in pieces of sixteen, eight and four bytes, of which the last may overlap.
#[cfg(not(cutover_smallest))]
#[inline(always)]
fn copy(from: &[u8], to: &mut [u8]) -> Option<()> {
    macro_rules! last {
        ($size:literal) => {
            if let (Some(piece), Some(at)) = (from.last_chunk::<$size>(), from.len().checked_sub($size)) {
                *to.get_mut(at..)?.first_chunk_mut()? = *piece;
                return Some(());
            }
        };
    }
    for (piece, place) in from.as_chunks::<16>().0.iter().zip(to.as_chunks_mut::<16>().0) {
        *place = *piece;
    }
    last!(16);
    if let (Some(piece), Some(place)) = (from.first_chunk::<8>(), to.first_chunk_mut::<8>()) {
        *place = *piece;
    }
    last!(8);
    if let (Some(piece), Some(place)) = (from.first_chunk::<4>(), to.first_chunk_mut::<4>()) {
        *place = *piece;
    }
    last!(4);
    for (byte, place) in from.iter().zip(to) {
        *place = *byte;
    }
    Some(())
}

/// A byte and a length.
#[inline(always)]
fn frame(first: u8, size: usize) -> [u8; HEAD_BYTES] {
    let [l0, l1, l2, l3] = length(size);
    [first, l0, l1, l2, l3]
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
    // `position < floor(ppm * 2^32 / 10^6)`, without the division.
    (u64::from(position(hash)) + 1) * 1_000_000 <= u64::from(ppm.min(1_000_000)) << 32
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
    use alloc::borrow::ToOwned;
    use alloc::string::String;
    use alloc::vec;
    use xxhash_rust::xxh3::xxh3_64;

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
    fn every_length_of_salt_and_unit_hashes_what_the_contract_says() {
        let text: String = ('a'..='z').cycle().take(200).collect();
        for salt in (0..80).chain([127, 128, 129]) {
            for unit in (0..140).chain([199]) {
                for (tail, inner) in [(0, false), (40, false), (0, true), (40, true)] {
                    let (salt_text, unit) = (text[..salt].to_owned(), &text.as_bytes()[200 - unit..]);
                    let padded = salt_text.clone() + &text[..tail];
                    let mut given = Salt::within(padded.as_bytes(), salt);
                    let mut name = salt_text.into_bytes();
                    if inner {
                        given = given.inner();
                        name.extend(b"\0split");
                    }
                    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
                    let whole = [&[1], &length(&name)[..], &name, &[1], &length(unit)[..], unit].concat();
                    assert_eq!(given.hash(Unit::Text(unit)), xxh3_64(&whole), "{salt} {}", unit.len());
                }
            }
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
