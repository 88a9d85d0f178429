//! Rollouts and experiments: variations by weight, of the position of a unit.

use super::Stop;
use super::reference::{self, Attribute, USER, key_of};
use crate::flag::split;
use crate::json;
use cutover::import::Yaml;
use serde_json::Value as Json;

pub(super) const HASH: &str = "launchdarkly/sha1";
/// How many positions there are.
pub(super) const POSITIONS: u64 = 1 << 60;
/// What the weights of all units sum to.
pub(super) const WHOLE: f64 = 100_000.0;

/// What a rule or the fallthrough serves, as it stands behind `serve`; `name` gives the name of the variation of an index.
/// An error says why LaunchDarkly answers MALFORMED_FLAG.
pub(super) fn serve(
    given: &Json,
    flag: &str,
    salt: &str,
    place: &str,
    name: impl Fn(Option<&Json>) -> String,
) -> Result<Yaml, Stop> {
    if let Some(variation) = given.get("variation").filter(|variation| !variation.is_null()) {
        return Ok(Yaml::text(&name(Some(variation))));
    }
    let rollout = given.get("rollout").unwrap_or(&Json::Null);
    let variations = json::items(rollout, "variations");
    let Some((last, first)) = variations.split_last() else {
        return Err(Stop::malformed(place, "there is neither a variation nor a rollout with variations"));
    };
    let is_experiment = json::text(rollout, "kind") == Some("experiment");
    let by = rollout.get("bucketBy").filter(|_| !is_experiment);
    let by = unit(by, rollout.get("contextKind"), place)?;
    if first.is_empty() {
        return Ok(Yaml::text(&name(last.get("variation"))));
    }
    let prefix = match rollout.get("seed").and_then(Json::as_i64) {
        // The SDK for Node takes the seed 0 for none.
        None | Some(0) => format!("{flag}.{salt}"),
        Some(seed) => seed.to_string(),
    };
    let (mut sum, mut end, mut weights) = (0.0, 0, Vec::new());
    for variation in first {
        sum += variation.get("weight").and_then(Json::as_f64).unwrap_or(f64::NAN) / WHOLE;
        let next = cut(sum).max(end);
        weights.push((name(variation.get("variation")), next - end));
        end = next;
    }
    // Whoever lies past the end is with the last one.
    weights.push((name(last.get("variation")), POSITIONS - end));
    weights.retain(|(_, weight)| *weight > 0);
    Ok(match (by, weights.as_slice()) {
        (_, [(only, _)]) | (None, [(only, _), ..]) => Yaml::text(only),
        (by, _) => split(&weights, by.map(|by| Yaml::text(&by)), HASH, Some(&prefix), POSITIONS),
    })
}

/// The path of the attribute that units are hashed by; none where no context has a text or a number there, so that all of
/// them are at the first position.
pub(super) fn unit(by: Option<&Json>, kind: Option<&Json>, place: &str) -> Result<Option<String>, Stop> {
    let kind_name = kind.and_then(Json::as_str).filter(|kind| !kind.is_empty()).unwrap_or(USER);
    let Some(by) = by.filter(|by| !by.is_null() && by.as_str() != Some("")) else {
        return Ok(Some(key_of(kind_name)));
    };
    let attribute = reference::read(Some(by), kind).map_err(|problem| Stop::malformed(place, &problem))?;
    Ok(match attribute {
        Attribute::Key(path) | Attribute::Custom(path) => Some(path),
        Attribute::Kind | Attribute::Anonymous(_) | Attribute::Nowhere => None,
    })
}

/// The first position that is not below a share of all positions, as LaunchDarkly compares them: a position becomes a
/// float, which is divided by 2^60, for that is what 2^60 - 1 is as a float.
pub(super) fn cut(share: f64) -> u64 {
    let (mut low, mut high) = (0, POSITIONS);
    let bound = share * POSITIONS as f64;
    while low < high {
        let middle = low + (high - low) / 2;
        if (middle as f64) < bound { low = middle + 1 } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::{POSITIONS, cut};

    #[test]
    fn a_share_ends_where_a_float_is_no_longer_below_it() {
        assert_eq!((cut(0.0), cut(-1.0), cut(f64::NAN), cut(2.0)), (0, 0, 0, POSITIONS));
        // What rounds to 1 is not below it: the last 64 positions.
        assert_eq!(cut(1.0), POSITIONS - 64);
        assert_eq!(cut(0.5), POSITIONS / 2 - 32);
        for weight in [1.0, 14_955.0, 33_333.0, 99_999.0] {
            let (share, end) = (weight / 100_000.0, cut(weight / 100_000.0));
            let is_inside = |position: u64| (position as f64 / POSITIONS as f64) < share;
            assert!(is_inside(end - 1) && !is_inside(end), "{weight}");
        }
    }
}
