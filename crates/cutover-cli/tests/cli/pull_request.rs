//! `scripts/pull-request.sh`, with a real repository, and somebody who answers as GitHub does.

use crate::{Folder, Run, run};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

const BEFORE: &str = "cutover: 1
flags:
  beta: { rules: [{ serve: { rollout: 0%, by: userId } }] }
migrations:
  orders: { old: sql, new: mongo, ladder: standard, phase: sync }
";

/// A repository with a ruleset, and a branch on which it may change.
fn repository(name: &str) -> Folder {
    let folder = Folder::new(name);
    std::fs::remove_file(folder.0.join("rules.yaml")).unwrap();
    std::fs::create_dir_all(folder.0.join("conf")).unwrap();
    folder.file("conf/flags.yaml", BEFORE);
    folder.file("people.ndjson", "{\"userId\":\"ada\"}\n{\"userId\":\"grace\"}\n");
    for args in [
        &["init", "--quiet", "--initial-branch", "main"][..],
        &["add", "."],
        &["commit", "--quiet", "-m", "begin"],
        &["checkout", "--quiet", "-b", "change"],
    ] {
        git(&folder, args);
    }
    folder
}

fn git(folder: &Folder, args: &[&str]) {
    let mut command = Command::new("git");
    command
        .current_dir(&folder.0)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.org"])
        .args(args);
    let run = run(&mut command, b"");
    assert_eq!(run.code, Some(0), "{args:?} {}", run.stderr);
}

fn script(folder: &Folder, args: &[&str], env: &[(&str, &str)]) -> Run {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/pull-request.sh");
    let mut command = Command::new("bash");
    command.current_dir(&folder.0).arg(path).args(args).env("CUTOVER", env!("CARGO_BIN_EXE_cutover"));
    for name in
        ["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_API_URL", "http_proxy", "HTTP_PROXY", "all_proxy"]
    {
        command.env_remove(name);
    }
    command.envs(env.iter().copied());
    run(&mut command, b"")
}

