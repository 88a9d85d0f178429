//! GrowthBook's rules: shares, experiments, filters, namespaces and prerequisites, against a model of its hashes.

use super::Loaded;
use cutover_dialects::{Dialect, Fate};
use serde_json::{Value as Json, json};

fn payload(features: &Json) -> Loaded {
    Loaded::new(Dialect::GrowthBook, &json!({ "features": features }))
}

/// FNV-1a over UTF-16.
fn fnv(text: &str) -> u32 {
    text.encode_utf16().fold(0x811c_9dc5, |hash, unit| (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193))
}

/// Where a unit lies from 0 to 1, as GrowthBook computes it.
fn lies(version: u64, seed: &str, id: &str) -> f64 {
    match version {
        1 => f64::from(fnv(&format!("{id}{seed}")) % 1000) / 1000.0,
        _ => f64::from(fnv(&fnv(&format!("{seed}{id}")).to_string()) % 10_000) / 10_000.0,
    }
}

fn users() -> impl Iterator<Item = String> {
    (0..3000).map(|number| format!("user-{number}"))
}

fn why_refused(feature: &Json) -> (String, String) {
    let loaded = payload(&json!({ "f": feature, "other": { "defaultValue": 1 } }));
    assert_eq!(loaded.fate("f"), Fate::Refused, "{}", loaded.ruleset());
    assert_eq!(loaded.value("other", &json!({})), json!(1));
    let report = loaded.imported.report.flags.iter().find(|report| report.flag == "f").unwrap();
    let last = report.notes.last().unwrap();
    (last.place.clone(), last.message.clone())
}

#[test]
fn values_have_any_type() {
    let nested = json!({ "color": "red", "sizes": [1, 2.5, null] });
    for value in [json!(true), json!(false), json!(3), json!(0.5), json!("on"), json!(""), json!([]), nested]
    {
        let loaded = payload(
            &json!({ "f": { "defaultValue": value, "rules": [{ "condition": { "a": 1 }, "force": "x" }] } }),
        );
        assert_eq!(loaded.value("f", &json!({})), value);
        assert_eq!(loaded.value("f", &json!({ "a": 1 })), json!("x"));
    }
    let loaded = payload(&json!({ "none": {}, "yes": { "defaultValue": true } }));
    assert_eq!(loaded.value("none", &json!({})), Json::Null);
    assert!(loaded.is_on("yes", &json!({})), "{}", loaded.ruleset());
}

#[test]
fn a_share_is_of_the_positions_below_its_coverage() {
    for (version, coverage) in [(1, 0.1), (1, 0.2855), (2, 0.0505), (2, 0.3333)] {
        let rule = json!({ "force": true, "coverage": coverage, "hashVersion": version, "seed": "s" });
        let loaded = payload(&json!({ "f": { "defaultValue": false, "rules": [rule] } }));
        for user in users() {
            let is = loaded.is_on("f", &json!({ "id": user }));
            assert_eq!(is, lies(version, "s", &user) < coverage, "{user} {coverage}");
        }
    }
}

#[test]
fn whom_nobody_can_hash_goes_on() {
    let rules = json!([{ "force": 1, "coverage": 1 }, { "force": 2 }]);
    let loaded = payload(&json!({ "f": { "defaultValue": 0, "rules": rules } }));
    for (id, value) in [
        (json!("ada"), 1),
        (json!(7), 1),
        (json!(1.5), 1),
        (json!(0), 2),
        (json!(""), 2),
        (json!(true), 2),
        (json!(["ada"]), 2),
        (json!(null), 2),
    ] {
        assert_eq!(loaded.value("f", &json!({ "id": id })), json!(value), "{id}");
    }
    // A fraction is hashed as JavaScript writes it.
    let share = json!({ "defaultValue": false, "rules": [{ "force": true, "coverage": 0.5 }] });
    let loaded = payload(&json!({ "f": share }));
    for number in [1.5, 0.25, 1e-7, 123.75, 1e21] {
        let text = serde_json::to_string(&number).unwrap().replace("1e21", "1e+21");
        assert_eq!(loaded.is_on("f", &json!({ "id": number })), lies(1, "f", &text) < 0.5, "{text}");
    }
}

