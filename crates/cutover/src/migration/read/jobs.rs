//! Jobs, as a document writes them.

use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use crate::migration::job::{Job, JobKind};
use crate::migration::ladder::Ladder;
use crate::order::sort_by;
use crate::ruleset::fields::Reader;

/// The most jobs of a migration.
const MAX_JOBS: usize = 1000;

/// Reads the jobs, and sorts them by name: the order of keys means nothing, so it must not show in a route.
pub(crate) fn jobs(
    reader: &mut Reader,
    ladder: Option<&Ladder>,
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
        let kind = job(reader, ladder, &entry.value, path.key(entry.key));
        jobs.extend(kind.map(|kind| Job { name: entry.key.to_owned(), kind }));
    }
    sort_by(&mut jobs, |a, b| a.name.cmp(&b.name));
    jobs
}

/// The kinds of jobs as words; `retire` gets its phase from `after`.
const KINDS: &[(&str, JobKind)] =
    &[("rewrite", JobKind::Rewrite), ("update", JobKind::Update), ("retire", JobKind::Retire { after: 0 })];

fn job(reader: &mut Reader, ladder: Option<&Ladder>, node: &Node<'_>, path: Path<'_>) -> Option<JobKind> {
    let mut fields = reader.fields(node, path)?;
    let kind = fields.need(reader, path, "kind").and_then(|node| reader.word(node, path.key("kind"), KINDS));
    let after = fields.take("after");
    fields.finish(reader, path, &["kind", "after"]);
    match (kind?, after) {
        (JobKind::Retire { .. }, Some(node)) => {
            let name = reader.spanned_text(node, path.key("after"))?;
            let ladder = ladder?;
            if let Some(after) = ladder.last_index(name.value) {
                return Some(JobKind::Retire { after });
            }
            reader.unknown_name("unknown_phase", "phase", &name, ladder.names());
            None
        }
        (JobKind::Retire { .. }, None) => {
            reader.note(
                Diagnostic::error(
                    "missing_key",
                    path.to_string(),
                    node.at,
                    "`after` is missing: a job retires after a phase",
                )
                .expected(["after"]),
            );
            None
        }
        (_, Some(node)) => {
            reader.note(
                Diagnostic::error(
                    "contradiction",
                    path.key("after").to_string(),
                    node.at,
                    "only a job that retires does so after a phase",
                )
                .found("after")
                .expected(["`after` with `kind: retire`"]),
            );
            None
        }
        (kind, None) => Some(kind),
    }
}
