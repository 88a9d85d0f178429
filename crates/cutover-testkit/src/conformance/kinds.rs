//! The kinds of vectors.

use super::diff::diff;
use super::fields::Fields;
use super::gates;
use super::machines;
use super::programs::{applies, programs};
use super::reconcile;
use super::rulesets::{Rulesets, load, text_of};
use super::sections;
use super::tools;
use super::work;
use cutover::bucket::{Salt, Unit, java31, position};
use cutover::import::{Kind, Options, import};
use cutover::wire::to_json;
use cutover::{Attributes, Context, Engine, SafetyOptions, Value};
use serde_json::json;

/// Runs one vector; the lines say what is wrong.
pub(super) fn run(kind: &str, vector: &Value, rulesets: &Rulesets<'_>) -> Result<(), Vec<String>> {
    let one = |problem: String| vec![problem];
    let mut fields = Fields::new(vector).map_err(one)?;
    fields.text("name").and_then(|_| fields.text("why")).map_err(one)?;
    let lines = match kind {
        "decide" => decide(fields, rulesets),
        "stales" => stales(fields, rulesets),
        "explain" => explain(fields, rulesets),
        "routes" => routes(fields, rulesets),
        "safety" => safety(fields, rulesets),
        "compares" => sections::compares(fields, rulesets),
        "judges" => sections::judges(fields, rulesets),
        "paths" => sections::paths(fields, rulesets),
        "gates" => gates::gates(fields, rulesets),
        "plans" => gates::plans(fields, rulesets),
        "reports" => gates::reports(fields, rulesets),
        "handbooks" => gates::handbooks(fields, rulesets),
        "alerts" => gates::alerts(fields, rulesets),
        "arm_results" => gates::arm_results(fields, rulesets),
        "diffs" => tools::diffs(fields, rulesets),
        "replays" => tools::replays(fields, rulesets),
        "delivery" => sections::delivery(fields, rulesets),
        "works" => work::works(fields, rulesets),
        "incidents" => work::incidents(fields, rulesets),
        "drills" => work::drills(fields, rulesets),
        "steps" => machines::steps(fields),
        "reconciles" => reconcile::reconciles(fields),
        "reads" => machines::reads(fields),
        "buckets" => buckets(fields),
        "diagnostics" => diagnostics(fields),
        "imports" => imports(fields),
        "programs" => programs(fields, rulesets),
        "applies" => applies(fields, rulesets),
        _ => Err(format!("there is no kind `{kind}`")),
    };
    let lines = lines.map_err(one)?;
    if lines.is_empty() { Ok(()) } else { Err(lines) }
}

fn decide(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let lines = decision(&engine, &mut fields)?;
    fields.finish()?;
    Ok(lines)
}

fn stales(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?.stale();
    let lines = decision(&engine, &mut fields)?;
    fields.finish()?;
    Ok(lines)
}

/// Compares one decision; also that `is_enabled` says the same.
pub(super) fn decision(engine: &Engine, fields: &mut Fields<'_>) -> Result<Vec<String>, String> {
    let flag = fields.text("flag")?;
    let (context, now) = request(engine, fields)?;
    let default = fields.optional("default")?.unwrap_or_default();
    let want = with(fields.decoded("want")?, "flag", flag.into());
    let decision = engine.decide(flag, &context, now);
    let is_true = decision.value == Some(&Value::Bool(true));
    let mut got = answer(&to_json(&decision));
    if decision.value.is_none() {
        got = with(got, "value", default);
    }
    let mut lines = diff(&want, &got);
    if engine.is_enabled(flag, &context, now) != is_true {
        lines.push(format!("is_enabled: want {is_true}, got {}", !is_true));
    }
    Ok(lines)
}

fn explain(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let flag = fields.text("flag")?;
    let (context, now) = request(&engine, &mut fields)?;
    let want = fields.decoded("want")?;
    fields.finish()?;
    Ok(diff(&want, &answer(&to_json(&engine.explain(flag, &context, now)))))
}

fn routes(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let lines = route(&engine, &mut fields)?;
    fields.finish()?;
    Ok(lines)
}

