use crate::Loaded;
use cutover_dialects::{Dialect, Fate, import};
use serde_json::{Value as Json, json};

fn loaded(flags: &Json, segments: &Json) -> Loaded {
    Loaded::new(Dialect::LaunchDarkly, &json!({ "flags": flags, "segments": segments }))
}

/// A flag that is true where its only rule, with these clauses, matches.
fn rule(clauses: &Json) -> Json {
    json!({
        "on": true, "variations": [true, false], "offVariation": 1, "salt": "s", "fallthrough": { "variation": 1 },
        "rules": [{ "clauses": clauses, "variation": 0 }],
    })
}

fn of(clause: &Json) -> Loaded {
    loaded(&json!({ "f": rule(&json!([clause])) }), &json!({}))
}

/// A user with this value of the attribute `x`.
fn user(x: &Json) -> Json {
    json!({ "kind": "user", "key": "ada", "x": x })
}

/// Checks an operator, and that it is turned around as a whole; a missing attribute fails both.
fn check(operator: &str, values: &Json, met: &[Json], unmet: &[Json]) {
    for (negate, met, unmet) in [(false, met, unmet), (true, unmet, met)] {
        let clause = json!({ "attribute": "x", "op": operator, "values": values, "negate": negate });
        let loaded = of(&clause);
        for value in met {
            assert!(loaded.is_on("f", &user(value)), "{clause} {value}");
            assert!(
                negate || loaded.is_on("f", &user(&json!(["other", value]))),
                "{clause} {value} in a list"
            );
        }
        for value in unmet {
            assert!(!loaded.is_on("f", &user(value)), "{clause} {value}");
        }
        assert!(!loaded.is_on("f", &user(&Json::Null)), "{clause} null");
        assert!(
            !loaded.is_on("f", &json!({ "kind": "org", "key": "o", "x": met.first() })),
            "{clause} of another kind"
        );
    }
}

#[test]
fn every_operator_is_two_valued_and_any_item_of_a_list_may_pass() {
    check(
        "in",
        &json!(["ab", 5, true, null, [1]]),
        &[json!("ab"), json!(5), json!(5.0), json!(true)],
        &[json!("5"), json!(false), json!({ "a": 1 }), json!([])],
    );
    check("in", &json!([]), &[], &[json!("ab"), json!([])]);
    check(
        "startsWith",
        &json!(["a", "z"]),
        &[json!("ab"), json!("z")],
        &[json!("Ab"), json!(5), json!(true)],
    );
    check("endsWith", &json!(["b"]), &[json!("ab")], &[json!("ba"), json!(5)]);
    check("contains", &json!(["", 5]), &[json!("ab"), json!("")], &[json!(5)]);
    check("contains", &json!(["5"]), &[json!("a5b")], &[json!(5), json!("ab")]);
    check("matches", &json!(["^a.$", "("]), &[json!("ab")], &[json!("abc"), json!(5)]);
    check("lessThan", &json!([3, 5, "9"]), &[json!(4), json!(-1)], &[json!(5), json!("4"), json!(false)]);
    check("lessThanOrEqual", &json!([5]), &[json!(5)], &[json!(5.1)]);
    check("greaterThan", &json!([5, 7]), &[json!(5.5)], &[json!(5), json!("6")]);
    check("greaterThanOrEqual", &json!([5]), &[json!(5)], &[json!(4)]);
    let new_year = 1_767_225_600_000_i64;
    check(
        "before",
        &json!(["2026-01-01T01:00:00+01:00"]),
        &[json!(new_year - 1), json!("2025-12-31T23:59:59.999Z")],
        &[json!(new_year), json!("2025"), json!(true)],
    );
    check(
        "after",
        &json!([new_year, "soon"]),
        &[json!("2026-01-01T00:00:00.001Z")],
        &[json!(new_year), json!("1767225600001")],
    );
    check(
        "semVerEqual",
        &json!(["2.0", "3-rc+b", 4]),
        &[json!("2"), json!("2.0.0+x"), json!("3.0.0-rc")],
        &[json!("v2"), json!(2), json!("02"), json!("4")],
    );
    check("semVerLessThan", &json!(["2"]), &[json!("2.0.0-rc"), json!("1.9")], &[json!("2.0.0")]);
    check("semVerGreaterThan", &json!(["2"]), &[json!("2.0.1")], &[json!("2-rc")]);
    check("isAHorse", &json!(["ab"]), &[], &[json!("ab"), json!(5)]);
}

