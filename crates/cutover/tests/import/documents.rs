//! What is said of documents as a whole: every problem at once, and texts that are none.

use super::diagnostics::*;
use cutover::Diagnostic;
use cutover::import::{Kind, import};
use serde_json::json;

#[test]
fn every_problem_is_told_at_once_in_the_order_of_the_document() {
    let document = "
- { name: ' a', enabled: true, rolloutPercentage: 1 }
- { name: b, enabled: 1, rolloutPercentage: x, extra: 1 }
- { name: c, enabled: true, rolloutPercentage: 1, conditions: [{ type: custom }, { type: time_window, startHour: 30, endHour: 99 }] }
";
    let imported = config(document);
    let codes: Vec<_> =
        imported.diagnostics.iter().map(|problem| (problem.line.unwrap(), problem.code)).collect();
    let wanted = [
        (2, "bad_name"),
        (3, "wrong_type"),
        (3, "wrong_type"),
        (3, "unknown_key"),
        (4, "custom_condition"),
        (4, "bad_hour"),
        (4, "bad_hour"),
    ];
    assert_eq!((codes.as_slice(), imported.ruleset), (wanted.as_slice(), None));
}

#[test]
fn texts_that_are_no_documents() {
    for kind in [Kind::FeaturesYml, Kind::FeatureConfig] {
        for text in [
            &b""[..],
            b"\xFF\xFE",
            b"[",
            b"{",
            b"a: [",
            b"{\"a\": 1,}",
            b"a: &x [*x]",
            b"\0",
            b"a: 1\na: 2\n",
        ] {
            let imported = import(kind, text, &paris());
            assert!(
                imported.ruleset.is_none() && imported.diagnostics.iter().any(Diagnostic::is_error),
                "{text:?}"
            );
        }
        let deep = "[".repeat(1_000_000);
        assert!(import(kind, deep.as_bytes(), &paris()).ruleset.is_none());
    }
    assert_eq!(import(Kind::Env, b"A=\xFF", &paris()).diagnostics[0].code, "not_utf8");
}

#[test]
fn mistakes_by_the_hundred_thousand_end_the_reading() {
    let many = |item: &str| vec![item; 100_000].join(",");
    for document in [
        format!("[{}]", many("1")),
        format!("[{}]", many("{}")),
        format!("[{{\"name\": \"a\", \"enabled\": true, \"rolloutPercentage\": 1, \"enabledForUsers\": [{}]}}]", many("true")),
        format!("[{{\"name\": \"a\", \"enabled\": true, \"rolloutPercentage\": 1, \"conditions\": [{}]}}]", many("1")),
        format!(
            "[{{\"name\": \"a\", \"enabled\": true, \"rolloutPercentage\": 1, \"conditions\":
             [{{\"type\": \"user_attribute\", \"attribute\": \"a\", \"operator\": \"in\", \"value\": [{}]}}]}}]",
            many("null")
        ),
    ] {
        let imported = config(&document);
        let count = imported.diagnostics.len();
        assert!(imported.ruleset.is_none() && (100..=200).contains(&count), "{count} for {}", &document[..100]);
    }
    // Warnings end nothing: all of the features are there.
    let features =
        (0..1000).map(|number| format!("- {{ name: f{number}, enabled: true }}\n")).collect::<String>();
    let imported = config(&features);
    assert_eq!(imported.diagnostics.len(), 1000);
    assert_eq!(imported.ruleset.map(|ruleset| ruleset.matches("hash: java31\n").count()), Some(1000));
}

#[test]
fn json_lists_are_json() {
    // A pair of surrogate escapes is JSON and not YAML; a comment is YAML and not JSON.
    let escaped = r#"[{ "name": "\ud83d\ude80", "enabled": true, "rolloutPercentage": 1 }]"#;
    assert!(config(escaped).ruleset.is_some_and(|ruleset| ruleset.contains("  \"🚀\":\n")));
    assert!(config("[{ name: a, enabled: true, rolloutPercentage: 1 }] # one").ruleset.is_some());
    assert_eq!(
        config("[]")
            .ruleset
            .as_deref()
            .map(|ruleset| ruleset.ends_with("cutover: 1\ntimezone: Europe/Paris\nflags: {}\n")),
        Some(true)
    );
}

#[test]
fn the_result_is_json_of_two_keys() {
    let imported = config("a: { enabled: 1, rolloutPercentage: 1 }");
    let json = serde_json::to_value(&imported).unwrap();
    assert_eq!(json["ruleset"], json!(null));
    assert_eq!(
        json["diagnostics"][0],
        json!({
            "code": "wrong_type", "severity": "error", "path": "a.enabled", "line": 1, "column": 15, "found": "1",
            "expected": ["true or false"], "message": "a number where true or false belongs", "help": null
        })
    );
}
