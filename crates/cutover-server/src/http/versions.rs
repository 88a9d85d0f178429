//! Environments, what is published in them, and how that comes about.

use super::extract::{Json, Query, Raw, if_match};
use crate::app::App;
use crate::audit::Deed;
use crate::keys::{Role, Who};
use crate::problem::{Answer, Problem};
use crate::proposals::{self, Done};
use crate::publish::{self, Consent, Publication, Wanted};
use crate::store::{EnvironmentRow, Proposal, Settings, VersionLine};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use cutover::Diagnostic;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The longest name of anything, in bytes.
const LONGEST_NAME: usize = 64;

/// A name that stands in addresses.
pub(crate) fn named(what: &str, name: &str) -> Answer<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(fits) || name.starts_with('.') {
        let detail = format!(
            "{what} is named by 1 to {LONGEST_NAME} of the letters a-z, A-Z, 0-9, `-`, `_` and `.`; `{name}` was given"
        );
        return Err(Problem::unusable(detail));
    }
    Ok(())
}

/// All environments, in the order in which rulesets are promoted.
#[utoipa::path(get, path = "/v1/environments", tag = "rulesets",
    responses((status = 200, body = Vec<EnvironmentRow>), (status = "default", body = Problem)))]
pub(crate) async fn environments(
    State(app): State<Arc<App>>,
    who: Who,
) -> Answer<axum::Json<Vec<EnvironmentRow>>> {
    let mut all = app.environments.all();
    all.retain(|environment| who.needs(Role::Viewer, &environment.name).is_ok());
    if all.is_empty() {
        who.needs(Role::Viewer, who.env.as_deref().unwrap_or_default())?;
    }
    let row = |environment: &Arc<crate::environments::Environment>| EnvironmentRow {
        name: environment.name.clone(),
        place: environment.place(),
        current: environment.version(),
        settings: environment.settings(),
    };
    Ok(axum::Json(all.iter().map(row).collect()))
}

/// What is to hold in an environment; what is not given stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsChange {
    /// Where a change of a migration waits until every node has the version before: guards G1 and G2.
    adopted_first: Option<bool>,
    /// How many other people say yes before somebody's change is published: 0 or 1.
    #[schema(maximum = 1)]
    approvals: Option<u8>,
}

/// Makes an environment, or changes its settings.
#[utoipa::path(put, path = "/v1/environments/{env}", tag = "rulesets", params(("env" = String, Path)),
    request_body = SettingsChange, responses((status = 200, body = Settings), (status = "default", body = Problem)))]
pub(crate) async fn put_environment(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    Json(change): Json<SettingsChange>,
) -> Answer<axum::Json<Settings>> {
    who.needs_everywhere(Role::Admin)?;
    named("an environment", &env)?;
    if change.approvals.is_some_and(|asked| asked > 1) {
        return Err(Problem::unusable("`approvals` is 0 or 1: how many other people say yes to a change"));
    }
    // As the store has them: another instance may have changed them just now.
    let rows = app.store.environments().await?;
    let known = rows.iter().find(|row| row.name == env).map(|row| row.settings).unwrap_or_default();
    let settings = Settings {
        adopted_first: change.adopted_first.unwrap_or(known.adopted_first),
        approvals: change.approvals.unwrap_or(known.approvals),
    };
    let detail = serde_json::to_value(settings).unwrap_or_default();
    let deed =
        Deed { actor: who.name, action: "environment".into(), env: env.clone(), detail, ..Deed::default() };
    app.store.put_environment(&env, settings, deed).await?;
    app.environments.take(&app.store.environments().await?);
    Ok(axum::Json(settings))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// Versions below this one; all where none is given.
    before: Option<i64>,
    /// At most so many, up to 500.
    #[serde(default = "fifty")]
    limit: i64,
}

const fn fifty() -> i64 {
    50
}