#[test]
fn references_lead_into_contexts_of_every_kind() {
    let asks = |kind: Option<&str>, attribute: &str| {
        let mut clause = json!({ "attribute": attribute, "op": "in", "values": ["yes"] });
        if let Some(kind) = kind {
            clause["contextKind"] = json!(kind);
        }
        of(&clause)
    };
    let multi = json!({ "kind": "multi", "user": { "key": "u", "a/b": "yes" }, "my.kind": { "key": "yes", "a": { "b.c": ["no", "yes"] } } });
    assert!(asks(None, "a/b").is_on("f", &multi));
    assert!(asks(Some("user"), "/a~1b").is_on("f", &multi));
    assert!(asks(Some("my.kind"), "key").is_on("f", &multi));
    assert!(asks(Some("my.kind"), "/a/b.c").is_on("f", &multi));
    assert!(!asks(Some("my.kind"), "/a/b/c").is_on("f", &multi));
    assert!(!asks(None, "/a/b.c").is_on("f", &multi));
    let old = json!({ "key": "u", "email": "yes", "custom": { "team": "yes", "email": "no" } });
    assert!(asks(None, "email").is_on("f", &old) && asks(Some("user"), "/team").is_on("f", &old));
    assert!(!asks(Some("user"), "/custom/team").is_on("f", &old));

    let kinds = of(&json!({ "attribute": "kind", "op": "in", "values": ["my.kind"] }));
    assert!(kinds.is_on("f", &multi) && kinds.is_on("f", &json!({ "kind": "my.kind", "key": "k" })));
    assert!(!kinds.is_on("f", &old));
    let others = of(&json!({ "attribute": "kind", "op": "in", "values": ["my.kind"], "negate": true }));
    assert!(others.is_on("f", &old) && !others.is_on("f", &multi));
    let known = of(&json!({ "attribute": "anonymous", "op": "in", "values": [false] }));
    assert!(
        known.is_on("f", &old)
            && !known.is_on("f", &json!({ "kind": "user", "key": "u", "anonymous": true }))
    );
}

#[test]
fn targets_come_before_rules_in_the_order_of_their_kinds() {
    let mut flag = rule(&json!([]));
    flag["variations"] = json!(["rule", "fallthrough", "ada", "acme"]);
    flag["targets"] = json!([{ "variation": 2, "values": ["ada"] }]);
    flag["contextTargets"] = json!([
        { "contextKind": "org", "variation": 3, "values": ["acme"] },
        { "contextKind": "user", "variation": 2, "values": [] },
    ]);
    let loaded = loaded(&json!({ "f": flag }), &json!({}));
    let both = json!({ "kind": "multi", "user": { "key": "ada" }, "org": { "key": "acme" } });
    assert_eq!(loaded.value("f", &both), "acme");
    assert_eq!(loaded.value("f", &json!({ "kind": "user", "key": "ada" })), "ada");
    assert_eq!(loaded.value("f", &json!({ "key": "bob" })), "rule");
    assert!(loaded.ruleset().contains("description: target"), "{}", loaded.ruleset());
}

