//! Cohorts, as a document writes them, and whether there may be one between two phases.

use super::phase;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use crate::migration::cohort::losses;
use crate::migration::hazard::Stores;
use crate::migration::ladder::{Ladder, Phase};
use crate::ruleset::fields::Reader;
use crate::ruleset::serve::{Share, TARGETING_KEY};

/// A share of the units that is in the phase next to the migration's.
#[derive(Debug, Clone)]
pub(crate) struct Cohort {
    pub(crate) phase: usize,
    pub(crate) share: Share,
    /// The attribute that holds the unit.
    pub(crate) by: String,
}

/// Reads a cohort next to the phase at `base`.
pub(crate) fn cohort(
    reader: &mut Reader,
    ladder: Option<&Ladder>,
    base: Option<usize>,
    stores: Stores<'_>,
    node: &Node<'_>,
    path: Path<'_>,
) -> Option<Cohort> {
    let mut fields = reader.fields(node, path)?;
    let phase_node = fields.need(reader, path, "phase");
    let index = phase_node.and_then(|node| phase(reader, ladder, node, path.key("phase")));
    let has_share = fields.take("rollout").is_some() || fields.take("ramp").is_some();
    let share = reader.share(&mut fields, path);
    if !has_share {
        reader.note(
            Diagnostic::error("missing_key", path.to_string(), node.at, "a cohort is a share of the units")
                .expected(["rollout", "ramp"]),
        );
    }
    let by = match fields.take("by") {
        Some(node) => reader.attribute_path(node, path.key("by")).map(str::to_owned),
        None => {
            reader.note(
                Diagnostic::warning(
                    "cohort_unit",
                    path.to_string(),
                    node.at,
                    format!("without `by`, the unit is {TARGETING_KEY}"),
                )
                .expected(["by"])
                .help("the unit of a cohort is the key of the data, such as orderId, and not the user"),
            );
            Some(TARGETING_KEY.to_owned())
        }
    };
    fields.finish(reader, path, &["phase", "rollout", "ramp", "by"]);
    let (ladder, phase_node, index, base) = (ladder?, phase_node?, index?, base?);
    let (inside, outside) = (ladder.phases.get(index)?, ladder.phases.get(base)?);
    let path = path.key("phase");
    let wrong =
        |code, message| Diagnostic::error(code, path.to_string(), phase_node.at, message).found(&inside.name);
    if index.abs_diff(base) != 1 {
        let neighbours = [base.checked_sub(1), base.checked_add(1)].into_iter().flatten();
        let expected =
            neighbours.filter_map(|neighbour| ladder.phases.get(neighbour)).map(|phase| phase.name.as_str());
        let message =
            format!("`{}` is not next to `{}`, the phase of the migration", inside.name, outside.name);
        reader.note(wrong("cohort_not_adjacent", message).expected(expected));
    } else if let Some(message) = unsafe_sharing(stores, outside, inside) {
        reader.note(wrong("cohort_unsafe", message).help(
            "units in both phases share keys; move everybody at once, or write both stores with `required` in both phases",
        ));
    }
    Some(Cohort { phase: index, share: share?, by: by? })
}

/// Which writes are lost where units in the two phases share a key, in one sentence.
fn unsafe_sharing(stores: Stores<'_>, base: &Phase, cohort: &Phase) -> Option<String> {
    let lost = |emergency: bool| {
        let losses = losses(base.shape_in(emergency), cohort.shape_in(emergency));
        losses.map(|loss| loss.sentence(stores, &base.name, &cohort.name)).collect::<Vec<_>>().join("; ")
    };
    match (lost(false), lost(true)) {
        (calm, _) if !calm.is_empty() => Some(calm),
        (_, emergency) if !emergency.is_empty() => Some(format!("in an emergency, {emergency}")),
        _ => None,
    }
}
