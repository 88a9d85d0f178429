//! `codegen`, `check` for editors and workflows, and the switches of a tree.

use crate::Folder;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::time::Duration;

#[test]
fn types_are_written_and_told_to_be_out_of_date() {
    let folder = Folder::new("codegen");
    let write = ["codegen", "rules.yaml", "--lang", "ts", "-o", "rules.ts"];
    let check = ["codegen", "rules.yaml", "--lang", "ts", "-o", "rules.ts", "--check"];
    let stale = folder.run(&check);
    assert_eq!((stale.code, stale.stdout.as_str()), (Some(1), ""));
    assert!(
        stale.stderr.contains("run `cutover codegen rules.yaml --lang ts -o rules.ts`"),
        "{}",
        stale.stderr
    );
    folder.run(&write).wrote(0, "", "");
    folder.run(&check).wrote(0, "", "");
    let module = std::fs::read_to_string(folder.0.join("rules.ts")).unwrap();
    assert_eq!(folder.run(&["codegen", "rules.yaml", "--lang", "ts"]).stdout, module);
    folder.file("rules.yaml", crate::RULES.replace("checkout_layout", "checkout_design"));
    assert_eq!(folder.run(&check).code, Some(1));
    assert_eq!(folder.run(&[&check[..], &["--json"]].concat()).json(1)["up_to_date"], false);
    // Types of what is refused are not written.
    folder.file("rules.yaml", "cutover: 1\nflgs: {}\n");
    assert_eq!(folder.run(&write).code, Some(1));
    assert_eq!(std::fs::read_to_string(folder.0.join("rules.ts")).unwrap(), module);
}

#[test]
fn a_compiled_program_has_no_types() {
    let folder = Folder::new("codegen_program");
    folder.run(&["compile", "rules.yaml", "-o", "rules.cutp"]).wrote(0, "", "");
    let run = folder.run(&["codegen", "rules.cutp", "--lang", "py"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("name the ruleset that it was compiled from"), "{}", run.stderr);
}

#[test]
fn problems_are_told_as_workflows_take_them() {
    let folder = Folder::new("check_formats");
    folder.file(
        "bad.yaml",
        "cutover: 1\nflags:\n  a: { rules: [{ if: { attribute: x, iss: 1 }, serve: on }] }\n",
    );
    let run = folder.run(&["check", "bad.yaml", "--format", "github"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stdout.starts_with(
            "::error file=bad.yaml,line=3,col=38,title=cutover%3A unknown_operator::`iss` is no operator%0A"
        ),
        "{}",
        run.stdout
    );
    let log = folder.run(&["check", "bad.yaml", "rules.yaml", "--format", "sarif"]).json(1);
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "unknown_operator");
    assert_eq!(
        folder.run(&["check", "bad.yaml", "--format", "json"]).json(1),
        folder.run(&["check", "bad.yaml", "--json"]).json(1)
    );
}

#[test]
fn a_file_that_is_saved_is_checked_again() {
    let folder = Folder::new("check_watch");
    folder.file("watched.yaml", "cutover: 1\nflags: { a: {} }\n");
    let mut child = folder
        .command(&["check", "--watch", "watched.yaml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (sender, lines) = channel();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        stdout.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)))
    });
    let until = |what: &str| loop {
        let line =
            lines.recv_timeout(Duration::from_secs(30)).unwrap_or_else(|_| panic!("nothing says {what}"));
        if line.contains(what) {
            return line;
        }
    };
    until("ok watched.yaml: 1 flag");
    folder.file("watched.yaml", "cutover: 1\nflags: { a: { enabeld: true } }\n");
    until("^^^^^^^");
    until("refused watched.yaml: 1 error");
    // As editors save: another file takes the name.
    folder.file("next.tmp", "cutover: 1\nflags: { a: {}, b: {} }\n");
    std::fs::rename(folder.0.join("next.tmp"), folder.0.join("watched.yaml")).unwrap();
    until("ok watched.yaml: 2 flags");
    std::fs::remove_file(folder.0.join("watched.yaml")).unwrap();
    until("there is no such file");
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    assert_eq!(folder.run(&["check", "--watch", "-"]).code, Some(2));
}

#[test]
fn switches_of_a_tree_become_a_ruleset_that_loads() {
    let folder = Folder::new("switches");
    std::fs::create_dir_all(folder.0.join("code/node_modules/other")).unwrap();
    folder.file(
        "code/flags.ts",
        "export const read = process.env.USE_NEW_READ === \"true\";\nconst port = process.env.PORT;\n",
    );
    folder.file(
        "code/jobs.py",
        "import os\nif os.environ.get(\"ENABLE_JOBS\", \"true\").lower() == \"true\":\n    run()\n",
    );
    folder.file("code/node_modules/other/index.js", "process.env.USE_OTHER === \"true\"\n");
    let run = folder.run(&["import", "switches", "code", "-o", "found.yaml"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout.contains("sure   USE_NEW_READ → use_new_read  false where nothing is set"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("flags.ts:1:21"), "{}", run.stdout);
    assert!(run.stdout.ends_with("2 switches in 2 files\n"), "{}", run.stdout);
    let decided = folder.run(&["eval", "found.yaml", "--json"]).json(0);
    let values: Vec<_> =
        decided.as_array().unwrap().iter().map(|one| (&one["flag"], &one["value"])).collect();
    assert_eq!(values, [(&"enable_jobs".into(), &true.into()), (&"use_new_read".into(), &false.into())]);
    let told = folder.run(&["import", "switches", "code", "--json"]).json(0);
    assert_eq!(told["switches"][0]["uses"][0]["line"], 2);
    assert_eq!(folder.run(&["import", "switches", "nowhere"]).code, Some(2));
}
