//! Publication: the engine's checks, the hazards of the moves, and then one transaction. What is published is a new version,
//! whatever it is made of.

use crate::app::App;
use crate::audit::Deed;
use crate::client;
use crate::clock::now_ms;
use crate::edit;
use crate::environments::Environment;
use crate::problem::{Answer, Problem};
use crate::published::Published;
use crate::store::{Fence, NewVersion, Target, Verdict, Version, VersionLine};
use axum::http::StatusCode;
use cutover::diff::{Diff, DiffOptions};
use cutover::{Attributes, Diagnostic, Engine, HazardCode, wire};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// A ruleset before anything is published.
const NOTHING: &str = r#"{"cutover":1}"#;

/// A ruleset that was checked against what is published.
pub(crate) struct Checked {
    /// As JSON: the bytes that clients get.
    pub(crate) body: String,
    pub(crate) engine: Arc<Engine>,
    pub(crate) warnings: Vec<Diagnostic>,
    /// Whom it moves, and the hazards, as [`cutover::diff::DiffReport`].
    pub(crate) diff: Value,
    /// The hazards that nobody accepted, and those that are accepted and there.
    pub(crate) refused: Vec<HazardCode>,
    pub(crate) accepted: Vec<HazardCode>,
    /// Whether a migration moves.
    pub(crate) moves: bool,
}

/// What somebody wants to publish.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) env: String,
    /// YAML or JSON.
    pub(crate) text: String,
    /// The version that it was made for.
    pub(crate) follows: i64,
    pub(crate) kind: &'static str,
    pub(crate) actor: String,
    pub(crate) target: String,
    pub(crate) reason: String,
    /// The names of hazards, and `not_adopted`.
    pub(crate) accept: Vec<String>,
    /// Whether hazards are not asked about: an automatic way back, which was judged when its plan was published.
    pub(crate) unasked: bool,
    pub(crate) consent: Consent,
}

/// What another person says to it, where the environment asks another person.
#[derive(Debug, Clone)]
pub(crate) enum Consent {
    /// Nobody was asked yet: where somebody has to be, it is not published.
    Asked,
    /// Nobody is asked: a way back, or what follows from something that was approved.
    Unneeded,
    /// Somebody said yes to it as a proposal; what the log says of that.
    Given(Verdict, Value),
}

/// What was published.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Publication {
    /// In which environment.
    pub(crate) env: String,
    /// Its version.
    pub(crate) version: i64,
    /// False where that was published already.
    pub(crate) changed: bool,
    /// The digest of the engine.
    pub(crate) digest: String,
    /// The hazards that were there and accepted.
    pub(crate) accepted: Vec<String>,
    /// What the engine warns of.
    #[schema(value_type = Vec<Object>)]
    pub(crate) warnings: Vec<Diagnostic>,
    /// What is in emergency, and stays so whatever the ruleset says of it.
    pub(crate) held: Vec<Target>,
}

/// The hazards by their names; `not_adopted` is the server's own.
fn hazards(names: &[String]) -> Answer<Vec<HazardCode>> {
    let known = |name: &String| HazardCode::ALL.into_iter().find(|code| code.name() == name);
    let names = names.iter().filter(|name| *name != "not_adopted");
    names
        .map(|name| {
            known(name).ok_or_else(|| {
                let all: Vec<&str> = HazardCode::ALL.iter().map(|code| code.name()).collect();
                Problem::wrong(format!("`{name}` is no hazard: these are {}, not_adopted", all.join(", ")))
            })
        })
        .collect()
}

