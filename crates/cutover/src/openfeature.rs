//! Decisions in OpenFeature's words: whether the value is of the type that was asked for, which reason, error and metadata
//! go with it. All providers, and the evaluation protocol of the control plane, say what is said here.

use crate::call::{Arguments, CallError};
use crate::decision::{Decision, ErrorCode, Reason};
use crate::engine::Engine;
use crate::value::Value;
use crate::wire::to_json;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// The attribute of a context that OpenFeature's targeting key is: the unit of shares that name no other one.
pub const TARGETING_KEY: &str = crate::ruleset::serve::TARGETING_KEY;

/// What a caller asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Whatever it is.
    Any,
    /// True or false.
    Boolean,
    /// A text.
    String,
    /// A whole number, of a flag that has no fractions.
    Integer,
    /// A number, in a language that tells numbers with fractions from whole ones.
    Float,
    /// A number, in a language that does not.
    Number,
    /// A mapping or a list.
    Object,
    /// A mapping, in a language whose structures are no lists.
    Structure,
}

impl Asked {
    const NAMED: [(&'static str, Self); 8] = [
        ("any", Self::Any),
        ("boolean", Self::Boolean),
        ("string", Self::String),
        ("integer", Self::Integer),
        ("float", Self::Float),
        ("number", Self::Number),
        ("object", Self::Object),
        ("structure", Self::Structure),
    ];

    /// The type of a name, such as `boolean`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, asked)| *asked)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMED.iter().find(|(_, asked)| *asked == self).map_or("", |(name, _)| name)
    }

    /// Whether a value is of this type. The type of a number is that of its flag: where one variant has a fraction, none is an
    /// integer, so that a question does not fail for some variants only.
    fn takes(self, value: &Value, fractional: bool) -> bool {
        match (self, value) {
            (Self::Any, _)
            | (Self::Boolean, Value::Bool(_))
            | (Self::String, Value::Text(_))
            | (Self::Float | Self::Number, Value::Int(_) | Value::Float(_))
            | (Self::Object, Value::Map(_) | Value::List(_))
            | (Self::Structure, Value::Map(_)) => true,
            (Self::Integer, Value::Int(_)) => !fractional,
            _ => false,
        }
    }
}

/// The type of a value, in the words of [`Asked`].
fn kind(value: &Value, fractional: bool) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) if !fractional => "integer",
        Value::Int(_) | Value::Float(_) => "float",
        Value::Text(_) => "string",
        Value::List(_) => "list",
        Value::Map(_) => "object",
    }
}

/// What OpenFeature calls the details of a resolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution<'a> {
    /// The value served. None where the caller's own default applies: there is an error, or the flag serves nothing.
    pub value: Option<&'a Value>,
    /// Whether a whole number is one of a flag with fractions, so that a language with two types of numbers has a float.
    pub fractional: bool,
    /// The name of the variant.
    pub variant: Option<&'a str>,
    /// Why, in OpenFeature's words.
    pub reason: &'static str,
    /// OpenFeature's error code.
    pub error_code: Option<&'static str>,
    /// What is wrong, and what to do.
    pub error_message: Option<String>,
    /// `digest`, `version` where it is known, `rule` where one decided, the flag's `owner`, and what the flag says in its
    /// `metadata`: texts, numbers and booleans.
    pub metadata: Vec<(&'a str, Value)>,
}

impl Serialize for Resolution<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Resolution", 6)?;
        out.serialize_field("served", &self.value.is_some())?;
        out.serialize_field("variant", &self.variant)?;
        out.serialize_field("reason", self.reason)?;
        out.serialize_field("error_code", &self.error_code)?;
        out.serialize_field("error_message", &self.error_message)?;
        out.serialize_field("metadata", &Entries(&self.metadata))?;
        out.end()
    }
}

