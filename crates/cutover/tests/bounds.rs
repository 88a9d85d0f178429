//! What one ruleset may take at the most, however it is written: it is refused, or loads and decides soon.

use cutover::{Attributes, Engine};
use std::fmt::Write as _;

/// The codes of the errors that a text is refused for.
fn refused(text: &str) -> Vec<&'static str> {
    match Engine::from_str(text) {
        Ok(_) => Vec::new(),
        Err(refused) => refused.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code).collect(),
    }
}

/// A ruleset of one flag that asks a segment so many times.
fn asked(times: usize, condition: &str) -> String {
    let ask = vec![r#"{"segment":"s"}"#; times].join(",");
    format!(
        r#"{{"cutover":1,"segments":{{"s":{{"if":{condition}}}}},
            "flags":{{"f":{{"rules":[{{"if":{{"any":[{ask}]}},"serve":"on"}}]}}}}}}"#
    )
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(|number| format!("\"{}\"", item(number))).collect::<Vec<_>>().join(",")
}

#[test]
fn long_lists_asked_again_and_again_are_refused() {
    let texts = list(20_000, |number| format!("text {number}"));
    let networks = list(20_000, |number| format!("10.{}.{}.0/24", number / 256, number % 256));
    let versions = vec![">=1.0.0 <2.0.0"; 5000].join(" || ");
    for test in [
        format!("\"starts_with\":[{texts}]"),
        format!("\"ends_with\":[{texts}]"),
        format!("\"contains\":[{texts}]"),
        format!("\"cidr\":[{networks}]"),
        format!("\"semver\":\"{versions}\""),
        "\"matches\":\"[ab].{900}c\"".to_owned(),
    ] {
        let condition = format!("{{\"attribute\":\"a\",{test}}}");
        assert_eq!(refused(&asked(1, &condition)), [""; 0], "{}", &test[..20]);
        assert_eq!(refused(&asked(200, &condition)), ["too_expensive"], "{}", &test[..20]);
    }
    // A set is asked in one step, however long it is.
    assert_eq!(refused(&asked(200, &format!("{{\"attribute\":\"a\",\"in\":[{texts}]}}"))), [""; 0]);
}

#[test]
fn flags_that_are_expensive_together_are_refused() {
    let part = vec![r#"{"attribute":"a","exists":true}"#; 30_000].join(",");
    let ruleset = |flags: usize| {
        let mut text = format!(r#"{{"cutover":1,"segments":{{"s":{{"if":{{"any":[{part}]}}}}}},"flags":{{"#);
        for number in 0..flags {
            let comma = if number == 0 { "" } else { "," };
            write!(text, r#"{comma}"f{number}":{{"rules":[{{"if":{{"segment":"s"}},"serve":"on"}}]}}"#)
                .unwrap();
        }
        text + "}}"
    };
    assert_eq!(refused(&ruleset(100)), [""; 0]);
    assert_eq!(refused(&ruleset(3000)), ["too_expensive"]);
    // What loads can be compiled, and loads again.
    let engine = Engine::from_str(&ruleset(100)).unwrap();
    assert!(Engine::from_compiled(&engine.to_compiled()).is_ok());
}

/// Flags of a regular expression each.
fn patterns(count: usize, pattern: impl Fn(usize) -> String) -> String {
    let flag = |number: usize| {
        let pattern = pattern(number);
        format!(
            r#""f{number}":{{"rules":[{{"if":{{"attribute":"a","matches":"{pattern}"}},"serve":"on"}}]}}"#
        )
    };
    let flags: Vec<String> = (0..count).map(flag).collect();
    format!(r#"{{"cutover":1,"flags":{{{}}}}}"#, flags.join(","))
}

#[test]
fn regular_expressions_that_are_large_together_are_refused() {
    assert_eq!(refused(&patterns(20_000, |number| format!("^{number}.{{900}}$"))), ["regex_too_large"; 1]);
}

#[test]
fn regular_expressions_that_take_long_together_become_steps_and_decide_the_same() {
    let ruleset = patterns(1200, |number| format!("^(a|b)*[ab].{{7}}{number}$"));
    let engine = Engine::from_str(&ruleset).unwrap();
    let again = Engine::from_compiled(&engine.to_compiled()).unwrap();
    for number in [0, 600, 1199] {
        let (flag, text) = (format!("f{number}"), format!("aba1234567{number}"));
        for engine in [&engine, &again] {
            let on =
                |text: &str| engine.is_enabled(&flag, &engine.context(&Attributes::new().with("a", text)), 0);
            assert!(on(&text), "{number}");
            assert!(!on(&format!("{text} ")), "{number}");
        }
    }
}

#[test]
fn thousands_of_rules_that_serve_thousands_of_variants_are_read() {
    let variants: Vec<String> = (0..4094).map(|number| format!("\"v{number}\":{number}")).collect();
    let rules: Vec<String> = (0..4094)
        .map(|number| format!(r#"{{"if":{{"attribute":"a","is":{number}}},"serve":"v{number}"}}"#))
        .collect();
    let text = format!(
        r#"{{"cutover":1,"flags":{{"f":{{"variants":{{{}}},"rules":[{}]}}}}}}"#,
        variants.join(","),
        rules.join(",")
    );
    let engine = Engine::from_str(&text).unwrap();
    let context = engine.context(&Attributes::new().with("a", 4093));
    assert_eq!(engine.decide("f", &context, 0).variant, Some("v4093"));
    assert_eq!(refused(&text.replace(r#""serve":"v77"}"#, r#""serve":"v7777"}"#)), ["unknown_variant"]);
}

#[test]
fn wrong_names_are_told_without_comparing_all_with_all() {
    let flags: Vec<String> = (0..5000)
        .map(|number| format!(r#""f{number}":{{"requires":[{{"flag":"g{number}","is":"on"}}]}}"#))
        .collect();
    let text = format!(r#"{{"cutover":1,"flags":{{{}}}}}"#, flags.join(","));
    let problems = Engine::from_str(&text).unwrap_err().diagnostics;
    assert_eq!(problems.len(), 5000);
    // The first are told what was perhaps meant, and all are told what there is.
    assert!(problems.iter().any(|problem| problem.help.is_some()));
    assert!(problems.iter().all(|problem| !problem.expected.is_empty()));
}

#[test]
fn a_change_that_goes_too_far_is_refused_like_a_whole_ruleset() {
    let rules = |count: usize| {
        let parts = vec![r#"{"attribute":"a","exists":true}"#; 4000].join(",");
        let rule = format!(r#"{{"if":{{"any":[{parts}]}},"serve":"on"}}"#);
        format!(r#"{{"cutover":1,"flags":{{"a":{{}},"f":{{"rules":[{}]}}}}}}"#, vec![rule; count].join(","))
    };
    let engine = Engine::from_str(&rules(1)).unwrap();
    let codes = engine.apply(rules(200).as_bytes()).map_err(|error| error.diagnostics);
    let codes: Vec<&str> = codes.unwrap_err().iter().filter(|d| d.is_error()).map(|d| d.code).collect();
    assert_eq!(codes, ["too_expensive"]);
}
