//! Proposals in the store: written once, decided once.

use super::{Store, StoreError, Stored, Turn, within};
use crate::audit::Deed;
use crate::clock::now_ms;
use serde::Serialize;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// So many open proposals an environment may have.
const MOST: i64 = 100;

/// Something to be published, if another person says yes to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProposal {
    /// Its number, which nobody guesses.
    pub id: String,
    /// Where it is to be published.
    pub env: String,
    /// The version that it follows: where another one is published meanwhile, it never is.
    pub base: i64,
    /// What it is: `publish`, `rollback`, `promote`, `config`.
    pub kind: String,
    /// The ruleset, YAML or JSON.
    pub text: String,
    /// What it is made of: a draft, a version.
    pub target: String,
    /// Why.
    pub reason: String,
    /// The hazards that its proposer accepts.
    pub accepted: Vec<String>,
    /// The digest of the engine.
    pub digest: String,
    /// Who proposes it, and the number of the key.
    pub proposed_by: (String, String),
}

/// A proposal without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProposalLine {
    /// Its number.
    pub id: String,
    /// Where it is to be published.
    pub env: String,
    /// The version that it follows.
    pub base: i64,
    /// What it is: `publish`, `rollback`, `promote`, `config`.
    pub kind: String,
    /// What it is made of: a draft, a version.
    pub target: String,
    /// Why.
    pub reason: String,
    /// The hazards that its proposer accepts.
    pub accepted: Vec<String>,
    /// The digest of the engine.
    pub digest: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When, in milliseconds since the epoch.
    pub proposed_at: i64,
    /// `open`, `outdated` where something else was published meanwhile, `approved` or `rejected`.
    pub state: String,
    /// Who decided about it; empty where nobody has.
    pub decided_by: String,
    /// What they said to it.
    pub answer: String,
    /// When, in milliseconds since the epoch; 0 where nobody has.
    pub decided_at: i64,
    /// The number of the proposer's key.
    #[serde(skip)]
    pub proposed_id: String,
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// All but its text.
    #[serde(flatten)]
    pub line: ProposalLine,
    /// The ruleset, YAML or JSON: exactly what is published when it is approved.
    pub text: String,
}

/// What another person decided about a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The proposal.
    pub id: String,
    /// Whether it is published.
    pub approved: bool,
    /// Who decided, and the number of the key.
    pub by: (String, String),
    /// What they said to it.
    pub answer: String,
}

const COLUMNS: &str = "SELECT p.id, p.env, p.base, p.kind, p.target, p.reason, p.accepted, p.digest, p.proposed_by, \
    p.proposed_id, p.proposed_at, p.decided_by, p.answer, p.decided_at, \
    CASE WHEN p.state = 'open' AND e.current <> p.base THEN 'outdated' ELSE p.state END AS state";
const FROM: &str = "FROM proposals p JOIN environments e ON e.name = p.env WHERE p.env = $1";

fn line(row: &AnyRow) -> Stored<ProposalLine> {
    let accepted: String = row.try_get("accepted")?;
    Ok(ProposalLine {
        id: row.try_get("id")?,
        env: row.try_get("env")?,
        base: row.try_get("base")?,
        kind: row.try_get("kind")?,
        target: row.try_get("target")?,
        reason: row.try_get("reason")?,
        accepted: serde_json::from_str(&accepted)?,
        digest: row.try_get("digest")?,
        proposed_by: row.try_get("proposed_by")?,
        proposed_at: row.try_get("proposed_at")?,
        state: row.try_get("state")?,
        decided_by: row.try_get("decided_by")?,
        answer: row.try_get("answer")?,
        decided_at: row.try_get("decided_at")?,
        proposed_id: row.try_get("proposed_id")?,
    })
}

/// Writes down what was decided; whoever is second is told so.
pub(super) async fn decide(turn: &mut Turn, verdict: &Verdict) -> Stored<()> {
    let done = sqlx::query(
        "UPDATE proposals SET state = $1, decided_by = $2, decided_id = $3, answer = $4, decided_at = $5 \
         WHERE id = $6 AND state = 'open'",
    )
    .bind(if verdict.approved { "approved" } else { "rejected" })
    .bind(&verdict.by.0)
    .bind(&verdict.by.1)
    .bind(&verdict.answer)
    .bind(now_ms())
    .bind(&verdict.id)
    .execute(&mut **turn)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(());
    }
    let message = format!("somebody has decided about the proposal `{}` already: look again", verdict.id);
    Err(StoreError::Conflict { current: 0, message })
}

impl Store {
    /// Keeps a proposal, where the version that it follows is the published one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where another version is published by now, or too many proposals are open.
    pub async fn propose(&self, new: &NewProposal, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            let current = self.followed(&mut turn, &new.env, new.base).await?;
            let (open,): (i64,) = sqlx::query_as(
                "SELECT COUNT(*) FROM proposals WHERE env = $1 AND state = 'open' AND base = $2",
            )
            .bind(&new.env)
            .bind(new.base)
            .fetch_one(&mut *turn)
            .await?;
            if open >= MOST {
                let message = format!("`{}` has {open} open proposals: decide about some first", new.env);
                return Err(StoreError::Conflict { current, message });
            }
            sqlx::query(
                "INSERT INTO proposals (id, env, base, kind, text, target, reason, accepted, digest, proposed_by, \
                 proposed_id, proposed_at, state, decided_by, decided_id, answer, decided_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', '', '', '', 0)",
            )
            .bind(&new.id)
            .bind(&new.env)
            .bind(new.base)
            .bind(&new.kind)
            .bind(&new.text)
            .bind(&new.target)
            .bind(&new.reason)
            .bind(serde_json::to_string(&new.accepted)?)
            .bind(&new.digest)
            .bind(&new.proposed_by.0)
            .bind(&new.proposed_by.1)
            .bind(now_ms())
            .execute(&mut *turn)
            .await?;
            self.wrote(&mut turn, seq, before, deed).await?;
            Ok(turn.commit().await?)
        })
        .await
    }

    /// The proposals of an environment, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn proposals(&self, env: &str, limit: i64) -> Stored<Vec<ProposalLine>> {
        within(async {
            let query = format!("{COLUMNS} {FROM} ORDER BY p.proposed_at DESC, p.id LIMIT $2");
            let rows = sqlx::query(&query).bind(env).bind(limit).fetch_all(&self.pool).await?;
            rows.iter().map(line).collect()
        })
        .await
    }

    /// A proposal.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none of that number.
    pub async fn proposal(&self, env: &str, id: &str) -> Stored<Proposal> {
        within(async {
            let query = format!("{COLUMNS}, p.text {FROM} AND p.id = $2");
            let row = sqlx::query(&query).bind(env).bind(id).fetch_optional(&self.pool).await?;
            let row = row.ok_or_else(|| StoreError::NotFound(format!("`{env}` has no proposal `{id}`")))?;
            Ok(Proposal { line: line(&row)?, text: row.try_get("text")? })
        })
        .await
    }

    /// Writes down what was decided about a proposal, and publishes nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where somebody decided about it already.
    pub async fn decide(&self, verdict: &Verdict, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            decide(&mut turn, verdict).await?;
            self.wrote(&mut turn, seq, before, deed).await?;
            Ok(turn.commit().await?)
        })
        .await
    }
}
