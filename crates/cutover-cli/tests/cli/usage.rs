//! What holds for every command: help, exit codes, colour, and standard output that closes.

use crate::{Folder, run};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

const COMMANDS: [&str; 10] = [
    "check",
    "compile",
    "eval",
    "explain",
    "route",
    "import",
    "schema",
    "hash-list",
    "conformance",
    "completions",
];

#[test]
fn help_names_commands_and_exit_codes() {
    let folder = Folder::new("usage_help");
    let run = folder.run(&["--help"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    for command in COMMANDS {
        assert!(run.stdout.contains(&format!("\n  {command} ")), "{command}: {}", run.stdout);
        let own = folder.run(&[command, "--help"]);
        assert_eq!((own.code, own.stderr.as_str()), (Some(0), ""), "{command}");
        assert!(own.stdout.contains("--json"), "{command}");
    }
    for line in
        ["   0  done", "   1  the answer is \"no\"", "   2  wrong use", "   3  not known", "  70  a fault"]
    {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    let version = folder.run(&["--version"]);
    version.wrote(0, concat!("cutover ", env!("CARGO_PKG_VERSION"), "\n"), "");
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let folder = Folder::new("usage_wrong");
    let wrong: [&[&str]; 9] = [
        &[],
        &["chek", "rules.yaml"],
        &["check"],
        &["eval"],
        &["eval", "rules.yaml", "--context", "{}", "--contexts", "-"],
        &["eval", "rules.yaml", "--now", "yesterday"],
        &["eval", "rules.yaml", "--color", "mauve"],
        &["explain", "rules.yaml"],
        &["completions", "dos"],
    ];
    for args in wrong {
        let run = folder.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(!run.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn colour_is_for_people_who_look() {
    let folder = Folder::new("usage_color");
    folder.file("bad.yaml", "cutover: 2\n");
    let colored = |args: &[&str], environment: &[(&str, &str)]| {
        let out = run(folder.command(args).envs(environment.iter().copied()), b"");
        assert_ne!(out.code, Some(2), "{out:?}");
        (out.stdout.contains('\u{1b}'), out.stderr.contains('\u{1b}'))
    };
    let commands: [&[&str]; 5] = [
        &["check", "bad.yaml"],
        &["eval", "rules.yaml"],
        &["explain", "rules.yaml", "simple"],
        &["route", "rules.yaml", "recruiters"],
        &["route", "rules.yaml", "nobody"],
    ];
    for command in commands {
        let always = [command, &["--color", "always"]].concat();
        assert_eq!(colored(command, &[]), (false, false), "nobody looks at a pipe: {command:?}");
        let on_stderr = command.last() == Some(&"nobody");
        assert_eq!(colored(&always, &[]), (!on_stderr, on_stderr), "{command:?}");
        assert_eq!(
            colored(&always, &[("NO_COLOR", "1")]),
            (!on_stderr, on_stderr),
            "what is asked for counts: {command:?}"
        );
        // The environment can say that somebody looks behind the pipe, and NO_COLOR wins over it.
        assert_eq!(colored(command, &[("CLICOLOR_FORCE", "1")]), (!on_stderr, on_stderr), "{command:?}");
        assert_eq!(
            colored(command, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]),
            (false, false),
            "{command:?}"
        );
        let never = [command, &["--color", "never"]].concat();
        assert_eq!(colored(&never, &[("CLICOLOR_FORCE", "1")]), (false, false), "{command:?}");
        let json = [command, &["--json", "--color", "always"]].concat();
        assert_eq!(colored(&json, &[]), (false, false), "programs get none: {command:?}");
    }
}

/// The same text with and without colour.
#[test]
fn colour_changes_no_letter() {
    let folder = Folder::new("usage_strip");
    folder.file("bad.yaml", "cutover: 1\nflags: { a: { enabld: x } }\n");
    let commands: [&[&str]; 4] = [
        &["check", "bad.yaml"],
        &["eval", "rules.yaml", "--now", "0"],
        &["explain", "rules.yaml", "checkout_layout", "--now", "0"],
        &["route", "rules.yaml", "recruiters"],
    ];
    for command in commands {
        let always = folder.run(&[command, &["--color", "always"]].concat());
        let never = folder.run(&[command, &["--color", "never"]].concat());
        let stripped = anstream::adapter::strip_str(&always.stdout).to_string();
        assert_eq!(stripped, never.stdout, "{command:?}");
        assert!(never.stdout.lines().all(|line| !line.ends_with(' ')), "{command:?}");
    }
}

/// Reads one line and closes, as `| head -1` does.
#[test]
fn standard_output_may_close_early() {
    let folder = Folder::new("usage_closed");
    folder.file("contexts.ndjson", "{\"userId\":\"u\"}\n".repeat(200_000));
    let flags: String = (0..20_000).map(|id| format!("  f{id}: {{ rules: [{{ serve: on }}] }}\n")).collect();
    folder.file("wide.yaml", format!("cutover: 1\nflags:\n{flags}"));
    let commands: [&[&str]; 4] = [
        &["eval", "rules.yaml", "--contexts", "contexts.ndjson"],
        &["eval", "wide.yaml"],
        &["eval", "wide.yaml", "--json"],
        &["completions", "zsh"],
    ];
    for command in commands {
        let mut child = folder
            .command(command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::with_capacity(64, child.stdout.take().unwrap());
        if !command.contains(&"--json") {
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
            assert!(line.ends_with('\n'), "{command:?}");
        }
        drop(output);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let code = child.wait().unwrap().code();
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{command:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let folder = Folder::new("usage_full");
    for args in [&["eval", "rules.yaml"][..], &["eval", "rules.yaml", "--json"], &["schema"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = folder.command(args).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?} {stderr}");
        assert!(stderr.starts_with("cutover: standard output cannot be written: "), "{stderr}");
    }
}

#[test]
fn vectors_pass_fail_or_are_not_there() {
    let folder = Folder::new("usage_conformance");
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance");
    let run = folder.run(&["conformance", shipped]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(run.stdout.ends_with(" passed, 0 failed\n"), "{}", run.stdout);
    assert_eq!(folder.run(&["conformance", "nowhere"]).code, Some(2));
    std::fs::create_dir(folder.0.join("vectors")).unwrap();
    assert_eq!(folder.run(&["conformance", "vectors"]).code, Some(2), "no vector is no pass");
    folder.file("vectors/wrong.json", r#"{"about":"a","kind":"decide","vectors":[{"nam":"a"}]}"#);
    let run = folder.run(&["conformance", "vectors", "--json"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
}
