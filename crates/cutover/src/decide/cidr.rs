//! Networks in CIDR notation, and whether an address lies in one.

use std::net::{IpAddr, Ipv6Addr};

/// A network: its address as 128 bits (IPv4 mapped into IPv6) and how many of them count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    bits: u128,
    mask: u128,
}

impl Network {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or one address; none where bits behind the prefix are set.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width: u32 = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u32 = match prefix {
            Some(digits) if digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok()?
            }
            Some(_) => return None,
            None => width,
        };
        let host_bits = width.checked_sub(prefix)?;
        let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
        let bits = to_bits(address);
        (bits & !mask == 0).then_some(Self { bits, mask })
    }

    /// True where the address of this text lies in the network; none where the text is no address.
    pub(crate) fn any_contains(networks: &[Self], text: &[u8]) -> Option<bool> {
        let address: IpAddr = std::str::from_utf8(text).ok()?.parse().ok()?;
        let bits = to_bits(address);
        Some(networks.iter().any(|network| bits & network.mask == network.bits))
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let address = Ipv6Addr::from_bits(self.bits);
        let prefix = self.mask.leading_ones();
        match address.to_ipv4_mapped() {
            Some(v4) if prefix >= 96 => write!(f, "{v4}/{}", prefix - 96),
            _ => write!(f, "{address}/{prefix}"),
        }
    }
}

fn to_bits(address: IpAddr) -> u128 {
    let v6: Ipv6Addr = match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    };
    v6.to_bits()
}

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn addresses_lie_in_networks() {
        let inside = |network: &str, address: &str| {
            Network::any_contains(&[Network::parse(network).unwrap()], address.as_bytes())
        };
        assert_eq!(inside("10.0.0.0/8", "10.255.0.1"), Some(true));
        assert_eq!(inside("10.0.0.0/8", "11.0.0.1"), Some(false));
        assert_eq!(inside("10.0.0.0/8", "::ffff:10.0.0.1"), Some(true));
        assert_eq!(inside("0.0.0.0/0", "255.255.255.255"), Some(true));
        assert_eq!(inside("0.0.0.0/0", "2001:db8::1"), Some(false));
        assert_eq!(inside("2001:db8::/32", "2001:db8:ffff::"), Some(true));
        assert_eq!(inside("192.168.1.7", "192.168.1.7"), Some(true));
        assert_eq!(inside("10.0.0.0/8", "not an address"), None);
        for bad in
            ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0", "::/129", "/8", "010.0.0.0/8"]
        {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
