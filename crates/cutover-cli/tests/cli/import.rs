//! `cutover import`.

use crate::Folder;

const FEATURES: &str = "\
features:
  - name: orders_mongodb
    enabled: true
    rollout_percentage: 50
    conditions:
      - { type: tenant_attribute, attribute: tier, operator: in, value: [enterprise, premium] }
  - name: analytics_mongodb
    enabled: true
    rollout_percentage: 100
    conditions:
      - { type: time_window, start_hour: 22, end_hour: 6 }
";

#[test]
fn a_ruleset_comes_out_and_warnings_beside_it() {
    let folder = Folder::new("import_features");
    folder.file("features.yml", FEATURES);
    let run = folder.run(&["import", "features-yml", "features.yml", "--timezone", "Europe/Paris"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    // A rollout to everybody makes the time window without effect, and that is said.
    assert!(run.stderr.contains("warning["), "{}", run.stderr);
    assert!(run.stderr.contains("features.yml:"), "{}", run.stderr);
    let check = folder.run_with_input(&["check", "-", "--json"], run.stdout.as_bytes());
    assert_eq!(check.code, Some(0), "{check:?}");
    let context = r#"{"userId":"user_1","tenantAttributes":{"tier":"premium"}}"#;
    let eval = folder.run_with_input(
        &["eval", "-", "--flag", "orders_mongodb", "--context", context, "--json"],
        run.stdout.as_bytes(),
    );
    assert_eq!(eval.json(0)["value"], true);
}

#[test]
fn programs_get_both_in_one_value() {
    let folder = Folder::new("import_json");
    folder.file("features.yml", FEATURES);
    let json = folder
        .run(&["import", "features-yml", "features.yml", "--timezone", "Europe/Paris", "--json"])
        .json(0);
    let people = folder.run(&["import", "features-yml", "features.yml", "--timezone", "Europe/Paris"]);
    assert_eq!(json["ruleset"].as_str(), Some(people.stdout.as_str()));
    assert!(!json["diagnostics"].as_array().unwrap().is_empty());
}

#[test]
fn a_refused_document_gives_no_ruleset() {
    let folder = Folder::new("import_refused");
    let run = folder
        .run_with_input(&["import", "features-yml", "-"], b"features: [{ name: a, rollout_percentag: 5 }]\n");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:?}");
    assert!(run.stderr.contains("<stdin>:1:"), "{}", run.stderr);
    let json = folder.run_with_input(&["import", "feature-config", "-", "--json"], b"[1]").json(1);
    assert_eq!(json["ruleset"], serde_json::Value::Null);
}

#[test]
fn every_format_is_read() {
    let folder = Folder::new("import_kinds");
    let config = br#"[{ "name": "a", "enabled": true, "rolloutPercentage": 30 }]"#;
    let run = folder.run_with_input(&["import", "feature-config", "-"], config);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("30%"), "{}", run.stdout);
    let env = b"USE_JOBS_PARTNERS_READ=true\nUSE_JOBS_PARTNERS_WRITE=false\nKEEP_RECRUITERS_BACKUP=false\nFORCE_RECRUITERS_FALLBACK=false\n";
    let run = folder.run_with_input(&["import", "env", "-"], env);
    assert_eq!(run.code, Some(0), "{run:?}");
    let route = folder.run_with_input(&["route", "-", "recruiters", "--json"], run.stdout.as_bytes());
    assert_eq!(route.json(0)["phase"], "dual_read");
}

#[test]
fn wrong_arguments_are_wrong_use() {
    let folder = Folder::new("import_usage");
    folder.file("features.yml", FEATURES);
    let zone = folder.run(&["import", "features-yml", "features.yml", "--timezone", "Europe/Pariss"]);
    assert_eq!((zone.code, zone.stdout.as_str()), (Some(2), ""), "{zone:?}");
    assert!(zone.stderr.contains("did you mean `Europe/Paris`?"), "{}", zone.stderr);
    let kind = folder.run(&["import", "feature-yml", "features.yml"]);
    assert_eq!((kind.code, kind.stdout.as_str()), (Some(2), ""), "{kind:?}");
    assert!(kind.stderr.contains("features-yml"), "{}", kind.stderr);
}

const FLAGD: &str = r#"{"flags": {
  "greeting": { "state": "ENABLED", "defaultVariant": "hi", "variants": { "hi": "hello", "yo": "hey" },
    "targeting": { "fractional": [["hi", 50], ["yo", 50]] } },
  "odd": { "state": "ENABLED", "defaultVariant": "a", "variants": { "a": 1 }, "targeting": { "%": [1, 2] } }
}}"#;

#[test]
fn a_system_is_read_in_the_dialect_that_is_named() {
    let folder = Folder::new("import_dialect");
    folder.file("flags.json", FLAGD);
    let unnamed = folder.run(&["import", "flagd", "flags.json"]);
    assert_eq!((unnamed.code, unnamed.stdout.as_str()), (Some(2), ""), "{unnamed:?}");
    assert!(unnamed.stderr.contains("flagd/fractional-v2"), "{}", unnamed.stderr);
    let other = folder.run(&["import", "flagd", "flags.json", "--dialect", "unleash"]);
    assert_eq!(other.code, Some(2), "{other:?}");

    // One flag is refused, and the other one is there.
    let arguments = ["import", "flagd", "flags.json", "--dialect", "flagd/fractional-v3", "-o", "rules.yaml"];
    let run = folder.run(&arguments);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:?}");
    assert!(run.stderr.contains("odd (refused)") && run.stderr.contains("`%`"), "{}", run.stderr);
    let eval = folder.run(&["eval", "rules.yaml", "--flag", "greeting", "--json"]);
    assert_eq!(eval.json(0)["value"], "hello");

    let json =
        folder.run(&["import", "flagd", "flags.json", "--dialect", "flagd/fractional-v2", "--json"]).json(1);
    assert_eq!(json["report"]["flags"][1]["fate"], "refused");
    assert!(json["ruleset"].as_str().is_some_and(|text| text.contains("flagd/fractional-v2")));
}

#[test]
fn two_dialects_are_compared_over_a_population() {
    let folder = Folder::new("import_compare");
    folder.file("flags.json", FLAGD);
    let people: String = (0..50).map(|number| format!("{{\"targetingKey\":\"user-{number}\"}}\n")).collect();
    folder.file("people.ndjson", people);
    let compare =
        ["--compare", "flagd/fractional-v2", "flagd/fractional-v3", "--population", "people.ndjson"];
    let arguments: Vec<&str> = ["import", "flagd", "flags.json"].into_iter().chain(compare).collect();
    let run = folder.run(&arguments);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("greeting"), "{}", run.stdout);
    let json = folder.run(&arguments.into_iter().chain(["--json"]).collect::<Vec<_>>()).json(0);
    assert_eq!(json["population"]["contexts"], 50, "{json}");
    folder.file("people.ndjson", "nobody\n");
    let bad = folder.run(&["import", "flagd", "flags.json"].into_iter().chain(compare).collect::<Vec<_>>());
    assert_eq!(bad.code, Some(1), "{bad:?}");
}

#[test]
fn what_is_no_document_of_a_system_gives_no_ruleset() {
    let folder = Folder::new("import_no_document");
    let run = folder.run_with_input(&["import", "unleash", "-"], b"{}");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:?}");
    assert!(run.stderr.contains("`features`"), "{}", run.stderr);
}
