//! Where everything is kept: one SQLite file, or a PostgreSQL that several instances share. Both are asked by the
//! same statements, and one suite of tests runs over both.

/// Reads a row by the names of its columns, which are those of the fields.
macro_rules! row {
    ($of:ident { $($field:ident),+ }) => {
        impl<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> for $of {
            fn from_row(row: &'r sqlx::any::AnyRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self { $($field: row.try_get(stringify!($field))?),+ })
            }
        }
    };
}
use row;

mod audit;
mod drafts;
mod emergencies;
mod environments;
mod keys;
mod leases;
mod listen;
mod nodes;
mod outbox;
mod plans;
mod public;
mod schema;
mod versions;

pub use drafts::Draft;
pub use emergencies::{Emergency, Target};
pub use environments::{EnvironmentRow, Settings};
pub use keys::KeyRow;
pub use leases::Fence;
pub use listen::{News, listen};
pub use nodes::NodeRow;
pub use outbox::Parcel;
pub use plans::PlanRow;
pub use public::BannerRow;
pub use versions::{NewVersion, Version, VersionLine};

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyPool, Transaction};
use std::str::FromStr as _;
use std::time::Duration;

/// How long anything may take: a database that does not answer is one that is down.
const PATIENCE: Duration = Duration::from_secs(5);
const CONNECT_PATIENCE: Duration = Duration::from_secs(3);

/// Why the store did not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was first.
    #[error("{message}")]
    Conflict {
        /// What is there now.
        current: i64,
        /// In a sentence.
        message: String,
    },
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// Another instance holds the lease by now: whoever is told this stops.
    #[error("another instance runs the plans by now")]
    Fenced,
    /// The database cannot be reached, or does not answer.
    #[error("the database does not answer: {0}")]
    Down(String),
    /// The database says something that makes no sense.
    #[error("the database: {0}")]
    Corrupt(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound("there is no such row".to_owned()),
            sqlx::Error::Database(told) if told.is_unique_violation() => {
                Self::Conflict { current: 0, message: "somebody else was first: look again".to_owned() }
            }
            // A server that is being shut down says so with an error of its own (class 57), a full pool with another.
            sqlx::Error::Database(told) if !told.code().is_some_and(|code| code.starts_with("57")) => {
                Self::Corrupt(error.to_string())
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Corrupt(error.to_string()),
            _ => Self::Down(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(format!("a row that is no JSON: {error}"))
    }
}

/// What a store is asked for.
pub type Stored<T> = Result<T, StoreError>;

/// The store.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    postgres: bool,
    url: String,
}

/// A transaction; dropped, it is as if nothing was said.
pub(crate) type Turn = Transaction<'static, Any>;

impl Store {
    /// Opens a store by its address, and brings its tables up to date: `sqlite:FOLDER/cutover.db` or `postgres://…`.
    ///
    /// # Errors
    /// Where the address is none, nobody answers, or the tables are those of a newer version.
    pub async fn open(url: &str) -> Stored<Self> {
        let store = Self::at(url)?;
        store.migrate().await?;
        Ok(store)
    }

    /// The store at an address, of which nothing is asked yet.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn at(url: &str) -> Stored<Self> {
        sqlx::any::install_default_drivers();
        let postgres = url.starts_with("postgres:") || url.starts_with("postgresql:");
        let address = if postgres || url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
        let options = AnyConnectOptions::from_str(&address)
            .map_err(|error| StoreError::Corrupt(format!("`{url}` is no address of a database: {error}")))?;
        // SQLite has one writer: with one connection nobody waits for a lock in vain.
        let pool = AnyPoolOptions::new()
            .max_connections(if postgres { 8 } else { 1 })
            .acquire_timeout(CONNECT_PATIENCE)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    let said: &[&'static str] = if postgres {
                        &["SET statement_timeout = '5s'"]
                    } else {
                        &[
                            "PRAGMA journal_mode = WAL",
                            "PRAGMA synchronous = FULL",
                            "PRAGMA busy_timeout = 5000",
                        ]
                    };
                    for statement in said {
                        sqlx::query(statement).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .connect_lazy_with(options);
        Ok(Self { pool, postgres, url: url.to_owned() })
    }

    /// Whether several instances may share it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.postgres
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Stored<()> {
        within(async { Ok(sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)?) }).await
    }

    /// Closes it; what is under way ends first.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Brings its tables up to date.
    ///
    /// # Errors
    /// Where nobody answers, or the tables are those of a newer version.
    pub async fn migrate(&self) -> Stored<()> {
        within(async {
            let mut turn = self.pool.begin().await?;
            if self.postgres {
                // Two instances that start at once take turns.
                sqlx::query("SELECT pg_advisory_xact_lock(7305217)").execute(&mut *turn).await?;
            }
            sqlx::query("CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY)")
                .execute(&mut *turn)
                .await?;
            let (done,): (i64,) = sqlx::query_as("SELECT COALESCE(MAX(version), 0) FROM schema_versions")
                .fetch_one(&mut *turn)
                .await?;
            let done = usize::try_from(done).unwrap_or_default();
            if done > schema::MIGRATIONS.len() {
                return Err(StoreError::Corrupt(format!(
                    "its tables are of version {done}, and this server knows {}: run a newer one",
                    schema::MIGRATIONS.len()
                )));
            }
            for (number, statements) in (1_i64..).zip(schema::MIGRATIONS).skip(done) {
                for statement in *statements {
                    sqlx::query(statement).execute(&mut *turn).await?;
                }
                sqlx::query("INSERT INTO schema_versions (version) VALUES ($1)")
                    .bind(number)
                    .execute(&mut *turn)
                    .await?;
            }
            Ok(turn.commit().await?)
        })
        .await
    }

    /// Tells the other instances, once the transaction is committed.
    async fn announce(&self, turn: &mut Turn, news: &News) -> Stored<()> {
        if self.postgres {
            sqlx::query("SELECT pg_notify('cutover', $1)")
                .bind(serde_json::to_string(news)?)
                .execute(&mut **turn)
                .await?;
        }
        Ok(())
    }
}

/// Ends what takes too long: then it is not known whether it was done, and whoever asked looks again.
async fn within<T>(work: impl Future<Output = Stored<T>>) -> Stored<T> {
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(StoreError::Down("it did not answer in time".to_owned())))
}
