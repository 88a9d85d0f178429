//! Deciding from attributes that stay where the caller has them.

use crate::context::{AttributeId, Attributes, ContextView};
use crate::decision::{Decision, ErrorCode};
use crate::engine::Engine;
use crate::value::{Value, ValueRef};

/// Whoever knows the attributes of a request by their paths: a list of names and values, [`Attributes`], or a type of
/// the caller's own, which then tells its fields without a list in between.
///
/// ```
/// use cutover::{AttributeSource, Engine, ValueRef};
/// struct Request { user_id: String, seats: i64 }
/// impl AttributeSource for Request {
///     fn attribute(&self, path: &str) -> ValueRef<'_> {
///         match path {
///             "userId" => self.user_id.as_str().into(),
///             "tenant.seats" => self.seats.into(),
///             _ => ValueRef::Missing,
///         }
///     }
/// }
/// let engine = Engine::from_str(
///     "cutover: 1\nflags: { beta: { rules: [{ if: { attribute: tenant.seats, above: 10 }, serve: on }] } }",
/// )?;
/// let request = Request { user_id: "user_123".to_owned(), seats: 12 };
/// assert!(engine.given(&request).is_enabled("beta", 0));
/// # Ok::<(), cutover::LoadError>(())
/// ```
pub trait AttributeSource {
    /// The value at a path as the ruleset spells it, such as `tenant.tier`; [`ValueRef::Missing`] where there is none.
    /// It is asked for the attributes that a flag reads, when they are needed, perhaps more than once, and has to answer
    /// alike for as long as a decision takes.
    fn attribute(&self, path: &str) -> ValueRef<'_>;
}

/// Names as rulesets spell paths (`tenant.tier`), and values; of a name that is there twice the last one counts, as in
/// [`Attributes`].
impl AttributeSource for [(&str, ValueRef<'_>)] {
    #[inline]
    fn attribute(&self, path: &str) -> ValueRef<'_> {
        self.iter().rev().find(|(name, _)| *name == path).map_or(ValueRef::Missing, |(_, value)| *value)
    }
}

impl<const COUNT: usize> AttributeSource for [(&str, ValueRef<'_>); COUNT] {
    #[inline]
    fn attribute(&self, path: &str) -> ValueRef<'_> {
        self.as_slice().attribute(path)
    }
}

impl AttributeSource for Attributes {
    fn attribute(&self, path: &str) -> ValueRef<'_> {
        self.get(path)
    }
}

/// A value as the engine reads it.
impl<'a> From<&'a Value> for ValueRef<'a> {
    #[inline]
    fn from(value: &'a Value) -> Self {
        value.as_ref()
    }
}

/// An engine, and attributes that are given to it by reference: nothing is copied, looked up ahead or allocated.
///
/// Made by [`Engine::given`]. One decision costs less than with a [`Context`](crate::Context) that has to be made for it;
/// who decides many flags for one request prepares a context. It is a [`ContextView`], so that it can be explained, and
/// asked for a migration, too.
///
/// ```
/// use cutover::{Engine, Reason};
/// let engine = Engine::from_str(
///     "cutover: 1\nflags: { beta: { rules: [{ if: { attribute: tenant.tier, is: premium }, serve: on }] } }",
/// )?;
/// let (user_id, tier) = (String::from("user_123"), String::from("premium"));
/// let attributes = [("userId", user_id.as_str().into()), ("tenant.tier", tier.as_str().into())];
/// let given = engine.given(&attributes);
/// assert!(given.is_enabled("beta", 0));
/// assert_eq!(given.decide("beta", 0).reason, Reason::TargetingMatch);
/// let explained = engine.flag("beta").map(|flag| engine.explain_view(flag, &given, 0));
/// assert!(explained.is_some_and(|explained| !explained.steps.is_empty()));
/// # Ok::<(), cutover::LoadError>(())
/// ```
#[derive(Debug)]
pub struct Given<'a, S: ?Sized> {
    engine: &'a Engine,
    source: &'a S,
}

