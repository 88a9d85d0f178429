//! What nodes report, in the store: so that every instance knows of all of them.

use super::{Store, Stored, within};

/// A node, as it reported last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// In which environment.
    pub env: String,
    /// Its name.
    pub node: String,
    /// The version that it decides with.
    pub epoch: i64,
    /// The version under which its oldest open operation began; -1 where none is open.
    pub oldest_open: i64,
    /// What it counted, as JSON.
    pub counts: String,
    /// When it reported, in milliseconds since the epoch.
    pub seen_at: i64,
}

super::row!(NodeRow { env, node, epoch, oldest_open, counts, seen_at });

impl Store {
    /// Keeps reports, and forgets nodes that were silent since `forget`.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_nodes(&self, nodes: &[NodeRow], forget: i64) -> Stored<()> {
        within(async {
            let mut turn = self.pool.begin().await?;
            sqlx::query("DELETE FROM nodes WHERE seen_at < $1").bind(forget).execute(&mut *turn).await?;
            for node in nodes {
                sqlx::query(
                    "INSERT INTO nodes (env, node, epoch, oldest_open, counts, seen_at) \
                     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (env, node) DO UPDATE SET \
                     epoch = excluded.epoch, oldest_open = excluded.oldest_open, counts = excluded.counts, \
                     seen_at = excluded.seen_at WHERE nodes.seen_at <= excluded.seen_at",
                )
                .bind(&node.env)
                .bind(&node.node)
                .bind(node.epoch)
                .bind(node.oldest_open)
                .bind(&node.counts)
                .bind(node.seen_at)
                .execute(&mut *turn)
                .await?;
            }
            Ok(turn.commit().await?)
        })
        .await
    }

    /// All nodes that are known.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn nodes(&self) -> Stored<Vec<NodeRow>> {
        within(async {
            Ok(sqlx::query_as(
                "SELECT env, node, epoch, oldest_open, counts, seen_at FROM nodes ORDER BY env, node",
            )
            .fetch_all(&self.pool)
            .await?)
        })
        .await
    }
}
