//! What is in emergency.

use super::{Fence, NewVersion, Store, Stored, Turn, within};
use crate::audit::Deed;
use crate::clock::now_ms;
use serde::{Deserialize, Serialize};

/// What an emergency is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum Target {
    /// A flag serves its default to everybody.
    Flag(String),
    /// A migration is in its phase's emergency.
    Migration(String),
}

impl Target {
    fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::Flag(name) => ("flag", name),
            Self::Migration(name) => ("migration", name),
        }
    }

    fn of(kind: &str, name: String) -> Self {
        if kind == "flag" { Self::Flag(name) } else { Self::Migration(name) }
    }

    /// The name of the flag or the migration.
    #[must_use]
    pub fn name(&self) -> &str {
        self.columns().1
    }
}

/// Whether something is in emergency, and who said so last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Emergency {
    /// In which environment.
    pub env: String,
    /// What it is about.
    #[serde(flatten)]
    pub target: Target,
    /// Whether it is on.
    pub on: bool,
    /// What stood there before, so that the end of the emergency can bring it back.
    pub before: serde_json::Value,
    /// The call that said so.
    pub id: String,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When, in milliseconds since the epoch.
    pub at: i64,
}

type Row = (String, String, String, i64, String, String, String, String, i64);

/// Writes what is newer than what is there: what was said first may arrive last.
pub(super) async fn upsert(turn: &mut Turn, emergencies: &[Emergency]) -> Stored<()> {
    for emergency in emergencies {
        let (kind, name) = emergency.target.columns();
        sqlx::query(
            "INSERT INTO emergencies (env, kind, name, is_on, before, id, actor, reason, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (env, kind, name) DO UPDATE SET \
             is_on = excluded.is_on, before = excluded.before, id = excluded.id, actor = excluded.actor, \
             reason = excluded.reason, at = excluded.at WHERE emergencies.at <= excluded.at",
        )
        .bind(&emergency.env)
        .bind(kind)
        .bind(name)
        .bind(i64::from(emergency.on))
        .bind(emergency.before.to_string())
        .bind(&emergency.id)
        .bind(&emergency.actor)
        .bind(&emergency.reason)
        .bind(emergency.at)
        .execute(&mut **turn)
        .await?;
    }
    Ok(())
}

/// Notes that a call of the journal is in the store; a second time is a conflict.
pub(super) async fn mark(turn: &mut Turn, id: &str) -> Stored<()> {
    sqlx::query("INSERT INTO replayed (id, at) VALUES ($1, $2)")
        .bind(id)
        .bind(now_ms())
        .execute(&mut **turn)
        .await?;
    Ok(())
}

impl Store {
    /// All that is or was in emergency.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn emergencies(&self) -> Stored<Vec<Emergency>> {
        within(async {
            let rows: Vec<Row> = sqlx::query_as(
                "SELECT env, kind, name, is_on, before, id, actor, reason, at FROM emergencies ORDER BY env, kind, name",
            )
            .fetch_all(&self.pool)
            .await?;
            rows.into_iter()
                .map(|(env, kind, name, on, before, id, actor, reason, at)| {
                    let (target, before) = (Target::of(&kind, name), serde_json::from_str(&before)?);
                    Ok(Emergency { env, target, on: on != 0, before, id, actor, reason, at })
                })
                .collect()
        })
        .await
    }

    /// Whether a call of the journal is in the store already.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn is_replayed(&self, id: &str) -> Stored<bool> {
        within(async {
            let found: Option<(i64,)> = sqlx::query_as("SELECT at FROM replayed WHERE id = $1")
                .bind(id)
                .fetch_optional(&self.pool)
                .await?;
            Ok(found.is_some())
        })
        .await
    }

    /// Publishes what an emergency made of the ruleset, with what is in emergency by now.
    ///
    /// # Errors
    /// As [`Store::publish`]; [`super::StoreError::Conflict`] also where the call is in the store already.
    pub async fn publish_emergency(
        &self,
        new: &NewVersion,
        deed: Deed,
        emergencies: &[Emergency],
        replayed: &str,
    ) -> Stored<()> {
        self.publish_all(new, deed, None::<&Fence>, emergencies, Some(replayed), None).await
    }

    /// Keeps what is in emergency where that changes nothing of the ruleset.
    ///
    /// # Errors
    /// Where the database does not answer, or the call is in the store already.
    pub async fn keep_emergency(&self, deed: Deed, emergencies: &[Emergency], replayed: &str) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            mark(&mut turn, replayed).await?;
            upsert(&mut turn, emergencies).await?;
            self.wrote(&mut turn, seq, before, deed).await?;
            Ok(turn.commit().await?)
        })
        .await
    }
}
