//! The parts of a migration, as documents write them.

mod cohort;
mod jobs;
mod ladder;
#[cfg(feature = "runbook")]
mod runbook;
mod shape;
mod switches;

use super::ladder::Ladder;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use crate::ruleset::fields::{MAX_NAME_BYTES, Reader};
pub(crate) use cohort::{Cohort, cohort};
pub(crate) use jobs::jobs;
pub(crate) use ladder::ladder;
#[cfg(all(test, feature = "schema", feature = "runbook"))]
pub(crate) use runbook::KEYS as RUNBOOK_KEYS;
#[cfg(feature = "runbook")]
#[cfg(any(feature = "plans", feature = "work"))]
pub(crate) use runbook::one_line;
#[cfg(feature = "runbook")]
pub(crate) use runbook::{Procedures, runbook};
pub(crate) use switches::switches;

/// Reads the name of a store or a phase.
pub(crate) fn name(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<String> {
    let name = reader.text(node, path)?;
    let plain = !name.is_empty() && name.len() <= MAX_NAME_BYTES && name.trim() == name;
    if plain && !name.chars().any(char::is_control) {
        return Some(name.to_owned());
    }
    reader.note(
        Diagnostic::error("bad_name", path.to_string(), node.at, "this is no name")
            .found(format!("{name:?}"))
            .expected(["1 to 256 bytes, with no space at either end and no control character"]),
    );
    None
}

/// Reads the name of one phase of the ladder.
pub(crate) fn phase(
    reader: &mut Reader,
    ladder: Option<&Ladder>,
    node: &Node<'_>,
    path: Path<'_>,
) -> Option<usize> {
    let name = reader.spanned_text(node, path)?;
    let ladder = ladder?;
    if let Some(index) = ladder.index(name.value) {
        return Some(index);
    }
    let members: Vec<&str> = ladder.group(name.value).collect();
    if members.is_empty() {
        reader.unknown_name("unknown_phase", "phase", &name, ladder.names());
    } else {
        reader.note(
            Diagnostic::error(
                "ambiguous_phase",
                reader.paths.render(name.path),
                name.at,
                format!("`{}` is a group of phases", name.value),
            )
            .found(name.value)
            .expected(members),
        );
    }
    None
}
