//! `cutover runbook`: the three procedures of the job board, and what cannot be written.

use super::Folder;

const RULES: &str = include_str!("runbook/recruiters.yaml");

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("ruleset.yaml", RULES);
    folder
}

/// What is asked for, and the files that it gives in English and in French.
#[track_caller]
fn golden(name: &str, scope: &[&str], english: &str, french: &str) {
    let folder = folder(name);
    let args = [&["runbook", "ruleset.yaml", "recruiters"], scope].concat();
    folder.run(&args).wrote(0, english, "");
    folder.run(&[&args[..], &["--lang", "fr"]].concat()).wrote(0, french, "");
}

#[test]
fn from_direct_writing_back_to_reading_both() {
    golden(
        "runbook_3_2",
        &["--from", "direct_write", "--to", "dual_read"],
        include_str!("runbook/3-to-2.en.md"),
        include_str!("runbook/3-to-2.fr.md"),
    );
}

#[test]
fn from_reading_both_back_to_the_start() {
    golden(
        "runbook_2_1",
        &["--from", "dual_read", "--to", "sync"],
        include_str!("runbook/2-to-1.en.md"),
        include_str!("runbook/2-to-1.fr.md"),
    );
}

#[test]
fn an_emergency_under_a_minute() {
    golden(
        "runbook_emergency",
        &["--phase", "direct_write", "--emergency"],
        include_str!("runbook/emergency.en.md"),
        include_str!("runbook/emergency.fr.md"),
    );
}

#[test]
fn the_standard_ladder_needs_no_commands() {
    let folder = Folder::new("runbook_standard");
    let rules =
        "cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: live } }\n";
    folder.file("ruleset.yaml", rules);
    let page = folder.run(&["runbook", "ruleset.yaml", "orders", "--phase", "shadow"]);
    assert_eq!(page.code, Some(0));
    for line in [
        "\n## Back: `shadow` → `dual_write`\n",
        "\n- nothing: no write is lost, and no read is stale",
        "\n### 1. Set `phase: dual_write` in `migrations.orders` of `ruleset.yaml`, and publish it\n",
    ] {
        assert!(page.stdout.contains(line), "{line}\n{}", page.stdout);
    }
    let ramp_down = folder.run(&["runbook", "ruleset.yaml", "orders", "--phase", "ramp_down"]);
    assert!(ramp_down.stdout.contains("Let the stream from mongo to sql run empty"), "{}", ramp_down.stdout);
    let all = folder.run(&["runbook", "ruleset.yaml", "orders", "--json"]).json(0);
    let backs = all["procedures"].as_array().unwrap().iter().filter(|found| found["emergency"] == false);
    assert_eq!(backs.count(), 7);
}

#[test]
fn what_leads_nowhere_is_said() {
    let folder = folder("runbook_wrong");
    let stderr = |args: &[&str]| {
        let run = folder.run(&[&["runbook", "ruleset.yaml"], args].concat());
        assert_eq!(run.code, Some(2), "{run:?}");
        run.stderr
    };
    assert!(stderr(&["recruiter"]).contains("did you mean `recruiters`?"));
    assert!(stderr(&["recruiters", "--phase", "dual_raed"]).contains("did you mean `dual_read`?"));
    let forward = stderr(&["recruiters", "--from", "sync", "--to", "dual_read"]);
    assert!(
        forward.contains("a runbook leads back, and `dual_read` does not come before `sync`"),
        "{forward}"
    );
    assert!(stderr(&["recruiters", "--from", "sync"]).contains("--to"));
}

