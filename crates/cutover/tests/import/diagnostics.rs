//! What is said of toggles that are wrong, or probably not meant: one case for each code, with its place.

use cutover::Diagnostic;
use cutover::import::{Imported, Kind, Options, UnknownKind, import};

pub(super) fn paris() -> Options {
    Options { timezone: Some("Europe/Paris".to_owned()) }
}

/// Imports one toggle with these lines in it, besides a name, `enabled` and a percentage of 10.
pub(super) fn toggle(lines: &str) -> Imported {
    let lines = lines.replace('\n', "\n    ");
    let document =
        format!("features:\n  - name: a\n    enabled: true\n    rollout_percentage: 10\n    {lines}\n");
    import(Kind::FeaturesYml, document.as_bytes(), &paris())
}

/// Imports one toggle with this condition.
pub(super) fn condition(lines: &str) -> Imported {
    toggle(&format!("conditions:\n  - {}", lines.replace('\n', "\n    ")))
}

pub(super) fn config(document: &str) -> Imported {
    import(Kind::FeatureConfig, document.as_bytes(), &paris())
}

/// The only problem, which is refused or not.
#[track_caller]
pub(super) fn only(imported: Imported, refused: bool) -> Diagnostic {
    let [problem] = imported.diagnostics.as_slice() else { panic!("{:#?}", imported.diagnostics) };
    assert_eq!((problem.is_error(), imported.ruleset.is_none()), (refused, refused), "{problem}");
    problem.clone()
}

#[track_caller]
pub(super) fn check(problem: &Diagnostic, code: &str, path: &str, place: (u32, u32), found: Option<&str>) {
    assert_eq!((problem.code, problem.path.as_str()), (code, path), "{problem:?}");
    assert_eq!((problem.line, problem.column), (Some(place.0), Some(place.1)), "{problem:?}");
    assert_eq!(problem.found.as_deref(), found, "{problem:?}");
}

pub(super) fn helps(problem: &Diagnostic, words: &str) -> bool {
    problem.help.as_deref().is_some_and(|help| help.contains(words))
}

#[test]
fn names_of_formats() {
    for kind in Kind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    let error: UnknownKind = "features_yml".parse::<Kind>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no format `features_yml` to import; there are features-yml, feature-config, env (did you mean `features-yml`?)"
    );
    assert_eq!("launch".parse::<Kind>().unwrap_err().to_string().matches("did you mean").count(), 0);
}

