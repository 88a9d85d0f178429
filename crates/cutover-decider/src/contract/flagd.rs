//! flagd's three generations of `fractional`: a percentage of a signed hash, a part of the total, and that over CBOR.

use super::murmur3::{Murmur3, of};
use crate::value::ValueRef;

/// Version 1: the absolute value as a percentage of the largest number of 31 bits. flagd computes it in floats; no multiple
/// of a hundredth lies near enough to a whole percent for those to be another one.
pub(super) fn first(salt: &str, unit: &[u8]) -> u64 {
    let hash = of(0, &[salt.as_bytes(), unit]).cast_signed();
    u64::from(hash.unsigned_abs()) * 100 / 0x7fff_ffff
}

/// Version 2.
pub(super) fn second(salt: &str, unit: &[u8], total: u64) -> u64 {
    part(of(0, &[salt.as_bytes(), unit]), total)
}

/// Version 3 of the text of salt and unit.
pub(super) fn of_joined(salt: &str, unit: &[u8], total: u64) -> u64 {
    let mut hash = Murmur3::new(0);
    head(&mut hash, TEXT, (salt.len() + unit.len()) as u64);
    hash.write(salt.as_bytes());
    hash.write(unit);
    part(hash.finish(), total)
}

/// Version 3 of the unit, or of a list of salt and unit.
pub(super) fn of_value(salt: Option<&str>, unit: ValueRef<'_>, total: u64) -> Option<u64> {
    let mut hash = Murmur3::new(0);
    if let Some(salt) = salt {
        head(&mut hash, LIST, 2);
        write(&mut hash, salt.into())?;
    }
    write(&mut hash, unit)?;
    Some(part(hash.finish(), total))
}

fn part(hash: u32, total: u64) -> u64 {
    u64::from(hash).wrapping_mul(total) >> 32
}

/// The major types of CBOR that values have.
const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const TEXT: u8 = 3;
const LIST: u8 = 4;

/// Writes a value in deterministic CBOR (RFC 8949, 4.2.1): the shortest head, the shortest float that is exact. A whole
/// number has no fraction however it was written. None where there is no value, or one of a mapping.
fn write(hash: &mut Murmur3, value: ValueRef<'_>) -> Option<()> {
    match value {
        ValueRef::Bool(value) => hash.write(&[0xf4 | u8::from(value)]),
        ValueRef::Int(int) if int < 0 => head(hash, NEGATIVE, !int.cast_unsigned()),
        ValueRef::Int(int) => head(hash, UNSIGNED, int.cast_unsigned()),
        ValueRef::Float(float) => write_float(hash, float),
        ValueRef::Text(bytes) => {
            head(hash, TEXT, bytes.len() as u64);
            hash.write(bytes);
        }
        ValueRef::List(list) => {
            head(hash, LIST, list.iter().count() as u64);
            // Items are no lists: see `ListRef::iter`.
            return list.iter().try_for_each(|item| match item {
                ValueRef::List(_) | ValueRef::Missing | ValueRef::Other => None,
                item => write(hash, item),
            });
        }
        ValueRef::Missing | ValueRef::Other => return None,
    }
    Some(())
}

/// A major type and a number, in as few bytes as it takes.
fn head(hash: &mut Murmur3, major: u8, number: u64) {
    let major = major << 5;
    match number {
        0..24 => hash.write(&[major | u8::try_from(number).unwrap_or(0)]),
        24..0x100 => hash.write(&[major | 24, u8::try_from(number).unwrap_or(0)]),
        0x100..0x1_0000 => {
            hash.write(&[major | 25]);
            hash.write(&u16::try_from(number).unwrap_or(0).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            hash.write(&[major | 26]);
            hash.write(&u32::try_from(number).unwrap_or(0).to_be_bytes());
        }
        _ => {
            hash.write(&[major | 27]);
            hash.write(&number.to_be_bytes());
        }
    }
}

fn write_float(hash: &mut Murmur3, float: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "what is lost makes the comparison fail")]
    let single = float as f32;
    if float.is_nan() {
        hash.write(&[0xf9, 0x7e, 0x00]);
    } else if f64::from(single).to_bits() != float.to_bits() {
        hash.write(&[0xfb]);
        hash.write(&float.to_bits().to_be_bytes());
    } else if let Some(half) = half(single) {
        hash.write(&[0xf9]);
        hash.write(&half.to_be_bytes());
    } else {
        hash.write(&[0xfa]);
        hash.write(&single.to_bits().to_be_bytes());
    }
}

/// The bits of the same number as a float of 16 bits, where it is one.
fn half(single: f32) -> Option<u16> {
    let bits = single.to_bits();
    let sign = u16::try_from(bits >> 16 & 0x8000).ok()?;
    let (exponent, mantissa) = (bits >> 23 & 0xff, bits & 0x7f_ffff);
    let rest = match exponent {
        0 if mantissa == 0 => 0,
        0xff => 0x7c00,
        // Exponents of 16 bits are 112 less, and 1 to 30.
        113..=142 if mantissa.trailing_zeros() >= 13 => (exponent - 112) << 10 | mantissa >> 13,
        // Below, the leading one is written, shifted.
        103..=112 => {
            let (whole, shift) = (mantissa | 0x80_0000, 126 - exponent);
            if whole.trailing_zeros() < shift {
                return None;
            }
            whole >> shift
        }
        _ => return None,
    };
    Some(sign | u16::try_from(rest).ok()?)
}
