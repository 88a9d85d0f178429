//! The interface. Each way in is documented where it is written, and the document is made of all that are routed.

mod admin;
mod drafts;
mod extract;
mod health;
mod keys;
mod ofrep;
mod page;
mod plans;
mod rulesets;
mod status;
mod versions;

use crate::app::App;
use crate::problem::Problem;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument as _;
use utoipa::OpenApi as _;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Cutover", description = "The control plane: rulesets, plans, emergencies."),
    components(schemas(Problem))
)]
struct Document;

/// The routes with their document.
fn routes(app: &App) -> OpenApiRouter<Arc<App>> {
    // A ruleset may be in JSON in a body, where quotes and line feeds take two bytes.
    let large = DefaultBodyLimit::max(app.options.ruleset_limit.saturating_mul(2));
    let small = DefaultBodyLimit::max(app.options.body_limit);
    let rulesets = OpenApiRouter::new()
        .routes(routes!(versions::check))
        .routes(routes!(versions::publish))
        .routes(routes!(versions::file, versions::put_file))
        .routes(routes!(drafts::draft, drafts::put_draft, drafts::drop_draft))
        .layer(large);
    let rest = OpenApiRouter::new()
        .routes(routes!(rulesets::ruleset))
        .routes(routes!(rulesets::events))
        .routes(routes!(rulesets::report, rulesets::adoption))
        .routes(routes!(rulesets::signing_keys))
        .routes(routes!(versions::environments))
        .routes(routes!(versions::put_environment))
        .routes(routes!(versions::versions))
        .routes(routes!(versions::version))
        .routes(routes!(versions::rollback))
        .routes(routes!(versions::promote))
        .routes(routes!(drafts::drafts))
        .routes(routes!(plans::plans))
        .routes(routes!(plans::plan))
        .routes(routes!(plans::report))
        .routes(routes!(plans::event))
        .routes(routes!(keys::me))
        .routes(routes!(keys::keys, keys::make_key))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(keys::audit))
        .routes(routes!(keys::verify))
        .routes(routes!(status::settings, status::put_settings))
        .routes(routes!(status::status))
        .routes(routes!(status::banners))
        .routes(routes!(status::put_banner, status::drop_banner))
        .routes(routes!(admin::config, admin::set_config))
        .routes(routes!(admin::rollback))
        .routes(routes!(admin::emergency_rollback))
        .routes(routes!(admin::ab_test_results))
        .routes(routes!(ofrep::flag))
        .routes(routes!(ofrep::flags))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .layer(small);
    OpenApiRouter::with_openapi(Document::openapi()).merge(rulesets).merge(rest)
}

/// The interface as an OpenAPI document.
fn document(mut openapi: OpenApi) -> OpenApi {
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    openapi.components.get_or_insert_default().add_security_scheme("key", scheme);
    openapi.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    for item in openapi.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            problems(operation);
        }
    }
    openapi
}

/// What is not said of one answer is a problem document, which has a type of its own.
fn problems(operation: &mut Operation) {
    if let Some(RefOr::T(other)) = operation.responses.responses.get_mut("default")
        && let Some(content) = other.content.shift_remove("application/json")
    {
        other.content.insert("application/problem+json".to_owned(), content);
    }
}

/// The whole interface.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let (router, openapi) = routes(app).split_for_parts();
    let document = serde_json::to_string(&document(openapi)).unwrap_or_default();
    let document = bytes::Bytes::from(document);
    router
        // The scripts of the migration ask by POST as well.
        .route("/v2/health", get(health::v2).post(health::v2))
        .route(
            "/openapi.json",
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document) }),
        )
        .fallback(page::file)
        .layer(middleware::from_fn_with_state(app.clone(), around))
        .with_state(app.clone())
}

/// Around every request: what it was and how long it took, headers that hold for all, and a problem document for what was
/// refused before a handler was asked.
async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let route = path.as_ref().map_or("", MatchedPath::as_str);
    let span = crate::trace::request(&method, route, request.headers());
    let mut answer = next.run(request).instrument(span.clone()).await;
    crate::trace::answered(&span, answer.status());
    drop(span);
    let status = answer.status();
    let kind =
        answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if (status.is_client_error() || status.is_server_error()) && !kind.contains("json") {
        let allow = answer.headers().get(header::ALLOW).cloned();
        let detail = status.canonical_reason().unwrap_or("the request was refused").to_lowercase();
        answer = Problem::new(status, "refused", "The request was refused", detail).into_response();
        if let Some(allow) = allow {
            answer.headers_mut().insert(header::ALLOW, allow);
        }
    }
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    app.metrics.answered(word(&method), route, status.as_u16(), begun.elapsed());
    tracing::debug!(%method, path = route, status = status.as_u16(), ms = begun.elapsed().as_millis(), "answered");
    answer
}

/// The methods that are counted by their name: a stranger invents no labels.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}
