//! What the server counts of itself, as Prometheus reads it.

use crate::app::App;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the histogram of answers, in seconds.
const BOUNDS: [f64; 8] = [0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0];

/// How a way in of the interface was asked, and how it was answered.
type Way = (&'static str, u16);

/// How many answers, how many seconds they took together, and how many took no longer than each bound.
type Answers = (u64, f64, [u64; BOUNDS.len()]);

/// What the server counts of itself.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// By path: only the first answer of each has to write it down.
    requests: Mutex<BTreeMap<String, BTreeMap<Way, Answers>>>,
    published: Mutex<BTreeMap<String, (u64, i64)>>,
    streams: AtomicI64,
    pub(crate) refused_connections: AtomicU64,
    pub(crate) runs_plans: AtomicU64,
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, method: &'static str, path: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if !requests.contains_key(path) {
            requests.insert(path.to_owned(), BTreeMap::new());
        }
        let Some(ways) = requests.get_mut(path) else { return };
        let (count, sum, buckets) = ways.entry((method, status)).or_default();
        (*count, *sum) = (*count + 1, *sum + took.as_secs_f64());
        for (bucket, bound) in buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(took.as_secs_f64() <= bound);
        }
    }

    /// A version is shown to clients.
    pub(crate) fn published(&self, env: &str, now: i64) {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, at) = published.entry(env.to_owned()).or_default();
        (*count, *at) = (*count + 1, now);
    }

    /// All of it in the text format of Prometheus.
    pub(crate) fn render(&self, gauges: &[Gauge]) -> String {
        let mut text = String::new();
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str("# HELP cutover_server_request_seconds How long answers took.\n");
        text.push_str("# TYPE cutover_server_request_seconds histogram\n");
        let ways = requests.iter().flat_map(|(path, ways)| ways.iter().map(move |way| (path, way)));
        for (path, ((method, status), (count, sum, buckets))) in ways {
            let labels = format!("method=\"{method}\",path=\"{path}\",status=\"{status}\"");
            for (bound, reached) in BOUNDS.iter().zip(buckets) {
                let _ = writeln!(
                    text,
                    "cutover_server_request_seconds_bucket{{{labels},le=\"{bound}\"}} {reached}"
                );
            }
            let _ = writeln!(text, "cutover_server_request_seconds_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(text, "cutover_server_request_seconds_sum{{{labels}}} {sum}");
            let _ = writeln!(text, "cutover_server_request_seconds_count{{{labels}}} {count}");
        }
        drop(requests);
        let mut all = vec![
            Gauge::new(
                "cutover_server_streams",
                "Clients that listen to server-sent events.",
                "",
                self.listening(),
            ),
            Gauge::new(
                "cutover_server_runs_plans",
                "Whether this instance runs the plans.",
                "",
                self.runs_plans.load(Ordering::Relaxed).cast_signed(),
            ),
            Gauge::new(
                "cutover_server_refused_connections_total",
                "Connections above the limit.",
                "",
                self.refused_connections.load(Ordering::Relaxed).cast_signed(),
            ),
        ];
        let published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        for (env, (count, _)) in published.iter() {
            let help = "Versions that this instance has shown to clients.";
            all.push(Gauge::new(
                "cutover_server_publications_total",
                help,
                env,
                i64::try_from(*count).unwrap_or(0),
            ));
        }
        for (env, (_, at)) in published.iter() {
            let help = "When the last version was shown, in seconds since the epoch.";
            all.push(Gauge::new("cutover_server_published_timestamp_seconds", help, env, at / 1000));
        }
        drop(published);
        all.extend_from_slice(gauges);
        let mut last = "";
        for gauge in &all {
            if gauge.name != last {
                let kind = if gauge.name.ends_with("_total") { "counter" } else { "gauge" };
                let _ = writeln!(text, "# HELP {} {}\n# TYPE {} {kind}", gauge.name, gauge.help, gauge.name);
                last = gauge.name;
            }
            let _ = match gauge.env.as_str() {
                "" => writeln!(text, "{} {}", gauge.name, gauge.value),
                env => writeln!(text, "{}{{env=\"{env}\"}} {}", gauge.name, gauge.value),
            };
        }
        text
    }

    fn listening(&self) -> i64 {
        self.streams.load(Ordering::Relaxed)
    }
}

/// A number of the moment.
#[derive(Debug, Clone)]
pub(crate) struct Gauge {
    name: &'static str,
    help: &'static str,
    env: String,
    value: i64,
}

impl Gauge {
    pub(crate) fn new(name: &'static str, help: &'static str, env: &str, value: i64) -> Self {
        Self { name, help, env: env.to_owned(), value }
    }
}

/// Counts a client that listens, until it is dropped.
#[derive(Debug)]
pub(crate) struct Listening(Arc<App>);

impl Listening {
    pub(crate) fn new(app: &Arc<App>) -> Self {
        app.metrics.streams.fetch_add(1, Ordering::Relaxed);
        Self(app.clone())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.metrics.streams.fetch_sub(1, Ordering::Relaxed);
    }
}
