//! `cutover check`.

use crate::Folder;

const BAD: &str = "\
cutover: 1
flags:
  a:
    rules:
      - { if: { attribute: userId, iss: x }, serve: on }
  b:
    enabld: true
";

/// The keys that the schema knows in a definition, but for some, by name.
fn known(folder: &Folder, definition: &str, except: &[&str]) -> Vec<String> {
    let schema: serde_json::Value = serde_json::from_str(&folder.run(&["schema"]).stdout).unwrap();
    let keys = schema["$defs"][definition]["properties"].as_object().unwrap().keys();
    sorted(keys.map(String::as_str).filter(|key| !except.contains(key)))
}

fn sorted<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut keys: Vec<String> = keys.map(str::to_owned).collect();
    keys.sort();
    keys
}

#[test]
fn a_good_ruleset_is_one_line() {
    let folder = Folder::new("check_good");
    folder.run(&["check", "rules.yaml"]).wrote(
        0,
        "ok rules.yaml: 5 flags, 2 migrations  digest DIGEST\n",
        "",
    );
    assert_eq!(
        folder.run(&["check", "rules.yaml", "--json"]).json(0),
        serde_json::json!({ "diagnostics": [] })
    );
}

#[test]
fn a_policy_out_of_its_limits_is_shown_where_it_stands() {
    let folder = Folder::new("check_policy");
    folder.file("policy.yaml", "cutover: 1\ndelivery:\n  quick: { backoff: { base: 90d } }\n");
    let stdout = "\
error[out_of_range]: this is outside of its limits
 --> policy.yaml:3:29
  |
3 |   quick: { backoff: { base: 90d } }
  |                             ^^^
  = at: delivery.quick.backoff.base
  = expected: 0s to 1d

refused policy.yaml: 1 error, no warnings
";
    folder.run(&["check", "policy.yaml"]).wrote(1, stdout, "");
}

#[test]
fn every_problem_is_told_at_once() {
    let folder = Folder::new("check_bad");
    folder.file("bad.yaml", BAD);
    let run = folder.run(&["check", "bad.yaml"]);
    let lists: Vec<&str> =
        run.stdout.lines().filter_map(|line| line.strip_prefix("  = expected: ")).collect();
    let [operators, keys] = lists[..] else { panic!("{}", run.stdout) };
    // What stands beside an operator is none.
    let beside = ["attribute", "otherwise", "as", "ignore_case", "each"];
    assert_eq!(sorted(operators.split(", ")), known(&folder, "Attribute", &beside));
    assert_eq!(sorted(keys.split(", ")), known(&folder, "Flag", &[]));
    let stdout = "\
error[unknown_operator]: `iss` is no operator
 --> bad.yaml:5:36
  |
5 |       - { if: { attribute: userId, iss: x }, serve: on }
  |                                    ^^^
  = at: flags.a.rules[0].if
  = expected: OPERATORS
  = help: did you mean `is`?

error[unknown_key]: `enabld` is not a key known here
 --> bad.yaml:7:5
  |
7 |     enabld: true
  |     ^^^^^^
  = at: flags.b.enabld
  = expected: KEYS
  = help: did you mean `enabled`?

refused bad.yaml: 2 errors, no warnings
";
    run.wrote(1, &stdout.replace("OPERATORS", operators).replace("KEYS", keys), "");
}

#[test]
fn diagnostics_are_one_json_value() {
    let folder = Folder::new("check_json");
    folder.file("bad.yaml", "cutover: 1\nflags: { a: { enabld: true } }\n");
    let run = folder.run(&["check", "bad.yaml", "--json"]);
    let keys = &run.json(1)["diagnostics"][0]["expected"];
    let listed = keys.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
    assert_eq!(sorted(listed), known(&folder, "Flag", &[]));
    let stdout = format!(
        "{{\"diagnostics\":[{{\"code\":\"unknown_key\",\"severity\":\"error\",\"path\":\"flags.a.enabld\",\
         \"line\":2,\"column\":15,\"found\":\"enabld\",\"expected\":{keys},\
         \"message\":\"`enabld` is not a key known here\",\"help\":\"did you mean `enabled`?\"}}]}}\n"
    );
    run.wrote(1, &stdout, "");
}

