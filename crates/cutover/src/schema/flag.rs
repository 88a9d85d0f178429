//! Segments and flags in the schema.

use super::condition::{Condition, FlagIs, Instant};
use super::contract::HashName;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A named condition.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Segment {
    /// What it is for.
    description: Option<String>,
    /// Who belongs to it.
    r#if: Condition,
}

/// A flag. Without `variants` it has `on` (true) and `off` (false), and `off` is its default.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flag {
    /// What it is for.
    description: Option<String>,
    /// Who answers for it.
    owner: Option<String>,
    /// The last day of its life, such as `2027-03-31`; a lint warns afterwards, decisions never change.
    expires: Option<String>,
    /// `false` serves the default to everybody, with the reason DISABLED.
    enabled: Option<bool>,
    /// `true` lets browsers and apps know it: it goes to clients with its lists hashed, and asks only flags that do too.
    client: Option<bool>,
    /// The contract that buckets its units: 1, or `java31` for flags that were imported with it.
    hash: Option<Hash>,
    /// What its units are hashed with, for life; its name where there is none.
    salt: Option<String>,
    /// Values by name, of any JSON type.
    #[schemars(extend("minProperties" = 1))]
    variants: Option<BTreeMap<String, serde_json::Value>>,
    /// The variant of those whom no rule matches. Without it they get the caller's own default.
    default: Option<String>,
    /// The variants that are served where another one cannot be, in order: `select` skips what a breaker holds back.
    fallbacks: Option<Vec<String>>,
    /// Other flags that must be one of some variants; otherwise the default is served.
    requires: Option<Vec<FlagIs>>,
    /// Rules in order: the first that matches decides.
    #[schemars(length(max = 4094))]
    rules: Option<Vec<Rule>>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Hash {
    Version(#[schemars(range(min = 1, max = 1))] u32),
    Imported(Java31),
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
enum Java31 {
    Java31,
}

/// A rule: whom it matches, and what it serves them.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// What it is for.
    description: Option<String>,
    /// Whom it matches; everybody where there is none.
    r#if: Option<Condition>,
    /// What it serves.
    serve: Serve,
}

/// The name of a variant for everybody, or a rollout, ramp or split.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Serve {
    Variant(String),
    Draw(Draw),
}

/// A rollout or ramp of one variant, a split among several, or a split inside a rollout or ramp.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draw {
    /// The share of the units, such as `50%` or `0.25%`.
    rollout: Option<String>,
    /// A share that is a function of time: straight lines between points, nobody before the first one.
    #[schemars(length(min = 1))]
    ramp: Option<Vec<RampPoint>>,
    /// Weights of variants.
    split: Option<Split>,
    /// The variant of those inside the rollout or ramp; `on` where there is none.
    variant: Option<String>,
    /// The variant of those outside the rollout or ramp; the flag's default where there is none.
    r#else: Option<String>,
    /// The attribute that gives the unit; `targetingKey` where there is none.
    by: Option<By>,
    /// The named contract that it draws by; that of the flag where there is none.
    hash: Option<HashName>,
    /// What that contract hashes the unit with.
    salt: Option<String>,
    /// How many positions that contract has; of a split it is otherwise the sum of the weights. Beyond those is `else`.
    #[schemars(range(min = 1))]
    of: Option<u64>,
}

/// From an instant on, a share.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RampPoint {
    /// When.
    pub(super) at: Instant,
    /// The share from then on, such as `1%`.
    pub(super) to: String,
}

/// A mapping of variants to weights, whose order means nothing, or a list, whose order is that of the buckets.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Split {
    Mapping(BTreeMap<String, Weight>),
    List(Vec<Weighted>),
}

/// A variant and its weight.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Weighted {
    /// The name of the variant.
    variant: String,
    /// Its weight.
    weight: Weight,
}

/// A whole number, or a percentage; percentages of a split sum to 100%.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Weight {
    Number(u64),
    Percentage(String),
}

/// The path of an attribute; for the contracts of other systems also the first of several with something in it.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum By {
    Attribute(String),
    FirstOf(FirstOf),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstOf {
    /// Paths of attributes, in order.
    first_of: Vec<String>,
    /// The unit where none of them has something in it.
    otherwise: Option<String>,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_has_the_keys_of_the_readers() {
        let schema = crate::schema();
        let keys = |name: &str| -> Vec<String> {
            let mut keys: Vec<String> =
                schema["$defs"][name]["properties"].as_object().unwrap().keys().cloned().collect();
            keys.sort_unstable();
            keys
        };
        let sorted = |names: &[&str]| -> Vec<String> {
            let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(keys("Flag"), sorted(crate::ruleset::flag::KEYS));
        assert_eq!(keys("Rule"), sorted(crate::ruleset::flag::RULE_KEYS));
        assert_eq!(keys("Draw"), sorted(crate::ruleset::serve::KEYS));
    }
}
