//! Many clients that listen, and how long a change takes to reach them.

use crate::options::Options;
use crate::wire::{Connection, status};
use crate::{Failed, percentile};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc};

/// How long a change may take until it counts as lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many connections are opened at once.
const OPENING: usize = 64;

/// Opens the streams, publishes some changes, and prints when they were there.
pub(crate) async fn run(options: &Options) -> Result<(), Failed> {
    let to = options.text("to", "127.0.0.1:7300").to_owned();
    let env = options.text("env", "production").to_owned();
    let clients: usize = options.number("clients", 10_000)?;
    let rounds: u32 = options.number("rounds", 5)?;
    let (pid, who) = (options.number::<u32>("pid", 0)?, options.who());
    let request = format!(
        "GET /v1/rulesets/{env}/events HTTP/1.1\r\nHost: {to}\r\n{who}Accept: text/event-stream\r\n\r\n"
    );
    println!("at rest the server has {}", memory(pid));
    let begun = Instant::now();
    let (told, mut heard) = mpsc::unbounded_channel();
    let allowed = Arc::new(Semaphore::new(OPENING));
    for _ in 0..clients {
        let (to, request, told, allowed) = (to.clone(), request.clone(), told.clone(), allowed.clone());
        tokio::spawn(async move {
            if let Err(why) = follow(&to, &request, &told, &allowed).await {
                let _ = told.send(Err(why));
            }
        });
    }
    drop(told);
    let mut version = 0;
    for _ in 0..clients {
        version = version.max(next(&mut heard, PATIENCE).await?.0);
    }
    println!("{clients} clients listen after {:.1?}; the server has {}", begun.elapsed(), memory(pid));
    let mut publisher = Connection::to(&to, 4096).await?;
    for round in 0..rounds {
        let body = format!("{{\"v2_traffic_percentage\":{}}}", 1 + (version + i64::from(round)) % 90);
        let order = format!(
            "POST /admin/config?env={env} HTTP/1.1\r\nHost: {to}\r\n{who}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let published = Instant::now();
        publisher.send(order.as_bytes()).await?;
        let (status, answer) = publisher.answer().await?;
        if status != 200 {
            return Err(format!("a change was answered by {status}: {}", String::from_utf8_lossy(&answer)));
        }
        let answered = published.elapsed();
        let mut times = Vec::with_capacity(clients);
        while times.len() < clients {
            let (seen, at) = next(&mut heard, PATIENCE).await?;
            // One that hears late of what was published before has that skipped, never the newest.
            if seen > version {
                times.push(at - published);
            }
        }
        version += 1;
        times.sort_unstable();
        println!(
            "change {}: answered after {answered:.1?}; {clients} clients had it: p50 {:.1?}, p99 {:.1?}, last {:.1?}; the server has {}",
            round + 1,
            percentile(&times, 0.5),
            percentile(&times, 0.99),
            percentile(&times, 1.0),
            memory(pid)
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

type Heard = Result<(i64, Instant), Failed>;

async fn next(heard: &mut mpsc::UnboundedReceiver<Heard>, patience: Duration) -> Heard {
    let next = tokio::time::timeout(patience, heard.recv()).await;
    next.map_err(|_| format!("a client heard nothing for {patience:?}"))?.ok_or("all clients have ended")?
}

/// One client: tells the version of each event, and when it came.
async fn follow(
    to: &str,
    request: &str,
    told: &mpsc::UnboundedSender<Heard>,
    allowed: &Semaphore,
) -> Result<(), Failed> {
    let permit = allowed.acquire().await.map_err(|error| error.to_string())?;
    let mut connection = Connection::to(to, 256).await?;
    connection.send(request.as_bytes()).await?;
    let head = connection.until(b"\r\n\r\n").await?;
    if status(&head) != 200 {
        return Err(format!("a stream was answered by {}", status(&head)));
    }
    let mut permit = Some(permit);
    loop {
        let event = connection.until(b"\n\n").await?;
        let id = event.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"id: "));
        let version = id.and_then(|id| std::str::from_utf8(id).ok()).and_then(|id| id.trim().parse().ok());
        if let Some(version) = version {
            permit.take();
            if told.send(Ok((version, Instant::now()))).is_err() {
                return Ok(());
            }
        }
    }
}

/// What a process holds in memory now, and held at the most, as Linux says it.
fn memory(pid: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib / 1024)
    };
    match (of("VmRSS:"), of("VmHWM:")) {
        (Some(now), Some(most)) => format!("{now} MiB of memory, {most} MiB at the most"),
        _ => "an unknown amount of memory".to_owned(),
    }
}
