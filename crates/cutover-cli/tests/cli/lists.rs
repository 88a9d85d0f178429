//! `cutover hash-list`, `schema` and `completions`.

use crate::Folder;
use std::fmt::Write as _;

/// A ruleset with `list` where a condition has its list.
fn ruleset(list: &str) -> String {
    let list: String = list.lines().fold(String::new(), |mut out, line| {
        writeln!(out, "              {line}").unwrap();
        out
    });
    format!(
        "cutover: 1\nflags:\n  f:\n    rules:\n      - serve: on\n        if:\n            attribute: id\n            in:\n{list}"
    )
}

#[test]
fn a_list_matches_whom_it_does_not_name() {
    let folder = Folder::new("hash_list");
    let ids = "user_123\r\nuser 456 \n\n日本\nuser_123";
    let run = folder.run_with_input(&["hash-list", "--salt", "pep\"per: #\n"], ids.as_bytes());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert!(!run.stdout.contains("user_123"));
    let digests: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("  - ")).collect();
    assert_eq!(digests.len(), 3, "{}", run.stdout);
    assert!(digests.is_sorted(), "the order of the file is not told");

    folder.file("list.yaml", ruleset(&run.stdout));
    let json = folder.run_with_input(&["hash-list", "--salt", "pep\"per: #\n", "--json"], ids.as_bytes());
    folder.file("list2.yaml", ruleset(&json.stdout));
    for rules in ["list.yaml", "list2.yaml"] {
        let value = |id: serde_json::Value| {
            let context = serde_json::json!({ "id": id }).to_string();
            folder.run(&["eval", rules, "--flag", "f", "--json", "--context", &context]).json(0)["value"]
                .clone()
        };
        assert_eq!(value("user_123".into()), true);
        assert_eq!(value("user 456 ".into()), true, "spaces are part of an identifier");
        assert_eq!(value("user 456".into()), false);
        assert_eq!(value("日本".into()), true);
        assert_eq!(value("user_124".into()), false);
    }
}

#[test]
fn numbers_are_hashed_as_numbers_on_demand() {
    let folder = Folder::new("hash_list_integers");
    folder.file("ids.txt", "42\n-7\n9007199254740993\n");
    let run = folder.run(&["hash-list", "--salt", "s", "--integers", "ids.txt"]);
    folder.file("list.yaml", ruleset(&run.stdout));
    let value = |context: &str| {
        folder.run(&["eval", "list.yaml", "--flag", "f", "--json", "--context", context]).json(0)["value"]
            .clone()
    };
    assert_eq!((value(r#"{"id":42}"#), value(r#"{"id":"42"}"#)), (true.into(), false.into()));
    assert_eq!(
        (value(r#"{"id":9007199254740993}"#), value(r#"{"id":9007199254740992}"#)),
        (true.into(), false.into())
    );
}

#[test]
fn a_list_with_a_bad_line_is_refused_whole() {
    let folder = Folder::new("hash_list_bad");
    let run = folder.run_with_input(&["hash-list", "--salt", "s"], b"a\n\xFF\nb\n\xFE\n");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(run.stderr.contains("<stdin>:2:1") && run.stderr.contains("<stdin>:4:1"), "{}", run.stderr);
    let json =
        folder.run_with_input(&["hash-list", "--salt", "s", "--integers", "--json"], b"1\nx\n").json(1);
    assert_eq!(
        (json["diagnostics"][0]["code"].as_str(), json["diagnostics"][0]["line"].as_u64()),
        (Some("not_integer"), Some(2))
    );
    let empty = folder.run_with_input(&["hash-list", "--salt", "s"], b"\n\n");
    assert_eq!((empty.code, empty.stdout.as_str()), (Some(1), ""));
    assert!(empty.stderr.starts_with("error[empty_list]"), "{}", empty.stderr);
}

#[test]
fn the_schema_is_json_either_way() {
    let folder = Folder::new("schema");
    let people = folder.run(&["schema"]);
    let programs = folder.run(&["schema", "--json"]);
    assert!(people.code == Some(0) && people.stdout.lines().count() > 100, "indented for people");
    let schema: serde_json::Value = serde_json::from_str(&people.stdout).unwrap();
    assert_eq!(schema, programs.json(0));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["flags"].is_object());
}

#[test]
fn completions_name_every_command() {
    let folder = Folder::new("completions");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = folder.run(&["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        for name in [
            "check",
            "eval",
            "explain",
            "route",
            "import",
            "schema",
            "hash-list",
            "conformance",
            "completions",
        ] {
            assert!(run.stdout.contains(name), "{shell} does not complete {name}");
        }
        let completes_values = ["bash", "zsh"].contains(&shell);
        assert!(!completes_values || run.stdout.contains("features-yml"), "{shell}");
        let json = folder.run(&["completions", shell, "--json"]).json(0);
        assert_eq!(
            (json["shell"].as_str(), json["script"].as_str()),
            (Some(shell), Some(run.stdout.as_str()))
        );
    }
    // The script is one that the shell takes.
    let bash = folder.run(&["completions", "bash"]);
    folder.file("completions.bash", &bash.stdout);
    let check =
        std::process::Command::new("bash").args(["-n", "completions.bash"]).current_dir(&folder.0).status();
    assert!(check.unwrap().success());
}
