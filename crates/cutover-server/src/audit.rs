//! The audit log: who changed what, when, why and which hazards were accepted. Each entry holds the hash of the one
//! before it, so that nobody changes or drops one without every later hash telling.

use crate::clock::hex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// What somebody did, before it has a place in the log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Deed {
    /// Who: the name of a key, or of a part of the server.
    pub actor: String,
    /// What, such as `publish` or `emergency`.
    pub action: String,
    /// In which environment; empty where it is none's.
    pub env: String,
    /// To what: a draft, a key, a plan.
    pub target: String,
    /// Why.
    pub reason: String,
    /// Which hazards were accepted.
    pub accepted: Vec<String>,
    /// What more there is to know.
    pub detail: Value,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entry {
    /// Its place, from 1.
    pub seq: i64,
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// Who: the name of a key, or of a part of the server.
    pub actor: String,
    /// What, such as `publish` or `emergency`.
    pub action: String,
    /// In which environment; empty where it is none's.
    pub env: String,
    /// To what: a draft, a key, a plan.
    pub target: String,
    /// Why.
    pub reason: String,
    /// Which hazards were accepted.
    pub accepted: Vec<String>,
    /// What more there is to know.
    pub detail: Value,
    /// The hash of the entry before; empty for the first.
    pub before: String,
    /// The hash of this one: SHA-256 of the hash before, a line feed, and the JSON of this entry without both hashes.
    pub hash: String,
}

impl Entry {
    /// The entry of a deed, chained to the one before.
    #[must_use]
    pub fn chained(deed: Deed, seq: i64, at: i64, before: String) -> Self {
        let Deed { actor, action, env, target, reason, accepted, detail } = deed;
        let hash = String::new();
        let mut entry = Self { seq, at, actor, action, env, target, reason, accepted, detail, before, hash };
        entry.hash = entry.digest();
        entry
    }

    /// What the entry hashes to, by what it says.
    #[must_use]
    pub fn digest(&self) -> String {
        // A list has one order in every language, and needs no agreement on how objects are written.
        let said = serde_json::json!([
            self.seq,
            self.at,
            self.actor,
            self.action,
            self.env,
            self.target,
            self.reason,
            self.accepted,
            self.detail
        ]);
        let mut hash = Sha256::new();
        hash.update(self.before.as_bytes());
        hash.update(b"\n");
        hash.update(said.to_string().as_bytes());
        hex(&hash.finalize())
    }
}

/// Where a log is broken: the first entry that does not follow from the one before, or was changed.
///
/// ```
/// use cutover_server::audit::{Deed, Entry, broken};
/// let first = Entry::chained(Deed { actor: "ada".into(), ..Deed::default() }, 1, 0, String::new());
/// let mut second = Entry::chained(Deed { actor: "bob".into(), ..Deed::default() }, 2, 5, first.hash.clone());
/// assert_eq!(broken(&[first.clone(), second.clone()], ""), None);
/// second.actor = "eve".into();
/// assert_eq!(broken(&[first, second], ""), Some(2));
/// ```
#[must_use]
pub fn broken(entries: &[Entry], before: &str) -> Option<i64> {
    let mut before = before;
    let mut last: Option<i64> = None;
    for entry in entries {
        let follows = last.is_none_or(|last| entry.seq == last + 1);
        if !follows || entry.before != before || entry.hash != entry.digest() {
            return Some(entry.seq);
        }
        (before, last) = (&entry.hash, Some(entry.seq));
    }
    None
}
