//! The questions about comparators and path tables, as bindings ask them.

use crate::call::{Arguments, CallError};
use crate::engine::Engine;
use crate::value::Value;
use crate::wire::to_json;

/// `compare`: two documents of JSON, given as texts, by a comparator.
#[cfg(feature = "compare")]
pub(crate) fn compare(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let (name, control, candidate) =
        (given.text("comparator")?, given.text("control")?, given.text("candidate")?);
    given.finish()?;
    match engine.compare(&name, control.as_bytes(), candidate.as_bytes()) {
        Some(Ok(comparison)) => Ok(to_json(&comparison)),
        Some(Err(error)) => Err(CallError::new(format!("compare: {error}"))),
        None => Err(CallError::unknown("compare", "comparator", &name, engine.comparators())),
    }
}

/// `judge`: what two sides said, by a comparator or, without one, exactly.
#[cfg(feature = "compare")]
pub(crate) fn judge(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let usual = cutover_compare::Profile::default();
    let profile = match given.take("comparator") {
        None => &usual,
        Some(Value::Text(name)) => engine
            .comparator(&name)
            .ok_or_else(|| CallError::unknown("judge", "comparator", &name, engine.comparators()))?,
        Some(_) => return Err(CallError::new("judge: `comparator` is a text")),
    };
    let (control, candidate) = (said(&mut given, "control")?, said(&mut given, "candidate")?);
    given.finish()?;
    Ok(to_json(&cutover_compare::judge(profile, control.side(), candidate.side())))
}

/// What a side said: `{"value": text}`, `{"error": {"class", "message"}}`, `{"timed_out": true}` or `{"not_run": reason}`.
#[cfg(feature = "compare")]
enum Said {
    Value(String),
    Error { class: String, message: String },
    TimedOut,
    NotRun(String),
}

#[cfg(feature = "compare")]
impl Said {
    fn side(&self) -> cutover_compare::Side<'_> {
        use cutover_compare::Side;
        match self {
            Self::Value(text) => Side::Value(text.as_bytes()),
            Self::Error { class, message } => Side::Error { class, message },
            Self::TimedOut => Side::TimedOut,
            Self::NotRun(reason) => Side::NotRun(reason),
        }
    }
}

#[cfg(feature = "compare")]
fn said(given: &mut Arguments<'_>, name: &str) -> Result<Said, CallError> {
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    let side = given.take(name).unwrap_or_default();
    let read = || {
        let Value::Map(entries) = &side else { return None };
        let [(key, value)] = entries.as_slice() else { return None };
        match (key.as_str(), value) {
            ("value", value) => text(value).map(Said::Value),
            ("not_run", value) => text(value).map(Said::NotRun),
            ("timed_out", Value::Bool(true)) => Some(Said::TimedOut),
            ("error", error) => Some(Said::Error {
                class: text(error.get("class")?)?,
                message: error.get("message").and_then(text).unwrap_or_default(),
            }),
            _ => None,
        }
    };
    let expected =
        "one of `value`, a text of JSON, `error` with `class` and `message`, `timed_out` and `not_run`";
    read().ok_or_else(|| CallError::new(format!("judge: `{name}` is an object with {expected}")))
}

/// `path`: who serves a request, by a path table; null where no entry takes it.
#[cfg(feature = "paths")]
pub(crate) fn path(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    use cutover_paths::{Request, Unit};
    let name = given.text("table")?;
    let (method, target) = (given.text("method")?, given.text("target")?);
    let now_ms = given.whole("now")?;
    let (headers, attributes) = (given.entries("headers")?, given.entries("attributes")?);
    given.finish()?;
    let table = engine
        .path_table(&name)
        .ok_or_else(|| CallError::unknown("path", "path table", &name, engine.path_tables()))?;
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .filter_map(|(name, value)| match value {
            Value::Text(text) => Some((name.as_str(), text.as_str())),
            _ => None,
        })
        .collect();
    let attributes: Vec<(&str, Unit<'_>)> = attributes
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), Unit::of(value.as_ref()).ok()?)))
        .collect();
    let request = Request::received(&method, &target)
        .map_err(|error| CallError::new(format!("path: `target`: {error}")).coded("bad_path"))?;
    let request = request.headers(&headers).attributes(&attributes);
    Ok(to_json(&table.find(&request, now_ms)))
}
