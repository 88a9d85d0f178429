//! Delivery policies, as hosts ask for them.

use crate::call::{Arguments, CallError};
use crate::engine::Engine;
use crate::value::Value;
use crate::wire::to_json;
use cutover_delivery::policy::Delivery;
use serde::Serialize;

/// The policy that a migration follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DeliveryPolicy<'a> {
    /// Its name; none where the migration names none, and all is as it is by default.
    pub policy: Option<&'a str>,
    /// What it says, with the defaults of what it does not say.
    #[serde(flatten)]
    pub delivery: Delivery,
}

impl Engine {
    /// The delivery policy of a name.
    ///
    /// ```
    /// use cutover::Engine;
    /// let engine = Engine::from_str("
    /// cutover: 1
    /// delivery:
    ///   mongo_writes: { attempts: 3, backoff: { base: 500ms, cap: 30s }, breaker: { failure_rate: 25% } }
    /// ")?;
    /// let policy = engine.delivery("mongo_writes").unwrap().delivery;
    /// assert_eq!((policy.retry.attempts, policy.retry.base_ms, policy.retry.factor), (3, 500, 2));
    /// assert_eq!(policy.breakers.new.unwrap().failure_rate, 250_000);
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn delivery(&self, policy: &str) -> Option<DeliveryPolicy<'_>> {
        let (name, delivery) = self.sections().delivery.get_key_value(policy)?;
        Some(DeliveryPolicy { policy: Some(name), delivery: *delivery })
    }

    /// The names of the delivery policies, sorted.
    pub fn deliveries(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sections().delivery.keys().map(String::as_str)
    }

    /// The delivery policy of a migration: the one that it names, or the default. None where there is no such migration.
    ///
    /// ```
    /// use cutover::Engine;
    /// let engine = Engine::from_str("
    /// cutover: 1
    /// delivery: { patient: { attempts: 9 } }
    /// migrations:
    ///   orders: { old: sql, new: mongo, ladder: standard, phase: sync, delivery: patient }
    ///   offers: { old: sql, new: mongo, ladder: standard, phase: sync }
    /// ")?;
    /// assert_eq!(engine.delivery_of("orders").unwrap().delivery.retry.attempts, 9);
    /// assert_eq!(engine.delivery_of("offers").unwrap().policy, None);
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn delivery_of(&self, migration: &str) -> Option<DeliveryPolicy<'_>> {
        let found = self.compiled_migrations().iter().find(|known| known.name == migration)?;
        let named = found.delivery.as_deref().and_then(|policy| self.delivery(policy));
        Some(named.unwrap_or(DeliveryPolicy { policy: None, delivery: Delivery::default() }))
    }
}

/// `delivery`: a policy by its name, or that of a migration.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let (policy, migration) = (given.take("policy"), given.take("migration"));
    given.finish()?;
    let found = match (&policy, &migration) {
        (Some(Value::Text(policy)), None) => engine
            .delivery(policy)
            .ok_or_else(|| CallError::unknown("delivery", "delivery policy", policy, engine.deliveries()))?,
        (None, Some(Value::Text(migration))) => engine.delivery_of(migration).ok_or_else(|| {
            let known = engine.compiled_migrations().iter().map(|known| known.name.as_str());
            CallError::unknown("delivery", "migration", migration, known)
        })?,
        _ => return Err(CallError::new("delivery: either `policy` or `migration` is given, a text")),
    };
    Ok(to_json(&found))
}

#[cfg(all(test, feature = "yaml"))]
mod tests {
    use super::*;

    const RULES: &str = "cutover: 1
delivery: { patient: { attempts: 9, backoff: { base: 2s } } }
migrations: { orders: { old: sql, new: mongo, ladder: standard, phase: sync, delivery: patient } }";

    #[test]
    fn a_policy_travels_in_a_compiled_program_and_through_a_change() {
        let engine = Engine::from_str(RULES).unwrap();
        let wanted = engine.delivery_of("orders").unwrap();
        assert_eq!((wanted.policy, wanted.delivery.retry.base_ms), (Some("patient"), 2_000));
        let loaded = Engine::from_compiled(&engine.to_compiled()).unwrap();
        assert_eq!(loaded.delivery_of("orders"), Some(wanted));
        let changed = engine.apply(RULES.replace("attempts: 9", "attempts: 7").as_bytes()).unwrap();
        assert_eq!(changed.delivery("patient").unwrap().delivery.retry.attempts, 7);
        assert_ne!(changed.digest(), engine.digest());
    }

    #[test]
    fn the_default_policy_is_within_its_limits() {
        assert_eq!(Delivery::default().check(), Ok(()));
        let engine = Engine::from_str("cutover: 1\ndelivery: { p: { breaker: {}, budget: {} } }").unwrap();
        assert_eq!(engine.delivery("p").unwrap().delivery.check(), Ok(()));
    }

    #[test]
    fn what_cannot_be_asked_is_said() {
        let engine = Engine::from_str(RULES).unwrap();
        let refused = |arguments| {
            let error = engine.call("delivery", arguments).unwrap_err();
            (error.code(), error.to_string())
        };
        let either = "delivery: either `policy` or `migration` is given, a text".to_owned();
        for arguments in ["{}", r#"{"policy":"patient","migration":"orders"}"#, r#"{"policy":1}"#] {
            assert_eq!(refused(arguments), ("bad_argument", either.clone()), "{arguments}");
        }
        let unknown = |what, name, known| {
            ("unknown_name", format!("delivery: the ruleset has no {what} `{name}` (it has `{known}`)"))
        };
        assert_eq!(refused(r#"{"policy":"orders"}"#), unknown("delivery policy", "orders", "patient"));
        assert_eq!(refused(r#"{"migration":"order"}"#), unknown("migration", "order", "orders"));
    }
}
