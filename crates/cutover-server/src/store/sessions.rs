//! Sessions of people who have signed in: as keys, only what their secrets hash to.

use super::{News, Store, Stored, within};
use crate::audit::Deed;
use crate::clock::now_ms;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its number.
    pub id: String,
    /// Who it is, as nobody else is called.
    pub subject: String,
    /// What they are called in the log.
    pub name: String,
    /// SHA-256 of its secret, in hexadecimal digits.
    pub hash: String,
    /// What they may do, as JSON.
    pub grants: String,
    /// When it began, in milliseconds since the epoch.
    pub created_at: i64,
    /// When it ends.
    pub ends_at: i64,
}

super::row!(SessionRow { id, subject, name, hash, grants, created_at, ends_at });

impl Store {
    /// The sessions that have not ended.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn sessions(&self, now: i64) -> Stored<Vec<SessionRow>> {
        within(async {
            Ok(sqlx::query_as(
                "SELECT id, subject, name, hash, grants, created_at, ends_at FROM sessions WHERE ends_at > $1 ORDER BY id",
            )
            .bind(now)
            .fetch_all(&self.pool)
            .await?)
        })
        .await
    }

    /// Begins a session, and forgets those that have ended.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_session(&self, session: &SessionRow, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            sqlx::query("DELETE FROM sessions WHERE ends_at <= $1")
                .bind(now_ms())
                .execute(&mut *turn)
                .await?;
            sqlx::query(
                "INSERT INTO sessions (id, subject, name, hash, grants, created_at, ends_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(&session.id)
            .bind(&session.subject)
            .bind(&session.name)
            .bind(&session.hash)
            .bind(&session.grants)
            .bind(session.created_at)
            .bind(session.ends_at)
            .execute(&mut *turn)
            .await?;
            self.told(turn, seq, before, deed, &News::Keys).await
        })
        .await
    }

    /// Ends the sessions of somebody. Where there are none, nothing is written.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn drop_sessions(&self, subject: &str, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            let gone = sqlx::query("DELETE FROM sessions WHERE subject = $1")
                .bind(subject)
                .execute(&mut *turn)
                .await?;
            if gone.rows_affected() == 0 {
                return Ok(());
            }
            self.told(turn, seq, before, deed, &News::Keys).await
        })
        .await
    }
}
