//! `cutover eval --contexts`: a file of contexts, line by line.

use crate::{Folder, Run};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::time::Duration;

fn values(run: &Run) -> Vec<serde_json::Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_line_is_decided_as_it_is_alone() {
    let folder = Folder::new("contexts_alone");
    let contexts =
        [r#"{"userId":"user_123"}"#, r#"{"userId":"user_77"}"#, r#"{"tenant":{"tier":"premium"}}"#, "{}"];
    folder.file("contexts.ndjson", contexts.join("\n"));
    for flag in [None, Some("orders_mongodb")] {
        let flag = flag.map_or(vec![], |flag| vec!["--flag", flag]);
        let now = ["--now", "0", "--json"];
        let together =
            folder.run(&[&["eval", "rules.yaml", "--contexts", "contexts.ndjson"], &now[..], &flag].concat());
        let alone: String = contexts
            .iter()
            .map(|context| {
                folder.run(&[&["eval", "rules.yaml", "--context", context], &now[..], &flag].concat()).stdout
            })
            .collect();
        together.wrote(0, &alone, "");
    }
}

#[test]
fn a_hundred_thousand_lines_keep_their_order() {
    const LINES: usize = 100_000;
    let folder = Folder::new("contexts_many");
    folder.file("echo.yaml", "cutover: 1\nflags: { f: { rules: [{ serve: { rollout: 50%, by: id } }] } }\n");
    let mut text = String::new();
    for id in 0..LINES {
        // Lines of very different lengths, so that no two pieces take the same time.
        writeln!(text, "{{\"id\":{id},\"pad\":\"{}\"}}", "x".repeat(id % 7 * (id % 11))).unwrap();
    }
    folder.file("contexts.ndjson", &text);
    let args = ["eval", "echo.yaml", "--flag", "f"];
    let run = folder.run(&[&args[..], &["--contexts", "contexts.ndjson"]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let engine = cutover::Engine::from_str(
        "cutover: 1\nflags: { f: { rules: [{ serve: { rollout: 50%, by: id } }] } }",
    )
    .unwrap();
    let mut count = 0;
    for (id, line) in (0_i64..).zip(run.stdout.lines()) {
        let context = engine.context(&cutover::Attributes::new().with("id", id));
        let want = engine.is_enabled("f", &context, 0);
        assert!(line.starts_with(&format!("{{\"flag\":\"f\",\"value\":{want},")), "line {id}: {line}");
        count += 1;
    }
    assert_eq!(count, LINES);
    // The same from standard input, where reads end anywhere.
    let piped = folder.run_with_input(&[&args[..], &["--contexts", "-"]].concat(), text.as_bytes());
    assert!(piped.stdout == run.stdout && piped.code == Some(0));
}

#[test]
fn a_bad_line_is_told_in_its_place_and_the_rest_goes_on() {
    let folder = Folder::new("contexts_bad");
    let text: &[&[u8]] = &[
        b"{\"userId\":\"user_123\"}",
        b"{\"userId\":",
        b"",
        b"7",
        b"{\"userId\":\"\xFF\"}\r",
        b"{\"userId\":\"user_456\"}",
    ];
    folder.file("contexts.ndjson", text.join(&b'\n'));
    let args = ["eval", "rules.yaml", "--flag", "orders_mongodb", "--contexts", "contexts.ndjson"];
    let run = folder.run(&args);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (Some(1), "cutover: 3 lines are no contexts in contexts.ndjson\n")
    );
    let lines = values(&run);
    let told: Vec<String> = lines
        .iter()
        .map(|line| match line["line"].as_u64() {
            None => format!("{} {}", line["flag"], line["rule"]),
            Some(number) => {
                format!("{number} {} {}", line["diagnostics"][0]["code"], line["diagnostics"][0]["line"])
            }
        })
        .collect();
    assert_eq!(
        told,
        [
            "\"orders_mongodb\" 0",
            "2 \"json_syntax\" 2",
            "4 \"context_not_object\" 4",
            "5 \"not_utf8\" 5",
            "\"orders_mongodb\" 0",
        ]
    );
    let json = folder.run(&[&args[..], &["--json"]].concat());
    json.wrote(1, &run.stdout, "");
}

#[test]
fn a_line_too_long_for_memory_is_passed_over() {
    let folder = Folder::new("contexts_long");
    let long = format!("{{\"userId\":\"{}\"}}\n", "x".repeat(9 << 20));
    let run = folder.run_with_input(
        &["eval", "rules.yaml", "--flag", "simple", "--contexts", "-"],
        format!("{{}}\n{long}{{}}\n").as_bytes(),
    );
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "cutover: 1 line is no context in <stdin>\n"));
    let lines = values(&run);
    assert_eq!(
        (lines[0]["value"].clone(), lines[2]["value"].clone(), lines.len()),
        (true.into(), true.into(), 3)
    );
    assert_eq!(
        (lines[1]["line"].clone(), lines[1]["diagnostics"][0]["code"].clone()),
        (2.into(), "line_too_long".into())
    );
}

#[test]
fn an_unknown_flag_ends_with_3() {
    let folder = Folder::new("contexts_unknown");
    let args = ["eval", "rules.yaml", "--flag", "simpel", "--contexts", "-"];
    let run = folder.run_with_input(&args, b"{}\n");
    assert_eq!(run.code, Some(3));
    assert!(run.stderr.contains("did you mean `simple`?"), "{}", run.stderr);
    assert_eq!(values(&run)[0]["error"], "FLAG_NOT_FOUND");
}

#[test]
fn no_contexts_are_no_output() {
    let folder = Folder::new("contexts_none");
    folder.run_with_input(&["eval", "rules.yaml", "--contexts", "-"], b"").wrote(0, "", "");
    folder.run_with_input(&["eval", "rules.yaml", "--contexts", "-"], b"\n \n\n").wrote(0, "", "");
}

#[test]
fn a_file_of_contexts_that_cannot_be_read_is_wrong_use() {
    let folder = Folder::new("contexts_missing");
    let missing = folder.run(&["eval", "rules.yaml", "--contexts", "missing.ndjson", "--json"]).json(2);
    assert_eq!(missing["diagnostics"][0]["code"], "unreadable_file");
    let stderr = "error[unreadable_file]: `.` cannot be read: it is a directory\n\n";
    folder.run(&["eval", "rules.yaml", "--contexts", "."]).wrote(2, "", stderr);
    let stderr = "error[two_stdin]: the ruleset and the contexts cannot both come from standard input\n\n";
    folder.run_with_input(&["eval", "-", "--contexts", "-"], b"cutover: 1").wrote(2, "", stderr);
}

/// Whoever writes contexts one by one gets each answer before the next question.
#[test]
fn a_slow_producer_is_answered_line_by_line() {
    let folder = Folder::new("contexts_slow");
    let mut command = folder.command(&["eval", "rules.yaml", "--flag", "simple", "--contexts", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (answers, answered) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            answers.send(line.unwrap()).unwrap();
        }
    });
    for _ in 0..3 {
        input.write_all(b"{}\n").unwrap();
        // Far more than an answer takes; without one this would wait for ever.
        let answer = answered.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(answer.starts_with("{\"flag\":\"simple\",\"value\":true,"), "{answer}");
    }
    drop(input);
    reader.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
