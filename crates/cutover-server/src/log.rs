//! The log of the server: to standard error, for people or as JSON. Beside it traces, where the environment asks for them.

use crate::trace;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry};

/// What is logged and traced, until it is dropped: then traces that wait are sent. Drop it when the server has ended, where
/// waiting is no harm.
#[derive(Debug)]
pub struct Log {
    traces: Option<SdkTracerProvider>,
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(traces) = &self.traces {
            // Whoever takes them may be away: they are a loss that nobody can do anything about now.
            let _ = traces.shutdown();
        }
    }
}

/// Begins to log, as JSON or for people; `filter` as in `info` or `cutover_server=debug`. Who calls it twice, or has a log
/// already, keeps the first. Traces go to `OTEL_EXPORTER_OTLP_ENDPOINT`, where that is set.
#[must_use = "traces end with what this gives"]
pub fn log(json: bool, filter: Option<&str>) -> Log {
    let filter = EnvFilter::try_new(filter.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    let (traces, wrong) = match trace::provider() {
        Ok(traces) => (traces, None),
        Err(error) => (None, Some(error)),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines: Box<dyn Layer<Registry> + Send + Sync> =
        if json { lines.json().boxed() } else { lines.with_target(false).with_ansi(false).boxed() };
    let lines = lines.with_filter(filter.and(filter_fn(|about| about.target() != trace::TARGET)));
    let spans = traces.as_ref().map(trace::layer);
    let spans = spans.map(|spans| spans.with_filter(filter_fn(|about| about.target() == trace::TARGET)));
    let _ = tracing_subscriber::registry().with(lines.and_then(spans)).try_init();
    if let Some(error) = wrong {
        tracing::error!(error, "traces are not sent");
    }
    Log { traces }
}
