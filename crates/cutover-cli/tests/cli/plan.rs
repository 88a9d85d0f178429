//! `cutover plan`.

use super::Folder;

const RULES: &str = "\
cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
gates: { errors: { checks: [{ metric: error_rate, at_most: 0.02, min_samples: 500 }] } }
plans:
  v2: { flag: use_v2, steps: [5%, 10%, 15%, 25%, 50%, 75%, 100%], bake: 48h, gate: errors }
";

#[test]
fn a_rollout_is_moved_and_kept_in_a_file() {
    let folder = Folder::new("plan");
    folder.file("rules.yaml", RULES);
    let advance = |event: &str, now: &str| {
        folder.file("event.json", event);
        folder.run(&[
            "plan",
            "advance",
            "rules.yaml",
            "v2",
            "--state",
            "state.json",
            "--event",
            "event.json",
            "--now",
            now,
        ])
    };
    let started = advance(r#"{"event":"start","actor":"ada"}"#, "0");
    assert_eq!(started.code, Some(0), "{started:?}");
    assert!(
        started.stdout.starts_with("v2  progressing  step 1 of 7 (5%), reaching 5%\n"),
        "{}",
        started.stdout
    );
    assert!(started.stdout.contains("#1  set `use_v2` to 5% (epoch 1)"), "{}", started.stdout);
    let again = advance(r#"{"event":"start","actor":"ada"}"#, "1");
    assert_eq!(again.code, Some(1));
    assert!(
        again.stdout.contains("nothing changed: this has no place in the plan's present state"),
        "{}",
        again.stdout
    );
    advance(r#"{"event":"ack","epoch":1}"#, "1000");
    let seen = r#"{"event":"observe","observations":[{"metric":"error_rate","at":60000,"value":0.03,"samples":900}]}"#;
    let failed = advance(seen, "60000");
    assert!(
        failed.stdout.starts_with("v2  rolling back  step 1 of 7 (5%), reaching 0%\n"),
        "{}",
        failed.stdout
    );
    let status = folder.run(&["plan", "status", "rules.yaml", "v2", "--state", "state.json"]);
    assert_eq!(status.code, Some(0));
    assert!(status.stdout.contains("gate failed: errors"), "{}", status.stdout);
    let json = folder.run(&["plan", "status", "rules.yaml", "v2", "--state", "state.json", "--json"]);
    let state: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((state["stage"].as_str(), state["mode"].as_str()), (Some("rolling_back"), Some("immediate")));
}

#[test]
fn what_cannot_be_told_is_said() {
    let folder = Folder::new("plan_wrong");
    folder.file("rules.yaml", RULES);
    folder.file("event.json", r#"{"event":"pause","actor":"ada"}"#);
    let args = ["plan", "advance", "rules.yaml", "v2", "--state", "state.json", "--event", "event.json"];
    let wrong = folder.run(&args);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("missing field `reason`"), "{}", wrong.stderr);
    let stranger = folder.run(&["plan", "simulate", "rules.yaml", "v3"]);
    assert!(stranger.stderr.contains("did you mean `v2`?"), "{}", stranger.stderr);
    let scenario = folder.run(&["plan", "simulate", "rules.yaml", "v2", "--scenario", "helthy"]);
    assert_eq!(scenario.code, Some(2));
    assert!(scenario.stderr.contains("there are healthy, harmful"), "{}", scenario.stderr);
}

#[test]
fn a_whole_rollout_is_drawn() {
    let folder = Folder::new("plan_simulated");
    folder.file("rules.yaml", RULES);
    let healthy = folder.run(&["plan", "simulate", "rules.yaml", "v2", "--seed", "7"]);
    assert_eq!(healthy.code, Some(0), "{healthy:?}");
    let shares: Vec<&str> = healthy.stdout.lines().filter(|line| line.contains("progressing")).collect();
    assert_eq!(shares.len(), 7, "{}", healthy.stdout);
    assert!(shares[3].starts_with("day   7 00:03     25% █████"), "{}", shares[3]);
    // 48 hours of looks each five minutes at 500 requests: every healthy migration goes back.
    let table = "errors/error_rate  1%         500       4032   1.000       1.000";
    assert!(healthy.stdout.contains(table), "{}", healthy.stdout);
    assert_eq!(
        folder.run(&["plan", "simulate", "rules.yaml", "v2", "--scenario", "harmful@2"]).code,
        Some(1)
    );
    assert_eq!(folder.run(&["plan", "simulate", "rules.yaml", "v2", "--scenario", "no_data"]).code, Some(3));
    folder.file(
        "world.json",
        r#"{"world":{"metrics":{"error_rate":{"healthy":0.004,"harmful":0.05,"noise":0.001}},"from_step":3}}"#,
    );
    // The metric says of how many samples it is nowhere, and the check asks for 500.
    assert_eq!(
        folder.run(&["plan", "simulate", "rules.yaml", "v2", "--scenario", "world.json"]).code,
        Some(3)
    );
    folder.file("plain.yaml", RULES.replace(", min_samples: 500", ""));
    let measured =
        folder.run(&["plan", "simulate", "plain.yaml", "v2", "--scenario", "world.json", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&measured.stdout).unwrap();
    assert_eq!(
        (measured.code, told["state"]["stage"].as_str(), told["state"]["step"].as_u64()),
        (Some(1), Some("rolled_back"), Some(3))
    );
    let again = folder.run(&["plan", "simulate", "plain.yaml", "v2", "--scenario", "world.json", "--json"]);
    assert_eq!(again.stdout, measured.stdout);
}
