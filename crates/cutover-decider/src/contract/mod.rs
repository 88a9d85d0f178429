//! Named hash contracts: where a unit lies, as other systems compute it, byte for byte and for life.
//!
//! A contract takes a salt, a unit and a number of positions, and gives a position below that number. `docs/dialects.md`
//! says what each hashes, and `conformance/contracts.json` has their vectors. No float is involved.

#[cfg(not(cutover_smallest))]
mod digits;
#[cfg(not(cutover_smallest))]
mod flagd;
#[cfg(not(cutover_smallest))]
mod growthbook;
#[cfg(not(cutover_smallest))]
mod murmur3;

#[cfg(not(cutover_smallest))]
pub(crate) use digits::Digits;

use crate::bucket;
use crate::value::ValueRef;
use core::ops::RangeInclusive;

macro_rules! hashes {
    ($($(#[$doc:meta])* $variant:ident $number:literal $name:literal),* $(,)?) => {
        /// A named hash.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Hash { $($(#[$doc])* $variant = $number),* }

        impl Hash {
            /// All of them, in the order of their numbers.
            pub const ALL: [Self; [$($number),*].len()] = [$(Self::$variant),*];

            /// The name in a ruleset.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The hash of this name.
            ///
            /// ```
            /// use cutover_decider::contract::Hash;
            /// assert_eq!(Hash::named("eppo/md5"), Some(Hash::EppoMd5));
            /// ```
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

hashes! {
    /// Cutover's own: see [`bucket`].
    Cutover1 0 "1",
    /// That of the first imported formats: see [`bucket::java31`].
    Java31 1 "java31",
    /// `murmur3_x86_32(0, salt ":" unit) % total`.
    UnleashRollout 2 "unleash/rollout",
    /// The same with the seed 86028157.
    UnleashVariant 3 "unleash/variant",
    /// `floor(|i32(murmur3_x86_32(0, salt unit))| * 100 / (2^31 - 1))`, from 0 to 100.
    FlagdFractional1 4 "flagd/fractional-v1",
    /// `murmur3_x86_32(0, salt unit) * total >> 32`.
    FlagdFractional2 5 "flagd/fractional-v2",
    /// The same of the unit in deterministic CBOR; with a salt, of the list of both.
    FlagdFractional3 6 "flagd/fractional-v3",
    /// The same of the text of salt and unit in CBOR.
    FlagdFractional3Cat 7 "flagd/fractional-v3-cat",
    /// The first four bytes of `md5(salt "-" unit)`, the highest first, modulo the total.
    EppoMd5 8 "eppo/md5",
    /// The first 60 bits of `sha1(salt "." unit)`; what is no unit lies at 0.
    LaunchDarklySha1 9 "launchdarkly/sha1",
    /// `fnv1a32(unit salt) % 1000` over UTF-16.
    GrowthBook1 10 "growthbook/v1",
    /// `fnv1a32(decimal(fnv1a32(salt unit))) % 10000` over UTF-16.
    GrowthBook2 11 "growthbook/v2",
}

/// All units, in millionths.
const ONE: u32 = 1_000_000;
/// All positions of 32 bits.
const WORD: u64 = 1 << 32;
/// The most positions that any contract has.
pub const MAX_TOTAL: u64 = 1 << 60;

impl Hash {
    /// The hash of this number in a program.
    #[must_use]
    pub fn numbered(number: u32) -> Option<Self> {
        // The smallest module has no other, and validation refuses what asks for one.
        if cfg!(cutover_smallest) {
            return Some(Self::Java31);
        }
        Self::ALL.get(number as usize).copied()
    }

    /// How many positions there are where nobody says, if that is known, and how many there may be.
    #[must_use]
    pub fn totals(self) -> (Option<u64>, RangeInclusive<u64>) {
        let only = |total| (Some(total), total..=total);
        match self {
            Self::Cutover1 => (Some(WORD), 1..=WORD),
            Self::Java31 | Self::FlagdFractional1 => only(100),
            Self::GrowthBook1 => only(1_000),
            Self::GrowthBook2 => only(10_000),
            Self::LaunchDarklySha1 => only(MAX_TOTAL),
            Self::UnleashRollout => (Some(100), 1..=WORD),
            Self::EppoMd5 => (Some(10_000), 1..=WORD),
            Self::UnleashVariant
            | Self::FlagdFractional2
            | Self::FlagdFractional3
            | Self::FlagdFractional3Cat => (None, 1..=WORD),
        }
    }

    /// The first position that a share of `ppm` millionths leaves out: the least that lies at or above it, but for
    /// Cutover's own, which rounds down.
    ///
    /// ```
    /// use cutover_decider::contract::Hash;
    /// assert_eq!(Hash::GrowthBook1.boundary(12_345, 1000), 13);
    /// ```
    #[must_use]
    pub fn boundary(self, ppm: u32, total: u64) -> u64 {
        if self == Self::Cutover1 {
            return bucket::boundary(ppm);
        }
        // In parts, so that no number needs more than 64 bits.
        let (ppm, whole, rest) = (u64::from(ppm.min(ONE)), total / u64::from(ONE), total % u64::from(ONE));
        ppm.wrapping_mul(whole).wrapping_add((ppm * rest).div_ceil(ONE.into()))
    }

    /// True for a contract that has a position for whatever there is, and for nothing too.
    #[must_use]
    pub fn takes_nothing(self) -> bool {
        self == Self::LaunchDarklySha1
    }

    /// True for the contracts that take numbers as JavaScript does: fractions are units, and 0 is none.
    pub(crate) fn is_growthbook(self) -> bool {
        matches!(self, Self::GrowthBook1 | Self::GrowthBook2)
    }

    /// Where a unit lies among `total` positions; none where it is no unit of this contract.
    ///
    /// ```
    /// use cutover_decider::contract::Hash;
    /// let unit = |text: &'static str| text.into();
    /// assert_eq!(Hash::UnleashRollout.position(Some("gr1"), unit("123"), 100), Some(72));
    /// assert_eq!(Hash::UnleashRollout.position(Some("gr1"), true.into(), 100), None);
    /// ```
    #[must_use]
    pub fn position(self, salt: Option<&str>, unit: ValueRef<'_>, total: u64) -> Option<u64> {
        if self == Self::Java31 {
            let ValueRef::Text(bytes) = unit else { return None };
            return Some(bucket::java31(core::str::from_utf8(bytes).ok()?).into());
        }
        self.other_position(salt, unit, total)
    }

    #[cfg(not(cutover_smallest))]
    fn other_position(self, salt: Option<&str>, unit: ValueRef<'_>, total: u64) -> Option<u64> {
        let given = salt;
        let salt = salt.unwrap_or_default();
        let mut digits = Digits::default();
        let mut room = growthbook::room();
        let bytes = match unit {
            ValueRef::Text(bytes) => bytes,
            unit if self.is_growthbook() => growthbook::number(unit, &mut room)?,
            ValueRef::Int(int) => digits.of(int),
            _ if self.takes_nothing() => return Some(0),
            unit if self == Self::FlagdFractional3 => return flagd::of_value(given, unit, total),
            _ => return None,
        };
        let modulo = |hash: u32| u64::from(hash) % total.max(1);
        Some(match self {
            Self::Cutover1 => {
                let unit = bucket::Unit::of(unit).ok()?;
                bucket::position(bucket::Salt::new(salt).hash(unit)).into()
            }
            Self::UnleashRollout => modulo(murmur3::of(0, &[salt.as_bytes(), b":", bytes])),
            Self::UnleashVariant => modulo(murmur3::of(86_028_157, &[salt.as_bytes(), b":", bytes])),
            Self::FlagdFractional1 => flagd::first(salt, bytes),
            Self::FlagdFractional2 => flagd::second(salt, bytes, total),
            Self::FlagdFractional3 => return flagd::of_value(given, unit, total),
            Self::FlagdFractional3Cat => flagd::of_joined(salt, bytes, total),
            Self::EppoMd5 => modulo(eppo(salt, bytes)),
            Self::LaunchDarklySha1 => launchdarkly(salt, bytes),
            Self::GrowthBook1 => growthbook::first(salt, core::str::from_utf8(bytes).ok()?),
            Self::GrowthBook2 => growthbook::second(salt, core::str::from_utf8(bytes).ok()?),
            Self::Java31 => return None,
        })
    }

    /// The smallest module has no other contract: it refuses programs that ask for one.
    #[cfg(cutover_smallest)]
    fn other_position(self, _: Option<&str>, _: ValueRef<'_>, _: u64) -> Option<u64> {
        None
    }
}

#[cfg(not(cutover_smallest))]
fn eppo(salt: &str, unit: &[u8]) -> u32 {
    use md5::Digest;
    let mut hasher = md5::Md5::new();
    [salt.as_bytes(), b"-", unit].into_iter().for_each(|part| hasher.update(part));
    let [a, b, c, d, ..]: [u8; 16] = hasher.finalize().into();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(not(cutover_smallest))]
fn launchdarkly(salt: &str, unit: &[u8]) -> u64 {
    use sha1::Digest;
    let mut hasher = sha1::Sha1::new();
    [salt.as_bytes(), b".", unit].into_iter().for_each(|part| hasher.update(part));
    let [a, b, c, d, e, f, g, h, ..]: [u8; 20] = hasher.finalize().into();
    u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 4
}

#[cfg(test)]
mod tests;
