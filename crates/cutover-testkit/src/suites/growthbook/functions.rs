//! The functions by which boundaries become positions, as the importer uses them.

use super::{FLAG, Outcome, decided, field, same};
use cutover_decider::ValueRef;
use cutover_dialects::growthbook::{bucket_ranges, equal_weights as equal, named_hash, positions};
use serde_json::{Value as Json, json as object};

/// The most positions that a hash has: every boundary of the cases is one of them.
const TOTAL: u64 = 10_000;

/// `[seed, value, version, expected]`
pub(super) fn hash(case: &[Json]) -> Outcome {
    let text = |index| field(case, index).as_str().unwrap_or_default();
    let hash = field(case, 2).as_u64().and_then(named_hash);
    let found = hash.and_then(|hash| {
        let total = hash.totals().0?;
        let position = hash.position(Some(text(0)), ValueRef::from(text(1)), total)?;
        Some(position as f64 / total as f64)
    });
    Ok(equals(&object!(found), field(case, 3)))
}

/// `[name, [count, coverage, weights], ranges]`
pub(super) fn bucket_range(case: &[Json]) -> Outcome {
    let [count, coverage, weights] = [0, 1, 2].map(|index| &field(case, 1)[index]);
    let weights: Option<Vec<f64>> =
        weights.as_array().map(|list| list.iter().filter_map(Json::as_f64).collect());
    let count = usize::try_from(count.as_u64().unwrap_or_default()).unwrap_or_default();
    let ranges = bucket_ranges(count, coverage.as_f64().unwrap_or(1.0), weights.as_deref());
    Ok(about(&object!(ranges), field(case, 2)))
}

/// `[name, n, ranges, expected]`: the first range that has the position.
pub(super) fn choose(case: &[Json]) -> Outcome {
    let n = field(case, 1).as_f64().unwrap_or_default();
    let Some(position) = (0..TOTAL).find(|position| *position as f64 / TOTAL as f64 == n) else {
        return Err("a number that no hash gives");
    };
    let number = |range: &Json, index: usize| range[index].as_f64().unwrap_or_default();
    let has = |range: &Json| {
        let (from, to) = positions((number(range, 0), number(range, 1)), TOTAL);
        (from..to).contains(&position)
    };
    let found = field(case, 2).as_array().and_then(|ranges| ranges.iter().position(has));
    let found = found.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1);
    Ok(equals(&object!(found), field(case, 3)))
}

/// `[name, id, namespace, expected]`: everybody of the namespace is in the experiment.
pub(super) fn namespace(case: &[Json]) -> Outcome {
    let rule = object!({ "variations": [true, true], "namespace": field(case, 2) });
    let document = object!({ "features": { FLAG: { "defaultValue": false, "rules": [rule] } } });
    let served = decided(&document, FLAG, &object!({ "id": field(case, 1) }));
    Ok(served.and_then(|served| same(&served, field(case, 3))))
}

/// `[count, weights]`
pub(super) fn equal_weights(case: &[Json]) -> Outcome {
    let count = usize::try_from(field(case, 0).as_i64().unwrap_or_default()).unwrap_or_default();
    Ok(about(&object!(equal(count)), field(case, 1)))
}

fn equals(found: &Json, wanted: &Json) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{found}, not {wanted}")) }
}

/// The same but for the digits that the cases do not write.
fn about(found: &Json, wanted: &Json) -> Result<(), String> {
    const NEAR: f64 = 1e-8;
    let is_near = match (found, wanted) {
        (Json::Array(found), Json::Array(wanted)) => {
            let mut pairs = found.iter().zip(wanted);
            found.len() == wanted.len() && pairs.all(|(found, wanted)| about(found, wanted).is_ok())
        }
        (Json::Number(found), Json::Number(wanted)) => {
            let apart = found.as_f64().zip(wanted.as_f64()).map(|(found, wanted)| (found - wanted).abs());
            apart.is_some_and(|apart| apart < NEAR)
        }
        _ => false,
    };
    if is_near { Ok(()) } else { Err(format!("{found}, not {wanted}")) }
}
