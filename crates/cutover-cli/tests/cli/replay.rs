//! `cutover replay`, and the logs that `eval` and `route` write.

use super::Folder;

const OLD: &str = "\
cutover: 1
flags:
  beta:
    rules:
      - { if: { attribute: plan, in: [pro, team] }, serve: on }
      - { serve: { rollout: 20%, by: userId } }
migrations:
  orders:
    { old: sql, new: mongo, ladder: recruiters_four_phase, switches: { read: USE_NEW_READ, emergency: USE_OLD } }
";

/// The log of eight users, and of a route.
fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("old.yaml", OLD);
    folder.file("new.yaml", OLD.replace("[pro, team]", "[pro]").replace("20%", "50%"));
    let plans = ["pro", "team", "free", "free"];
    let contexts: String =
        (0..8).map(|user| format!("{{\"userId\":{user},\"plan\":\"{}\"}}\n", plans[user % 4])).collect();
    folder.file("contexts.ndjson", contexts);
    let mut log =
        folder.command(&["eval", "old.yaml", "--contexts", "contexts.ndjson", "--log", "--now", "1000"]);
    let mut route =
        folder.command(&["route", "old.yaml", "orders", "--log", "--switch", "USE_NEW_READ=true"]);
    let lines = [log.output().unwrap().stdout, route.output().unwrap().stdout].concat();
    folder.file("log.ndjson", lines);
    folder
}

#[test]
fn the_ruleset_of_the_log_decides_the_same_to_the_byte() {
    let folder = folder("replay_same");
    let run = folder.run(&["replay", "old.yaml", "log.ndjson"]);
    run.wrote(0, "9 decisions, decided again by DIGEST\n       9  the same to the byte\n", "");
    // Another instant on the command line changes nothing: each line has its own.
    assert_eq!(folder.run(&["replay", "old.yaml", "log.ndjson", "--now", "5"]).code, Some(0));
    let none = folder.run_with_input(&["replay", "old.yaml", "-"], b"\n\n");
    assert_eq!(none.code, Some(3));
    assert!(none.stdout.contains("the log has no lines, so nothing is known"));
    let context = r#"{"userId":1,"plan":"pro"}"#;
    let line =
        folder.run(&["eval", "old.yaml", "--flag", "beta", "--context", context, "--log", "--now", "7"]);
    let wanted = "{\"log\":1,\"now\":7,\"context\":{\"plan\":\"pro\",\"userId\":1},\"decision\":{\"flag\":\"beta\",\"value\":true,\
                  \"variant\":\"on\",\"reason\":\"TARGETING_MATCH\",\"rule\":0,\"error\":null,\"digest\":\"DIGEST\"}}\n";
    line.wrote(0, wanted, "");
}

#[test]
fn another_ruleset_is_told_with_what_it_saw() {
    let folder = folder("replay_other");
    let run = folder.run(&["replay", "new.yaml", "log.ndjson", "--original", "old.yaml"]);
    run.wrote(1, include_str!("replay/page.txt"), "");
    let json = folder.run(&["replay", "new.yaml", "log.ndjson", "--json"]).json(1);
    let count = |key: &str| json[key].as_u64().unwrap();
    assert_eq!(count("lines"), 9);
    assert_eq!(count("identical") + count("restated") + count("changed"), 9);
    assert_eq!((count("contradicted"), count("unreplayable")), (0, 0));
    // Without the ruleset of the log there is nothing to compare the steps with.
    assert_eq!(json["moves"][0]["gone"], serde_json::json!([]));
}

#[test]
fn a_log_that_was_changed_is_caught() {
    let folder = folder("replay_changed");
    let log = std::fs::read_to_string(folder.0.join("log.ndjson")).unwrap();
    folder.file(
        "changed.ndjson",
        log.replacen("\"value\":true,\"variant\":\"on\"", "\"value\":false,\"variant\":\"off\"", 1),
    );
    let run = folder.run(&["replay", "old.yaml", "changed.ndjson"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("1 of these say that this very ruleset decided them"), "{}", run.stdout);
    // Other bytes that say the same are no change.
    let spaced = log.replace("\"log\":1,", " \"log\": 1, ");
    folder.file("spaced.ndjson", spaced);
    let run = folder.run(&["replay", "old.yaml", "spaced.ndjson"]);
    assert_eq!(
        (run.code, run.stdout.contains("9  the same, written in other bytes")),
        (Some(0), true),
        "{run:?}"
    );
}

#[test]
fn lines_that_cannot_be_replayed_are_named() {
    let folder = folder("replay_broken");
    let lines: [&[u8]; 9] = [
        b"{",
        b"7",
        b"{\"log\":2}",
        b"{\"log\":1,\"now\":\"today\"}",
        b"{\"log\":1,\"now\":0,\"contxt\":{}}",
        b"{\"log\":1,\"now\":0,\"context\":{}}",
        b"{\"log\":1,\"now\":0,\"context\":{},\"decision\":{\"flag\":\"betta\",\"digest\":\"\"}}",
        b"{\"log\":1,\"now\":0,\"context\":{},\"route\":{\"migration\":\"order\",\"digest\":\"\"}}",
        b"\xFF",
    ];
    folder.file("broken.ndjson", lines.join(&b'\n'));
    let run = folder.run(&["replay", "old.yaml", "broken.ndjson"]);
    run.wrote(1, include_str!("replay/broken.txt"), "");
}
