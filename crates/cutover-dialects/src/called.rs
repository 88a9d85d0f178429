//! How a call of a foreign evaluation maps to one of Cutover: its context to attributes, its reasons to theirs.

use crate::Dialect;
use crate::json;
use cutover::{Attributes, Decision, Reason, Value};
use serde_json::Value as Json;

/// A foreign call, as the engine takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// What is known of the request.
    pub attributes: Attributes,
    /// The instant that the context itself names, in milliseconds since the epoch.
    pub now_ms: Option<i64>,
}

/// Turns the context of a foreign call into attributes.
///
/// - Eppo: `{"subjectKey", "subjectAttributes"}`, Datadog: `{"targetingKey", "attributes"}`. The subject is the
///   attribute `targetingKey`, and `id` where there is no attribute of that name. Attributes are texts, numbers and
///   booleans; anything else is left out.
/// - Unleash: the fields and `properties` side by side; a field that is null or missing is taken from `properties`.
///   `currentTime` is the instant.
/// - LaunchDarkly: a mapping for each kind under the name of the kind, and `kind`, the name or the names; a user without
///   a kind has the kind `user`, and what is `custom` beside the rest. `anonymous` is always there. In names of kinds and
///   attributes `~` is `~0` and a dot `~2`, for a dot leads into a mapping.
/// - flagd, and GrowthBook with its attributes: the context as it is.
///
/// Anything but a mapping is a context without attributes.
///
/// ```
/// use cutover::Attributes;
/// use cutover_dialects::{Dialect, context};
/// let call = context(Dialect::Unleash, &serde_json::json!({
///     "userId": "7", "currentTime": "2026-01-01T00:00:00Z", "properties": { "tier": "premium" },
/// }));
/// assert_eq!(call.attributes, Attributes::new().with("userId", "7").with("tier", "premium"));
/// assert_eq!(call.now_ms, Some(1_767_225_600_000));
/// ```
#[must_use]
pub fn context(dialect: Dialect, context: &Json) -> Called {
    match dialect {
        Dialect::Eppo => subject(context, "subjectKey", "subjectAttributes"),
        Dialect::Datadog => subject(context, "targetingKey", "attributes"),
        Dialect::Unleash => unleash(context),
        Dialect::FlagdV2 | Dialect::FlagdV3 | Dialect::GrowthBook => Called {
            attributes: Attributes::from_value(json::plain(context)).unwrap_or_default(),
            now_ms: None,
        },
        Dialect::LaunchDarkly => crate::launchdarkly::called(context),
    }
}

fn subject(context: &Json, key: &str, attributes: &str) -> Called {
    let mut known = Attributes::new();
    let mut names_itself = false;
    for (name, value) in context.get(attributes).and_then(Json::as_object).into_iter().flatten() {
        names_itself |= name == "id";
        let value = json::plain(value);
        if !matches!(value, Value::List(_) | Value::Map(_)) {
            known = known.with(name.as_str(), value);
        }
    }
    if let Some(subject) = json::text(context, key) {
        if !names_itself {
            known = known.with("id", subject);
        }
        known = known.with("targetingKey", subject);
    }
    Called { attributes: known, now_ms: None }
}

fn unleash(context: &Json) -> Called {
    let mut known = Attributes::new();
    let properties = context.get("properties").and_then(Json::as_object).into_iter().flatten();
    let fields = context.as_object().into_iter().flatten();
    for (name, value) in properties.chain(fields) {
        if name != "properties" && name != "currentTime" && !value.is_null() {
            known = known.with(name.as_str(), json::plain(value));
        }
    }
    let now = json::text(context, "currentTime").and_then(json::nanoseconds);
    let now_ms = now.and_then(|now| i64::try_from(now.div_euclid(1_000_000)).ok());
    Called { attributes: known, now_ms }
}

/// The value of a decision as the foreign system has it; none where the caller's own default applies.
///
/// Where a foreign system fails after it chose, and serves the caller's default, an imported ruleset serves null.
///
/// ```
/// use cutover::{Attributes, Engine};
/// let ruleset = "cutover: 1\nflags: { a: { variants: { none: null }, rules: [{ serve: none }] } }";
/// let engine = Engine::from_str(ruleset)?;
/// let context = engine.context(&Attributes::new());
/// assert_eq!(cutover_dialects::value(&engine.decide("a", &context, 0)), None);
/// # Ok::<(), cutover::LoadError>(())
/// ```
#[must_use]
pub fn value<'a>(decision: &Decision<'a>) -> Option<&'a Value> {
    decision.value.filter(|value| **value != Value::Null)
}

/// The reason that the foreign system gives for a decision.
///
/// A flag that never serves a value of its own is `STATIC` here, and `DEFAULT` there. flagd has no reason of its own for a
/// share or a split.
///
/// ```
/// use cutover::{Attributes, Engine};
/// use cutover_dialects::{Dialect, reason};
/// let engine = Engine::from_str("cutover: 1\nflags: { a: { rules: [{ serve: { rollout: 50%, by: id } }] } }")?;
/// let context = engine.context(&Attributes::new().with("id", "ada"));
/// assert_eq!(reason(Dialect::FlagdV3, &engine.decide("a", &context, 0)), "TARGETING_MATCH");
/// assert_eq!(reason(Dialect::Datadog, &engine.decide("a", &context, 0)), "SPLIT");
/// # Ok::<(), cutover::LoadError>(())
/// ```
#[must_use]
pub fn reason(dialect: Dialect, decision: &Decision<'_>) -> &'static str {
    match (dialect, decision.reason) {
        (Dialect::FlagdV2 | Dialect::FlagdV3, Reason::Split) => Reason::TargetingMatch.name(),
        (_, Reason::Static) if value(decision).is_none() => Reason::Default.name(),
        (_, reason) => reason.name(),
    }
}