fn route(engine: &Engine, fields: &mut Fields<'_>) -> Result<Vec<String>, String> {
    let migration = fields.text("migration")?;
    let (context, now) = request(engine, fields)?;
    let switches = fields.optional("switches")?;
    let want = with(fields.decoded("want")?, "migration", migration.into());
    let route = engine.route(migration, &context, now, &switches);
    Ok(diff(&want, &answer(&to_json(&route))))
}

fn safety(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let migration = fields.text("migration")?;
    let small = |value: Option<Value>| match value {
        Some(Value::Int(number)) => u8::try_from(number).map_err(|_| "no small number".to_owned()),
        _ => Ok(2),
    };
    let options = SafetyOptions {
        nodes: small(fields.optional("nodes")?)?,
        writes: small(fields.optional("writes")?)?,
    };
    let want = fields.decoded("want")?;
    fields.finish()?;
    let report = engine.safety(migration, options).map_err(|error| error.to_string())?;
    let report = report.ok_or_else(|| format!("there is no migration `{migration}`"))?;
    let rows = report.rows.iter().map(|row| {
        let to = row.to.as_ref().map(|to| format!(" → {to}")).unwrap_or_default();
        let found: Vec<&str> = row.findings.iter().map(|finding| finding.verdict.name()).collect();
        let found = if found.is_empty() { "safe".to_owned() } else { found.join(" ") };
        format!("{}: {}{to}: {found}", row.kind.name(), row.from)
    });
    let got = json!({
        "safe": report.safe,
        "last_reversible": report.last_reversible,
        "states": report.states,
        "rows": rows.collect::<Vec<_>>(),
    });
    Ok(diff(&want, &answer(&got.to_string())))
}

/// Golden buckets: the hash itself, the position that an explanation shows, and both sides of its boundary.
fn buckets(mut fields: Fields<'_>) -> Result<Vec<String>, String> {
    let contract = fields.need("hash")?;
    let salt = fields.text("salt")?;
    let unit = fields.decoded("unit")?;
    let mut want = Fields::new(fields.need("want")?)?;
    fields.finish()?;
    let (hash, place) = match (contract, &unit) {
        (Value::Int(1), _) => {
            let unit = Unit::of(unit.as_ref()).map_err(|error| error.name().to_owned())?;
            let hash = Salt::new(salt).hash(unit);
            (Some(format!("{hash:016x}")), i64::from(position(hash)))
        }
        (Value::Text(name), Value::Text(text)) if name == "java31" => (None, i64::from(java31(text))),
        _ => return Err("`hash` is 1, or java31 with a text as unit".to_owned()),
    };
    let mut lines = Vec::new();
    let mut check = |what: &str, want: &Value, got: Value| {
        lines.extend(diff(want, &got).into_iter().map(|line| format!("{what} {line}")));
    };
    if let Some(hash) = hash {
        check("hash", want.need("hash")?, hash.into());
    }
    let wanted = want.need("position")?;
    check("position", wanted, place.into());
    let probe = |share: &str| {
        let contract: serde_json::Value = serde_json::from_str(&to_json(contract)).unwrap_or_default();
        let rules = json!([{ "serve": { "rollout": share, "by": "unit" } }]);
        load(&json!({ "cutover": 1, "flags": { "probe": { "hash": contract, "salt": salt, "rules": rules } } }).to_string())
    };
    let attributes = Attributes::new().with("unit", unit);
    let engine = probe("50%")?;
    let explanation = answer(&to_json(&engine.explain("probe", &engine.context(&attributes), 0)));
    check("explained position", wanted, bucket_of(&explanation).unwrap_or_default());
    for (key, inside) in [("out", false), ("in", true)] {
        let engine = probe(want.text(key)?)?;
        check(key, &inside.into(), engine.is_enabled("probe", &engine.context(&attributes), 0).into());
    }
    want.finish()?;
    Ok(lines)
}

/// The bucket of an explanation's step `share`.
fn bucket_of(explanation: &Value) -> Option<Value> {
    let Value::List(steps) = explanation.get("steps")? else { return None };
    steps.iter().find(|step| step.get("step") == Some(&"share".into()))?.get("bucket").cloned()
}

fn diagnostics(mut fields: Fields<'_>) -> Result<Vec<String>, String> {
    let text = bytes(fields.need("text")?)?;
    let now = fields.int("now")?;
    let want = fields.decoded("want")?;
    fields.finish()?;
    Ok(compare_diagnostics(&want, &Engine::check(&text, now)))
}

