//! GrowthBook: conditions of every kind, shares, experiments, prerequisites and saved groups.

use super::Loaded;
use cutover_dialects::{Dialect, Fate};
use serde_json::{Value as Json, json};

fn payload(features: &Json) -> Loaded {
    Loaded::new(Dialect::GrowthBook, &json!({ "features": features }))
}

/// A feature that is true for whom a condition holds.
fn asked(condition: &Json) -> Json {
    json!({ "defaultValue": false, "rules": [{ "condition": condition, "force": true }] })
}

/// For which of these contexts a condition holds.
fn holds(condition: &Json, contexts: &[Json]) -> Vec<bool> {
    let loaded = payload(&json!({ "f": asked(condition) }));
    assert_ne!(loaded.fate("f"), Fate::Refused, "{condition}: {:?}", loaded.imported.report);
    contexts.iter().map(|context| loaded.is_on("f", context)).collect()
}

/// For which values of one attribute a condition on it holds.
fn of(condition: &Json, values: &[Json]) -> Vec<bool> {
    let contexts: Vec<Json> = values.iter().map(|value| json!({ "a": value })).collect();
    holds(&json!({ "a": condition }), &contexts)
}

#[test]
fn a_value_is_asked_for_with_its_type() {
    let values = [json!("5"), json!(5), json!(true), json!(null), json!(["5"]), json!({ "b": 5 })];
    assert_eq!(of(&json!("5"), &values), [true, false, false, false, false, false]);
    assert_eq!(of(&json!({ "$eq": 5 }), &values), [false, true, false, false, false, false]);
    assert_eq!(of(&json!({ "$ne": 5 }), &values), [true, false, true, true, true, true]);
    assert_eq!(of(&json!(null), &values), [false, false, false, true, false, false]);
    assert_eq!(of(&json!({ "$exists": true }), &values), [true, true, true, false, true, true]);
    assert_eq!(of(&json!({ "$in": [true, "5"] }), &values), [true, false, true, false, true, false]);
    assert_eq!(of(&json!({ "$nin": [true, "5"] }), &values), [false, true, false, true, false, true]);
    assert_eq!(of(&json!({ "$in": [5, null] }), &values), [false, true, false, true, false, false]);
    assert_eq!(of(&json!({ "$in": 5 }), &values), [false; 6]);
    assert_eq!(of(&json!({ "$nin": 5 }), &values), [false; 6]);
    assert_eq!(of(&json!({}), &values), [true; 6]);
    for (at, kind) in ["string", "number", "boolean", "null", "array", "object"].iter().enumerate() {
        let mut wanted = [false; 6];
        wanted[at] = true;
        assert_eq!(of(&json!({ "$type": kind }), &values), wanted, "{kind}");
    }
    assert_eq!(of(&json!({ "$type": "undefined" }), &values), [false; 6]);
}

#[test]
fn numbers_have_an_order_and_texts_have_theirs() {
    let values = [json!(10), json!("10"), json!("9"), json!(true), json!(null)];
    assert_eq!(of(&json!({ "$gt": 9 }), &values), [true, false, false, false, false]);
    assert_eq!(of(&json!({ "$lte": "9" }), &values), [false, true, true, false, false]);
    assert_eq!(of(&json!({ "$lt": "9" }), &values), [false, true, false, false, false]);
    assert_eq!(of(&json!({ "$gte": false }), &values), [false; 5]);
    assert_eq!(of(&json!({ "$not": { "$gt": 9 } }), &values), [false, true, true, true, true]);
    assert_eq!(of(&json!({ "$gte": 10, "$ne": 11 }), &values), [true, false, false, false, false]);
}

#[test]
fn versions_are_padded_texts() {
    let values = [json!("1.9.0"), json!("v1.10.0"), json!("1.10.0-rc.1"), json!("2"), json!(2), json!(null)];
    assert_eq!(of(&json!({ "$vgt": "1.9.0" }), &values), [false, true, true, true, false, false]);
    assert_eq!(of(&json!({ "$vlt": "1.10.0" }), &values), [true, false, true, false, false, false]);
    assert_eq!(of(&json!({ "$veq": "1.10.0+7" }), &values), [false, true, false, false, false, false]);
    assert_eq!(of(&json!({ "$vne": "1.10.0" }), &values), [true, false, true, true, true, true]);
    assert_eq!(of(&json!({ "$veq": 2 }), &values), [false, false, false, false, true, false]);
}

#[test]
fn patterns_match_texts_alone() {
    let values = [json!("Mobile app"), json!("mobile"), json!(5), json!(null)];
    assert_eq!(of(&json!({ "$regex": "^Mob" }), &values), [true, false, false, false]);
    assert_eq!(of(&json!({ "$regexi": "^MOB" }), &values), [true, true, false, false]);
    assert_eq!(of(&json!({ "$notRegex": "^Mob" }), &values), [false, true, true, true]);
    assert_eq!(of(&json!({ "$notRegexi": "^mob" }), &values), [false, false, true, true]);
    assert_eq!(of(&json!({ "$regex": "a(b" }), &values), [false; 4]);
    assert_eq!(of(&json!({ "$notRegex": "a(b" }), &values), [true; 4]);
}

