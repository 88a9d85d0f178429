//! The toggle service, transcribed from its TypeScript line by line, as what imports are compared with. Nothing of
//! the engine is used here.

use serde_json::Value;
use std::collections::BTreeMap;

/// A `FeatureConfig` object.
#[derive(Debug, Clone)]
pub(crate) struct FeatureConfig {
    pub(crate) enabled: bool,
    pub(crate) rollout_percentage: f64,
    pub(crate) enabled_for_users: Option<Vec<Value>>,
    pub(crate) enabled_for_tenants: Option<Vec<Value>>,
    pub(crate) conditions: Option<Vec<Condition>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// `userAttributes` or `tenantAttributes`, attribute, operator, value.
    Attribute(&'static str, String, &'static str, Value),
    Window {
        start_hour: u8,
        end_hour: u8,
        not: bool,
    },
}

/// `isEnabled`, at this hour of the service's clock.
pub(crate) fn is_enabled(
    config: &BTreeMap<String, FeatureConfig>,
    feature_name: &str,
    context: &Value,
    hour: u8,
) -> bool {
    // const feature = this.config.get(featureName); if (!feature) return false;
    let Some(feature) = config.get(feature_name) else { return false };
    // if (!feature.enabled) return false;
    if !feature.enabled {
        return false;
    }
    // if (feature.enabledForUsers && context.userId) if (feature.enabledForUsers.includes(context.userId)) return true;
    if let (Some(users), Some(user)) = (&feature.enabled_for_users, truthy(&context["userId"]))
        && users.contains(user)
    {
        return true;
    }
    // the same with enabledForTenants and context.tenantId
    if let (Some(tenants), Some(tenant)) = (&feature.enabled_for_tenants, truthy(&context["tenantId"]))
        && tenants.contains(tenant)
    {
        return true;
    }
    // if (feature.conditions) { if (await this.evaluateConditions(feature.conditions, context)) return true; }
    if let Some(conditions) = &feature.conditions
        && evaluate_conditions(conditions, context, hour)
    {
        return true;
    }
    // if (feature.rolloutPercentage > 0) return this.hashContext(context) % 100 < feature.rolloutPercentage;
    if feature.rollout_percentage > 0.0 {
        let bucket = hash_context(context) % 100;
        return f64::from(u8::try_from(bucket).unwrap()) < feature.rollout_percentage;
    }
    false
}

/// `hashContext`. A number of TypeScript is a double; what happens here stays below 2^53 and so is exact in `i64`.
pub(crate) fn hash_context(context: &Value) -> i64 {
    // const key = context.userId || context.tenantId || 'anonymous';
    let key = truthy(&context["userId"]).or(truthy(&context["tenantId"]));
    let key = key.map_or("anonymous", |key| key.as_str().unwrap());
    let code_units: Vec<u16> = key.encode_utf16().collect();
    let mut hash: i64 = 0;
    for unit in code_units {
        // hash = ((hash << 5) - hash) + key.charCodeAt(i): the shift takes and gives 32 bits
        hash = i64::from(to_int32(hash) << 5) - hash + i64::from(unit);
        // hash = hash & hash
        hash = i64::from(to_int32(hash));
    }
    hash.abs()
}

/// What a bitwise operator makes of a number: modulo 2^32, signed.
#[expect(clippy::cast_possible_truncation, reason = "that is the point")]
fn to_int32(number: i64) -> i32 {
    number as i32
}

/// A text that is not empty: of the types that identifiers have, no other value is truthy.
fn truthy(value: &Value) -> Option<&Value> {
    value.as_str().filter(|text| !text.is_empty()).map(|_| value)
}

/// `evaluateConditions` is not part of the example. This is what the importer documents that it takes it for.
fn evaluate_conditions(conditions: &[Condition], context: &Value, hour: u8) -> bool {
    !conditions.is_empty() && conditions.iter().all(|condition| holds(condition, context, hour))
}

fn holds(condition: &Condition, context: &Value, hour: u8) -> bool {
    let (scope, attribute, operator, value) = match condition {
        Condition::Attribute(scope, attribute, operator, value) => (scope, attribute, operator, value),
        Condition::Window { start_hour, end_hour, not } => {
            let inside = if start_hour < end_hour {
                (*start_hour..*end_hour).contains(&hour)
            } else {
                hour >= *start_hour || hour < *end_hour
            };
            return inside != *not;
        }
    };
    let found = &context[scope][attribute];
    if matches!(found, Value::Null | Value::Array(_) | Value::Object(_)) {
        return false;
    }
    let listed = || value.as_array().unwrap().iter().any(|value| same(value, found));
    match *operator {
        "=" => same(found, value),
        "!=" => !same(found, value),
        ">" => found.as_f64().is_some_and(|found| found > value.as_f64().unwrap()),
        "<" => found.as_f64().is_some_and(|found| found < value.as_f64().unwrap()),
        "in" => listed(),
        "not_in" => !listed(),
        other => panic!("no operator {other}"),
    }
}

/// `===` of two scalars: JavaScript has one type of number.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
