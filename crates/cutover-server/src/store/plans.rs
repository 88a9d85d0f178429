//! Where plans stand, in the store.

use super::{Fence, Store, StoreError, Stored, within};
use crate::audit::Deed;
use crate::clock::now_ms;

/// Where a plan stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// In which environment.
    pub env: String,
    /// Its name.
    pub name: String,
    /// Its state, as JSON of the engine; empty where it never began.
    pub state: String,
    /// Rises with each write.
    pub revision: i64,
    /// The epoch of the plan that was last performed.
    pub epoch: i64,
    /// The published version that performs it: nodes that decide with it, or a later one, acknowledge the epoch.
    pub version: i64,
    /// When it was written, in milliseconds since the epoch.
    pub updated_at: i64,
}

super::row!(PlanRow { env, name, state, revision, epoch, version, updated_at });

impl PlanRow {
    /// A plan that never began.
    #[must_use]
    pub fn new(env: &str, name: &str) -> Self {
        let (env, name) = (env.to_owned(), name.to_owned());
        Self { env, name, state: String::new(), revision: 0, epoch: 0, version: 0, updated_at: 0 }
    }
}

const COLUMNS: &str = "SELECT env, name, state, revision, epoch, version, updated_at FROM plans";

impl Store {
    /// All plans that ever began.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn plans(&self) -> Stored<Vec<PlanRow>> {
        let query = format!("{COLUMNS} ORDER BY env, name");
        within(async { Ok(sqlx::query_as(&query).fetch_all(&self.pool).await?) }).await
    }

    /// Where a plan stands; one that never began is at its beginning.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn plan(&self, env: &str, name: &str) -> Stored<PlanRow> {
        let query = format!("{COLUMNS} WHERE env = $1 AND name = $2");
        within(async {
            let found = sqlx::query_as(&query).bind(env).bind(name).fetch_optional(&self.pool).await?;
            Ok(found.unwrap_or_else(|| PlanRow::new(env, name)))
        })
        .await
    }

    /// Writes where a plan stands, if nobody else did since `row` was read. What the log is to tell is written with it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where somebody else did, [`StoreError::Fenced`] where the fence is an old one.
    pub async fn put_plan(&self, row: &PlanRow, deed: Option<Deed>, fence: Option<&Fence>) -> Stored<()> {
        within(async {
            let (mut turn, head) = match &deed {
                Some(_) => {
                    let (turn, seq, before) = self.turn().await?;
                    (turn, Some((seq, before)))
                }
                None => (self.pool.begin().await?, None),
            };
            if let Some(fence) = fence {
                self.hold(&mut turn, fence).await?;
            }
            let statement = if row.revision == 0 {
                "INSERT INTO plans (env, name, state, revision, epoch, version, updated_at) \
                 VALUES ($1, $2, $3, $4 + 1, $5, $6, $7) ON CONFLICT (env, name) DO NOTHING"
            } else {
                "UPDATE plans SET state = $3, revision = $4 + 1, epoch = $5, version = $6, updated_at = $7 \
                 WHERE env = $1 AND name = $2 AND revision = $4"
            };
            let done = sqlx::query(statement)
                .bind(&row.env)
                .bind(&row.name)
                .bind(&row.state)
                .bind(row.revision)
                .bind(row.epoch)
                .bind(row.version)
                .bind(now_ms())
                .execute(&mut *turn)
                .await?;
            if done.rows_affected() == 0 {
                let message = "the plan moved on meanwhile: look again".to_owned();
                return Err(StoreError::Conflict { current: row.revision, message });
            }
            if let Some(((seq, before), deed)) = head.zip(deed) {
                self.wrote(&mut turn, seq, before, deed).await?;
            }
            Ok(turn.commit().await?)
        })
        .await
    }
}