impl<S: ?Sized> Copy for Given<'_, S> {}

impl<S: ?Sized> Clone for Given<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: AttributeSource + ?Sized> ContextView for Given<'_, S> {
    #[inline]
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        let path = self.engine.attributes().get(attribute.index());
        path.map_or(ValueRef::Missing, |path| self.source.attribute(path))
    }
}

impl<'a, S: AttributeSource + ?Sized> Given<'a, S> {
    #[inline]
    pub(crate) fn new(engine: &'a Engine, source: &'a S) -> Self {
        Self { engine, source }
    }

    /// Whether a flag serves `true` at `now_ms`, milliseconds since the epoch, as [`Engine::is_enabled`] says.
    #[must_use]
    pub fn is_enabled(&self, flag: &str, now_ms: i64) -> bool {
        let Some(flag) = self.engine.flag(flag) else { return false };
        let packed = self.engine.program().packed(flag.0, self, now_ms);
        matches!(self.engine.served(flag.0, packed), Some(Value::Bool(true)))
    }

    /// Decides a flag at `now_ms`, milliseconds since the epoch, as [`Engine::decide`] does. It does not allocate.
    #[must_use]
    pub fn decide(&self, flag: &'a str, now_ms: i64) -> Decision<'a> {
        match self.engine.flag(flag) {
            Some(id) => self.engine.decision(id, self.engine.outcome(id, self, now_ms)),
            None => self.engine.no_decision(flag, ErrorCode::FlagNotFound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Attributes, Engine};
    use crate::value::Value;

    const TEXT: &str = "cutover: 1
flags:
  beta:
    rules:
      - { if: { attribute: country, in: [NZ, FR] }, serve: on }
      - { if: { attribute: tenant.seats, above: 10 }, serve: on }
      - { if: { attribute: tags, contains: internal }, serve: on }
      - { if: { attribute: tenant, exists: true }, serve: off }
      - { serve: { rollout: 50%, by: userId } }
  needs: { requires: [{ flag: beta, is: on }], rules: [{ serve: on }] }
";

    #[test]
    fn what_is_given_decides_as_a_prepared_context() {
        let engine = Engine::from_str(TEXT).unwrap();
        let tags = Value::from(vec!["internal", "other"]);
        for seats in [Value::Null, Value::from(9), Value::from(10.5), Value::from("11")] {
            for (country, user) in [("FR", "u1"), ("DE", "u2"), ("", "u3"), ("DE", "")] {
                for tags in [&Value::Null, &tags] {
                    let attributes = Attributes::new()
                        .with("country", country)
                        .with("tenant.seats", seats.clone())
                        .with("tags", tags.clone())
                        .with("userId", user);
                    let listed = [
                        ("country", "NZ".into()),
                        ("tenant.seats", (&seats).into()),
                        ("tags", tags.into()),
                        ("country", country.into()),
                        ("userId", user.into()),
                    ];
                    let context = engine.context(&attributes);
                    for flag in ["beta", "needs", "none"] {
                        let expected = engine.decide(flag, &context, 0);
                        assert_eq!(engine.given(&listed).decide(flag, 0), expected);
                        assert_eq!(engine.given(listed.as_slice()).decide(flag, 0), expected);
                        assert_eq!(engine.given(&attributes).decide(flag, 0), expected);
                        let on = engine.is_enabled(flag, &context, 0);
                        assert_eq!(engine.given(&listed).is_enabled(flag, 0), on);
                    }
                }
            }
        }
    }

    #[test]
    fn a_mapping_is_there_and_nested_attributes_are_found() {
        let engine = Engine::from_str(TEXT).unwrap();
        let attributes = Attributes::from_json(r#"{"tenant":{"seats":11},"userId":"u1"}"#).unwrap();
        assert!(engine.given(&attributes).is_enabled("beta", 0));
        let attributes = Attributes::from_json(r#"{"tenant":{"seats":1},"userId":"u1"}"#).unwrap();
        assert_eq!(engine.given(&attributes).decide("beta", 0).rule, Some(3));
    }
}
