//! Traces for OpenTelemetry: a span for each request and for each step that a plan performs. They are sent where the
//! environment names a place for them, by the variables that OpenTelemetry has for that, and cost nothing otherwise.

use axum::http::{HeaderMap, Method, StatusCode};
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// What spans are known by: the log leaves them out, and traces take nothing else.
pub(crate) const TARGET: &str = "cutover_server::trace";

/// Where traces are sent, as the environment says; `None` where it says nothing.
pub(crate) fn provider() -> Result<Option<SdkTracerProvider>, String> {
    let said = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let endpoint = said("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| said("OTEL_EXPORTER_OTLP_ENDPOINT"));
    let off = said("OTEL_SDK_DISABLED").is_some_and(|off| off.eq_ignore_ascii_case("true"))
        || said("OTEL_TRACES_EXPORTER").is_some_and(|exporter| exporter == "none");
    if endpoint.is_none() || off {
        return Ok(None);
    }
    let exporter = SpanExporter::builder().with_http().build().map_err(|error| error.to_string())?;
    let mut resource = Resource::builder();
    if said("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("cutover");
    }
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build());
    Ok(Some(provider.build()))
}

/// What makes spans of `tracing` to spans of a provider.
pub(crate) fn layer<S>(provider: &SdkTracerProvider) -> impl tracing_subscriber::Layer<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("cutover"))
        // Where in the source a span begins, and in which thread, is nobody's question.
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
}

/// The headers of a request.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

/// The span of a request, in the trace that it comes with. `route` is the pattern of its address: a stranger invents no names.
pub(crate) fn request(method: &Method, route: &str, headers: &HeaderMap) -> Span {
    let span = tracing::info_span!(target: TARGET, "request", otel.name = Empty, otel.kind = "server",
        otel.status_code = Empty, http.request.method = %method, http.route = route,
        http.response.status_code = Empty);
    if !span.is_disabled() {
        let name = if route.is_empty() { method.to_string() } else { format!("{method} {route}") };
        span.record("otel.name", name);
        // Without OpenTelemetry nobody asks for the parent.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    }
    span
}

/// How the request of a span was answered.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// The span of something that a plan has done.
pub(crate) fn step(env: &str, plan: &str, stage: &str, step: usize, effect: &str) -> Span {
    tracing::info_span!(target: TARGET, "plan", otel.name = format!("plan {effect}"), cutover.environment = env,
        cutover.plan = plan, cutover.stage = stage, cutover.step = step, cutover.effect = effect)
}