/// Compares all diagnostics in order, by the keys that are wanted of each.
pub(super) fn compare_diagnostics(want: &Value, got: &[cutover::Diagnostic]) -> Vec<String> {
    let mut got = answer(&to_json(&got));
    if let (Value::List(wanted), Value::List(found)) = (want, &mut got)
        && wanted.len() == found.len()
    {
        for (wanted, found) in wanted.iter().zip(found) {
            if let Value::Map(entries) = found {
                entries.retain(|(key, _)| wanted.get(key).is_some());
            }
        }
    }
    diff(want, &got)
}

fn imports(mut fields: Fields<'_>) -> Result<Vec<String>, String> {
    let kind: Kind = fields
        .text("import")?
        .parse()
        .map_err(|unknown: cutover::import::UnknownKind| unknown.to_string())?;
    let text = bytes(fields.need("text")?)?;
    let mut options = Options::default();
    if let Some(given) = fields.take("options") {
        let mut given = Fields::new(given)?;
        options.timezone = Some(given.text("timezone")?.to_owned());
        given.finish()?;
    }
    let mut want = Fields::new(fields.need("want")?)?;
    fields.finish()?;
    let imported = import(kind, &text, &options);
    let mut lines = compare_diagnostics(want.need("diagnostics")?, &imported.diagnostics);
    let ruleset = want.need("ruleset")?;
    match (ruleset, &imported.ruleset) {
        (Value::Null, None) => {}
        (Value::Null, Some(text)) => lines.push(format!("ruleset: want none, got\n{text}")),
        (_, None) => lines.push("ruleset: there is none".to_owned()),
        (_, Some(text)) => {
            let engine = load(text)?;
            if load(&text_of(ruleset)?)?.digest() != engine.digest() {
                lines.push(format!("ruleset: want {}, got\n{text}", to_json(ruleset)));
            }
            for (key, compare) in
                [("decisions", decision as fn(&Engine, &mut Fields<'_>) -> _), ("routes", route)]
            {
                let Some(Value::List(rows)) = want.take(key) else { continue };
                for (index, row) in rows.iter().enumerate() {
                    let mut row = Fields::new(row)?;
                    let found: Vec<String> = compare(&engine, &mut row)?;
                    row.finish()?;
                    lines.extend(found.into_iter().map(|line| format!("{key}[{index}]{line}")));
                }
            }
        }
    }
    want.finish()?;
    Ok(lines)
}

/// The prepared context and the time of a vector.
fn request(engine: &Engine, fields: &mut Fields<'_>) -> Result<(Context, i64), String> {
    let attributes =
        Attributes::from_value(fields.decoded("context")?).map_err(|problem| problem.to_string())?;
    Ok((engine.context(&attributes), fields.int("now")?))
}

/// The bytes of a document: a text, or `{"$bytes": hexadecimal}`.
pub(super) fn bytes(value: &Value) -> Result<Vec<u8>, String> {
    if let Some(Value::Text(digits)) = value.get("$bytes") {
        let pairs = digits.as_bytes().chunks(2);
        let byte =
            |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
        return pairs
            .map(byte)
            .collect::<Option<_>>()
            .ok_or_else(|| "`$bytes` takes hexadecimal digits".to_owned());
    }
    match super::tags::decode(value)? {
        Some(Value::Text(text)) => Ok(text.into_bytes()),
        _ => Err("`text` is no text".to_owned()),
    }
}

/// An answer of the engine as any language sees it, without the digest.
pub(super) fn answer(json: &str) -> Value {
    let mut answer = Value::from_json(json).unwrap_or_default();
    drop_digest(&mut answer);
    answer
}

fn drop_digest(value: &mut Value) {
    if let Value::Map(entries) = value {
        entries.retain(|(key, _)| key != "digest");
        entries
            .iter_mut()
            .filter(|(key, _)| key == "decision")
            .for_each(|(_, decision)| drop_digest(decision));
    }
}

/// The mapping with one entry more, or another one.
fn with(value: Value, key: &str, entry: Value) -> Value {
    let Value::Map(entries) = value else { return value };
    Value::map(entries.into_iter().chain([(key.to_owned(), entry)]))
}
