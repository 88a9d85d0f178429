//! Drafts in the store: texts that somebody works on.

use super::{Store, StoreError, Stored, within};
use crate::audit::Deed;
use crate::clock::now_ms;
use serde::Serialize;

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Draft {
    /// Its name.
    pub name: String,
    /// The ruleset, YAML or JSON, as somebody wrote it.
    pub text: String,
    /// The published version that it was begun from.
    pub base: i64,
    /// Rises with each change: the ETag.
    pub revision: i64,
    /// Who changed it last.
    pub actor: String,
    /// When, in milliseconds since the epoch.
    pub updated_at: i64,
}

super::row!(Draft { name, text, base, revision, actor, updated_at });

const COLUMNS: &str = "SELECT name, text, base, revision, actor, updated_at FROM drafts WHERE env = $1";

impl Store {
    /// The drafts of an environment, by name.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn drafts(&self, env: &str) -> Stored<Vec<Draft>> {
        let query = format!("{COLUMNS} ORDER BY name");
        within(async { Ok(sqlx::query_as(&query).bind(env).fetch_all(&self.pool).await?) }).await
    }

    /// A draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none of that name.
    pub async fn draft(&self, env: &str, name: &str) -> Stored<Draft> {
        let query = format!("{COLUMNS} AND name = $2");
        within(async {
            let found = sqlx::query_as(&query).bind(env).bind(name).fetch_optional(&self.pool).await?;
            found.ok_or_else(|| StoreError::NotFound(format!("`{env}` has no draft `{name}`")))
        })
        .await
    }

    /// Writes a draft where its revision is still the one that the writer saw; 0 for one that is new. Gives the new one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where somebody else wrote it meanwhile.
    pub async fn put_draft(&self, env: &str, draft: &Draft, seen: i64, deed: Deed) -> Stored<i64> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            let current = self.current(&mut turn, env).await?;
            let row: Option<(i64,)> =
                sqlx::query_as("SELECT revision FROM drafts WHERE env = $1 AND name = $2")
                    .bind(env)
                    .bind(&draft.name)
                    .fetch_optional(&mut *turn)
                    .await?;
            let found = row.map_or(0, |(revision,)| revision);
            if found != seen {
                let message = format!(
                    "the draft is of revision {found}, and this change was made for {seen}: look again"
                );
                return Err(StoreError::Conflict { current: found, message });
            }
            sqlx::query(
                "INSERT INTO drafts (env, name, text, base, revision, actor, updated_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (env, name) DO UPDATE SET \
                 text = excluded.text, base = excluded.base, revision = excluded.revision, \
                 actor = excluded.actor, updated_at = excluded.updated_at",
            )
            .bind(env)
            .bind(&draft.name)
            .bind(&draft.text)
            .bind(if draft.base > 0 { draft.base } else { current })
            .bind(found + 1)
            .bind(&deed.actor)
            .bind(now_ms())
            .execute(&mut *turn)
            .await?;
            self.wrote(&mut turn, seq, before, deed).await?;
            turn.commit().await?;
            Ok(found + 1)
        })
        .await
    }

    /// Drops a draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none of that name.
    pub async fn drop_draft(&self, env: &str, name: &str, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            let gone = sqlx::query("DELETE FROM drafts WHERE env = $1 AND name = $2")
                .bind(env)
                .bind(name)
                .execute(&mut *turn)
                .await?;
            if gone.rows_affected() == 0 {
                return Err(StoreError::NotFound(format!("`{env}` has no draft `{name}`")));
            }
            self.wrote(&mut turn, seq, before, deed).await?;
            Ok(turn.commit().await?)
        })
        .await
    }
}