#[test]
fn a_section_with_mistakes_is_refused_with_all_of_them() {
    let folder = Folder::new("runbook_section");
    folder.file(
        "ruleset.yaml",
        "cutover: 1
migrations:
  orders:
    old: sql
    new: mongo
    ladder: standard
    phase: live
    runbook:
      set_switch: kubectl set env deployment/server
      settld: kubectl rollout status
      repair: \"a\\nb\"
      within: { emergency: 1 minute, back: 0s }
      checks: { lvie: [a] }
",
    );
    let run = folder.run(&["check", "ruleset.yaml", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let codes: Vec<&str> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["code"].as_str().unwrap())
        .collect();
    let wanted = ["bad_command", "unknown_key", "bad_line", "bad_duration", "out_of_range", "unknown_phase"];
    assert_eq!((run.code, codes), (Some(1), wanted.to_vec()));
}

/// What a file of the examples gives, in English and in French.
#[track_caller]
fn written(rules: &str, args: &[&str], english: &str, french: &str) {
    let folder = Folder::new(&format!("runbook_{}", args[0]));
    folder.file("ruleset.yaml", rules);
    let args = [&["runbook", "ruleset.yaml"], args].concat();
    folder.run(&args).wrote(0, english, "");
    folder.run(&[&args[..], &["--lang", "fr"]].concat()).wrote(0, french, "");
}

#[test]
fn a_rollout_goes_back_at_once_or_step_by_step() {
    written(
        include_str!("../../../../examples/plans/progressive.yaml"),
        &["supersmartmatch_v2"],
        include_str!("runbook/rollout.en.md"),
        include_str!("runbook/rollout.fr.md"),
    );
}

#[test]
fn a_rollout_over_segments_goes_back_one_by_one() {
    written(
        include_str!("../../../../examples/plans/graduated.yaml"),
        &["till_screens", "--at", "site_river"],
        include_str!("runbook/segments.en.md"),
        include_str!("runbook/segments.fr.md"),
    );
}

#[test]
fn incidents_have_classes_checklists_and_a_switch_for_each_feature() {
    written(
        include_str!("../../../../examples/till/ruleset.yaml"),
        &["till"],
        include_str!("runbook/features.en.md"),
        include_str!("runbook/features.fr.md"),
    );
}

#[test]
fn a_plan_of_work_goes_back_to_its_restore_point() {
    written(
        include_str!("../../../../examples/till/ruleset.yaml"),
        &["release_1_3"],
        include_str!("runbook/restore.en.md"),
        include_str!("runbook/restore.fr.md"),
    );
}

const PLAN: &str = "cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
gates: { errors: { checks: [{ metric: errors, test: harm }] } }
plans: { v2: { flag: use_v2, steps: [5%, 50%, 100%], bake: 48h, gate: errors, runbook: RUNBOOK } }
";

#[test]
fn the_steps_of_a_rollback_are_those_below_where_it_stands() {
    let folder = Folder::new("runbook_at");
    folder.file("ruleset.yaml", PLAN.replace("RUNBOOK", "{ set_percentage: 'set {percentage}' }"));
    let commands = |at: &str| -> Vec<String> {
        let json = folder.run(&["runbook", "ruleset.yaml", "v2", "--at", at, "--json"]).json(0);
        let steps =
            json["procedures"].as_array().unwrap().last().unwrap()["steps"].as_array().unwrap().clone();
        let lines = steps.iter().filter_map(|step| step["command"].as_str());
        lines.filter(|line| line.starts_with("set ")).map(str::to_owned).collect()
    };
    assert_eq!(commands("100%"), ["set 50", "set 5", "set 0"]);
    assert_eq!(commands("50%"), ["set 5", "set 0"]);
    // Nothing is between: there is only the immediate one.
    assert_eq!(commands("5%"), ["set 0"]);
    let wrong = folder.run(&["runbook", "ruleset.yaml", "v2", "--at", "120%"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("the plan never stands at `120%`"), "{}", wrong.stderr);
}

#[test]
fn a_flag_that_is_a_switch_of_a_migration_costs_what_that_costs() {
    let folder = Folder::new("runbook_switch");
    let plan = "flags: { USE_JOBS_PARTNERS_WRITE: { rules: [{ serve: { rollout: 0% } }] } }
gates: { errors: { checks: [{ metric: errors, test: harm }] } }
plans: { writes: { flag: USE_JOBS_PARTNERS_WRITE, steps: [100%], bake: 48h, gate: errors } }
";
    folder.file("ruleset.yaml", format!("{RULES}{plan}"));
    let page = folder.run(&["runbook", "ruleset.yaml", "writes"]);
    assert_eq!(page.code, Some(0), "{}", page.stderr);
    assert!(
        page.stdout.contains("**LOST**: the flag is a switch of `recruiters`, `direct_write_3b`"),
        "{}",
        page.stdout
    );
    assert!(page.stdout.contains("--from direct_write_3b --to dual_read"), "{}", page.stdout);
}

#[test]
fn commands_of_a_plan_are_lines_that_set_something() {
    let folder = Folder::new("runbook_plan_section");
    let section = "{ set_percentage: kubectl apply, tell: notify, imediate: a, notify: \"a\\nb\", within: { immediate: 0s } }";
    folder.file("ruleset.yaml", PLAN.replace("RUNBOOK", section));
    let report = folder.run(&["check", "ruleset.yaml", "--json"]).json(1);
    let found = report["diagnostics"].as_array().unwrap().iter();
    let codes: Vec<&str> = found.map(|found| found["code"].as_str().unwrap()).collect();
    for code in ["bad_command", "unknown_key", "bad_line", "out_of_range"] {
        assert!(codes.contains(&code), "{code} in {codes:?}");
    }
}
