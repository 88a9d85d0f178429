//! `cutover report`.

use super::Folder;
use serde_json::{Value, json};

const RULES: &str = "\
cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
metrics:
  precision: { kind: gauge }
  errors: { kind: ratio, description: '<script>alert(1)</script> | of *all*' }
gates:
  step:
    checks:
      - { metric: precision, at_least: 0.95 }
      - { metric: errors, test: margin, at_most: 0.1% }
migrations: { orders: { old: sql, new: mongo, ladder: recruiters_four_phase, phase: dual_read } }
plans:
  v2:
    flag: use_v2
    bake: 1h
    gate: step
    steps: [5%, 50%, 100%]
    triggers: [{ when: { metric: precision, below: 0.9 }, for: 2m, do: rollback_progressive }]
";

const MINUTE: i64 = 60_000;

/// A rollout that began at 0 and was acknowledged at once, told each minute of an hour what was measured.
struct Rollout(Folder);

impl Rollout {
    fn begun(name: &str) -> Self {
        let rollout = Self(Folder::new(name));
        rollout.0.file("rules.yaml", RULES);
        rollout.tell(&json!({"event": "start", "actor": "ada"}), 0);
        rollout.tell(&json!({"event": "ack", "epoch": 1}), 0);
        rollout
    }

    fn tell(&self, event: &Value, now: i64) {
        self.0.file("event.json", event.to_string());
        let now = now.to_string();
        let files = ["--state", "state.json", "--event", "event.json", "--now", &now];
        self.0.run(&[&["plan", "advance", "rules.yaml", "v2"], &files[..]].concat());
    }

    fn report(&self, seen: &[Value], now: i64, format: &str) -> (Option<i32>, String) {
        self.0.file("seen.json", Value::from(seen.to_vec()).to_string());
        let now = now.to_string();
        let files = ["--metrics", "seen.json", "--state", "state.json", "--format", format, "--now", &now];
        let run = self.0.run(&[&["report", "rules.yaml", "v2"], &files[..]].concat());
        assert!(run.stderr.is_empty(), "{run:?}");
        (run.code, run.stdout)
    }

    fn json(&self, seen: &[Value], now: i64) -> (Option<i32>, Value) {
        let (code, text) = self.report(seen, now, "json");
        (code, serde_json::from_str(&text).unwrap())
    }
}

fn measured(minutes: std::ops::Range<i64>, precision: f64, errors: u64, total: u64) -> Vec<Value> {
    let arms = |at: i64| {
        let (from, to) = (at * MINUTE, (at + 1) * MINUTE);
        let (old, new) =
            (json!({"events": 4, "total": 4 * total}), json!({"events": errors, "total": total}));
        let share = 0.2;
        [
            json!({"metric": "errors", "from": from, "to": to, "old": old, "new": new, "share": share}),
            json!({"metric": "precision", "at": to, "value": precision, "baseline": 0.82}),
        ]
    };
    minutes.flat_map(arms).collect()
}

#[test]
fn it_recommends_by_the_verdicts() {
    let rollout = Rollout::begun("report");
    let good = measured(0..10, 0.96, 1, 20_000);
    let (code, report) = rollout.json(&good, 10 * MINUTE);
    let advice = |report: &Value| report["recommendation"]["advice"].as_str().unwrap().to_owned();
    assert_eq!((code, advice(&report).as_str()), (Some(3), "hold"), "{report}");
    assert_eq!(report["recommendation"]["why"][0], "every blocking gate passes");
    assert_eq!(
        report["recommendation"]["waiting"][0],
        json!({"what": "bake", "samples": null, "ms": 50 * MINUTE})
    );
    assert_eq!((&report["percentage"], &report["step"]["next"]), (&json!("5%"), &json!("50%")));
    assert_eq!(report["metrics"][1]["comparison"]["new"]["total"], 200_000);
    assert_eq!(report["sample_ratio"]["sound"], true);
    assert_eq!(report["hazards"][0]["code"], "stale_read");

    // Too little is known: how much more it takes is known from what came.
    let few = measured(0..10, 0.96, 0, 50);
    let (code, report) = rollout.json(&few, 10 * MINUTE);
    assert_eq!((code, advice(&report).as_str()), (Some(3), "hold"));
    let waits = &report["recommendation"]["waiting"][1];
    assert_eq!(waits["what"], "errors", "{report}");

    let (code, report) = rollout.json(&measured(0..10, 0.94, 1, 20_000), 10 * MINUTE);
    assert_eq!((code, advice(&report).as_str()), (Some(1), "roll_back"));
    let (code, report) = rollout.json(&measured(0..10, 0.96, 400, 20_000), 10 * MINUTE);
    assert_eq!((code, advice(&report).as_str()), (Some(1), "roll_back"));
    assert_eq!(report["metrics"][1]["answer"], "worse", "{report}");
    let (code, report) = rollout.json(&measured(0..10, 0.5, 1, 20_000), 10 * MINUTE);
    assert_eq!((code, &report["triggers"][0]["fired"]), (Some(1), &json!(true)));
    assert_eq!(report["recommendation"]["summary"], "Roll back: a trigger asks for it.");

    // Nothing measured, and what is old, is never a reason to go on.
    assert_eq!(rollout.json(&[], 10 * MINUTE).0, Some(3));
    assert_eq!(rollout.json(&good, 100 * MINUTE).0, Some(3));
}

#[test]
fn a_step_that_was_watched_advances() {
    let rollout = Rollout::begun("report_advance");
    for minute in 1..50 {
        rollout.tell(&json!({"event": "tick"}), minute * MINUTE);
    }
    let (code, report) = rollout.json(&measured(0..60, 0.96, 1, 20_000), 60 * MINUTE);
    assert_eq!(
        (code, &report["recommendation"]["summary"]),
        (Some(0), &json!("Advance to `50%`.")),
        "{report}"
    );
}

#[test]
fn nothing_from_outside_is_markup() {
    let rollout = Rollout::begun("report_markup");
    let mut seen = measured(0..10, 0.96, 1, 20_000);
    seen.push(json!({"metric": "<img src=x onerror=alert(1)>|", "at": 0, "value": 1}));
    let (_, page) = rollout.report(&seen, 10 * MINUTE, "html");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;"));
    for outside in ["http://", "https://", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    // A plot of each comparison, with its margin, and its text beside it.
    assert_eq!(page.matches("class=\"margin\"").count(), 1);
    assert!(page.contains("<desc id=\"forest-text\">errors: "));
    assert_eq!(page.matches("<polyline class=\"linenew\"").count(), 2);
    let (_, text) = rollout.report(&seen, 10 * MINUTE, "markdown");
    assert!(text.contains("&lt;img src=x onerror=alert(1)\\>\\| |"), "{text}");
    assert!(text.contains("\n| precision | 0.82 | at least 0.95 | 0.96 | pass |\n"), "{text}");
}

#[test]
fn what_cannot_be_reported_is_said() {
    let folder = Folder::new("report_wrong");
    folder.file("rules.yaml", RULES);
    folder.file("seen.json", "[]");
    let stranger = folder.run(&["report", "rules.yaml", "v3", "--metrics", "seen.json"]);
    assert_eq!(stranger.code, Some(2));
    assert!(stranger.stderr.contains("did you mean `v2`?"), "{}", stranger.stderr);
    let draft = folder.run(&["report", "rules.yaml", "v2", "--metrics", "seen.json", "--now", "0"]);
    assert_eq!(draft.code, Some(3));
    assert!(draft.stdout.contains("**Hold: the plan has not been started.**"), "{}", draft.stdout);
}
