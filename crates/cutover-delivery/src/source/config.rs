//! What a source is, and how patient it is.

use crate::invalid::require;
use crate::limits::Limit;
use crate::retry::{Jitter, Policy};
use crate::{Invalid, limits};
use alloc::collections::BTreeMap;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Where rulesets come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A control plane: server-sent events, and a long poll where they do not get through.
    #[default]
    Http,
    /// A channel of Redis.
    Redis,
    /// A file that is watched.
    File,
    /// The environment of the process, which is read once.
    Environment,
}

/// A source. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where rulesets come from.
    pub kind: Kind,
    /// The environment, such as `production`: it is part of what is signed.
    pub env: String,
    /// The name of this process. Waits are spread by it, so that no two come back at the same moment.
    pub node: String,
    /// Public keys by their ids: 32 bytes as base64. Where there are any, what no key has signed is refused.
    pub public_keys: BTreeMap<String, String>,
    /// After so long without a word the ruleset is stale; none is never.
    pub stale_after_ms: Option<u64>,
    /// So long a connection may take to open.
    pub connect_ms: u64,
    /// So long an open connection may say nothing. Servers say something every 15 seconds.
    pub idle_ms: u64,
    /// So many seconds a long poll waits.
    pub wait_s: u32,
    /// How often long polls that are answered at once are made.
    pub poll_ms: u64,
    /// After so long on long polls server-sent events are tried again.
    pub streams_again_ms: u64,
    /// How often is told what runs here; none is never.
    pub report_ms: Option<u64>,
    /// The longest wait before the first reconnect.
    pub base_ms: u64,
    /// How many times longer each next one may be.
    pub factor: u32,
    /// No wait is longer.
    pub cap_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            kind: Kind::Http,
            env: String::new(),
            node: String::new(),
            public_keys: BTreeMap::new(),
            stale_after_ms: Some(60_000),
            connect_ms: 10_000,
            idle_ms: 45_000,
            wait_s: 50,
            poll_ms: 5_000,
            streams_again_ms: 300_000,
            report_ms: Some(10_000),
            base_ms: 500,
            factor: 2,
            cap_ms: 30_000,
        }
    }
}

const HOUR_MS: u64 = 3_600_000;
const STALE_AFTER_MS: Limit = Limit { name: "stale_after_ms", least: 1, most: 720 * HOUR_MS };
const CONNECT_MS: Limit = Limit { name: "connect_ms", least: 1, most: HOUR_MS };
const IDLE_MS: Limit = Limit { name: "idle_ms", least: 1, most: HOUR_MS };
const WAIT_S: Limit = Limit { name: "wait_s", least: 1, most: 60 };
const POLL_MS: Limit = Limit { name: "poll_ms", least: 1, most: HOUR_MS };
const STREAMS_AGAIN_MS: Limit = Limit { name: "streams_again_ms", least: 1, most: 24 * HOUR_MS };
const REPORT_MS: Limit = Limit { name: "report_ms", least: 1, most: HOUR_MS };

impl Config {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// The first that does not.
    ///
    /// ```
    /// use cutover_delivery::source::Config;
    /// assert!(Config::default().check().is_ok());
    /// assert!(Config { wait_s: 90, ..Config::default() }.check().is_err());
    /// ```
    pub fn check(&self) -> Result<(), Invalid> {
        self.stale_after_ms.map_or(Ok(()), |ms| STALE_AFTER_MS.check(ms))?;
        self.report_ms.map_or(Ok(()), |ms| REPORT_MS.check(ms))?;
        CONNECT_MS.check(self.connect_ms)?;
        IDLE_MS.check(self.idle_ms)?;
        WAIT_S.check(self.wait_s)?;
        POLL_MS.check(self.poll_ms)?;
        STREAMS_AGAIN_MS.check(self.streams_again_ms)?;
        limits::BASE_MS.check(self.base_ms)?;
        limits::FACTOR.check(self.factor)?;
        limits::CAP_MS.check(self.cap_ms)?;
        let line = |text: &String| !text.contains(['\n', '\r']);
        let has_version = matches!(self.kind, Kind::Http | Kind::Redis);
        require(&[
            (self.cap_ms >= self.base_ms, "`cap_ms` is not below `base_ms`"),
            (line(&self.env), "`env` is one line"),
            (
                self.public_keys.values().all(|key| is_key(key)),
                "a key of `public_keys` is 32 bytes as base64",
            ),
            (
                has_version || self.public_keys.is_empty(),
                "files and environments carry no signature: no `public_keys`",
            ),
        ])
    }

    /// The wait before a reconnect: full jitter, by the name of the node, the outage and the failures in it.
    pub(super) fn delay_ms(&self, outage: u32, failures: u32, base_ms: u64) -> u64 {
        let policy = Policy {
            attempts: u32::MAX,
            base_ms: base_ms.min(self.cap_ms),
            factor: self.factor,
            cap_ms: self.cap_ms,
            jitter: Jitter::Full,
            budget: None,
        };
        policy.delay_ms(&alloc::format!("{}#{outage}", self.node), failures)
    }
}

/// Whether a text is 32 bytes as base64.
fn is_key(text: &str) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    text.len() == 44 && text.strip_suffix('=').is_some_and(|rest| rest.as_bytes().iter().all(is_digit))
}