struct Entries<'a>(&'a [(&'a str, Value)]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Engine {
    /// A decision of this engine in OpenFeature's words, for who asked for a type. `version` is that of the ruleset, where
    /// somebody counts them.
    ///
    /// ```
    /// use cutover::{Attributes, Engine, openfeature::Asked};
    /// let engine = Engine::from_str(
    ///     "cutover: 1\nflags: { size: { owner: search-team, variants: { s: 20, l: 100 }, default: l } }",
    /// )?;
    /// let context = engine.context(&Attributes::new());
    /// let decision = engine.decide("size", &context, 0);
    /// let resolution = engine.resolution(&decision, Asked::Integer, None);
    /// assert_eq!((resolution.value, resolution.reason), (Some(&100.into()), "STATIC"));
    /// assert_eq!(resolution.metadata[1], ("owner", "search-team".into()));
    /// let refused = engine.resolution(&decision, Asked::String, None);
    /// assert_eq!(refused.error_code, Some("TYPE_MISMATCH"));
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn resolution<'a>(
        &'a self,
        decision: &Decision<'a>,
        asked: Asked,
        version: Option<i64>,
    ) -> Resolution<'a> {
        let fractional = self.is_fractional(decision.flag);
        let mismatch = decision.value.filter(|value| !asked.takes(value, fractional));
        let error = decision.error.or(mismatch.map(|_| ErrorCode::TypeMismatch));
        let served = error.is_none();
        Resolution {
            value: decision.value.filter(|_| served),
            fractional,
            variant: decision.variant.filter(|_| served),
            reason: if served { decision.reason } else { Reason::Error }.name(),
            error_code: error.map(code),
            error_message: error.map(|error| self.trouble(error, decision, asked, mismatch, fractional)),
            metadata: self.metadata(decision, version),
        }
    }

    fn metadata<'a>(&'a self, decision: &Decision<'a>, version: Option<i64>) -> Vec<(&'a str, Value)> {
        let told = self.sections().told.get(decision.flag);
        let mut metadata = vec![("digest", decision.digest.into())];
        metadata.extend(version.map(|version| ("version", version.into())));
        metadata.extend(decision.rule.map(|rule| ("rule", i64::from(rule).into())));
        metadata.extend(told.and_then(|told| Some(("owner", told.owner.as_deref()?.into()))));
        let more = told.into_iter().flat_map(|told| &told.metadata);
        metadata.extend(more.map(|(name, value)| (name.as_str(), value.clone())));
        metadata
    }

    /// What went wrong, and what to do.
    fn trouble(
        &self,
        error: ErrorCode,
        decision: &Decision<'_>,
        asked: Asked,
        found: Option<&Value>,
        fractional: bool,
    ) -> String {
        let flag = decision.flag;
        match error {
            ErrorCode::FlagNotFound => format!("there is no flag `{flag}`"),
            ErrorCode::TypeMismatch => format!(
                "flag `{flag}` serves {}, and {} was asked for",
                found.map_or("another type", |value| kind(value, fractional)),
                asked.name(),
            ),
            ErrorCode::MissingUnit => format!(
                "the context has no value of the attribute that the flag is rolled out by (it reads {})",
                self.read_by(flag)
            ),
            ErrorCode::InvalidContext => format!(
                "the context has a value that the flag cannot be decided with (it reads {})",
                self.read_by(flag)
            ),
        }
    }

    /// The attributes that a flag reads, for people.
    fn read_by(&self, flag: &str) -> String {
        let Some(flag) = self.flag(flag) else { return "nothing".to_owned() };
        let attributes = self.attributes();
        let names = self.reads(flag).filter_map(|attribute| attributes.get(attribute.index()));
        names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }

    /// Whether the values of a flag are numbers, one of them with a fraction. To the engine 1.0 is 1, as in JavaScript; a
    /// client that asks for a float wants one in the other variants too.
    #[must_use]
    pub fn is_fractional(&self, flag: &str) -> bool {
        let Some(number) = self.program().find(flag) else { return false };
        let values = || self.program().variants(number).filter_map(|(_, value)| self.value(value));
        values().any(|value| matches!(value, Value::Float(_)))
            && values().all(|value| matches!(value, Value::Int(_) | Value::Float(_)))
    }
}

/// OpenFeature's word for an error. It has one for the only unit that it knows.
fn code(error: ErrorCode) -> &'static str {
    match error {
        ErrorCode::MissingUnit => "TARGETING_KEY_MISSING",
        other => other.name(),
    }
}

