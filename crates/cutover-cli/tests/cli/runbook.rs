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
