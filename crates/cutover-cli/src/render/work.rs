//! Plans of work as people see them.

use super::style::{DIM, ERROR, GOOD, NOTE, PLAIN, STRONG, WARNING, paint};
use super::text::clean;
use crate::now;
use anstyle::Style;
use cutover::work::{Effect, Entry, Standing, Status, Task};
use std::fmt::Write as _;

/// Where a run stands, and what happened.
pub(crate) fn page(name: &str, status: &Status, log: &[Entry]) -> String {
    let mut out = String::new();
    let standing = paint(style_of(status.standing), word(&status.standing));
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "{}  {standing}", paint(STRONG, clean(name)));
    if let Some(why) = &status.why {
        let _ = writeln!(out, "  {}", clean(why));
    }
    for phase in &status.phases {
        let (mark, style) = match phase.is {
            "done" => ("✓", GOOD),
            "under_way" => ("▸", NOTE),
            _ => ("·", DIM),
        };
        let _ = write!(out, "  {} {}", paint(style, mark), clean(&phase.name));
        if status.phase.as_ref() == Some(&phase.name)
            && let Some(step) = &status.step
        {
            let _ = write!(out, "  {}", paint(NOTE, clean(step)));
        }
        if let Some(point) = &phase.restore_point {
            let verified = if point.verified { "verified" } else { "not verified" };
            let taken = format!("{} {verified}, taken {}", clean(&point.name), now::show(point.taken_at));
            let _ = write!(out, "  {}", paint(DIM, taken));
        }
        out.push('\n');
    }
    for id in &status.unknown {
        let _ = writeln!(out, "  {} what came of {} is not known", paint(WARNING, "?"), clean(id));
    }
    if !log.is_empty() {
        out.push('\n');
    }
    for entry in log {
        let at = paint(DIM, now::show(entry.at));
        let _ = write!(out, "  {at} {} {}", word(&entry.what), clean(&entry.phase));
        for part in [&entry.name, &entry.actor, &entry.detail].into_iter().flatten() {
            let _ = write!(out, "  {}", clean(part));
        }
        out.push('\n');
    }
    out
}

/// A word as JSON has it.
pub(super) fn word(word: &impl serde::Serialize) -> String {
    cutover::wire::to_json(word).trim_matches('"').replace('_', " ")
}

fn style_of(standing: Standing) -> Style {
    match standing {
        Standing::Completed => GOOD,
        Standing::NeedsOperator | Standing::Aborted => ERROR,
        Standing::RollingBack | Standing::RolledBack => WARNING,
        Standing::AwaitingApproval | Standing::Paused => NOTE,
        Standing::Planned | Standing::Running => PLAIN,
    }
}

/// The effects of a step, one a line.
pub(crate) fn effects(effects: &[Effect]) -> String {
    let mut out = String::new();
    for effect in effects {
        let _ = writeln!(out, "{}", clean(&cutover::wire::to_json(effect)));
    }
    out
}

/// A command is about to be run.
pub(crate) fn begins(task: &Task, command: &str) -> String {
    let again = match task.call.attempt {
        1 => String::new(),
        attempt => format!(" (attempt {attempt})"),
    };
    let place = paint(DIM, format_args!("{} ▸", clean(&task.call.phase)));
    format!("{place} {}{again}  {}\n", paint(STRONG, clean(&task.name)), paint(DIM, clean(command)))
}

/// A line that a command wrote.
pub(crate) fn line(line: &str) -> String {
    format!("    {}\n", paint(DIM, clean(line)))
}

/// What people are told.
pub(crate) fn notice(message: &str) -> String {
    format!("{} {}\n", paint(WARNING, "!"), clean(message))
}
