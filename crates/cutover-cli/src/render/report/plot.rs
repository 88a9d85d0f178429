//! Where things are in the plots of a report. The template draws them.

use super::filters::{number, rate};
use cutover::gates::{Answer, Point};
use cutover::plans::{Measure, Report};
use serde::Serialize;

/// How wide a plot is, and where its left and right edges are.
const WIDTH: f64 = 720.0;
const LEFT: f64 = 20.0;
const RIGHT: f64 = WIDTH - 20.0;
/// How high a row of the forest plot is.
const ROW: f64 = 74.0;
/// Where a line plot begins and ends.
const TOP: f64 = 12.0;
const BOTTOM: f64 = 128.0;

/// A row of the forest plot: a metric, each on its own scale, with nothing in the middle.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    metric: String,
    answer: Answer,
    y: f64,
    low: f64,
    high: f64,
    middle: Option<f64>,
    zero: f64,
    margin: Option<f64>,
    margin_text: String,
    edge: String,
    text: String,
}

/// The differences of the arms, with their intervals.
#[derive(Debug, Serialize)]
pub(super) struct Forest {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    rows: Vec<Row>,
}

pub(super) fn forest(report: &Report<'_>) -> Forest {
    let rows: Vec<Row> = report.metrics.iter().filter_map(row).enumerate().map(placed).collect();
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let height = ROW * rows.len() as f64;
    Forest { width: WIDTH, height, left: LEFT, right: RIGHT, rows }
}

#[expect(clippy::cast_precision_loss, reason = "a few rows")]
fn placed((at, row): (usize, Row)) -> Row {
    Row { y: ROW * at as f64, ..row }
}

fn row(measure: &Measure) -> Option<Row> {
    let comparison = measure.comparison?;
    let (low, high) = comparison.interval;
    let margin = measure.margin.map(|margin| if measure.better == "higher" { -margin } else { margin });
    let reach = [low, high, margin.unwrap_or(0.0)].into_iter().map(f64::abs).fold(0.0, f64::max) * 1.1;
    let reach = if reach > 0.0 { reach } else { 1.0 };
    let place = |value: f64| LEFT + (value / reach + 1.0) / 2.0 * (RIGHT - LEFT);
    let text = match comparison.difference {
        Some(difference) => format!("{} ({} to {})", rate(difference), rate(low), rate(high)),
        None => "one of the arms is empty".to_owned(),
    };
    Some(Row {
        metric: measure.metric.clone(),
        answer: measure.answer,
        y: 0.0,
        low: place(low),
        high: place(high),
        middle: comparison.difference.map(place),
        zero: place(0.0),
        margin: margin.map(place),
        margin_text: margin.map(|margin| format!("margin {}", rate(margin))).unwrap_or_default(),
        edge: rate(reach),
        text,
    })
}

/// A metric over time.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    metric: String,
    width: f64,
    top: f64,
    bottom: f64,
    /// The points of both sides, as an attribute of a polyline has them.
    new: String,
    old: String,
    /// The last point of the new side.
    last: Option<(f64, f64)>,
    least: String,
    most: String,
    value: String,
    from: i64,
    to: i64,
}

pub(super) fn lines(report: &Report<'_>) -> Vec<Line> {
    report.metrics.iter().filter_map(line).collect()
}

fn line(measure: &Measure) -> Option<Line> {
    let points = &measure.series;
    let (first, last) = (points.first()?, points.last()?);
    if first.at >= last.at {
        return None;
    }
    let values = || points.iter().flat_map(|point| [point.value, point.baseline]).flatten();
    let (least, most) =
        values().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    if least > most {
        return None;
    }
    let room = if most > least { (most - least) * 0.08 } else { most.abs().max(1.0) * 0.08 };
    #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
    let x = |at: i64| {
        LEFT + (at.saturating_sub(first.at)) as f64 / (last.at.saturating_sub(first.at)) as f64
            * (RIGHT - LEFT)
    };
    let y = |value: f64| BOTTOM - (value - least + room) / (most - least + 2.0 * room) * (BOTTOM - TOP);
    let path = |side: fn(&Point) -> Option<f64>| -> Vec<(f64, f64)> {
        points.iter().filter_map(|point| Some((x(point.at), y(side(point)?)))).collect()
    };
    let text = |path: &[(f64, f64)]| {
        path.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
    };
    let (new, old) = (path(|point| point.value), path(|point| point.baseline));
    let show = if measure.comparison.is_some() { rate } else { number };
    let unit = measure.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let shown = |value: f64| format!("{}{unit}", show(value));
    Some(Line {
        metric: measure.metric.clone(),
        width: WIDTH,
        top: TOP,
        bottom: BOTTOM,
        last: new.last().copied(),
        new: text(&new),
        old: text(&old),
        least: shown(least),
        most: shown(most),
        value: last.value.map(shown).unwrap_or_default(),
        from: first.at,
        to: last.at,
    })
}