/// What was published in an environment, the newest first.
#[utoipa::path(get, path = "/v1/environments/{env}/versions", tag = "rulesets", params(("env" = String, Path), Page),
    responses((status = 200, body = Vec<VersionLine>), (status = "default", body = Problem)))]
pub(crate) async fn versions(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    Query(page): Query<Page>,
) -> Answer<axum::Json<Vec<VersionLine>>> {
    who.needs(Role::Viewer, &env)?;
    app.environment(&env)?;
    let before = page.before.unwrap_or(i64::MAX);
    Ok(axum::Json(app.store.versions(&env, before, page.limit.clamp(1, 500)).await?))
}

/// A version with its texts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Whole {
    #[serde(flatten)]
    line: VersionLine,
    /// The ruleset as JSON: what clients get.
    body: String,
    /// The ruleset as somebody wrote it.
    source: String,
    signature: String,
}

/// A published version.
#[utoipa::path(get, path = "/v1/environments/{env}/versions/{version}", tag = "rulesets",
    params(("env" = String, Path), ("version" = i64, Path)),
    responses((status = 200, body = Whole), (status = "default", body = Problem)))]
pub(crate) async fn version(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, version)): Path<(String, i64)>,
) -> Answer<axum::Json<Whole>> {
    who.needs(Role::Viewer, &env)?;
    app.environment(&env)?;
    let found = app.store.version(&env, version).await?;
    let source = publish::written(&found).to_owned();
    Ok(axum::Json(Whole { line: found.line, body: found.body, source, signature: found.signature }))
}

/// A ruleset that is to be judged and not published.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// The ruleset, YAML or JSON.
    ruleset: String,
    /// The hazards that are accepted.
    #[serde(default)]
    accept: Vec<String>,
    /// Contexts that are counted: whom the change moves.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    population: Vec<serde_json::Value>,
}

/// What publishing would do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Judgement {
    /// Whether it would be published.
    publishable: bool,
    #[schema(value_type = Vec<Object>)]
    diagnostics: Vec<Diagnostic>,
    /// The hazards that nobody has accepted.
    refused: Vec<String>,
    /// The version that it was compared with.
    against: i64,
    /// Whom it moves, from what to what, with which hazards; null where the ruleset has errors.
    #[schema(value_type = Option<Object>)]
    diff: Option<serde_json::Value>,
}

/// What publishing a ruleset would do, without doing it.
#[utoipa::path(post, path = "/v1/environments/{env}/check", tag = "rulesets", params(("env" = String, Path)),
    request_body = Question, responses((status = 200, body = Judgement), (status = "default", body = Problem)))]
pub(crate) async fn check(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    Json(question): Json<Question>,
) -> Answer<axum::Json<Judgement>> {
    who.needs(Role::Viewer, &env)?;
    let environment = app.environment(&env)?;
    let against = environment.version();
    let judged = tokio::task::spawn_blocking(move || {
        let contexts = question.population.iter();
        let contexts =
            contexts.map(|context| cutover::Value::from_json(&context.to_string()).unwrap_or_default());
        if let Err(error) = cutover::Engine::from_str(&question.ruleset) {
            return Ok((error.diagnostics, Vec::new(), None));
        }
        let checked = publish::check(&environment, &question.ruleset, &question.accept, contexts.collect())?;
        let refused: Vec<String> = checked.refused.iter().map(|code| code.name().to_owned()).collect();
        Ok::<_, Problem>((checked.warnings, refused, Some(checked.diff)))
    });
    let (diagnostics, refused, diff) =
        judged.await.map_err(|_| Problem::unusable("the ruleset could not be checked"))??;
    let publishable = diff.is_some() && refused.is_empty();
    Ok(axum::Json(Judgement { publishable, diagnostics, refused, against, diff }))
}