#[test]
fn a_change_is_told_with_whom_it_moves() {
    let folder = repository("pull_request");
    let unchanged = script(&folder, &["--base", "main", "conf/flags.yaml"], &[]);
    assert_eq!(
        (unchanged.code, unchanged.stdout.as_str()),
        (Some(0), "<!-- cutover: blast radius -->\n\nNo ruleset has changed.\n")
    );
    folder.file("conf/flags.yaml", BEFORE.replace("0%", "100%"));
    let told = script(&folder, &["--base", "main", "--population", "people.ndjson", "conf/flags.yaml"], &[]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    for part in [
        "### Blast radius of `conf/flags.yaml`",
        "**2 of 2 contexts move (100.00%).**",
        "| `beta` | 2 | `off` → `on` |",
        "No move has a hazard.",
    ] {
        assert!(told.stdout.contains(part), "{part}\n{}", told.stdout);
    }
    // What main gained meanwhile is not of this branch.
    git(&folder, &["commit", "--quiet", "-am", "change"]);
    git(&folder, &["checkout", "--quiet", "main"]);
    folder.file("conf/flags.yaml", BEFORE.replace("beta", "gamma"));
    git(&folder, &["commit", "--quiet", "-am", "meanwhile"]);
    let told = script(&folder, &["--base", "main", "--head", "change", "conf/flags.yaml"], &[]);
    assert!(told.stdout.contains("`beta`") && !told.stdout.contains("`gamma`"), "{}", told.stdout);
    // From a folder of the repository, a file is called as it is seen from there.
    let inside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/pull-request.sh");
    let mut command = Command::new("bash");
    command.current_dir(folder.0.join("conf")).arg(inside).args([
        "--base",
        "main",
        "--head",
        "change",
        "flags.yaml",
    ]);
    let told = run(command.env("CUTOVER", env!("CARGO_BIN_EXE_cutover")), b"");
    assert!(told.stdout.contains("### Blast radius of `flags.yaml`"), "{} {}", told.stdout, told.stderr);
}

#[test]
fn what_nobody_accepted_or_what_is_refused_ends_with_one() {
    let folder = repository("pull_request_hazard");
    folder.file("conf/flags.yaml", BEFORE.replace("phase: sync", "phase: cleanup"));
    let told = script(&folder, &["--base", "main", "conf/flags.yaml", "--output", "told.md"], &[]);
    assert_eq!((told.code, told.stdout.as_str()), (Some(1), ""), "{}", told.stderr);
    let markdown = std::fs::read_to_string(folder.0.join("told.md")).unwrap();
    assert!(
        markdown.contains("| `orders` | everybody | `sync` → `cleanup` **not adjacent** |"),
        "{markdown}"
    );
    assert!(markdown.contains("Nobody has accepted `"), "{markdown}");
    folder.file("conf/flags.yaml", "cutover: 1\nflgs: {}\n");
    let told = script(&folder, &["--base", "main", "conf/flags.yaml"], &[]);
    assert_eq!(told.code, Some(1));
    assert!(told.stdout.contains("### `conf/flags.yaml` is refused"), "{}", told.stdout);
    assert!(told.stdout.contains("conf/flags.yaml:2:1"), "{}", told.stdout);
    // What was refused before is told, not passed over.
    git(&folder, &["commit", "--quiet", "-am", "broken"]);
    git(&folder, &["checkout", "--quiet", "-b", "repair"]);
    folder.file("conf/flags.yaml", BEFORE);
    let told = script(&folder, &["--base", "change", "conf/flags.yaml"], &[]);
    assert_eq!(told.code, Some(1));
    assert!(
        told.stdout.contains("cannot be compared") && told.stdout.contains("(before)"),
        "{}",
        told.stdout
    );
}

#[test]
fn files_come_and_go() {
    let folder = repository("pull_request_files");
    folder.file("conf/new one.yaml", "cutover: 1\nflags: { fresh: { rules: [{ serve: on }] } }\n");
    std::fs::remove_file(folder.0.join("conf/flags.yaml")).unwrap();
    let told = script(
        &folder,
        &[
            "--base",
            "main",
            "--accept",
            "stale_read,lost_write",
            "--",
            "conf/new one.yaml",
            "conf/flags.yaml",
        ],
        &[],
    );
    assert!(
        told.stdout.contains("### Blast radius of `conf/new one.yaml`"),
        "{} {}",
        told.stdout,
        told.stderr
    );
    assert!(told.stdout.contains("`fresh`") && told.stdout.contains("removed"), "{}", told.stdout);
}

#[test]
fn wrong_use_is_told() {
    let folder = repository("pull_request_use");
    for (args, why) in [
        (&["--base", "main"][..], "name the rulesets"),
        (&["--base", "nowhere", "conf/flags.yaml"], "there is no nowhere"),
        (&["--bas", "main", "x"], "there is no option --bas"),
        (&["--population", "nobody", "--base", "main", "x"], "nobody cannot be read"),
        (&["--comment", "x;y", "--base", "main", "x"], "a pull request has a number"),
        (&["--comment", "7", "--base", "main", "conf/flags.yaml"], "GITHUB_TOKEN"),
        (&["--base"], "--base needs a value"),
    ] {
        let told = script(&folder, args, &[]);
        assert_eq!(told.code, Some(2), "{args:?} {}", told.stderr);
        assert!(told.stderr.contains(why), "{args:?} {}", told.stderr);
    }
}

/// What was asked of the other end: the line of the request, and its body.
type Asked = (String, String);

/// Answers by the line of the request, as many times as it is asked.
fn answering(answers: BTreeMap<&'static str, String>) -> (String, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            let (mut first, mut length, mut signed) = (String::new(), 0, false);
            lines.read_line(&mut first).unwrap();
            loop {
                let mut line = String::new();
                lines.read_line(&mut line).unwrap();
                let small = line.trim().to_ascii_lowercase();
                if let Some(bytes) = small.strip_prefix("content-length:") {
                    length = bytes.trim().parse().unwrap();
                }
                signed |= line.trim() == "Authorization: Bearer secret";
                if small.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            lines.read_exact(&mut body).unwrap();
            assert!(signed);
            let first = first.trim().trim_end_matches(" HTTP/1.1").to_owned();
            let answer = answers.get(first.as_str()).cloned().unwrap_or_else(|| "{}".to_owned());
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                answer.len()
            )
            .unwrap();
            if sender.send((first, String::from_utf8(body).unwrap())).is_err() {
                return;
            }
        }
    });
    (address, asked)
}

#[test]
fn a_comment_is_written_once_and_then_kept_up_to_date() {
    let folder = repository("pull_request_comment");
    folder.file("conf/flags.yaml", BEFORE.replace("0%", "100%"));
    let comments = "GET /repos/a/b/issues/7/comments?per_page=100&page=1";
    let commented = |list: &str| {
        let (address, asked) = answering(BTreeMap::from([(comments, list.to_owned())]));
        let env =
            [("GITHUB_TOKEN", "secret"), ("GITHUB_REPOSITORY", "a/b"), ("GITHUB_API_URL", address.as_str())];
        let told = script(&folder, &["--base", "main", "--comment", "7", "conf/flags.yaml"], &env);
        assert_eq!(told.code, Some(0), "{}", told.stderr);
        assert_eq!(asked.recv().unwrap().0, comments);
        asked.recv().unwrap()
    };
    let (first, body) = commented(r#"[{"id":1,"body":"hello"}]"#);
    assert_eq!(first, "POST /repos/a/b/issues/7/comments");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(
        body["body"].as_str().unwrap().starts_with("<!-- cutover: blast radius -->\n### Blast radius"),
        "{body}"
    );
    let (first, _) =
        commented(r#"[{"id":1,"body":"hello"},{"id":2,"body":"<!-- cutover: blast radius -->\nold"}]"#);
    assert_eq!(first, "PATCH /repos/a/b/issues/comments/2");
}
