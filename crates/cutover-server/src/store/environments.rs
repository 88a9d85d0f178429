//! Environments in the store.

use super::{News, Store, StoreError, Stored, within};
use crate::audit::Deed;
use crate::clock::now_ms;
use serde::{Deserialize, Serialize};

/// What holds in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where a change of a migration waits until every node has the version before: guards G1 and G2.
    #[serde(default)]
    pub adopted_first: bool,
    /// How many other people say yes before somebody's change is published: 0 or 1. Emergencies, `/admin/rollback` and plans
    /// wait for nobody.
    #[serde(default)]
    pub approvals: u8,
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EnvironmentRow {
    /// Its name, such as `production`.
    pub name: String,
    /// Its place among the others: a ruleset is promoted from one to a later one.
    pub place: i64,
    /// The version that is published; 0 where none is.
    pub current: i64,
    /// What holds in it.
    pub settings: Settings,
}

impl Store {
    /// All environments, in their order.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn environments(&self) -> Stored<Vec<EnvironmentRow>> {
        within(async {
            let rows: Vec<(String, i64, i64, String)> = sqlx::query_as(
                "SELECT name, place, current, settings FROM environments ORDER BY place, name",
            )
            .fetch_all(&self.pool)
            .await?;
            rows.into_iter()
                .map(|(name, place, current, settings)| {
                    Ok(EnvironmentRow { name, place, current, settings: serde_json::from_str(&settings)? })
                })
                .collect()
        })
        .await
    }

    /// Makes an environment, or changes its settings.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_environment(&self, name: &str, settings: Settings, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            sqlx::query(
                "INSERT INTO environments (name, place, current, settings, created_at) \
                 VALUES ($1, (SELECT COALESCE(MAX(place), 0) + 1 FROM environments), 0, $2, $3) \
                 ON CONFLICT (name) DO UPDATE SET settings = excluded.settings",
            )
            .bind(name)
            .bind(serde_json::to_string(&settings)?)
            .bind(now_ms())
            .execute(&mut *turn)
            .await?;
            self.told(turn, seq, before, deed, &News::Environment { env: name.to_owned() }).await
        })
        .await
    }

    /// The version that is published in an environment, which is the one that a change was made for.
    pub(super) async fn followed(&self, turn: &mut super::Turn, env: &str, follows: i64) -> Stored<i64> {
        let current = self.current(turn, env).await?;
        if current != follows {
            let message = format!(
                "version {current} of `{env}` is published, and this change was made for version {follows}: look again"
            );
            return Err(StoreError::Conflict { current, message });
        }
        Ok(current)
    }

    /// The version that is published in an environment.
    pub(super) async fn current(&self, turn: &mut super::Turn, env: &str) -> Stored<i64> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT current FROM environments WHERE name = $1")
            .bind(env)
            .fetch_optional(&mut **turn)
            .await?;
        row.map(|(current,)| current)
            .ok_or_else(|| StoreError::NotFound(format!("there is no environment `{env}`")))
    }
}
