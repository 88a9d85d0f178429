//! What is published of the hashes, and what other systems' own documents say of units.

use super::Hash;
use super::murmur3;
use crate::value::{Items, ListRef, ValueRef};

#[test]
fn murmur3_is_the_published_one_in_whatever_pieces() {
    assert_eq!(murmur3::of(0, &[]), 0);
    assert_eq!(murmur3::of(1, &[]), 0x514e_28b7);
    assert_eq!(murmur3::of(0, &[b"hello"]), 0x248b_fa47);
    let text = b"The quick brown fox jumps over the lazy dog";
    assert_eq!(murmur3::of(0, &[text]), 0x2e4f_f723);
    for at in 0..text.len() {
        let (first, rest) = text.split_at(at);
        assert_eq!(murmur3::of(0, &[first, b"", rest]), 0x2e4f_f723, "{at}");
    }
}

#[test]
fn names_and_numbers_are_those_of_one_list() {
    for (number, hash) in (0..).zip(Hash::ALL) {
        assert_eq!(Hash::numbered(number), Some(hash));
        assert_eq!(Hash::named(hash.name()), Some(hash));
        assert!(hash.totals().1.contains(&hash.totals().0.unwrap_or(1)));
    }
    assert_eq!(Hash::numbered(99), None);
    assert_eq!(Hash::named("md5"), None);
}

#[test]
fn positions_are_those_that_other_implementations_compute() {
    let want = [
        (Hash::UnleashRollout, 5202),
        (Hash::UnleashVariant, 2899),
        (Hash::FlagdFractional1, 24),
        (Hash::FlagdFractional2, 8792),
        (Hash::FlagdFractional3, 6995),
        (Hash::FlagdFractional3Cat, 7850),
        (Hash::EppoMd5, 3826),
        (Hash::LaunchDarklySha1, 205_978_992_290_869_513),
        (Hash::GrowthBook1, 598),
        (Hash::GrowthBook2, 4326),
    ];
    for (hash, position) in want {
        let total = hash.totals().0.filter(|_| hash.totals().1.end() == hash.totals().1.start());
        let total = total.unwrap_or(10_000);
        assert_eq!(hash.position(Some("salt"), "user_1".into(), total), Some(position), "{hash:?}");
        // A whole number is its digits, but for the one contract that keeps types.
        let number = hash.position(Some("salt"), 7.into(), total);
        let text = hash.position(Some("salt"), "7".into(), total);
        assert_eq!(number == text, hash != Hash::FlagdFractional3, "{hash:?}");
    }
    // The first group of Unleash's own tests of its hash.
    assert_eq!(Hash::UnleashRollout.position(Some("groupX"), "999".into(), 100), Some(24));
}

#[test]
fn what_is_no_unit_has_no_position_but_where_the_contract_says_so() {
    for hash in Hash::ALL {
        for value in [ValueRef::Missing, ValueRef::Other, ValueRef::Bool(true), ValueRef::Float(1.5)] {
            let keeps_types =
                hash == Hash::FlagdFractional3 && matches!(value, ValueRef::Bool(_) | ValueRef::Float(_));
            let takes_fractions = hash.is_growthbook() && matches!(value, ValueRef::Float(_));
            let found = hash.position(Some("s"), value, 100);
            let is_unit = hash.takes_nothing() || keeps_types || takes_fractions;
            assert_eq!(found.is_some(), is_unit, "{hash:?} {value:?}");
            if hash.takes_nothing() {
                assert_eq!(found, Some(0));
            }
        }
    }
}

#[test]
fn growthbook_takes_numbers_as_javascript_writes_them() {
    let of = |value: ValueRef<'_>| Hash::GrowthBook2.position(Some("s"), value, 10_000);
    assert_eq!(of(0.into()), None);
    assert_eq!(of(ValueRef::Float(f64::NAN)), None);
    assert_eq!(of(1.5.into()), of("1.5".into()));
    assert_eq!(of(1e21.into()), of("1e+21".into()));
    assert_eq!(of(9_007_199_254_740_993_i64.into()), of("9007199254740992".into()));
    assert_eq!(of(i64::MIN.into()), of("-9223372036854776000".into()));
}

#[derive(Debug)]
struct Two;

impl Items for Two {
    fn count(&self) -> usize {
        2
    }

    fn item(&self, index: usize) -> ValueRef<'_> {
        if index == 0 { "salt".into() } else { "user_1".into() }
    }
}

#[test]
fn a_list_is_hashed_as_salt_and_unit_are() {
    let list = ValueRef::List(ListRef::Host(&Two));
    assert_eq!(Hash::FlagdFractional3.position(None, list, 10_000), Some(6995));
    assert_eq!(Hash::EppoMd5.position(None, list, 10_000), None);
}

#[test]
fn boundaries_are_the_least_positions_at_or_above_a_share() {
    assert_eq!(Hash::Java31.boundary(500_000, 100), 50);
    assert_eq!(Hash::Java31.boundary(500_001, 100), 51);
    assert_eq!(Hash::LaunchDarklySha1.boundary(1, 1 << 60), 1_152_921_504_607);
    assert_eq!(Hash::LaunchDarklySha1.boundary(2_000_000, 1 << 60), 1 << 60);
    assert_eq!(Hash::Cutover1.boundary(1, 1 << 32), 4294);
    for total in [1, 3, 999_999, 1_000_000, 1_000_001, (1 << 32) - 1, (1 << 60) - 1, 1 << 60] {
        for ppm in [0, 1, 2, 333_333, 500_000, 999_999, 1_000_000] {
            let want = (u128::from(ppm) * u128::from(total)).div_ceil(1_000_000);
            assert_eq!(u128::from(Hash::LaunchDarklySha1.boundary(ppm, total)), want, "{ppm} {total}");
        }
    }
}
