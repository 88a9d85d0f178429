//! An incident as people see it.

use super::style::{DIM, ERROR, GOOD, NOTE, STRONG, WARNING, paint};
use super::text::clean;
use super::work::word;
use crate::now;
use cutover::work::incident::{Effect, Incident, Standing};
use cutover::work::span;
use std::fmt::Write as _;

/// Where it stands, what is to be checked, and what happened.
pub(crate) fn page(incident: &Incident, standing: &Standing) -> String {
    let mut out = String::new();
    let (title, severity) = (clean(&incident.title), clean(&incident.severity));
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "{}  {severity}, {}", paint(STRONG, title), word(&standing.stage));
    if let Some(clock) = &standing.clock {
        let told = match (clock.met, clock.left_ms) {
            (Some(true), _) => paint(GOOD, "met"),
            (Some(false), _) => paint(ERROR, "missed"),
            (None, left) => paint(NOTE, format_args!("{} left", span(left.unwrap_or_default()))),
        };
        let (lasts, objective) = (span(clock.lasts_ms), span(clock.objective_ms));
        let _ = writeln!(out, "  {lasts} of {objective}: {told}");
    }
    for (when, items) in [("before a rollback", &standing.before), ("after one", &standing.after)] {
        for item in items {
            let _ = writeln!(out, "  {} {when}: {}", paint(WARNING, "☐"), clean(item));
        }
    }
    out.push('\n');
    for entry in &incident.log {
        let at = paint(DIM, now::show(entry.at));
        let who = entry.actor.as_deref().unwrap_or_default();
        let _ = writeln!(out, "  {at} {}  {}  {}", word(&entry.what), clean(who), clean(&entry.detail));
    }
    out
}

/// The effects of a step, one a line.
pub(crate) fn effects(effects: &[Effect]) -> String {
    effects.iter().map(|effect| format!("{}\n", clean(&cutover::wire::to_json(effect)))).collect()
}
