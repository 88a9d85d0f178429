//! GrowthBook's hashes: FNV-1a for 32 bits over UTF-16 code units. Numbers are units as JavaScript writes them.

use super::Digits;
use crate::decide::convert::{Room, as_text};
use crate::value::ValueRef;

const BASIS: u32 = 0x811c_9dc5;

/// Whole numbers up to here are exact in a float.
const EXACT: u64 = 1 << 53;

/// Room for a number as JavaScript writes it.
pub(super) fn room() -> Room<32> {
    Room::new()
}

/// A number as JavaScript writes it; none for 0 and for what is no number.
pub(super) fn number<'a>(unit: ValueRef<'a>, room: &'a mut Room<32>) -> Option<&'a [u8]> {
    let number = match unit {
        ValueRef::Int(0) => return None,
        #[expect(clippy::cast_precision_loss, reason = "JavaScript has no other numbers")]
        ValueRef::Int(int) if int.unsigned_abs() > EXACT => ValueRef::Float(int as f64),
        ValueRef::Int(_) | ValueRef::Float(_) => unit,
        _ => return None,
    };
    match as_text(number, room) {
        ValueRef::Text(text) => Some(text),
        _ => None,
    }
}

fn fnv(hash: u32, text: &str) -> u32 {
    text.encode_utf16().fold(hash, |hash, unit| (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193))
}

/// Version 1.
pub(super) fn first(salt: &str, unit: &str) -> u64 {
    u64::from(fnv(fnv(BASIS, unit), salt) % 1_000)
}

/// Version 2: the hash of a hash in digits.
pub(super) fn second(salt: &str, unit: &str) -> u64 {
    let mut digits = Digits::default();
    let inner = digits.of(fnv(fnv(BASIS, salt), unit).into());
    let outer = inner.iter().fold(BASIS, |hash, digit| (hash ^ u32::from(*digit)).wrapping_mul(0x0100_0193));
    u64::from(outer % 10_000)
}
