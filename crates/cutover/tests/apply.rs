//! Applying another version of a ruleset gives what loading it gives.

use cutover::{Attributes, Engine, wire};
use proptest::prelude::*;

const RULESET: &str = r#"{
  "cutover": 1,
  "segments": { "staff": { "if": { "attribute": "team", "is": "core" } }, "unused": { "if": { "attribute": "x", "is": 1 } } },
  "flags": {
    "alpha": { "rules": [ { "serve": { "rollout": "25%", "by": "id" } } ] },
    "béta": { "expires": "2026-12-31", "rules": [ { "if": { "segment": "staff" }, "serve": "on" } ] },
    "gamma": { "requires": [ { "flag": "alpha", "is": "on" } ], "rules": [ { "serve": "on" } ] },
    "delta": { "variants": { "a": 1, "b": { "x": [2] } }, "default": "a",
      "rules": [ { "if": { "attribute": "team", "in": ["core", "é"] }, "serve": "b" }, { "serve": "a" }, { "serve": "b" } ] },
    "omega": { "enabled": false }, "last": { "rules": [ { "if": { "attribute": "team", "is": "x" }, "serve": "on" } ] }
  },
  "migrations": { "move": { "old": "a", "new": "b", "ladder": "standard", "phase": "live" } }
}"#;

/// All that a host sees of an engine, or what is wrong with it.
fn seen(engine: Result<Engine, cutover::LoadError>) -> String {
    let engine = match engine {
        Ok(engine) => engine,
        Err(error) => return wire::to_json(&error.diagnostics),
    };
    let mut seen = engine.digest().to_owned();
    for number in 0..u32::try_from(engine.flags().len()).unwrap_or(0) {
        // The numbers of attributes are the engine's own affair.
        let id = cutover::FlagId::from_index(number);
        let mut reads: Vec<&str> =
            engine.reads(id).map(|attribute| engine.attributes()[attribute.index()].as_str()).collect();
        reads.sort_unstable();
        seen += &format!("{reads:?} {}", engine.reads_time(id));
    }
    for team in ["core", "é", "x"] {
        for id in 0..5 {
            let context = engine.context(&Attributes::new().with("team", team).with("id", id));
            for decision in engine.decide_all(&context, 0) {
                seen += &wire::to_json(&decision);
                seen += &wire::to_json(&engine.explain(decision.flag, &context, 0));
            }
        }
    }
    let context = engine.context(&Attributes::new());
    seen += &wire::to_json(&engine.route("move", &context, 0, &()));
    seen + &wire::to_json(&engine.warnings(i64::MAX))
}

fn both(engine: &Engine, text: &str) -> Result<Engine, cutover::LoadError> {
    let applied = engine.apply(text.as_bytes());
    assert_eq!(seen(applied.clone()), seen(Engine::from_str(text)), "{text}");
    applied
}

#[test]
fn each_change_gives_what_loading_gives() {
    let engine = Engine::from_str(RULESET).unwrap();
    let changes = [
        ("25%", "75%"),
        ("25%", "2%"),
        ("\"rollout\": \"25%\"", "\"rollout\": 0"),
        ("\"by\": \"id\"", "\"by\": \"team\""),
        ("\"is\": \"x\"", "\"is\":\n\n[\"y\", \"core\"]"),
        ("\"attribute\": \"team\", \"is\": \"x\"", "\"attribute\": \"brand.new\", \"exists\": true"),
        ("[2]", "[2, 3]"),
        ("[2]", "[2, 3"),
        ("\"omega\": { \"enabled\": false }", "\"omega\": { \"enabled\": true }"),
        ("\"omega\"", "\"psi\""),
        ("\"omega\": { \"enabled\": false },", ""),
        ("\"omega\":", "\"more\": {}, \"omega\":"),
        ("\"omega\": { \"enabled\": false }", "\"omega\": { \"enabled\": false }, \"omega\": {}"),
        ("core", "cores"),
        ("2026-12-31", "2026-12-30"),
        ("\"on\" } ]", "\"onn\" } ]"),
        ("live", "shadow"),
        ("\"cutover\": 1", "\"cutover\": 2"),
        ("", " "),
    ];
    for (from, to) in changes {
        let _ = both(&engine, &RULESET.replacen(from, to, 1));
    }
    let marked = format!("\u{feff}{}", RULESET.replacen("25%", "26%", 1));
    assert!(both(&engine, &marked).is_ok());
    assert!(both(&engine, RULESET).is_ok());
}

#[test]
fn many_changes_in_a_row_give_what_loading_gives() {
    let mut text = RULESET.to_owned();
    let mut engine = Engine::from_str(&text).unwrap();
    for step in 0..300_u32 {
        let next = match step % 3 {
            0 => text.replacen("\"x\" }, \"serve\"", "\"longer\" }, \"serve\"", 1),
            1 => text.replacen("\"longer\" }, \"serve\"", "\"x\" }, \"serve\"", 1),
            _ => text
                .replacen("\"enabled\": false", &format!("\"salt\": \"s{step}\", \"enabled\": false"), 1)
                .replacen(&format!("\"salt\": \"s{}\", ", step.saturating_sub(3)), "", 1),
        };
        text = next;
        engine = both(&engine, &text).unwrap();
    }
}

#[test]
fn a_compiled_program_is_applied_to_as_well() {
    let engine = Engine::from_compiled(&Engine::from_str(RULESET).unwrap().to_compiled()).unwrap();
    assert!(both(&engine, &RULESET.replacen("25%", "75%", 1)).is_ok());
    assert!(both(&engine, "cutover: 1\nflags: { a: {} }").is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_replacement_gives_what_loading_gives(
        start in 0..RULESET.len(), length in 0..12_usize,
        with in prop_oneof![
            "[ -~é\n]{0,12}",
            Just("\"x\": {}, ".to_owned()),
            Just("{ \"attribute\": \"team\", \"is\": \"x\" }".to_owned()),
            (0..100_u32).prop_map(|number| number.to_string()),
        ],
    ) {
        let engine = Engine::from_str(RULESET).unwrap();
        let floor = |mut at: usize| { while !RULESET.is_char_boundary(at) { at -= 1; } at };
        let (start, end) = (floor(start), floor((start + length).min(RULESET.len())));
        let text = [&RULESET[..start], &with, &RULESET[end.max(start)..]].concat();
        let _ = both(&engine, &text);
    }
}