/// `openfeature`, as bindings ask it, of a decision that they have.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let (flag, asked) = (given.text("flag")?, given.text("asked")?);
    let asked = Asked::named(&asked).ok_or_else(|| {
        let known = Asked::NAMED.map(|(name, _)| name).join(", ");
        CallError::new(format!("openfeature: `asked` is one of {known}, and `{asked}` was given"))
    })?;
    let reason = given.text("reason")?;
    // A fault of a host has a name of its own, and no number.
    let (variant, error) = (name(&mut given, "variant")?, name(&mut given, "error")?);
    let (rule, version) = (number(&mut given, "rule")?, number(&mut given, "version")?);
    given.finish()?;
    let fault = error.as_deref().filter(|name| ErrorCode::ALL.iter().all(|known| known.name() != *name));
    let served = engine.program().find(&flag).and_then(|number| {
        let mut variants = engine.program().variants(number);
        variants.find(|(name, _)| Some(*name) == variant.as_deref())
    });
    let decision = Decision {
        flag: &flag,
        value: served.and_then(|(_, value)| engine.value(value)),
        variant: served.map(|(name, _)| name),
        reason: Reason::ALL.into_iter().find(|known| known.name() == reason).unwrap_or(Reason::Error),
        rule: rule.and_then(|rule| u32::try_from(rule).ok()),
        error: ErrorCode::ALL.into_iter().find(|known| error.as_deref() == Some(known.name())),
        digest: engine.digest(),
    };
    let mut resolution = engine.resolution(&decision, asked, version);
    if fault.is_some() {
        resolution.error_code = Some("GENERAL");
        resolution.error_message = Some(format!("the engine failed to decide `{flag}`"));
    }
    Ok(to_json(&resolution))
}

fn name(given: &mut Arguments<'_>, name: &str) -> Result<Option<String>, CallError> {
    match given.take(name) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(CallError::new(format!("openfeature: `{name}` is a text"))),
    }
}

