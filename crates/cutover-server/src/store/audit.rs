//! The audit log in the store.

use super::{News, Store, Stored, Turn, within};
use crate::audit::{Deed, Entry};
use crate::clock::now_ms;

impl Store {
    /// Begins whatever changes something: whoever holds the head of the log has the turn.
    pub(super) async fn turn(&self) -> Stored<(Turn, i64, String)> {
        let mut turn = self.pool.begin().await?;
        // The first statement takes the lock, in either database.
        let (seq, hash): (i64, String) =
            sqlx::query_as("UPDATE head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash")
                .fetch_one(&mut *turn)
                .await?;
        Ok((turn, seq, hash))
    }

    /// Writes the deed of a turn.
    pub(super) async fn wrote(&self, turn: &mut Turn, seq: i64, before: String, deed: Deed) -> Stored<Entry> {
        let entry = Entry::chained(deed, seq, now_ms(), before);
        sqlx::query("INSERT INTO audit (seq, at, env, entry) VALUES ($1, $2, $3, $4)")
            .bind(seq)
            .bind(entry.at)
            .bind(&entry.env)
            .bind(serde_json::to_string(&entry)?)
            .execute(&mut **turn)
            .await?;
        sqlx::query("UPDATE head SET hash = $1 WHERE id = 1").bind(&entry.hash).execute(&mut **turn).await?;
        Ok(entry)
    }

    /// Ends a turn: its deed is written, and every instance hears of what has changed.
    pub(super) async fn told(
        &self,
        mut turn: Turn,
        seq: i64,
        before: String,
        deed: Deed,
        news: &News,
    ) -> Stored<()> {
        self.wrote(&mut turn, seq, before, deed).await?;
        self.announce(&mut turn, news).await?;
        Ok(turn.commit().await?)
    }

    /// Writes a deed alone.
    ///
    /// # Errors
    /// Where the database does not take it.
    pub async fn note(&self, deed: Deed) -> Stored<Entry> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            let entry = self.wrote(&mut turn, seq, before, deed).await?;
            turn.commit().await?;
            Ok(entry)
        })
        .await
    }

    /// Entries after `after` in their order, those of one environment where one is given.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn audit(&self, env: Option<&str>, after: i64, limit: i64) -> Stored<Vec<Entry>> {
        within(async {
            let rows: Vec<(String,)> = match env {
                Some(env) => {
                    sqlx::query_as(
                        "SELECT entry FROM audit WHERE env = $1 AND seq > $2 ORDER BY seq LIMIT $3",
                    )
                    .bind(env)
                    .bind(after)
                    .bind(limit)
                    .fetch_all(&self.pool)
                    .await?
                }
                None => {
                    sqlx::query_as("SELECT entry FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2")
                        .bind(after)
                        .bind(limit)
                        .fetch_all(&self.pool)
                        .await?
                }
            };
            rows.iter().map(|(entry,)| Ok(serde_json::from_str(entry)?)).collect()
        })
        .await
    }

    /// Entries before `before`, the newest first, those of one environment where one is given.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn audit_newest(&self, env: Option<&str>, before: i64, limit: i64) -> Stored<Vec<Entry>> {
        let of = if env.is_some() { "env = $3 AND" } else { "" };
        let query = format!("SELECT entry FROM audit WHERE {of} seq < $1 ORDER BY seq DESC LIMIT $2");
        within(async {
            let asked = sqlx::query_as(&query).bind(before).bind(limit);
            let asked = if let Some(env) = env { asked.bind(env) } else { asked };
            let rows: Vec<(String,)> = asked.fetch_all(&self.pool).await?;
            rows.iter().map(|(entry,)| Ok(serde_json::from_str(entry)?)).collect()
        })
        .await
    }
}