#[test]
fn several_files_are_told_apart() {
    let folder = Folder::new("check_many");
    folder.file("bad.yaml", BAD);
    let people = folder.run(&["check", "rules.yaml", "bad.yaml", "rules.yaml"]);
    assert_eq!(people.code, Some(1), "{people:?}");
    let verdicts: Vec<&str> = people
        .stdout
        .lines()
        .filter(|line| line.starts_with("ok ") || line.starts_with("refused "))
        .collect();
    assert_eq!(
        verdicts,
        [
            "ok rules.yaml: 5 flags, 2 migrations  digest DIGEST",
            "refused bad.yaml: 2 errors, no warnings",
            "ok rules.yaml: 5 flags, 2 migrations  digest DIGEST",
        ]
    );
    let json = folder.run(&["check", "rules.yaml", "bad.yaml", "--json"]).json(1);
    let diagnostics = json["diagnostics"].as_array().unwrap();
    let told: Vec<_> =
        diagnostics.iter().map(|d| (d["file"].as_str().unwrap(), d["code"].as_str().unwrap())).collect();
    assert_eq!(told, [("bad.yaml", "unknown_operator"), ("bad.yaml", "unknown_key")]);
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let folder = Folder::new("check_missing");
    let run = folder.run(&["check", "missing.yaml", ".", "rules.yaml"]);
    let stdout = "\
error[unreadable_file]: `missing.yaml` cannot be read: there is no such file

error[unreadable_file]: `.` cannot be read: it is a directory

ok rules.yaml: 5 flags, 2 migrations  digest DIGEST
";
    run.wrote(2, stdout, "");
    let json = folder.run(&["check", "missing.yaml", "rules.yaml", "--json"]).json(2);
    assert_eq!(json["diagnostics"][0]["file"], "missing.yaml");
    assert_eq!(json["diagnostics"][0]["code"], "unreadable_file");
}

#[test]
fn what_is_questionable_is_refused_only_on_demand() {
    let folder = Folder::new("check_strict");
    folder.file("old.yaml", "cutover: 1\nflags: { a: { expires: 2020-01-01, rules: [{ serve: on }] } }\n");
    let run = folder.run(&["check", "old.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stdout.starts_with("warning[flag_expired]: the flag `a` has expired\n --> old.yaml:2:24\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.ends_with("\nok old.yaml: 1 flag, no migrations, 1 warning  digest DIGEST\n"),
        "{}",
        run.stdout
    );
    let strict = folder.run(&["check", "old.yaml", "--strict"]);
    assert!(strict.stdout.ends_with("\nrefused old.yaml: no errors, 1 warning\n"), "{}", strict.stdout);
    assert_eq!(strict.code, Some(1));
    // The clock is an argument: the flag had not expired then.
    for now in ["2019-12-31T23:59:59Z", "1577836799999"] {
        let before = folder.run(&["check", "old.yaml", "--strict", "--now", now]);
        before.wrote(0, "ok old.yaml: 1 flag, no migrations  digest DIGEST\n", "");
    }
}

#[test]
fn standard_input_and_json_rulesets_are_read() {
    let folder = Folder::new("check_stdin");
    let json = br#"{"cutover":1,"flags":{"a":{"rules":[{"serve":"on"}]}}}"#;
    folder.run_with_input(&["check", "-"], json).wrote(
        0,
        "ok <stdin>: 1 flag, no migrations  digest DIGEST\n",
        "",
    );
    // What is in a file counts, not what it is called.
    folder.file("rules.txt", json);
    folder.run(&["check", "rules.txt"]).wrote(0, "ok rules.txt: 1 flag, no migrations  digest DIGEST\n", "");
}
