//! What is answered where something cannot be done: problem details of RFC 9457.

use crate::store::StoreError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cutover::{Diagnostic, LoadError};
use serde::Serialize;
use serde_json::{Map, Value};

/// A problem document.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A stable name of the kind of problem, as a relative address: `/problems/conflict`.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in a few words.
    title: &'static str,
    /// The status of HTTP.
    status: u16,
    /// What is wrong here, in a sentence.
    detail: String,
    /// What the engine says of a ruleset.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    diagnostics: Vec<Diagnostic>,
    #[serde(flatten)]
    #[schema(ignore)]
    more: Map<String, Value>,
}

/// The field of a problem that says when to come again, in seconds.
const RETRY_AFTER: &str = "retry_after";
const FENCED: &str = "fenced";

/// What a part of the server gives, or why not.
pub(crate) type Answer<T> = Result<T, Problem>;

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        kind: &str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            diagnostics: Vec::new(),
            more: Map::new(),
        }
    }

    pub(crate) fn with(mut self, key: &str, value: impl Serialize) -> Self {
        self.more.insert(key.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Whether another instance has the lease by now.
    pub(crate) fn is_fenced(&self) -> bool {
        self.kind.ends_with(FENCED)
    }

    /// In a sentence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn wrong(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request makes no sense", detail)
    }

    pub(crate) fn unusable(detail: impl Into<String>) -> Self {
        let title = "The request cannot be carried out as it is";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unusable", title, detail)
    }

    pub(crate) fn missing(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing", detail)
    }

    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Something else is there by now", detail)
    }

    pub(crate) fn stranger(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "A key is needed", detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "This key may not do that", detail)
    }

    pub(crate) fn fault(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "A fault of the server", detail)
    }

    /// Too many requests; there is room again after so many seconds.
    pub(crate) fn too_many(whose: &str, seconds: u64) -> Self {
        let detail = format!("{whose} has sent too many requests: wait {seconds} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests", detail)
            .with(RETRY_AFTER, seconds)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("a body has at most {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let detail = error.to_string();
        match error {
            StoreError::Conflict { current, .. } => {
                let title = "Somebody else was first";
                Self::new(StatusCode::PRECONDITION_FAILED, "changed-meanwhile", title, detail)
                    .with("current", current)
            }
            StoreError::NotFound(_) => Self::missing(detail),
            StoreError::Fenced => {
                Self::new(StatusCode::CONFLICT, FENCED, "Another instance does that", detail)
            }
            StoreError::Down(_) => {
                let title = "The database does not answer";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "database-down", title, detail)
            }
            StoreError::Corrupt(_) => {
                tracing::error!(error = detail, "the database");
                let title = "A fault of the server";
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "fault",
                    title,
                    "the log of the server says more",
                )
            }
        }
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        let errors = error.diagnostics.iter().filter(|found| found.is_error()).count();
        let detail = format!("the ruleset has {errors} {}", if errors == 1 { "error" } else { "errors" });
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused-ruleset", "The ruleset is refused", detail);
        problem.diagnostics = error.diagnostics;
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), serde_json::to_string(&self).unwrap_or_default()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.more.get(RETRY_AFTER).and_then(Value::as_u64) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == 503 {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
