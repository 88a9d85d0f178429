//! API keys: who may do what, where. A key is shown once, when it is made; kept is what its secret hashes to.

use crate::clock::{hex, now_ms, random};
use crate::store::{KeyRow, SessionRow};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::time::Duration;
use subtle::ConstantTimeEq as _;

/// What a key is for. Those of people include those before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A browser or an app: decisions, and no ruleset.
    Client,
    /// A service: the whole ruleset of its environment.
    Server,
    /// Somebody who looks.
    Viewer,
    /// Somebody who writes drafts.
    Editor,
    /// Somebody who publishes, rolls back and runs plans.
    Operator,
    /// Somebody who makes environments and keys.
    Admin,
}

impl Role {
    /// The word of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Client, Self::Server, Self::Viewer, Self::Editor, Self::Operator, Self::Admin]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// What nobody else has: the number of a key, or the subject of a person.
    pub id: String,
    /// What they came with: a key, or a session among those of the same person.
    pub credential: String,
    /// The name of the key: the actor in the log.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The environment that it is good for; all where there is none.
    pub env: Option<String>,
    /// What else it is good for: people may have several roles.
    pub more: Vec<Grant>,
    /// When it ends, in milliseconds since the epoch; 0 for a key, which ends when it is revoked.
    pub ends_at: i64,
}

/// A role, in one environment or in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The environment that it is good for; null where it is good for all.
    pub env: Option<String>,
}

impl Who {
    fn of_key(id: &str, name: &str, role: Role, env: Option<String>) -> Self {
        let (id, name) = (id.to_owned(), name.to_owned());
        Self { credential: id.clone(), id, name, role, env, more: Vec::new(), ends_at: 0 }
    }

    /// Whether it is a session in a browser, and no key.
    #[must_use]
    pub fn is_session(&self) -> bool {
        self.ends_at != 0
    }

    /// Whether it is a key that anybody may read in a browser.
    #[must_use]
    pub fn is_client(&self) -> bool {
        self.role == Role::Client
    }

    /// All that it is good for.
    pub fn grants(&self) -> impl Iterator<Item = (Role, Option<&str>)> {
        let more = self.more.iter().map(|grant| (grant.role, grant.env.as_deref()));
        std::iter::once((self.role, self.env.as_deref())).chain(more)
    }

    /// How long it is good at the most.
    pub(crate) fn left(&self, now: i64) -> Duration {
        let left = if self.ends_at == 0 { i64::MAX } else { self.ends_at - now };
        // A sleep of more than some years is none that a clock of the system knows.
        Duration::from_millis(u64::try_from(left).unwrap_or_default()).min(Duration::from_secs(86_400))
    }
}

/// The keys that are good, and the sessions of people who have signed in.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Keys {
    by_id: HashMap<String, ([u8; 32], Who)>,
}

const PREFIX: &str = "cutover";
/// What sessions begin with, so that none passes for a key.
const SESSION: &str = "session";

/// The session of somebody who has signed in: what the cookie holds, and what is kept.
#[must_use]
pub fn make_session(subject: &str, name: &str, grants: &[Grant], ends_at: i64) -> (String, SessionRow) {
    let (id, secret) = (hex(&random::<8>()), hex(&random::<32>()));
    let row = SessionRow {
        id: id.clone(),
        subject: subject.to_owned(),
        name: name.to_owned(),
        hash: hex(&Sha256::digest(secret.as_bytes())),
        grants: serde_json::to_string(grants).unwrap_or_default(),
        created_at: now_ms(),
        ends_at,
    };
    (format!("{SESSION}_{id}_{secret}"), row)
}

/// A new key: what is shown once, and what is kept.
#[must_use]
pub fn make(name: &str, role: Role, env: &str, created_by: &str) -> (String, KeyRow) {
    let (id, secret) = (hex(&random::<8>()), hex(&random::<32>()));
    let row = KeyRow {
        id: id.clone(),
        name: name.to_owned(),
        role: role.name().to_owned(),
        env: env.to_owned(),
        hash: hex(&Sha256::digest(secret.as_bytes())),
        created_by: created_by.to_owned(),
        created_at: now_ms(),
        revoked_at: 0,
    };
    (format!("{PREFIX}_{id}_{secret}"), row)
}

