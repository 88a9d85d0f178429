//! The draft of a post-mortem: what the log knows, and room for what only people know.

use super::{Checked, Incident, Item, Policy};
use crate::Millis;
use crate::text::plain;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use cutover_time::{clock_time, instant, span};

/// What is left to people.
const TO_WRITE: &str = "_To be written._";

/// The draft of a post-mortem, in Markdown. Everything in it is from the incident and its log; the same incident gives the
/// same draft.
#[must_use]
pub fn post_mortem(policy: &Policy, incident: &Incident) -> String {
    let mut out = Vec::new();
    out.push(format!("# Post-mortem: {}\n", plain(&incident.title)));
    out.push(facts(policy, incident));
    out.push(format!("## What happened\n\n{TO_WRITE}\n"));
    out.push(timeline(incident));
    out.push(format!("## Why it happened\n\n{}\n", told(incident.root_cause.as_deref())));
    if incident.rollback {
        out.push(checklist("Before the rollback", &policy.before_rollback, &incident.before));
        out.push(checklist("After the rollback", &policy.after_rollback, &incident.after));
    }
    out.push(format!("## What went well, what did not\n\n{TO_WRITE}\n"));
    out.push("## What follows\n".to_string());
    if incident.follow_up.is_empty() {
        out.push(format!("- [ ] {TO_WRITE}\n"));
    } else {
        let items: Vec<String> =
            incident.follow_up.iter().map(|item| format!("- [ ] {}\n", plain(item))).collect();
        out.push(items.concat());
    }
    out.join("\n")
}

fn told(text: Option<&str>) -> String {
    text.map_or_else(|| TO_WRITE.to_string(), plain)
}

fn facts(policy: &Policy, incident: &Incident) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    rows.push(("Incident", plain(&incident.id)));
    rows.push(("Severity", plain(&incident.severity)));
    if let Some(feature) = &incident.feature {
        rows.push(("Feature", plain(feature)));
    }
    let by = incident.trigger.as_ref().map(|trigger| format!(", by the trigger {}", plain(trigger)));
    rows.push(("Began", instant(incident.began_at)));
    rows.push(("Opened", format!("{}{}", since(incident, Some(incident.opened_at)), by.unwrap_or_default())));
    rows.push(("Acknowledged", since(incident, incident.acknowledged_at)));
    rows.push(("Mitigation began", since(incident, incident.mitigating_at)));
    rows.push(("Resolved", since(incident, incident.resolved_at)));
    let last = incident.log.last().map_or(incident.opened_at, |entry| entry.at);
    if let Some(clock) = incident.clock(policy, last) {
        let objective = span(clock.objective_ms);
        let told = match clock.met {
            Some(true) => format!("{objective}, met: it took {}", span(clock.lasts_ms)),
            Some(false) if incident.resolved_at.is_some() => {
                format!("{objective}, **missed**: it took {}", span(clock.lasts_ms))
            }
            Some(false) => format!("{objective}, **missed**, and it is not resolved"),
            None => format!("{objective}; it is not resolved"),
        };
        rows.push(("Objective", told));
    }
    let rows: Vec<String> = rows.into_iter().map(|(name, value)| format!("| {name} | {value} |\n")).collect();
    format!("| | |\n|---|---|\n{}", rows.concat())
}

/// An instant, and how long after the beginning it is.
fn since(incident: &Incident, at: Option<Millis>) -> String {
    match at {
        None => "not yet".to_string(),
        Some(at) if at <= incident.began_at => instant(at),
        Some(at) => format!("{}, after {}", instant(at), span(at.abs_diff(incident.began_at))),
    }
}

fn timeline(incident: &Incident) -> String {
    let mut entries: Vec<_> = incident.log.iter().collect();
    // What is noticed late is told where it belongs; the order of what happened at once stays.
    entries.sort_by_key(|entry| entry.at);
    let rows: Vec<String> = entries
        .into_iter()
        .map(|entry| {
            let what = serde_json::to_value(entry.what).ok();
            let what =
                what.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().replace('_', " ");
            let who = entry.actor.as_deref().map(plain).unwrap_or_default();
            format!("| {} | {what} | {who} | {} |\n", clock_time(entry.at), plain(&entry.detail))
        })
        .collect();
    format!("## Timeline\n\n| UTC | | who | |\n|---|---|---|---|\n{}", rows.concat())
}

fn checklist(title: &str, items: &[Item], checked: &BTreeMap<String, Checked>) -> String {
    let rows: Vec<String> = items
        .iter()
        .map(|item| match checked.get(&item.name) {
            Some(done) => format!(
                "- [x] {} ({}, {}): {}\n",
                plain(&item.what),
                plain(&done.actor),
                clock_time(done.at),
                plain(&done.evidence)
            ),
            None => format!("- [ ] {}\n", plain(&item.what)),
        })
        .collect();
    format!("## {title}\n\n{}", rows.concat())
}
