//! Tests of single conditions and shares, asked through an engine.

use cutover::{Attributes, Engine, Step, Value};
use serde_json::json;

/// What a test says of the attribute `v`: neither it nor its opposite matches where it is unknown.
fn holds(operator: &str, operand: serde_json::Value, value: Value) -> Option<bool> {
    let test = json!({ "attribute": "v", operator: operand });
    let flag = |condition| json!({ "rules": [{ "if": condition, "serve": "on" }] });
    let flags = json!({ "is": flag(test.clone()), "is_not": flag(json!({ "not": test })) });
    let engine = Engine::from_str(&json!({ "cutover": 1, "flags": flags }).to_string()).unwrap();
    let context = engine.context(&Attributes::new().with("v", value));
    match (engine.is_enabled("is", &context, 0), engine.is_enabled("is_not", &context, 0)) {
        (false, false) => None,
        (is, is_not) => {
            assert_ne!(is, is_not);
            Some(is)
        }
    }
}

fn version(range: &str, version: &str) -> Option<bool> {
    holds("semver", json!(range), version.into())
}

#[test]
fn precedence_of_versions_is_that_of_the_specification() {
    let order = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
    ];
    for pair in order.windows(2) {
        assert_eq!(version(&format!("<{}", pair[1]), pair[0]), Some(true), "{pair:?}");
        assert_eq!(version(&format!("<={}", pair[0]), pair[1]), Some(false), "{pair:?}");
    }
    assert_eq!(version("1.0.0+b1", "1.0.0+b2"), Some(true));
}

#[test]
fn ranges_hold_what_they_say() {
    let cases = [
        ("^1.2.3", "1.9.0", true),
        ("^1.2.3", "2.0.0-rc.1", false),
        ("^0.2.3", "0.3.0", false),
        ("~1.2.3", "1.2.9", true),
        ("~1.2.3", "1.3.0", false),
        (">=1.0.0 <2.0.0 || 3.0.0", "3.0.0", true),
        (">=1.0.0,<2.0.0", "2.0.0", false),
    ];
    for (range, given, inside) in cases {
        assert_eq!(version(range, given), Some(inside), "{range} {given}");
    }
    for not_a_version in ["v1.2.3", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "", "1.2.x"] {
        assert_eq!(version("^1.2.3", not_a_version), None, "{not_a_version}");
    }
}

#[test]
fn addresses_lie_in_networks() {
    let cases = [
        ("10.0.0.0/8", "10.255.0.1", Some(true)),
        ("10.0.0.0/8", "11.0.0.1", Some(false)),
        ("10.0.0.0/8", "::ffff:10.0.0.1", Some(true)),
        ("0.0.0.0/0", "255.255.255.255", Some(true)),
        ("0.0.0.0/0", "2001:db8::1", Some(false)),
        ("2001:db8::/32", "2001:db8:ffff::", Some(true)),
        ("192.168.1.7", "192.168.1.7", Some(true)),
        ("10.0.0.0/8", "not an address", None),
    ];
    for (network, address, inside) in cases {
        assert_eq!(holds("cidr", json!([network]), address.into()), inside, "{network} {address}");
    }
}

#[test]
fn sets_of_any_size_hold_what_they_hold() {
    for size in [1, 3, 4, 5, 6, 100, 1000] {
        let texts: Vec<String> = (0..size).map(|number| format!("text {number}")).collect();
        let list =
            json!(texts.iter().cloned().chain(["".into(), "a".into(), "é".into()]).collect::<Vec<_>>());
        for text in texts.iter().map(String::as_str).chain(["", "a", "é"]) {
            assert_eq!(holds("in", list.clone(), text.into()), Some(true), "{size} {text}");
        }
        for text in ["text", "text 1001", "b", "ab", "a\0", "text 00"] {
            assert_eq!(holds("in", list.clone(), text.into()), Some(false), "{size} {text}");
        }
    }
    let mixed = json!([1, -7, 0.5, 1e300, true, "1"]);
    for inside in
        [Value::Int(1), Value::Int(-7), Value::Float(0.5), Value::Float(1e300), true.into(), "1".into()]
    {
        assert_eq!(holds("in", mixed.clone(), inside.clone()), Some(true), "{inside:?}");
    }
    for outside in [Value::Int(7), Value::Float(1.5), false.into(), "0.5".into()] {
        assert_eq!(holds("in", mixed.clone(), outside.clone()), Some(false), "{outside:?}");
    }
    assert_eq!(holds("in", mixed.clone(), Value::Float(f64::NAN)), None);
    assert_eq!(holds("in", mixed, Value::List(vec![1.into()])), None);
}

#[test]
fn a_ramp_is_a_straight_line_between_its_points() {
    let ramp = json!([{ "at": 1000, "to": "1%" }, { "at": 2000, "to": "100%" }, { "at": 2000, "to": "50%" }]);
    let rules = json!([{ "serve": { "ramp": ramp, "by": "u" } }]);
    let ruleset = json!({ "cutover": 1, "flags": { "f": { "rules": rules } } }).to_string();
    let engine = Engine::from_str(&ruleset).unwrap();
    let context = engine.context(&Attributes::new().with("u", "x"));
    let share = |now_ms| {
        let explanation = engine.explain("f", &context, now_ms);
        explanation.steps.iter().find_map(|step| match step {
            Step::Share { share_ppm, .. } => Some(*share_ppm),
            _ => None,
        })
    };
    let cases = [
        (999, 0),
        (1000, 10_000),
        (1001, 10_990),
        (1500, 505_000),
        (1999, 999_010),
        (2000, 500_000),
        (i64::MAX, 500_000),
        (i64::MIN, 0),
    ];
    for (now_ms, ppm) in cases {
        assert_eq!(share(now_ms), Some(ppm), "{now_ms}");
    }
}
