//! Buckets: which units a share takes. The contract is byte for byte and for life; see `conformance/buckets.json`.
//!
//! `hash: 1` is `xxh3_64(0x01 | u32le(len salt) | salt | tag | u32le(len unit) | unit)`. The tag keeps the text
//! `"1"` (tag 1, UTF-8) and the integer `1` (tag 2, eight bytes little-endian) apart; the lengths keep
//! `("ab", "c")` and `("a", "bc")` apart. A share of millionths takes the units whose upper 32 bits lie below
//! `floor(share * 2^32 / 1_000_000)`. No float is involved.

use crate::format::frame as format;
use crate::hash::hash64;
use crate::outcome::ErrorCode;
use crate::value::ValueRef;
use alloc::string::String;

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
    /// The text that the name lies in, perhaps in its [frame](crate::format::frame).
    text: &'a [u8],
    at: u32,
    length: u32,
    is_inner: bool,
}

/// Salt and unit up to this many bytes are hashed in one piece on the stack.
const ON_STACK_BYTES: usize = 128;
/// The bytes beside those of salt and unit: version, two lengths and a tag.
#[cfg(not(cutover_smallest))]
const FRAME_BYTES: usize = 10;
/// The bytes before the salt.
const HEAD_BYTES: usize = format::HEAD_BYTES as usize;
/// Behind the name of an inner salt.
const INNER: &[u8] = b"\0split";
/// A piece that most salts fit: copying a piece of fixed size is faster than one of the right size.
#[cfg(not(cutover_smallest))]
const PIECE_BYTES: usize = 32;

impl<'a> Salt<'a> {
    /// The salt of this name. Longer than 2^32 − 1 bytes is cut, which no ruleset can reach.
    #[must_use]
    #[inline]
    pub fn new(name: &'a str) -> Self {
        Self::within(name.as_bytes(), 0, u32::try_from(name.len()).unwrap_or(u32::MAX))
    }

    /// The salt whose name is `length` bytes at a place of a text, framed where it is short enough.
    #[must_use]
    #[inline(always)]
    pub(crate) fn within(text: &'a [u8], at: u32, length: u32) -> Self {
        Self { text, at, length, is_inner: false }
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
        if let Unit::Text(bytes) = unit
            && let Some(hash) = self.hash_framed(bytes)
        {
            return hash;
        }
        hash_parts(self.text, self.at, self.length, self.is_inner, unit)
    }

    /// The hash of a text where the salt lies framed, and both are of usual length.
    #[cfg(not(cutover_smallest))]
    #[inline(always)]
    pub(crate) fn hash_framed(self, unit: &[u8]) -> Option<u64> {
        if self.is_inner {
            return None;
        }
        // Nothing lies before the beginning, nor at the end that it comes to by going round.
        let from = self.at.wrapping_sub(format::HEAD_BYTES + crate::framed::BEFORE_BYTES) as usize;
        let frame = self.text.get(from..from.wrapping_add(format::READ_BYTES))?.first_chunk()?;
        crate::framed::hash(frame, self.length as usize, unit)
    }

    /// A module that is small has one way to hash.
    #[cfg(cutover_smallest)]
    pub(crate) fn hash_framed(self, _: &[u8]) -> Option<u64> {
        None
    }
}

#[inline(never)]
fn hash_parts(text: &[u8], at: u32, length: u32, is_inner: bool, unit: Unit<'_>) -> u64 {
    let int;
    let (tag, unit) = match unit {
        Unit::Text(bytes) => (TAG_TEXT, bytes),
        Unit::Int(value) => {
            int = value.to_le_bytes();
            (TAG_INT, int.as_slice())
        }
    };
    #[cfg(not(cutover_smallest))]
    if !is_inner
        && let Some(hash) =
            hash_short(text.get(at as usize..).unwrap_or_default(), length as usize, tag, unit)
    {
        return hash;
    }
    let suffix = if is_inner { INNER } else { b"" };
    let name = text.get(at as usize..).unwrap_or_default();
    let name = name.get(..length as usize).unwrap_or(name);
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
    hash_long(&parts)
}

/// The hash where all fits on the stack. What is copied beyond the end of a part is overwritten by the next one.
#[cfg(not(cutover_smallest))]
#[inline(always)]
fn hash_short(salt: &[u8], length: usize, tag: u8, unit: &[u8]) -> Option<u64> {
    let piece: &[u8; PIECE_BYTES] = salt.first_chunk()?;
    let middle_at = HEAD_BYTES + length;
    let unit_at = middle_at + HEAD_BYTES;
    if length > PIECE_BYTES || unit.len() > ON_STACK_BYTES - PIECE_BYTES - FRAME_BYTES {
        return None;
    }
    let mut buffer = [0_u8; ON_STACK_BYTES];
    *buffer.first_chunk_mut()? = frame(VERSION, length);
    *buffer.get_mut(HEAD_BYTES..)?.first_chunk_mut()? = *piece;
    *buffer.get_mut(middle_at..)?.first_chunk_mut()? = frame(tag, unit.len());
    copy(unit, buffer.get_mut(unit_at..)?)?;
    Some(hash64(buffer.get(..unit_at + unit.len())?))
}

/// The hash of parts that are too long for the stack.
#[cfg(not(cutover_smallest))]
fn hash_long(parts: &[&[u8]]) -> u64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.digest()
}

/// The same without the code that hashes piece by piece.
#[cfg(cutover_smallest)]
fn hash_long(parts: &[&[u8]]) -> u64 {
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

/// Appends a salt to a text, in its [frame](crate::format::frame) where it is short enough to have one, and gives the
/// offset of the salt itself.
pub fn push_salt(text: &mut String, salt: &str) -> usize {
    let length = u8::try_from(salt.len()).ok().filter(|length| u32::from(*length) <= format::MAX_SALT_BYTES);
    if let Some(length) = length {
        text.extend([VERSION, length, 0, 0, 0].map(char::from));
    }
    let at = text.len();
    text.push_str(salt);
    if length.is_some() {
        text.push(char::from(TAG_TEXT));
    }
    at
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned;
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
                    let mut given = Salt::within(padded.as_bytes(), 0, u32::try_from(salt).unwrap());
                    let mut name = salt_text.into_bytes();
                    if inner {
                        given = given.inner();
                        name.extend(b"\0split");
                    }
                    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
                    let whole = [&[1], &length(&name)[..], &name, &[1], &length(unit)[..], unit].concat();
                    let want = xxh3_64(&whole);
                    assert_eq!(given.hash(Unit::Text(unit)), want, "{salt} {}", unit.len());
                    let mut framed = String::from("before");
                    let at = push_salt(&mut framed, &text[..salt]);
                    framed += &text[..48];
                    let [at, size] = [at, salt].map(|number| u32::try_from(number).unwrap());
                    let framed = Salt { is_inner: inner, ..Salt::within(framed.as_bytes(), at, size) };
                    assert_eq!(framed.hash(Unit::Text(unit)), want, "{salt} {} framed", unit.len());
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