#[test]
fn lists_are_asked_for_their_items_and_their_size() {
    let values = [json!(["a", "B"]), json!(["b"]), json!([]), json!([5, 20]), json!("a"), json!(null)];
    assert_eq!(of(&json!({ "$in": ["a", 5] }), &values), [true, false, false, true, true, false]);
    assert_eq!(of(&json!({ "$nini": ["b"] }), &values), [false, false, true, true, true, true]);
    assert_eq!(
        of(&json!({ "$elemMatch": { "$eq": "a" } }), &values),
        [true, false, false, false, false, false]
    );
    assert_eq!(
        of(&json!({ "$elemMatch": { "$gt": 10 } }), &values),
        [false, false, false, true, false, false]
    );
    assert_eq!(
        of(&json!({ "$elemMatch": { "$regexi": "^b" } }), &values),
        [true, true, false, false, false, false]
    );
    assert_eq!(
        of(&json!({ "$not": { "$elemMatch": { "$in": ["b", "x"] } } }), &values),
        [true, false, true, true, true, true]
    );
    assert_eq!(of(&json!({ "$elemMatch": {} }), &values), [true, true, false, true, false, false]);
    assert_eq!(of(&json!({ "$all": ["a", "B"] }), &values), [true, false, false, false, false, false]);
    assert_eq!(of(&json!({ "$alli": ["A", "b"] }), &values), [true, false, false, false, false, false]);
    assert_eq!(
        of(&json!({ "$all": [{ "$gt": 10 }, 5] }), &values),
        [false, false, false, true, false, false]
    );
    assert_eq!(of(&json!({ "$all": [] }), &values), [true, true, true, true, false, false]);
    assert_eq!(of(&json!({ "$size": 2 }), &values), [true, false, false, true, false, false]);
    assert_eq!(
        of(&json!({ "$size": { "$gt": 0, "$lt": 2 } }), &values),
        [false, true, false, false, false, false]
    );
    assert_eq!(of(&json!({ "$size": { "$not": 2 } }), &values), [false, true, true, false, false, false]);
    assert_eq!(of(&json!({ "$size": "2" }), &values), [false; 6]);
}

#[test]
fn conditions_are_joined() {
    let contexts = [json!({ "a": 1 }), json!({ "b": { "c": 1 } }), json!({})];
    let either = json!({ "$or": [{ "a": 1 }, { "b.c": 1 }] });
    assert_eq!(holds(&either, &contexts), [true, true, false]);
    assert_eq!(holds(&json!({ "$nor": [{ "a": 1 }, { "b.c": 1 }] }), &contexts), [false, false, true]);
    assert_eq!(holds(&json!({ "$not": either }), &contexts), [false, false, true]);
    assert_eq!(holds(&json!({ "$and": [{ "a": 1 }, { "b.c": 1 }] }), &contexts), [false; 3]);
    for (empty, is) in [("$or", true), ("$and", true), ("$nor", false)] {
        assert_eq!(holds(&json!({ empty: [] }), &contexts), [is; 3], "{empty}");
    }
}

#[test]
fn an_operator_that_nobody_knows_fails_whatever_is_around_it() {
    let contexts = [json!({ "name": "ada" }), json!({ "name": "bob" })];
    for condition in [
        json!({ "name": { "$like": "ada" } }),
        json!({ "name": { "$not": { "$like": "ada" } } }),
        json!({ "$not": { "name": { "$like": "ada" } } }),
        json!({ "$nor": [{ "name": { "$like": "ada" } }] }),
    ] {
        assert_eq!(holds(&condition, &contexts), [false; 2], "{condition}");
    }
    let decided = json!({ "$or": [{ "name": { "$like": "x" } }, { "name": "bob" }] });
    assert_eq!(holds(&decided, &contexts), [false, true]);
    let decided = json!({ "$not": { "name": { "$like": "x", "$eq": "bob" } } });
    assert_eq!(holds(&decided, &contexts), [true, false]);
}

#[test]
fn saved_groups_are_values_or_conditions() {
    let features = json!({
        "in": asked(&json!({ "id": { "$inGroup": "beta" } })),
        "out": asked(&json!({ "id": { "$notInGroup": "beta" } })),
        "nobody": asked(&json!({ "id": { "$inGroup": "gone" } })),
        "all": asked(&json!({ "id": { "$notInGroup": "gone" } })),
        "named": asked(&json!({ "$savedGroup": { "id": "staff" } })),
        "by another": asked(&json!({ "$savedGroup": { "id": "list", "attributeKey": "owner" } })),
        "loop": asked(&json!({ "$savedGroup": { "id": "loop" } })),
        "new": asked(&json!({ "$not": { "$savedGroup": { "id": "new" } } })),
    });
    let groups = json!({
        "beta": ["ada", 7],
        "list": { "type": "list", "attributeKey": "id", "values": ["ada"] },
        "staff": { "type": "condition", "condition": { "$savedGroup": { "id": "list" }, "plan": "pro" } },
        "loop": { "type": "condition", "condition": { "$not": { "$savedGroup": { "id": "loop" } } } },
        "new": { "type": "cohort" },
    });
    let loaded = Loaded::new(Dialect::GrowthBook, &json!({ "features": features, "savedGroups": groups }));
    let on = |flag: &str, context: &Json| loaded.is_on(flag, context);
    let (ada, bob) = (json!({ "id": "ada", "plan": "pro" }), json!({ "id": "bob", "owner": "ada" }));
    for (flag, of_ada, of_bob) in [
        ("in", true, false),
        ("out", false, true),
        ("nobody", false, false),
        ("all", true, true),
        ("named", true, false),
        ("by another", false, true),
        // A group within itself is nobody, so its opposite is everybody.
        ("loop", true, true),
        ("new", false, false),
    ] {
        assert_eq!((on(flag, &ada), on(flag, &bob)), (of_ada, of_bob), "{flag}");
    }
    assert!(on("in", &json!({ "id": 7 })) && !on("in", &json!({ "id": "7" })));
}
