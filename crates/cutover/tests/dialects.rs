//! What rulesets of other systems take: `otherwise`, `as`, `ignore_case`, named contracts; and what is refused of it.

use cutover::{Attributes, Engine, Step, Value};
use serde_json::json;

fn flag(rule: serde_json::Value) -> Engine {
    let ruleset = json!({ "cutover": 1, "flags": { "f": { "rules": [rule] } } });
    Engine::from_str(&ruleset.to_string()).unwrap_or_else(|refused| panic!("{refused}"))
}

/// The problems of a rule, as code, path, and what is said of what to do.
fn problems(rule: serde_json::Value) -> Vec<String> {
    let ruleset = json!({ "cutover": 1, "flags": { "f": { "rules": [rule] } } });
    let found = Engine::check(ruleset.to_string().as_bytes(), 0);
    found.into_iter().map(|one| format!("{} {}", one.code, one.path)).collect()
}

fn asks(condition: serde_json::Value) -> Vec<String> {
    problems(json!({ "if": condition, "serve": "on" }))
}

#[test]
fn what_does_not_go_together_is_refused_at_its_place() {
    let cases = [
        (json!({ "attribute": "v", "is": 1, "otherwise": "no" }), "wrong_type flags.f.rules[0].if.otherwise"),
        (json!({ "attribute": "v", "is": 1, "as": "numbr" }), "unknown_word flags.f.rules[0].if.as"),
        (json!({ "attribute": "v", "above": 1, "as": "text" }), "wrong_type flags.f.rules[0].if.above"),
        (
            json!({ "attribute": "v", "between": [1, 2], "as": "text" }),
            "contradiction flags.f.rules[0].if.as",
        ),
        (json!({ "attribute": "v", "is": 1, "as": "version" }), "contradiction flags.f.rules[0].if.as"),
        (json!({ "attribute": "v", "exists": true, "as": "text" }), "contradiction flags.f.rules[0].if.as"),
        (
            json!({ "attribute": "v", "matches": "a", "ignore_case": true }),
            "contradiction flags.f.rules[0].if.ignore_case",
        ),
        (json!({ "attribute": "v", "is": 1, "each": "all" }), "unknown_word flags.f.rules[0].if.each"),
        (json!({ "attribute": "v", "is": 1, "each": true }), "wrong_type flags.f.rules[0].if.each"),
        (
            json!({ "attribute": "v", "exists": true, "each": "any" }),
            "contradiction flags.f.rules[0].if.each",
        ),
        (json!({ "attribute": "v", "not_in": [1], "each": "any" }), "contradiction flags.f.rules[0].if.each"),
        (json!({ "attribute": "v", "is": 1, "ignore": true }), "unknown_operator flags.f.rules[0].if"),
        (json!({ "bucket": { "in": [[0, 1]] } }), "missing_key flags.f.rules[0].if.bucket"),
        (json!({ "bucket": { "hash": "eppo/md5" } }), "missing_key flags.f.rules[0].if.bucket"),
        (
            json!({ "bucket": { "hash": "md5", "in": [[0, 1]] } }),
            "unknown_hash flags.f.rules[0].if.bucket.hash",
        ),
        (
            json!({ "bucket": { "hash": "flagd/fractional-v2", "in": [[0, 1]] } }),
            "missing_key flags.f.rules[0].if.bucket",
        ),
        (
            json!({ "bucket": { "hash": "growthbook/v1", "of": 999, "in": [[0, 1]] } }),
            "bad_total flags.f.rules[0].if.bucket.of",
        ),
        (
            json!({ "bucket": { "hash": "eppo/md5", "of": 10, "in": [[0, 11]] } }),
            "bad_position flags.f.rules[0].if.bucket.in[0][1]",
        ),
        (
            json!({ "bucket": { "hash": "eppo/md5", "in": [[0, 1], [5, 4]] } }),
            "empty_range flags.f.rules[0].if.bucket.in[1]",
        ),
        (json!({ "bucket": { "hash": "eppo/md5", "in": [] } }), "empty_list flags.f.rules[0].if.bucket.in"),
        (
            json!({ "bucket": { "hash": "eppo/md5", "in": [[1]] } }),
            "wrong_type flags.f.rules[0].if.bucket.in[0]",
        ),
        (
            json!({ "bucket": { "hash": 1, "by": { "first_of": ["a"] }, "in": [[0, 1]] } }),
            "bad_unit flags.f.rules[0].if.bucket.by",
        ),
        (
            json!({ "bucket": { "hash": "eppo/md5", "in": [[0, 1]] }, "otherwise": 1 }),
            "wrong_type flags.f.rules[0].if.otherwise",
        ),
        (
            json!({ "bucket": { "hash": "eppo/md5", "in": [[0, 1]], "seed": 1 } }),
            "unknown_key flags.f.rules[0].if.bucket.seed",
        ),
    ];
    for (condition, want) in cases {
        assert_eq!(asks(condition.clone()), [want], "{condition}");
    }
    let serves = [
        (json!({ "rollout": "1%", "salt": "s" }), "missing_key flags.f.rules[0].serve.salt"),
        (json!({ "rollout": "1%", "of": 5 }), "missing_key flags.f.rules[0].serve.of"),
        (json!({ "rollout": "1%", "hash": "flagd/fractional-v3" }), "missing_key flags.f.rules[0].serve"),
        (
            json!({ "rollout": "1%", "split": { "on": 1 }, "hash": "eppo/md5" }),
            "bad_split flags.f.rules[0].serve",
        ),
        (json!({ "split": { "on": 11 }, "hash": "eppo/md5", "of": 10 }), "bad_split flags.f.rules[0].serve"),
        (
            json!({ "split": { "on": "100%" }, "hash": "eppo/md5" }),
            "bad_weight flags.f.rules[0].serve.split.on",
        ),
        (
            json!({ "split": { "on": 4_294_967_296_u64, "off": 1 }, "hash": "flagd/fractional-v2" }),
            "bad_split flags.f.rules[0].serve",
        ),
    ];
    for (serve, want) in serves {
        assert_eq!(problems(json!({ "serve": serve })), [want], "{serve}");
    }
}

