//! Durations in the schema.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use std::borrow::Cow;

/// A duration such as `500ms`, `5m` or `1h30m`.
#[derive(Serialize)]
pub(super) struct Duration(String);

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A duration: whole numbers with the units w, d, h, m, s and ms, such as `500ms`, `5m` or `1h30m`.",
            "pattern": "^([0-9]+(w|d|h|m|s|ms))+$",
        })
    }
}
