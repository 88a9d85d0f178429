//! `cutover diff`: whom a change of the ruleset moves.

use super::Folder;
use std::fmt::Write as _;

/// The ruleset of the design, and the same one move and a few changes later.
const DESIGN: &str = include_str!("../../../cutover/tests/rulesets/design.yaml");

fn changed() -> String {
    [
        ("{ rollout: 50%, by: userId }", "{ rollout: 60%, by: userId }"),
        ("phase: dual_read", "phase: direct_write_3a"),
        ("[enterprise, premium]", "[enterprise, premium, gold]"),
        ("precision, at_least: 0.95", "precision, at_least: 0.96"),
        ("wide: { columns: 2 }", "wide: { columns: 22 }"),
    ]
    .into_iter()
    .fold(DESIGN.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("old.yaml", DESIGN);
    folder.file("new.yaml", changed());
    let mut population = String::new();
    for number in 0..1000 {
        // Seven hundred users: some of them come twice, and are one key.
        let tier = ["gold", "free", "premium"][number % 3];
        writeln!(population, r#"{{"userId":"user_{}","tenant":{{"tier":"{tier}"}}}}"#, number % 700).unwrap();
    }
    folder.file("population.ndjson", population);
    folder
}

const NOW: &str = "2026-11-21T12:00:00Z";

#[test]
fn who_moves_and_what_that_costs() {
    let folder = folder("diff_page");
    let args = ["diff", "old.yaml", "new.yaml", "--population", "population.ndjson", "--now", NOW];
    folder.run(&args).wrote(1, include_str!("diff/page.txt"), "");
    let accepted = folder.run(&[&args[..], &["--accept", "lost_write,lost_on_return"]].concat());
    assert_eq!(accepted.code, Some(0));
    assert!(accepted.stdout.ends_with("\naccepted: lost_write, lost_on_return\n"), "{accepted:?}");
    let half = folder.run(&[&args[..], &["--accept", "lost_write"]].concat());
    assert_eq!(half.code, Some(1));
    assert!(half.stdout.contains("refused: nobody accepted lost_on_return\n"), "{half:?}");
}

#[test]
fn nobody_moves_where_nothing_changed() {
    let folder = folder("diff_nobody");
    let args = ["diff", "old.yaml", "old.yaml", "--population", "population.ndjson", "--now", NOW];
    let page = "1000 contexts, nobody moves\n\ndocument\n  the two say the same\n\nno move has a hazard\n";
    folder.run(&args).wrote(0, page, "");
}

#[test]
fn broken_lines_are_counted_and_named() {
    let folder = folder("diff_broken");
    folder.file("bad.ndjson", b"{\"userId\":1}\n{\n7\n\n{\"userId\":\"\xFF\"}\n".as_slice());
    let args = ["diff", "old.yaml", "old.yaml", "--population", "bad.ndjson"];
    let run = folder.run(&args);
    assert_eq!(run.code, Some(1));
    let wanted = "1 context, nobody moves\n3 lines are no contexts, and counted nowhere\n  line 2:2  ";
    assert!(run.stdout.starts_with(wanted), "{}", run.stdout);
    for line in
        ["\n  line 3  a context is an object of attributes\n", "\n  line 5:12  this line is not UTF-8\n"]
    {
        assert!(run.stdout.contains(line), "{}", run.stdout);
    }
    let json = folder.run(&[&args[..], &["--json"]].concat()).json(1);
    assert_eq!(json["population"]["refused"], 3);
    assert_eq!(json["population"]["refusals"][2]["diagnostic"]["code"], "not_utf8");
}

#[test]
fn skipping_phases_is_loud() {
    let folder = Folder::new("diff_skip");
    let ruleset = |phase: &str| {
        format!(
            "cutover: 1\nmigrations: {{ orders: {{ old: sql, new: mongo, ladder: standard, phase: {phase} }} }}\n"
        )
    };
    folder.file("sync.yaml", ruleset("sync"));
    folder.file("dual.yaml", ruleset("dual_write"));
    folder.file("live.yaml", ruleset("live"));
    let diff = |old: &str, new: &str| folder.run(&["diff", old, new]);
    let safe = diff("sync.yaml", "dual.yaml");
    assert_eq!(safe.code, Some(0), "{safe:?}");
    assert!(safe.stdout.starts_with("no population: only moves that everybody makes are known\n"));
    assert!(safe.stdout.contains("everybody  sync → dual_write  one phase up\n"), "{}", safe.stdout);
    let skipped = diff("sync.yaml", "live.yaml");
    assert_eq!(skipped.code, Some(1), "{skipped:?}");
    assert!(skipped.stdout.contains("sync → live  NOT ADJACENT: 3 phases up\n"), "{}", skipped.stdout);
    assert!(skipped.stdout.contains("[lost_write]"), "{}", skipped.stdout);
    let down = diff("live.yaml", "dual.yaml");
    assert!(down.stdout.contains("NOT ADJACENT: 2 phases down"), "{}", down.stdout);
}

#[test]
fn keys_of_a_cohort_move_and_the_rest_stays() {
    let folder = Folder::new("diff_cohort");
    let ruleset = |share: &str| {
        format!(
            "cutover: 1\nmigrations: {{ orders: {{ old: sql, new: mongo, ladder: standard, phase: shadow, \
             cohort: {{ phase: live, rollout: {share}, by: orderId }} }} }}\n"
        )
    };
    folder.file("five.yaml", ruleset("5%"));
    folder.file("ten.yaml", ruleset("10%"));
    let population: String = (0..4000).map(|order| format!("{{\"orderId\":{}}}\n", order % 2000)).collect();
    folder.file("orders.ndjson", population);
    let report =
        folder.run(&["diff", "five.yaml", "ten.yaml", "--population", "orders.ndjson", "--json"]).json(0);
    let found = &report["migrations"][0];
    let moved = found["moved"].as_u64().unwrap();
    // 5 % of 2,000 keys, each of which comes twice.
    assert!((150..250).contains(&moved), "{moved}");
    assert_eq!(found["keys"], serde_json::json!({ "count": moved / 2, "exact": true }));
    assert_eq!(found["moves"].as_array().map(Vec::len), Some(1));
    let only = &found["moves"][0];
    assert_eq!((&only["from"]["phase"], &only["to"]["phase"]), (&"shadow".into(), &"live".into()));
    assert_eq!((&only["adjacent"], &only["everybody"]), (&true.into(), &false.into()));
    let back =
        folder.run(&["diff", "ten.yaml", "five.yaml", "--population", "orders.ndjson", "--json"]).json(0);
    assert_eq!(back["migrations"][0]["moved"], moved);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = folder("diff_wrong");
    folder.file("bad.yaml", "cutover: 1\nflag: {}\n");
    assert_eq!(folder.run(&["diff", "old.yaml", "bad.yaml"]).code, Some(1));
    assert_eq!(folder.run(&["diff", "old.yaml", "missing.yaml"]).code, Some(2));
    assert_eq!(folder.run(&["diff", "-", "-"]).code, Some(2));
    let slip = folder.run(&["diff", "old.yaml", "new.yaml", "--switch", "USE_JOBS_PARTNERS_RAED=true"]);
    assert_eq!(slip.code, Some(2));
    assert!(slip.stderr.contains("did you mean `USE_JOBS_PARTNERS_READ`?"), "{slip:?}");
    let code = folder.run(&["diff", "old.yaml", "new.yaml", "--accept", "stale"]);
    assert_eq!(code.code, Some(2));
    assert!(code.stderr.contains("stale_read"), "{code:?}");
    // A compiled program has no document, and decides all the same.
    assert_eq!(folder.run(&["compile", "new.yaml", "-o", "new.cutp"]).code, Some(0));
    let args = ["diff", "old.yaml", "new.cutp", "--population", "population.ndjson", "--now", NOW, "--json"];
    let report = folder.run(&args).json(1);
    assert_eq!((&report["changes"], &report["flags"][1]["moved"]), (&serde_json::Value::Null, &206.into()));
}

#[test]
fn a_long_population_gives_the_same_whatever_the_pieces() {
    let folder = folder("diff_long");
    let mut text = String::new();
    for number in 0..60_000 {
        writeln!(text, "{{\"userId\":\"u{number}\",\"pad\":\"{}\"}}", "x".repeat(number % 50)).unwrap();
    }
    folder.file("long.ndjson", &text);
    let run = || {
        folder.run(&["diff", "old.yaml", "new.yaml", "--population", "long.ndjson", "--now", NOW, "--json"])
    };
    let first = run();
    assert_eq!(first.json(1)["population"]["contexts"], 60_000);
    let flag = &first.json(1)["flags"][1];
    assert_eq!((&flag["flag"], &flag["keys"]["exact"]), (&"orders_mongodb".into(), &false.into()));
    let (keys, moved) = (flag["keys"]["count"].as_u64().unwrap(), flag["moved"].as_u64().unwrap());
    assert!(keys.abs_diff(moved) * 10 < moved, "{keys} of {moved}");
    assert_eq!(run().stdout, first.stdout);
}
