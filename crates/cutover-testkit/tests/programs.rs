//! Generated rulesets, compiled and loaded again, and with one flag changed: every road to an engine leads to the same
//! answers.

use cutover::wire::to_json;
use cutover::{Attributes, Engine, Value};
use cutover_testkit::generate::{Case, case};
use cutover_testkit::random::Random;

const CASES: u64 = 20_000;

/// All that an engine says of a case, its warnings left out: they do not travel with a program.
fn answers(engine: &Engine, case: &Case) -> Vec<String> {
    let switches = Value::from_json(&case.switches.to_string()).unwrap();
    let mut lines = vec![engine.digest().to_owned()];
    for context in &case.contexts {
        let attributes = Attributes::from_json(&context.to_string()).unwrap();
        let context = engine.context(&attributes);
        lines.extend(engine.flags().map(|flag| to_json(&engine.explain(flag, &context, case.now))));
        lines.extend(engine.decide_all(&context, case.now).map(|decision| to_json(&decision)));
        lines.extend(
            engine.migrations().map(|name| to_json(&engine.route(name, &context, case.now, &switches))),
        );
    }
    lines
}

#[test]
fn a_program_answers_as_the_ruleset_that_it_came_from() {
    let mut loaded = 0;
    for seed in 0..CASES {
        let case = case(seed);
        let Ok(engine) = Engine::from_str(&case.ruleset) else { continue };
        let bytes = engine.to_compiled();
        let again = Engine::from_compiled(&bytes).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(answers(&again, &case), answers(&engine, &case), "seed {seed}");
        assert_eq!(to_json(&again.table()), to_json(&engine.table()), "seed {seed}");
        assert!(again.to_compiled() == bytes, "seed {seed}");
        loaded += 1;
    }
    assert!(loaded > CASES / 2, "{loaded}");
}

/// The ruleset with one of its flags changed; none where it has no flags.
fn changed(ruleset: &serde_json::Value, random: &mut Random) -> Option<serde_json::Value> {
    let mut changed = ruleset.clone();
    let flags = changed.get_mut("flags")?.as_object_mut()?;
    let name = flags.keys().nth(random.below(flags.len()))?.clone();
    let other = serde_json::from_str::<serde_json::Value>(&case(random.bits()).ruleset).ok()?;
    let flag = flags.get_mut(&name)?.as_object_mut()?;
    match random.below(4) {
        0 => drop(flag.insert("enabled".to_owned(), random.once_in(2).into())),
        1 => drop(flag.insert("salt".to_owned(), format!("salt {}", random.below(9)).into())),
        2 => drop(flag.remove("requires")),
        _ => {
            let others = other.get("flags")?.as_object()?;
            let key = ["rules", "rules", "variants", "requires"][random.below(4)];
            let part = others.values().nth(random.below(others.len()))?.get(key)?;
            flag.insert(key.to_owned(), part.clone());
        }
    }
    Some(changed)
}

/// Three changes each, every one of them loaded in three ways.
const CHANGED: u64 = 4000;

#[test]
fn one_flag_changed_answers_as_the_ruleset_loaded() {
    let (mut loaded, mut refused) = (0, 0);
    for seed in 0..CHANGED {
        let case = case(seed);
        let Ok(mut engine) = Engine::from_str(&case.ruleset) else { continue };
        let mut ruleset: serde_json::Value = serde_json::from_str(&case.ruleset).unwrap();
        let mut random = Random::new(seed ^ 0xA991);
        for _ in 0..3 {
            let Some(next) = changed(&ruleset, &mut random) else { break };
            let text = next.to_string();
            match (engine.apply(text.as_bytes()), Engine::from_str(&text)) {
                (Ok(applied), Ok(whole)) => {
                    assert_eq!(answers(&applied, &case), answers(&whole, &case), "seed {seed}: {text}");
                    let warnings = |engine: &Engine| to_json(&engine.warnings(case.now));
                    assert_eq!(warnings(&applied), warnings(&whole), "seed {seed}: {text}");
                    // What is applied can be compiled, and is sound.
                    let again = Engine::from_compiled(&applied.to_compiled())
                        .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
                    assert_eq!(answers(&again, &case), answers(&whole, &case), "seed {seed}: {text}");
                    (engine, ruleset) = (applied, next);
                    loaded += 1;
                }
                (Err(applied), Err(whole)) => {
                    let told = |error: cutover::LoadError| to_json(&error.diagnostics);
                    assert_eq!(told(applied), told(whole), "seed {seed}: {text}");
                    refused += 1;
                }
                (applied, whole) => {
                    panic!("seed {seed}: applied {:?}, loaded {:?}: {text}", applied.err(), whole.err());
                }
            }
        }
    }
    assert!(loaded > CHANGED / 2 && refused > 100, "{loaded} {refused}");
}
