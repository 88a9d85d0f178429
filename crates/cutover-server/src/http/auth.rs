//! Signing in and out.

use super::extract::Query;
use super::gate;
use crate::app::App;
use crate::audit::Deed;
use crate::clock::now_ms;
use crate::keys::{Who, make_session};
use crate::oidc::{PATIENCE_MS, Provider, SESSION_MS};
use crate::problem::{Answer, Problem};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The cookie of somebody who is about to sign in.
const BEGUN: &str = "cutover_sign_in";

/// How people sign in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Ways {
    /// Whether `/auth/login` leads to an issuer of OpenID Connect; with a key one always gets in.
    oidc: bool,
}

/// How people sign in here.
#[utoipa::path(get, path = "/auth", tag = "people", security(()), responses((status = 200, body = Ways)))]
pub(crate) async fn ways(State(app): State<Arc<App>>) -> axum::Json<Ways> {
    axum::Json(Ways { oidc: app.oidc.is_some() })
}

fn provider(app: &App) -> Answer<&Provider> {
    app.oidc
        .as_ref()
        .ok_or_else(|| Problem::missing("nobody signs in here but with a key: see `serve --oidc-issuer`"))
}

fn cookie(app: &App, name: &str, value: &str, rest: &str) -> Option<HeaderValue> {
    let secure = if app.options.is_secure() { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; HttpOnly{secure}; {rest}")).ok()
}

fn leading(to: &str, cookies: [Option<HeaderValue>; 2]) -> Response {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let headers = answer.headers_mut();
    if let Ok(to) = HeaderValue::from_str(to) {
        headers.insert(header::LOCATION, to);
    }
    for cookie in cookies.into_iter().flatten() {
        headers.append(header::SET_COOKIE, cookie);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct To {
    /// Where to go afterwards: an address of the page, from its `/` on.
    #[serde(default)]
    to: String,
}

/// An address of this page, and nobody else's.
fn own(to: &str) -> &str {
    let is_own =
        to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']) && to.is_ascii();
    if is_own { to } else { "/" }
}

/// Leads to the issuer.
#[utoipa::path(get, path = "/auth/login", tag = "people", security(()), params(To),
    responses((status = 303, description = "To the issuer"), (status = "default", body = Problem)))]
pub(crate) async fn login(State(app): State<Arc<App>>, Query(to): Query<To>) -> Answer<Response> {
    let (address, begun) = provider(&app)?.begin(&app.signer, own(&to.to)).await?;
    // The issuer leads back here, which is a step from another site: a strict cookie would not come along.
    let rest = format!("SameSite=Lax; Path=/auth; Max-Age={}", PATIENCE_MS / 1000);
    Ok(leading(&address, [cookie(&app, BEGUN, &begun, &rest), None]))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Back {
    /// What the issuer gives a token for.
    #[serde(default)]
    code: String,
    /// What this server sent along.
    #[serde(default)]
    state: String,
    /// Why there is no code.
    #[serde(default)]
    error: String,
}

/// Where the issuer leads back to: begins the session.
#[utoipa::path(get, path = "/auth/callback", tag = "people", security(()), params(Back),
    responses((status = 303, description = "To the page, with the cookie of the session"), (status = "default", body = Problem)))]
pub(crate) async fn callback(
    State(app): State<Arc<App>>,
    Query(back): Query<Back>,
    headers: HeaderMap,
) -> Answer<Response> {
    let provider = provider(&app)?;
    if !back.error.is_empty() {
        let word: String = back.error.chars().filter(|c| c.is_ascii_graphic()).take(60).collect();
        let title = "Nobody is signed in";
        return Err(Problem::new(StatusCode::FORBIDDEN, "sign-in", title, format!("the issuer says {word}")));
    }
    let begun = gate::cookie(&headers, BEGUN).unwrap_or_default();
    let person = provider.finish(&app.signer, begun, &back.state, &back.code).await?;
    let ends_at = now_ms() + SESSION_MS;
    let (value, row) = make_session(&person.subject, &person.name, &person.grants, ends_at);
    let deed = Deed {
        actor: person.name,
        action: "sign_in".to_owned(),
        target: person.subject,
        detail: serde_json::json!({ "grants": person.grants, "ends_at": ends_at }),
        ..Deed::default()
    };
    app.store.put_session(&row, deed).await?;
    app.reload_keys().await?;
    let rest = format!("SameSite=Strict; Path=/; Max-Age={}", SESSION_MS / 1000);
    let session = cookie(&app, gate::name(&app), &value, &rest);
    let gone = cookie(&app, BEGUN, "", "SameSite=Lax; Path=/auth; Max-Age=0");
    Ok(leading(own(&person.to), [session, gone]))
}

/// Signs out, in every browser of this person at once.
#[utoipa::path(post, path = "/auth/logout", tag = "people",
    responses((status = 204), (status = "default", body = Problem)))]
pub(crate) async fn logout(State(app): State<Arc<App>>, who: Who) -> Answer<Response> {
    if !who.is_session() {
        return Err(Problem::unusable("this is a key and no session: keys are revoked at /v1/keys"));
    }
    let deed =
        Deed { actor: who.name, action: "sign_out".to_owned(), target: who.id.clone(), ..Deed::default() };
    app.store.drop_sessions(&who.id, deed).await?;
    app.reload_keys().await?;
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if let Some(gone) = cookie(&app, gate::name(&app), "", "SameSite=Strict; Path=/; Max-Age=0") {
        answer.headers_mut().insert(header::SET_COOKIE, gone);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn nobody_is_led_elsewhere() {
        assert_eq!(own("/env/dev?tab=1"), "/env/dev?tab=1");
        for elsewhere in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: b"]
        {
            assert_eq!(own(elsewhere), "/");
        }
    }
}
