//! The emergency: one call, effective in memory at once and on the disk before, whatever the database does. What the database
//! could not take is replayed into it later.

use crate::app::App;
use crate::audit::Deed;
use crate::clock::{hex, now_ms, random};
use crate::edit;
use crate::environments::{Environment, learn};
use crate::journal::Call;
use crate::notify::{self, Kind, Told};
use crate::problem::{Answer, Problem};
use crate::published::Published;
use crate::store::{Emergency, NewVersion, StoreError, Stored, Target};
use cutover::Engine;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long a call waits to say whether the database has it.
const WAIT: Duration = Duration::from_millis(500);

/// Where the database was not reached since the start, others may have published more than the copy knows of. The version of
/// an emergency is above theirs, for clients take nothing that is not newer than what they have.
const LEAP: i64 = 1_000;

/// Somebody declares or ends an emergency.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) targets: Vec<Target>,
    pub(crate) on: bool,
    pub(crate) actor: String,
    pub(crate) reason: String,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Declaration {
    /// In which environment.
    pub(crate) env: String,
    /// What it is about.
    pub(crate) targets: Vec<Target>,
    /// Whether it is on.
    pub(crate) emergency: bool,
    /// False where it was so already.
    pub(crate) changed: bool,
    /// The version that clients have now.
    pub(crate) version: i64,
    /// Whether the database has it; otherwise the journal does, until the database answers again.
    pub(crate) stored: bool,
}

/// Declares or ends an emergency. Clients have it when this returns its first part; nothing here waits for the database.
fn declare(app: &App, environment: &Environment, said: &Declared) -> Answer<(Declaration, Option<String>)> {
    let mut alarm = environment.alarm();
    let published = environment
        .published()
        .ok_or_else(|| Problem::missing(format!("nothing is published in `{}` yet", environment.name)))?;
    let mut document: Value = serde_json::from_slice(&published.body).unwrap_or_default();
    let (id, at) = (hex(&random::<8>()), now_ms());
    let mut emergencies = Vec::new();
    for target in &said.targets {
        let known = alarm.iter().find(|known| known.target == *target);
        // What stood there before is what stood there before the first call.
        let before = match known.filter(|known| known.on) {
            Some(known) => known.before.clone(),
            None => edit::before(&document, target).map_err(Problem::missing)?,
        };
        if known.map_or(!said.on, |known| known.on == said.on) {
            continue;
        }
        emergencies.push(Emergency {
            env: environment.name.clone(),
            target: target.clone(),
            on: said.on,
            before,
            id: id.clone(),
            actor: said.actor.clone(),
            reason: said.reason.clone(),
            // Later than what is known, whatever the clock does.
            at: at.max(known.map_or(0, |known| known.at + 1)),
        });
    }
    let mut answer = Declaration {
        env: environment.name.clone(),
        targets: said.targets.clone(),
        emergency: said.on,
        changed: false,
        version: published.version,
        stored: app.journal.pending().iter().all(|call| call.env != environment.name),
    };
    if emergencies.is_empty() {
        return Ok((answer, None));
    }
    for emergency in &emergencies {
        edit::emergency(&mut document, emergency);
    }
    let body = document.to_string();
    let engine = Arc::new(Engine::from_str(&body)?);
    let version = published.version + if *app.reached.borrow() { 1 } else { LEAP };
    let call = Call {
        id: id.clone(),
        env: environment.name.clone(),
        emergencies: emergencies.clone(),
        version,
        follows: published.version,
        body: body.clone(),
    };
    if let Err(error) = app.journal.write(call) {
        // Stopping is worth more than writing down that it was stopped.
        tracing::error!(%error, "the journal cannot be written: a crash before the database has it loses the emergency");
    }
    let signature = app.signer.sign(&environment.name, version, body.as_bytes());
    let stored = published.stored;
    app.display(
        environment,
        Published::new(version, stored, body, signature, "emergency".to_owned(), engine),
    );
    for emergency in &emergencies {
        learn(&mut alarm, emergency);
    }
    (answer.changed, answer.version, answer.stored) = (true, version, false);
    Ok((answer, Some(id)))
}

/// Declares or ends an emergency, and says whether the database has it yet.
pub(crate) async fn call(app: &Arc<App>, env: &str, said: Declared) -> Answer<Declaration> {
    let environment = app.environment(env)?;
    let (mut answer, id) = declare(app, &environment, &said)?;
    let Some(id) = id else { return Ok(answer) };
    tracing::warn!(env, on = said.on, actor = said.actor, reason = said.reason, targets = ?said.targets, "emergency");
    app.alarmed.notify_one();
    let until = tokio::time::Instant::now() + WAIT;
    while tokio::time::Instant::now() < until && !answer.stored {
        tokio::time::sleep(Duration::from_millis(10)).await;
        answer.stored = app.journal.pending().iter().all(|call| call.id != id);
    }
    answer.version = environment.version();
    Ok(answer)
}

/// Brings what is in the journal into the database, in its order, until the server ends.
pub(crate) async fn replay(app: Arc<App>) {
    loop {
        for call in app.journal.pending() {
            match replayed(&app, &call).await {
                Ok(()) => {
                    if let Err(error) = app.journal.done(&call.id) {
                        tracing::error!(%error, "the journal cannot be emptied");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, env = call.env, "an emergency waits for the database");
                    break;
                }
            }
        }
        let pause = if app.journal.pending().is_empty() {
            Duration::from_secs(5)
        } else {
            Duration::from_millis(500)
        };
        let _ = tokio::time::timeout(pause, app.alarmed.notified()).await;
    }
}

