//! API keys: who may do what, where. A key is shown once, when it is made; kept is what its secret hashes to.

use crate::clock::{hex, now_ms, random};
use crate::store::KeyRow;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
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

    fn of(name: &str) -> Option<Self> {
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
    /// The name of the key: the actor in the log.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The environment that it is good for; all where there is none.
    pub env: Option<String>,
}

/// The keys that are good.
#[derive(Debug, Default)]
pub struct Keys {
    by_id: HashMap<String, ([u8; 32], Who)>,
}

const PREFIX: &str = "cutover";

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
    /// The keys that are good among those of the store, and the one of the environment of the process.
    #[must_use]
    pub fn of(rows: &[KeyRow], from_environment: Option<&str>) -> Self {
        let mut by_id = HashMap::new();
        for row in rows.iter().filter(|row| row.revoked_at == 0) {
            let Some(role) = Role::of(&row.role) else { continue };
            let mut hash = [0; 32];
            for (index, byte) in hash.iter_mut().enumerate() {
                let digits = row.hash.get(index * 2..index * 2 + 2).unwrap_or_default();
                *byte = u8::from_str_radix(digits, 16).unwrap_or_default();
            }
            let env = (!row.env.is_empty()).then(|| row.env.clone());
            by_id.insert(
                row.id.clone(),
                (hash, Who { id: row.id.clone(), name: row.name.clone(), role, env }),
            );
        }
        if let Some(text) = from_environment {
            let who = Who { id: String::new(), name: "admin".to_owned(), role: Role::Admin, env: None };
            by_id.insert(String::new(), (Sha256::digest(text.as_bytes()).into(), who));
        }
        Self { by_id }
    }

    /// Whose key it is. Comparing takes as long for a wrong secret as for the right one.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&Who> {
        let parts = key.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix('_')?.split_once('_'));
        let known = parts.and_then(|(id, secret)| Some((self.by_id.get(id)?, secret)));
        let ((hash, who), secret) = known.or_else(|| Some((self.by_id.get("")?, key)))?;
        let given: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        bool::from(given.ct_eq(hash)).then_some(who)
    }
}

#[cfg(test)]
mod tests {
    use super::{Keys, Role, make};

    #[test]
    fn a_key_is_good_until_it_is_revoked_and_only_as_it_is() {
        let (key, mut row) = make("ada", Role::Editor, "dev", "root");
        assert!(!row.hash.contains(key.rsplit('_').next().unwrap()));
        let keys = Keys::of(std::slice::from_ref(&row), Some("from the environment"));
        assert_eq!(
            keys.find(&key).map(|who| (who.role, who.env.as_deref())),
            Some((Role::Editor, Some("dev")))
        );
        assert_eq!(keys.find("from the environment").map(|who| who.role), Some(Role::Admin));
        assert_eq!(keys.find(&key[..key.len() - 1]), None);
        assert_eq!(keys.find(&format!("{key}0")), None);
        assert_eq!(keys.find(""), None);
        assert_eq!(Keys::of(&[], None).find(""), None);
        row.revoked_at = 1;
        assert_eq!(Keys::of(&[row], None).find(&key), None);
    }
}
