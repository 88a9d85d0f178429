//! Networks in CIDR notation.

use cutover_decider::decide::cidr::to_bits;
use std::net::{IpAddr, Ipv6Addr};

/// A network: its address as 128 bits (IPv4 mapped into IPv6) and how many of them count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) bits: u128,
    pub(crate) mask: u128,
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

    /// The network of this address and mask.
    pub(crate) fn of(bits: u128, mask: u128) -> Self {
        Self { bits, mask }
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

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn networks_are_read_exactly() {
        for good in ["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "192.168.1.7/32", "::/0"] {
            assert_eq!(Network::parse(good).map(|network| network.to_string()).as_deref(), Some(good));
        }
        assert_eq!(Network::parse("192.168.1.7"), Network::parse("192.168.1.7/32"));
        for bad in
            ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0", "::/129", "/8", "010.0.0.0/8"]
        {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
