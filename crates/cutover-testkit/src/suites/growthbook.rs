//! GrowthBook's cases: conditions, hashes, ranges, features and experiments, each imported and decided.

mod functions;

use super::Results;
use super::data::json;
use cutover::{Engine, Value};
use cutover_dialects::{Dialect, context, import};
use serde_json::{Map, Value as Json, json as object};
use std::io;
use std::path::Path;

/// Nothing that is imported asks for the time.
const NOW_MS: i64 = 0;
/// The flag that a case is made of where it brings none itself.
const FLAG: &str = "case";
/// What nobody gets who is in an experiment.
const OUTSIDE: &str = "outside of the experiment";

/// Groups of cases that are not run, and why.
const NOT_RUN: [(&str, &str); 8] = [
    ("pruneCondition", "what is left of a condition where some attributes are known"),
    ("reducePayload", "a smaller payload for a browser"),
    ("getQueryStringOverride", "the address of a page forces a variation"),
    ("urlRedirect", "the address of a page is changed"),
    ("decrypt", "a payload is decrypted"),
    ("stickyBucket", "a store of earlier variations"),
    ("contextualBandit", "bandits: weights that are learnt"),
    ("savedGroupReferencesRemote", "saved groups that are asked for over the network"),
];

/// What a caller of the SDK may say that no ruleset does, and why its cases are not run.
const OF_CALLERS: [(&str, &str); 6] = [
    ("forcedVariations", "the caller forces a variation"),
    ("url", "the address of a page forces a variation"),
    ("qaMode", "the caller switches experiments off"),
    ("enabled", "the caller switches experiments off"),
    ("groups", "the caller names groups"),
    ("overrides", "the caller overrides an experiment"),
];

/// What an experiment in code may have, and a rule of a feature has not.
const OF_CODE: [(&str, &str); 6] = [
    ("active", "an experiment in code is switched off"),
    ("status", "an experiment in code is switched off"),
    ("force", "an experiment in code forces a variation"),
    ("url", "an experiment in code asks for the address of a page"),
    ("groups", "the caller names groups"),
    ("include", "the caller decides who is included"),
];

pub(super) fn run(folder: &Path) -> io::Result<Results> {
    let cases = json(&folder.join("cases.json"))?;
    let mut results = Results::default();
    let groups: Vec<(&String, &Json)> = cases.as_object().into_iter().flatten().collect();
    for (group, cases) in groups {
        let list = cases.as_array().map(Vec::as_slice).unwrap_or_default();
        let check: fn(&[Json]) -> Outcome = match group.as_str() {
            "specVersion" => continue,
            "evalCondition" => condition,
            "feature" => feature,
            "run" => experiment,
            "hash" => functions::hash,
            "getBucketRange" => functions::bucket_range,
            "chooseVariation" => functions::choose,
            "inNamespace" => functions::namespace,
            "getEqualWeights" => functions::equal_weights,
            "savedGroupReferencesV2" => {
                references(cases, &mut results);
                continue;
            }
            other => {
                let reason = NOT_RUN.iter().find(|(group, _)| *group == other);
                let reason = reason.map_or("a group of cases that is not known here", |(_, reason)| *reason);
                list.iter().for_each(|_| results.skip(reason));
                continue;
            }
        };
        all(group, list, check, &mut results);
    }
    Ok(results)
}

/// What came of a case; a reason where it is not run.
type Outcome = Result<Result<(), String>, &'static str>;

fn all(group: &str, cases: &[Json], check: fn(&[Json]) -> Outcome, results: &mut Results) {
    for (index, case) in cases.iter().enumerate() {
        let fields = case.as_array().map(Vec::as_slice).unwrap_or_default();
        // Cases of functions of few numbers have no name.
        let name = fields.first().and_then(Json::as_str).filter(|_| group != "hash");
        let name = name.map_or_else(|| format!("{group} {index}"), |name| format!("{group}: {name}"));
        match check(fields) {
            Ok(outcome) => results.check(name, outcome),
            Err(reason) => results.skip(reason),
        }
    }
}

