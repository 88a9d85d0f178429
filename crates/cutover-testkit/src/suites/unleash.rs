//! Unleash's specification: a state, and calls of `isEnabled` and `getVariant`.

use super::Results;
use super::data::{items, json};
use cutover::{Engine, Value};
use cutover_dialects::{Dialect, context, import};
use serde_json::{Value as Json, json as object};
use std::io;
use std::path::Path;

/// What contexts without a time of their own are decided at: 1 January 2026.
const NOW_MS: i64 = 1_767_225_600_000;

pub(super) fn run(folder: &Path) -> io::Result<Results> {
    let folder = folder.join("specifications");
    let mut results = Results::default();
    let index = json(&folder.join("index.json"))?;
    for name in index.as_array().into_iter().flatten().filter_map(Json::as_str) {
        let file = json(&folder.join(name))?;
        let imported = import(Dialect::Unleash, file["state"].to_string().as_bytes());
        let ruleset = imported.ruleset.unwrap_or_else(|| "cutover: 1".to_owned());
        let engine = Engine::from_bytes(ruleset.as_bytes()).map_err(io::Error::other)?;
        let described = |case: &Json| format!("{name}: {}", case["description"].as_str().unwrap_or_default());
        for case in items(&file, "tests") {
            results.check(described(case), enabled(&engine, case));
        }
        for case in items(&file, "variantTests") {
            results.check(described(case), variant(&engine, case));
        }
    }
    Ok(results)
}

fn enabled(engine: &Engine, case: &Json) -> Result<(), String> {
    let call = context(Dialect::Unleash, &case["context"]);
    let flag = case["toggleName"].as_str().unwrap_or_default();
    let is = engine.is_enabled(flag, &engine.context(&call.attributes), call.now_ms.unwrap_or(NOW_MS));
    match case["expectedResult"] == Json::Bool(is) {
        true => Ok(()),
        false => Err(format!("it is {is}")),
    }
}

fn variant(engine: &Engine, case: &Json) -> Result<(), String> {
    let call = context(Dialect::Unleash, &case["context"]);
    let (attributes, now_ms) = (engine.context(&call.attributes), call.now_ms.unwrap_or(NOW_MS));
    let flag = case["toggleName"].as_str().unwrap_or_default();
    let of_variants = format!("{flag}/variant");
    let decision = engine.decide(&of_variants, &attributes, now_ms);
    let mut found = match cutover_dialects::value(&decision) {
        Some(value) => serde_json::from_str(&cutover::wire::to_json(value)).unwrap_or(Json::Null),
        None => object!({ "name": "disabled", "enabled": false }),
    };
    found["feature_enabled"] = Json::Bool(engine.is_enabled(flag, &attributes, now_ms));
    let plain = |value: &Json| Value::from_json(&value.to_string()).unwrap_or_default();
    let mut wanted = case["expectedResult"].clone();
    // Some cases say it in a second spelling too.
    if let Some(wanted) = wanted.as_object_mut() {
        wanted.remove("featureEnabled");
    }
    match plain(&found) == plain(&wanted) {
        true => Ok(()),
        false => Err(format!("it is {found}, not {wanted}")),
    }
}
