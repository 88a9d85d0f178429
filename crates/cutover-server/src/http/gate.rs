//! The gate before every handler: who asks, whether they may ask so often, and what a browser may read.

use super::extract::{Credentials, NO_KEY};
use crate::app::App;
use crate::clock::{hex, now_ms};
use crate::keys::Who;
use crate::listener::Peer;
use crate::problem::{Answer, Problem};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The cookie of a session. Where TLS is spoken it has the name that only a secure page of this host can set.
const COOKIE: &str = "cutover_session";
const SECURE_COOKIE: &str = "__Host-cutover_session";
/// What a request that changes something sends beside the cookie, as `/v1/me` tells it.
const TOKEN: &str = "cutover-csrf";
/// What probes ask, and nobody counts.
const UNCOUNTED: [&str; 2] = ["/healthz", "/readyz"];
/// It is limited for nobody whose key is good.
const EMERGENCY: &str = "/admin/emergency-rollback";

/// A cookie of a request.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(own, value)| (own == name).then_some(value))
}

/// The name of the cookie of a session.
pub(crate) fn name(app: &App) -> &'static str {
    if app.options.is_secure() { SECURE_COOKIE } else { COOKIE }
}

/// The cookie of the session.
pub(crate) fn session<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, name(app))
}

/// What goes with a session's cookie in each request that changes something: another site cannot read it.
pub(crate) fn token(session: &str) -> String {
    let hash = Sha256::digest(format!("cutover-csrf-v1\n{session}").as_bytes());
    hex(hash.get(..16).unwrap_or_default())
}

/// Who asks.
fn credentials(app: &App, method: &Method, headers: &HeaderMap) -> Answer<Who> {
    let keys = app.keys.load();
    let Some(given) = headers.get(header::AUTHORIZATION) else {
        let session = session(app, headers).ok_or_else(|| Problem::stranger(NO_KEY))?;
        let who = keys.session(session, now_ms());
        let who = who.ok_or_else(|| Problem::stranger("this session has ended: sign in again"))?;
        let told = headers.get(TOKEN).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !matches!(*method, Method::GET | Method::HEAD) && told != token(session) {
            let title = "The page did not say that it is this one";
            let detail = "send the header `Cutover-CSRF` with the `csrf` of /v1/me";
            return Err(Problem::new(StatusCode::FORBIDDEN, "csrf", title, detail));
        }
        return Ok(who.clone());
    };
    let key = given.to_str().ok().and_then(|given| {
        let (scheme, key) = given.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    let key = key.ok_or_else(|| Problem::stranger(NO_KEY))?;
    keys.find(key).cloned().ok_or_else(|| Problem::stranger("this key is not known, or was revoked"))
}

/// Whether a page of another site asks, as browsers say.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    matches!(site, Some(b"cross-site" | b"same-site"))
}

/// What clients ask, from pages of any site.
fn is_for_clients(path: &str) -> bool {
    path.starts_with("/ofrep/v1/")
        || path.starts_with("/v1/rulesets/") && !path.ends_with("/nodes")
        || path.starts_with("/v1/environments/") && path.ends_with("/banners")
}

/// Who is at the other end.
fn peer(app: &App, request: &Request) -> IpAddr {
    let told = || {
        let last = request.headers().get_all("x-forwarded-for").iter().next_back()?;
        last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    let connected = || request.extensions().get::<Peer>().map(|peer| peer.0);
    let found = if app.options.behind_proxy { told().or_else(connected) } else { connected() };
    found.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// The gate.
pub(super) async fn gate(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let (peer, headers) = (peer(&app, &request), request.headers());
    let path = request.uri().path();
    let (uncounted, for_clients) = (UNCOUNTED.contains(&path), is_for_clients(path));
    let mut found = credentials(&app, request.method(), headers);
    let who = found.as_ref().ok().cloned();
    let is_client = who.as_ref().is_some_and(Who::is_client);
    let emergency = who.is_some() && path == EMERGENCY;
    let asks_first =
        request.method() == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if who.is_some() && !is_client && is_cross_site(headers) {
        found = Err(Problem::forbidden(
            "a page of another site sent this key, which belongs into no page: make one with the role client",
        ));
    }
    let counted = if uncounted || emergency { Ok(()) } else { app.limits.count(who.as_ref(), peer) };
    let mut answer = match counted {
        Err(full) => full.into_response(),
        Ok(()) if asks_first && for_clients => preflight(),
        Ok(()) => {
            request.extensions_mut().insert(Credentials(found));
            next.run(request).await
        }
    };
    let failed = matches!(answer.status().as_u16(), 400 | 401 | 403 | 413 | 422);
    if failed && !uncounted && !emergency {
        app.limits.failed(who.as_ref(), peer);
    }
    // Whoever comes without a key that is good learns why; whoever comes with a key of a server learns nothing in a browser.
    if for_clients && (is_client || who.is_none()) {
        let headers = answer.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        let shown = "ETag, Cutover-Version, Cutover-Epoch, Cutover-Signature, Retry-After";
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(shown));
    }
    answer
}

/// What a browser is told before it asks from a page of another site.
fn preflight() -> Response {
    let sent = "Authorization, Content-Type, If-None-Match, Last-Event-ID";
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, sent),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