/// Checks a ruleset against what is published: `Err` where it has errors.
pub(crate) fn check(
    environment: &Environment,
    text: &str,
    accept: &[String],
    population: Vec<cutover::Value>,
) -> Answer<Checked> {
    let accept = hazards(accept)?;
    let now = now_ms();
    // The engine judges what somebody wrote, so that every place that it tells is in that text.
    let mut engine = Engine::from_str(text)?;
    let warnings = engine.warnings(now);
    let mut body = wire::to_json(&wire::document(text.as_bytes())?);
    let held = environment.in_emergency();
    if !held.is_empty() {
        let mut document: Value = serde_json::from_str(&body).unwrap_or_default();
        // What is in emergency stays so whoever publishes.
        if edit::hold(&mut document, &held) {
            body = document.to_string();
            engine = Engine::from_str(&body)?;
        }
    }
    if body.contains("\"client\":true") {
        // What is published has a ruleset for clients: hashed lists cost more steps than plain ones.
        let document: Value = serde_json::from_str(&body).unwrap_or_default();
        client::compiled(&document, "as long as any salt is: 32 bytes")?;
    }
    let published = environment.published();
    let nothing;
    let (old, before) = match &published {
        Some(published) => (published.engine.as_ref(), published.body.as_ref()),
        None => {
            nothing = Engine::from_str(NOTHING)?;
            (&nothing, NOTHING.as_bytes())
        }
    };
    let options = DiffOptions { accept: accept.clone(), ..DiffOptions::at(now) };
    let mut diff = Diff::new(old, &engine, options).with_documents(before, body.as_bytes())?;
    for (line, context) in (1..).zip(population) {
        match Attributes::from_value(context) {
            Ok(attributes) => diff.add(line, &attributes),
            Err(diagnostic) => diff.refuse(line, diagnostic),
        }
    }
    let report = diff.report();
    let refused = report.refused.clone();
    let accepted = report.hazards.iter().filter(|code| accept.contains(code)).copied().collect();
    let moves = report.migrations.iter().any(|migration| !migration.moves.is_empty());
    let diff = serde_json::to_value(&report).unwrap_or_default();
    Ok(Checked { body, engine: Arc::new(engine), warnings, diff, refused, accepted, moves })
}

/// Refuses what has hazards that nobody accepted, with the moves that have them.
fn refuse_hazards(checked: &Checked, wanted: &Wanted, environment: &Environment) -> Answer<()> {
    if !checked.refused.is_empty() {
        let names: Vec<&str> = checked.refused.iter().map(|code| code.name()).collect();
        let detail = format!(
            "this moves a migration with hazards that nobody has accepted: {}. Look at `migrations`, then name them in \
             `accept` and say why in `reason`, or go another way",
            names.join(", ")
        );
        let title = "Hazards have to be accepted";
        return Err(Problem::new(StatusCode::CONFLICT, "hazards", title, detail)
            .with("hazards", &names)
            .with("migrations", checked.diff.get("migrations")));
    }
    let adoption = environment.nodes.adoption(environment.version(), now_ms());
    let waits = environment.settings().adopted_first && checked.moves && !adoption.adopted;
    let accepts_that = wanted.accept.iter().any(|name| name == "not_adopted");
    if waits && !accepts_that {
        let detail = format!(
            "version {} is not adopted everywhere, and a migration moves once it is (guards G1 and G2): wait, or accept \
             `not_adopted` with a reason",
            adoption.version
        );
        let title = "Not adopted everywhere";
        return Err(
            Problem::new(StatusCode::CONFLICT, "not-adopted", title, detail).with("adoption", adoption)
        );
    }
    if (!checked.accepted.is_empty() || waits) && wanted.reason.trim().is_empty() {
        return Err(Problem::unusable("who accepts a hazard says why: `reason` is empty"));
    }
    Ok(())
}

/// Whether somebody's change of an environment waits for another person.
pub(crate) fn is_approved_first(environment: &Environment) -> bool {
    environment.settings().approvals > 0
}

/// Checks what somebody wants to publish: `Err` where it would be refused.
pub(crate) async fn examine(app: &App, environment: &Arc<Environment>, wanted: &Wanted) -> Answer<Checked> {
    if wanted.text.len() > app.options.ruleset_limit {
        return Err(Problem::too_large(app.options.ruleset_limit));
    }
    // Checking takes as long as a ruleset is large: requests of others go on meanwhile.
    let (checking, text) = (environment.clone(), wanted.text.clone());
    let accept = if wanted.unasked {
        HazardCode::ALL.iter().map(|code| code.name().to_owned()).collect()
    } else {
        wanted.accept.clone()
    };
    let checked = tokio::task::spawn_blocking(move || check(&checking, &text, &accept, Vec::new()))
        .await
        .map_err(|_| Problem::unusable("the ruleset could not be checked"))??;
    if !wanted.unasked {
        refuse_hazards(&checked, wanted, environment)?;
    }
    Ok(checked)
}

