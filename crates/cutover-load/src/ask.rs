//! The same request, over and over.

use crate::options::Options;
use crate::wire::Connection;
use crate::{Failed, percentile};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Asks on some connections at once, each waiting for its answer, and prints how many answers there were in a second.
pub(crate) async fn run(options: &Options) -> Result<(), Failed> {
    let to = options.text("to", "127.0.0.1:7300").to_owned();
    let connections: usize = options.number("connections", 32)?;
    let seconds: u64 = options.number("seconds", 5)?;
    let expected = options.text("expect", "").to_owned();
    let (path, body) = (options.text("path", "/"), options.text("body", ""));
    let method = options.text("method", if body.is_empty() { "GET" } else { "POST" });
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {to}\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        options.who(),
        body.len()
    );
    let request = Arc::new(request.into_bytes());
    let mut first = Connection::to(&to, 4096).await?;
    first.send(&request).await?;
    let (status, answer) = first.answer().await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    if status != 200 || !answer.contains(&expected) {
        return Err(format!("the answer is {status}: {answer}"));
    }
    let begun = Instant::now();
    // What is not warm yet is not counted.
    let (from, end) = (begun + Duration::from_secs(1), begun + Duration::from_secs(1 + seconds));
    let mut asking = JoinSet::new();
    for _ in 0..connections {
        let (to, request) = (to.clone(), request.clone());
        asking.spawn(async move {
            let mut connection = Connection::to(&to, 4096).await?;
            let mut times = Vec::with_capacity(1 << 16);
            loop {
                let asked = Instant::now();
                if asked >= end {
                    return Ok::<_, Failed>(times);
                }
                connection.send(&request).await?;
                let (status, _) = connection.answer().await?;
                if status != 200 {
                    return Err(format!("an answer was {status}"));
                }
                if asked >= from {
                    times.push(asked.elapsed());
                }
            }
        });
    }
    let mut times = Vec::new();
    while let Some(done) = asking.join_next().await {
        times.extend(done.map_err(|error| error.to_string())??);
    }
    times.sort_unstable();
    println!(
        "{} requests a second on {connections} connections; p50 {:.2?}, p99 {:.2?}, longest {:.2?}",
        times.len() as u64 / seconds.max(1),
        percentile(&times, 0.5),
        percentile(&times, 0.99),
        percentile(&times, 1.0),
    );
    Ok(())
}
