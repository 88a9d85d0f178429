//! What instances tell each other: by LISTEN and NOTIFY, once a transaction is committed.

use super::Store;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio::sync::mpsc;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// A version was published.
    Ruleset {
        /// Where.
        env: String,
        /// Which.
        version: i64,
    },
    /// An environment came or changed.
    Environment {
        /// Which.
        env: String,
    },
    /// A key came or went.
    Keys,
    /// It is not known what changed: the connection was lost, and is there again.
    Anything,
}

/// How long it takes until a lost connection is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Listens for what other instances change until nobody takes it; with SQLite, at once, for there are none.
pub async fn listen(store: Store, told: mpsc::Sender<News>) {
    if !store.postgres {
        return;
    }
    loop {
        if let Ok(mut listener) = PgListener::connect(&store.url).await
            && listener.listen("cutover").await.is_ok()
        {
            // What was told before it listened is not told again.
            if told.send(News::Anything).await.is_err() {
                return;
            }
            // `try_recv` gives none where the connection was lost.
            while let Ok(Some(notification)) = listener.try_recv().await {
                let news = serde_json::from_str(notification.payload()).unwrap_or(News::Anything);
                if told.send(news).await.is_err() {
                    return;
                }
            }
        }
        if told.is_closed() {
            return;
        }
        tokio::time::sleep(AGAIN).await;
    }
}