impl Keys {
    /// The keys that are good among those of the store, the sessions, and the key of the environment of the process.
    #[must_use]
    pub fn of(rows: &[KeyRow], sessions: &[SessionRow], from_environment: Option<&str>) -> Self {
        let mut by_id = HashMap::new();
        for row in sessions {
            let grants: Vec<Grant> = serde_json::from_str(&row.grants).unwrap_or_default();
            let Some((first, more)) = grants.split_first() else { continue };
            let credential = format!("{SESSION}_{}", row.id);
            let who = Who {
                id: row.subject.clone(),
                credential: credential.clone(),
                name: row.name.clone(),
                role: first.role,
                env: first.env.clone(),
                more: more.to_vec(),
                ends_at: row.ends_at,
            };
            by_id.insert(credential, (unhex(&row.hash), who));
        }
        for row in rows.iter().filter(|row| row.revoked_at == 0) {
            let Some(role) = Role::of(&row.role) else { continue };
            let env = (!row.env.is_empty()).then(|| row.env.clone());
            by_id.insert(row.id.clone(), (unhex(&row.hash), Who::of_key(&row.id, &row.name, role, env)));
        }
        if let Some(text) = from_environment {
            let who = Who::of_key("", "admin", Role::Admin, None);
            by_id.insert(String::new(), (Sha256::digest(text.as_bytes()).into(), who));
        }
        Self { by_id }
    }

    /// Whose key it is. Comparing takes as long for a wrong secret as for the right one.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&Who> {
        let parts = key.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix('_')?.split_once('_'));
        let known = parts.and_then(|(id, secret)| Some((self.by_id.get(id)?, secret)));
        let (known, secret) = known.or_else(|| Some((self.by_id.get("")?, key)))?;
        same(known, secret)
    }

    /// Whose session it is, by what the cookie holds.
    #[must_use]
    pub fn session(&self, cookie: &str, now: i64) -> Option<&Who> {
        let (credential, secret) = cookie.rsplit_once('_').filter(|(id, _)| id.starts_with(SESSION))?;
        same(self.by_id.get(credential)?, secret).filter(|who| now < who.ends_at)
    }

    /// Whether what somebody came with is still good.
    pub(crate) fn has(&self, who: &Who, now: i64) -> bool {
        self.by_id.contains_key(&who.credential) && (who.ends_at == 0 || now < who.ends_at)
    }
}

fn same<'a>((hash, who): &'a ([u8; 32], Who), secret: &str) -> Option<&'a Who> {
    let given: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    bool::from(given.ct_eq(hash)).then_some(who)
}

fn unhex(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(index * 2..index * 2 + 2).unwrap_or_default();
        *byte = u8::from_str_radix(digits, 16).unwrap_or_default();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Grant, Keys, Role, make, make_session};

    #[test]
    fn a_key_is_good_until_it_is_revoked_and_only_as_it_is() {
        let (key, mut row) = make("ada", Role::Editor, "dev", "root");
        assert!(!row.hash.contains(key.rsplit('_').next().unwrap()));
        let keys = Keys::of(std::slice::from_ref(&row), &[], Some("from the environment"));
        assert_eq!(
            keys.find(&key).map(|who| (who.role, who.env.as_deref())),
            Some((Role::Editor, Some("dev")))
        );
        assert_eq!(keys.find("from the environment").map(|who| who.role), Some(Role::Admin));
        assert_eq!(keys.find(&key[..key.len() - 1]), None);
        assert_eq!(keys.find(&format!("{key}0")), None);
        assert_eq!(keys.find(""), None);
        assert_eq!(Keys::of(&[], &[], None).find(""), None);
        row.revoked_at = 1;
        assert_eq!(Keys::of(&[row], &[], None).find(&key), None);
    }

    #[test]
    fn a_session_is_good_until_it_ends_and_is_no_key() {
        let grants = [
            Grant { role: Role::Viewer, env: None },
            Grant { role: Role::Operator, env: Some("dev".to_owned()) },
        ];
        let (cookie, row) = make_session("oidc:1", "ada", &grants, 100);
        let keys = Keys::of(&[], std::slice::from_ref(&row), None);
        let who = keys.session(&cookie, 99).unwrap();
        assert_eq!((who.id.as_str(), who.is_session()), ("oidc:1", true));
        assert!(who.needs(Role::Operator, "dev").is_ok() && who.needs(Role::Viewer, "production").is_ok());
        assert!(who.needs(Role::Operator, "production").is_err());
        assert!(keys.has(who, 99) && !keys.has(who, 100));
        assert_eq!(keys.session(&cookie, 100), None);
        assert_eq!(keys.session(&format!("{cookie}0"), 0), None);
        assert_eq!((keys.find(&cookie), keys.find(&format!("cutover_{cookie}"))), (None, None));
        assert_eq!(Keys::of(&[], &[], None).session(&cookie, 0), None);
    }
}
