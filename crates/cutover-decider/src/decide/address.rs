//! Internet addresses, read as the standard library reads them, in a third of the code.

/// The address of a text as 128 bits, IPv4 mapped into IPv6; none where it is no address.
pub(super) fn parse(text: &[u8]) -> Option<u128> {
    v4(text).map(|v4| 0xFFFF << 32 | u128::from(v4)).or_else(|| v6(text))
}

/// Four numbers without leading zeros.
fn v4(text: &[u8]) -> Option<u32> {
    let mut parts = text.split(|byte| *byte == b'.');
    let mut bits = 0;
    for _ in 0..4 {
        let part = parts.next()?;
        if part.len() > 3 || (part.len() > 1 && part.starts_with(b"0")) {
            return None;
        }
        bits = bits << 8 | digits(part, 10).filter(|number| *number < 256)?;
    }
    parts.next().is_none().then_some(bits)
}

/// Eight groups, of which `::` stands for one or more that are zero; the last two may be written as IPv4.
fn v6(text: &[u8]) -> Option<u128> {
    let Some(at) = text.windows(2).position(|pair| pair == b"::") else {
        return groups(text, true).filter(|(_, count)| *count == 8).map(|(bits, _)| bits);
    };
    let (before, count) = groups(text.get(..at)?, false)?;
    let (behind, more) = groups(text.get(at + 2..)?, true)?;
    // Nothing before it are no bits, which do not move.
    (count + more < 8).then(|| before.checked_shl(16 * (8 - count)).unwrap_or(0) | behind)
}

/// Groups with `:` between them, and how many; none are none.
fn groups(text: &[u8], may_end_in_v4: bool) -> Option<(u128, u32)> {
    let (mut bits, mut count) = (0, 0);
    if text.is_empty() {
        return Some((bits, count));
    }
    let mut parts = text.split(|byte| *byte == b':').peekable();
    while let Some(part) = parts.next() {
        let last = may_end_in_v4 && parts.peek().is_none();
        let (value, size) = match digits(part, 16).filter(|_| part.len() <= 4) {
            Some(value) => (value, 1),
            None => (v4(part).filter(|_| last)?, 2),
        };
        bits = bits << (16 * size) | u128::from(value);
        count += size;
        if count > 8 {
            return None;
        }
    }
    Some((bits, count))
}

/// A number of at least one digit.
fn digits(text: &[u8], radix: u32) -> Option<u32> {
    let number = text.iter().try_fold(0_u32, |sum, byte| {
        Some(sum.wrapping_mul(radix).wrapping_add(char::from(*byte).to_digit(radix)?))
    });
    number.filter(|_| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::decide::cidr::to_bits;
    use alloc::string::String;
    use core::net::IpAddr;

    fn agrees(text: &str) -> bool {
        let want = text.parse::<IpAddr>().ok().map(to_bits);
        assert_eq!(parse(text.as_bytes()), want, "{text}");
        want.is_some()
    }

    #[test]
    fn addresses_are_those_of_the_standard_library() {
        let good = [
            "0.0.0.0",
            "255.255.255.255",
            "10.1.2.3",
            "::",
            "::1",
            "1::",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "ABCD:ef01::",
            "::ffff:1.2.3.4",
            "1:2:3:4:5:6:1.2.3.4",
            "64:ff9b::1.2.3.4",
        ];
        assert!(good.into_iter().all(agrees));
        let bad = [
            "",
            ".",
            ":",
            ":::",
            "1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "256.1.1.1",
            "1.2.3.4 ",
            "+1.2.3.4",
            "1.2.3.",
            "1::2::3",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "12345::",
            "g::",
            "1.2.3.4::",
            "::1.2.3.4:5",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::1%eth0",
            "[::1]",
            ":1",
            "1:",
            "1:2:3:4:5:6:7:",
            "::1.2.3",
        ];
        assert!(!bad.into_iter().any(agrees));
    }

    #[test]
    fn so_are_those_that_are_drawn() {
        let mut state = 3_u64;
        let mut draw = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let pieces = ["::", ":", ".", "0", "1", "9", "25", "255", "ab", "F", "1:2:3:", "1.2.", "1.2.3.4"];
        let mut found = 0;
        for _ in 0..300_000 {
            let text: String = (0..draw(12)).map(|_| pieces[draw(pieces.len())]).collect();
            found += u32::from(agrees(&text));
        }
        assert!(found > 10_000, "{found}");
    }
}