/// References to saved groups: cases of the other groups, in groups of their own.
fn references(cases: &Json, results: &mut Results) {
    for (group, check) in
        [("evalCondition", condition as fn(&[Json]) -> Outcome), ("feature", feature), ("run", experiment)]
    {
        let list = cases.get(group).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        all(&format!("savedGroupReferencesV2 {group}"), list, check, results);
    }
}

fn field(case: &[Json], index: usize) -> &Json {
    case.get(index).unwrap_or(&Json::Null)
}

/// `[name, condition, attributes, expected, savedGroups]`
fn condition(case: &[Json]) -> Outcome {
    let rule = object!({ "condition": field(case, 1), "force": true });
    let document = object!({
        "features": { FLAG: { "defaultValue": false, "rules": [rule] } }, "savedGroups": field(case, 4),
    });
    Ok(decided(&document, FLAG, field(case, 2)).and_then(|served| same(&served, field(case, 3))))
}

/// `[name, context, feature, {"value", …}]`
fn feature(case: &[Json]) -> Outcome {
    let context = field(case, 1);
    if let Some(reason) = said(context, &OF_CALLERS) {
        return Err(reason);
    }
    let features = context.get("features").cloned().unwrap_or_else(|| object!({}));
    let document = object!({ "features": features, "savedGroups": context["savedGroups"] });
    let name = field(case, 2).as_str().unwrap_or_default();
    let served = decided(&document, name, &context["attributes"]);
    Ok(served.and_then(|served| same(&served, &field(case, 3)["value"])))
}

/// `[name, context, experiment, value, inExperiment, hashUsed]`
fn experiment(case: &[Json]) -> Outcome {
    let (context, experiment) = (field(case, 1), field(case, 2));
    if let Some(reason) = said(context, &OF_CALLERS).or_else(|| said(experiment, &OF_CODE)) {
        return Err(reason);
    }
    let mut features = context.get("features").and_then(Json::as_object).cloned().unwrap_or_else(Map::new);
    features.insert(FLAG.to_owned(), object!({ "defaultValue": OUTSIDE, "rules": [experiment] }));
    let document = object!({ "features": features, "savedGroups": context["savedGroups"] });
    let is_in = field(case, 4) == &Json::Bool(true);
    let outside = Json::from(OUTSIDE);
    let wanted = if is_in { field(case, 3) } else { &outside };
    let served = decided(&document, FLAG, &context["attributes"]);
    Ok(served.and_then(|served| same(&served, wanted)))
}

fn said(of: &Json, what: &[(&str, &'static str)]) -> Option<&'static str> {
    what.iter().find(|(key, _)| of.get(key).is_some()).map(|(_, reason)| *reason)
}

/// What the imported ruleset serves; an error where the flag was refused.
fn decided(document: &Json, flag: &str, attributes: &Json) -> Result<Value, String> {
    let imported = import(Dialect::GrowthBook, document.to_string().as_bytes());
    let ruleset = imported.ruleset.ok_or_else(|| format!("{:?}", imported.report.problem))?;
    if let Some(report) = imported.report.flags.iter().find(|report| report.flag == flag)
        && report.fate == cutover_dialects::Fate::Refused
    {
        let why = report.notes.last().map(|note| note.message.clone()).unwrap_or_default();
        return Err(format!("refused: {why}"));
    }
    let engine = Engine::from_bytes(ruleset.as_bytes()).map_err(|error| error.to_string())?;
    let call = context(Dialect::GrowthBook, attributes);
    let decision = engine.decide(flag, &engine.context(&call.attributes), NOW_MS);
    Ok(cutover_dialects::value(&decision).cloned().unwrap_or_default())
}

fn same(served: &Value, wanted: &Json) -> Result<(), String> {
    match *served == Value::from_json(&wanted.to_string()).unwrap_or_default() {
        true => Ok(()),
        false => Err(format!("it is {}, not {wanted}", cutover::wire::to_json(served))),
    }
}
