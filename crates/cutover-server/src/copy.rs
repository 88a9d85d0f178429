//! A copy of what the server knows, on its own disk: with it a server starts while its database cannot be reached. It is
//! written where the database is one that others share; a SQLite file is on the disk already.

use crate::app::App;
use crate::clock::{hex, now_ms};
use crate::published::Published;
use crate::sign::private_file;
use crate::status::{Public, Shown};
use crate::store::{Emergency, EnvironmentRow, KeyRow};
use cutover::Engine;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const NAME: &str = "last-known.json";

/// What is copied.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Copy {
    environments: Vec<EnvironmentRow>,
    emergencies: Vec<Emergency>,
    /// What keys hash to: who could ask before can ask now.
    keys: Vec<KeyRow>,
    published: Vec<Kept>,
    /// Status pages and banners.
    #[serde(default)]
    public: BTreeMap<String, Shown>,
}

/// A published ruleset.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    env: String,
    version: i64,
    stored: i64,
    kind: String,
    signature: String,
    body: String,
}

/// The file: when it was written, and what was known then.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    at: i64,
    #[serde(flatten)]
    copy: Copy,
}

/// Writes the copy, where anything is otherwise than in the last one.
pub(crate) async fn keep(app: &Arc<App>) {
    if !app.store.is_shared() {
        return;
    }
    let environments = app.environments.all();
    let (keys, public) = (app.key_rows.load().to_vec(), app.public.load().by_env.clone());
    let mut copy = Copy { keys, public, ..Copy::default() };
    for environment in &environments {
        copy.emergencies.extend(environment.alarm().iter().cloned());
        let published = environment.published();
        copy.environments.push(EnvironmentRow {
            name: environment.name.clone(),
            place: environment.place(),
            current: published.as_ref().map_or(0, |published| published.stored),
            settings: environment.settings(),
        });
        copy.published.extend(published.map(|published| Kept {
            env: environment.name.clone(),
            version: published.version,
            stored: published.stored,
            kind: published.kind.clone(),
            signature: published.signature.clone(),
            body: String::new(),
        }));
    }
    // Bodies are told by their signatures: what has not changed is not copied to find that out.
    let print = Sha256::digest(serde_json::to_vec(&copy).unwrap_or_default());
    let print = i64::from_le_bytes(print.first_chunk().copied().unwrap_or_default());
    if app.copied.load(Ordering::Relaxed) == print {
        return;
    }
    for kept in &mut copy.published {
        let found = environments.iter().find(|environment| environment.name == kept.env);
        match found.and_then(|environment| environment.published()) {
            Some(published) if published.signature == kept.signature => {
                kept.body = String::from_utf8_lossy(&published.body).into_owned();
            }
            // Another version came meanwhile: the next round has it.
            _ => return,
        }
    }
    let folder = app.options.data.clone();
    let written = tokio::task::spawn_blocking(move || write(&folder, copy)).await;
    match written.unwrap_or_else(|error| Err(Error::other(error))) {
        Ok(()) => app.copied.store(print, Ordering::Relaxed),
        Err(error) => tracing::warn!(%error, "what is known is not copied to the disk"),
    }
}

/// Beside its place, synced, renamed: a crash leaves the last copy whole.
fn write(folder: &Path, copy: Copy) -> std::io::Result<()> {
    let (beside, place) = (folder.join(format!("{NAME}.new")), folder.join(NAME));
    let _ = std::fs::remove_file(&beside);
    let mut file = private_file(&beside)?;
    let text = serde_json::to_vec(&Written { at: now_ms(), copy })?;
    let sum = hex(&Sha256::digest(&text));
    file.write_all(format!("{sum}\n").as_bytes())?;
    file.write_all(&text)?;
    file.sync_all()?;
    std::fs::rename(beside, place)
}

fn read(path: &Path) -> std::io::Result<Written> {
    let text = std::fs::read_to_string(path)?;
    let whole = text.split_once('\n').filter(|(sum, rest)| *sum == hex(&Sha256::digest(rest.as_bytes())));
    let Some((_, rest)) = whole else {
        let wrong = format!("{}: this is no whole copy: delete it", path.display());
        return Err(Error::new(ErrorKind::InvalidData, wrong));
    };
    Ok(serde_json::from_str(rest)?)
}

/// Takes up what was known. Says when the copy was written; `None` where there is none.
pub(crate) fn take(app: &App) -> std::io::Result<Option<i64>> {
    let Written { at, copy } = match read(&app.options.data.join(NAME)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    app.take_keys(copy.keys);
    app.public.store(Arc::new(Public { by_env: copy.public, at }));
    app.environments.take(&copy.environments);
    for emergency in &copy.emergencies {
        if let Some(environment) = app.environments.find(&emergency.env) {
            environment.learn(emergency);
        }
    }
    for Kept { env, version, stored, kind, signature, body } in copy.published {
        let Some(environment) = app.environments.find(&env) else { continue };
        let engine = Engine::from_str(&body).map_err(|error| {
            Error::new(ErrorKind::InvalidData, format!("version {version} of `{env}` in the copy: {error}"))
        })?;
        let published = Published::new(version, stored, body, signature, kind, Arc::new(engine));
        app.display(&environment, published);
    }
    Ok(Some(at))
}
