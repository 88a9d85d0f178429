//! The ruleset of the design, whole, and what it decides.

use cutover::{Attributes, Engine, Reason, Value};

const RULESET: &str = include_str!("rulesets/design.yaml");

fn engine() -> Engine {
    Engine::from_str(RULESET).unwrap_or_else(|refused| panic!("{refused}"))
}

#[test]
fn the_design_loads_with_warnings_only_for_what_is_not_built() {
    let codes: Vec<(&str, String)> = engine().warnings(0).iter().map(|w| (w.code, w.path.clone())).collect();
    assert!(codes.iter().all(|(code, _)| *code != "section_without_effect"), "{codes:?}");
}

#[test]
fn its_gate_acts() {
    use cutover::gates::{Log, Observation, Verdict};
    let engine = engine();
    let gate = engine.gate("v2_step").unwrap();
    let mut log = Log::new(gate);
    let seen = |error_rate| {
        let values = [
            ("precision", 0.951),
            ("p95_response_time_ms", 87.0),
            ("error_rate", error_rate),
            ("fallback_rate", 0.003),
        ];
        values.map(|(metric, value)| Observation::value(metric, 0, value)).to_vec()
    };
    assert_eq!(log.evaluate(gate, seen(0.0004), 0).unwrap().verdict, Verdict::Pass);
    assert_eq!(Log::new(gate).evaluate(gate, seen(0.001), 0).unwrap().verdict, Verdict::Fail);
    assert_eq!(Log::new(gate).evaluate(gate, seen(f64::NAN), 0).unwrap().verdict, Verdict::Error);
}

#[test]
fn its_comparator_and_its_path_table_act() {
    let engine = engine();
    let (old, new) = (br#"{"_id":1,"is_open":1,"price":1.00001}"#, br#"{"isOpen":true,"price":1}"#);
    assert!(engine.compare("offers", old, new).unwrap().unwrap().is_match());
    let request = cutover::paths::Request::new("GET", "/api/products/7").unwrap();
    let found = engine.path_table("api").unwrap().find(&request, 0).unwrap();
    assert_eq!((found.service(), found.is_migrated()), ("product-service-mongo", true));
}

#[test]
fn its_delivery_policy_is_read() {
    let engine = engine();
    let policy = engine.delivery("mongo_writes").unwrap().delivery;
    assert_eq!((policy.retry.attempts, policy.retry.base_ms, policy.retry.cap_ms), (5, 1_000, 60_000));
    let breaker = policy.breakers.old.unwrap();
    assert_eq!((breaker.failure_rate, breaker.min_calls, breaker.open_for_ms), (500_000, 100, 60_000));
    assert_eq!(engine.delivery_of("recruiters").unwrap().policy, None);
}

#[test]
fn orders_are_decided_rule_by_rule() {
    let engine = engine();
    let decide = |attributes: Attributes| {
        let context = engine.context(&attributes);
        let decision = engine.decide("orders_mongodb", &context, 0);
        (decision.value == Some(&Value::Bool(true)), decision.reason, decision.rule)
    };
    assert_eq!(decide(Attributes::new().with("userId", "user_123")), (true, Reason::TargetingMatch, Some(0)));
    let premium = Attributes::new().with("userId", "u1").with("tenant.tier", "premium");
    assert_eq!(decide(premium), (true, Reason::TargetingMatch, Some(1)));
    assert_eq!(decide(Attributes::new()), (false, Reason::Error, Some(2)));
}

#[test]
fn half_of_many_units_are_in_a_rollout_of_half() {
    let engine = engine();
    let on = (0..20_000)
        .filter(|unit| {
            let context = engine.context(&Attributes::new().with("userId", format!("unit {unit}")));
            engine.is_enabled("orders_mongodb", &context, 0)
        })
        .count();
    // Five standard deviations of a binomial draw.
    assert!((9_646..=10_354).contains(&on), "{on}");
}

#[test]
fn a_window_crosses_midnight_on_the_clock_of_paris() {
    let engine = engine();
    let context = engine.context(&Attributes::new());
    let at = |instant: &str| {
        let now = instant.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        engine.is_enabled("night_analytics", &context, now)
    };
    assert!(!at("2026-07-01T19:59:59Z") && at("2026-07-01T20:00:00Z"), "22:00 in summer is 20:00 UTC");
    assert!(!at("2026-01-01T20:59:59Z") && at("2026-01-01T21:00:00Z"), "22:00 in winter is 21:00 UTC");
    assert!(at("2026-07-02T03:59:59Z") && !at("2026-07-02T04:00:00Z"));
}
