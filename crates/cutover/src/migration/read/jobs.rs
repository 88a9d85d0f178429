//! Jobs, as a document writes them.

use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::migration::job::{Job, JobKind};
use crate::migration::ladder::Ladder;
use crate::order::sort_by;
use crate::ruleset::fields::{Fields, Reader};
use std::collections::BTreeSet;

/// The most jobs of a migration.
const MAX_JOBS: usize = 1000;

/// The most instants at which jobs of a migration change.
const MAX_INSTANTS: usize = 50;

/// Reads the jobs, and sorts them by name: the order of keys means nothing, so it must not show in a route.
pub(crate) fn jobs(
    reader: &mut Reader,
    ladder: Option<&Ladder>,
    week_one: Option<i64>,
    node: &Node<'_>,
    path: Path<'_>,
) -> Vec<Job> {
    let entries = reader.named(node, path);
    if entries.len() > MAX_JOBS {
        reader.note(
            Diagnostic::error("too_many", path.to_string(), node.at, "a migration has too many jobs")
                .found(entries.len().to_string())
                .expected([format!("at most {MAX_JOBS}")]),
        );
        return Vec::new();
    }
    let mut jobs = Vec::new();
    for entry in entries {
        let read = job(reader, ladder, week_one, &entry.value, path.key(entry.key));
        jobs.extend(read.map(|(kind, from_ms)| Job { name: entry.key.to_owned(), kind, from_ms }));
    }
    let instants: BTreeSet<i64> = jobs.iter().filter_map(|job| job.from_ms).collect();
    if instants.len() > MAX_INSTANTS {
        reader.note(
            Diagnostic::error("too_many", path.to_string(), node.at, "jobs change at too many instants")
                .found(instants.len().to_string())
                .expected([format!("at most {MAX_INSTANTS}")]),
        );
        return Vec::new();
    }
    sort_by(&mut jobs, |a, b| a.name.cmp(&b.name));
    jobs
}

/// The kinds of jobs as words; `retire` and `both` get their phase from `after`.
const KINDS: &[(&str, JobKind)] = &[
    ("rewrite", JobKind::Rewrite),
    ("update", JobKind::Update),
    ("retire", JobKind::Retire { after: 0 }),
    ("both", JobKind::Both { after: 0 }),
];

/// Reads a job: its kind, and from when on it is something else than it was.
fn job(
    reader: &mut Reader,
    ladder: Option<&Ladder>,
    week_one: Option<i64>,
    node: &Node<'_>,
    path: Path<'_>,
) -> Option<(JobKind, Option<i64>)> {
    let mut fields = reader.fields(node, path)?;
    let from = fields.take("from").map(|node| reader.day(node, path.key("from")));
    let week = fields.take("week").map(|node| week(reader, week_one, node, path.key("week")));
    if let (Some(_), Some(_)) = (&from, &week) {
        reader.note(
            Diagnostic::error("contradiction", path.to_string(), node.at, "a job changes at one time")
                .found("`from` and `week`")
                .expected(["`from` or `week`"]),
        );
    }
    let from_ms = match from.or(week) {
        Some(read) => Some(read?),
        None => None,
    };
    kind(reader, ladder, fields, node, path).map(|kind| (kind, from_ms))
}

/// The first millisecond of a week of the migration's calendar; its first week has the number 1.
fn week(reader: &mut Reader, week_one: Option<i64>, node: &Node<'_>, path: Path<'_>) -> Option<i64> {
    const WEEK_MS: i64 = 7 * 86_400_000;
    let number = match node.content {
        Content::Int(number) if (1..=520).contains(&number) => number,
        _ => {
            reader.wrong_type(node, path, "the number of a week, from 1 to 520");
            return None;
        }
    };
    let Some(week_one) = week_one else {
        reader.note(
            Diagnostic::error("missing_key", path.to_string(), node.at, "nothing says when week 1 begins")
                .found(number.to_string())
                .expected(["`week_one` in the migration, such as 2026-01-05"]),
        );
        return None;
    };
    Some(week_one + (number - 1) * WEEK_MS)
}

fn kind(
    reader: &mut Reader,
    ladder: Option<&Ladder>,
    mut fields: Fields<'_>,
    node: &Node<'_>,
    path: Path<'_>,
) -> Option<JobKind> {
    let kind = fields.need(reader, path, "kind").and_then(|node| reader.word(node, path.key("kind"), KINDS));
    let after = fields.take("after");
    fields.finish(reader, path, &["kind", "after", "from", "week"]);
    match (kind?, after) {
        (kind @ (JobKind::Retire { .. } | JobKind::Both { .. }), Some(node)) => {
            let name = reader.spanned_text(node, path.key("after"))?;
            let ladder = ladder?;
            if let Some(after) = ladder.last_index(name.value) {
                return Some(match kind {
                    JobKind::Both { .. } => JobKind::Both { after },
                    _ => JobKind::Retire { after },
                });
            }
            reader.unknown_name("unknown_phase", "phase", &name, ladder.names());
            None
        }
        (kind @ (JobKind::Retire { .. } | JobKind::Both { .. }), None) => {
            let what = if kind == (JobKind::Both { after: 0 }) {
                "`after` is missing: a job works on both stores up to a phase"
            } else {
                "`after` is missing: a job retires after a phase"
            };
            reader
                .note(Diagnostic::error("missing_key", path.to_string(), node.at, what).expected(["after"]));
            None
        }
        (_, Some(node)) => {
            reader.note(
                Diagnostic::error(
                    "contradiction",
                    path.key("after").to_string(),
                    node.at,
                    "only a job that retires, or works on both stores, does so up to a phase",
                )
                .found("after")
                .expected(["`after` with `kind: retire` or `kind: both`"]),
            );
            None
        }
        (kind, None) => Some(kind),
    }
}
