use crate::Loaded;
use cutover_dialects::{Dialect, Fate};
use serde_json::{Value as Json, json};

fn document(targeting: &Json) -> Json {
    let flag = json!({ "state": "ENABLED", "defaultVariant": "none", "targeting": targeting,
        "variants": { "yes": "yes", "no": "no", "true": "true", "false": "false", "none": "none" } });
    json!({ "flags": { "f": flag }, "$evaluators": { "is_ada": { "==": [{ "var": "name" }, "ada"] } } })
}

fn loaded(targeting: &Json) -> Loaded {
    Loaded::new(Dialect::FlagdV2, &document(targeting))
}

fn when(condition: &Json) -> Loaded {
    loaded(&json!({ "if": [condition, "yes", "no"] }))
}

fn check(condition: &Json, met: &[Json], unmet: &[Json]) {
    for negated in [false, true] {
        let condition = if negated { json!({ "!": [condition] }) } else { condition.clone() };
        let loaded = when(&condition);
        let (met, unmet) = if negated { (unmet, met) } else { (met, unmet) };
        for value in met {
            assert_eq!(
                loaded.value("f", &json!({ "x": value })),
                "yes",
                "{condition} {value}\n{}",
                loaded.ruleset()
            );
        }
        for value in unmet {
            assert_eq!(
                loaded.value("f", &json!({ "x": value })),
                "no",
                "{condition} {value}\n{}",
                loaded.ruleset()
            );
        }
    }
}

#[test]
fn conditions_are_those_of_json_logic() {
    let x = json!({ "var": "x" });
    let none = Json::Null;
    check(&json!({ "==": [x, "a"] }), &[json!("a")], &[json!("b"), json!(1), none.clone()]);
    check(
        &json!({ "==": [x, 5] }),
        &[json!(5), json!("5"), json!("5.0")],
        &[json!("a"), json!(6), none.clone()],
    );
    check(&json!({ "==": ["5", x] }), &[json!(5), json!("5")], &[json!("5.0"), none.clone()]);
    check(
        &json!({ "==": [x, true] }),
        &[json!(true), json!(1), json!("1")],
        &[json!(false), json!("true"), none.clone()],
    );
    check(&json!({ "==": [x, null] }), std::slice::from_ref(&none), &[json!(0), json!(false), json!("")]);
    check(&json!({ "!=": [x, "a"] }), &[json!("b"), none.clone()], &[json!("a")]);
    check(&json!({ "===": [x, 5] }), &[json!(5), json!(5.0)], &[json!("5"), none.clone()]);
    check(&json!({ "!==": [x, "a"] }), &[json!("b"), none.clone()], &[json!("a")]);
    check(&json!({ "<": [x, 5] }), &[json!(4), json!("4"), none.clone()], &[json!(5), json!("a")]);
    check(&json!({ ">=": [x, 5] }), &[json!(5), json!("6")], &[json!(4), json!("a"), none.clone()]);
    check(&json!({ "<": [1, x, 5] }), &[json!(2)], &[json!(1), json!(5), none.clone()]);
    check(&json!({ "in": [x, ["a", 1]] }), &[json!("a"), json!(1)], &[json!("b"), json!("1"), none.clone()]);
    check(
        &json!({ "in": ["a", x] }),
        &[json!("cat"), json!(["a", "b"])],
        &[json!("dog"), json!(["b"]), none.clone()],
    );
    check(&x, &[json!("a"), json!(1), json!(true)], &[json!(""), json!(0), json!(false), none.clone()]);
    check(&json!({ "and": [x, { "==": [x, "a"] }] }), &[json!("a")], &[json!("b"), none.clone()]);
    check(
        &json!({ "or": [{ "==": [x, "a"] }, { "==": [x, "b"] }] }),
        &[json!("a"), json!("b")],
        &[json!("c"), none.clone()],
    );
    check(&json!({ "starts_with": [x, "ab"] }), &[json!("abc")], &[json!("bc"), json!(1), none.clone()]);
    check(
        &json!({ "sem_ver": [x, "^", "1.2"] }),
        &[json!("1.0.0"), json!("v1.9"), json!(1)],
        &[json!("2.0.0"), json!("x"), none.clone()],
    );
    check(&json!({ "==": [{ "var": ["x", "a"] }, "a"] }), &[json!("a"), none], &[json!("b")]);
}

#[test]
fn an_operator_that_cannot_answer_gives_the_default() {
    let loaded = loaded(&json!({ "ends_with": [{ "var": "x" }, "z"] }));
    assert_eq!(loaded.value("f", &json!({ "x": "abz" })), "true");
    assert_eq!(loaded.value("f", &json!({ "x": "ab" })), "false");
    for odd in [json!({ "x": 1 }), json!({})] {
        assert_eq!((loaded.value("f", &odd), loaded.reason("f", &odd)), (json!("none"), "DEFAULT"));
    }
}

