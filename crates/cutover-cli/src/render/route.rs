//! A route as a page: where reads and writes go, what streams and jobs do, and what it may cost.

use super::style::{DIM, ERROR, GOOD, NOTE, PLAIN, STRONG, WARNING, paint};
use super::text::{clean, percent, width};
use anstyle::Style;
use cutover::{Ack, Hazard, JobVariant, Route, RouteRead, Severity, StreamState};
use std::fmt::Write as _;

/// The page of a route.
pub(crate) fn page(route: &Route<'_>) -> String {
    let mut out = String::new();
    let phase = match route.phase {
        Some(phase) => format!("phase {}", paint(STRONG, clean(phase))),
        None => paint(WARNING, "in no phase: none covers how the switches stand"),
    };
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "{}  {phase}{}", paint(STRONG, clean(route.migration)), marks(route));
    if let Some(error) = route.error {
        let text =
            format!("{}: no unit for the cohort; this is the route of the migration's phase", error.name());
        let _ = writeln!(out, "{}", paint(ERROR, text));
    }
    out.push('\n');
    if let Some(read) = &route.read {
        reads(&mut out, read);
    }
    writes(&mut out, route);
    if let Some(streams) = route.streams {
        line(&mut out, "streams", &stream("forward (old → new)", streams.forward));
        line(&mut out, "", &stream("reverse (new → old)", streams.reverse));
    }
    jobs(&mut out, route);
    for hazard in route.hazards.iter() {
        danger(&mut out, hazard);
    }
    let _ = writeln!(out, "\n{}", paint(DIM, format_args!("digest {}", route.digest)));
    out
}

fn marks(route: &Route<'_>) -> String {
    let mut marks = String::new();
    if route.emergency {
        marks.push_str(&format!("  {}", paint(ERROR, "EMERGENCY")));
    }
    if route.cohort {
        marks.push_str(&format!("  {}", paint(NOTE, "by cohort")));
    }
    marks
}

/// A line under a label; lines without one continue it.
fn line(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "  {label:8} {text}");
}

fn reads(out: &mut String, read: &RouteRead<'_>) {
    let from = format!("{} {}", paint(NOTE, "←"), paint(STRONG, clean(read.from)));
    line(out, "read", &from);
    if let Some(fallback) = read.fallback {
        let on: Vec<&str> = read.fallback_on.iter().map(|on| on.name()).collect();
        let text = format!("{} {} on {}", paint(NOTE, "↳"), paint(STRONG, clean(fallback)), on.join(", "));
        line(out, "", &text);
    }
    if let Some(compare) = read.compare {
        let profile = compare.profile.map(|profile| format!(" by {}", clean(profile))).unwrap_or_default();
        let text = format!(
            "{} compared with {}{profile}, {} of reads",
            paint(NOTE, "≟"),
            clean(compare.with),
            percent(compare.sample)
        );
        line(out, "", &text);
    }
}

fn writes(out: &mut String, route: &Route<'_>) {
    let widest = route.write.iter().map(|write| width(&clean(write.to))).max().unwrap_or(0);
    for (index, write) in route.write.iter().enumerate() {
        let to = clean(write.to);
        let ack = match write.ack {
            Ack::Required => "must acknowledge",
            Ack::BestEffort => "best effort: a failure is logged, and the write stands",
            Ack::Outbox => "later, through a durable outbox",
        };
        let pad = " ".repeat(widest - width(&to));
        let text = format!("{} {}{pad}  {}", paint(NOTE, "→"), paint(STRONG, to), paint(DIM, ack));
        line(out, if index == 0 { "write" } else { "" }, &text);
    }
}

fn stream(name: &str, state: StreamState) -> String {
    let style = if state == StreamState::Off { DIM } else { GOOD };
    format!("{name}  {}", paint(style, state.name()))
}

fn jobs(out: &mut String, route: &Route<'_>) {
    let widest = route.jobs.iter().map(|(name, _)| width(&clean(name))).max().unwrap_or(0);
    for (index, (name, variant)) in route.jobs.iter().enumerate() {
        let name = clean(name);
        let style = if variant == JobVariant::Off { DIM } else { PLAIN };
        let pad = " ".repeat(widest - width(&name));
        line(
            out,
            if index == 0 { "jobs" } else { "" },
            &format!("{name}{pad}  {}", paint(style, variant.name())),
        );
    }
}

fn danger(out: &mut String, hazard: &Hazard) {
    let (style, word): (Style, &str) = match hazard.severity {
        Severity::Error => (ERROR, "error"),
        Severity::Warning => (WARNING, "warning"),
    };
    let title = paint(style, format_args!("{word}[{}]", hazard.code.name()));
    let _ = writeln!(out, "\n{title}: {}", clean(&hazard.message));
    let _ = writeln!(out, "  {} {} {}", paint(NOTE, "="), paint(STRONG, "cost:"), clean(&hazard.cost));
}
