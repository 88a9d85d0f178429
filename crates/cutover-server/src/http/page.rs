//! The admin page: the files of `page/dist`, which are in the binary. A build for development reads them from the folder. A
//! build without them says where the interface is.

use crate::problem::Problem;
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../page/dist/"]
#[allow_missing = true]
struct Files;

/// What the page may do: its own scripts and the engine in WebAssembly, and nothing from anywhere else.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Where there is no page in the binary.
const PLAIN: &str = "<!doctype html><html lang=\"en\"><title>Cutover</title><h1>Cutover</h1>\
    <p>This build has no page. The interface: <a href=\"/openapi.json\">openapi.json</a>.</p></html>\n";

/// A file of the page. Addresses inside of the page, which have no dot, are the page itself; those of the interface are not.
pub(super) async fn file(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let of_interface =
        ["v1/", "v2/", "admin/", "ofrep/", "auth/"].iter().any(|start| path.starts_with(start));
    let name = if path.is_empty() || !path.contains('.') { "index.html" } else { path };
    let asked = matches!(method, Method::GET | Method::HEAD) && !of_interface;
    let plain = || (name == "index.html").then_some(PLAIN.as_bytes().into());
    let Some(found) = asked.then(|| Files::get(name).map(|file| file.data).or_else(plain)).flatten() else {
        return Problem::missing("there is nothing at this address: see /openapi.json").into_response();
    };
    let mut answer = (StatusCode::OK, Body::from(found)).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    // All else has its hash in its name.
    let kept = if matches!(name, "index.html" | "icon.svg") {
        "no-cache"
    } else {
        "public, max-age=31536000, immutable"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("Cross-Origin-Opener-Policy", HeaderValue::from_static("same-origin"));
    answer
}

/// The type of a file by its name.
fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
