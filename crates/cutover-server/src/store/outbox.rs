//! What is still to be told to somebody outside: kept until it was taken.

use super::{Store, Stored, within};

/// Something to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Its number: who gets it twice knows it by it.
    pub id: String,
    /// What takes it.
    pub kind: String,
    /// What it says.
    pub body: String,
    /// How often it was not taken.
    pub failed: i64,
}

super::row!(Parcel { id, kind, body, failed });

impl Store {
    /// Keeps something to be told; one of that id that is there already stays.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_parcel(&self, parcel: &Parcel, due: i64) -> Stored<()> {
        within(async {
            sqlx::query(
                "INSERT INTO outbox (id, kind, body, failed, due_at, error) VALUES ($1, $2, $3, 0, $4, '') \
                 ON CONFLICT (id) DO NOTHING",
            )
            .bind(&parcel.id)
            .bind(&parcel.kind)
            .bind(&parcel.body)
            .bind(due)
            .execute(&self.pool)
            .await?;
            Ok(())
        })
        .await
    }

    /// What is due.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn parcels(&self, now: i64, limit: i64) -> Stored<Vec<Parcel>> {
        within(async {
            Ok(sqlx::query_as(
                "SELECT id, kind, body, failed FROM outbox WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2",
            )
            .bind(now)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?)
        })
        .await
    }

    /// It was taken, or nobody will ever take it.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn drop_parcel(&self, id: &str) -> Stored<()> {
        within(async {
            sqlx::query("DELETE FROM outbox WHERE id = $1").bind(id).execute(&self.pool).await?;
            Ok(())
        })
        .await
    }

    /// It was not taken, and is tried again.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn delay_parcel(&self, id: &str, due: i64, error: &str) -> Stored<()> {
        within(async {
            sqlx::query("UPDATE outbox SET failed = failed + 1, due_at = $1, error = $2 WHERE id = $3")
                .bind(due)
                .bind(error)
                .bind(id)
                .execute(&self.pool)
                .await?;
            Ok(())
        })
        .await
    }
}
