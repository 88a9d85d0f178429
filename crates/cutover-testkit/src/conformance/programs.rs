//! Vectors of compiled programs, and of rulesets that are applied to others.

use super::diff::diff;
use super::fields::Fields;
use super::kinds::{answer, bytes, compare_diagnostics, decision};
use super::rulesets::Rulesets;
use cutover::wire::to_json;
use cutover::{Attributes, Engine, Value};

/// The bytes of a ruleset, or bytes: what they are, and what they decide.
pub(super) fn programs(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let mut want = Fields::new(fields.need("want")?)?;
    let mut lines = Vec::new();
    let (source, program) = match fields.take("program") {
        Some(given) => (None, bytes(given)?),
        None => {
            let engine = rulesets.engine(fields.need("ruleset")?)?;
            let program = engine.to_compiled();
            let mut check = |what: &str, want: &Value, got: Value| {
                lines.extend(diff(want, &got).into_iter().map(|line| format!("{what} {line}")));
            };
            let length = i64::try_from(program.len()).unwrap_or(i64::MAX);
            check("length", want.need("length")?, length.into());
            let checksum = program.iter().take(24).skip(16).rev().map(|byte| format!("{byte:02x}"));
            check("checksum", want.need("checksum")?, checksum.collect::<String>().into());
            (Some(engine), program)
        }
    };
    let error = want.take("error");
    want.finish()?;
    let engine = match (Engine::from_compiled(&program), error) {
        (Ok(engine), None) => engine,
        (Ok(_), Some(error)) => {
            lines.push(format!("error: want {}, there is none", to_json(error)));
            return Ok(lines);
        }
        (Err(refused), error) => {
            let refused = refused.to_string();
            fields.take("decisions");
            if !matches!(error, Some(Value::Text(beginning)) if refused.starts_with(beginning.as_str())) {
                lines.push(format!("error: want {}, got {refused:?}", to_json(&error)));
            }
            fields.finish()?;
            return Ok(lines);
        }
    };
    lines.extend(decisions(&engine, &mut fields)?);
    if engine.to_compiled() != program {
        lines.push("compiled again: other bytes".to_owned());
    }
    if let Some(source) = source {
        if engine.digest() != source.digest() {
            lines.push(format!("digest: want {}, got {}", source.digest(), engine.digest()));
        }
        for name in source.migrations() {
            let ask = |engine: &Engine| {
                let context = engine.context(&Attributes::new());
                answer(&to_json(&engine.route(name, &context, 0, &())))
            };
            lines.extend(diff(&ask(&source), &ask(&engine)).iter().map(|line| format!("route {name}{line}")));
        }
    }
    fields.finish()?;
    Ok(lines)
}

/// Another text applied to an engine: what loading that text gives.
pub(super) fn applies(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let before = rulesets.engine(fields.need("ruleset")?)?;
    let text = bytes(fields.need("text")?)?;
    let now = fields.int("now")?;
    let want = fields.decoded("want")?;
    let mut lines = compare_diagnostics(&want, &Engine::check(&text, now));
    let applied = before.apply(&text);
    let diagnostics = match &applied {
        Ok(engine) => engine.warnings(now),
        Err(refused) => refused.diagnostics.clone(),
    };
    lines.extend(compare_diagnostics(&want, &diagnostics).iter().map(|line| format!("applied {line}")));
    if let Ok(engine) = applied {
        let loaded = Engine::from_bytes(&text).map_err(|refused| refused.to_string())?;
        if engine.digest() != loaded.digest() {
            lines.push(format!("digest: want {}, got {}", loaded.digest(), engine.digest()));
        }
        lines.extend(decisions(&engine, &mut fields)?);
    }
    fields.finish()?;
    Ok(lines)
}

/// The decisions that a vector of another kind asks for, each like a vector without a name.
fn decisions(engine: &Engine, fields: &mut Fields<'_>) -> Result<Vec<String>, String> {
    let Some(Value::List(rows)) = fields.take("decisions") else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let mut row = Fields::new(row)?;
        let found = decision(engine, &mut row)?;
        row.finish()?;
        lines.extend(found.into_iter().map(|line| format!("decisions[{index}]{line}")));
    }
    Ok(lines)
}
