//! GrowthBook's hashes: FNV-1a for 32 bits over UTF-16 code units.

use super::Digits;

const BASIS: u32 = 0x811c_9dc5;

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
