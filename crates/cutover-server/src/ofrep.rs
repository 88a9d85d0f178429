//! OFREP, the OpenFeature Remote Evaluation Protocol: any OpenFeature SDK asks here.

use crate::published::Published;
use cutover::openfeature::Asked;
use cutover::{Attributes, Decision, Value, wire};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_128;

/// A flag that was evaluated.
#[derive(Debug, Serialize)]
pub(crate) struct Evaluated<'a> {
    key: &'a str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'a str>,
    /// Left out where the caller's own default applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Given<'a>>,
    metadata: Metadata<'a>,
}

/// A value as clients of all languages read it.
#[derive(Debug)]
enum Given<'a> {
    Value(&'a Value),
    /// A whole number of a flag whose other values have fractions: 1.0, which is no integer to some clients.
    Float(i64),
}

impl Serialize for Given<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Value(value) => value.serialize(serializer),
            #[expect(clippy::cast_precision_loss, reason = "it was a float before it was read")]
            Self::Float(whole) => serializer.serialize_f64(whole as f64),
        }
    }
}

/// What is said beside an answer.
type Metadata<'a> = BTreeMap<&'a str, Value>;

/// A flag that could not be.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failed<'a> {
    key: &'a str,
    error_code: &'static str,
    error_details: String,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Either<'a> {
    Evaluated(Evaluated<'a>),
    Failed(Failed<'a>),
}

/// What a request says that OFREP has a word for.
pub(crate) struct Wrong {
    pub(crate) code: &'static str,
    pub(crate) details: String,
}

/// The context of a request: `{"context": {…}}`. Nothing at all is a context in which nothing is known.
pub(crate) fn context(body: &[u8]) -> Result<Attributes, Wrong> {
    let parse = |details: String| Wrong { code: "PARSE_ERROR", details };
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Attributes::new());
    }
    let text = std::str::from_utf8(body).map_err(|_| parse("the body is no UTF-8".to_owned()))?;
    let value =
        Value::from_json(text).map_err(|wrong| parse(format!("the body is no JSON: {}", wrong.message)))?;
    let Value::Map(entries) = value else { return Err(parse("the body is no object".to_owned())) };
    match entries.into_iter().find(|(key, _)| key == "context") {
        None | Some((_, Value::Null)) => Ok(Attributes::new()),
        Some((_, context @ Value::Map(_))) => Attributes::from_value(context)
            .map_err(|wrong| Wrong { code: "INVALID_CONTEXT", details: wrong.message }),
        Some(_) => Err(Wrong { code: "INVALID_CONTEXT", details: "`context` is no object".to_owned() }),
    }
}

fn told<'a>(decision: &Decision<'a>, published: &'a Published) -> Either<'a> {
    let found = published.engine.resolution(decision, Asked::Any, Some(published.version));
    let given = |value| match value {
        &Value::Int(whole) if found.fractional => Given::Float(whole),
        value => Given::Value(value),
    };
    match found.error_code {
        None => Either::Evaluated(Evaluated {
            key: decision.flag,
            reason: found.reason,
            variant: found.variant,
            value: found.value.map(given),
            metadata: found.metadata.into_iter().collect(),
        }),
        Some(error_code) => Either::Failed(Failed {
            key: decision.flag,
            error_code,
            error_details: found.error_message.unwrap_or_default(),
        }),
    }
}

/// One flag: the body, and whether it is one of success, of no such flag, or of another failure.
pub(crate) fn single(published: &Published, key: &str, attributes: &Attributes, now: i64) -> (u16, String) {
    let engine = &published.engine;
    let context = engine.context(attributes);
    let told = told(&engine.decide(key, &context, now), published);
    let status = match &told {
        Either::Evaluated(_) => 200,
        Either::Failed(failed) if failed.error_code == "FLAG_NOT_FOUND" => 404,
        Either::Failed(_) => 400,
    };
    (status, wire::to_json(&told))
}

/// All flags: the body, and its ETag.
pub(crate) fn bulk(published: &Published, attributes: &Attributes, now: i64) -> (String, String) {
    #[derive(Serialize)]
    struct Bulk<'a> {
        flags: Vec<Either<'a>>,
        metadata: Metadata<'a>,
    }
    let (engine, version) = (&published.engine, published.version);
    let context = engine.context(attributes);
    let flags = engine.decide_all(&context, now).map(|decision| told(&decision, published)).collect();
    let metadata = BTreeMap::from([("digest", engine.digest().into()), ("version", version.into())]);
    let body = wire::to_json(&Bulk { flags, metadata });
    let tag = format!("\"{:032x}\"", xxh3_128(body.as_bytes()));
    (body, tag)
}
