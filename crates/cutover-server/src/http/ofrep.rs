//! OFREP over HTTP. The environment is that of the key; a key for all environments says `?env=`, or means the server's own.

use super::extract::{Query, Raw};
use crate::app::App;
use crate::clock::now_ms;
use crate::keys::{Role, Who};
use crate::ofrep::{self, Wrong};
use crate::problem::{Answer, Problem};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Place {
    /// The environment; that of the key, or the server's own, where none is given.
    env: Option<String>,
}

fn environment<'a>(app: &'a App, who: &'a Who, place: &'a Place) -> Answer<&'a str> {
    let own = who.env.as_deref().unwrap_or(&app.options.environment);
    let env = place.env.as_deref().unwrap_or(own);
    // Rulesets do not say yet what a browser may know, so browsers' keys are told nothing.
    who.needs(Role::Server, env)?;
    Ok(env)
}

fn json(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn wrong(wrong: &Wrong, key: Option<&str>) -> Response {
    let mut body = serde_json::json!({ "errorCode": wrong.code, "errorDetails": wrong.details });
    if let (Some(key), Some(fields)) = (key, body.as_object_mut()) {
        fields.insert("key".to_owned(), key.into());
    }
    json(400, body.to_string())
}

/// Evaluates one flag.
#[utoipa::path(post, path = "/ofrep/v1/evaluate/flags/{key}", tag = "ofrep", params(("key" = String, Path), Place),
    request_body = Object, responses((status = 200, body = Object),
        (status = 400, content((Object = "application/json"), (Problem = "application/problem+json"))),
        (status = 404, content((Object = "application/json"), (Problem = "application/problem+json"))),
        (status = "default", body = Problem)))]
pub(crate) async fn flag(
    State(app): State<Arc<App>>,
    who: Who,
    Path(key): Path<String>,
    Query(place): Query<Place>,
    Raw(body): Raw,
) -> Answer<Response> {
    let published = app.published(environment(&app, &who, &place)?)?;
    let attributes = match ofrep::context(&body) {
        Ok(attributes) => attributes,
        Err(found) => return Ok(wrong(&found, Some(&key))),
    };
    let (status, body) = ofrep::single(&published, &key, &attributes, now_ms());
    Ok(json(status, body))
}

/// Evaluates all flags. The ETag is of the answer: the same context gets 304 as long as nothing changed for it.
#[utoipa::path(post, path = "/ofrep/v1/evaluate/flags", tag = "ofrep",
    params(Place, ("If-None-Match" = Option<String>, Header)), request_body = Object,
    responses((status = 200, body = Object), (status = 304),
        (status = 400, content((Object = "application/json"), (Problem = "application/problem+json"))),
        (status = "default", body = Problem)))]
pub(crate) async fn flags(
    State(app): State<Arc<App>>,
    who: Who,
    Query(place): Query<Place>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Answer<Response> {
    let published = app.published(environment(&app, &who, &place)?)?;
    let attributes = match ofrep::context(&body) {
        Ok(attributes) => attributes,
        Err(found) => return Ok(wrong(&found, None)),
    };
    let (body, tag) = ofrep::bulk(&published, &attributes, now_ms());
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let same = known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut answer = if same { StatusCode::NOT_MODIFIED.into_response() } else { json(200, body) };
    if let Ok(tag) = tag.parse() {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    Ok(answer)
}
