//! What handlers take of a request, with a problem document where it is not there.

use crate::app::App;
use crate::keys::{Role, Who};
use crate::problem::{Answer, Problem};
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{FromRequest, FromRequestParts};
use axum::http::request::{Parts, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

impl FromRequestParts<Arc<App>> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Answer<Self> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = given.and_then(|given| {
            let (scheme, key) = given.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        });
        let Some(key) = key else {
            return Err(Problem::stranger("send the header `Authorization: Bearer KEY`"));
        };
        let keys = app.keys.load();
        keys.find(key).cloned().ok_or_else(|| Problem::stranger("this key is not known, or was revoked"))
    }
}

impl Who {
    /// Whether this key may do what at least a role may, in an environment.
    pub(crate) fn needs(&self, role: Role, env: &str) -> Answer<()> {
        if self.role < role {
            let detail = format!(
                "this needs a key with the role {} or above; `{}` is {}",
                role.name(),
                self.name,
                self.role.name()
            );
            return Err(Problem::forbidden(detail));
        }
        match &self.env {
            Some(own) if own != env => {
                Err(Problem::forbidden(format!("the key `{}` is good for `{own}` alone", self.name)))
            }
            _ => Ok(()),
        }
    }

    /// Whether this key may do what at least a role may, everywhere.
    pub(crate) fn needs_everywhere(&self, role: Role) -> Answer<()> {
        self.needs(role, "")
    }
}

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body as bytes, up to the limit of the route.
pub(crate) struct Raw(pub(crate) Bytes);

impl FromRequest<Arc<App>> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request<Body>, app: &Arc<App>) -> Answer<Self> {
        // What no way in takes is not waited for.
        let most = app.options.ruleset_limit.saturating_mul(2).max(app.options.body_limit);
        if request.body().size_hint().lower() > most as u64 {
            return Err(Problem::too_large(app.options.ruleset_limit.max(app.options.body_limit)));
        }
        let read = tokio::time::timeout(PATIENCE, Bytes::from_request(request, app)).await.map_err(|_| {
            let detail = format!("a body comes within {} seconds", PATIENCE.as_secs());
            Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The body came too slowly", detail)
        })?;
        read.map(Self).map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                return Problem::too_large(app.options.ruleset_limit.max(app.options.body_limit));
            }
            Problem::wrong(rejection.body_text())
        })
    }
}

/// A body of JSON, whatever it says of its type: `curl -d` calls it a form.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request<Body>, app: &Arc<App>) -> Answer<Self> {
        let Raw(bytes) = Raw::from_request(request, app).await?;
        // Nothing is an object in which nothing is said.
        let text: &[u8] = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { &bytes };
        // A list would be read as the fields in their order: nobody means that, and `[]` is no call for an emergency.
        if text.trim_ascii_start().first() != Some(&b'{') {
            return Err(Problem::wrong("the body is an object of JSON"));
        }
        serde_json::from_slice(text).map(Self).map_err(|error| Problem::wrong(format!("the body: {error}")))
    }
}

/// What stands behind the question mark.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Answer<Self> {
        let found = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        found.map(|found| Self(found.0)).map_err(|rejection| Problem::wrong(rejection.body_text()))
    }
}

/// The number that a change was made for, of `If-Match: "7"`; that of the moment for `*`.
///
/// # Errors
/// Where there is none: nobody overwrites what they have not seen.
pub(crate) fn if_match(headers: &HeaderMap, current: i64) -> Answer<i64> {
    let Some(given) = headers.get(header::IF_MATCH) else {
        let title = "Say what you have seen";
        let detail = format!(
            "send the header `If-Match: \"{current}\"`: the ETag of what this change was made for, or `*`"
        );
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "if-match", title, detail)
            .with("current", current));
    };
    match given.to_str().unwrap_or_default().trim() {
        "*" => Ok(current),
        tag => tag.trim_matches('"').parse().map_err(|_| {
            Problem::wrong(format!("`If-Match` is an ETag such as \"7\", or `*`; {given:?} was sent"))
        }),
    }
}