#[test]
fn a_rollout_hashes_as_it_did() {
    let flag = |rollout: Json| {
        let mut flag = rule(&json!([]));
        flag["variations"] = json!(["a", "b", "c"]);
        flag["rules"] = json!([]);
        flag["fallthrough"] = json!({ "rollout": rollout });
        loaded(&json!({ "hashKey": flag }), &json!({}))
    };
    let weights = |first: u32| json!([{ "variation": 0, "weight": first }, { "variation": 1, "weight": 1 }]);
    let by = |key: &str| json!({ "kind": "user", "key": key, "n": 33_333, "f": 1.5 });
    let share = |key: &str| flag(json!({ "variations": weights(50_000) })).value("hashKey", &by(key));
    let drawn: Vec<Json> = ["ada", "bob", "eve", "kim"].map(share).into();
    assert_eq!(drawn, EXPECTED, "50 %");
    // Past the end is the last one, and an attribute that is no text and no whole number is at 0.
    let last = flag(json!({ "variations": weights(0) }));
    assert_eq!(last.value("hashKey", &by("ada")), "b");
    let fraction = flag(json!({ "bucketBy": "f", "variations": weights(1) }));
    assert_eq!(fraction.value("hashKey", &by("ada")), "a");
    let kind = flag(json!({ "contextKind": "org", "variations": weights(1) }));
    assert_eq!(kind.value("hashKey", &by("ada")), "a");
    // An experiment hashes by the key, whatever else is said; a seed stands for key and salt.
    let experiment =
        flag(json!({ "kind": "experiment", "bucketBy": "f", "seed": 61, "variations": weights(50_000) }));
    let seeded: Vec<Json> =
        ["ada", "bob", "eve", "kim"].map(|key| experiment.value("hashKey", &by(key))).into();
    assert_eq!(seeded, SEEDED, "seed 61");
}

/// By Python's `hashlib`.
const EXPECTED: [&str; 4] = ["b", "b", "a", "a"];
const SEEDED: [&str; 4] = ["b", "b", "a", "b"];

#[test]
fn segments_include_exclude_and_ask_for_each_other() {
    let segments = json!({
        "team": { "key": "team", "included": ["ada"], "excluded": ["bob"], "salt": "s",
            "includedContexts": [{ "contextKind": "org", "values": ["acme"] }],
            "rules": [{ "clauses": [{ "attribute": "x", "op": "in", "values": ["yes"] }] }, { "clauses": [{ "op": "segmentMatch", "values": ["beta"] }] }] },
        "beta": { "key": "beta", "rules": [{ "clauses": [{ "attribute": "beta", "op": "in", "values": [true] }] }] },
        "half": { "key": "half", "salt": "s", "rules": [{ "clauses": [], "weight": 0 }, { "clauses": [], "weight": 100_000, "bucketBy": "kind" }] },
        "a": { "key": "a", "rules": [{ "clauses": [{ "op": "segmentMatch", "values": ["b"] }] }] },
        "b": { "key": "b", "rules": [{ "clauses": [{ "op": "segmentMatch", "values": ["a"] }] }] },
        "big": { "key": "big", "unbounded": true },
    });
    let asks = |key: &str, negate: bool| {
        rule(&json!([{ "op": "segmentMatch", "values": [key, "nobody"], "negate": negate }]))
    };
    let loaded = loaded(
        &json!({ "team": asks("team", false), "others": asks("team", true), "half": asks("half", false), "circle": asks("a", false), "big": asks("big", false) }),
        &segments,
    );
    for (context, is_in) in [
        (json!({ "key": "ada" }), true),
        (json!({ "key": "bob", "custom": { "x": "yes" } }), false),
        (json!({ "key": "eve", "custom": { "x": "yes" } }), true),
        (json!({ "key": "eve", "custom": { "beta": true } }), true),
        (json!({ "kind": "org", "key": "acme" }), true),
        (json!({ "kind": "org", "key": "ada" }), false),
        (json!({ "key": "eve" }), false),
    ] {
        assert_eq!(
            (loaded.is_on("team", &context), loaded.is_on("others", &context)),
            (is_in, !is_in),
            "{context}"
        );
    }
    assert!(loaded.is_on("half", &json!({ "key": "anybody" })));
    assert_eq!((loaded.fate("circle"), loaded.fate("big")), (Fate::Refused, Fate::Refused));
    assert_eq!(loaded.fate("team"), Fate::Same);
}

