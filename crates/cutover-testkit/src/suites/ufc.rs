//! Eppo's cases, a list of subjects to a flag, and Datadog's, a list of calls.

use super::Results;
use super::data::{files, items, json, stem};
use cutover::{Engine, ErrorCode, Reason, Value};
use cutover_dialects::{Dialect, context, import, reason};
use serde_json::{Value as Json, json as object};
use std::io;
use std::path::Path;

/// Within the windows that are open in the suites: 1 January 2026.
const NOW_MS: i64 = 1_767_225_600_000;

/// A call and what is expected of it.
struct Case<'a> {
    name: String,
    flag: &'a str,
    kind: &'a str,
    context: Json,
    default: &'a Json,
    value: &'a Json,
    reason: &'a str,
}

pub(super) fn eppo(folder: &Path) -> io::Result<Results> {
    let engine = engine(Dialect::Eppo, &json(&folder.join("ufc/flags-v1.json"))?)?;
    let mut results = Results::default();
    for path in files(&folder.join("ufc/tests"), ".json")? {
        let file = json(&path)?;
        for (index, subject) in items(&file, "subjects").iter().enumerate() {
            let case = Case {
                name: format!("{} {index}", stem(&path)),
                flag: text(&file, "flag"),
                kind: text(&file, "variationType"),
                context: object!({ "subjectKey": subject["subjectKey"], "subjectAttributes": subject["subjectAttributes"] }),
                default: &file["defaultValue"],
                value: &subject["assignment"],
                reason: "",
            };
            results.check(case.name.clone(), has_value(&engine, Dialect::Eppo, &case));
        }
    }
    for path in files(&folder.join("ufc/bandit-tests"), ".json")? {
        for _ in items(&json(&path)?, "subjects") {
            results.skip("bandits: a model scores actions, which a ruleset cannot");
        }
    }
    Ok(results)
}

pub(super) fn datadog_values(folder: &Path) -> io::Result<Results> {
    datadog(folder, has_value)
}

pub(super) fn datadog_reasons(folder: &Path) -> io::Result<Results> {
    datadog(folder, has_reason)
}

type Check = fn(&Engine, Dialect, &Case<'_>) -> Result<(), String>;

fn datadog(folder: &Path, check: Check) -> io::Result<Results> {
    let engine = engine(Dialect::Datadog, &json(&folder.join("ufc-config.json"))?)?;
    let mut results = Results::default();
    for path in files(&folder.join("evaluation-cases"), ".json")? {
        let file = json(&path)?;
        for (index, call) in file.as_array().into_iter().flatten().enumerate() {
            let case = Case {
                name: format!("{} {index}", stem(&path)),
                flag: text(call, "flag"),
                kind: text(call, "variationType"),
                context: call.clone(),
                default: &call["defaultValue"],
                value: &call["result"]["value"],
                reason: text(&call["result"], "reason"),
            };
            results.check(case.name.clone(), check(&engine, Dialect::Datadog, &case));
        }
    }
    Ok(results)
}

fn text<'a>(value: &'a Json, key: &str) -> &'a str {
    value.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn engine(dialect: Dialect, document: &Json) -> io::Result<Engine> {
    let imported = import(dialect, document.to_string().as_bytes());
    let ruleset =
        imported.ruleset.ok_or_else(|| io::Error::other(format!("{:?}", imported.report.problem)))?;
    Engine::from_bytes(ruleset.as_bytes()).map_err(io::Error::other)
}

fn has_value(engine: &Engine, dialect: Dialect, case: &Case<'_>) -> Result<(), String> {
    let call = context(dialect, &case.context);
    let decision = engine.decide(case.flag, &engine.context(&call.attributes), NOW_MS);
    let served = cutover_dialects::value(&decision).filter(|value| fits(case.kind, value));
    let served = served.map_or_else(|| plain(case.default), Value::clone);
    let wanted = plain(case.value);
    super::same(&served, &wanted)
}

fn has_reason(engine: &Engine, dialect: Dialect, case: &Case<'_>) -> Result<(), String> {
    let call = context(dialect, &case.context);
    let decision = engine.decide(case.flag, &engine.context(&call.attributes), NOW_MS);
    let said = match decision.error {
        Some(ErrorCode::FlagNotFound | ErrorCode::MissingUnit) => Reason::Error.name(),
        _ => reason(dialect, &decision),
    };
    match said == case.reason {
        true => Ok(()),
        false => Err(format!("{said}, not {}", case.reason)),
    }
}

/// Whether a value is of the type that is asked for.
fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "BOOLEAN" => matches!(value, Value::Bool(_)),
        "STRING" => matches!(value, Value::Text(_)),
        "INTEGER" => matches!(value, Value::Int(_)),
        "NUMERIC" => matches!(value, Value::Int(_) | Value::Float(_)),
        _ => true,
    }
}

/// The value as the engine has it, so that 1 and 1.0 are the same.
fn plain(value: &Json) -> Value {
    Value::from_json(&value.to_string()).unwrap_or_default()
}
