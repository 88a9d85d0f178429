//! Plans of work at the command line, and what is left of a run whose command is killed.

use super::Folder;
use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::Duration;

const CATALOGUE: &str = include_str!("../../../../examples/catalogue/ruleset.yaml");

/// Two phases with everything in them; each command is `./act`.
const PLAN: &str = "
cutover: 1
work:
  w:
    phases:
      - name: load
        restore_point:
          { name: dump, take: { command: ./act }, verify: { command: ./act }, restore: { command: ./act } }
        actions: [{ name: copy, command: ./act }, { name: index, command: ./act }]
        validations: [{ name: counts, command: ./act, at_least: 7 }]
        rollback:
          actions: [{ name: drop, command: ./act }]
          validations: [{ name: counts_again, command: ./act }]
      - name: switch
        actions: [{ name: route, command: ./act }]
        validations: [{ name: errors, command: ./act }]
        rollback: { actions: [{ name: route_back, command: ./act }], to: load }
";

const ALL: [&str; 7] = ["take_dump", "verify_dump", "copy", "index", "counts", "route", "errors"];

/// A folder with the plan and its one command.
fn folder(name: &str, act: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("rules.yaml", PLAN);
    folder.file("act", format!("#!/bin/sh\nset -eu\n{act}\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder.0.join("act"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

const RUN: [&str; 7] = ["work", "rules.yaml", "w", "run", "--state", "run.json", "--yes"];

fn run(folder: &Folder) -> super::Run {
    folder.run(&[RUN.as_slice(), &["--wait"]].concat())
}

fn advance(folder: &Folder, event: &str) -> super::Run {
    folder.run(&["work", "rules.yaml", "w", "advance", "--state", "run.json", "--event", event])
}

/// What was done: ids and names, in order.
fn ledger(folder: &Folder) -> Vec<(String, String)> {
    let text = fs::read_to_string(folder.0.join("ledger")).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(id, name)| (id.to_owned(), name.to_owned()))
        .collect()
}

fn names(folder: &Folder) -> Vec<String> {
    ledger(folder).into_iter().map(|(_, name)| name).collect()
}

#[test]
fn a_plan_is_carried_out() {
    let folder = folder("work_plain", "echo \"$CUTOVER_ID $CUTOVER_NAME\" >> ledger; echo 7");
    let ran = run(&folder);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(names(&folder), ALL);
    let shown = folder.run(&["work", "rules.yaml", "w", "status", "--state", "run.json"]);
    assert!(shown.stdout.starts_with("w  completed\n  ✓ load  dump verified"), "{}", shown.stdout);
    assert!(shown.stdout.contains("passed load  counts  found 7, expected at least 7"), "{}", shown.stdout);
    // There is nothing left to do.
    assert_eq!(run(&folder).code, Some(0));
    assert_eq!(ledger(&folder).len(), ALL.len());
}

/// The command kills the one that runs it, once for each action; `done` says whether it did its work before.
#[cfg(unix)]
fn killed_in_every_effect(name: &str, done_first: bool) {
    let kill = "[ -e killed.$CUTOVER_NAME ] || { touch killed.$CUTOVER_NAME; kill -9 $PPID; DIE }";
    let (kill, work) = (
        kill.replace("DIE", if done_first { "true;" } else { "exit 0;" }),
        "grep -qsxF \"$CUTOVER_ID $CUTOVER_NAME\" ledger || echo \"$CUTOVER_ID $CUTOVER_NAME\" >> ledger; echo 7",
    );
    let act = if done_first { format!("{work}\n{kill}") } else { format!("{kill}\n{work}") };
    let folder = folder(name, &act);
    // Its parent is then the command, and no shell.
    folder.file("rules.yaml", PLAN.replace("./act", "exec ./act"));
    let mut killed = 0;
    loop {
        let ran = run(&folder);
        if ran.code == Some(0) {
            break;
        }
        assert_eq!(ran.code, None, "it ended by itself: {}", ran.stderr);
        killed += 1;
        assert!(killed <= ALL.len(), "{}", ran.stderr);
    }
    assert_eq!(killed, ALL.len());
    // Each was done once, under one id, in the order of the plan.
    assert_eq!(names(&folder), ALL);
}

#[cfg(unix)]
#[test]
fn a_run_goes_on_after_a_kill_before_the_work_of_every_effect() {
    killed_in_every_effect("work_killed_before", false);
}

#[cfg(unix)]
#[test]
fn a_run_goes_on_after_a_kill_behind_the_work_of_every_effect() {
    killed_in_every_effect("work_killed_behind", true);
}

#[cfg(unix)]
#[test]
fn a_run_goes_on_after_kills_at_any_time() {
    let act = "echo \"begin $CUTOVER_ID\" >> trace; sleep 0.03; echo \"end $CUTOVER_ID\" >> trace; echo 7
        echo \"$CUTOVER_ID $CUTOVER_NAME\" >> ledger";
    let folder = folder("work_killed_any", act);
    let mut kills = 0;
    for round in 0_u64.. {
        let mut child = folder.command(&[RUN.as_slice(), &["--wait"]].concat());
        let mut child =
            child.stderr(std::process::Stdio::null()).stdout(std::process::Stdio::null()).spawn().unwrap();
        // Between nothing at all and what a few commands take; later rounds have more time.
        thread::sleep(Duration::from_millis((round * 37) % 90 + round * 4));
        if child.try_wait().unwrap().is_some_and(|status| status.success()) {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        assert!(round < 200);
    }
    assert!(kills > 2, "{kills}");
    // What a killed command left running ended before anything else began.
    let trace = fs::read_to_string(folder.0.join("trace")).unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    for pair in lines.chunks(2) {
        let [begin, end] = pair else { panic!("{trace}") };
        assert_eq!(begin.strip_prefix("begin "), end.strip_prefix("end "), "{trace}");
    }
    // Perhaps more than once, but under one id, and never before its turn.
    let mut ids = BTreeMap::new();
    for (id, name) in ledger(&folder) {
        assert_eq!(ids.entry(name).or_insert(id.clone()), &id);
    }
    let mut order = names(&folder);
    order.dedup();
    assert_eq!(order, ALL);
}

#[cfg(unix)]
#[test]
fn two_commands_do_not_carry_out_one_run() {
    let folder = folder("work_held", "sleep 5");
    let mut first = folder.command(&RUN).stderr(std::process::Stdio::null()).spawn().unwrap();
    while !folder.0.join("run.json").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    let second = folder.run(&RUN);
    assert_eq!(second.code, Some(3));
    assert!(second.stderr.contains("run_is_held"), "{}", second.stderr);
    // What it began runs on, and holds the run.
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(folder.run(&RUN).code, Some(3));
}

#[test]
fn what_fails_is_taken_back_down_to_the_phase_that_the_plan_names() {
    let act = "echo \"$CUTOVER_ID $CUTOVER_NAME\" >> ledger; echo 7; [ $CUTOVER_NAME != errors ]";
    let folder = folder("work_back", act);
    let ran = run(&folder);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let back = ["route_back", "drop", "restore_dump", "counts_again"];
    assert_eq!(names(&folder), [ALL.as_slice(), &back].concat());
    assert!(ran.stdout.starts_with("w  rolled back\n"), "{}", ran.stdout);
    // Begun anew, its ids are others.
    folder.file("act", "#!/bin/sh\necho \"$CUTOVER_ID $CUTOVER_NAME\" >> ledger; echo 7");
    assert_eq!(advance(&folder, r#"{"event":"start"}"#).code, Some(0));
    assert_eq!(run(&folder).code, Some(0));
    let ids: std::collections::BTreeSet<String> = ledger(&folder).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), ledger(&folder).len());
}

#[test]
fn a_rollback_that_fails_waits_for_a_person() {
    let act = "echo \"$CUTOVER_ID $CUTOVER_NAME\" >> ledger; echo 7
        case $CUTOVER_NAME in counts) exit 1;; restore_dump) [ -e mended ];; esac";
    let folder = folder("work_stuck", act);
    let ran = run(&folder);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.starts_with("w  needs operator\n  the rollback failed at `restore_dump`"),
        "{}",
        ran.stdout
    );
    // Running it again changes nothing; mending it and going on does.
    assert_eq!(run(&folder).code, Some(1));
    folder.file("mended", "");
    assert_eq!(advance(&folder, r#"{"event":"resume","actor":"ann"}"#).code, Some(0));
    let ran = run(&folder);
    assert!(ran.stdout.starts_with("w  rolled back\n"), "{}", ran.stdout);
    assert_eq!(names(&folder).last().map(String::as_str), Some("counts_again"));
}

#[test]
fn a_number_that_is_not_there_is_no_pass() {
    for (said, why) in
        [("6.9", "found 6.9, expected at least 7"), ("many", "no number was found"), ("NaN", "no number")]
    {
        let folder = folder("work_number", &format!("echo {said}"));
        let ran = run(&folder);
        assert_eq!(ran.code, Some(1), "{said}");
        let shown = folder.run(&["work", "rules.yaml", "w", "status", "--state", "run.json"]);
        assert!(shown.stdout.contains(why), "{}", shown.stdout);
    }
}

#[test]
fn each_command_is_asked_about() {
    let folder = folder("work_asked", "echo \"$CUTOVER_ID $CUTOVER_NAME\" >> ledger; echo 7");
    let asked = RUN.split_last().unwrap().1;
    let stopped = folder.run_with_input(asked, b"y\nn\n");
    assert_eq!(stopped.code, Some(3));
    assert_eq!(names(&folder), ["take_dump"]);
    assert!(stopped.stderr.contains("run `verify_dump`? [y/N]"), "{}", stopped.stderr);
    let ran = folder.run_with_input(asked, b"y\n".repeat(6).as_slice());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(names(&folder), ALL);
}

#[cfg(unix)]
#[test]
fn a_command_that_takes_too_long_is_ended_with_all_that_it_began() {
    let folder = folder("work_timeout", "(sleep 1; echo late >> late) & wait");
    let plan = PLAN.replace("take: { command: ./act }", "take: { command: ./act, timeout: 100ms }");
    folder.file("rules.yaml", plan);
    let ran = run(&folder);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("it took longer than its timeout"), "{}", ran.stderr);
    thread::sleep(Duration::from_millis(1_100));
    assert!(!folder.0.join("late").exists());
}

#[test]
fn the_catalogue_is_walked_through() {
    let folder = folder("work_catalogue", "echo \"$CUTOVER_ID $CUTOVER_NAME\" >> ledger");
    folder.file("rules.yaml", CATALOGUE);
    folder.file("measure", "#!/bin/sh\necho \"$1\"");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder.0.join("measure"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let catalogue = |args: &[&str]| folder.run(&[&["work", "rules.yaml", "catalogue"], args].concat());
    let run = || catalogue(&["run", "--state", "run.json", "--yes"]);
    for _ in 0..2 {
        let ran = run();
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stdout.starts_with("catalogue  awaiting approval\n"), "{}", ran.stdout);
        let event = r#"{"event":"approve","actor":"ann"}"#;
        assert_eq!(catalogue(&["advance", "--state", "run.json", "--event", event]).code, Some(0));
    }
    let ran = run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(names(&folder).last().map(String::as_str), Some("validate_backup_exists"));
}

#[test]
fn what_is_of_no_use_is_refused() {
    let folder = folder("work_refused", "true");
    let code = |args: &[&str]| folder.run(args).code;
    assert_eq!(code(&["work", "rules.yaml", "x", "status", "--state", "run.json"]), Some(2));
    assert_eq!(advance(&folder, "{").code, Some(2));
    assert_eq!(advance(&folder, r#"{"event":"dance"}"#).code, Some(2));
    // Nothing has begun that could be paused.
    let paused = advance(&folder, r#"{"event":"pause","actor":"ann"}"#);
    assert_eq!(paused.code, Some(1));
    assert!(!folder.0.join("run.json").exists());
    folder.file("run.json", "{}");
    assert_eq!(run(&folder).code, Some(2));
    folder.file("actions.yaml", "copi: ./act");
    let args = [RUN.as_slice(), &["--actions", "actions.yaml"]].concat();
    assert!(folder.run(&args).stderr.contains("the plan has no action `copi`"));
    folder.file("rules.yaml", PLAN.replace("name: copy, command: ./act", "name: copy"));
    assert!(folder.run(&RUN).stderr.contains("no command is known for `copy`"));
}
