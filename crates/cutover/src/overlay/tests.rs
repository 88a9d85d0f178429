use crate::{Attributes, Engine, Reason};

const RULESET: &str = r#"
cutover: 1
flags:
  beta:
    enabled: false
    rules: [{ if: { attribute: plan, is: pro }, serve: { rollout: 50%, by: userId } }]
  needs: { requires: [{ flag: beta, is: on }], rules: [{ serve: on }] }
  algorithm:
    variants: { v1: simple, v2: { name: hybrid } }
    default: v1
    rules: [{ serve: { split: { v1: 1, v2: 1 }, by: userId } }]
migrations:
  recruiters:
    old: recruiters
    new: jobs_partners
    ladder: recruiters_four_phase
    switches: { read: R, write: W, backup: B, emergency: E }
"#;

fn overlaid(fixed: &str) -> Result<Engine, String> {
    let json = serde_json::to_string(RULESET).unwrap();
    let engine = Engine::from_str("cutover: 1").unwrap();
    let answer = engine
        .call("overlay", &format!(r#"{{"ruleset":{json},{fixed}}}"#))
        .map_err(|error| error.to_string())?;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    Engine::from_str(answer["ruleset"].as_str().unwrap()).map_err(|error| error.to_string())
}

fn decided(engine: &Engine, flag: &str) -> (String, Option<String>, Reason) {
    let context = engine.context(&Attributes::new().with("userId", "ada"));
    let decision = engine.decide(flag, &context, 0);
    (crate::wire::to_json(&decision.value), decision.variant.map(str::to_owned), decision.reason)
}

#[test]
fn a_flag_serves_what_is_asked_of_it_whatever_its_rules_say() {
    let engine = overlaid(r#""flags":{"beta":{"value":true},"algorithm":{"variant":"v2"}}"#).unwrap();
    assert_eq!(decided(&engine, "beta"), ("true".to_owned(), Some("on".to_owned()), Reason::Static));
    let v2 = (r#"{"name":"hybrid"}"#.to_owned(), Some("v2".to_owned()), Reason::Static);
    assert_eq!(decided(&engine, "algorithm"), v2);
    // What asks the flag is decided by the new answer.
    assert_eq!(decided(&engine, "needs").0, "true");
}

#[test]
fn a_value_that_the_flag_does_not_serve_is_a_variant_of_its_own() {
    let engine = overlaid(r#""flags":{"algorithm":{"value":[1,2]},"beta":{"value":"x"}}"#).unwrap();
    assert_eq!(
        decided(&engine, "algorithm"),
        ("[1,2]".to_owned(), Some("override".to_owned()), Reason::Static)
    );
    assert_eq!(decided(&engine, "beta"), ("\"x\"".to_owned(), Some("override".to_owned()), Reason::Static));
    // Those that ask for `on` still find it.
    assert_eq!(decided(&engine, "needs").0, "false");
}

#[test]
fn names_that_there_are_not_are_refused_unless_they_may_be_made() {
    let error = |fixed: &str| overlaid(fixed).unwrap_err();
    assert_eq!(
        error(r#""flags":{"bta":{"value":true}}"#),
        "overlay: the ruleset has no flag `bta` (it has `algorithm`, `beta`, `needs`)"
    );
    assert_eq!(
        error(r#""flags":{"algorithm":{"variant":"v3"}}"#),
        "overlay: the ruleset has no variant of `algorithm` that is `v3` (it has `v1`, `v2`)"
    );
    assert!(error(r#""migrations":{"recruiter":{"phase":"sync"}}"#).contains("no migration `recruiter`"));
    assert!(
        error(r#""migrations":{"recruiters":{"switches":{"X":true}}}"#)
            .contains("(it has `B`, `E`, `R`, `W`)")
    );
    assert!(error(r#""migrations":{"recruiters":{"phase":"snyc"}}"#).contains("snyc"));
    let engine = overlaid(r#""create":true,"flags":{"new":{"value":7},"old":{"variant":"a"}}"#).unwrap();
    assert_eq!(decided(&engine, "new").0, "7");
    assert_eq!(decided(&engine, "old").0, "\"a\"");
}

#[test]
fn a_migration_is_in_the_phase_that_is_asked_of_it() {
    let route = |fixed: &str| {
        let engine = overlaid(fixed).unwrap();
        let context = engine.context(&Attributes::new());
        let route = engine.route("recruiters", &context, 0, &());
        (route.phase.map(str::to_owned), route.emergency)
    };
    let phase = |name: &str, emergency| (Some(name.to_owned()), emergency);
    assert_eq!(route(r#""migrations":{"recruiters":{"phase":"dual_read"}}"#), phase("dual_read", false));
    assert_eq!(
        route(r#""migrations":{"recruiters":{"phase":"dual_read","emergency":true}}"#),
        phase("dual_read", true)
    );
    assert_eq!(
        route(r#""migrations":{"recruiters":{"switches":{"R":true,"W":false}}}"#),
        phase("dual_read", false)
    );
    assert!(route(r#""migrations":{"recruiters":{"switches":{"R":true,"E":true}}}"#).1);
}
