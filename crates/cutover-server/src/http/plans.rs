//! Plans: where they stand, and what people say to them.

use super::extract::Json;
use crate::app::App;
use crate::keys::{Role, Who};
use crate::problem::{Answer, Problem};
use crate::runner::{self, Standing};
use axum::extract::{Path, State};
use serde_json::Value;
use std::sync::Arc;

/// The plans of the published ruleset, and where each stands.
#[utoipa::path(get, path = "/v1/environments/{env}/plans", tag = "plans", params(("env" = String, Path)),
    responses((status = 200, body = Vec<Standing>), (status = "default", body = Problem)))]
pub(crate) async fn plans(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
) -> Answer<axum::Json<Vec<Standing>>> {
    who.needs(Role::Viewer, &env)?;
    let published = app.published(&env)?;
    let mut found = Vec::new();
    for name in published.engine.plans() {
        found.push(runner::standing(&app, &env, name).await?);
    }
    Ok(axum::Json(found))
}

/// Where a plan stands.
#[utoipa::path(get, path = "/v1/environments/{env}/plans/{plan}", tag = "plans",
    params(("env" = String, Path), ("plan" = String, Path)),
    responses((status = 200, body = Standing), (status = "default", body = Problem)))]
pub(crate) async fn plan(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, name)): Path<(String, String)>,
) -> Answer<axum::Json<Standing>> {
    who.needs(Role::Viewer, &env)?;
    runner::standing(&app, &env, &name).await.map(axum::Json)
}

/// The report of a plan: both arms, what its gates say, and a recommendation.
#[utoipa::path(get, path = "/v1/environments/{env}/plans/{plan}/report", tag = "plans",
    params(("env" = String, Path), ("plan" = String, Path)),
    responses((status = 200, body = Object), (status = "default", body = Problem)))]
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, name)): Path<(String, String)>,
) -> Answer<axum::Json<Value>> {
    who.needs(Role::Viewer, &env)?;
    runner::report(&app, &env, &name).await.map(axum::Json)
}

/// Says something to a plan: `start`, `approve`, `pause`, `resume`, `skip`, `promote`, `complete`, `abort`, `capacity`, as
/// `docs/plans.md` has them. `expect` is the revision that was seen; who says it is whose key it is.
#[utoipa::path(post, path = "/v1/environments/{env}/plans/{plan}/events", tag = "plans",
    params(("env" = String, Path), ("plan" = String, Path)), request_body = Object,
    responses((status = 200, body = Standing), (status = "default", body = Problem)))]
pub(crate) async fn event(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, name)): Path<(String, String)>,
    Json(event): Json<Value>,
) -> Answer<axum::Json<Standing>> {
    who.needs(Role::Operator, &env)?;
    runner::tell(&app, &env, &name, &who, event).await.map(axum::Json)
}
