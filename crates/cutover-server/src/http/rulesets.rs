//! Distribution: rulesets go to services, and what services run comes back.

use super::extract::{Json, Query};
use crate::app::App;
use crate::clock::now_ms;
use crate::keys::{Role, Who};
use crate::nodes::{Adoption, Report};
use crate::problem::{Answer, Problem};
use crate::published::{Packing, Published};
use crate::stream;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// The longest long poll, in seconds.
const LONGEST_WAIT: u64 = 60;
/// What the ETag of a client's ruleset ends with.
const CLIENT: &str = "-client";

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Poll {
    /// With `If-None-Match`: how many seconds to wait for a change, at most 60.
    #[serde(default)]
    #[param(maximum = 60)]
    wait: u64,
}

/// The ruleset that is published in an environment, as its exact bytes.
#[utoipa::path(get, path = "/v1/rulesets/{env}", tag = "distribution", params(("env" = String, Path), Poll,
    ("If-None-Match" = Option<String>, Header, description = "The ETag of the version that the client has")),
    responses((status = 200, description = "The ruleset", body = Object, headers(
        ("ETag" = String, description = "The version in quotes"), ("Cutover-Version" = i64), ("Cutover-Epoch" = i64),
        ("Cutover-Signature" = String, description = "`<key id>:<base64 of Ed25519>`: docs/control-plane.md"))),
        (status = 304, description = "The client has it"), (status = "default", body = Problem)))]
pub(crate) async fn ruleset(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    Query(poll): Query<Poll>,
    headers: HeaderMap,
) -> Answer<Response> {
    App::reads(&who, &env)?;
    let environment = app.environment(&env)?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let has = |published: &Published| {
        known.split(',').any(|known| {
            let tag = known.trim().trim_start_matches("W/").trim_matches('"');
            // A client may also say the version alone: it never saw another ruleset of that number.
            let tag = if who.is_client() { tag.trim_end_matches(CLIENT) } else { tag };
            tag.parse() == Ok(published.version)
        })
    };
    let mut changes = environment.subscribe();
    let mut ending = app.ending.subscribe();
    let wait = Duration::from_secs(poll.wait.min(LONGEST_WAIT));
    let changed = changes.wait_for(|published| published.as_ref().is_some_and(|published| !has(published)));
    let found = if known.is_empty() || wait.is_zero() {
        environment.published()
    } else {
        tokio::select! {
            found = tokio::time::timeout(wait, changed) => {
                match found {
                    Ok(Ok(found)) => found.clone(),
                    _ => environment.published(),
                }
            }
            _ = ending.wait_for(|ending| *ending) => environment.published(),
            () = app.refused(&who) => return Err(Problem::stranger("this key was revoked")),
        }
    };
    let published = found.ok_or_else(|| Problem::missing(format!("nothing is published in `{env}` yet")))?;
    let published = if who.is_client() { app.for_clients(&env, published).await? } else { published };
    let mut answer = if has(&published) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let (body, packing) = published.packed(Packing::accepted(accepted.unwrap_or_default()));
        let mut answer = Body::from(body).into_response();
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(name) = packing.name() {
            answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        answer
    };
    let version = HeaderValue::from(published.version);
    let tag = HeaderValue::from_str(&format!(
        "\"{}{}\"",
        published.version,
        if who.is_client() { CLIENT } else { "" }
    ));
    let out = answer.headers_mut();
    out.insert(header::ETAG, tag.unwrap_or(HeaderValue::from_static("\"0\"")));
    out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, Authorization"));
    out.insert("Cutover-Version", version.clone());
    out.insert("Cutover-Epoch", version);
    if let Ok(signature) = HeaderValue::from_str(&published.signature)
        && !published.signature.is_empty()
    {
        out.insert("Cutover-Signature", signature);
    }
    Ok(answer)
}

/// Server-sent events: each version as it is published, from the one that the client has on.
#[utoipa::path(get, path = "/v1/rulesets/{env}/events", tag = "distribution", params(("env" = String, Path),
    ("Last-Event-ID" = Option<i64>, Header, description = "The version that the client has")),
    responses((status = 200, description = "`event: ruleset`, `id: <version>`, `data: {\"version\", \"signature\"?, \"ruleset\"?}`; \
        `event: bye` before the server ends", content_type = "text/event-stream", body = String),
        (status = "default", body = Problem)))]
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    App::reads(&who, &env)?;
    let environment = app.environment(&env)?;
    let last = headers.get("Last-Event-ID").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let mut answer = stream::body(&app, &environment, who, last).into_response();
    let out = answer.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that collect answers are asked not to.
    out.insert("X-Accel-Buffering", HeaderValue::from_static("no"));
    Ok(answer)
}

/// What a node is told back.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Heard {
    /// The version that is published.
    version: i64,
}

/// A node says which version it decides with, and which is the oldest that something still runs under.
#[utoipa::path(post, path = "/v1/rulesets/{env}/nodes", tag = "distribution", params(("env" = String, Path)),
    request_body = Report, responses((status = 200, body = Heard), (status = "default", body = Problem)))]
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    Json(report): Json<Report>,
) -> Answer<axum::Json<Heard>> {
    who.needs(Role::Server, &env)?;
    let environment = app.environment(&env)?;
    environment.nodes.report(&env, report, now_ms()).map_err(Problem::unusable)?;
    Ok(axum::Json(Heard { version: environment.version() }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The version that is asked about; the published one where none is given.
    version: Option<i64>,
}

/// A node, as it reported last.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NodeLine {
    node: String,
    epoch: i64,
    oldest_open: Option<i64>,
    /// In milliseconds since the epoch.
    seen_at: i64,
}

/// Whether a version is adopted everywhere, and by whom it is not.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Everywhere {
    #[serde(flatten)]
    adoption: Adoption,
    /// Each node that was heard of in the last week.
    all: Vec<NodeLine>,
}

/// How far a version is adopted.
#[utoipa::path(get, path = "/v1/rulesets/{env}/nodes", tag = "distribution", params(("env" = String, Path), Which),
    responses((status = 200, body = Everywhere), (status = "default", body = Problem)))]
pub(crate) async fn adoption(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    Query(which): Query<Which>,
) -> Answer<axum::Json<Everywhere>> {
    who.needs(Role::Viewer, &env)?;
    let environment = app.environment(&env)?;
    let version = which.version.unwrap_or_else(|| environment.version());
    let rows = environment.nodes.all().into_iter();
    let all = rows.map(|row| NodeLine {
        node: row.node,
        epoch: row.epoch,
        oldest_open: (row.oldest_open >= 0).then_some(row.oldest_open),
        seen_at: row.seen_at,
    });
    let adoption = environment.nodes.adoption(version, now_ms());
    Ok(axum::Json(Everywhere { adoption, all: all.collect() }))
}

/// A key that rulesets are signed with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SigningKey {
    /// What signatures begin with.
    id: String,
    algorithm: &'static str,
    /// The public key in base64.
    public: String,
}

/// The public keys that clients verify signatures with. Clients get them by another way than from here.
#[utoipa::path(get, path = "/v1/signing-keys", tag = "distribution",
    responses((status = 200, body = Vec<SigningKey>), (status = "default", body = Problem)))]
pub(crate) async fn signing_keys(State(app): State<Arc<App>>, _who: Who) -> axum::Json<Vec<SigningKey>> {
    let (id, public) = (app.signer.id().to_owned(), app.signer.public());
    axum::Json(vec![SigningKey { id, algorithm: "Ed25519", public }])
}
