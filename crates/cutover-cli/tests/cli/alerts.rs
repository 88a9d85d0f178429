//! `cutover alerts`: the rules of a migration and of a plan, what Prometheus itself says of them, and what has no rule.

use super::Folder;
use std::process::Command;

const JOBS: &str = include_str!("../../../../examples/jobs/ruleset.yaml");
const PLANS: &str = include_str!("../../../../examples/plans/progressive.yaml");
/// Names and queries that could end a text, a comment or a template, and all that a threshold can be.
const HOSTILE: &str = include_str!("alerts/hostile.yaml");

fn folder(name: &str, rules: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("ruleset.yaml", rules);
    folder
}

#[track_caller]
fn golden(name: &str, rules: &str, alerts: &str, tests: &str) {
    let folder = folder(name, rules);
    folder.run(&["alerts", "ruleset.yaml"]).wrote(0, alerts, "");
    folder.run(&["alerts", "ruleset.yaml", "--format", "tests"]).wrote(0, tests, "");
}

#[test]
fn the_rules_of_a_migration() {
    golden("alerts_jobs", JOBS, include_str!("alerts/jobs.yaml"), include_str!("alerts/jobs.tests.yaml"));
}

#[test]
fn the_rules_of_a_plan() {
    golden("alerts_plans", PLANS, include_str!("alerts/plans.yaml"), include_str!("alerts/plans.tests.yaml"));
}

/// Whether Prometheus's own tool takes the rules, and its tests of them end well.
fn promtool(folder: &Folder, args: &[&str]) -> (bool, String) {
    let run = Command::new("promtool").current_dir(&folder.0).args(args).output().unwrap();
    let text = [run.stdout, run.stderr].concat();
    (run.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn prometheus_takes_the_rules_and_their_tests() {
    if Command::new("promtool").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "promtool is not here: scripts/setup.sh installs it");
        eprintln!(
            "SKIPPED: promtool is not here (scripts/setup.sh installs it), so no alert rule was checked"
        );
        return;
    }
    let own = JOBS.replace(
        "    week_one:",
        "    alerts:\n      fallbacks: { above: 2, for: 0s }\n      write_errors: { above: 1%, for: 2h }\n      \
         read_p95: { above: 250ms, for: 1m30s }\n    week_one:",
    );
    for (name, rules, of) in
        [("jobs", JOBS, 3), ("plans", PLANS, 3), ("hostile", HOSTILE, 12), ("own", own.as_str(), 3)]
    {
        let folder = folder(&format!("alerts_promtool_{name}"), rules);
        folder.file("alerts.yaml", folder.run(&["alerts", "ruleset.yaml"]).stdout);
        folder.file("tests.yaml", folder.run(&["alerts", "ruleset.yaml", "--format", "tests"]).stdout);
        let (well, said) = promtool(&folder, &["check", "rules", "alerts.yaml"]);
        assert!(well && said.contains(&format!("{of} rules found")), "{name}: {said}");
        let (well, said) = promtool(&folder, &["test", "rules", "tests.yaml"]);
        assert!(well, "{name}: {said}");
    }
    // A test that cannot fail says nothing.
    let folder = folder("alerts_promtool_wrong", JOBS);
    let rules = folder.run(&["alerts", "ruleset.yaml"]).stdout;
    folder.file("tests.yaml", folder.run(&["alerts", "ruleset.yaml", "--format", "tests"]).stdout);
    for (right, wrong) in [
        ("> 0.01", "> 0.0101"),
        ("> 0.01", "> 0.0099"),
        ("_latency_seconds_bucket", "_latency_seconds"),
        ("quantile(0.95", "quantile(0.97"),
        ("offset 5m", "offset 5s"),
        ("for: 2m", "for: 2m1s"),
    ] {
        assert!(rules.contains(right), "{right}");
        folder.file("alerts.yaml", rules.replace(right, wrong));
        assert!(!promtool(&folder, &["test", "rules", "tests.yaml"]).0, "{right} became {wrong}");
    }
}

#[test]
fn what_has_no_rule_is_said_with_its_name() {
    let graduated = include_str!("../../../../examples/plans/graduated.yaml");
    let run = folder("alerts_graduated", graduated).run(&["alerts", "ruleset.yaml"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    for name in ["error_rate", "p95_response_time_ms", "complaints_a_day"] {
        let says = format!("metric `{name}`, which plan `till_screens` watches, has no query");
        assert_eq!(run.stderr.matches(&says).count(), 1, "{}", run.stderr);
    }
    let baseline = PLANS.replace("above: 150", "above: { baseline: 120% }");
    let run = folder("alerts_baseline", &baseline).run(&["alerts", "ruleset.yaml", "--json"]);
    let codes = run.json(1)["diagnostics"].clone();
    assert_eq!(
        (&codes[0]["code"], &codes[1]["code"]),
        (&"missing_baseline".into(), &serde_json::Value::Null)
    );
    let nothing = folder("alerts_nothing", "cutover: 1\nflags: { f: { description: x } }\n");
    let run = nothing.run(&["alerts", "ruleset.yaml"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("nothing to be alerted of"), "{}", run.stderr);
}

#[test]
fn limits_with_mistakes_are_refused_with_all_of_them() {
    let limits = "    alerts: { fallback: {}, fallbacks: { above: -1 }, write_errors: { above: 2000000000, for: 1 }, \
                  read_p95: { above: 5s, while: 1m } }\n    week_one:";
    let folder = folder("alerts_section", &JOBS.replace("    week_one:", limits));
    let report: serde_json::Value =
        serde_json::from_str(&folder.run(&["check", "ruleset.yaml", "--json"]).stdout).unwrap();
    let found = report["diagnostics"].as_array().unwrap().iter();
    let mut codes: Vec<&str> = found.map(|found| found["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        ["bad_duration", "bad_number", "bad_number", "out_of_range", "unknown_key", "unknown_key"]
    );
}
