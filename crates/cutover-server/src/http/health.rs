//! Whether the server is there, and what it counts.

use super::admin::percentage;
use crate::app::App;
use crate::clock::now_ms;
use crate::metrics::Gauge;
use crate::problem::{Answer, Problem};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Whether the process is there.
#[utoipa::path(get, path = "/healthz", tag = "operation", security(()), responses((status = 200, body = String)))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the server can do all that it is for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Ready {
    /// Whether clients get rulesets, decisions and emergencies: also without the database.
    serving: bool,
    /// Whether the database answers, without which nothing is published but emergencies.
    database: bool,
    /// How many emergencies the database does not have yet.
    journal: usize,
    /// Where the database was away at the start and still is: when the copy was written that is served in its place, in
    /// milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_of: Option<i64>,
}

/// Whether clients can be sent here. A database that is down does not make it unready: rulesets and emergencies go on.
#[utoipa::path(get, path = "/readyz", tag = "operation", security(()),
    responses((status = 200, body = Ready), (status = 503, body = Ready)))]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Response {
    let serving = !*app.ending.borrow();
    // Whoever probes is soon gone again.
    let asked = tokio::time::timeout(Duration::from_millis(500), app.store.ping()).await;
    let database = matches!(asked, Ok(Ok(())));
    let copy_of = Some(app.began_with.load(Ordering::Relaxed)).filter(|at| *at > 0);
    let ready = Ready { serving, database, journal: app.journal.pending().len(), copy_of };
    let status = if serving { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(ready)).into_response()
}

/// What the server counts, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(()), responses((status = 200, body = String)))]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let (mut versions, mut adopted, mut nodes, mut lost) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for environment in app.environments.all() {
        let (env, version) = (environment.name.as_str(), environment.version());
        let adoption = environment.nodes.adoption(version, now_ms());
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        versions.push(Gauge::new(
            "cutover_server_version",
            "The version that clients are given.",
            env,
            version,
        ));
        let help = "Whether every node decides with it.";
        adopted.push(Gauge::new("cutover_server_adopted", help, env, i64::from(adoption.adopted)));
        nodes.push(Gauge::new("cutover_server_nodes", "Nodes that report.", env, count(adoption.nodes)));
        let help = "Nodes that have been silent for a minute.";
        lost.push(Gauge::new("cutover_server_lost_nodes", help, env, count(adoption.lost.len())));
    }
    let pending = i64::try_from(app.journal.pending().len()).unwrap_or(i64::MAX);
    let help = "Emergencies that the database does not have yet.";
    versions.push(Gauge::new("cutover_server_journal", help, "", pending));
    versions.extend(adopted.into_iter().chain(nodes).chain(lost));
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, app.metrics.render(&versions)).into_response()
}

/// Whether the new version takes requests, as scripts of a migration ask.
#[utoipa::path(get, path = "/v2/health", tag = "scripts", security(()),
    responses((status = 200, body = Object), (status = "default", body = Problem)))]
pub(crate) async fn v2(State(app): State<Arc<App>>) -> Answer<axum::Json<serde_json::Value>> {
    let (env, flag) = (&app.options.environment, &app.options.flag);
    let published = app.published(env)?;
    let document: serde_json::Value = serde_json::from_slice(&published.body).unwrap_or_default();
    let emergency = !app.environment(env)?.in_emergency().is_empty();
    Ok(axum::Json(json!({
        "status": "ok", "environment": env, "flag": flag, "version": published.version, "emergency": emergency,
        "v2_traffic_percentage": percentage(&document, flag),
    })))
}
