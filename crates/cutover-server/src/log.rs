//! The log of the server: to standard error, for people or as JSON.

use tracing_subscriber::EnvFilter;

/// Begins to log, as JSON or for people; `filter` as in `info` or `cutover_server=debug`. Who calls it twice, or has a log
/// already, keeps the first.
pub fn log(json: bool, filter: Option<&str>) {
    let filter = EnvFilter::try_new(filter.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = if json { log.json().try_init() } else { log.with_target(false).with_ansi(false).try_init() };
}
