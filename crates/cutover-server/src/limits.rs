//! Rate limits. Whoever has a key is limited by it, whoever has none by the address that they come from, so that nobody tries
//! keys, and none of many clients slows the others.

use crate::keys::{Role, Who};
use crate::problem::{Answer, Problem};
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use xxhash_rust::xxh3::xxh3_128;

/// So many seconds of requests may come at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("it is ten");
/// A request that makes no sense, or that the key may not make, counts as one and so many more.
const FAILED: NonZeroU32 = NonZeroU32::new(9).expect("it is nine");

/// How many requests a second may come, by who sends them; 0 is as many as there are. Ten seconds' worth may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Of each key of a person, and of each session.
    pub people: u32,
    /// Of each key of a service.
    pub servers: u32,
    /// Of each key of a client from each address: many browsers have the same key.
    pub clients: u32,
    /// Without a key that is good, from each address.
    pub strangers: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self { people: 1_000, servers: 0, clients: 50, strangers: 20 }
    }
}

#[derive(Debug)]
struct Limit(Option<DefaultKeyedRateLimiter<u128>>);

impl Limit {
    fn new(rate: u32) -> Self {
        Self(
            NonZeroU32::new(rate).map(|rate| {
                RateLimiter::keyed(Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST)))
            }),
        )
    }

    /// Counts one; `Err` has the seconds until there is room.
    fn count(&self, key: u128) -> Result<(), u64> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(&key).map_err(|full| {
            let wait = full.wait_time_from(limiter.clock().now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }

    /// Counts what has failed; where there is less room than that, none is left.
    fn failed(&self, key: u128) {
        let Some(limiter) = &self.0 else { return };
        for _ in 0..FAILED.get() {
            if limiter.check_key(&key).is_err() {
                break;
            }
        }
    }

    fn forget(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
        }
    }
}

/// The limits of this instance.
#[derive(Debug)]
pub(crate) struct Limits {
    people: Limit,
    servers: Limit,
    clients: Limit,
    strangers: Limit,
}

/// An address as limits know it: of IPv6 the network, in which one host has as many addresses as it likes.
fn network(peer: IpAddr) -> u128 {
    match peer.to_canonical() {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits() >> 64 | 1 << 127,
    }
}

impl Limits {
    pub(crate) fn new(rates: &Rates) -> Self {
        Self {
            people: Limit::new(rates.people),
            servers: Limit::new(rates.servers),
            clients: Limit::new(rates.clients),
            strangers: Limit::new(rates.strangers),
        }
    }

    fn of(&self, who: Option<&Who>, peer: IpAddr) -> (&Limit, u128) {
        let Some(who) = who else { return (&self.strangers, network(peer)) };
        let key = xxh3_128(who.credential.as_bytes());
        match who.role {
            Role::Client => (&self.clients, key ^ xxh3_128(&network(peer).to_le_bytes())),
            Role::Server => (&self.servers, key),
            Role::Viewer | Role::Editor | Role::Operator | Role::Admin => (&self.people, key),
        }
    }

    /// Counts a request of somebody whose key is good, or of an address.
    pub(crate) fn count(&self, who: Option<&Who>, peer: IpAddr) -> Answer<()> {
        let (limit, key) = self.of(who, peer);
        limit.count(key).map_err(|seconds| {
            let whose =
                who.map_or_else(|| "this address".to_owned(), |who| format!("the key `{}`", who.name));
            Problem::too_many(&whose, seconds)
        })
    }

    /// Counts a request that failed for more than one.
    pub(crate) fn failed(&self, who: Option<&Who>, peer: IpAddr) {
        let (limit, key) = self.of(who, peer);
        limit.failed(key);
    }

    /// Forgets who was not heard of for a while.
    pub(crate) fn forget(&self) {
        for limit in [&self.people, &self.servers, &self.clients, &self.strangers] {
            limit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_room_and_a_network_of_ipv6_is_one() {
        let limits = Limits::new(&Rates { strangers: 1, ..Rates::default() });
        let v4 = |last| IpAddr::from([192, 0, 2, last]);
        let count = |peer| limits.count(None, peer).map_err(|problem| problem.status().as_u16());
        for _ in 0..BURST.get() {
            assert_eq!(count(v4(1)).ok(), Some(()));
        }
        assert_eq!(count(v4(1)).err(), Some(429));
        assert_eq!(count(v4(2)).ok(), Some(()));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), network(v4(1)));
        assert_eq!(network("2001:db8::1".parse().unwrap()), network("2001:db8::2".parse().unwrap()));
        assert_ne!(network("2001:db8::1".parse().unwrap()), network("2001:db8:0:1::1".parse().unwrap()));
        // What fails counts as ten.
        assert_eq!(count(v4(3)).ok(), Some(()));
        limits.failed(None, v4(3));
        limits.forget();
        assert_eq!(count(v4(3)).err(), Some(429));
    }
}
