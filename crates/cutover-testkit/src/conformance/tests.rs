use super::*;

fn problems(vectors: &str) -> Vec<String> {
    let text = format!(
        r#"{{ "about": "a", "kind": "decide", "rulesets": {{ "r": {{ "cutover": 1, "flags": {{ "f": {{}} }} }} }},
              "vectors": [{vectors}] }}"#
    );
    run_text("test", &text).failures.into_iter().flat_map(|failure| failure.lines).collect()
}

const GOOD: &str = r#"{ "name": "n", "why": "w", "ruleset": "r", "flag": "f", "context": {}, "now": 0,
    "want": { "value": false, "variant": "off", "reason": "STATIC", "rule": null, "error": null } }"#;

#[test]
fn the_published_vectors_pass() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance");
    let report = run(&directory).unwrap();
    assert!(report.is_passed(), "{report}");
    assert!(report.passed() >= 400, "{report}");
}

#[test]
fn the_files_to_be_refused_fail() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/refused");
    assert_eq!(accepted(&directory).unwrap(), [""; 0]);
    assert!(run(&directory).unwrap().files.len() >= 30);
}

#[test]
fn a_vector_that_is_right_passes_and_nothing_else_does() {
    assert_eq!(problems(GOOD), [""; 0]);
    for (change, to, problem) in [
        ("\"value\": false", "\"value\": null", ".value: want null, got false"),
        ("\"value\": false", "\"value\": \"false\"", ".value: want \"false\", got false"),
        ("\"rule\": null, ", "", ".rule: want none, got null"),
        ("\"rule\": null", "\"rule\": null, \"rules\": 1", ".rules: want 1, there is none"),
        ("\"reason\": \"STATIC\"", "\"reason\": \"DEFAULT\"", ".reason: want \"DEFAULT\", got \"STATIC\""),
        ("\"now\": 0", "\"now\": 0, \"nwo\": 0", "the field `nwo` is not known here"),
        ("\"now\": 0", "\"now\": \"0\"", "the field `now` is no whole number"),
        ("\"now\": 0,", "", "the field `now` is missing"),
        ("\"why\": \"w\", ", "", "the field `why` is missing"),
        ("\"ruleset\": \"r\"", "\"ruleset\": \"s\"", "the file has no ruleset `s`"),
        ("\"context\": {}", "\"context\": { \"a\": { \"$big\": \"1\" } }", "context: `$big` of \"1\""),
        ("\"context\": {}", "\"context\": { \"$int\": \"1x\" }", "context: `$int` of \"1x\""),
        (
            "\"context\": {}",
            "\"context\": { \"$int\": \"1\", \"a\": 1 }",
            "context: `$int` does not stand alone",
        ),
    ] {
        assert!(GOOD.contains(change), "{change}");
        assert_eq!(problems(&GOOD.replace(change, to)), [problem], "{to}");
    }
    assert_eq!(problems(&format!("{GOOD},{GOOD}")), ["a vector before it has the same name"]);
    assert_eq!(problems("{}"), ["the vector has no name"]);
    assert_eq!(problems(""), ["the file is empty"]);
}

#[test]
fn files_are_as_strict_as_vectors() {
    let problem = |text: &str| run_text("test", text).failures.remove(0).lines.remove(0);
    let file = |kind: &str, more: &str| {
        format!(r#"{{ "about": "a", "kind": "{kind}", {more} "vectors": [{GOOD}] }}"#)
    };
    assert_eq!(problem(&file("decisions", "")), "there is no kind `decisions`");
    assert_eq!(problem(&file("decide", "\"comment\": 1,")), "the field `comment` is not known here");
    assert!(problem("{").contains("json_syntax"));
    assert_eq!(problem("{ \"about\": \"a\", \"kind\": \"decide\" }"), "`vectors` is no list");
}
