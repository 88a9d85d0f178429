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
    let Ok(client) = reqwest::Client::builder().timeout(PATIENCE).build() else { return Vec::new() };
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
    let told: Answer = answer.json().await.map_err(|error| format!("the server says {status}: {error}"))?;
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

/// A number as Prometheus writes it.
fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
