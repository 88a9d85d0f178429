//! Drafts: texts that somebody works on, with errors as long as they are not published.

use super::extract::{Json, if_match};
use super::versions::named;
use crate::app::App;
use crate::audit::Deed;
use crate::keys::{Role, Who};
use crate::problem::{Answer, Problem};
use crate::store::{Draft, StoreError};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

fn tagged(draft: Draft) -> Response {
    ([(header::ETAG, format!("\"{}\"", draft.revision))], axum::Json(draft)).into_response()
}

/// The drafts of an environment.
#[utoipa::path(get, path = "/v1/environments/{env}/drafts", tag = "drafts", params(("env" = String, Path)),
    responses((status = 200, body = Vec<Draft>), (status = "default", body = Problem)))]
pub(crate) async fn drafts(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
) -> Answer<axum::Json<Vec<Draft>>> {
    who.needs(Role::Viewer, &env)?;
    app.environment(&env)?;
    Ok(axum::Json(app.store.drafts(&env).await?))
}

/// A draft; its ETag is its revision.
#[utoipa::path(get, path = "/v1/environments/{env}/drafts/{draft}", tag = "drafts",
    params(("env" = String, Path), ("draft" = String, Path)),
    responses((status = 200, body = Draft), (status = "default", body = Problem)))]
pub(crate) async fn draft(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, name)): Path<(String, String)>,
) -> Answer<Response> {
    who.needs(Role::Viewer, &env)?;
    app.environment(&env)?;
    Ok(tagged(app.store.draft(&env, &name).await?))
}

/// The text of a draft.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    /// The ruleset, YAML or JSON. It may have errors: publishing refuses them.
    text: String,
    /// The published version that it was begun from; the one of the moment where none is given.
    #[serde(default)]
    base: i64,
}

/// Writes a draft. `If-Match` is its revision, and `"0"` for one that is new.
#[utoipa::path(put, path = "/v1/environments/{env}/drafts/{draft}", tag = "drafts",
    params(("env" = String, Path), ("draft" = String, Path), ("If-Match" = String, Header)), request_body = Written,
    responses((status = 200, body = Draft), (status = "default", body = Problem)))]
pub(crate) async fn put_draft(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, name)): Path<(String, String)>,
    headers: HeaderMap,
    Json(written): Json<Written>,
) -> Answer<Response> {
    who.needs(Role::Editor, &env)?;
    app.environment(&env)?;
    named("a draft", &name)?;
    if written.text.len() > app.options.ruleset_limit {
        return Err(Problem::too_large(app.options.ruleset_limit));
    }
    let found = match app.store.draft(&env, &name).await {
        Ok(draft) => draft.revision,
        Err(StoreError::NotFound(_)) => 0,
        Err(error) => return Err(error.into()),
    };
    let seen = if_match(&headers, found)?;
    let draft = Draft {
        name: name.clone(),
        text: written.text,
        base: written.base,
        revision: seen,
        actor: who.name.clone(),
        updated_at: 0,
    };
    let deed = Deed {
        actor: who.name,
        action: "draft".into(),
        env: env.clone(),
        target: name.clone(),
        ..Deed::default()
    };
    app.store.put_draft(&env, &draft, seen, deed).await?;
    Ok(tagged(app.store.draft(&env, &name).await?))
}

/// Drops a draft.
#[utoipa::path(delete, path = "/v1/environments/{env}/drafts/{draft}", tag = "drafts",
    params(("env" = String, Path), ("draft" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
pub(crate) async fn drop_draft(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, name)): Path<(String, String)>,
) -> Answer<StatusCode> {
    who.needs(Role::Editor, &env)?;
    app.environment(&env)?;
    let deed = Deed {
        actor: who.name,
        action: "draft_dropped".into(),
        env: env.clone(),
        target: name.clone(),
        ..Deed::default()
    };
    app.store.drop_draft(&env, &name, deed).await?;
    Ok(StatusCode::NO_CONTENT)
}