#[test]
fn keys_that_are_missing_or_not_known() {
    let problem = only(import(Kind::FeaturesYml, b"- name: a\n", &paris()), true);
    check(&problem, "wrong_type", "", (1, 1), Some("a list"));

    let imported = import(Kind::FeaturesYml, b"feature: []\n", &paris());
    let codes: Vec<_> = imported.diagnostics.iter().map(|problem| problem.code).collect();
    assert_eq!((codes, imported.ruleset), (vec!["missing_key", "unknown_key"], None));
    assert!(helps(&imported.diagnostics[1], "`features`"));

    let problem = only(toggle("enabled_for_user: [x]"), true);
    check(&problem, "unknown_key", "features[0].enabled_for_user", (5, 5), Some("enabled_for_user"));
    assert!(helps(&problem, "`enabled_for_users`"));

    let problem = only(toggle("rolloutPercentage: 20"), true);
    assert!(helps(&problem, "`rollout_percentage`"));

    let problem = only(config(r#"[{"enabled": true, "rolloutPercentage": 1}]"#), true);
    check(&problem, "missing_key", "[0]", (1, 2), None);
    assert_eq!(problem.expected, ["name"]);

    let problem = only(config("- name: a\n  rolloutPercentage: 1\n"), true);
    check(&problem, "missing_key", "[0]", (1, 3), None);
    assert_eq!(problem.expected, ["enabled"]);
}

#[test]
fn a_percentage_that_is_missing_is_nobody() {
    for document in ["a: { enabled: true }", "a: { enabled: true, rolloutPercentage: null }"] {
        let imported = config(document);
        assert!(imported.ruleset.as_ref().is_some_and(|ruleset| !ruleset.contains("rollout")));
        check(&only(imported, false), "missing_percentage", "a", (1, 1), None);
    }
}

#[test]
fn names() {
    let twice = config(
        "- { name: a, enabled: true, rolloutPercentage: 1 }\n- { name: a, enabled: false, rolloutPercentage: 1 }\n",
    );
    let problem = only(twice, true);
    check(&problem, "duplicate_name", "[1].name", (2, 3), Some("a"));
    assert!(helps(&problem, "line 1, column 3"));

    let problem = only(config("a: { name: b, enabled: true, rolloutPercentage: 1 }"), true);
    check(&problem, "contradiction", "a.name", (1, 12), Some("b"));
    assert_eq!(problem.expected, ["a"]);
    assert_eq!(config("a: { name: a, enabled: true, rolloutPercentage: 1 }").diagnostics, []);

    let problem = only(config("- { name: ' a', enabled: true, rolloutPercentage: 1 }"), true);
    check(&problem, "bad_name", "[0]", (1, 3), Some("\" a\""));

    let problem = only(config("- { name: 12, enabled: true, rolloutPercentage: 1 }"), true);
    check(&problem, "wrong_type", "[0].name", (1, 11), Some("12"));

    let problem = only(
        config("a: { enabled: true, rolloutPercentage: 1 }\na: { enabled: true, rolloutPercentage: 2 }"),
        true,
    );
    check(&problem, "duplicate_key", "a", (2, 1), Some("a"));
}

#[test]
fn values_of_wrong_types() {
    let table = [
        ("- { name: a, enabled: 'true', rolloutPercentage: 1 }", "[0].enabled", "true"),
        ("- { name: a, enabled: 1, rolloutPercentage: 1 }", "[0].enabled", "1"),
        ("- { name: a, enabled: true, rolloutPercentage: '50' }", "[0].rolloutPercentage", "50"),
        ("- { name: a, enabled: true, rolloutPercentage: 50% }", "[0].rolloutPercentage", "50%"),
        ("- { name: a, enabled: true, rolloutPercentage: true }", "[0].rolloutPercentage", "true"),
        (
            "- { name: a, enabled: true, rolloutPercentage: 1, enabledForUsers: user_1 }",
            "[0].enabledForUsers",
            "user_1",
        ),
        (
            "- { name: a, enabled: true, rolloutPercentage: 1, enabledForUsers: [x, null] }",
            "[0].enabledForUsers[1]",
            "null",
        ),
        (
            "- { name: a, enabled: true, rolloutPercentage: 1, enabledForTenants: [[x]] }",
            "[0].enabledForTenants[0]",
            "a list",
        ),
        (
            "- { name: a, enabled: true, rolloutPercentage: 1, enabledForTenants: [true] }",
            "[0].enabledForTenants[0]",
            "true",
        ),
        ("- { name: a, enabled: true, rolloutPercentage: 1, conditions: {} }", "[0].conditions", "a mapping"),
        ("- { name: a, enabled: true, rolloutPercentage: 1, conditions: [x] }", "[0].conditions[0]", "x"),
        ("- a", "[0]", "a"),
        ("a: true", "a", "true"),
        ("true", "", "true"),
    ];
    for (document, path, found) in table {
        let problem = only(config(document), true);
        assert_eq!(
            (problem.code, problem.path.as_str(), problem.found.as_deref()),
            ("wrong_type", path, Some(found)),
            "{document}"
        );
        assert!(!problem.expected.is_empty() && problem.line == Some(1), "{problem:?}");
    }
    assert!(helps(&only(config(table[2].0), true), "write `50`"));
    assert!(helps(&only(config(table[3].0), true), "write `50`"));
}

#[test]
fn a_document_of_the_other_format_is_told_from_a_broken_one() {
    let problem =
        only(config("features:\n  - name: a\n    enabled: true\n    rollout_percentage: 1\n"), true);
    assert!(problem.code == "wrong_type" && helps(&problem, "`features-yml`"), "{problem:?}");
    let problem = only(config("name: a\nenabled: true\nrolloutPercentage: 1\n"), true);
    assert!(problem.code == "wrong_type" && helps(&problem, "into a list"), "{problem:?}");
}

#[test]
fn percentages_outside_and_between() {
    let percentage = |written: &str| config(&format!("a: {{ enabled: true, rolloutPercentage: {written} }}"));
    let table = [
        ("-1", "percentage_out_of_range", None),
        ("-0.5", "percentage_out_of_range", None),
        ("101", "percentage_out_of_range", Some("100%")),
        ("1e300", "percentage_out_of_range", Some("100%")),
        ("0.5", "fractional_percentage", Some("1%")),
        ("12.5", "fractional_percentage", Some("13%")),
        ("99.0001", "fractional_percentage", Some("100%")),
    ];
    for (written, code, rollout) in table {
        let imported = percentage(written);
        let ruleset = imported.ruleset.clone().unwrap();
        let taken = ruleset.split("rollout: ").nth(1).and_then(|rest| rest.split(',').next());
        assert_eq!(taken, rollout, "{written}");
        let problem = only(imported, false);
        assert_eq!((problem.code, problem.path.as_str()), (code, "a.rolloutPercentage"), "{written}");
        assert!(problem.column == Some(40), "{problem:?}");
    }
    for written in ["0", "1", "100", "50.0"] {
        assert_eq!(percentage(written).diagnostics, [], "{written}");
    }
}

#[test]
fn members_that_never_match() {
    let imported = toggle("enabled_for_users: [x, 123, 4.5, 0]");
    assert!(
        imported.ruleset.as_ref().is_some_and(|ruleset| ruleset.contains("in: [x, 123, 4.5]")),
        "{imported:?}"
    );
    let problem = only(imported, false);
    check(&problem, "number_never_matches", "features[0].enabled_for_users[1]", (5, 28), Some("123"));
    assert!(problem.message.ends_with("(3 of these 4)") && helps(&problem, "quotes"));

    let imported = toggle("enabled_for_tenants: [x, '']");
    assert!(
        imported.ruleset.as_ref().is_some_and(|ruleset| ruleset.contains("{ attribute: tenantId, in: [x] }"))
    );
    check(
        &only(imported, false),
        "empty_never_matches",
        "features[0].enabled_for_tenants[1]",
        (5, 30),
        Some(""),
    );

    // Nobody is in an empty list, which is no mistake.
    for nobody in ["enabled_for_users: []", "enabled_for_users:", "conditions:"] {
        let imported = toggle(nobody);
        assert!(
            imported.diagnostics.is_empty()
                && imported.ruleset.is_some_and(|ruleset| !ruleset.contains("if:")),
            "{nobody}"
        );
    }
}

#[test]
fn conditions_that_cannot_be_imported() {
    let problem = only(condition("type: custom\noperator: =\nvalue: x"), true);
    check(&problem, "custom_condition", "features[0].conditions[0].type", (6, 15), Some("custom"));
    assert_eq!(problem.expected, ["user_attribute", "tenant_attribute", "time_window"]);

    let problem = only(condition("type: user_atribute\nattribute: a\noperator: =\nvalue: x"), true);
    check(
        &problem,
        "unknown_condition_type",
        "features[0].conditions[0].type",
        (6, 15),
        Some("user_atribute"),
    );
    assert!(helps(&problem, "`user_attribute`"));

    let problem = only(condition("type: user_attribute\nattribute: a\noperator: not in\nvalue: [x]"), true);
    check(&problem, "unknown_operator", "features[0].conditions[0].operator", (8, 19), Some("not in"));
    assert!(helps(&problem, "`not_in`"));
    assert_eq!(problem.expected, ["=", "!=", ">", "<", "in", "not_in"]);

    let problem = only(condition("type: user_attribute\nattribute: a\noperator: in\nvalue: []"), true);
    check(&problem, "empty_list", "features[0].conditions[0].value", (9, 16), None);

    let problem = only(condition("type: user_attribute\nattribute: a..b\noperator: =\nvalue: x"), true);
    check(&problem, "bad_attribute", "features[0].conditions[0].attribute", (7, 20), Some("a..b"));

    let problem = only(
        condition(&format!("type: user_attribute\nattribute: {}\noperator: =\nvalue: x", "a".repeat(250))),
        true,
    );
    check(&problem, "bad_attribute", "features[0].conditions", (6, 7), problem.found.as_deref());

    let imported = condition("type: user_attribute\nvalu: x");
    let codes: Vec<_> =
        imported.diagnostics.iter().map(|problem| (problem.code, problem.expected[0].as_str())).collect();
    assert_eq!(
        codes,
        [
            ("missing_key", "attribute"),
            ("missing_key", "operator"),
            ("missing_key", "value"),
            ("unknown_key", "type")
        ]
    );
    for (operator, value, found) in [
        ("=", "[x]", "a list"),
        ("=", "null", "null"),
        (">", "'5'", "5"),
        ("in", "x", "x"),
        ("not_in", "[{}]", "a mapping"),
    ] {
        let problem = only(
            condition(&format!("type: user_attribute\nattribute: a\noperator: '{operator}'\nvalue: {value}")),
            true,
        );
        assert_eq!(
            (problem.code, problem.found.as_deref()),
            ("wrong_type", Some(found)),
            "{operator} {value}"
        );
    }
}

#[test]
fn conditions_that_may_mean_something_else() {
    let imported = toggle("conditions: []");
    check(&only(imported, false), "empty_conditions", "features[0].conditions", (5, 17), None);
    assert_eq!(config("a: { enabled: true, rolloutPercentage: 100, conditions: [] }").diagnostics, []);

    let unlike = "type: user_attribute\nattribute: tier\noperator: '!='\nvalue: x";
    check(
        &only(condition(unlike), false),
        "missing_never_matches",
        "features[0].conditions[0].operator",
        (8, 19),
        Some("!="),
    );
    let everybody = config(
        "a: { enabled: true, rolloutPercentage: 100, conditions: [{ type: user_attribute, attribute: b, operator: not_in, value: [x] }] }",
    );
    assert_eq!(only(everybody, false).code, "condition_without_effect");

    let problem =
        only(condition("type: tenant_attribute\nattribute: plan.tier\noperator: =\nvalue: x"), false);
    check(&problem, "dotted_attribute", "features[0].conditions[0].attribute", (7, 20), Some("plan.tier"));

    let imported = condition("type: user_attribute\nattribute: a\noperator: =\nvalue: 9007199254740993");
    assert!(
        imported.ruleset.as_ref().is_some_and(|ruleset| ruleset.contains("is: 9007199254740992 ")),
        "{imported:?}"
    );
    check(
        &only(imported, false),
        "rounded_number",
        "features[0].conditions[0].value",
        (9, 16),
        Some("9007199254740993"),
    );
}

#[test]
fn windows() {
    let window = |hours: &str| condition(&format!("type: time_window\n{hours}"));
    let problem = only(window("start_hour: 24\nend_hour: 6"), true);
    check(&problem, "bad_hour", "features[0].conditions[0].start_hour", (7, 21), Some("24"));
    assert!(helps(&problem, "midnight is 0"));
    for bad in ["-1", "22.5", "99"] {
        assert_eq!(only(window(&format!("start_hour: {bad}\nend_hour: 6")), true).code, "bad_hour", "{bad}");
    }
    assert_eq!(only(window("start_hour: '22:00'\nend_hour: 6"), true).code, "wrong_type");
    let problem = only(window("start_hour: 6\nend_hour: 6"), true);
    check(&problem, "empty_range", "features[0].conditions[0]", (6, 9), Some("start_hour: 6, end_hour: 6"));
    let problem = only(window("start_hour: 6"), true);
    assert_eq!((problem.code, problem.expected), ("missing_key", vec!["end_hour".to_owned()]));
    assert_eq!(only(window("start_hour: 6\nend_hour: 7\nattribute: x"), true).code, "unknown_key");
    assert_eq!(only(window("operator: '='\nstart_hour: 6\nend_hour: 7"), true).code, "unknown_operator");
    assert_eq!(only(window("value: { start_hour: 6, end_hour: 7, hour: 1 }"), true).code, "unknown_key");
    for (good, ruleset) in [
        ("start_hour: 22\nend_hour: 0", r#"{ time: { from: "22:00", to: "00:00" } }"#),
        (
            "operator: not_in\nvalue: { start_hour: 8, end_hour: 20 }",
            r#"{ not: { time: { from: "08:00", to: "20:00" } } }"#,
        ),
    ] {
        let imported = window(good);
        assert!(
            imported.diagnostics.is_empty()
                && imported.ruleset.as_ref().is_some_and(|text| text.contains(ruleset)),
            "{imported:?}"
        );
    }
}

#[test]
fn zones() {
    let document = "a: { enabled: true, rolloutPercentage: 0, conditions: [{ type: time_window, startHour: 1, endHour: 2 }] }";
    let imported = import(Kind::FeatureConfig, document.as_bytes(), &Options::default());
    assert!(imported.ruleset.as_ref().is_some_and(|ruleset| ruleset.contains("\ntimezone: UTC\n")));
    check(&only(imported, false), "assumed_timezone", "a.conditions[0]", (1, 56), None);

    for kind in Kind::ALL {
        let imported = import(kind, b"", &Options { timezone: Some("Europe/Pariss".to_owned()) });
        let problem = imported.diagnostics.iter().find(|problem| problem.code == "unknown_timezone").unwrap();
        assert!(problem.is_error() && helps(problem, "`Europe/Paris`") && imported.ruleset.is_none());
    }
}

#[test]
fn what_the_engine_says_is_said_of_the_document() {
    let parts = [
        "{ type: user_attribute, attribute: tier, operator: =, value: x }",
        "{ type: user_attribute, attribute: tier, operator: =, value: y }",
    ];
    let problem = only(toggle(&format!("conditions:\n  - {}\n  - {}", parts[0], parts[1])), false);
    check(&problem, "rule_never_matches", "features[0].conditions", (6, 7), None);
    assert!(problem.message.starts_with("`conditions` of `a`: "), "{problem}");

    let imported = config("a.b[0]: { enabled: true, rolloutPercentage: 100, enabledForUsers: [x] }");
    let problem = only(imported, false);
    check(&problem, "condition_without_effect", "[\"a.b[0]\"].enabledForUsers", (1, 67), None);
    assert!(problem.message.contains("`a.b[0]`"), "{problem}");
}