/// Brings one call into the database. Where somebody published meanwhile, the emergency is published on top of that.
async fn replayed(app: &App, call: &Call) -> Stored<()> {
    if app.store.is_replayed(&call.id).await? {
        return Ok(());
    }
    let rows = app.store.environments().await?;
    let current = rows.iter().find(|row| row.name == call.env).map_or(0, |row| row.current);
    let (first, environment) = (call.emergencies.first(), app.environments.find(&call.env));
    let (Some(first), Some(environment)) = (first, environment) else { return Ok(()) };
    let (version, body) = if current == call.follows {
        (call.version, call.body.clone())
    } else {
        let stored = app.store.version(&call.env, current).await?;
        let mut document: Value = serde_json::from_str(&stored.body)?;
        for emergency in &call.emergencies {
            edit::emergency(&mut document, emergency);
        }
        let body = document.to_string();
        if body == stored.body {
            // It holds already, by another call.
            let deed = deed_of(call, first, current, current);
            return app.store.keep_emergency(deed, &call.emergencies, &call.id).await;
        }
        (current.max(environment.version()) + 1, body)
    };
    let engine = Arc::new(Engine::from_str(&body).map_err(|error| StoreError::Corrupt(error.to_string()))?);
    let signature = app.signer.sign(&call.env, version, body.as_bytes());
    let deed = deed_of(call, first, version, current);
    let new = NewVersion {
        env: call.env.clone(),
        follows: current,
        version,
        body: body.clone(),
        source: String::new(),
        digest: engine.digest().to_owned(),
        signature: signature.clone(),
        kind: "emergency".to_owned(),
    };
    app.store.publish_emergency(&new, deed, &call.emergencies, &call.id).await?;
    let names: Vec<&str> = call.emergencies.iter().map(|emergency| emergency.target.name()).collect();
    let word = if first.on { "EMERGENCY" } else { "the emergency is over" };
    let text = format!("{}: {word}: {} ({}: {})", call.env, names.join(", "), first.actor, first.reason);
    let about =
        serde_json::json!({ "environment": call.env, "emergencies": call.emergencies, "version": version });
    let told = Told { id: &call.id, env: &call.env, kind: Kind::Emergency, text: &text, about: &about };
    if let Err(error) = notify::tell(app, told).await {
        tracing::warn!(%error, "nobody is told of the emergency");
    }
    app.display(
        &environment,
        Published::new(version, version, body, signature, "emergency".to_owned(), engine),
    );
    Ok(())
}

fn deed_of(call: &Call, first: &Emergency, version: i64, follows: i64) -> Deed {
    let targets: Vec<&str> = call.emergencies.iter().map(|emergency| emergency.target.name()).collect();
    Deed {
        actor: first.actor.clone(),
        action: if first.on { "emergency" } else { "emergency_over" }.to_owned(),
        env: call.env.clone(),
        target: targets.join(","),
        reason: first.reason.clone(),
        accepted: Vec::new(),
        detail: serde_json::json!({
            "call": call.id, "declared_at": first.at, "version": version, "follows": follows
        }),
    }
}

/// Publishes what is in emergency on top of a version that was published without it, as happens where an emergency and a
/// publication cross.
pub(crate) fn enforce(app: &App) {
    for environment in app.environments.all() {
        let alarm = environment.alarm();
        let held: Vec<Emergency> = alarm.iter().filter(|held| held.on).cloned().collect();
        let Some(published) = environment.published().filter(|_| !held.is_empty()) else { continue };
        let mut document: Value = serde_json::from_slice(&published.body).unwrap_or_default();
        if !edit::hold(&mut document, &held) {
            continue;
        }
        let (body, version) = (document.to_string(), published.version + 1);
        let Ok(engine) = Engine::from_str(&body) else { continue };
        let call = Call {
            id: hex(&random::<8>()),
            env: environment.name.clone(),
            emergencies: held,
            version,
            follows: published.version,
            body: body.clone(),
        };
        if let Err(error) = app.journal.write(call) {
            tracing::error!(%error, "the journal cannot be written");
        }
        let signature = app.signer.sign(&environment.name, version, body.as_bytes());
        let kind = "emergency".to_owned();
        app.display(
            &environment,
            Published::new(version, published.stored, body, signature, kind, Arc::new(engine)),
        );
        app.alarmed.notify_one();
    }
}

/// Takes up what a crash left in the journal: clients have it before the database does.
pub(crate) fn resume(app: &App) {
    for call in app.journal.pending() {
        let Some(environment) = app.environments.find(&call.env) else { continue };
        for emergency in &call.emergencies {
            environment.learn(emergency);
        }
        let Ok(engine) = Engine::from_str(&call.body) else { continue };
        let signature = app.signer.sign(&call.env, call.version, call.body.as_bytes());
        let kind = "emergency".to_owned();
        app.display(
            &environment,
            Published::new(call.version, call.follows, call.body, signature, kind, Arc::new(engine)),
        );
    }
}