/// What is to be published, and what its publisher says to it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Publish {
    /// The name of a draft, which is dropped afterwards.
    draft: Option<String>,
    /// Or the ruleset itself, YAML or JSON.
    ruleset: Option<String>,
    /// Why; whoever accepts a hazard has to say.
    #[serde(default)]
    reason: String,
    /// The hazards that are accepted, such as `stale_read`, and `not_adopted`.
    #[serde(default)]
    accept: Vec<String>,
}

/// Publishes a draft or a ruleset. One with errors is refused with diagnostics, one that moves a migration with hazards until
/// each is accepted with a reason.
#[utoipa::path(post, path = "/v1/environments/{env}/publish", tag = "rulesets",
    params(("env" = String, Path), ("If-Match" = String, Header, description = "The version that it was made for")),
    request_body = Publish, responses((status = 200, body = Publication), (status = 202, body = Proposal),
        (status = "default", body = Problem)))]
pub(crate) async fn publish(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    headers: HeaderMap,
    Json(said): Json<Publish>,
) -> Answer<Done> {
    who.needs(Role::Operator, &env)?;
    let follows = if_match(&headers, app.environment(&env)?.version())?;
    let (text, target) = match (&said.draft, said.ruleset) {
        (Some(name), None) => (app.store.draft(&env, name).await?.text, name.clone()),
        (None, Some(text)) => (text, String::new()),
        _ => return Err(Problem::wrong("give `draft`, its name, or `ruleset`, its text")),
    };
    let actor = who.name.clone();
    let (reason, accept) = (said.reason, said.accept);
    let wanted = Wanted {
        env: env.clone(),
        text,
        follows,
        kind: "publish",
        actor,
        target,
        reason,
        accept,
        unasked: false,
        consent: Consent::Asked,
    };
    let done = proposals::publish(&app, &who, wanted).await?;
    // The draft of a proposal stays, for one that is rejected.
    if let (Some(name), Done::Published(_)) = (said.draft, &done) {
        let deed = Deed {
            actor: who.name,
            action: "draft_published".into(),
            env: env.clone(),
            target: name.clone(),
            ..Deed::default()
        };
        // It is published; a draft that is left behind does no harm.
        let _ = app.store.drop_draft(&env, &name, deed).await;
    }
    Ok(done)
}

/// Which version is to be again.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rollback {
    /// The version whose content is published again; where none is given, the last one with another content.
    to: Option<i64>,
    /// Why.
    #[serde(default)]
    reason: String,
    /// The hazards that are accepted: a way back can have some too.
    #[serde(default)]
    accept: Vec<String>,
}

/// Publishes the content of an older version as a new one.
#[utoipa::path(post, path = "/v1/environments/{env}/rollback", tag = "rulesets",
    params(("env" = String, Path), ("If-Match" = String, Header, description = "The version that is gone back from")),
    request_body = Rollback, responses((status = 200, body = Publication), (status = 202, body = Proposal),
        (status = "default", body = Problem)))]
pub(crate) async fn rollback(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    headers: HeaderMap,
    Json(said): Json<Rollback>,
) -> Answer<Done> {
    who.needs(Role::Operator, &env)?;
    let follows = if_match(&headers, app.environment(&env)?.version())?;
    let to = match said.to {
        Some(to) => to,
        None => {
            let current = app.store.version(&env, follows).await?.line;
            let lines = app.store.versions(&env, follows, 500).await?;
            let found = publish::before(&lines, &current).map(|line| line.version);
            found.ok_or_else(|| Problem::unusable("there is no earlier version with another content"))?
        }
    };
    let text = publish::written(&app.store.version(&env, to).await?).to_owned();
    let (target, reason, accept) = (format!("version {to}"), said.reason, said.accept);
    let wanted = Wanted {
        env,
        text,
        follows,
        kind: "rollback",
        actor: who.name.clone(),
        target,
        reason,
        accept,
        unasked: false,
        consent: Consent::Asked,
    };
    proposals::publish(&app, &who, wanted).await
}

