//! `cutover gate`.

use super::Folder;

const RULES: &str = "\
cutover: 1
metrics:
  precision: { kind: gauge }
  errors: { kind: ratio }
gates:
  v2_step:
    checks:
      - { metric: precision, at_least: 0.95 }
      - { metric: errors, test: harm, mode: dry_run }
";

#[test]
fn a_gate_ends_with_its_verdict() {
    let folder = Folder::new("gate");
    folder.file("rules.yaml", RULES);
    let gate = |observations: &str, now: &str| {
        folder.file("seen.json", observations);
        folder.run(&["gate", "rules.yaml", "v2_step", "--metrics", "seen.json", "--now", now])
    };
    let passes = gate(r#"[{"metric":"precision","at":0,"value":0.96}]"#, "0");
    assert_eq!(passes.code, Some(0), "{passes:?}");
    assert!(passes.stdout.starts_with("v2_step  pass\n"), "{}", passes.stdout);
    assert!(passes.stdout.contains("errors (dry run)  no data"), "{}", passes.stdout);
    assert_eq!(gate(r#"[{"metric":"precision","at":0,"value":0.94}]"#, "0").code, Some(1));
    for (observations, now, says) in [
        ("[]", "0", "it was not measured"),
        (r#"[{"metric":"precison","at":0,"value":0.96}]"#, "0", "a metric `precison` was"),
        (r#"[{"metric":"precision","at":0,"value":"NaN"}]"#, "0", "it is no number"),
        (r#"[{"metric":"precision","at":0,"value":0.96}]"#, "600001", "10 min old"),
    ] {
        let unknown = gate(observations, now);
        assert_eq!(unknown.code, Some(3), "{unknown:?}");
        assert!(unknown.stdout.contains(says), "{}", unknown.stdout);
    }
}

#[test]
fn a_gate_goes_on_where_it_stopped() {
    let folder = Folder::new("gate_state");
    folder.file("rules.yaml", RULES);
    let gate = |from: i64, new: i64| {
        let to = from + 60_000;
        let seen = format!(
            r#"[{{"metric":"precision","at":{to},"value":0.96}},{{"metric":"errors","from":{from},"to":{to},"old":{{"events":5,"total":5000}},"new":{{"events":{new},"total":5000}}}}]"#
        );
        folder.file("seen.json", &seen);
        let (now, files) = (to.to_string(), ["--metrics", "seen.json", "--state", "state.json", "--json"]);
        let run = folder.run(&[&["gate", "rules.yaml", "v2_step", "--now", &now], &files[..]].concat());
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        (run.code, report["dry_run"].clone(), report["checks"][1]["samples"]["new"].clone())
    };
    assert_eq!(gate(0, 6), (Some(0), "pass".into(), 5000.into()));
    assert_eq!(gate(60_000, 60), (Some(0), "fail".into(), 10_000.into())); // a dry run ends with nothing
    folder.file("rules.yaml", RULES.replace("0.95", "0.9"));
    let seen = ["gate", "rules.yaml", "v2_step", "--metrics", "seen.json", "--state", "state.json"];
    let other = folder.run(&seen);
    assert_eq!(other.code, Some(2));
    assert!(other.stderr.contains("begin with a new state"), "{}", other.stderr);
}

#[test]
fn what_cannot_be_a_gate_is_refused() {
    let folder = Folder::new("gate_refused");
    for (checks, says) in [
        ("[]", "lets everything through"),
        ("[{ metric: errors, test: harm, mode: dry_run }]", "dry runs"),
        ("[{ metric: eror_rate, below: 1% }]", "did you mean `error_rate`?"),
        ("[{ metric: error_rate, test: harm }]", "is a gauge"),
        ("[{ metric: error_rate }]", "nothing says where"),
        ("[{ metric: error_rate, below: 1%, for: 2 }]", "needs its unit"),
        ("[{ metric: errors, test: margin, at_most: 0 }]", "a share above 0"),
    ] {
        let rules = format!(
            "cutover: 1\nmetrics: {{ errors: {{ kind: ratio }}, error_rate: {{ kind: gauge }} }}\ngates: {{ g: {{ checks: {checks} }} }}\n"
        );
        folder.file("rules.yaml", &rules);
        let refused = folder.run(&["check", "rules.yaml"]);
        assert_eq!(refused.code, Some(1), "{checks}: {refused:?}");
        assert!(refused.stdout.contains(says) || refused.stderr.contains(says), "{checks}: {refused:?}");
    }
    folder.file("rules.yaml", RULES);
    let stranger = folder.run(&["gate", "rules.yaml", "v2", "--metrics", "seen.json"]);
    assert!(stranger.stderr.contains("the ruleset has no gate `v2`"), "{stranger:?}");
}