#[test]
fn evaluators_are_shared_and_a_missing_one_takes_its_flag_alone() {
    let mut document = document(&json!({ "if": [{ "$ref": "is_ada" }, "yes"] }));
    document["flags"]["bad"] = document["flags"]["f"].clone();
    document["flags"]["bad"]["targeting"] = json!({ "if": [{ "$ref": "nobody" }, "yes"] });
    let loaded = Loaded::new(Dialect::FlagdV2, &document);
    assert_eq!(loaded.value("f", &json!({ "name": "ada" })), "yes");
    assert_eq!(loaded.reason("f", &json!({ "name": "bob" })), "DEFAULT");
    assert_eq!(loaded.fate("bad"), Fate::Refused);
}

#[test]
fn what_becomes_no_condition_is_refused_with_its_operator() {
    for targeting in
        [json!({ "%": [1, 2] }), json!({ "if": [{ "==": [{ "var": "a" }, { "var": "b" }] }, "yes"] })]
    {
        let loaded = loaded(&targeting);
        assert_eq!(loaded.fate("f"), Fate::Refused, "{targeting}");
    }
}

#[test]
fn fractions_draw_by_generation() {
    // From flagd's own testbed.
    let split = json!({ "fractional": [{ "cat": [{ "var": "$flagd.flagKey" }, { "var": "user.name" }] },
        ["clubs", 25], ["diamonds", 25], ["hearts", 25], ["spades", 25]] });
    let flag = json!({ "state": "ENABLED", "defaultVariant": "wild", "targeting": split, "variants":
        { "clubs": "clubs", "diamonds": "diamonds", "hearts": "hearts", "spades": "spades", "wild": "wild" } });
    let document = json!({ "flags": { "fractional-flag": flag } });
    let jack = json!({ "user": { "name": "jack" } });
    let second = Loaded::new(Dialect::FlagdV2, &document);
    assert_eq!(second.value("fractional-flag", &jack), "hearts");
    assert_eq!(second.reason("fractional-flag", &jack), "TARGETING_MATCH");
    assert!(second.ruleset().contains("split:"), "{}", second.ruleset());
    let third = Loaded::new(Dialect::FlagdV3, &document);
    assert_eq!(third.value("fractional-flag", &jack), "diamonds");
}

#[test]
fn fractions_without_a_key_take_the_targeting_key() {
    let split = loaded(&json!({ "fractional": [["yes"], ["no", 1]] }));
    assert_ne!(split.value("f", &json!({ "targetingKey": "ada" })), "none");
    for nobody in [json!({}), json!({ "targetingKey": "" }), json!({ "targetingKey": 5 })] {
        assert_eq!(
            (split.value("f", &nobody), split.reason("f", &nobody)),
            (json!("none"), "DEFAULT"),
            "{nobody}"
        );
    }
    let zero = loaded(&json!({ "fractional": [["yes", 0], ["no", -1]] }));
    assert_eq!(zero.value("f", &json!({ "targetingKey": "ada" })), "none");
}

#[test]
fn fractions_may_ask_within() {
    let split = loaded(&json!({ "fractional": [{ "var": "targetingKey" },
        [{ "if": [{ "==": [{ "var": "tier" }, "gold"] }, "yes", "no"] }, { "if": [{ "var": "wide" }, 100, 0] }], ["true", 10]] }));
    let of = |tier: &str, wide: bool| {
        split.value("f", &json!({ "targetingKey": "a", "tier": tier, "wide": wide }))
    };
    assert_eq!(of("gold", false), "true");
    assert!([json!("yes"), json!("true")].contains(&of("gold", true)));
    assert!([json!("no"), json!("true")].contains(&of("iron", true)));
}

#[test]
fn a_disabled_flag_and_one_without_a_default_serve_the_callers() {
    let mut document = document(&json!({}));
    document["flags"]["f"]["state"] = json!("DISABLED");
    let disabled = Loaded::new(Dialect::FlagdV3, &document);
    assert_eq!((disabled.value("f", &json!({})), disabled.reason("f", &json!({}))), (Json::Null, "DISABLED"));
    document["flags"]["f"]["state"] = json!("ENABLED");
    let plain = Loaded::new(Dialect::FlagdV3, &document);
    assert_eq!((plain.value("f", &json!({})), plain.reason("f", &json!({}))), (json!("none"), "STATIC"));
    document["flags"]["f"]["defaultVariant"] = Json::Null;
    assert_eq!(Loaded::new(Dialect::FlagdV3, &document).value("f", &json!({})), Json::Null);
}

#[test]
fn metadata_come_along_but_for_what_is_said_of_every_answer() {
    let mut document = document(&json!({}));
    document["flags"]["f"]["metadata"] =
        json!({ "team": "search", "level": 2, "beta": true, "owner": "ada", "more": { "a": 1 } });
    let loaded = Loaded::new(Dialect::FlagdV3, &document);
    let asked = json!({ "flag": "f", "asked": "string", "reason": "STATIC" });
    let told: Json =
        serde_json::from_str(&loaded.engine.call("openfeature", &asked.to_string()).unwrap()).unwrap();
    let told = &told["metadata"];
    assert_eq!((&told["team"], &told["level"], &told["beta"]), (&json!("search"), &json!(2), &json!(true)));
    assert_eq!((told.get("owner"), told.get("more")), (None, None));
    assert_eq!(loaded.fate("f"), Fate::Differs);
}
