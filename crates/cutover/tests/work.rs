//! Plans of work in rulesets: what is read, what is refused, and that a compiled program still has them.
#![cfg(all(feature = "yaml", feature = "work"))]

use cutover::Engine;
use cutover::work::{Event, Expect, Standing, State, status, step};

const CATALOGUE: &str = include_str!("../../../examples/catalogue/ruleset.yaml");

#[test]
fn the_catalogue_has_its_seven_phases() {
    let engine = Engine::from_str(CATALOGUE).unwrap();
    assert!(engine.warnings(0).is_empty(), "{:?}", engine.warnings(0));
    let work = engine.work("catalogue").unwrap();
    let names: Vec<&str> = work.phases.iter().map(|phase| phase.name.as_str()).collect();
    let phases =
        ["initial_load", "change_stream", "dual_read", "read_new", "dual_write", "write_new", "decommission"];
    assert_eq!(names, phases);
    assert_eq!(work.phases[2].validations[0].expect, Some(Expect::AtLeast(99.9)));
    let point = work.phases[5].restore_point.as_ref().unwrap();
    assert_eq!((point.name.as_str(), point.max_age_ms), ("sql_before_the_switch", Some(21_600_000)));
    assert_eq!(point.take.name, "take_sql_before_the_switch");
}

#[test]
fn a_compiled_program_has_its_plans_of_work() {
    let engine = Engine::from_str(CATALOGUE).unwrap();
    let again = Engine::from_compiled(&engine.to_compiled()).unwrap();
    assert_eq!(again.work("catalogue"), engine.work("catalogue"));
    assert_eq!(again.works().collect::<Vec<_>>(), ["catalogue"]);
}