#[test]
fn a_name_that_is_nearly_right_is_offered() {
    let ruleset = json!({ "cutover": 1, "flags": { "f": { "rules": [
        { "if": { "bucket": { "hash": "unleash/rolout", "in": [[0, 1]] } }, "serve": "on" },
        { "if": { "attribute": "v", "is": 1, "othrwise": true }, "serve": "on" },
    ] } } });
    let helps: Vec<_> =
        Engine::check(ruleset.to_string().as_bytes(), 0).into_iter().map(|one| one.help).collect();
    let help = |name: &str| Some(format!("did you mean `{name}`?"));
    assert_eq!(helps, [help("unleash/rollout"), help("otherwise")]);
}

#[test]
fn an_explanation_shows_position_ranges_and_contract() {
    let condition = json!({ "bucket": { "hash": "unleash/rollout", "salt": "gr1", "by": "id", "in": [[0, 72], [90, 100]] } });
    let engine = flag(json!({ "if": condition, "serve": "on" }));
    let context = engine.context(&Attributes::new().with("id", "123"));
    let explanation = engine.explain("f", &context, 0);
    let Some(Step::Bucket { hash, salt, by, unit, bucket, ranges, buckets, result, path, .. }) =
        explanation.steps.first()
    else {
        panic!("{explanation:?}")
    };
    assert_eq!((*hash, salt.as_deref(), by.as_str()), ("unleash/rollout", Some("gr1"), "id"));
    assert_eq!((unit, *bucket, *buckets, *result), (&Value::from("123"), Some(72), 100, "false"));
    assert_eq!((ranges.as_slice(), path.as_str()), ([[0, 72], [90, 100]].as_slice(), "flags.f.rules[0].if"));

    let by = json!({ "first_of": ["id", "session"], "otherwise": "anonymous" });
    let engine =
        flag(json!({ "serve": { "rollout": "50%", "hash": "eppo/md5", "salt": "s", "of": 10, "by": by } }));
    let explanation = engine.explain("f", &engine.context(&Attributes::new()), 0);
    let Some(Step::Share { hash, by, unit, boundary, buckets, .. }) = explanation.steps.last() else {
        panic!("{explanation:?}")
    };
    assert_eq!((*hash, by.as_str()), (Some("eppo/md5"), "id or session or \"anonymous\""));
    assert_eq!((unit, *boundary, *buckets), (&Value::from("anonymous"), Some(5), Some(10)));
}

