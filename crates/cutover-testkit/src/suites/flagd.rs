//! flagd's testbed: scenarios for an evaluator alone, and those for a provider that need nothing but one.

use super::Results;
use super::data::{files, json, stem, text};
use super::gherkin::{Scenario, cells, quoted, scenarios};
use cutover::{Engine, ErrorCode, Reason, Value};
use cutover_dialects::{Dialect, context, import, reason};
use serde_json::{Map, Value as Json};
use std::io;
use std::path::Path;

/// What is decided at: 1 January 2026.
const NOW_MS: i64 = 1_767_225_600_000;

/// The scenarios of a provider that ask nothing of its connection, its cache or its events.
const OF_PROVIDERS: &[&str] = &["targeting", "evaluation"];

pub(super) fn evaluator_v2(folder: &Path) -> io::Result<Results> {
    evaluator(folder, Dialect::FlagdV2)
}

pub(super) fn evaluator_v3(folder: &Path) -> io::Result<Results> {
    evaluator(folder, Dialect::FlagdV3)
}

pub(super) fn provider_v2(folder: &Path) -> io::Result<Results> {
    provider(folder, Dialect::FlagdV2)
}

pub(super) fn provider_v3(folder: &Path) -> io::Result<Results> {
    provider(folder, Dialect::FlagdV3)
}

fn evaluator(folder: &Path, dialect: Dialect) -> io::Result<Results> {
    let flags = json(&folder.join("evaluator/flags/testkit-flags.json"))?;
    let engine = engine(dialect, &flags)?;
    let mut results = Results::default();
    for path in files(&folder.join("evaluator/gherkin"), ".feature")? {
        run(&engine, dialect, &stem(&path), &text(&path)?, &mut results);
    }
    Ok(results)
}

/// The flags of all files together, as the testbed serves them.
fn provider(folder: &Path, dialect: Dialect) -> io::Result<Results> {
    let (mut flags, mut evaluators) = (Map::new(), Map::new());
    for path in files(&folder.join("flags"), ".json")? {
        // Those are served apart, by a selector.
        if stem(&path).starts_with("selector") {
            continue;
        }
        let file = json(&path)?;
        flags.extend(file["flags"].as_object().cloned().into_iter().flatten());
        evaluators.extend(file["$evaluators"].as_object().cloned().into_iter().flatten());
    }
    let engine = engine(dialect, &serde_json::json!({ "flags": flags, "$evaluators": evaluators }))?;
    let mut results = Results::default();
    for path in files(&folder.join("gherkin"), ".feature")? {
        let name = stem(&path);
        if OF_PROVIDERS.contains(&name.as_str()) {
            run(&engine, dialect, &name, &text(&path)?, &mut results);
        }
    }
    Ok(results)
}

fn engine(dialect: Dialect, document: &Json) -> io::Result<Engine> {
    let imported = import(dialect, document.to_string().as_bytes());
    let ruleset =
        imported.ruleset.ok_or_else(|| io::Error::other(format!("{:?}", imported.report.problem)))?;
    Engine::from_bytes(ruleset.as_bytes()).map_err(io::Error::other)
}

fn run(engine: &Engine, dialect: Dialect, file: &str, text: &str, results: &mut Results) {
    let (own, other) = match dialect {
        Dialect::FlagdV3 => ("@fractional-v3", "@fractional-v2"),
        _ => ("@fractional-v2", "@fractional-v3"),
    };
    for scenario in scenarios(text) {
        let has = |tag: &str| scenario.tags.iter().any(|known| known == tag);
        if has("@fractional-v1") {
            results.skip("the first generation of buckets, which no dialect here has");
        } else if has(other) && !has(own) {
            results.skip("another generation of buckets, which is a dialect of its own");
        } else if has("@deprecated") {
            results.skip("deprecated by the suite itself");
        } else {
            results.check(format!("{file}: {}", scenario.name), check(engine, dialect, &scenario));
        }
    }
}

/// What a scenario asked for.
#[derive(Default)]
struct Call {
    kind: String,
    flag: String,
    default: String,
    context: Map<String, Json>,
}

fn check(engine: &Engine, dialect: Dialect, scenario: &Scenario) -> Result<(), String> {
    let mut call = Call::default();
    for step in &scenario.steps {
        apply(engine, dialect, step, &mut call)?;
    }
    Ok(())
}

