//! Internet addresses as numbers, and whether one lies in a network of a program.

use crate::arena::View;
use core::net::{IpAddr, Ipv6Addr};

/// An address as 128 bits, IPv4 mapped into IPv6.
#[must_use]
pub fn to_bits(address: IpAddr) -> u128 {
    let v6: Ipv6Addr = match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    };
    v6.to_bits()
}

/// The words of a network: address and mask.
pub(crate) const NETWORK_WORDS: u32 = 8;

/// True where the address of this text lies in one of the networks at a place; none where the text is no address.
pub(crate) fn any_contains(arena: View<'_>, at: u32, text: &[u8]) -> Option<bool> {
    let bits = super::address::parse(text)?;
    let networks = arena.slice(at + 1, arena.word(at).saturating_mul(NETWORK_WORDS));
    Some(networks.as_chunks::<8>().0.iter().any(|[a0, a1, a2, a3, m0, m1, m2, m3]| {
        bits & wide([*m0, *m1, *m2, *m3]) == wide([*a0, *a1, *a2, *a3])
    }))
}

/// Four words as one number, the lowest first.
#[must_use]
pub fn wide(words: [u32; 4]) -> u128 {
    words.into_iter().rev().fold(0, |sum, word| sum << 32 | u128::from(word))
}

/// One number as four words, the lowest first.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "each part is what is wanted")]
pub fn wide_words(number: u128) -> [u32; 4] {
    [number as u32, (number >> 32) as u32, (number >> 64) as u32, (number >> 96) as u32]
}