/// Publishes a ruleset.
pub(crate) async fn publish(app: &App, wanted: Wanted, fence: Option<&Fence>) -> Answer<Publication> {
    let environment = app.environment(&wanted.env)?;
    if matches!(wanted.consent, Consent::Asked) && is_approved_first(&environment) {
        let title = "Another person approves it first";
        let detail = format!("`{}` publishes what another person has approved", wanted.env);
        return Err(Problem::new(StatusCode::FORBIDDEN, "approval-needed", title, detail));
    }
    let checked = examine(app, &environment, &wanted).await?;
    let mut accepted: Vec<String> = checked.accepted.iter().map(|code| code.name().to_owned()).collect();
    if wanted.accept.iter().any(|name| name == "not_adopted") {
        accepted.push("not_adopted".to_owned());
    }
    let (digest, warnings) = (checked.engine.digest().to_owned(), checked.warnings.clone());
    let held: Vec<Target> = environment.in_emergency().into_iter().map(|held| held.target).collect();
    let current = environment.published();
    if let Some(current) =
        current.filter(|current| current.version == wanted.follows && current.body == checked.body)
    {
        let (env, version) = (wanted.env, current.version);
        return Ok(Publication {
            env,
            version,
            changed: false,
            digest,
            accepted: Vec::new(),
            warnings,
            held,
        });
    }
    let version = wanted.follows + 1;
    let signature = app.signer.sign(&wanted.env, version, checked.body.as_bytes());
    let source = if wanted.text == checked.body { String::new() } else { wanted.text };
    let (env, follows, kind) = (wanted.env.clone(), wanted.follows, wanted.kind.to_owned());
    let (body, for_store, signed) = (checked.body.clone(), digest.clone(), signature.clone());
    let new = NewVersion { env, follows, version, body, source, digest: for_store, signature: signed, kind };
    let mut detail = serde_json::json!({ "version": version, "follows": wanted.follows, "digest": digest });
    if let (Consent::Given(_, about), Some(detail)) = (&wanted.consent, detail.as_object_mut()) {
        detail.insert("proposal".to_owned(), about.clone());
    }
    let deed = Deed {
        actor: wanted.actor,
        action: wanted.kind.to_owned(),
        env: wanted.env.clone(),
        target: wanted.target,
        reason: wanted.reason,
        accepted: accepted.clone(),
        detail,
    };
    match &wanted.consent {
        Consent::Given(verdict, _) => app.store.publish_proposal(&new, deed, verdict).await?,
        Consent::Asked | Consent::Unneeded => app.store.publish(&new, deed, fence).await?,
    }
    let published =
        Published::new(version, version, checked.body, signature, wanted.kind.to_owned(), checked.engine);
    app.display(&environment, published);
    Ok(Publication { env: wanted.env, version, changed: true, digest, accepted, warnings, held })
}

/// Changes what is published by a call, again where somebody else was first.
pub(crate) async fn change(
    app: &App,
    mut wanted: Wanted,
    fence: Option<&Fence>,
    edit: impl Fn(&mut Value) -> Answer<()>,
) -> Answer<Publication> {
    const TRIES: usize = 5;
    for attempt in 1.. {
        let published = app.published(&wanted.env)?;
        let mut document: Value = serde_json::from_slice(&published.body).unwrap_or_default();
        edit(&mut document)?;
        wanted.text = document.to_string();
        wanted.follows = published.version;
        match publish(app, wanted.clone(), fence).await {
            Err(problem) if problem.status() == StatusCode::PRECONDITION_FAILED && attempt < TRIES => {
                // Somebody published through another instance, and the news is still on its way.
                let rows = app.store.environments().await?;
                if let Some(row) = rows.iter().find(|row| row.name == wanted.env) {
                    app.show(&row.name, row.current).await?;
                }
            }
            answer => return answer,
        }
    }
    Err(Problem::conflict("others publish all the time: try again"))
}

/// The text of a version as somebody wrote it.
pub(crate) fn written(version: &Version) -> &str {
    if version.source.is_empty() { &version.body } else { &version.source }
}

/// The newest version before the current one that has another content, and was not itself the way back.
pub(crate) fn before<'a>(lines: &'a [VersionLine], current: &VersionLine) -> Option<&'a VersionLine> {
    lines.iter().find(|line| line.version < current.version && line.digest != current.digest)
}
