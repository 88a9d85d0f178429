//! Plans in rulesets.

use cutover::plans::{Event, GuardedState, Kind, Mode, Stage, Target};
use cutover::{Diagnostic, Engine};

#[expect(clippy::disallowed_methods, reason = "examples are files")]
fn example(name: &str) -> Engine {
    let path = format!("{}/../../examples/plans/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let engine = Engine::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(engine.warnings(0), [], "{name}");
    engine
}

/// A ruleset with one plan of these lines.
fn ruleset(plan: &str) -> String {
    format!(
        "cutover: 1
segments: {{ pilots: {{ if: {{ attribute: pilot, is: true }} }} }}
flags:
  use_v2: {{ rules: [{{ if: {{ segment: pilots }}, serve: on }}] }}
gates: {{ errors: {{ checks: [{{ metric: errors, test: harm }}] }} }}
plans:
  v2:
{plan}"
    )
}

fn refused(plan: &str) -> Vec<Diagnostic> {
    match Engine::from_str(&ruleset(plan)) {
        Ok(_) => panic!("accepted:\n{plan}"),
        Err(error) => error.diagnostics.into_iter().filter(Diagnostic::is_error).collect(),
    }
}

#[test]
fn the_examples_are_accepted_without_a_warning() {
    let engine = example("progressive");
    let plan = engine.plan("supersmartmatch_v2").unwrap();
    let spec = plan.plan().spec();
    let days: Vec<u64> = spec.steps.iter().map(|step| step.bake_ms / 86_400_000).collect();
    assert_eq!(days, [3, 4, 3, 4, 2, 2, 2]);
    assert_eq!(spec.rollback.steps, [750_000, 500_000, 250_000, 0]);
    let engine = example("graduated");
    let spec = engine.plan("till_screens").unwrap().plan().spec().clone();
    assert_eq!(spec.steps[1].to, Target::Segment("pilots".into()));
    assert_eq!(spec.triggers[2].name, "complaints_a_day above 10");
}

#[test]
fn a_segment_that_a_step_reaches_is_used() {
    let till = Engine::from_str(include_str!("../../../examples/till/ruleset.yaml")).unwrap();
    assert_eq!(till.warnings(0), []);
}

#[test]
fn a_compiled_program_has_its_plans() {
    let engine = example("progressive");
    let again = Engine::from_compiled(&engine.to_compiled()).unwrap();
    let (one, other) =
        (engine.plan("supersmartmatch_v2").unwrap(), again.plan("supersmartmatch_v2").unwrap());
    assert_eq!(one.plan(), other.plan());
    assert_eq!(one.watched(), other.watched());
    let start = || Event::new(5, Kind::Start { actor: "ada".into() });
    let advanced = |engine: &Engine| {
        engine.advance("supersmartmatch_v2", GuardedState::default(), start()).unwrap().state
    };
    assert_eq!(advanced(&engine), advanced(&again));
}

#[test]
fn what_is_measured_moves_a_plan_back() {
    let engine = example("progressive");
    let mut state = String::new();
    let mut tell = |event: String| {
        let state_given = if state.is_empty() { "null" } else { &state };
        let given =
            format!(r#"{{"plan":"supersmartmatch_v2","state":{state_given},"event":{event},"now":0}}"#);
        let answer: serde_json::Value =
            serde_json::from_str(&engine.call("advance", &given).unwrap()).unwrap();
        state = answer["state"].to_string();
        answer
    };
    assert_eq!(tell(r#"{"event":"start","actor":"ada"}"#.into())["state"]["stage"], "progressing");
    assert_eq!(tell(r#"{"event":"ack","epoch":1,"at":1000}"#.into())["state"]["stage"], "baking");
    let observe = |minute: i64, errors: f64| {
        let at = minute * 60_000;
        let value = |metric: &str, value: f64| {
            format!(r#"{{"metric":"{metric}","at":{at},"value":{value},"samples":100000}}"#)
        };
        let seen = [
            value("precision", 0.96),
            value("p95_response_time_ms", 87.0),
            value("error_rate", errors),
            value("fallback_rate", 0.001),
        ];
        format!(r#"{{"event":"observe","at":{at},"observations":[{}]}}"#, seen.join(","))
    };
    let told = tell(observe(1, 0.0004));
    assert_eq!(told["reports"][0]["verdict"], "pass", "{told}");
    assert_eq!(told["state"]["stage"], "baking");
    let told = tell(observe(2, 0.02));
    assert_eq!(
        (told["state"]["stage"].as_str(), told["state"]["mode"].as_str()),
        (Some("rolling_back"), Some("immediate"))
    );
    assert_eq!(told["state"]["log"][2]["gate"], "v2_step");
    // An effect that must not be lost is owed until it is done.
    let owed = |told: &serde_json::Value| {
        told["state"]["owed"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|owed| owed["effect"] == "set_percentage")
            .count()
    };
    assert_eq!(owed(&told), 1);
    assert_eq!(owed(&tell(r#"{"event":"ack","epoch":2,"at":200000}"#.into())), 0);
}

#[test]
fn a_trigger_goes_back_step_by_step_and_sets_its_flag() {
    let engine = example("progressive");
    let plan = engine.plan("supersmartmatch_v2").unwrap();
    let mut state = plan.advance(GuardedState::default(), 0, None, Kind::Start { actor: "a".into() }).state;
    let mut set = 0;
    for minute in 1..=8 {
        let at = minute * 60_000;
        let seen = cutover::gates::Observation::value("p95_response_time_ms", at, 160.0);
        let observed = plan.observe(state, at, &[seen]);
        state = observed.state;
        set += serde_json::to_string(&observed.effects).unwrap().matches("set_flag").count();
        if minute == 5 {
            assert_eq!(set, 0);
        }
    }
    assert_eq!(set, 1);
    // The gate does not bear such a time either.
    assert!(matches!(state.plan.stage, Stage::RollingBack { mode: Mode::Immediate, .. }));
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    for (plan, code, path, line, help) in [
        (
            "    { flag: use_v, steps: [5%], bake: 1h, gate: errors }",
            "unknown_flag",
            "plans.v2.flag",
            8,
            "`use_v2`",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: error }",
            "unknown_gate",
            "plans.v2.gate",
            8,
            "`errors`",
        ),
        (
            "    flag: use_v2\n    bake: 1h\n    gate: errors\n    steps:\n      - { segment: pilot }",
            "unknown_segment",
            "plans.v2.steps[0].segment",
            12,
            "`pilots`",
        ),
        (
            "    flag: use_v2\n    bake: 1h\n    gate: errors\n    steps:\n      - 10%\n      - 5%",
            "steps_not_rising",
            "plans.v2.steps[1]",
            13,
            "",
        ),
        (
            "    { flag: use_v2, steps: [101%], bake: 1h, gate: errors }",
            "bad_percentage",
            "plans.v2.steps[0]",
            8,
            "",
        ),
        ("    { flag: use_v2, steps: [], bake: 1h, gate: errors }", "bad_steps", "plans.v2.steps", 8, ""),
        ("    { flag: use_v2, steps: [5%], bake: 1h }", "step_without_gate", "plans.v2.steps[0]", 8, ""),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: [] }",
            "step_without_gate",
            "plans.v2.steps[0]",
            8,
            "",
        ),
        ("    { flag: use_v2, steps: [5%], gate: errors }", "missing_key", "plans.v2.steps[0].bake", 8, ""),
        ("    { flag: use_v2, steps: [5%], bake: 48, gate: errors }", "bad_duration", "plans.v2.bake", 8, ""),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: errors, rollback: { steps: [25%, 50%, 0%] } }",
            "rollback_not_falling",
            "plans.v2.rollback.steps[1]",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: errors, rollback: { steps: [25%] } }",
            "rollback_ends_high",
            "plans.v2.rollback.steps",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: errors, stepz: 1 }",
            "unknown_key",
            "plans.v2.stepz",
            8,
            "`steps`",
        ),
        (
            "    { flag: use_v2, steps: [{ to: 5%, days: 2-3 }], gate: errors }",
            "bad_step",
            "plans.v2.steps[0].days",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [{ to: 5%, days: 3, bake: 1h }], gate: errors }",
            "bad_step",
            "plans.v2.steps[0].days",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [{ to: 5%, segment: pilots }], bake: 1h, gate: errors }",
            "bad_step",
            "plans.v2.steps[0].segment",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: errors, triggers: [{ when: { metric: errors }, do: notify }] }",
            "bad_threshold",
            "plans.v2.triggers[0].when",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: errors, triggers: [{ name: x, do: rollback }] }",
            "unknown_word",
            "plans.v2.triggers[0].do",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: errors, triggers: [{ do: notify }] }",
            "missing_key",
            "plans.v2.triggers[0]",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: errors }\n  v3: { flag: use_v2, steps: [5%], bake: 1h, gate: errors }",
            "flag_of_two_plans",
            "plans.v3.flag",
            9,
            "",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, max_window: 5m, gate: errors }",
            "window_too_short",
            "plans.v2.steps[0]",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: errors, holdback: 60% }",
            "bad_holdback",
            "plans.v2.holdback",
            8,
            "",
        ),
        (
            "    { flag: use_v2, steps: [5%], bake: 1h, gate: errors, dry_run: errors }",
            "gate_twice",
            "plans.v2.steps[0]",
            8,
            "",
        ),
    ] {
        let found = refused(plan);
        let [one] = found.as_slice() else { panic!("{plan}: {found:?}") };
        assert_eq!((one.code, one.path.as_str(), one.line), (code, path, Some(line)), "{plan}: {one}");
        assert!(one.help.as_deref().unwrap_or_default().contains(help), "{one:?}");
    }
}

