//! LaunchDarkly's evaluations: files of YAML, each of which stands for as many suites as its parameters have
//! permutations.
//!
//! Of a reason, its kind is compared, and of a rule its index. Which prerequisite failed, and whether a unit is in an
//! experiment, no decision here says.

use super::Results;
use super::data::{files, items, stem, text};
use super::yaml;
use cutover::{Decision, Engine, Reason, Value};
use cutover_dialects::{Dialect, context, import};
use serde_json::{Map, Value as Json};
use std::io;
use std::path::Path;

/// 1 January 2026; nothing in the suite depends on it.
const NOW_MS: i64 = 1_767_225_600_000;

pub(super) fn values(folder: &Path) -> io::Result<Results> {
    run(folder, has_value)
}

pub(super) fn reasons(folder: &Path) -> io::Result<Results> {
    run(folder, has_reason)
}

type Check = fn(&Decided<'_>, &Json) -> Result<(), String>;

/// A decision, and the ruleset that made it.
struct Decided<'a> {
    decision: Decision<'a>,
    ruleset: &'a Json,
}

fn run(folder: &Path, check: Check) -> io::Result<Results> {
    let mut results = Results::default();
    for path in files(&folder.join("data/data-files/server-side-eval"), ".yml")? {
        let written = text(&path)?;
        let wrong = |problem: String| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {problem}", path.display()))
        };
        for (number, suite) in (1..).zip(permutations(&written).map_err(wrong)?) {
            let name = format!("{} {number}", stem(&path));
            let imported = import(Dialect::LaunchDarkly, suite["sdkData"].to_string().as_bytes());
            let ruleset = imported.ruleset.ok_or_else(|| wrong(format!("{:?}", imported.report.problem)))?;
            let engine = Engine::from_bytes(ruleset.as_bytes()).map_err(io::Error::other)?;
            let ruleset = yaml::read(&ruleset).map_err(wrong)?;
            for evaluation in items(&suite, "evaluations") {
                let flag = evaluation["flagKey"].as_str().unwrap_or_default();
                let case = format!("{name}: {}", evaluation["name"].as_str().unwrap_or(flag));
                let call = context(Dialect::LaunchDarkly, &evaluation["context"]);
                let decision = engine.decide(flag, &engine.context(&call.attributes), NOW_MS);
                results.check(case, check(&Decided { decision, ruleset: &ruleset }, evaluation));
            }
        }
    }
    Ok(results)
}

fn has_value(decided: &Decided<'_>, evaluation: &Json) -> Result<(), String> {
    let expected = &evaluation["expect"];
    // Where nothing else is said, what is expected is the default.
    let default = evaluation.get("default").unwrap_or(&expected["value"]);
    let kind = evaluation["valueType"].as_str().unwrap_or("any");
    let served = cutover_dialects::value(&decided.decision).filter(|value| fits(kind, value));
    let served = served.map_or_else(|| plain(default), Value::clone);
    let wanted = plain(&expected["value"]);
    super::same(&served, &wanted)
}

/// Whether a value is of the type that is asked for.
fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "bool" => matches!(value, Value::Bool(_)),
        "string" => matches!(value, Value::Text(_)),
        "int" | "double" => matches!(value, Value::Int(_) | Value::Float(_)),
        _ => true,
    }
}

fn has_reason(decided: &Decided<'_>, evaluation: &Json) -> Result<(), String> {
    let reason = &evaluation["expect"]["reason"];
    let kind = reason["kind"].as_str().unwrap_or_default();
    let wanted = match (kind, reason["ruleIndex"].as_u64(), reason["errorKind"].as_str()) {
        ("RULE_MATCH", Some(index), _) => format!("rule {index}"),
        ("ERROR", _, Some(error)) => error.to_owned(),
        _ => kind.to_owned(),
    };
    let kind = evaluation["valueType"].as_str().unwrap_or("any");
    let said = said(decided, kind);
    match said == wanted {
        true => Ok(()),
        false => Err(format!("{said}, not {wanted}")),
    }
}

/// The reason as LaunchDarkly has it, of a decision and of what the rule that matched is called.
fn said(Decided { decision, ruleset }: &Decided<'_>, kind: &str) -> String {
    if let Some(error) = decision.error {
        return error.name().to_owned();
    }
    if decision.variant == Some("malformed") {
        return "MALFORMED_FLAG".to_owned();
    }
    if decision.value.is_some_and(|value| *value != Value::Null && !fits(kind, value)) {
        return "WRONG_TYPE".to_owned();
    }
    if decision.reason == Reason::Disabled {
        return "OFF".to_owned();
    }
    // A flag that is the same for everybody does not say which of its rules it was.
    let rules = &ruleset["flags"][decision.flag]["rules"];
    let rule = match (decision.rule, decision.reason) {
        (Some(rule), _) => &rules[rule as usize],
        (None, Reason::Static) => &rules[0],
        (None, _) => return "PREREQUISITE_FAILED".to_owned(),
    };
    match rule["description"].as_str().unwrap_or_default() {
        "fallthrough" => "FALLTHROUGH".to_owned(),
        "target" => "TARGET_MATCH".to_owned(),
        rule => rule.split(':').next().unwrap_or_default().to_owned(),
    }
}

/// The suites that a file stands for: constants and parameters are put in as texts.
fn permutations(written: &str) -> Result<Vec<Json>, String> {
    let document = yaml::read(written)?;
    let nothing = Map::new();
    let constants = document["constants"].as_object().unwrap_or(&nothing);
    let sets = sets(items(&document, "parameters"));
    let text = put(written, constants);
    sets.iter().map(|set| yaml::read(&put(&put(&text, set), constants))).collect()
}

/// The permutations of parameters: of one list its items, of several one item of each, the first list fastest.
fn sets(parameters: &[Json]) -> Vec<Map<String, Json>> {
    let object = |value: &Json| value.as_object().cloned().unwrap_or_default();
    if parameters.iter().all(Json::is_object) && !parameters.is_empty() {
        return parameters.iter().map(object).collect();
    }
    parameters.iter().fold(vec![Map::new()], |sets, list| {
        let with = |more: &Json| {
            let more = object(more);
            sets.iter()
                .map(move |set| set.clone().into_iter().chain(more.clone()).collect())
                .collect::<Vec<_>>()
        };
        list.as_array().into_iter().flatten().flat_map(with).collect()
    })
}

/// The text with values for the names in it: in quotes it is the value, elsewhere a text stands for itself.
fn put(text: &str, values: &Map<String, Json>) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        let written = value.to_string();
        let within = value.as_str().unwrap_or(&written);
        text.replace(&format!("\"<{name}>\""), &written).replace(&format!("<{name}>"), within)
    })
}

/// The value as the engine has it, so that 1 and 1.0 are the same.
fn plain(value: &Json) -> Value {
    Value::from_json(&value.to_string()).unwrap_or_default()
}
