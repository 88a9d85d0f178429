//! What strangers and visitors are shown: status pages and banners, as JSON.

use super::{News, Store, StoreError, Stored, within};
use crate::audit::Deed;
use crate::clock::now_ms;

/// A banner: its environment, its name, and what it says as JSON.
pub type BannerRow = (String, String, String);

impl Store {
    /// The status pages: the environment of each, and what is on it as JSON.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn status_pages(&self) -> Stored<Vec<(String, String)>> {
        within(async {
            Ok(sqlx::query_as("SELECT env, page FROM status_pages ORDER BY env")
                .fetch_all(&self.pool)
                .await?)
        })
        .await
    }

    /// Keeps the status page of an environment.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_status_page(&self, env: &str, page: &str, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            sqlx::query(
                "INSERT INTO status_pages (env, page) VALUES ($1, $2) \
                 ON CONFLICT (env) DO UPDATE SET page = excluded.page",
            )
            .bind(env)
            .bind(page)
            .execute(&mut *turn)
            .await?;
            self.told(turn, seq, before, deed, &News::Environment { env: env.to_owned() }).await
        })
        .await
    }

    /// All banners.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn banners(&self) -> Stored<Vec<BannerRow>> {
        within(async {
            let query = "SELECT env, id, banner FROM banners ORDER BY env, id";
            Ok(sqlx::query_as(query).fetch_all(&self.pool).await?)
        })
        .await
    }

    /// Keeps a banner.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_banner(&self, env: &str, id: &str, banner: &str, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            sqlx::query(
                "INSERT INTO banners (env, id, banner, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (env, id) \
                 DO UPDATE SET banner = excluded.banner, updated_at = excluded.updated_at",
            )
            .bind(env)
            .bind(id)
            .bind(banner)
            .bind(now_ms())
            .execute(&mut *turn)
            .await?;
            self.told(turn, seq, before, deed, &News::Environment { env: env.to_owned() }).await
        })
        .await
    }

    /// Takes a banner away.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none of that name.
    pub async fn drop_banner(&self, env: &str, id: &str, deed: Deed) -> Stored<()> {
        within(async {
            let (mut turn, seq, before) = self.turn().await?;
            let done = sqlx::query("DELETE FROM banners WHERE env = $1 AND id = $2")
                .bind(env)
                .bind(id)
                .execute(&mut *turn)
                .await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound(format!("`{env}` has no banner `{id}`")));
            }
            self.told(turn, seq, before, deed, &News::Environment { env: env.to_owned() }).await
        })
        .await
    }
}
