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
        ["conflicting_keys 5:50 work.w.phases[0].validations[0].below"]
    );
    assert_eq!(
        refused("      - { name: a, validations: [{ name: x, attempts: 0, takes: { from: 5m, to: 1m } }] }"),
        ["out_of_range 5:53 work.w.phases[0].validations[0].attempts"]
    );
    assert_eq!(
        refused("      - { name: a, validations: [{ name: x, takes: { from: 5m, to: 1m } }] }"),
        ["bad_action 5:33 work.w.phases[0].validations[0]"]
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
