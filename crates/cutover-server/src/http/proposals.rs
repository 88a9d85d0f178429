//! Proposals: what waits for another person.

use super::extract::{Json, Query};
use crate::app::App;
use crate::keys::{Role, Who};
use crate::problem::{Answer, Problem};
use crate::proposals;
use crate::publish::Publication;
use crate::store::{Proposal, ProposalLine};
use axum::extract::{Path, State};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Most {
    /// At most so many, up to 500.
    #[serde(default = "fifty")]
    limit: i64,
}

const fn fifty() -> i64 {
    50
}

/// What was proposed in an environment, the newest first.
#[utoipa::path(get, path = "/v1/environments/{env}/proposals", tag = "proposals", params(("env" = String, Path), Most),
    responses((status = 200, body = Vec<ProposalLine>), (status = "default", body = Problem)))]
pub(crate) async fn proposals(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    Query(most): Query<Most>,
) -> Answer<axum::Json<Vec<ProposalLine>>> {
    who.needs(Role::Viewer, &env)?;
    app.environment(&env)?;
    Ok(axum::Json(app.store.proposals(&env, most.limit.clamp(1, 500)).await?))
}

/// A proposal with its text.
#[utoipa::path(get, path = "/v1/environments/{env}/proposals/{proposal}", tag = "proposals",
    params(("env" = String, Path), ("proposal" = String, Path)),
    responses((status = 200, body = Proposal), (status = "default", body = Problem)))]
pub(crate) async fn proposal(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, id)): Path<(String, String)>,
) -> Answer<axum::Json<Proposal>> {
    who.needs(Role::Viewer, &env)?;
    app.environment(&env)?;
    Ok(axum::Json(app.store.proposal(&env, &id).await?))
}

/// What somebody says to a proposal.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Opinion {
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Publishes a proposal of somebody else, if the version that it was made for is still the published one.
#[utoipa::path(post, path = "/v1/environments/{env}/proposals/{proposal}/approve", tag = "proposals",
    params(("env" = String, Path), ("proposal" = String, Path)), request_body = Opinion,
    responses((status = 200, body = Publication), (status = "default", body = Problem)))]
pub(crate) async fn approve(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, id)): Path<(String, String)>,
    Json(opinion): Json<Opinion>,
) -> Answer<axum::Json<Publication>> {
    who.needs(Role::Operator, &env)?;
    app.environment(&env)?;
    proposals::approve(&app, &env, &id, &who, opinion.reason).await.map(axum::Json)
}

/// Says no to a proposal, or takes back one's own.
#[utoipa::path(post, path = "/v1/environments/{env}/proposals/{proposal}/reject", tag = "proposals",
    params(("env" = String, Path), ("proposal" = String, Path)), request_body = Opinion,
    responses((status = 200, body = Proposal), (status = "default", body = Problem)))]
pub(crate) async fn reject(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, id)): Path<(String, String)>,
    Json(opinion): Json<Opinion>,
) -> Answer<axum::Json<Proposal>> {
    who.needs(Role::Operator, &env)?;
    app.environment(&env)?;
    proposals::reject(&app, &env, &id, &who, opinion.reason).await.map(axum::Json)
}
