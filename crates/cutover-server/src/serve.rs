//! Starting, listening, ending.

use crate::app::App;
use crate::audit::Deed;
use crate::clock::now_ms;
use crate::journal::Journal;
use crate::keys::{Role, make};
use crate::mail::Mailer;
use crate::options::Options;
use crate::publish::{self, Wanted};
use crate::sign::{Signer, private_file};
use crate::store::{News, Settings, Store, StoreError, listen};
use crate::{channel, copy, emergency, http, listener, nodes, notify, runner};
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How often every instance looks whether it missed some news.
const LOOK: Duration = Duration::from_secs(2);
/// How long a database that was away at the start is left alone before it is asked again.
const AGAIN: Duration = Duration::from_secs(1);
/// How often what nodes report is written down.
const KEEP: Duration = Duration::from_secs(1);
/// How long connections have to end.
const GRACE: Duration = Duration::from_secs(5);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// A file.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The address.
    #[error("it cannot listen on {address}: {error}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The address of Redis.
    #[error("Redis: {0}")]
    Redis(String),
    /// What is said of e-mail.
    #[error("e-mail: {0}")]
    Mail(String),
    /// A ruleset of the folder that was to be imported.
    #[error("{path}: {problem}")]
    Import {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: String,
    },
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    tls: Option<listener::Tls>,
    redis: Option<redis::Client>,
    /// Where the first key is, where it was made just now.
    pub first_key: Option<PathBuf>,
}

impl Server {
    /// Opens the store, takes what is there, imports what is to be imported, and listens.
    ///
    /// # Errors
    /// [`ServeError`] with what is in the way.
    pub async fn start(options: Options) -> Result<Self, ServeError> {
        let file = |path: PathBuf| move |error| ServeError::File { path, error };
        std::fs::create_dir_all(&options.data).map_err(file(options.data.clone()))?;
        let key = options.signing_key.clone().unwrap_or_else(|| options.data.join("signing-key"));
        let signer = Signer::of_file(&key).map_err(file(key))?;
        let path = options.data.join("journal.ndjson");
        let journal = Journal::open(&path).map_err(file(path))?;
        let tls = match &options.tls {
            Some((chain, key)) => Some(listener::tls(chain, key).map_err(file(chain.clone()))?),
            None => None,
        };
        let store = Store::at(&options.database)?;
        let redis = options.redis.as_deref().map(channel::client).transpose().map_err(ServeError::Redis)?;
        let mailer = Mailer::of(&options).map_err(ServeError::Mail)?;
        let app = Arc::new(App { mailer, ..App::new(options, store, signer, journal) });
        let first_key = match prepare(&app).await {
            Err(ServeError::Store(StoreError::Down(error))) => {
                let path = app.options.data.clone();
                let Some(at) = copy::take(&app).map_err(file(path))? else {
                    return Err(StoreError::Down(error).into());
                };
                app.began_with.store(at, Ordering::Relaxed);
                tracing::warn!(
                    error,
                    at,
                    "the database is away: what was known last is served until it answers"
                );
                emergency::resume(&app);
                None
            }
            prepared => prepared?,
        };
        let address = app.options.listen;
        let listener =
            TcpListener::bind(address).await.map_err(|error| ServeError::Listen { address, error })?;
        Ok(Self { app, listener, tls, redis, first_key })
    }

    /// Where it listens.
    ///
    /// # Panics
    /// Where the system does not know.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("a listener has an address")
    }

    /// Whether it speaks TLS.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Serves until `ended`; then clients are told, and connections have some seconds to end.
    pub async fn run(self, ended: impl Future<Output = ()>) {
        let app = self.app;
        let mut work = JoinSet::new();
        work.spawn(reach(app.clone()));
        work.spawn(once_reached(&app, emergency::replay(app.clone())));
        work.spawn(once_reached(&app, keep_nodes(app.clone())));
        let (told, news) = mpsc::channel(64);
        work.spawn(once_reached(&app, listen(app.store.clone(), told)));
        work.spawn(once_reached(&app, hear(app.clone(), news)));
        if let Some(redis) = self.redis {
            work.spawn(channel::tell(app.clone(), redis));
        }
        if !app.options.webhooks.is_empty() || app.mailer.is_some() {
            work.spawn(once_reached(&app, notify::deliver(app.clone())));
        }
        let running = app.options.runner.then(|| tokio::spawn(once_reached(&app, runner::run(app.clone()))));
        let ending = app.ending.clone();
        let connections = listener::Connections::new(app.clone(), self.tls);
        let serving = connections.serve(self.listener, http::router(&app));
        tokio::select! {
            () = serving => {}
            () = ended => {}
        }
        ending.send_replace(true);
        connections.end(GRACE).await;
        if let Some(running) = running {
            let _ = tokio::time::timeout(GRACE, running).await;
        }
        work.shutdown().await;
        app.store.close().await;
    }
}

/// Until somebody interrupts the process, or asks it to end.
pub async fn ended() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut asked) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = interrupted => {}
            _ = asked.recv() => {}
        }
        return;
    }
    let _ = interrupted.await;
}

/// Brings the tables up to date, makes what there is to be at least, and takes what is there.
async fn prepare(app: &App) -> Result<Option<PathBuf>, ServeError> {
    app.store.migrate().await?;
    let first_key = first_key(app).await?;
    environments(app).await?;
    app.reload().await?;
    emergency::resume(app);
    import(app).await?;
    app.reached.send_replace(true);
    Ok(first_key)
}

