use crate::Loaded;
use cutover_dialects::{Dialect, Fate};
use serde_json::{Value as Json, json};

fn flag(kind: &str, variations: &Json, allocations: &Json) -> Json {
    let variations = variations.as_object().unwrap().iter();
    let variations: serde_json::Map<String, Json> =
        variations.map(|(key, value)| (key.clone(), json!({ "key": key, "value": value }))).collect();
    json!({ "key": "f", "enabled": true, "variationType": kind, "variations": variations, "totalShards": 10000,
            "allocations": allocations })
}

fn loaded(dialect: Dialect, flags: &Json) -> Loaded {
    Loaded::new(dialect, &json!({ "flags": flags }))
}

fn subject(key: &str, attributes: &Json) -> Json {
    json!({ "subjectKey": key, "targetingKey": key, "subjectAttributes": attributes, "attributes": attributes })
}

/// A flag that is `yes` under one condition, and `no` otherwise.
fn asks(condition: &Json) -> Loaded {
    let allocations = json!([
        { "key": "some", "rules": [{ "conditions": [condition] }], "splits": [{ "variationKey": "yes", "shards": [] }] },
        { "key": "rest", "splits": [{ "variationKey": "no", "shards": [] }] },
    ]);
    loaded(Dialect::Eppo, &json!({ "f": flag("STRING", &json!({ "yes": "yes", "no": "no" }), &allocations) }))
}

fn is_met(condition: &Json, attributes: &Json) -> bool {
    asks(condition).value("f", &subject("ada", attributes)) == json!("yes")
}

#[test]
fn every_operator_asks_the_same() {
    let condition =
        |operator: &str, value: Json| json!({ "attribute": "x", "operator": operator, "value": value });
    let rows = [
        (
            condition("ONE_OF", json!(["1", "true", "1.5"])),
            vec![json!(1), json!("1"), json!(true), json!(1.5)],
            vec![json!(2), json!("TRUE"), Json::Null],
        ),
        (condition("ONE_OF", json!([])), vec![], vec![json!("a"), Json::Null]),
        (condition("NOT_ONE_OF", json!(["a"])), vec![json!("b"), json!(1)], vec![json!("a"), Json::Null]),
        (condition("NOT_ONE_OF", json!([])), vec![json!("b")], vec![Json::Null]),
        (
            condition("MATCHES", json!("^[[:alpha:]]+$")),
            vec![json!("abc"), json!(true)],
            vec![json!("a1"), Json::Null],
        ),
        (condition("NOT_MATCHES", json!("^a")), vec![json!("b"), json!(5)], vec![json!("abc"), Json::Null]),
        (
            condition("GTE", json!(10)),
            vec![json!(10), json!("10.5")],
            vec![json!(9), json!("ten"), json!(true), Json::Null],
        ),
        (
            condition("LT", json!("1.10.0")),
            vec![json!("1.9.0")],
            vec![json!("1.10.0"), json!(1.0), json!("v1.9.0")],
        ),
        (condition("IS_NULL", json!(true)), vec![Json::Null], vec![json!(0), json!("")]),
        (condition("IS_NULL", json!(false)), vec![json!("")], vec![Json::Null]),
    ];
    for (condition, met, unmet) in rows {
        for value in met {
            assert!(is_met(&condition, &json!({ "x": value })), "{condition} {value}");
        }
        for value in unmet {
            assert!(!is_met(&condition, &json!({ "x": value })), "{condition} {value}");
        }
    }
}

#[test]
fn the_subject_is_id_unless_a_context_says_otherwise() {
    let condition = json!({ "attribute": "id", "operator": "ONE_OF", "value": ["ada"] });
    assert!(is_met(&condition, &json!({})));
    assert!(!is_met(&condition, &json!({ "id": "bob" })));
}

#[test]
fn shares_and_splits_are_those_of_the_hash() {
    let shard =
        |salt: &str, from: u64, to: u64| json!({ "salt": salt, "ranges": [{ "start": from, "end": to }] });
    let allocations = json!([
        { "key": "half", "splits": [{ "variationKey": "a", "shards": [shard("s", 0, 5000)] }] },
        { "key": "rest", "splits": [
            { "variationKey": "b", "shards": [shard("t", 0, 2500)] },
            { "variationKey": "c", "shards": [shard("t", 2500, 10000)] },
        ] },
    ]);
    let loaded = loaded(
        Dialect::Eppo,
        &json!({ "f": flag("STRING", &json!({ "a": "a", "b": "b", "c": "c" }), &allocations) }),
    );
    assert!(loaded.ruleset().contains("split:"), "{}", loaded.ruleset());
    let mut counts = [0; 3];
    for number in 0..400 {
        match loaded.value("f", &subject(&format!("user-{number}"), &json!({}))).as_str() {
            Some("a") => counts[0] += 1,
            Some("b") => counts[1] += 1,
            _ => counts[2] += 1,
        }
    }
    assert!((150..=250).contains(&counts[0]), "{counts:?}");
    assert!((25..=80).contains(&counts[1]), "{counts:?}");
    assert_eq!(loaded.reason("f", &subject("user-1", &json!({}))), "SPLIT");
}