/// What is taken over from another environment.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Promote {
    /// The environment before this one.
    from: String,
    /// Its version; the published one where none is given.
    version: Option<i64>,
    /// Why.
    #[serde(default)]
    reason: String,
    /// The hazards that are accepted.
    #[serde(default)]
    accept: Vec<String>,
}

/// Publishes in this environment what is published in one before it.
#[utoipa::path(post, path = "/v1/environments/{env}/promote", tag = "rulesets",
    params(("env" = String, Path), ("If-Match" = String, Header, description = "The version of this environment")),
    request_body = Promote, responses((status = 200, body = Publication), (status = 202, body = Proposal),
        (status = "default", body = Problem)))]
pub(crate) async fn promote(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    headers: HeaderMap,
    Json(said): Json<Promote>,
) -> Answer<Done> {
    who.needs(Role::Operator, &env)?;
    // What is taken over is read, too.
    who.needs(Role::Viewer, &said.from)?;
    let (to, from) = (app.environment(&env)?, app.environment(&said.from)?);
    if from.place() >= to.place() {
        let detail = format!("a ruleset is promoted onwards: `{}` does not come before `{env}`", said.from);
        return Err(Problem::unusable(detail));
    }
    let follows = if_match(&headers, to.version())?;
    let number = said.version.unwrap_or_else(|| from.version());
    let text = publish::written(&app.store.version(&said.from, number).await?).to_owned();
    let target = format!("{} version {number}", said.from);
    let (reason, accept) = (said.reason, said.accept);
    let wanted = Wanted {
        env,
        text,
        follows,
        kind: "promote",
        actor: who.name.clone(),
        target,
        reason,
        accept,
        unasked: false,
        consent: Consent::Asked,
    };
    proposals::publish(&app, &who, wanted).await
}

/// The published ruleset as the file that somebody wrote, for a repository.
#[utoipa::path(get, path = "/v1/environments/{env}/file", tag = "rulesets", params(("env" = String, Path)),
    responses((status = 200, content((String = "application/yaml"), (Object = "application/json"))),
        (status = "default", body = Problem)))]
pub(crate) async fn file(State(app): State<Arc<App>>, who: Who, Path(env): Path<String>) -> Answer<Response> {
    who.needs(Role::Viewer, &env)?;
    let number = app.published(&env)?.stored;
    let found = app.store.version(&env, number).await?;
    let text = publish::written(&found).to_owned();
    let kind = if text.trim_start().starts_with('{') { "application/json" } else { "application/yaml" };
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::ETAG, format!("\"{number}\""))];
    Ok((headers, text).into_response())
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Said {
    /// Why.
    #[serde(default)]
    reason: String,
    /// The hazards that are accepted, separated by commas.
    #[serde(default)]
    accept: String,
}

/// Publishes a file: what a pipeline does with a ruleset of a repository.
#[utoipa::path(put, path = "/v1/environments/{env}/file", tag = "rulesets",
    params(("env" = String, Path), Said, ("If-Match" = String, Header, description = "The version that it was made for, or `*`")),
    request_body(content = String, content_type = "application/yaml"),
    responses((status = 200, body = Publication), (status = 202, body = Proposal),
        (status = "default", body = Problem)))]
pub(crate) async fn put_file(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    Query(said): Query<Said>,
    headers: HeaderMap,
    Raw(bytes): Raw,
) -> Answer<Done> {
    who.needs(Role::Operator, &env)?;
    let follows = if_match(&headers, app.environment(&env)?.version())?;
    let text =
        String::from_utf8(bytes.to_vec()).map_err(|_| Problem::wrong("a ruleset is a text in UTF-8"))?;
    let accept: Vec<String> =
        said.accept.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let (target, reason) = ("file".to_owned(), said.reason);
    let wanted = Wanted {
        env,
        text,
        follows,
        kind: "publish",
        actor: who.name.clone(),
        target,
        reason,
        accept,
        unasked: false,
        consent: Consent::Asked,
    };
    proposals::publish(&app, &who, wanted).await
}