/// Where a server began without its database: asks for it until it answers.
async fn reach(app: Arc<App>) {
    while !*app.reached.borrow() {
        tokio::time::sleep(AGAIN).await;
        match prepare(&app).await {
            Ok(first_key) => {
                app.began_with.store(0, Ordering::Relaxed);
                tracing::info!(?first_key, "the database answers, and what is served is its own again");
                emergency::enforce(&app);
            }
            Err(ServeError::Store(StoreError::Down(error))) => {
                tracing::debug!(error, "the database is still away");
            }
            Err(error) => tracing::error!(%error, "the database answers, and cannot be used"),
        }
    }
}

/// Work that needs the database waits until it was reached.
fn once_reached<T, W: Future<Output = T>>(app: &App, work: W) -> impl Future<Output = T> + use<T, W> {
    let mut reached = app.reached.subscribe();
    let mut ending = app.ending.subscribe();
    async move {
        tokio::select! {
            _ = reached.wait_for(|reached| *reached) => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
        work.await
    }
}

/// With no key at all, nobody could make one: the first is put into a file that its owner reads.
async fn first_key(app: &App) -> Result<Option<PathBuf>, ServeError> {
    if app.options.admin_key.is_some() || !app.store.keys().await?.is_empty() {
        return Ok(None);
    }
    let (key, row) = make("admin", Role::Admin, "", "the first start");
    let path = app.options.data.join("admin-key");
    let written = match private_file(&path) {
        // A start that was interrupted left it.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            std::fs::remove_file(&path).and_then(|()| private_file(&path))
        }
        other => other,
    };
    written
        .and_then(|mut file| writeln!(file, "{key}"))
        .map_err(|error| ServeError::File { path: path.clone(), error })?;
    let deed =
        Deed { actor: "server".into(), action: "key".into(), target: row.id.clone(), ..Deed::default() };
    app.store.put_key(&row, deed).await?;
    Ok(Some(path))
}

async fn environments(app: &App) -> Result<(), ServeError> {
    let known = app.store.environments().await?;
    for name in &app.options.environments {
        if known.iter().all(|row| row.name != *name) {
            let deed = Deed {
                actor: "server".into(),
                action: "environment".into(),
                env: name.clone(),
                ..Deed::default()
            };
            app.store.put_environment(name, Settings::default(), deed).await?;
        }
    }
    Ok(())
}

/// Publishes the rulesets of a folder where nothing is published yet.
async fn import(app: &App) -> Result<(), ServeError> {
    let Some(folder) = &app.options.import else { return Ok(()) };
    for environment in app.environments.all() {
        let paths = ["yaml", "yml", "json"].map(|end| folder.join(format!("{}.{end}", environment.name)));
        let Some(path) = paths.into_iter().find(|path| path.exists()) else { continue };
        if environment.version() > 0 {
            continue;
        }
        let text =
            std::fs::read_to_string(&path).map_err(|error| ServeError::File { path: path.clone(), error })?;
        let wanted = Wanted {
            env: environment.name.clone(),
            text,
            follows: 0,
            kind: "publish",
            actor: "server".to_owned(),
            target: path.display().to_string(),
            reason: "imported at start".to_owned(),
            accept: Vec::new(),
            // Nobody decides with anything yet, so nobody is moved.
            unasked: true,
        };
        publish::publish(app, wanted, None).await.map_err(|problem| ServeError::Import {
            path,
            problem: serde_json::to_string(&problem).unwrap_or_default(),
        })?;
    }
    Ok(())
}

/// Hears what other instances change, and looks now and then whether it missed something.
async fn hear(app: Arc<App>, mut news: mpsc::Receiver<News>) {
    loop {
        let heard = match tokio::time::timeout(LOOK, news.recv()).await {
            Ok(Some(News::Ruleset { env, version })) => app.show(&env, version).await,
            Ok(Some(News::Keys)) => app.reload_keys().await,
            Ok(Some(News::Environment { .. } | News::Anything)) => app.reload().await,
            // With SQLite nobody else writes, and nobody tells anything.
            Ok(None) => {
                tokio::time::sleep(LOOK).await;
                app.reload().await
            }
            Err(_) => app.reload().await,
        };
        if let Err(error) = heard {
            tracing::warn!(%error, "what is published cannot be read; what is known goes on");
        }
        emergency::enforce(&app);
        copy::keep(&app).await;
    }
}

/// Writes down what nodes report, and takes what other instances heard.
async fn keep_nodes(app: Arc<App>) {
    loop {
        tokio::time::sleep(KEEP).await;
        let news: Vec<_> =
            app.environments.all().iter().flat_map(|environment| environment.nodes.news()).collect();
        let now = now_ms();
        if !news.is_empty() {
            let kept = app.store.put_nodes(&news, now - nodes::FORGOTTEN_MS).await;
            if let Err(error) = kept {
                tracing::warn!(%error, "what nodes report is not written down");
            }
        }
        if !app.store.is_shared() && !news.is_empty() {
            continue;
        }
        let Ok(rows) = app.store.nodes().await else { continue };
        for environment in app.environments.all() {
            let own = rows.iter().filter(|row| row.env == environment.name).cloned();
            environment.nodes.learn(own, now);
        }
    }
}
