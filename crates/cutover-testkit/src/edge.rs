//! Flags whose boundaries lie where a unit is: the place itself, the one before, or the one behind. Random shares and
//! units hardly ever meet there, and that is where a wrong comparison shows.

use crate::random::Random;
use cutover::bucket::{Salt, Unit, boundary, position};
use serde_json::{Map, Value, json};

/// Adds flags to a ruleset, and the unit they are about to a context.
pub(crate) fn add(random: &mut Random, flags: &mut Map<String, Value>, context: &mut Value) {
    let (unit, share) = beside_a_share(random);
    context["edge"] = json!(unit);
    flags.insert(
        "edge share".to_owned(),
        json!({ "salt": SALT, "rules": [{ "serve": { "rollout": share, "by": "edge" } }] }),
    );
    let place = place(&unit);
    let cut = (place.saturating_add_signed(random.between(-1, 1))).clamp(1, ALL - 2);
    flags.insert(
        "edge split".to_owned(),
        json!({ "salt": SALT, "variants": { "a": 1, "b": 2 },
            "rules": [{ "serve": { "split": [{ "variant": "a", "weight": cut }, { "variant": "b", "weight": ALL - 1 - cut }], "by": "edge" } }] }),
    );
    let bucket = json!({ "hash": "1", "salt": SALT, "by": "edge", "of": ALL, "in": [[cut, ALL]] });
    flags.insert(
        "edge bucket".to_owned(),
        json!({ "rules": [{ "if": { "bucket": bucket }, "serve": "on" }] }),
    );
}

const SALT: &str = "edge";
const ALL: u64 = 1 << 32;

fn place(unit: &str) -> u64 {
    position(Salt::new(SALT).hash(Unit::Text(unit.as_bytes()))).into()
}

/// A unit that lies on the boundary of a share or beside it, and the share: one unit in 1,400 has one.
fn beside_a_share(random: &mut Random) -> (String, String) {
    let stem = random.bits();
    let wanted = u64::try_from(random.below(3)).unwrap_or(0);
    let mut number = 0_u64;
    loop {
        let unit = format!("{stem:x}-{number}");
        // The place is one before, on, or one behind the boundary.
        let cut = (place(&unit) + 1).saturating_sub(wanted);
        let millionths = u32::try_from((cut * 1_000_000).div_ceil(ALL)).unwrap_or(0);
        if boundary(millionths) == cut && (1..1_000_000).contains(&millionths) {
            return (unit, format!("{}.{:04}%", millionths / 10_000, millionths % 10_000));
        }
        number += 1;
    }
}