#[test]
fn prerequisites_are_on_and_the_variation_that_is_asked_for() {
    let asks = |key: &str, on: bool| {
        let mut flag = rule(&json!([]));
        flag["on"] = json!(on);
        flag["prerequisites"] = json!([{ "key": key, "variation": 0 }]);
        flag
    };
    let mut plain = rule(&json!([{ "attribute": "x", "op": "in", "values": ["yes"] }]));
    plain["offVariation"] = json!(0);
    let mut off = plain.clone();
    off["on"] = json!(false);
    let mut broken = plain.clone();
    broken["rules"] = json!([]);
    broken["fallthrough"] = json!({ "variation": 7 });
    let loaded = loaded(
        &json!({
            "plain": plain, "off": off, "broken": broken, "asks-plain": asks("plain", true), "asks-off": asks("off", true),
            "asks-nobody": asks("nobody", true), "asks-broken": asks("broken", true), "asks-that": asks("asks-plain", true),
            "left": asks("right", true), "right": asks("left", true), "one": asks("other", true), "other": asks("one", false),
        }),
        &json!({}),
    );
    for flag in ["asks-plain", "asks-that"] {
        assert!(
            loaded.is_on(flag, &user(&json!("yes"))) && !loaded.is_on(flag, &user(&json!("no"))),
            "{flag}"
        );
    }
    // A flag that is off does not count, whatever it serves.
    assert!(loaded.is_on("off", &user(&json!("no"))) && !loaded.is_on("asks-off", &user(&json!("yes"))));
    assert!(!loaded.is_on("asks-nobody", &user(&json!("yes"))));
    for flag in ["broken", "asks-broken"] {
        assert_eq!(loaded.value(flag, &user(&json!("yes"))), Json::Null, "{flag}");
    }
    assert_eq!((loaded.fate("left"), loaded.fate("right")), (Fate::Refused, Fate::Refused));
    // A circle that is broken by a flag that is off is none yet.
    assert_eq!((loaded.fate("one"), loaded.fate("other")), (Fate::Same, Fate::Differs));
    assert!(!loaded.is_on("one", &user(&json!("yes"))) && !loaded.is_on("other", &user(&json!("yes"))));
}

#[test]
fn what_is_malformed_serves_null_once_it_is_reached() {
    let clauses =
        json!([{ "attribute": "x", "op": "in", "values": ["yes"] }, { "op": "in", "values": ["yes"] }]);
    let mut missing = rule(&json!([]));
    missing["rules"] = json!([]);
    missing["offVariation"] = json!(5);
    missing["on"] = json!(false);
    let mut none = missing.clone();
    none.as_object_mut().unwrap().remove("offVariation");
    let loaded = loaded(&json!({ "clause": rule(&clauses), "missing": missing, "none": none }), &json!({}));
    assert_eq!(loaded.value("clause", &user(&json!("yes"))), Json::Null);
    assert_eq!(loaded.value("clause", &user(&json!("no"))), false);
    assert_eq!(loaded.value("missing", &user(&json!("no"))), Json::Null);
    assert_eq!(loaded.value("none", &user(&json!("no"))), Json::Null);
    assert_eq!(loaded.reason("none", &user(&json!("no"))), "DISABLED");
}

#[test]
fn what_cannot_be_said_takes_its_own_flag_and_says_why() {
    let pattern = |on: bool| {
        let mut flag = rule(&json!([{ "attribute": "x", "op": "matches", "values": ["(?=a)a"] }]));
        flag["on"] = json!(on);
        flag
    };
    let mut no_list = rule(&json!([]));
    no_list["variations"] = json!(1);
    let document = json!({ "path": "/", "data": {
        "flags": { "pattern": pattern(true), "off": pattern(false), "list": no_list, "gone": { "deleted": true, "version": 2 }, "fine": rule(&json!([])) },
        "segments": {},
    } });
    let loaded = Loaded::new(Dialect::LaunchDarkly, &document);
    assert_eq!(
        (loaded.fate("pattern"), loaded.fate("off"), loaded.fate("list")),
        (Fate::Refused, Fate::Differs, Fate::Refused)
    );
    assert!(loaded.is_on("fine", &user(&Json::Null)) && !loaded.is_on("off", &user(&json!("a"))));
    let report = import(Dialect::LaunchDarkly, document.to_string().as_bytes()).report;
    assert!(report.flags.iter().all(|flag| flag.flag != "gone"));
    let note = &report.flags.iter().find(|flag| flag.flag == "pattern").unwrap().notes[0];
    assert_eq!(note.place, "rules[0].clauses[0]");
    assert!(note.message.contains("(?=a)a"), "{}", note.message);
}
