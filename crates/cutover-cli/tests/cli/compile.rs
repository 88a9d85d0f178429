//! `compile`, and programs where other commands take rulesets.

use crate::Folder;
use std::fs;

#[test]
fn a_program_stands_wherever_a_ruleset_does() {
    let folder = Folder::new("compile_stands");
    folder.run(&["compile", "rules.yaml", "-o", "rules.cutp"]).wrote(0, "", "");
    let commands: [&[&str]; 5] = [
        &["check", "FILE"],
        &["eval", "FILE", "--context", r#"{"userId":"user_1"}"#, "--now", "0"],
        &["eval", "FILE", "--json", "--now", "0"],
        &["explain", "FILE", "new_search", "--context", r#"{"userId":"user_1"}"#, "--now", "0", "--json"],
        &["route", "FILE", "recruiters", "--json", "--now", "0"],
    ];
    for command in commands {
        let with = |file: &'static str| {
            let args: Vec<&str> =
                command.iter().map(|arg| if *arg == "FILE" { file } else { *arg }).collect();
            let run = folder.run(&args);
            (run.code, run.stdout.replace(file, "FILE"), run.stderr.replace(file, "FILE"))
        };
        let (code, stdout, stderr) = with("rules.cutp");
        assert!(code == Some(0) || code == Some(3), "{command:?} {stderr}");
        assert!(!stdout.is_empty());
        // A program has no warnings, which `check` counts.
        if command != ["check", "FILE"] {
            assert_eq!((code, stdout, stderr), with("rules.yaml"));
        }
    }
    // What is compiled again is the same.
    folder.run(&["compile", "rules.cutp", "-o", "again.cutp"]).wrote(0, "", "");
    assert_eq!(
        fs::read(folder.0.join("again.cutp")).unwrap(),
        fs::read(folder.0.join("rules.cutp")).unwrap()
    );
}

#[test]
fn a_summary_tells_what_was_compiled() {
    let folder = Folder::new("compile_summary");
    let summary = folder.run(&["compile", "rules.yaml", "-o", "rules.cutp", "--json"]).json(0);
    let bytes = fs::read(folder.0.join("rules.cutp")).unwrap();
    assert!(bytes.starts_with(b"CUTP"));
    assert_eq!(summary["bytes"], bytes.len());
    let checksum: String = bytes[16..24].iter().rev().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(summary["checksum"], checksum);
    let check = folder.run(&["eval", "rules.yaml", "--json", "--now", "0"]).json(0);
    assert_eq!(summary["flags"], check.as_array().unwrap().len());
    let keys: Vec<&String> = summary.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["bytes", "checksum", "digest", "flags", "migrations"]);
    // Without a file there is a summary and nothing else.
    assert_eq!(folder.run(&["compile", "rules.yaml", "--json"]).json(0), summary);
}

#[test]
fn standard_output_takes_the_program() {
    let folder = Folder::new("compile_stdout");
    folder.run(&["compile", "rules.yaml", "-o", "rules.cutp"]).wrote(0, "", "");
    let out = folder.command(&["compile", "rules.yaml"]).output().unwrap();
    assert_eq!((out.status.code(), out.stdout), (Some(0), fs::read(folder.0.join("rules.cutp")).unwrap()));
}

#[test]
fn warnings_are_told_while_compiling() {
    let folder = Folder::new("compile_warnings");
    folder.file("warned.json", r#"{"cutover":1,"flags":{"a":{"rules":[{"serve":"on"},{"serve":"off"}]}}}"#);
    let run = folder.run(&["compile", "warned.json", "-o", "warned.cutp"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(run.stderr.contains("rule_never_matches"), "{}", run.stderr);
}

#[test]
fn what_cannot_be_compiled_or_loaded_is_told() {
    let folder = Folder::new("compile_refused");
    folder.file("bad.yaml", "cutover: 2\n");
    assert_eq!(folder.run(&["compile", "bad.yaml", "-o", "bad.cutp"]).code, Some(1));
    assert!(!folder.0.join("bad.cutp").exists(), "a refused ruleset leaves no file behind");
    assert_eq!(folder.run(&["compile", "missing.yaml"]).code, Some(2));
    let run = folder.run(&["compile", "rules.yaml", "-o", "no/such/folder", "--json"]).json(2);
    assert_eq!(run["diagnostics"][0]["code"], "unwritable_file");

    folder.run(&["compile", "rules.yaml", "-o", "rules.cutp"]).wrote(0, "", "");
    let bytes = fs::read(folder.0.join("rules.cutp")).unwrap();
    let mut flipped = bytes.clone();
    flipped[30] ^= 1;
    let mut newer = bytes.clone();
    newer[4] = 9;
    for (name, bytes, message) in [
        ("short.cutp", &bytes[..bytes.len() - 1], "it was cut off or something was appended"),
        ("flipped.cutp", &flipped, "does not match its checksum"),
        ("newer.cutp", &newer, "is of version 9 of the format, expected 4"),
    ] {
        folder.file(name, bytes);
        let commands: [&[&str]; 4] = [
            &["check", name, "--json"],
            &["eval", name, "--json"],
            &["explain", name, "x", "--json"],
            &["compile", name, "--json"],
        ];
        for command in commands {
            let run = folder.run(command).json(1);
            assert_eq!(run["diagnostics"][0]["code"], "bad_program", "{command:?}");
            assert!(run["diagnostics"][0]["message"].as_str().unwrap().contains(message), "{run}");
        }
        assert!(folder.run(&["eval", name]).stderr.contains(message));
    }
}
