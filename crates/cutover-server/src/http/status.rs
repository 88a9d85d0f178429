//! Status pages for strangers, and banners for those who use an application.

use super::extract::{Json, Query};
use super::versions::named;
use crate::app::App;
use crate::audit::Deed;
use crate::clock::{hex, now_ms};
use crate::keys::{Role, Who};
use crate::problem::{Answer, Problem};
use crate::status::{self, Banner, Language, Notice, Status, StatusPage, Text};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, LazyLock};

/// So many banners an environment may have, and so many public plans.
const MOST: usize = 50;
/// The longest text, in bytes.
const LONGEST: usize = 2_000;

/// What a status page may do: it has its own style, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(Sha256::digest(status::STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'")
});

/// A text that can be shown: by tags of languages, none of them empty.
fn readable(what: &str, text: &Text, needed: bool) -> Answer<()> {
    if needed && text.is_empty() {
        return Err(Problem::unusable(format!("{what} is a text by language, such as {{\"en\": \"…\"}}")));
    }
    for (language, words) in text {
        let tag = (2..=16).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !tag {
            return Err(Problem::unusable(format!(
                "{what}: `{language}` is no language, such as `en` or `fr`"
            )));
        }
        if words.trim().is_empty() || words.len() > LONGEST {
            let detail = format!("{what}: the text of `{language}` has 1 to {LONGEST} bytes");
            return Err(Problem::unusable(detail));
        }
    }
    Ok(())
}

/// What somebody did to what is shown; it is shown at once here, and within seconds by others.
async fn refresh(app: &App) -> Answer<()> {
    app.public.store(Arc::new(status::read(app).await?));
    Ok(())
}

/// What is on the status page of an environment.
#[utoipa::path(get, path = "/v1/environments/{env}/status-page", tag = "public", params(("env" = String, Path)),
    responses((status = 200, body = StatusPage), (status = "default", body = Problem)))]
pub(crate) async fn settings(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
) -> Answer<axum::Json<StatusPage>> {
    who.needs(Role::Viewer, &env)?;
    app.environment(&env)?;
    let shown = app.public.load().by_env.get(&env).map(|shown| shown.settings.clone());
    Ok(axum::Json(shown.unwrap_or_default()))
}

/// Says what is on the status page of an environment: which rollouts strangers may know of, and what they are told of them.
#[utoipa::path(put, path = "/v1/environments/{env}/status-page", tag = "public", params(("env" = String, Path)),
    request_body = StatusPage, responses((status = 200, body = StatusPage), (status = "default", body = Problem)))]
pub(crate) async fn put_settings(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    Json(settings): Json<StatusPage>,
) -> Answer<axum::Json<StatusPage>> {
    who.needs(Role::Admin, &env)?;
    app.environment(&env)?;
    if settings.plans.len() > MOST {
        return Err(Problem::unusable(format!("`plans` has at most {MOST}")));
    }
    readable("`title`", &settings.title, false)?;
    for (plan, marked) in &settings.plans {
        readable(&format!("`plans.{plan}.title`"), &marked.title, true)?;
        readable(&format!("`plans.{plan}.description`"), &marked.description, false)?;
    }
    let detail = serde_json::to_value(&settings).unwrap_or_default();
    let page = detail.to_string();
    let deed =
        Deed { actor: who.name, action: "status_page".into(), env: env.clone(), detail, ..Deed::default() };
    app.store.put_status_page(&env, &page, deed).await?;
    refresh(&app).await?;
    Ok(axum::Json(settings))
}

/// In what shape.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Shape {
    /// `json` or `html`; as `Accept` says where nothing is said.
    format: Option<String>,
}

/// The public rollouts of an environment, for strangers: HTML in the language of `Accept-Language`, or JSON.
#[utoipa::path(get, path = "/status/{env}", tag = "public", params(("env" = String, Path), Shape), security(()),
    responses((status = 200, content((Status = "application/json"), (String = "text/html"))),
        (status = "default", body = Problem)))]
