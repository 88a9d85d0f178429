//! Addresses and networks, which Unleash takes with bits behind the prefix, and the engine without.

use crate::condition::{Condition, test};
use cutover::import::Yaml;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network as the engine takes it; none where the text is no network.
pub(super) fn network(text: &str) -> Option<String> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
        None => (text, None),
    };
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => {
            let prefix = prefix.unwrap_or(32);
            let mask = u32::MAX.checked_shl(32_u32.checked_sub(prefix)?).unwrap_or(0);
            Some(format!("{}/{prefix}", Ipv4Addr::from(u32::from(address) & mask)))
        }
        IpAddr::V6(address) => {
            let prefix = prefix.unwrap_or(128);
            let mask = u128::MAX.checked_shl(128_u32.checked_sub(prefix)?).unwrap_or(0);
            Some(format!("{}/{prefix}", Ipv6Addr::from(u128::from(address) & mask)))
        }
    }
}

/// Whether a value is an address in one of these networks. The engine takes an address of IPv4 for one of IPv6 too;
/// Unleash keeps them apart.
pub(super) fn within(name: &str, texts: &[&str]) -> Condition {
    let networks: Vec<String> = texts.iter().filter_map(|text| network(text)).collect();
    let (wide, others): (Vec<&str>, Vec<&str>) =
        networks.iter().map(String::as_str).partition(|network| has_all_of_the_other_kind(network));
    let cidr = |networks: &[&str]| match networks {
        [] => Condition::FALSE,
        networks => test(name, "cidr", Yaml::texts(networks)),
    };
    let wide = Condition::all([cidr(&wide), cidr(&["0.0.0.0/0"]).opposite()]);
    Condition::any([cidr(&others), wide])
}

/// Whether a network of IPv6 has the addresses in it that stand for those of IPv4.
fn has_all_of_the_other_kind(network: &str) -> bool {
    let Some((address, prefix)) = network.split_once('/') else { return false };
    let (Ok(address), Ok(prefix)) = (address.parse::<Ipv6Addr>(), prefix.parse::<u32>()) else {
        return false;
    };
    let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or(0);
    prefix <= 96 && u128::from(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped()) & mask == u128::from(address)
}

#[cfg(test)]
mod tests {
    use super::{has_all_of_the_other_kind, network};

    #[test]
    fn wide_networks_are_known() {
        for wide in ["::/0", "::/80", "::ffff:0:0/96"] {
            assert!(has_all_of_the_other_kind(wide), "{wide}");
        }
        for narrow in ["2001:db8::/32", "0.0.0.0/0", "::/96", "8000::/1"] {
            assert!(!has_all_of_the_other_kind(narrow), "{narrow}");
        }
    }

    #[test]
    fn bits_behind_the_prefix_are_cleared() {
        assert_eq!(network("10.1.2.3/8").as_deref(), Some("10.0.0.0/8"));
        assert_eq!(network("10.1.2.3").as_deref(), Some("10.1.2.3/32"));
        assert_eq!(network("0.0.0.0/0").as_deref(), Some("0.0.0.0/0"));
        assert_eq!(network("2001:db8::1/32").as_deref(), Some("2001:db8::/32"));
        assert_eq!(network("::/0").as_deref(), Some("::/0"));
        for bad in ["10.0.0.0/33", "ten", "10.0.0/8", "", "1.2.3.4/-1"] {
            assert_eq!(network(bad), None, "{bad}");
        }
    }
}
