//! Hash contracts in the schema.

use super::flag::By;
use cutover_decider::contract::Hash;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use std::borrow::Cow;

/// Where a unit lies, by a named hash contract.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BucketIs {
    /// The position of a unit lies in one of some ranges.
    bucket: Bucket,
    /// What the condition is where there is no unit.
    otherwise: Option<bool>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bucket {
    /// The hash contract.
    hash: HashName,
    /// What the unit is hashed with.
    salt: Option<String>,
    /// The attribute that gives the unit; `targetingKey` where there is none.
    by: Option<By>,
    /// How many positions there are, where the contract does not say it.
    #[schemars(range(min = 1))]
    of: Option<u64>,
    /// Ranges of positions: the first one, and the first one behind.
    #[schemars(length(min = 1))]
    r#in: Vec<[u64; 2]>,
}

/// The name of a hash contract: those are the ones of the engine.
#[derive(Serialize)]
pub(super) struct HashName;

impl JsonSchema for HashName {
    fn schema_name() -> Cow<'static, str> {
        "HashName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut names: Vec<serde_json::Value> = vec![1.into()];
        names.extend(Hash::ALL.map(|hash| hash.name().into()));
        json_schema!({
            "description": "A hash contract, named and versioned: where a unit lies, byte for byte as another system computes it.",
            "enum": names,
        })
    }
}
