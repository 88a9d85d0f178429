//! `cutover eval` for one context.

use crate::Folder;

#[test]
fn all_flags_are_a_table() {
    let folder = Folder::new("eval_all");
    let context = r#"{"userId":"user_123"}"#;
    let stdout = "\
flag             value          variant  reason           rule
───────────────  ─────────────  ───────  ───────────────  ────
checkout_layout  {\"columns\":2}  wide     SPLIT            0
night_analytics  false          off      DEFAULT          -
off_for_now      false          off      DISABLED         -
orders_mongodb   true           on       TARGETING_MATCH  0
simple           true           on       STATIC           0

digest DIGEST
";
    let noon = ["--now", "2026-12-01T12:00:00+01:00"];
    folder.run(&[&["eval", "rules.yaml", "--context", context], &noon[..]].concat()).wrote(0, stdout, "");
}

#[test]
fn one_flag_is_one_decision() {
    let folder = Folder::new("eval_one");
    let args = ["eval", "rules.yaml", "--flag", "orders_mongodb", "--context", r#"{"userId":"user_123"}"#];
    let stdout = "\
flag            value  variant  reason           rule
──────────────  ─────  ───────  ───────────────  ────
orders_mongodb  true   on       TARGETING_MATCH  0

digest DIGEST
";
    folder.run(&args).wrote(0, stdout, "");
    let json = "{\"flag\":\"orders_mongodb\",\"value\":true,\"variant\":\"on\",\"reason\":\"TARGETING_MATCH\",\
                \"rule\":0,\"error\":null,\"digest\":\"DIGEST\"}\n";
    folder.run(&[&args[..], &["--json"]].concat()).wrote(0, json, "");
}

#[test]
fn all_flags_are_one_list_of_decisions() {
    let folder = Folder::new("eval_all_json");
    let all = folder.run(&["eval", "rules.yaml", "--json"]).json(0);
    let told: Vec<(&str, &str)> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|decision| (decision["flag"].as_str().unwrap(), decision["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (told[0], told[2], told[3], told[4]),
        (
            ("checkout_layout", "DEFAULT"),
            ("off_for_now", "DISABLED"),
            ("orders_mongodb", "ERROR"),
            ("simple", "STATIC")
        )
    );
    assert_eq!(all[3]["error"], "MISSING_UNIT");
}

#[test]
fn what_has_no_answer_ends_with_3() {
    let folder = Folder::new("eval_unknown");
    let args = ["eval", "rules.yaml", "--flag", "orders_mongodb"];
    let stdout = "\
flag            value                   variant  reason               rule
──────────────  ──────────────────────  ───────  ───────────────────  ────
orders_mongodb  (the caller's default)  -        ERROR: MISSING_UNIT  2

digest DIGEST
";
    folder.run(&args).wrote(3, stdout, "");
    assert_eq!(folder.run(&[&args[..], &["--json"]].concat()).json(3)["error"], "MISSING_UNIT");

    let stderr = "\
error[unknown_flag]: the ruleset has no flag `simpel`
 = expected: checkout_layout, night_analytics, off_for_now, orders_mongodb, simple
 = help: did you mean `simple`?

";
    folder.run(&["eval", "rules.yaml", "--flag", "simpel"]).wrote(3, "", stderr);
    let json = "{\"flag\":\"simpel\",\"value\":null,\"variant\":null,\"reason\":\"ERROR\",\"rule\":null,\
                \"error\":\"FLAG_NOT_FOUND\",\"digest\":\"DIGEST\"}\n";
    folder.run(&["eval", "rules.yaml", "--flag", "simpel", "--json"]).wrote(3, json, "");
}

#[test]
fn the_time_is_an_argument() {
    let folder = Folder::new("eval_now");
    let at = |now: &str| {
        folder.run(&["eval", "rules.yaml", "--flag", "night_analytics", "--json", "--now", now]).json(0)["value"].clone()
    };
    // The window is 22:00 to 06:00 by the clock of Paris.
    assert_eq!(at("2026-12-01T20:59:59Z"), false);
    assert_eq!(at("2026-12-01T21:00:00Z"), true);
    assert_eq!(at("2026-12-02T04:59:59.999Z"), true);
    assert_eq!(at("2026-12-02T05:00:00Z"), false);
    assert_eq!(at("1780347600000"), true, "2026-06-01T21:00:00Z is 23:00 in Paris");
    assert_eq!(at("-3600000"), true, "an hour before the epoch it was midnight in Paris");
}

#[test]
fn integers_and_lone_surrogates_are_kept() {
    let folder = Folder::new("eval_lossless");
    folder.file(
        "exact.yaml",
        "cutover: 1\nflags:\n  big: { rules: [{ if: { attribute: id, is: 9007199254740993 }, serve: on }] }\n  \
         lone: { rules: [{ if: { attribute: text, is: \"\u{FFFD}\" }, serve: on }] }\n",
    );
    let value = |flag: &str, context: &str| {
        let run = folder.run(&["eval", "exact.yaml", "--json", "--flag", flag, "--context", context]);
        run.json(0)["value"].clone()
    };
    assert_eq!(value("big", r#"{"id":9007199254740993}"#), true);
    assert_eq!(value("big", r#"{"id":9007199254740992}"#), false);
    assert_eq!(value("lone", r#"{"text":"\ud800"}"#), true);
}

#[test]
fn a_context_that_is_none_is_wrong_use() {
    let folder = Folder::new("eval_context");
    let stderr = "\
error[json_syntax]: expected a value, found `]`
 --> --context:1:12
  |
1 | {\"userId\": ]}
  |            ^
  = at: userId
  = expected: a value

";
    folder.run(&["eval", "rules.yaml", "--context", r#"{"userId": ]}"#]).wrote(2, "", stderr);
    let json = folder.run(&["eval", "rules.yaml", "--context", "[1]", "--json"]).json(2);
    assert_eq!(json["diagnostics"][0]["code"], "context_not_object");
}

#[test]
fn a_refused_ruleset_has_no_decisions() {
    let folder = Folder::new("eval_refused");
    folder.file("bad.yaml", "cutover: 2\n");
    let run = folder.run(&["eval", "bad.yaml"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(run.stderr.starts_with("error[unknown_version]: "), "{}", run.stderr);
    let json = folder.run(&["eval", "bad.yaml", "--json"]).json(1);
    assert_eq!(json["diagnostics"][0]["code"], "unknown_version");
}

#[test]
fn nothing_from_a_document_steers_the_terminal() {
    let folder = Folder::new("eval_terminal");
    folder.file(
        "escape.yaml",
        "cutover: 1\nflags: { a: { variants: { x: \"\\e[2J\\u202e\" }, default: x, rules: [] } }\n",
    );
    for color in ["always", "never"] {
        let run = folder.run(&["eval", "escape.yaml", "--color", color]);
        assert!(run.stdout.contains(r#""\u001b[2J\u{202e}""#), "{}", run.stdout);
    }
}

#[test]
fn a_ruleset_without_flags_says_so() {
    let folder = Folder::new("eval_empty");
    folder.file("empty.yaml", "cutover: 1\n");
    folder.run(&["eval", "empty.yaml"]).wrote(0, "The ruleset has no flags.\n", "");
    folder.run(&["eval", "empty.yaml", "--json"]).wrote(0, "[]\n", "");
}
