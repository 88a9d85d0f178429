//! API keys in the store: never the keys, only what they hash to.

use super::{News, Store, StoreError, Stored, within};
use crate::audit::Deed;
use crate::clock::now_ms;
use serde::{Deserialize, Serialize};

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// What it begins with.
    pub id: String,
    /// What it is called: the actor in the log.
    pub name: String,
    /// Its role.
    pub role: String,
    /// The environment that it is good for; empty for all.
    pub env: String,
    /// SHA-256 of its secret, in hexadecimal digits.
    pub hash: String,
    /// Who made it.
    pub created_by: String,
    /// When, in milliseconds since the epoch.
    pub created_at: i64,
    /// When it was revoked; 0 where it was not.
    pub revoked_at: i64,
}

super::row!(KeyRow { id, name, role, env, hash, created_by, created_at, revoked_at });

impl Store {
    /// All keys, those that were revoked too.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn keys(&self) -> Stored<Vec<KeyRow>> {
        within(async {
            Ok(sqlx::query_as(
                "SELECT id, name, role, env, hash, created_by, created_at, revoked_at FROM keys ORDER BY created_at, id",
            )
            .fetch_all(&self.pool)
            .await?)
        })
        .await
    }

    /// Keeps a key, unless there is one of that id.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_key(&self, key: &KeyRow, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            sqlx::query(
                "INSERT INTO keys (id, name, role, env, hash, created_by, created_at, revoked_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
            )
            .bind(&key.id)
            .bind(&key.name)
            .bind(&key.role)
            .bind(&key.env)
            .bind(&key.hash)
            .bind(&key.created_by)
            .bind(key.created_at)
            .execute(&mut *turn)
            .await?;
            self.told(turn, seq, before, deed, &News::Keys).await
        })
        .await
    }

    /// Revokes a key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none of that id that is good.
    pub async fn revoke_key(&self, id: &str, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            let done = sqlx::query("UPDATE keys SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0")
                .bind(now_ms())
                .bind(id)
                .execute(&mut *turn)
                .await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound(format!("there is no key `{id}` that is good")));
            }
            self.told(turn, seq, before, deed, &News::Keys).await
        })
        .await
    }
}
