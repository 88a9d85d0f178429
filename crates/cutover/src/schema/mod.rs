//! The JSON Schema of rulesets, for editors: generated from the types below, whose documentation is the
//! reference of the format. Tests hold the keys here and those of the readers together.

#![expect(dead_code, reason = "these types are never made: the schema is generated from them")]

mod condition;
mod contract;
mod delivery;
mod duration;
mod flag;
mod gate;
mod migration;
mod plan;
mod sections;
mod work;

use delivery::DeliveryPolicy;
use flag::{Flag, Segment};
use gate::{Gate, Metric};
use migration::Migration;
use plan::Plan;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use sections::{Comparator, PathTable};
use serde::Serialize;
use std::collections::BTreeMap;
use work::{Incidents, WorkPlan};

/// A Cutover ruleset: flags, segments and migrations, with all that decides them.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Ruleset {
    /// The version of the format.
    #[schemars(range(min = 1, max = 1))]
    cutover: u32,
    /// The time zone of time windows that name none: an IANA name such as `Europe/Paris`. Without it, UTC.
    timezone: Option<String>,
    /// Named conditions.
    segments: Option<BTreeMap<String, Segment>>,
    /// Flags by name.
    flags: Option<BTreeMap<String, Flag>>,
    /// Migrations by name.
    migrations: Option<BTreeMap<String, Migration>>,
    /// Path tables by name: which service serves a request.
    paths: Option<BTreeMap<String, PathTable>>,
    /// Comparators by name: how two results are compared.
    comparators: Option<BTreeMap<String, Comparator>>,
    /// Metrics by name. Where there are any, gates and triggers name no others.
    metrics: Option<BTreeMap<String, Metric>>,
    /// Gates by name: what a rollout must measure before it goes on.
    gates: Option<BTreeMap<String, Gate>>,
    /// Plans by name: rollouts that move forward by evidence and back by themselves.
    plans: Option<BTreeMap<String, Plan>>,
    /// Delivery policies by name: how the side effects of a migration are carried out.
    delivery: Option<BTreeMap<String, DeliveryPolicy>>,
    /// Plans of work by name: phases that are carried out one after the other, and taken back.
    work: Option<BTreeMap<String, WorkPlan>>,
    /// Policies for incidents by name: how bad it is, how soon it has to be over, what is checked.
    incidents: Option<BTreeMap<String, Incidents>>,
}

/// The JSON Schema (draft 2020-12) of rulesets.
///
/// ```
/// let schema = cutover::schema();
/// assert_eq!(schema["title"], "Ruleset");
/// ```
#[must_use]
pub fn schema() -> serde_json::Value {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Ruleset>();
    without_nulls(schema.to_value())
}

/// Optional keys may be left out, not be null: a null would be refused by the readers.
fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    let is_null = |value: &Value| value == "null" || value == &serde_json::json!({ "type": "null" });
    match value {
        Value::Object(map) => {
            let mut map: serde_json::Map<String, Value> =
                map.into_iter().map(|(key, value)| (key, without_nulls(value))).collect();
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|one| !is_null(one));
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    map.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(any)) = map.get_mut("anyOf") {
                any.retain(|one| !is_null(one));
                if let [Value::Object(only)] = any.as_slice() {
                    let only = only.clone();
                    map.remove("anyOf");
                    map.extend(only);
                }
            }
            Value::Object(map)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    /// The keys of a type of the schema, sorted.
    pub(super) fn keys(schema: &serde_json::Value, name: &str) -> Vec<String> {
        let properties = schema["$defs"][name]["properties"].as_object().unwrap();
        let mut keys: Vec<String> = properties.keys().cloned().collect();
        keys.sort_unstable();
        keys
    }
}