pub(crate) async fn status(
    State(app): State<Arc<App>>,
    Path(env): Path<String>,
    Query(shape): Query<Shape>,
    headers: HeaderMap,
) -> Answer<Response> {
    // Whether there is such an environment is nobody's business.
    let found = status::status(&app, &env);
    let status = found.ok_or_else(|| Problem::missing(format!("`{env}` has no status page")))?;
    let said = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let json = match shape.format.as_deref() {
        Some("json") => true,
        Some("html") => false,
        Some(other) => return Err(Problem::wrong(format!("`format` is json or html; `{other}` was given"))),
        None => said(header::ACCEPT).contains("json"),
    };
    let mut answer = if json {
        axum::Json(&status).into_response()
    } else {
        let language = Language::accepted(said(header::ACCEPT_LANGUAGE));
        axum::response::Html(status::html(&status, language)).into_response()
    };
    let out = answer.headers_mut();
    out.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=5"));
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        out.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(answer)
}

/// The banners of the moment, the most urgent first, for whoever has a key of the environment. Their ETag changes with them.
#[utoipa::path(get, path = "/v1/environments/{env}/banners", tag = "public", params(("env" = String, Path),
    ("If-None-Match" = Option<String>, Header, description = "The ETag of those that the client has")),
    responses((status = 200, body = Vec<Notice>), (status = 304, description = "The client has them"),
        (status = "default", body = Problem)))]
pub(crate) async fn banners(
    State(app): State<Arc<App>>,
    who: Who,
    Path(env): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    who.needs(Role::Client, &env)?;
    app.environment(&env)?;
    let body = serde_json::to_string(&status::banners(&app, &env, now_ms())).unwrap_or_default();
    let hash = Sha256::digest(body.as_bytes());
    let tag = format!("\"{}\"", hex(hash.get(..8).unwrap_or_default()));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let has = known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut answer = if has { StatusCode::NOT_MODIFIED.into_response() } else { body.into_response() };
    let out = answer.headers_mut();
    if !has {
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    out.insert(header::VARY, HeaderValue::from_static("Authorization"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    Ok(answer)
}

/// Puts up a banner, or changes it.
#[utoipa::path(put, path = "/v1/environments/{env}/banners/{id}", tag = "public",
    params(("env" = String, Path), ("id" = String, Path)), request_body = Banner,
    responses((status = 200, body = Notice), (status = "default", body = Problem)))]
pub(crate) async fn put_banner(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, id)): Path<(String, String)>,
    Json(mut banner): Json<Banner>,
) -> Answer<axum::Json<Notice>> {
    who.needs(Role::Operator, &env)?;
    app.environment(&env)?;
    named("a banner", &id)?;
    readable("`text`", &banner.text, true)?;
    let public = app.public.load_full();
    let known = public.by_env.get(&env).map(|shown| &shown.banners);
    if known.is_some_and(|known| known.len() >= MOST && !known.contains_key(&id)) {
        return Err(Problem::unusable(format!("`{env}` has {MOST} banners already")));
    }
    if banner.since <= 0 {
        banner.since = now_ms();
    }
    if banner.until.is_some_and(|until| until <= banner.since) {
        return Err(Problem::unusable("`until` is after `since`, both in milliseconds since the epoch"));
    }
    let detail = serde_json::to_value(&banner).unwrap_or_default();
    let text = detail.to_string();
    let (action, target) = ("banner".to_owned(), id.clone());
    let deed = Deed { actor: who.name, action, env: env.clone(), target, detail, ..Deed::default() };
    app.store.put_banner(&env, &id, &text, deed).await?;
    refresh(&app).await?;
    Ok(axum::Json(Notice { id, banner }))
}

/// Takes a banner away.
#[utoipa::path(delete, path = "/v1/environments/{env}/banners/{id}", tag = "public",
    params(("env" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
pub(crate) async fn drop_banner(
    State(app): State<Arc<App>>,
    who: Who,
    Path((env, id)): Path<(String, String)>,
) -> Answer<StatusCode> {
    who.needs(Role::Operator, &env)?;
    app.environment(&env)?;
    named("a banner", &id)?;
    let (action, target) = ("banner_over".to_owned(), id.clone());
    let deed = Deed { actor: who.name, action, env: env.clone(), target, ..Deed::default() };
    app.store.drop_banner(&env, &id, deed).await?;
    refresh(&app).await?;
    Ok(StatusCode::NO_CONTENT)
}
