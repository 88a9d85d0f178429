//! The last good ruleset on disk: one file, a header of one line and then the exact bytes.

use crate::Millis;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// Whose file it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// The environment: a file of another one is not taken.
    pub env: String,
}

/// What a host asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum CacheEvent {
    /// The header of a file that is to be written.
    Keep {
        /// The time.
        now: Millis,
        /// The version.
        version: u64,
        /// `<key id>:<base64>`.
        #[serde(default)]
        signature: Option<String>,
        /// The text of the ruleset.
        text: String,
    },
    /// What a file holds.
    Read {
        /// Its first line.
        header: String,
        /// All that is behind the end of that line.
        text: String,
    },
}

/// What a host does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum CacheEffect {
    /// Write this line, an end of line, and the text, beside the file, and then put it in its place.
    Write {
        /// The header.
        header: String,
    },
    /// The text is good: say it to the source as [`Cached`](super::Cached).
    Found {
        /// The version.
        version: u64,
        /// When it was kept.
        saved_at: Millis,
        /// `<key id>:<base64>`.
        signature: Option<String>,
    },
    /// The file is not to be used; tell users why.
    Ignored {
        /// A sentence.
        why: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Header {
    env: String,
    version: u64,
    etag: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    saved_at: Millis,
    xxh3: String,
}

fn sum(text: &str) -> String {
    format!("{:016x}", xxh3_64(text.as_bytes()))
}

impl CacheConfig {
    /// What is to be done about a file.
    ///
    /// ```
    /// use cutover_delivery::source::{CacheConfig, CacheEffect, CacheEvent};
    /// let cache = CacheConfig { env: "staging".into() };
    /// let keep = CacheEvent::Keep { now: 5, version: 7, signature: None, text: "cutover: 1".into() };
    /// let CacheEffect::Write { header } = cache.step(keep) else { unreachable!() };
    /// let read = |text: &str| cache.step(CacheEvent::Read { header: header.clone(), text: text.into() });
    /// assert_eq!(read("cutover: 1"), CacheEffect::Found { version: 7, saved_at: 5, signature: None });
    /// assert!(matches!(read("cutover: 2"), CacheEffect::Ignored { .. }));
    /// ```
    #[must_use]
    pub fn step(&self, event: CacheEvent) -> CacheEffect {
        match event {
            CacheEvent::Keep { now, version, signature, text } => {
                let header = Header {
                    env: self.env.clone(),
                    version,
                    etag: format!("\"{version}\""),
                    signature,
                    saved_at: now,
                    xxh3: sum(&text),
                };
                match serde_json::to_string(&header) {
                    Ok(header) => CacheEffect::Write { header },
                    Err(error) => CacheEffect::Ignored { why: format!("{error}") },
                }
            }
            CacheEvent::Read { header, text } => match self.read(&header, &text) {
                Ok(Header { version, saved_at, signature, .. }) => {
                    CacheEffect::Found { version, saved_at, signature }
                }
                Err(why) => CacheEffect::Ignored { why },
            },
        }
    }

    fn read(&self, header: &str, text: &str) -> Result<Header, String> {
        let header: Header = serde_json::from_str(header)
            .map_err(|error| format!("its first line is no header of a kept ruleset: {error}"))?;
        if header.env != self.env {
            return Err(format!("it is of the environment `{}`, not of `{}`", header.env, self.env));
        }
        let found = sum(text);
        if header.xxh3 != found {
            return Err(format!("the text hashes to {found}, and was {} when it was kept", header.xxh3));
        }
        Ok(header)
    }
}
