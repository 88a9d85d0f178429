//! Segments of paths: how they are decoded, compared and hashed.

use crate::path::BadPath::{
    self, Backslash, BadEncoding, Control, DotSegment, DoubleEncoding, EncodedSlash, Fragment, NotUtf8,
};

/// The hash of no bytes, and what each byte does to it (FNV-1a): what it finds is compared, so it need not be strong.
pub(crate) const HASH_OF_NOTHING: u32 = 0x811C_9DC5;

#[inline(always)]
pub(crate) fn mix(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

/// The hash of the bytes that are compared.
pub(crate) fn hash(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(HASH_OF_NOTHING, mix)
}

/// Whether everybody reads a segment alike.
#[cold]
pub(crate) fn check(segment: &str) -> Result<(), BadPath> {
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let byte = encoded(&mut bytes).ok_or(BadEncoding)?;
                check_byte(byte)?;
                match byte {
                    b'/' => return Err(EncodedSlash),
                    0x80.. => check_character(byte, &mut bytes)?,
                    _ => {}
                }
            }
            b'#' => return Err(Fragment),
            byte => check_byte(byte)?,
        }
    }
    if is_encoded_again(segment) {
        return Err(DoubleEncoding);
    }
    let is_dots = |dots: &[u8]| named(segment).eq(dots.iter().copied());
    if is_dots(b".") || is_dots(b"..") { Err(DotSegment) } else { Ok(()) }
}

fn check_byte(byte: u8) -> Result<(), BadPath> {
    match byte {
        0..=0x1F | 0x7F => Err(Control),
        b'\\' => Err(Backslash),
        _ => Ok(()),
    }
}

/// A character that is encoded in more than one byte must be encoded whole.
fn check_character(first: u8, bytes: &mut core::str::Bytes<'_>) -> Result<(), BadPath> {
    let length = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Err(NotUtf8),
    };
    let mut character = [0; 4];
    for (index, place) in character.iter_mut().take(length).enumerate() {
        *place = match index {
            0 => first,
            _ if bytes.next() == Some(b'%') => encoded(bytes).ok_or(BadEncoding)?,
            _ => return Err(NotUtf8),
        };
    }
    let character = character.get(..length).unwrap_or_default();
    core::str::from_utf8(character).map(|_| ()).map_err(|_| NotUtf8)
}

/// True where what is decoded could be decoded once more.
fn is_encoded_again(segment: &str) -> bool {
    let mut bytes = decoded(segment);
    while let Some(byte) = bytes.next() {
        let mut next = bytes.clone();
        let mut is_digit = || next.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        if byte == b'%' && is_digit() && is_digit() {
            return true;
        }
    }
    false
}

/// The byte of the two hexadecimal digits that come next.
fn encoded(bytes: &mut core::str::Bytes<'_>) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(bytes.next()?)? * 16 + digit(bytes.next()?)?;
    u8::try_from(value).ok()
}

/// The bytes of a checked segment, decoded.
pub(crate) fn decoded(segment: &str) -> impl Iterator<Item = u8> + Clone {
    let mut bytes = segment.bytes();
    core::iter::from_fn(move || match bytes.next()? {
        b'%' => encoded(&mut bytes),
        byte => Some(byte),
    })
}

/// The bytes of a segment that are compared with literals: decoded, without matrix parameters.
pub(crate) fn named(segment: &str) -> impl Iterator<Item = u8> {
    decoded(segment).take_while(|byte| *byte != b';')
}