#[test]
fn an_explanation_shows_conversions_and_what_was_settled() {
    let condition = json!({ "attribute": "v", "in": ["Yes"], "as": "text", "ignore_case": true, "each": "any", "otherwise": true });
    let engine = flag(json!({ "if": { "not": condition }, "serve": "on" }));
    let explanation = engine.explain("f", &engine.context(&Attributes::new()), 0);
    let Some(Step::Condition { read_as, ignore_case, each, expected, otherwise, result, .. }) =
        explanation.steps.first()
    else {
        panic!("{explanation:?}")
    };
    assert_eq!((*read_as, *ignore_case, *each), (Some("text"), true, Some("any")));
    assert_eq!((*otherwise, *result), (Some(true), "true"));
    assert_eq!(expected, &Value::List(vec!["yes".into()]));
}

#[test]
fn cutovers_own_contract_divides_alike_wherever_it_stands() {
    let split = json!([{ "variant": "on", "weight": 1 }, { "variant": "off", "weight": 2 }]);
    let ruleset = json!({ "cutover": 1, "flags": {
        "own": { "salt": "s", "rules": [{ "serve": { "split": split, "by": "id" } }] },
        "named": { "rules": [{ "serve": { "split": split, "by": "id", "hash": 1, "salt": "s" } }] },
        "asked": { "rules": [{ "if": { "bucket": { "hash": 1, "salt": "s", "by": "id", "of": 3, "in": [[0, 1]] } }, "serve": "on" }] },
        "share": { "salt": "s", "rules": [{ "serve": { "rollout": "12.3456%", "by": "id" } }] },
        "named share": { "rules": [{ "serve": { "rollout": "12.3456%", "by": "id", "hash": 1, "salt": "s" } }] },
    } });
    let engine = Engine::from_str(&ruleset.to_string()).unwrap_or_else(|refused| panic!("{refused}"));
    let mut on = 0;
    for id in 0..1000 {
        let context = engine.context(&Attributes::new().with("id", format!("u{id}")));
        let is = |flag| engine.is_enabled(flag, &context, 0);
        assert_eq!((is("own"), is("own")), (is("named"), is("asked")), "{id}");
        assert_eq!(is("share"), is("named share"), "{id}");
        on += usize::from(is("own"));
    }
    assert!((280..390).contains(&on), "{on}");
}

#[test]
fn a_compiled_program_decides_and_explains_the_same() {
    let rule = json!({ "if": { "all": [
        { "attribute": "v", "semver": ">=1.0.0", "as": "version", "otherwise": true },
        { "bucket": { "hash": "launchdarkly/sha1", "salt": "k.s", "by": "id", "in": [[0, 576_460_752_303_423_488_u64]] } },
    ] }, "serve": "on" });
    let engine = flag(rule);
    let loaded = Engine::from_compiled(&engine.to_compiled()).unwrap_or_else(|refused| panic!("{refused}"));
    for id in 0..50 {
        let attributes = Attributes::new().with("id", id).with("v", 1.5);
        let [one, other] = [&engine, &loaded].map(|engine| {
            serde_json::to_string(&engine.explain("f", &engine.context(&attributes), 0)).unwrap()
        });
        assert_eq!(one, other);
    }
}