fn apply(engine: &Engine, dialect: Dialect, step: &str, call: &mut Call) -> Result<(), String> {
    if step.starts_with('|') {
        return row(engine, step, call);
    }
    let step = step.split_once(' ').map_or(step, |(_, rest)| rest);
    let texts = |count| quoted(step, count).ok_or_else(|| format!("this step is not understood: {step}"));
    if step == "the resolved metadata is empty" {
        let found = metadata(engine, call);
        return if found.is_empty() { Ok(()) } else { Err(format!("it is {found:?}")) };
    }
    if step.starts_with("an option")
        || step == "the resolved metadata should contain"
        || step.starts_with("a stable")
        || step == "an evaluator"
        || step.starts_with("the flag was")
    {
        Ok(())
    } else if step.contains("-flag with key") {
        let [flag, default] = <[String; 2]>::try_from(texts(2)?).map_err(|_| step.to_owned())?;
        let kind = step.trim_start_matches("a ").split('-').next().unwrap_or_default().to_owned();
        (call.kind, call.flag, call.default) = (kind, flag, default);
        Ok(())
    } else if step.contains("nested property") {
        let [outer, inner, value] = <[String; 3]>::try_from(texts(3)?).map_err(|_| step.to_owned())?;
        call.context.insert(outer, serde_json::json!({ inner: value }));
        Ok(())
    } else if step.contains("containing a targeting key") {
        let value = texts(1)?.remove(0);
        call.context.insert("targetingKey".to_owned(), Json::String(value));
        Ok(())
    } else if step.contains("containing a key") {
        let [key, kind, value] = <[String; 3]>::try_from(texts(3)?).map_err(|_| step.to_owned())?;
        call.context.insert(key, typed(&kind, &value)?);
        Ok(())
    } else {
        expect(engine, dialect, step, &texts(1)?.remove(0), call)
    }
}

/// What is told beside an answer, but for what Cutover says of every one.
fn metadata(engine: &Engine, call: &Call) -> Map<String, Json> {
    let asked = serde_json::json!({ "flag": call.flag, "asked": "boolean", "reason": "STATIC" });
    let answer = engine.call("openfeature", &asked.to_string()).unwrap_or_default();
    let mut found: Json = serde_json::from_str(&answer).unwrap_or_default();
    let mut told = found.get_mut("metadata").and_then(Json::as_object_mut).cloned().unwrap_or_default();
    told.retain(|name, _| !["digest", "version", "rule", "owner"].contains(&name.as_str()));
    told
}

/// A row of the table of metadata: name, type and value.
fn row(engine: &Engine, row: &str, call: &Call) -> Result<(), String> {
    let [name, kind, value] = <[String; 3]>::try_from(cells(row)).map_err(|_| row.to_owned())?;
    if name == "key" {
        return Ok(());
    }
    let found = metadata(engine, call).remove(&name);
    if found.as_ref() == Some(&typed(&kind, &value)?) { Ok(()) } else { Err(format!("{name} is {found:?}")) }
}

/// A value of a type that is named.
fn typed(kind: &str, value: &str) -> Result<Json, String> {
    if kind == "String" {
        return Ok(Json::String(value.to_owned()));
    }
    let value = value.replace("\\\"", "\"");
    serde_json::from_str(&value).map_err(|error| format!("{value} is no {kind}: {error}"))
}

fn expect(engine: &Engine, dialect: Dialect, step: &str, wanted: &str, call: &Call) -> Result<(), String> {
    let known = context(dialect, &Json::Object(call.context.clone()));
    let decision = engine.decide(&call.flag, &engine.context(&known.attributes), NOW_MS);
    let value = cutover_dialects::value(&decision);
    let is_mismatch = value.is_some_and(|value| !fits(&call.kind, value));
    let error = match decision.error {
        Some(error) => Some(error),
        None => is_mismatch.then_some(ErrorCode::TypeMismatch),
    };
    if step.contains("resolved details value") {
        let default = plain(&typed(&call.kind, &call.default)?);
        let served = value.filter(|_| !is_mismatch).map_or(default, Value::clone);
        let wanted = plain(&typed(&call.kind, wanted)?);
        return super::same(&served, &wanted);
    }
    let said = if step.contains("error-code") {
        error.map(ErrorCode::name).unwrap_or_default()
    } else if step.contains("the reason") {
        if error.is_some() { Reason::Error.name() } else { reason(dialect, &decision) }
    } else {
        return Err(format!("this step is not understood: {step}"));
    };
    if said == wanted { Ok(()) } else { Err(format!("{said:?}, not {wanted:?}")) }
}

fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "Boolean" => matches!(value, Value::Bool(_)),
        "String" => matches!(value, Value::Text(_)),
        "Integer" => matches!(value, Value::Int(_)),
        "Float" => matches!(value, Value::Int(_) | Value::Float(_)),
        _ => matches!(value, Value::Map(_) | Value::List(_)),
    }
}

fn plain(value: &Json) -> Value {
    Value::from_json(&value.to_string()).unwrap_or_default()
}
