//! Rulesets and contexts made to hurt: each is refused with its reason, or answered, in good time.

use cutover::{Attributes, Engine, ErrorCode, Value};
use std::fmt::Write as _;

/// The codes of the errors that a text is refused for.
fn refused(text: &[u8]) -> Vec<&'static str> {
    match Engine::from_bytes(text) {
        Ok(_) => Vec::new(),
        Err(refused) => refused.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code).collect(),
    }
}

#[test]
fn a_hundred_megabytes_are_refused_unread() {
    assert_eq!(refused(&vec![b' '; 100 * 1024 * 1024]), ["document_too_large"]);
}

#[test]
fn a_million_levels_are_refused() {
    for open in ["[", "{\"a\":", "- ", "{a: "] {
        let codes = refused(format!("cutover: 1\nflags: {}", open.repeat(1_000_000)).as_bytes());
        assert!(!codes.is_empty(), "{open}");
        let codes = refused(format!("{{\"flags\":{}", open.repeat(1_000_000)).as_bytes());
        assert!(!codes.is_empty(), "{open}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(refused(b"cutover: 1\nflags: { \xff\xfe: {} }"), ["not_utf8"]);
    assert_eq!(refused(b"{\"cutover\":1,\"flags\":{\"\\ud800\":{}}}"), ["lone_surrogate"]);
}

#[test]
fn flags_that_ask_each_other_exponentially_are_refused() {
    let mut text = "cutover: 1\nflags:\n  f0: { rules: [{ serve: on }] }\n".to_owned();
    for level in 1..30 {
        let asked = vec![format!("{{ flag: f{}, is: on }}", level - 1); 20].join(", ");
        writeln!(text, "  f{level}: {{ requires: [{asked}], rules: [{{ serve: on }}] }}").unwrap();
    }
    assert!(refused(text.as_bytes()).contains(&"too_expensive"));
}

#[test]
fn a_chain_of_ten_thousand_flags_is_refused_and_a_circle_of_them_too() {
    let chain = |last: &str| {
        let mut text = format!("cutover: 1\nflags:\n  f0: {{ requires: [{last}] }}\n");
        for level in 1..10_000 {
            writeln!(text, "  f{level}: {{ requires: [{{ flag: f{}, is: on }}] }}", level - 1).unwrap();
        }
        refused(text.as_bytes())
    };
    assert!(chain("").iter().all(|code| *code == "nested_too_deep"));
    assert_eq!(chain("{ flag: f9999, is: on }"), ["cycle"]);
}

#[test]
fn conditions_nested_too_deep_are_refused_and_others_answered() {
    let nested = |levels: usize| {
        let mut text = "{ attribute: a, is: 1 }".to_owned();
        for _ in 0..levels {
            text = format!("{{ any: [{text}, {{ not: {{ attribute: b, exists: false }} }}] }}");
        }
        format!("cutover: 1\nflags: {{ f: {{ rules: [{{ if: {text}, serve: on }}] }} }}")
    };
    assert!(refused(nested(24).as_bytes()).contains(&"nested_too_deep"));
    let engine = Engine::from_str(&nested(22)).unwrap();
    assert!(engine.is_enabled("f", &engine.context(&Attributes::new().with("a", 1)), 0));
    assert!(engine.is_enabled("f", &engine.context(&Attributes::new().with("b", 1)), 0));
    assert!(!engine.is_enabled("f", &engine.context(&Attributes::new()), 0));
}

#[test]
fn regular_expressions_are_bounded() {
    let with = |regex: &str| {
        format!(
            "{{\"cutover\":1,\"flags\":{{\"f\":{{\"rules\":[{{\"if\":{{\"attribute\":\"a\",\"matches\":\"{regex}\"}},\"serve\":\"on\"}}]}}}}}}"
        )
    };
    assert_eq!(refused(with(&"a".repeat(2000)).as_bytes()), ["regex_too_large"]);
    assert_eq!(refused(with("((((a{50}){50}){50}){50})").as_bytes()), ["regex_too_large"]);
    assert_eq!(refused(with("(a").as_bytes()), ["bad_regex"]);
    assert_eq!(refused(with("(?=a)").as_bytes()), ["bad_regex"]);
    // The classic of catastrophic backtracking, and an input too long to be tried.
    let engine = Engine::from_str(&with("^(a+)+$")).unwrap();
    let decide =
        |text: String| engine.is_enabled("f", &engine.context(&Attributes::new().with("a", text)), 0);
    assert!(!decide(format!("{}!", "a".repeat(4000))));
    assert!(decide("a".repeat(4000)) && !decide("a".repeat(5000)));
}

#[test]
fn numbers_that_are_none_have_no_bucket_and_match_nothing() {
    let engine = Engine::from_str(
        "cutover: 1\nflags: { f: { rules: [{ if: { attribute: a, above: 1 }, serve: on }, { if: { not: { attribute: a, above: 1 } }, serve: on }, { serve: { rollout: 50%, by: a } }] } }",
    )
    .unwrap();
    for (number, error) in
        [(f64::NAN, ErrorCode::InvalidContext), (f64::NEG_INFINITY, ErrorCode::InvalidContext)]
    {
        let decision = engine.decide("f", &engine.context(&Attributes::new().with("a", number)), 0);
        if number.is_nan() {
            assert_eq!(decision.error, Some(error));
        } else {
            assert_eq!(decision.rule, Some(1), "minus infinity is not above 1");
        }
    }
    assert!(
        refused(b"cutover: 1\nflags: { f: { rules: [{ if: { attribute: a, is: .nan }, serve: on }] } }")
            .contains(&"not_finite")
    );
}

#[test]
fn a_context_of_another_ruleset_is_an_error_and_no_guess() {
    let one =
        Engine::from_str("cutover: 1\nflags: { f: { rules: [{ if: { attribute: a, is: x }, serve: on }] } }")
            .unwrap();
    let two =
        Engine::from_str("cutover: 1\nflags: { f: { rules: [{ if: { attribute: b, is: x }, serve: on }] } }")
            .unwrap();
    let context = one.context(&Attributes::new().with("a", "x"));
    assert!(one.is_enabled("f", &context, 0));
    assert_eq!(two.decide("f", &context, 0).error, Some(ErrorCode::InvalidContext));
}

#[test]
fn a_long_list_costs_as_much_as_a_short_one_to_ask_and_is_right() {
    let ids: Vec<String> = (0..100_000).map(|id| format!("\"user_{id}\"")).collect();
    let engine = Engine::from_str(&format!(
        "{{\"cutover\":1,\"flags\":{{\"f\":{{\"rules\":[{{\"if\":{{\"attribute\":\"a\",\"in\":[{}]}},\"serve\":\"on\"}}]}}}}}}",
        ids.join(",")
    ))
    .unwrap();
    let inside =
        |value: Value| engine.is_enabled("f", &engine.context(&Attributes::new().with("a", value)), 0);
    assert!((0..100_000).step_by(997).all(|id| inside(format!("user_{id}").into())));
    assert!(!inside("user_100000".into()) && !inside(Value::Int(1)));
}

#[test]
fn everything_wrong_is_said_at_once() {
    let text = "cutover: 1\nflgs: {}\nflags:\n  a:\n    rules:\n      - { if: { attribute: x, iss: 1 }, serve: on }\n      - { serve: { rollout: 120% } }\n      - { serve: onn }\n";
    let Err(refused) = Engine::from_str(text) else { panic!("accepted") };
    let told: Vec<String> = refused.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "error[unknown_key] 2:1 flgs: `flgs` is not a key known here (did you mean `flags`?)",
            "error[unknown_operator] 6:31 flags.a.rules[0].if: `iss` is no operator (did you mean `is`?)",
            "error[bad_percentage] 7:29 flags.a.rules[1].serve.rollout: a percentage is not above 100%",
            "error[unknown_variant] 8:18 flags.a.rules[2].serve: there is no variant `onn` (did you mean `on`?)",
        ]
    );
}

#[test]
fn a_million_wrong_items_are_told_in_part() {
    let text = format!("{{\"cutover\":1,\"flags\":{{\"f\":{{\"rules\":[{}1]}}}}}}", "1,".repeat(1_000_000));
    let Err(refused) = Engine::from_str(&text) else { panic!("accepted") };
    assert_eq!(refused.diagnostics.len(), 10_001);
    assert_eq!(refused.diagnostics.last().map(|last| last.code), Some("too_many_problems"));
}