#[test]
fn a_flag_that_is_kept_elsewhere_is_told_of() {
    let engine =
        Engine::from_str(&ruleset("    { flag: elsewhere_altogether, steps: [5%], bake: 1h, gate: errors }"))
            .unwrap();
    let codes: Vec<&str> = engine.warnings(0).iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["flag_elsewhere"]);
}

#[test]
fn thresholds_that_roll_healthy_migrations_back_are_told_of() {
    let text = |check: &str| {
        format!(
            "cutover: 1
flags: {{ use_v2: {{ rules: [{{ serve: {{ rollout: 0% }} }}] }} }}
gates: {{ errors: {{ checks: [{check}] }} }}
plans:
  v2: {{ flag: use_v2, steps: [5%, 100%], bake: 48h, gate: errors }}
"
        )
    };
    let warnings = |check: &str| Engine::from_str(&text(check)).unwrap().warnings(0);
    let [warning] = warnings("{ metric: errors, below: 0.02, min_samples: 500 }").try_into().unwrap();
    assert_eq!(
        (warning.code, warning.path.as_str(), warning.line),
        ("rolls_back_healthy", "plans.v2.gate", Some(5))
    );
    assert!(
        warning.message.contains("100 % of the migrations in which 1 % of the requests are bad"),
        "{}",
        warning.message
    );
    assert_eq!(warnings("{ metric: errors, below: 0.02, min_samples: 5000 }"), []);
    assert_eq!(warnings("{ metric: errors, below: 0.02, min_samples: 500, for: 15m }"), []);
    assert_eq!(warnings("{ metric: errors, test: harm }"), []);
}