#[test]
fn windows_of_time_hold_their_end() {
    let now = "2026-01-01T00:00:00.000Z";
    let at = |window: Json| {
        let mut allocation = json!({ "key": "a", "splits": [{ "variationKey": "yes", "shards": [] }] });
        allocation.as_object_mut().unwrap().extend(window.as_object().unwrap().clone());
        let flag = flag("BOOLEAN", &json!({ "yes": true }), &json!([allocation]));
        loaded(Dialect::Eppo, &json!({ "f": flag })).is_on("f", &subject("ada", &json!({})))
    };
    assert!(at(json!({ "startAt": now })));
    assert!(at(json!({ "endAt": now })));
    assert!(!at(json!({ "startAt": "2026-01-01T00:00:00.000001Z" })));
    assert!(!at(json!({ "endAt": "2025-12-31T23:59:59.999Z" })));
}

#[test]
fn one_bad_flag_takes_no_other() {
    let splits = json!([{ "variationKey": "yes", "shards": [] }]);
    let good = flag("BOOLEAN", &json!({ "yes": true }), &json!([{ "key": "all", "splits": splits }]));
    let rules = json!([{ "conditions": [{ "attribute": "x", "operator": "NEW", "value": 1 }] }]);
    let odd = flag(
        "BOOLEAN",
        &json!({ "yes": true }),
        &json!([{ "key": "odd", "rules": rules, "splits": splits }, { "key": "all", "splits": splits }]),
    );
    let mut broken = good.clone();
    broken["allocations"] = json!("none");
    let bad_regex =
        json!([{ "conditions": [{ "attribute": "x", "operator": "MATCHES", "value": "(?=a)" }] }]);
    let refused = flag(
        "BOOLEAN",
        &json!({ "yes": true }),
        &json!([{ "key": "a", "rules": bad_regex, "splits": splits }]),
    );
    let flags = json!({ "good": good, "odd": odd, "broken": broken, "refused": refused });
    let ada = subject("ada", &json!({ "x": 1 }));

    let eppo = loaded(Dialect::Eppo, &flags);
    assert!(eppo.is_on("good", &ada));
    // Eppo's rule does not match, and the next allocation does; Datadog ignores the flag.
    assert!(eppo.is_on("odd", &ada));
    let datadog = loaded(Dialect::Datadog, &flags);
    assert_eq!(datadog.value("odd", &ada), Json::Null);
    assert_eq!(datadog.value("broken", &ada), Json::Null);
    assert_eq!(datadog.fate("refused"), Fate::Refused);
    assert!(datadog.is_on("good", &ada));
}

#[test]
fn without_a_subject_a_hash_is_an_error_for_datadog() {
    let shard = json!([{ "salt": "s", "totalShards": 10, "ranges": [{ "start": 0, "end": 5 }] }]);
    let allocations = json!([
        { "key": "some", "splits": [{ "variationKey": "a", "shards": shard }] },
        { "key": "rest", "splits": [{ "variationKey": "b", "shards": [] }] },
    ]);
    let flags = json!({ "f": flag("STRING", &json!({ "a": "a", "b": "b" }), &allocations) });
    let loaded = loaded(Dialect::Datadog, &flags);
    assert_eq!(loaded.reason("f", &json!({ "targetingKey": null, "attributes": {} })), "ERROR");
    assert_ne!(loaded.reason("f", &subject("ada", &json!({}))), "ERROR");
}

#[test]
fn a_value_of_the_wrong_type_is_the_callers_default() {
    let splits = json!([{ "key": "all", "splits": [{ "variationKey": "pi", "shards": [] }] }]);
    let flags = json!({ "f": flag("INTEGER", &json!({ "pi": 2.5 }), &splits),
                        "j": flag("JSON", &json!({ "pi": "{\"a\": [1]}" }), &splits) });
    let loaded = loaded(Dialect::Eppo, &flags);
    assert_eq!(loaded.value("f", &subject("ada", &json!({}))), Json::Null);
    assert_eq!(loaded.fate("f"), Fate::Differs);
    assert_eq!(loaded.value("j", &subject("ada", &json!({}))), json!({ "a": [1] }));
}
