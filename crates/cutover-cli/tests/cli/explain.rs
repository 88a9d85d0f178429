//! `cutover explain`.

use crate::Folder;

#[test]
fn the_story_is_told_from_the_answer_down() {
    let folder = Folder::new("explain_story");
    let context = r#"{"userId":"user_77","tenant":{"tier":"free"}}"#;
    let stdout = "\
checkout_layout = (the caller's default)
DEFAULT  the prerequisite orders_mongodb is not met

  ✗ flag orders_mongodb is on  found off
    ✗ rule 0 did not match  flags.orders_mongodb.rules[0]
      ✗ userId in [\"user_123\",\"user_456\"]  found \"user_77\"
    ✗ rule 1 did not match  flags.orders_mongodb.rules[1]
      ✗ segment large_customers
        ✗ tenant.tier in [\"enterprise\",\"premium\"]  found \"free\"
    ✓ rule 2 matched  flags.orders_mongodb.rules[2]
      ✗ 50% by userId \"user_77\": 54.6144% ≥ 50.0000%  bucket 2345674806 ≥ 2147483648 of 4294967296

at 1970-01-01T00:00:00Z  digest DIGEST
";
    let args = ["explain", "rules.yaml", "checkout_layout", "--context", context, "--now", "0"];
    folder.run(&args).wrote(0, stdout, "");
}

#[test]
fn a_split_shows_its_bucket() {
    let folder = Folder::new("explain_split");
    let context = r#"{"userId":"user_123"}"#;
    let run = folder.run(&["explain", "rules.yaml", "checkout_layout", "--context", context, "--now", "0"]);
    let stdout = "\
checkout_layout = {\"columns\":2}  variant wide
SPLIT  rule 0 matched, and its rollout or split decided

  ✓ flag orders_mongodb is on  found on
    ✓ rule 0 matched  flags.orders_mongodb.rules[0]
      ✓ userId in [\"user_123\",\"user_456\"]  found \"user_123\"
  ✓ rule 0 matched  flags.checkout_layout.rules[0]
    ✓ split by userId \"user_123\": 93.7905% < 100.0000%  bucket 4028271371 < 4294967296 of 4294967296

at 1970-01-01T00:00:00Z  digest DIGEST
";
    run.wrote(0, stdout, "");
}

#[test]
fn what_is_unknown_is_not_false() {
    let folder = Folder::new("explain_unknown");
    let stdout = "\
orders_mongodb = (the caller's default)
ERROR: MISSING_UNIT  rule 2 matched, and there is no unit to hash

  ? rule 0 is unknown, and so did not match  flags.orders_mongodb.rules[0]
    ? userId in [\"user_123\",\"user_456\"]  found nothing
  ? rule 1 is unknown, and so did not match  flags.orders_mongodb.rules[1]
    ? segment large_customers
      ? tenant.tier in [\"enterprise\",\"premium\"]  found nothing
  ✓ rule 2 matched  flags.orders_mongodb.rules[2]
    ! MISSING_UNIT: userId  found nothing

at 1970-01-01T00:00:00Z  digest DIGEST
";
    folder.run(&["explain", "rules.yaml", "orders_mongodb", "--now", "0"]).wrote(3, stdout, "");
}

#[test]
fn every_kind_of_step_is_told() {
    let folder = Folder::new("explain_kinds");
    folder.file(
        "kinds.yaml",
        "cutover: 1
segments:
  inner: { if: { attribute: a, above: 1 } }
  outer: { if: { all: [{ attribute: b, exists: true }, { segment: inner }] } }
flags:
  other:
    rules: [{ serve: { rollout: 100% } }]
  f:
    rules:
      - { if: { not: { segment: outer } }, serve: off }
      - { if: { all: [{ flag: other, is: on }, { time: { after: 1970-01-01T00:00:00Z } }] }, serve: { rollout: 0% } }
",
    );
    let stdout = "\
f = false  variant off
SPLIT  rule 1 matched, and its rollout or split decided

  ✗ rule 0 did not match  flags.f.rules[0]
    ✓ segment outer
      ✓ b exists true  found 1
      ✓ segment inner
        ✓ a above [1,null]  found 2
  ✓ rule 1 matched  flags.f.rules[1]
    ✓ flag other is on  found on
      ✓ rule 0 matched  flags.other.rules[0]
        ✓ 100% is everybody: no unit is asked for
    ✓ time window, by the clock of UTC
    ✗ 0% is nobody: no unit is asked for

at 1970-01-01T00:00:01Z  digest DIGEST
";
    let context = r#"{"a":2,"b":1}"#;
    folder.run(&["explain", "kinds.yaml", "f", "--context", context, "--now", "1000"]).wrote(0, stdout, "");
    folder
        .file("static.yaml", "cutover: 1\nflags: { s: { rules: [{ serve: on }] }, d: { enabled: false } }\n");
    let s = folder.run(&["explain", "static.yaml", "s", "--now", "0"]);
    assert!(
        s.stdout.starts_with("s = true  variant on\nSTATIC  the same for everybody, at any time\n"),
        "{}",
        s.stdout
    );
    let d = "d = false  variant off\nDISABLED  the flag is not enabled\n\nat 1970-01-01T00:00:00Z  digest DIGEST\n";
    folder.run(&["explain", "static.yaml", "d", "--now", "0"]).wrote(0, d, "");
}

#[test]
fn programs_get_the_steps() {
    let folder = Folder::new("explain_json");
    let args = ["explain", "rules.yaml", "simple", "--json"];
    let stdout = "{\"decision\":{\"flag\":\"simple\",\"value\":true,\"variant\":\"on\",\"reason\":\"STATIC\",\"rule\":0,\
                  \"error\":null,\"digest\":\"DIGEST\"},\"steps\":[{\"step\":\"rule\",\"depth\":0,\
                  \"path\":\"flags.simple.rules[0]\",\"rule\":0,\"result\":\"true\"}]}\n";
    folder.run(&args).wrote(0, stdout, "");
    let unknown = folder.run(&["explain", "rules.yaml", "simpel", "--json"]).json(3);
    assert_eq!(
        (unknown["decision"]["error"].as_str(), unknown["steps"].as_array().map(Vec::len)),
        (Some("FLAG_NOT_FOUND"), Some(0))
    );
    let people = folder.run(&["explain", "rules.yaml", "simpel"]);
    assert_eq!((people.code, people.stdout.as_str()), (Some(3), ""));
    assert!(people.stderr.contains("did you mean `simple`?"), "{}", people.stderr);
}
