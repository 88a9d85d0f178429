//! API keys and the audit log.

use super::extract::{Json, Query};
use crate::app::App;
use crate::audit::{Deed, Entry, broken};
use crate::keys::{Role, Who, make};
use crate::problem::{Answer, Problem};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A key, without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct KeyLine {
    /// What it begins with, behind `cutover_`.
    id: String,
    /// What it is called in the audit log.
    name: String,
    role: String,
    /// The environment that it is good for; all where there is none.
    env: Option<String>,
    created_by: String,
    /// In milliseconds since the epoch.
    created_at: i64,
    /// In milliseconds since the epoch; null where it is good.
    revoked_at: Option<i64>,
}

/// Whose key it is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Me {
    name: String,
    role: Role,
    /// The environment that it is good for; null where it is good for all.
    env: Option<String>,
}

/// Whose key this is, and what it is good for.
#[utoipa::path(get, path = "/v1/me", tag = "keys",
    responses((status = 200, body = Me), (status = "default", body = Problem)))]
pub(crate) async fn me(who: Who) -> axum::Json<Me> {
    axum::Json(Me { name: who.name, role: who.role, env: who.env })
}

/// All keys, without their secrets.
#[utoipa::path(get, path = "/v1/keys", tag = "keys",
    responses((status = 200, body = Vec<KeyLine>), (status = "default", body = Problem)))]
pub(crate) async fn keys(State(app): State<Arc<App>>, who: Who) -> Answer<axum::Json<Vec<KeyLine>>> {
    who.needs_everywhere(Role::Admin)?;
    let rows = app.store.keys().await?.into_iter();
    let lines = rows.map(|row| KeyLine {
        id: row.id,
        name: row.name,
        role: row.role,
        env: (!row.env.is_empty()).then_some(row.env),
        created_by: row.created_by,
        created_at: row.created_at,
        revoked_at: (row.revoked_at > 0).then_some(row.revoked_at),
    });
    Ok(axum::Json(lines.collect()))
}

/// What a new key is for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// What it is called in the audit log.
    name: String,
    role: Role,
    /// The environment that it is good for; all where none is given.
    env: Option<String>,
}

/// A new key. It is shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Made {
    id: String,
    key: String,
}

/// Makes a key.
#[utoipa::path(post, path = "/v1/keys", tag = "keys", request_body = Order,
    responses((status = 201, body = Made), (status = "default", body = Problem)))]
pub(crate) async fn make_key(
    State(app): State<Arc<App>>,
    who: Who,
    Json(order): Json<Order>,
) -> Answer<(StatusCode, axum::Json<Made>)> {
    who.needs_everywhere(Role::Admin)?;
    if order.name.trim().is_empty() || order.name.len() > 100 || order.name.chars().any(char::is_control) {
        return Err(Problem::unusable("`name` says whose key it is, in 1 to 100 bytes"));
    }
    if let Some(env) = &order.env {
        app.environment(env)?;
    }
    let env = order.env.unwrap_or_default();
    let (key, row) = make(&order.name, order.role, &env, &who.name);
    let detail = serde_json::json!({ "role": order.role, "name": order.name });
    let deed = Deed {
        actor: who.name,
        action: "key".into(),
        env,
        target: row.id.clone(),
        detail,
        ..Deed::default()
    };
    app.store.put_key(&row, deed).await?;
    app.reload_keys().await?;
    Ok((StatusCode::CREATED, axum::Json(Made { id: row.id, key })))
}

/// Revokes a key, at once in this instance and within seconds in others.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "keys", params(("id" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
pub(crate) async fn revoke_key(
    State(app): State<Arc<App>>,
    who: Who,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    who.needs_everywhere(Role::Admin)?;
    let deed = Deed { actor: who.name, action: "key_revoked".into(), target: id.clone(), ..Deed::default() };
    app.store.revoke_key(&id, deed).await?;
    app.reload_keys().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Since {
    /// Entries of this environment; of all where none is given.
    env: Option<String>,
    /// With the oldest first: entries after this place.
    after: Option<i64>,
    /// With the newest first: entries before this place.
    before: Option<i64>,
    /// `asc` for the oldest first, `desc` for the newest first.
    #[serde(default)]
    order: Sort,
    /// At most so many, up to 1000.
    #[serde(default = "hundred")]
    limit: i64,
}

const fn hundred() -> i64 {
    100
}

/// Which end of the log comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum Sort {
    /// The oldest.
    #[default]
    Asc,
    /// The newest.
    Desc,
}

/// The audit log, the oldest first or the newest first. The next page begins at the place of the last entry of this one.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", params(Since),
    responses((status = 200, body = Vec<Entry>), (status = "default", body = Problem)))]
pub(crate) async fn audit(
    State(app): State<Arc<App>>,
    who: Who,
    Query(since): Query<Since>,
) -> Answer<axum::Json<Vec<Entry>>> {
    who.needs(Role::Viewer, since.env.as_deref().unwrap_or_default())?;
    let (env, limit) = (since.env.as_deref(), since.limit.clamp(1, 1000));
    Ok(axum::Json(match (since.order, since.after, since.before) {
        (Sort::Asc, after, None) => app.store.audit(env, after.unwrap_or(0), limit).await?,
        (Sort::Desc, None, before) => app.store.audit_newest(env, before.unwrap_or(i64::MAX), limit).await?,
        (Sort::Asc, _, Some(_)) => return Err(Problem::wrong("`before` goes with `order=desc`")),
        (Sort::Desc, Some(_), _) => return Err(Problem::wrong("`after` goes with `order=asc`, or none")),
    }))
}

/// Whether the log is whole.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Verified {
    /// Whether each entry follows from the one before.
    whole: bool,
    /// The first that does not.
    broken_at: Option<i64>,
    /// How many entries there are.
    entries: i64,
    /// The hash of the last one: who notes it elsewhere knows later that nothing before it was rewritten.
    head: String,
}

/// Reads the whole log and says whether each entry follows from the one before.
#[utoipa::path(get, path = "/v1/audit/verify", tag = "audit",
    responses((status = 200, body = Verified), (status = "default", body = Problem)))]
pub(crate) async fn verify(State(app): State<Arc<App>>, who: Who) -> Answer<axum::Json<Verified>> {
    who.needs_everywhere(Role::Viewer)?;
    let (mut after, mut head) = (0, String::new());
    loop {
        let entries = app.store.audit(None, after, 1000).await?;
        let gap = entries.first().filter(|entry| entry.seq != after + 1).map(|entry| entry.seq);
        if let Some(at) = gap.or_else(|| broken(&entries, &head)) {
            return Ok(axum::Json(Verified { whole: false, broken_at: Some(at), entries: at, head }));
        }
        let Some(last) = entries.last() else { break };
        (after, head) = (last.seq, last.hash.clone());
    }
    Ok(axum::Json(Verified { whole: true, broken_at: None, entries: after, head }))
}
