//! The `read` of a route, as the engine gives it, and the numbers that a read is run by.

use super::{Answer, Side};
use crate::invalid::require;
use crate::retry::named;
use crate::{Invalid, WHOLE};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Why a read falls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FallbackOn {
    /// There is no such record.
    NotFound,
    /// The side failed, or its breaker refused.
    Error,
    /// The side took too long.
    Timeout,
}

impl FallbackOn {
    /// Its bit in [`Plan::fallback_on`].
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The `read` of a route, and how long a side may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The store that is read from.
    pub from: String,
    /// The store that is fallen back to.
    #[serde(default)]
    pub fallback: Option<String>,
    /// When it is.
    #[serde(default)]
    pub fallback_on: Vec<FallbackOn>,
    /// What it is compared with.
    #[serde(default)]
    pub compare: Option<Compare>,
    /// How long `from` may take.
    #[serde(default = "second")]
    pub timeout_ms: u64,
    /// How long the other side may take.
    #[serde(default = "second")]
    pub other_timeout_ms: u64,
}

fn second() -> u64 {
    1_000
}

/// A comparison of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// The other store.
    pub with: String,
    /// The comparator's name.
    #[serde(default)]
    pub profile: Option<String>,
    /// The share of reads that is compared, in millionths.
    pub sample: u32,
}

/// The numbers that a read is run by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The [bits](FallbackOn::bit) of the reasons to fall back; none where there is no fallback.
    pub fallback_on: u8,
    /// The share of reads that is compared, in millionths; none where there is no comparison.
    pub sample: u32,
    /// How long `from` may take.
    pub timeout_ms: u64,
    /// How long the other side may take.
    pub other_timeout_ms: u64,
}

impl Route {
    /// The plan of this route.
    ///
    /// # Errors
    /// [`Invalid`] where it names three stores, or falls back to the store that it reads from.
    pub fn plan(&self) -> Result<Plan, Invalid> {
        let fallback = self.fallback.as_deref();
        let with = self.compare.as_ref().map(|compare| compare.with.as_str());
        let sample = self.compare.as_ref().map_or(0, |compare| compare.sample);
        require(&[
            (fallback != Some(self.from.as_str()), "`fallback` is not the store that is read from"),
            (with != Some(self.from.as_str()), "`compare` is not with the store that is read from"),
            (fallback.is_none() || with.is_none() || fallback == with, "a route has two stores"),
            (fallback.is_some() || self.fallback_on.is_empty(), "`fallback_on` needs a `fallback`"),
            (sample <= WHOLE, "`sample` is at most 1000000 millionths"),
        ])?;
        let fallback_on = self.fallback_on.iter().fold(0, |bits, reason| bits | reason.bit());
        let (timeout_ms, other_timeout_ms) = (self.timeout_ms, self.other_timeout_ms);
        Ok(Plan { fallback_on, sample, timeout_ms, other_timeout_ms })
    }
}

impl Route {
    /// The store of a side.
    #[must_use]
    pub fn store(&self, side: Side) -> Option<&str> {
        let with = || self.compare.as_ref().map(|compare| compare.with.as_str());
        match side {
            Side::From => Some(&self.from),
            Side::Other => self.fallback.as_deref().or_else(with),
        }
    }
}

impl Plan {
    /// Why a read falls back after such an answer, if it does.
    pub(super) fn falls_back(&self, result: Answer) -> Option<FallbackOn> {
        let reason = match result {
            Answer::Found => return None,
            Answer::Missing => FallbackOn::NotFound,
            Answer::Error => FallbackOn::Error,
            Answer::Timeout => FallbackOn::Timeout,
        };
        (self.fallback_on & reason.bit() != 0).then_some(reason)
    }
}

/// A draw below 1,000,000 for a name, the same in every language: `hash * 1000000 / 2^64`, rounded down, with the XXH3
/// (64 bits, seed 0) of the bytes `0x03 | u32le(len name) | name as UTF-8 | u32le(0)`.
#[must_use]
pub fn draw(name: &str) -> u32 {
    u32::try_from((u128::from(named(3, name, 0)) * u128::from(WHOLE)) >> 64).unwrap_or(0)
}