#[test]
fn the_door_steps_and_tells_where_it_stands() {
    let engine = Engine::from_str(CATALOGUE).unwrap();
    let asked = r#"{"name":"catalogue","event":{"event":"start","run":"r1","now":5}}"#;
    let answer = engine.call("work", asked).unwrap();
    assert!(answer.contains(r#""id":"r1/1/initial_load/create_mongodb_collections""#), "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let asked = serde_json::json!({ "name": "catalogue", "state": answer["state"] }).to_string();
    let told: serde_json::Value = serde_json::from_str(&engine.call("work", &asked).unwrap()).unwrap();
    assert_eq!(told["standing"], "running");
    assert_eq!(told["step"], "create_mongodb_collections");

    let refused = |asked: &str| engine.call("work", asked).unwrap_err().to_string();
    assert!(refused(r#"{"name":"catalog"}"#).contains("`catalogue`"));
    assert!(
        refused(r#"{"name":"catalogue","event":{"event":"begin","now":1}}"#).starts_with("work: the event:")
    );
    assert!(
        refused(r#"{"name":"catalogue","state":{},"event":{"event":"tick","now":1}}"#).contains("the state:")
    );
}

#[test]
fn a_state_of_another_plan_is_refused() {
    let plan = |action: &str| {
        let text = format!(
            "cutover: 1\nwork: {{w: {{phases: [{{name: p, actions: [{action}], validations: v, rollback: r}}]}}}}"
        );
        Engine::from_str(&text).unwrap()
    };
    let (one, other) = (plan("a"), plan("b"));
    let work = one.work("w").unwrap();
    let start = Event::Start { run: None, actor: None, now: 0 };
    let (state, _) = step(work, State::new(work), start).unwrap();
    assert_eq!(status(work, &state).standing, Standing::Running);
    let refused = step(other.work("w").unwrap(), state, Event::Tick { now: 1 }).unwrap_err();
    assert!(refused.to_string().contains("another plan"), "{refused}");
}

/// The diagnostics of a plan with these phases: `code line:column path`.
fn refused(phases: &str) -> Vec<String> {
    let text = format!("cutover: 1\nwork:\n  w:\n    phases:\n{phases}");
    let error = Engine::from_str(&text).unwrap_err();
    error
        .diagnostics
        .iter()
        .map(|d| format!("{} {}:{} {}", d.code, d.line.unwrap_or(0), d.column.unwrap_or(0), d.path))
        .collect()
}

#[test]
fn what_makes_no_sense_is_refused_at_its_place() {
    assert_eq!(refused("      []"), ["bad_work 5:7 work.w.phases"]);
    assert_eq!(refused("      - { name: a }"), ["missing_key 5:9 work.w.phases[0]"]);
    assert_eq!(
        refused("      - { name: a, validations: [], rollback: r }"),
        ["phase_without_validation 5:33 work.w.phases[0].validations"]
    );
    assert_eq!(
        refused("      - { name: a, actions: [x, y, x], validations: v, rollback: r }"),
        ["duplicate_action 5:36 work.w.phases[0].actions[2]"]
    );
    assert_eq!(
        refused(
            "      - { name: a, validations: v, rollback: r }\n      - { name: a, validations: v, rollback: r }"
        ),
        ["duplicate_phase 6:17 work.w.phases[1].name"]
    );
    assert_eq!(
        refused("      - { name: a, validations: v, rollback: { actions: r, to: b } }"),
        ["unknown_phase 5:64 work.w.phases[0].rollback.to"]
    );
    assert_eq!(
        refused("      - { name: a, validations: v, rollback: {} }"),
        ["empty_rollback 5:46 work.w.phases[0].rollback"]
    );
    assert_eq!(
        refused(
            "      - { name: a, validations: v, restore_point: { name: p, take: t, verify: v, restore: s } }"
        ),
        ["restore_without_validation 5:9 work.w.phases[0].rollback.validations"]
    );
    assert_eq!(
        refused("      - { name: a, actions: [{ name: x, below: 3 }], validations: v }"),
        ["unknown_key 5:41 work.w.phases[0].actions[0].below"]
    );
    assert_eq!(
        refused("      - { name: a, validations: [{ name: x, below: 3, above: 1 }] }"),
        ["conflicting_keys 5:52 work.w.phases[0].validations[0].below"]
    );
    assert_eq!(
        refused("      - { name: a, validations: [{ name: x, attempts: 0, takes: { from: 5m, to: 1m } }] }"),
        ["out_of_range 5:55 work.w.phases[0].validations[0].attempts"]
    );
    assert_eq!(
        refused("      - { name: a, validations: [{ name: x, takes: { from: 5m, to: 1m } }] }"),
        ["bad_action 5:34 work.w.phases[0].validations[0]"]
    );
}

#[test]
fn a_phase_that_nobody_can_take_back_is_questionable() {
    let engine =
        Engine::from_str("cutover: 1\nwork:\n  w:\n    phases:\n      - { name: a, validations: v }")
            .unwrap();
    let codes: Vec<&str> = engine.warnings(0).iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["phase_without_rollback"]);
}

#[test]
fn incidents_have_severities_in_the_order_of_their_objectives() {
    let engine = Engine::from_str(include_str!("../../../examples/till/ruleset.yaml")).unwrap();
    let policy = engine.incident("till").unwrap();
    let names: Vec<(&str, u64)> = policy
        .severities
        .iter()
        .map(|severity| (severity.name.as_str(), severity.objective_ms / 3_600_000))
        .collect();
    assert_eq!(names, [("critical", 1), ("important", 4), ("minor", 24)]);
    assert_eq!((policy.before_rollback.len(), policy.after_rollback.len()), (4, 4));
    let again = Engine::from_compiled(&engine.to_compiled()).unwrap();
    assert_eq!(again.incident("till"), Some(policy));

    let refused = |text: &str| {
        let text = format!("cutover: 1\nincidents:\n  t: {text}");
        let error = Engine::from_str(&text).unwrap_err();
        let one = &error.diagnostics[0];
        format!("{} {}:{} {}", one.code, one.line.unwrap_or(0), one.column.unwrap_or(0), one.path)
    };
    assert_eq!(refused("{}"), "missing_key 3:6 incidents.t");
    assert_eq!(refused("{ severities: {} }"), "bad_incidents 3:6 incidents.t.severities");
    assert_eq!(
        refused("{ severities: { a: { objective: 1h } }, features: { f: b } }"),
        "unknown_severity 3:61 incidents.t.features.f"
    );
    assert_eq!(
        refused("{ severities: { a: { objective: 1h } }, after_rollback: [x, x] }"),
        "bad_incidents 3:6 incidents.t.after_rollback[1]"
    );
}

#[test]
fn incidents_and_drills_are_asked_through_the_door() {
    let engine = Engine::from_str(include_str!("../../../examples/till/ruleset.yaml")).unwrap();
    let open = r#"{"name":"till","event":{"event":"open","id":"i1","title":"t","feature":"main_screen","actor":"ann","now":0}}"#;
    let answer: serde_json::Value = serde_json::from_str(&engine.call("incident", open).unwrap()).unwrap();
    assert_eq!(answer["effects"][1]["at"], 3_600_000);
    let asked = serde_json::json!({ "name": "till", "state": answer["state"], "now": 60_000 }).to_string();
    let stands = engine.call("incident", &asked).unwrap();
    assert!(
        stands.contains(r#""clock":{"objective_ms":3600000,"lasts_ms":60000,"left_ms":3540000,"met":null}"#),
        "{stands}"
    );
    let asked = serde_json::json!({ "name": "till", "state": answer["state"] }).to_string();
    assert!(engine.call("post_mortem", &asked).unwrap().starts_with("\"# Post-mortem: t\\n"));
    let asked = r#"{"name":"release_1_3","scenario":{"detection":"5m","fails":{"restore_before_1_3":1}}}"#;
    assert!(engine.call("drill", asked).unwrap().starts_with(r#"{"answer":"met""#));
    let refused = engine.call("drill", r#"{"name":"release_1_3","scenario":{"detection":5}}"#).unwrap_err();
    assert!(refused.to_string().contains("a duration needs its unit"), "{refused}");
}

#[cfg(feature = "plans")]
#[test]
fn the_rollback_of_a_rollout_is_rehearsed_too() {
    use cutover::work::drill::{Answer, Scenario};
    let engine = Engine::from_str(
        "
cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0%, by: userId } }] } }
gates: { ok: { checks: [{ metric: error_rate, below: 0.01 }] } }
plans:
  v2: { flag: use_v2, steps: [50%, 100%], bake: 1h, gate: ok, rollback: { steps: [75%, 50%, 25%, 0%], every: 5m } }
",
    )
    .unwrap();
    let scenario = Engine::drill_scenario(b"objective: 40m\ndetection: 1m").unwrap();
    let report = engine.drill("v2", &scenario).unwrap().unwrap();
    // A minute, three steps of five minutes, and up to five until each of four is acknowledged.
    assert_eq!((report.answer, report.longest_ms), (Answer::Met, 36 * 60_000));
    assert_eq!(engine.drill("v2", &Scenario::default()).unwrap().unwrap().answer, Answer::NotKnown);
    assert_eq!(engine.drills(), ["v2"]);
}
