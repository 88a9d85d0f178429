//! Published versions in the store: written once, never changed.

use super::{Emergency, Fence, News, Store, StoreError, Stored, Turn, Verdict, within};
use crate::audit::Deed;
use crate::clock::now_ms;
use serde::Serialize;

/// A version to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// Where.
    pub env: String,
    /// The version that it follows: where another one is published by now, it is refused.
    pub follows: i64,
    /// Its number, above the one that it follows.
    pub version: i64,
    /// The ruleset as JSON: the bytes that clients get.
    pub body: String,
    /// The ruleset as somebody wrote it, where that is not the same.
    pub source: String,
    /// The digest of the engine.
    pub digest: String,
    /// The signature; empty where the server has no key.
    pub signature: String,
    /// How it came about: `publish`, `rollback`, `promote`, `plan`, `config`, `emergency`.
    pub kind: String,
}

/// A published version, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VersionLine {
    /// Its number.
    pub version: i64,
    /// The digest of the engine.
    pub digest: String,
    /// How it came about: `publish`, `rollback`, `promote`, `plan`, `config`, `emergency`.
    pub kind: String,
    /// Who published it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Which hazards were accepted.
    pub accepted: Vec<String>,
    /// When, in milliseconds since the epoch.
    pub published_at: i64,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// All but its text.
    pub line: VersionLine,
    /// The bytes that clients get.
    pub body: String,
    /// The ruleset as somebody wrote it; empty where that is the same.
    pub source: String,
    /// The signature; empty where there is none.
    pub signature: String,
}

type Row = (i64, String, String, String, String, String, i64);

fn line(row: Row) -> Stored<VersionLine> {
    let (version, digest, kind, actor, reason, accepted, published_at) = row;
    let accepted = serde_json::from_str(&accepted)?;
    Ok(VersionLine { version, digest, kind, actor, reason, accepted, published_at })
}

impl Store {
    /// Publishes a version, with its entry in the log and, for an emergency, its deed and what is in emergency by now:
    /// all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where another version is published by now, [`StoreError::Fenced`] where the fence of a
    /// runner is an old one.
    pub async fn publish(&self, new: &NewVersion, deed: Deed, fence: Option<&Fence>) -> Stored<()> {
        self.publish_all(new, deed, fence, &[], None, None).await
    }

    /// Publishes what was proposed, and writes down who said yes to it: both or neither.
    ///
    /// # Errors
    /// As for [`Store::publish`], and [`StoreError::Conflict`] where somebody decided about the proposal meanwhile.
    pub async fn publish_proposal(&self, new: &NewVersion, deed: Deed, verdict: &Verdict) -> Stored<()> {
        self.publish_all(new, deed, None, &[], None, Some(verdict)).await
    }

    pub(super) async fn publish_all(
        &self,
        new: &NewVersion,
        deed: Deed,
        fence: Option<&Fence>,
        emergencies: &[Emergency],
        replayed: Option<&str>,
        verdict: Option<&Verdict>,
    ) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            if let Some(fence) = fence {
                self.hold(&mut turn, fence).await?;
            }
            if let Some(id) = replayed {
                super::emergencies::mark(&mut turn, id).await?;
            }
            super::emergencies::upsert(&mut turn, emergencies).await?;
            self.followed(&mut turn, &new.env, new.follows).await?;
            if let Some(verdict) = verdict {
                super::proposals::decide(&mut turn, verdict).await?;
            }
            insert(&mut turn, new, &deed).await?;
            sqlx::query("UPDATE environments SET current = $1 WHERE name = $2")
                .bind(new.version)
                .bind(&new.env)
                .execute(&mut *turn)
                .await?;
            self.told(turn, seq, before, deed, &News::Ruleset { env: new.env.clone(), version: new.version })
                .await
        })
        .await
    }

    /// A published version.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none of that number.
    pub async fn version(&self, env: &str, version: i64) -> Stored<Version> {
        within(async {
            let row: Option<(String, String, String)> = sqlx::query_as(
                "SELECT body, source, signature FROM versions WHERE env = $1 AND version = $2",
            )
            .bind(env)
            .bind(version)
            .fetch_optional(&self.pool)
            .await?;
            let found: Option<Row> = sqlx::query_as(
                "SELECT version, digest, kind, actor, reason, accepted, published_at FROM versions \
                 WHERE env = $1 AND version = $2",
            )
            .bind(env)
            .bind(version)
            .fetch_optional(&self.pool)
            .await?;
            let ((body, source, signature), found) = row
                .zip(found)
                .ok_or_else(|| StoreError::NotFound(format!("`{env}` has no version {version}")))?;
            Ok(Version { line: line(found)?, body, source, signature })
        })
        .await
    }

    /// Published versions below `before`, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn versions(&self, env: &str, before: i64, limit: i64) -> Stored<Vec<VersionLine>> {
        within(async {
            let rows: Vec<Row> = sqlx::query_as(
                "SELECT version, digest, kind, actor, reason, accepted, published_at FROM versions \
                 WHERE env = $1 AND version < $2 ORDER BY version DESC LIMIT $3",
            )
            .bind(env)
            .bind(before)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
            rows.into_iter().map(line).collect()
        })
        .await
    }
}

async fn insert(turn: &mut Turn, new: &NewVersion, deed: &Deed) -> Stored<()> {
    sqlx::query(
        "INSERT INTO versions (env, version, body, source, digest, signature, kind, actor, reason, accepted, \
         published_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&new.env)
    .bind(new.version)
    .bind(&new.body)
    .bind(&new.source)
    .bind(&new.digest)
    .bind(&new.signature)
    .bind(&new.kind)
    .bind(&deed.actor)
    .bind(&deed.reason)
    .bind(serde_json::to_string(&deed.accepted)?)
    .bind(now_ms())
    .execute(&mut **turn)
    .await?;
    Ok(())
}