#[test]
fn an_experiment_shares_out_by_sums_of_floats() {
    for (version, coverage, weights) in
        [(1, 1.0, json!([0.2, 0.3, 0.5])), (2, 0.29, json!([0.2, 0.3, 0.5])), (2, 0.9, Json::Null)]
    {
        let rule = json!({
            "key": "exp", "variations": ["a", "b", "c"], "weights": weights, "coverage": coverage, "hashVersion": version,
            "hashAttribute": "company",
        });
        let loaded = payload(&json!({ "f": { "defaultValue": "none", "rules": [rule] } }));
        let weights: Vec<f64> = weights
            .as_array()
            .map_or_else(|| vec![1.0 / 3.0; 3], |list| list.iter().filter_map(Json::as_f64).collect());
        for user in users() {
            let n = lies(version, "exp", &user);
            let mut start = 0.0;
            let mut wanted = "none";
            for (name, weight) in ["a", "b", "c"].iter().zip(&weights) {
                if start <= n && n < start + coverage * weight {
                    wanted = name;
                }
                start += weight;
            }
            let context = json!({ "company": user });
            assert_eq!(loaded.value("f", &context), json!(wanted), "{user}");
            assert_eq!(loaded.reason("f", &context) == "SPLIT", wanted != "none", "{user}");
        }
        assert_eq!(loaded.value("f", &json!({ "id": "ada" })), json!("none"));
    }
}

#[test]
fn the_first_range_wins_and_passing_through_goes_on() {
    let rules = json!([
        {
            "key": "holdout", "variations": [1, 2, 3], "hashVersion": 2, "ranges": [[0.0, 0.5], [0.2, 0.8], [0.0, 0.0]],
            "meta": [{ "passthrough": true }, {}],
        },
        { "force": 4 },
    ]);
    let loaded = payload(&json!({ "f": { "defaultValue": 0, "rules": rules } }));
    for user in users() {
        let wanted = if (0.5..0.8).contains(&lies(2, "holdout", &user)) { 2 } else { 4 };
        assert_eq!(loaded.value("f", &json!({ "id": user })), json!(wanted), "{user}");
    }
}

#[test]
fn filters_and_namespaces_keep_apart() {
    let filter = json!({ "seed": "layer", "attribute": "device", "ranges": [[0, 0.1], [0.4, 0.6]] });
    let loaded = payload(&json!({
        "filtered": {
            "defaultValue": false,
            "rules": [{ "variations": [true, true], "filters": [filter], "namespace": ["ns", 0, 0] }],
        },
        "spaced": { "defaultValue": false, "rules": [{ "variations": [true, true], "namespace": ["ns", 0.2, 0.7] }] },
    }));
    for user in users() {
        let n = lies(2, "layer", &user);
        let is = loaded.is_on("filtered", &json!({ "id": "x", "device": user }));
        assert_eq!(is, n < 0.1 || (0.4..0.6).contains(&n), "{user}");
        let is = loaded.is_on("spaced", &json!({ "id": user }));
        assert_eq!(is, (0.2..0.7).contains(&lies(1, "__ns", &user)), "{user}");
    }
    assert!(!loaded.is_on("filtered", &json!({ "id": "x" })));
}

#[test]
fn what_takes_nobody_is_passed_over() {
    let rules = json!([
        { "force": 1, "coverage": 0 },
        { "force": 2, "coverage": 1, "hashVersion": 3 },
        { "variations": [3] },
        { "variations": [4, 4], "hashVersion": 9 },
        {},
        { "force": 5, "range": [0.5, 0.5], "coverage": 1 },
    ]);
    let loaded = payload(&json!({ "f": { "defaultValue": 0, "rules": rules } }));
    assert_eq!(loaded.value("f", &json!({ "id": "ada" })), json!(0));
    assert_eq!(loaded.fate("f"), Fate::Same);
}

