//! What happens to a source, and what its host does.

use crate::Millis;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What happened. `now` is the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The source is wanted.
    Started {
        /// The time.
        now: Millis,
        /// What the last process has kept, if anything.
        #[serde(default)]
        cached: Option<Cached>,
    },
    /// The connection is open: an answer has begun, or a subscription stands.
    Opened {
        /// The time.
        now: Millis,
    },
    /// The other end is there and has nothing newer: a comment, `304`, the same file.
    Heard {
        /// The time.
        now: Millis,
        /// How long the server wants clients to wait before they come back.
        #[serde(default)]
        retry_ms: Option<u64>,
    },
    /// A ruleset is offered.
    Offered {
        /// The time.
        now: Millis,
        /// Its version; none for what has none, such as a file.
        #[serde(default)]
        version: Option<u64>,
        /// `<key id>:<base64>`.
        #[serde(default)]
        signature: Option<String>,
        /// Whether its text is here, or has to be fetched.
        has_text: bool,
    },
    /// Whether the signature that was to be verified is good.
    Verified {
        /// The time.
        now: Millis,
        /// The version.
        version: u64,
        /// Whether it is.
        good: bool,
    },
    /// The engine has loaded it.
    Loaded {
        /// The time.
        now: Millis,
        /// The version.
        version: u64,
    },
    /// The engine refuses it.
    Broken {
        /// The time.
        now: Millis,
        /// The version.
        version: u64,
        /// Why, in a sentence.
        why: String,
    },
    /// The connection was not to be had, broke, or the file could not be read.
    Failed {
        /// The time.
        now: Millis,
        /// Why, in a sentence.
        why: String,
        /// The status of the answer, if there was one.
        #[serde(default)]
        status: Option<u16>,
        /// How long the server asked to be left alone.
        #[serde(default)]
        retry_after_ms: Option<u64>,
    },
    /// The stream has ended; `bye` where it was announced.
    Ended {
        /// The time.
        now: Millis,
        /// Whether it was announced.
        bye: bool,
    },
    /// What was to be fetched beside the stream is not to be had now.
    FetchFailed {
        /// The time.
        now: Millis,
    },
    /// A report was answered.
    Reported {
        /// The time.
        now: Millis,
        /// The version that is published.
        #[serde(default)]
        version: Option<u64>,
    },
    /// The time that was asked for has come.
    Woke {
        /// The time.
        now: Millis,
    },
    /// Nobody wants the source any more.
    Closed {
        /// The time.
        now: Millis,
    },
}

/// What a process has kept on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cached {
    /// The version.
    pub version: u64,
    /// When it was kept.
    pub saved_at: Millis,
    /// `<key id>:<base64>`.
    #[serde(default)]
    pub signature: Option<String>,
}

/// How the host connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Server-sent events, from behind `version`.
    Stream,
    /// A request that waits until there is something other than `version`.
    Poll,
    /// A channel.
    Subscribe,
    /// A file: its text now, and at each change.
    Watch,
    /// What is there, once.
    Read,
}

/// What a host does, in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Connect; the one before is over.
    Connect {
        /// How.
        how: How,
        /// The version that is here already.
        version: Option<u64>,
        /// How many seconds a poll waits.
        wait_s: u32,
    },
    /// End the connection; what it still says is not to be told.
    Disconnect,
    /// Get the newest ruleset beside the stream: say [`Event::Offered`] or [`Event::FetchFailed`].
    Fetch {
        /// The version that is here already.
        version: Option<u64>,
    },
    /// Verify the signature of `prefix` and the text behind it: say [`Event::Verified`].
    Verify {
        /// The version.
        version: u64,
        /// The public key, as base64.
        key: String,
        /// The signature, as base64.
        signature: String,
        /// What stands before the text in what is signed.
        prefix: String,
    },
    /// Compile the text that is offered: say [`Event::Loaded`] or [`Event::Broken`].
    Load {
        /// The version.
        version: u64,
    },
    /// Decide by what was loaded from now on, and tell users: `ready` the first time, `changed` after that.
    Adopt {
        /// The version.
        version: u64,
        /// Whether it is the first.
        first: bool,
        /// Whether it comes from the disk.
        cached: bool,
    },
    /// Keep it on disk.
    Save {
        /// The version.
        version: u64,
    },
    /// Say in every decision that the ruleset may be out of date, and tell users.
    Stale {
        /// When it was last known to be the newest.
        since: Millis,
    },
    /// It is not out of date any more.
    Fresh,
    /// Tell users what went wrong.
    Error {
        /// A stable name.
        code: Code,
        /// A sentence.
        message: String,
    },
    /// Tell the server what runs here: say [`Event::Reported`], or nothing where that fails.
    Report {
        /// The version.
        epoch: u64,
    },
    /// Say [`Event::Woke`] then. Only the last one counts.
    WakeAt {
        /// The time.
        at: Millis,
    },
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The other end is not to be had, or says nothing.
    Unreachable,
    /// The server does not let this client in: 401 or 403.
    NotAllowed,
    /// The server has no such environment: 404.
    NotFound,
    /// The engine refuses the ruleset.
    Broken,
    /// The version is lower than the one that runs.
    VersionBack,
    /// There is no signature, and there has to be one.
    Unsigned,
    /// The signature is of a key that is not known here.
    UnknownKey,
    /// The signature is wrong.
    BadSignature,
}
