//! What all requests share.

use crate::clock::{hex, now_ms, random};
use crate::environments::{Environment, Environments};
use crate::journal::Journal;
use crate::keys::Keys;
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::problem::{Answer, Problem};
use crate::published::Published;
use crate::sign::Signer;
use crate::status::{self, Public};
use crate::store::{KeyRow, Store, StoreError, Stored};
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tokio::sync::{Notify, watch};

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) options: Options,
    pub(crate) store: Store,
    pub(crate) environments: Environments,
    pub(crate) keys: ArcSwap<Keys>,
    /// The same as they stand in the store.
    pub(crate) key_rows: ArcSwap<Vec<KeyRow>>,
    pub(crate) signer: Signer,
    pub(crate) journal: Journal,
    pub(crate) mailer: Option<Mailer>,
    /// Told when there is something in the journal.
    pub(crate) alarmed: Notify,
    pub(crate) metrics: Metrics,
    /// Whether the database was reached since the start; before that, a copy of what was known stands in for it.
    pub(crate) reached: watch::Sender<bool>,
    /// When the copy was written that this server began with; 0 where it began with the database.
    pub(crate) began_with: AtomicI64,
    /// What the last copy says, in short.
    pub(crate) copied: AtomicI64,
    /// What strangers and visitors are shown.
    pub(crate) public: ArcSwap<Public>,
    /// Told of each version that clients are shown.
    pub(crate) shown: watch::Sender<()>,
    /// True from when the server ends on.
    pub(crate) ending: watch::Sender<bool>,
    /// The name of this instance among others.
    pub(crate) instance: String,
}

impl App {
    pub(crate) fn new(options: Options, store: Store, signer: Signer, journal: Journal) -> Self {
        Self {
            options,
            store,
            environments: Environments::default(),
            keys: ArcSwap::default(),
            key_rows: ArcSwap::default(),
            signer,
            journal,
            mailer: None,
            alarmed: Notify::new(),
            metrics: Metrics::default(),
            reached: watch::Sender::new(false),
            began_with: AtomicI64::new(0),
            copied: AtomicI64::new(0),
            public: ArcSwap::default(),
            shown: watch::Sender::new(()),
            ending: watch::Sender::new(false),
            instance: hex(&random::<6>()),
        }
    }

    /// An environment by its name.
    pub(crate) fn environment(&self, name: &str) -> Answer<Arc<Environment>> {
        self.environments.find(name).ok_or_else(|| {
            let all = self.environments.all();
            let known: Vec<&str> = all.iter().map(|environment| environment.name.as_str()).collect();
            Problem::missing(format!("there is no environment `{name}` (there are {})", known.join(", ")))
        })
    }

    /// What is published in an environment.
    pub(crate) fn published(&self, name: &str) -> Answer<Arc<Published>> {
        self.environment(name)?
            .published()
            .ok_or_else(|| Problem::missing(format!("nothing is published in `{name}` yet")))
    }

    /// Takes keys, environments, emergencies and rulesets as the store has them.
    pub(crate) async fn reload(&self) -> Stored<()> {
        self.reload_keys().await?;
        let rows = self.store.environments().await?;
        self.environments.take(&rows);
        for emergency in self.store.emergencies().await? {
            if let Some(environment) = self.environments.find(&emergency.env) {
                environment.learn(&emergency);
            }
        }
        for row in rows {
            self.show(&row.name, row.current).await?;
        }
        self.public.store(Arc::new(status::read(self).await?));
        Ok(())
    }

    pub(crate) async fn reload_keys(&self) -> Stored<()> {
        self.take_keys(self.store.keys().await?);
        Ok(())
    }

    pub(crate) fn take_keys(&self, rows: Vec<KeyRow>) {
        self.keys.store(Arc::new(Keys::of(&rows, self.options.admin_key.as_deref())));
        self.key_rows.store(Arc::new(rows));
    }

    /// Shows clients a version of the store, where they do not have it yet.
    pub(crate) async fn show(&self, env: &str, version: i64) -> Stored<()> {
        let Some(environment) = self.environments.find(env) else { return Ok(()) };
        let known = environment.published();
        let newer = |known: &Arc<Published>| known.version > version || known.stored >= version;
        if version == 0 || known.as_ref().is_some_and(newer) {
            return Ok(());
        }
        let found = self.store.version(env, version).await?;
        let published = Published::of(found)
            .map_err(|error| StoreError::Corrupt(format!("version {version} of `{env}`: {error}")))?;
        self.display(&environment, published);
        Ok(())
    }

    /// Shows clients a version.
    pub(crate) fn display(&self, environment: &Environment, published: Published) {
        let (version, stored, kind) = (published.version, published.stored, published.kind.clone());
        if environment.show(Arc::new(published)) {
            tracing::info!(env = environment.name, version, stored, kind, "published");
            self.metrics.published(&environment.name, now_ms());
            self.shown.send_replace(());
        }
    }
}
