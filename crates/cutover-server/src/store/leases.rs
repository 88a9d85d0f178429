//! Leases with fences: one instance does something at a time, and one that was slow is told so when it writes.

use super::{Store, StoreError, Stored, Turn, within};

/// The right to do something until the lease ends. Its number rises each time that it changes hands, and every write
/// of its holder says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// What is leased.
    pub name: String,
    /// Who holds it.
    pub holder: String,
    /// Rises with each holder.
    pub number: i64,
}

impl Store {
    /// Takes or keeps a lease until `now + ms`; none where somebody else holds it. The clocks of instances only decide how
    /// soon another one takes over: that two do not write is the fence's doing.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn lease(&self, name: &str, holder: &str, now: i64, ms: i64) -> Stored<Option<Fence>> {
        within(async {
            let row: Option<(i64,)> = sqlx::query_as(
                "INSERT INTO leases (name, holder, fence, ends_at) VALUES ($1, $2, 1, $3) \
                 ON CONFLICT (name) DO UPDATE SET \
                 fence = CASE WHEN leases.holder = excluded.holder THEN leases.fence ELSE leases.fence + 1 END, \
                 holder = excluded.holder, ends_at = excluded.ends_at \
                 WHERE leases.holder = excluded.holder OR leases.ends_at <= $4 RETURNING fence",
            )
            .bind(name)
            .bind(holder)
            .bind(now.saturating_add(ms))
            .bind(now)
            .fetch_optional(&self.pool)
            .await?;
            Ok(row.map(|(number,)| Fence { name: name.to_owned(), holder: holder.to_owned(), number }))
        })
        .await
    }

    /// Gives a lease back, so that another instance need not wait for its end.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn release(&self, fence: &Fence) -> Stored<()> {
        within(async {
            sqlx::query("UPDATE leases SET ends_at = 0 WHERE name = $1 AND holder = $2 AND fence = $3")
                .bind(&fence.name)
                .bind(&fence.holder)
                .bind(fence.number)
                .execute(&self.pool)
                .await?;
            Ok(())
        })
        .await
    }

    /// Holds the lease as it is until the transaction ends: nobody takes it over meanwhile.
    pub(super) async fn hold(&self, turn: &mut Turn, fence: &Fence) -> Stored<()> {
        let held =
            sqlx::query("UPDATE leases SET fence = fence WHERE name = $1 AND holder = $2 AND fence = $3")
                .bind(&fence.name)
                .bind(&fence.holder)
                .bind(fence.number)
                .execute(&mut **turn)
                .await?;
        if held.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Fenced) }
    }
}
