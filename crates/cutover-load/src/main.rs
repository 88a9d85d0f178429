//! Loads a server from a process of its own, over loopback, and prints what it measured:
//!
//! ```sh
//! cutover-load listen --to 127.0.0.1:7300 --key KEY --env production --clients 10000 --rounds 5 --pid 4711
//! cutover-load ask --to 127.0.0.1:7300 --key KEY --path /ofrep/v1/evaluate/flags/beta --body '{"context":{}}' --seconds 5
//! ```
//!
//! `listen` opens server-sent events, changes the share of a flag by `/admin/config`, and says how long it took until each
//! client had the change. `ask` sends the same request over and over on some connections. What fails ends it with 1.

mod ask;
mod listen;
mod options;
mod wire;

use options::Options;
use std::process::ExitCode;
use std::time::Duration;

/// What went wrong, in a sentence.
pub(crate) type Failed = String;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    let done = Options::of(std::env::args().skip(1)).and_then(|options| {
        runtime.block_on(async {
            match options.command.as_str() {
                "listen" => listen::run(&options).await,
                "ask" => ask::run(&options).await,
                other => Err(format!("`{other}` is none of `listen` and `ask`")),
            }
        })
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed(&why),
    }
}

fn failed(why: &str) -> ExitCode {
    eprintln!("cutover-load: {why}");
    ExitCode::FAILURE
}

/// The value below which a share of sorted times lies.
pub(crate) fn percentile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let place = ((sorted.len() as f64 * share).ceil() as usize).max(1) - 1;
    sorted.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::percentile;
    use std::time::Duration;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let times: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 0.5), Duration::from_millis(50));
        assert_eq!(percentile(&times, 0.99), Duration::from_millis(99));
        assert_eq!(percentile(&times, 1.0), Duration::from_millis(100));
        assert_eq!(percentile(&[], 0.5), Duration::ZERO);
    }
}