fn number(given: &mut Arguments<'_>, name: &str) -> Result<Option<i64>, CallError> {
    match given.take(name) {
        None => Ok(None),
        Some(Value::Int(number)) => Ok(Some(number)),
        Some(_) => Err(CallError::new(format!("openfeature: `{name}` is a whole number"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Attributes;

    const RULES: &str = "
cutover: 1
flags:
  on: { owner: team, metadata: { tier: 2, beta: true, note: n, ratio: 0.5 }, rules: [{ serve: on }] }
  ratio: { variants: { half: 0.5, whole: 1.0 }, default: whole }
  size: { variants: { s: 1, l: 2 }, default: s }
  list: { variants: { a: [1], b: { c: 1 } }, default: a }
  none: { variants: { a: null }, default: a }
  off: { enabled: false, variants: { a: 1 } }
  share: { rules: [{ serve: { rollout: 50%, by: userId } }] }
";

    fn asked(flag: &str, asked: Asked) -> (Option<Value>, &'static str, Option<&'static str>) {
        let engine = Engine::from_str(RULES).unwrap();
        let context = engine.context(&Attributes::new());
        let decision = engine.decide(flag, &context, 0);
        let found = engine.resolution(&decision, asked, None);
        (found.value.cloned(), found.reason, found.error_code)
    }

    #[test]
    fn the_type_of_a_number_is_that_of_its_flag() {
        let mismatch = (None, "ERROR", Some("TYPE_MISMATCH"));
        assert_eq!(asked("ratio", Asked::Integer), mismatch);
        assert_eq!(asked("ratio", Asked::Float), (Some(1.into()), "STATIC", None));
        assert_eq!(asked("ratio", Asked::Number), (Some(1.into()), "STATIC", None));
        assert_eq!(asked("size", Asked::Integer), (Some(1.into()), "STATIC", None));
        assert_eq!(asked("size", Asked::Float), (Some(1.into()), "STATIC", None));
        assert_eq!(asked("size", Asked::String), mismatch);
    }

    #[test]
    fn structures_are_no_lists_where_a_language_says_so() {
        assert!(asked("list", Asked::Object).2.is_none());
        assert_eq!(asked("list", Asked::Structure).2, Some("TYPE_MISMATCH"));
        assert_eq!(asked("none", Asked::Object).2, Some("TYPE_MISMATCH"));
        assert_eq!(asked("none", Asked::Any).2, None);
    }

    #[test]
    fn where_nothing_is_served_no_type_is_wrong() {
        assert_eq!(asked("off", Asked::Boolean), (None, "DISABLED", None));
        assert_eq!(asked("share", Asked::String), (None, "ERROR", Some("TARGETING_KEY_MISSING")));
        assert_eq!(asked("nope", Asked::Boolean), (None, "ERROR", Some("FLAG_NOT_FOUND")));
    }

    #[test]
    fn what_bindings_are_told() {
        let engine = Engine::from_str(RULES).unwrap();
        let ask = |arguments: &str| engine.call("openfeature", arguments);
        let told =
            ask(r#"{"flag":"on","asked":"boolean","variant":"on","reason":"STATIC","rule":0,"version":7}"#);
        let digest = engine.digest();
        assert_eq!(
            told.unwrap(),
            format!(
                "{{\"served\":true,\"variant\":\"on\",\"reason\":\"STATIC\",\"error_code\":null,\"error_message\":null,\
                 \"metadata\":{{\"digest\":\"{digest}\",\"version\":7,\"rule\":0,\"owner\":\"team\",\"beta\":true,\
                 \"note\":\"n\",\"ratio\":0.5,\"tier\":2}}}}"
            )
        );
        let refused =
            ask(r#"{"flag":"share","asked":"boolean","reason":"ERROR","error":"MISSING_UNIT"}"#).unwrap();
        assert!(
            refused.contains("TARGETING_KEY_MISSING") && refused.contains("(it reads `userId`)"),
            "{refused}"
        );
        let fault = ask(r#"{"flag":"on","asked":"boolean","reason":"ERROR","error":"GENERAL"}"#).unwrap();
        assert!(
            fault.contains(r#""served":false"#) && fault.contains(r#""error_code":"GENERAL""#),
            "{fault}"
        );
        let unknown = ask(r#"{"flag":"on","asked":"bool","reason":"ERROR"}"#).unwrap_err().to_string();
        assert_eq!(
            unknown,
            "openfeature: `asked` is one of any, boolean, string, integer, float, number, object, structure, \
             and `bool` was given"
        );
    }

    #[test]
    fn a_compiled_program_and_a_changed_flag_say_the_same() {
        let metadata = |engine: &Engine| {
            let context = engine.context(&Attributes::new());
            let decision = engine.decide("on", &context, 0);
            let found = engine.resolution(&decision, Asked::Boolean, None).metadata;
            found.into_iter().skip(1).map(|(name, value)| (name.to_owned(), value)).collect::<Vec<_>>()
        };
        let engine = Engine::from_str(RULES).unwrap();
        assert_eq!(metadata(&engine).len(), 6);
        assert_eq!(metadata(&Engine::from_compiled(&engine.to_compiled()).unwrap()), metadata(&engine));
        let text = |owner: &str| {
            format!(r#"{{"cutover":1,"flags":{{"on":{{"owner":"{owner}","rules":[{{"serve":"on"}}]}}}}}}"#)
        };
        let before = Engine::from_str(&text("a")).unwrap();
        let after = before.apply(text("b").as_bytes()).unwrap();
        assert_eq!(metadata(&after), [("rule".to_owned(), 0.into()), ("owner".to_owned(), "b".into())]);
    }

    #[test]
    fn metadata_is_plain_and_leaves_the_engine_its_words() {
        let wrong = |metadata: &str| {
            let error = Engine::from_str(&format!("cutover: 1\nflags: {{ a: {{ metadata: {metadata} }} }}"));
            let problem = error.unwrap_err().diagnostics.remove(0);
            (problem.code, problem.path)
        };
        assert_eq!(wrong("{ digest: x }"), ("bad_name", "flags.a.metadata.digest".to_owned()));
        assert_eq!(wrong("{ list: [1] }"), ("wrong_type", "flags.a.metadata.list".to_owned()));
        assert_eq!(wrong("[1]"), ("wrong_type", "flags.a.metadata".to_owned()));
    }
}
