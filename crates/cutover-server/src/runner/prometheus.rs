//! Metrics by a Prometheus server, asked for series over the time since the last question. What cannot be asked, or gives more
//! than one series of an arm, is an observation with an `error`, which is never a pass.

use cutover::gates::{Arms, Counts, Metric, MetricKind, Number, Observation, Query};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The resolution, in milliseconds.
const STEP: i64 = 15_000;
/// How far back a runner that was away looks, in milliseconds.
const BACK: i64 = 3_600_000;
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes: an hour of one series takes some 10,000.
const LARGEST: usize = 8 << 20;

type Series = BTreeMap<i64, f64>;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    metric: BTreeMap<String, String>,
    values: Vec<(f64, String)>,
}

/// The observations of metrics since `last`, each [`STEP`]; `last` is then up to when.
pub(super) async fn measure(
    server: &str,
    metrics: &[(&str, &Metric)],
    last: &mut i64,
    now: i64,
) -> Vec<Observation> {
    let end = now - now.rem_euclid(STEP);
    let start = (*last - last.rem_euclid(STEP) + STEP).max(end - BACK);
    if start > end {
        return Vec::new();
    }
    // Whoever configured the address meant that one, and none that it might lead to.
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    let Ok(client) = client.build() else { return Vec::new() };
    let mut found = Vec::new();
    for (name, metric) in metrics {
        match measured(&client, server, name, metric, (start, end)).await {
            Ok(observations) => found.extend(observations),
            Err(why) => found.push(Observation::error(name, now, &why)),
        }
    }
    *last = end;
    found
}

async fn measured(
    client: &reqwest::Client,
    server: &str,
    name: &str,
    metric: &Metric,
    window: (i64, i64),
) -> Result<Vec<Observation>, String> {
    let arms = metric.arms.as_ref();
    match &metric.query {
        None => Ok(Vec::new()),
        Some(Query::Value(query)) => {
            let [old, new] = ask(client, server, query, window, arms).await?;
            let row = |(at, value): (i64, f64)| {
                let mut seen = Observation::value(name, at, value);
                seen.baseline = old.as_ref().and_then(|old| old.get(&at)).copied().map(Number);
                seen
            };
            Ok(new.unwrap_or_default().into_iter().map(row).collect())
        }
        Some(Query::Counts { events, total }) => {
            let events = ask(client, server, events, window, arms).await?;
            let totals = ask(client, server, total, window, arms).await?;
            let instants: BTreeSet<i64> =
                totals.iter().flatten().flat_map(|series| series.keys().copied()).collect();
            let mut found = Vec::new();
            for at in instants {
                let counts = |arm: usize| -> Result<Option<Counts>, String> {
                    let value = |of: &[Option<Series>; 2]| of.get(arm)?.as_ref()?.get(&at).copied();
                    let Some(total) = value(&totals) else { return Ok(None) };
                    // A series that has counted nothing is not there.
                    Ok(Some(Counts::new(count(value(&events).unwrap_or_default())?, count(total)?)))
                };
                let (old, new) = (counts(0)?, counts(1)?);
                let mut seen = Observation::counters(name, at, Counts::default(), Counts::default());
                (seen.old, seen.new) = (old, new);
                if metric.kind == MetricKind::Ratio {
                    (seen.at, seen.from, seen.to) = (None, Some(at - STEP), Some(at));
                }
                found.push(seen);
            }
            Ok(found)
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is finite and not below 0")]
fn count(value: f64) -> Result<u64, String> {
    if !value.is_finite() || value < 0.0 {
        return Err(format!("{value} is no count"));
    }
    Ok(value.round() as u64)
}

/// The series of the old and of the new arm.
async fn ask(
    client: &reqwest::Client,
    server: &str,
    query: &str,
    (start, end): (i64, i64),
    arms: Option<&Arms>,
) -> Result<[Option<Series>; 2], String> {
    let query = query.replace("$step", &format!("{}s", STEP / 1000));
    let url = format!("{}/api/v1/query_range", server.trim_end_matches('/'));
    #[expect(clippy::cast_precision_loss, reason = "instants stay below 2^53")]
    let seconds = |ms: i64| format!("{:.3}", ms as f64 / 1000.0);
    let form = [("query", query), ("start", seconds(start)), ("end", seconds(end)), ("step", seconds(STEP))];
    let answer = client.post(url).form(&form).send().await;
    let answer = answer.map_err(|error| format!("the server cannot be asked: {error}"))?;
    let status = answer.status();
    let body = limited(answer).await.map_err(|error| format!("the server says {status}: {error}"))?;
    let told: Answer =
        serde_json::from_slice(&body).map_err(|error| format!("the server says {status}: {error}"))?;
    let data =
        told.data.ok_or_else(|| format!("the server says {status}: {}", told.error.unwrap_or_default()))?;
    let mut found = [None, None];
    for row in data.result {
        let label = |arms: &Arms| row.metric.get(&arms.label).cloned().unwrap_or_default();
        let arm = match arms {
            None => 1,
            Some(arms) if label(arms) == arms.old => 0,
            Some(arms) if label(arms) == arms.new => 1,
            Some(_) => continue,
        };
        let Some(slot) = found.get_mut(arm) else { continue };
        if slot.is_some() {
            let side = if arm == 0 { "old" } else { "new" };
            return Err(format!("the query gives more than one series of the {side} side: sum them up"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "an instant in milliseconds")]
        let values = row.values.iter().map(|(at, value)| ((at * 1000.0).round() as i64, number(value)));
        *slot = Some(values.collect());
    }
    Ok(found)
}

/// A body, of which no more is kept than the answer to any sensible question takes.
async fn limited(mut answer: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| error.without_url().to_string())? {
        if body.len() + piece.len() > LARGEST {
            return Err(format!("its answer is larger than {} MiB", LARGEST >> 20));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// A number as Prometheus writes it.
fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::{BACK, LARGEST, Metric, Observation, measure};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// A server that answers everything with this, and how often it was asked.
    async fn answering(answer: Vec<u8>) -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(&answer).await;
            }
        });
        (url, asked)
    }

    async fn observed(server: &str) -> Vec<Observation> {
        let metric: Metric = serde_json::from_str(r#"{ "kind": "gauge", "query": "up" }"#).unwrap();
        measure(server, &[("up", &metric)], &mut 0, BACK).await
    }

    #[tokio::test]
    async fn a_server_that_leads_elsewhere_is_not_followed() {
        let (elsewhere, asked) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_vec()).await;
        for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
            let head = format!("HTTP/1.1 {status}\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n");
            let (server, first) = answering(head.into_bytes()).await;
            let found = observed(&server).await;
            let why = found.first().and_then(|one| one.error.clone()).unwrap_or_default();
            assert!(why.contains(&status[..3]), "{why}");
            assert_eq!(first.load(Ordering::Relaxed), 1);
        }
        assert_eq!(asked.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_cut_off() {
        let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", LARGEST + 1).into_bytes();
        answer.resize(answer.len() + LARGEST + 1, b' ');
        let (server, _) = answering(answer).await;
        let found = observed(&server).await;
        let why = found.first().and_then(|one| one.error.clone()).unwrap_or_default();
        assert!(why.contains("larger than 8 MiB"), "{why}");
    }
}