#[test]
fn a_prerequisite_is_a_value_of_another_feature() {
    let parent = json!({ "defaultValue": 1, "rules": [{ "condition": { "plan": "pro" }, "force": 20 }] });
    let child = |gate: bool, condition: &Json| {
        let parent = json!({ "id": "parent", "condition": { "value": condition }, "gate": gate });
        json!({ "defaultValue": "rest", "rules": [{ "parentConditions": [parent], "force": "met" }] })
    };
    let missing = json!({ "id": "nobody", "condition": { "value": null } });
    let loaded = payload(&json!({
        "parent": parent,
        "passes over": child(false, &json!({ "$gt": 10 })),
        "gate": child(true, &json!({ "$gt": 10 })),
        "gate of a gate": {
            "defaultValue": "rest",
            "rules": [{
                "parentConditions": [{ "id": "gate", "condition": { "value": "met" }, "gate": true }], "force": "met",
            }],
        },
        "unknown": child(false, &json!({ "$like": 1 })),
        "missing": { "defaultValue": 0, "rules": [{ "parentConditions": [missing], "force": 1 }] },
    }));
    let (pro, free) = (json!({ "plan": "pro" }), json!({}));
    for (flag, of_pro, of_free) in [
        ("passes over", json!("met"), json!("rest")),
        ("gate", json!("met"), Json::Null),
        ("gate of a gate", json!("met"), Json::Null),
        ("unknown", json!("rest"), json!("rest")),
        ("missing", json!(1), json!(1)),
    ] {
        assert_eq!((loaded.value(flag, &pro), loaded.value(flag, &free)), (of_pro, of_free), "{flag}");
    }
}

#[test]
fn what_cannot_be_said_is_refused_with_its_place() {
    let asked = |condition: Json| json!({ "rules": [{}, { "condition": condition, "force": 1 }] });
    for (feature, place, part) in [
        (asked(json!({ "tags": ["a"] })), "rules[1].condition.tags", "a list as a whole"),
        (asked(json!({ "a": { "b": 1 } })), "rules[1].condition.a", "a mapping as a whole"),
        (asked(json!({ "tags.0": "a" })), "rules[1].condition.tags.0", "`$in`"),
        (
            asked(json!({ "pets": { "$elemMatch": { "name": "rex" } } })),
            "rules[1].condition.pets.$elemMatch",
            "a list of their own",
        ),
        (
            asked(json!({ "n": { "$elemMatch": { "$gt": 1, "$lt": 5 } } })),
            "rules[1].condition.n.$elemMatch",
            "several operators",
        ),
        (
            asked(json!({ "n": { "$elemMatch": { "$not": { "$eq": 1 } } } })),
            "rules[1].condition.n.$elemMatch.$not",
            "the opposite",
        ),
        (asked(json!({ "a": { "$regex": "(?=x)" } })), "rules[1].condition.a.$regex", "look-around"),
        (asked(json!({ "a": { "$vgt": 2 } })), "rules[1].condition.a.$vgt", "write it as a text"),
        (json!({ "rules": [{ "contextualVariations": [1, 2] }] }), "rules[0].contextualVariations", "bandit"),
        (
            json!({ "rules": [{ "force": 1, "coverage": "half" }] }),
            "rules[0].coverage",
            "a text is where a number",
        ),
        (
            json!({ "rules": [{ "variations": [1, 2], "namespace": ["ns"] }] }),
            "rules[0].namespace",
            "a start",
        ),
        (json!({ "rules": 1 }), "rules", "a number is where a list"),
        (json!(1), "", "a number is where a feature"),
    ] {
        let (found, message) = why_refused(&feature);
        assert_eq!(found, place, "{message}");
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_circle_takes_those_who_ask_for_it_and_nobody_else() {
    let asks = |name: &str| {
        let parent = json!({ "id": name, "condition": { "value": true } });
        json!({ "defaultValue": true, "rules": [{ "parentConditions": [parent], "force": false }] })
    };
    let loaded = payload(&json!({ "a": asks("b"), "b": asks("a"), "c": asks("a"), "d": asks("e"), "e": {} }));
    for (flag, fate) in [
        ("a", Fate::Refused),
        ("b", Fate::Refused),
        ("c", Fate::Refused),
        ("d", Fate::Same),
        ("e", Fate::Same),
    ] {
        assert_eq!(loaded.fate(flag), fate, "{flag}");
    }
}

#[test]
fn sticky_buckets_and_changed_pages_are_told() {
    let rule = json!({ "variations": [1, 2], "fallbackAttribute": "device", "bucketVersion": 2 });
    let document = json!({ "features": { "f": { "rules": [rule] } }, "experiments": [{ "key": "home", "variations": [] }] });
    let loaded = Loaded::new(Dialect::GrowthBook, &document);
    assert_eq!((loaded.fate("f"), loaded.fate("home")), (Fate::Differs, Fate::Refused));
}

#[test]
fn an_encrypted_payload_is_told() {
    let document = json!({ "encryptedFeatures": "x.y", "features": null });
    let imported = cutover_dialects::import(Dialect::GrowthBook, document.to_string().as_bytes());
    assert!(imported.report.problem.unwrap().contains("encrypted"));
}
