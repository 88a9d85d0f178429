//! A request by a path table as a page: who serves it, what its answer carries, and which entries were looked at.

use super::style::{DIM, GOOD, NOTE, STRONG, WARNING, paint};
use super::text::clean;
use cutover::paths::{Considered, Found, Verdict};
use std::fmt::Write as _;

/// The page of what was found.
pub(crate) fn page(found: Option<&Found<'_>>, considered: &[Considered<'_>]) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, here and below.
    match found {
        None => {
            let _ = writeln!(out, "{}", paint(WARNING, "no entry takes it"));
        }
        Some(found) => {
            let _ = writeln!(
                out,
                "{}  {} side, by {}",
                paint(STRONG, clean(found.service())),
                paint(GOOD, found.side().as_str()),
                clean(&found.entry().path)
            );
            for (name, value) in found.params() {
                let _ = writeln!(out, "  {} {}", paint(NOTE, clean(name)), clean(&value));
            }
            for (name, value) in found.headers() {
                let _ = writeln!(out, "  {}: {}", paint(DIM, name), clean(value));
            }
            if let Some(fallback) = found.fallback() {
                let _ = writeln!(out, "  falls back on {}", paint(STRONG, clean(fallback)));
            }
        }
    }
    if !considered.is_empty() {
        out.push('\n');
    }
    for entry in considered {
        let what = match entry.verdict {
            Verdict::Taken => "takes it".to_owned(),
            Verdict::Later => "would take it, but comes later".to_owned(),
            Verdict::Method => "is not for this method".to_owned(),
            Verdict::Header { header } => format!("wants the header {}", clean(header)),
            Verdict::Outside => "does not take this unit".to_owned(),
            Verdict::NoUnit => "finds no unit to hash".to_owned(),
            Verdict::Path => continue,
        };
        let place = paint(DIM, format_args!("[{}]", entry.index));
        let _ = writeln!(out, "  {place} {} {what}", clean(entry.path));
    }
    out
}
