//! Vectors of reconciling.

use super::diff::diff;
use super::fields::Fields;
use cutover::Value;
use cutover_reconcile::{Cell, Counters, Part, Policy, Row, Spec, merge};

/// What an owing side is owed: the corrections, sorted, and the counters that the vector names.
pub(super) fn reconciles(mut fields: Fields<'_>) -> Result<Vec<String>, String> {
    let pairs = pairs(&fields.decoded("fields")?)?;
    let mut spec =
        Spec::new(("o_key", "key"), pairs.iter().map(|(owner, owing)| (owner.as_str(), owing.as_str())));
    let policy = |given: Option<Value>, otherwise| match given {
        None => Ok(otherwise),
        Some(Value::Text(name)) => Policy::of(&name).ok_or_else(|| format!("there is no policy `{name}`")),
        Some(_) => Err("a policy is a text".to_owned()),
    };
    spec.missing = policy(fields.optional("missing")?, spec.missing)?;
    spec.extra = policy(fields.optional("extra")?, spec.extra)?;
    let (owner, owing) = (side(&spec, &fields.decoded("owner")?)?, side(&spec, &fields.decoded("owing")?)?);
    let want = fields.decoded("want")?;
    fields.finish()?;
    let part = |bytes| Part::new(&spec, bytes).map_err(|error| error.to_string());
    let (owner, owing) = (part(&owner)?, part(&owing)?);
    let (mut counters, mut found) = (Counters::new(&spec), Vec::new());
    merge(&spec, owner.records(), owing.records(), &mut counters, |correction| {
        let field = correction.field.and_then(|field| spec.fields.get(field)).map(|(_, owing)| owing.clone());
        found.push([
            Some(correction.key_json()),
            Some(correction.kind.name().to_owned()),
            field,
            correction.found.json(&spec),
            correction.owed.json(&spec),
        ]);
    })
    .map_err(|error| error.to_string())?;
    let text = |text: Option<String>| text.map_or(Value::Null, Value::Text);
    let mut corrections: Vec<Value> =
        found.into_iter().map(|row| Value::List(row.into_iter().map(text).collect())).collect();
    corrections.sort_by_key(cutover::wire::to_json);
    let count = |number: u64| i64::try_from(number).map_or(Value::Null, Value::Int);
    let Counters { owner, owing, compared, equal, missing, extra, .. } = counters;
    let names = ["owner", "owing", "compared", "equal", "missing", "extra"];
    let counted = [owner, owing, compared, equal, missing, extra];
    let counters = names.into_iter().zip(counted).map(|(name, number)| (name.to_owned(), count(number)));
    let got = [("corrections", Value::List(corrections)), ("counters", Value::map(counters))];
    Ok(diff(&want, &Value::map(got.map(|(name, value)| (name.to_owned(), value)))))
}

fn list(value: &Value) -> Result<&[Value], String> {
    if let Value::List(items) = value { Ok(items) } else { Err("this is no list".to_owned()) }
}

fn pairs(value: &Value) -> Result<Vec<(String, String)>, String> {
    let pair = |pair: &Value| match list(pair)? {
        [Value::Text(owner), Value::Text(owing)] => Ok((owner.clone(), owing.clone())),
        _ => Err("a field is a pair of names".to_owned()),
    };
    list(value)?.iter().map(pair).collect()
}

/// The records of a side as bytes.
fn side(spec: &Spec, given: &Value) -> Result<Vec<u8>, String> {
    let part = |name| given.get(name).ok_or_else(|| format!("a side has no `{name}`"));
    let (types, rows) = (list(part("types")?)?, list(part("rows")?)?);
    let (mut row, mut bytes) = (Row::new(spec), Vec::new());
    for cells in rows {
        for (place, (kind, value)) in types.iter().zip(list(cells)?).enumerate() {
            let cell = cell(kind, value)?;
            let put = if place == 0 { row.key(&cell).map(drop) } else { row.field(&cell).map(drop) };
            put.map_err(|error| error.to_string())?;
        }
        bytes.extend(row.take());
    }
    Ok(bytes)
}

/// A value in a column of that type; whole numbers in JSON may be floats.
fn cell<'v>(kind: &Value, value: &'v Value) -> Result<Cell<'v>, String> {
    let Value::Text(kind) = kind else { return Err("a type is a text".to_owned()) };
    match (kind.as_str(), value) {
        (_, Value::Null) => Ok(Cell::Null),
        ("int", Value::Int(value)) => Ok(Cell::Int(*value)),
        #[expect(clippy::cast_precision_loss, reason = "floats of vectors are small")]
        ("float", Value::Int(value)) => Ok(Cell::Float(*value as f64)),
        ("float", Value::Float(value)) => Ok(Cell::Float(*value)),
        ("decimal", Value::Text(value)) => Ok(Cell::Decimal(value)),
        ("bool", Value::Bool(value)) => Ok(Cell::Bool(*value)),
        ("text", Value::Text(value)) => Ok(Cell::Text(value)),
        _ => Err(format!("a cell is no `{kind}`")),
    }
}
