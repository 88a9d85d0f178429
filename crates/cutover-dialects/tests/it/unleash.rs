use crate::Loaded;
use cutover_dialects::{Dialect, Fate};
use serde_json::{Value as Json, json};

fn loaded(features: &Json, segments: &Json) -> Loaded {
    Loaded::new(Dialect::Unleash, &json!({ "version": 2, "features": features, "segments": segments }))
}

fn feature(name: &str, strategies: &Json) -> Json {
    json!({ "name": name, "enabled": true, "strategies": strategies })
}

fn of(strategy: &Json) -> Loaded {
    loaded(&json!([feature("f", &json!([strategy]))]), &json!([]))
}

fn asks(constraint: &Json) -> Loaded {
    of(&json!({ "name": "default", "constraints": [constraint] }))
}

fn constraint(operator: &str, value: Json) -> Json {
    let mut constraint = json!({ "contextName": "x", "operator": operator });
    let key = if value.is_array() { "values" } else { "value" };
    constraint[key] = value;
    constraint
}

/// Checks a constraint, and that it is turned around as a whole.
fn check(constraint: &Json, met: &[Json], unmet: &[Json]) {
    for (inverted, met, unmet) in [(false, met, unmet), (true, unmet, met)] {
        let mut constraint = constraint.clone();
        constraint["inverted"] = Json::Bool(inverted);
        let loaded = asks(&constraint);
        for value in met {
            assert!(loaded.is_on("f", &json!({ "properties": { "x": value } })), "{constraint} {value}");
        }
        for value in unmet {
            assert!(!loaded.is_on("f", &json!({ "properties": { "x": value } })), "{constraint} {value}");
        }
    }
}

#[test]
fn every_operator_is_two_valued() {
    let none = Json::Null;
    check(
        &constraint("IN", json!(["a", " b ", "1"])),
        &[json!("a"), json!("b"), json!(1)],
        &[json!("c"), none.clone()],
    );
    check(&constraint("NOT_IN", json!(["a"])), &[json!("c"), none.clone()], &[json!("a")]);
    check(&constraint("IN", json!([])), &[], &[json!("a"), none.clone()]);
    check(&constraint("NOT_IN", json!([])), &[json!("a"), none.clone()], &[]);
    check(
        &constraint("STR_STARTS_WITH", json!(["ab"])),
        &[json!("abc")],
        &[json!("Abc"), json!(1), none.clone()],
    );
    check(
        &constraint("STR_ENDS_WITH", json!(["bc", "z"])),
        &[json!("abc"), json!("z")],
        &[json!("ab"), none.clone()],
    );
    check(&constraint("STR_CONTAINS", json!(["b"])), &[json!("abc")], &[json!("ac"), none.clone()]);
    check(
        &constraint("NUM_EQ", json!("5")),
        &[json!(5), json!("5.0"), json!("5")],
        &[json!("x"), json!(6), none.clone()],
    );
    check(&constraint("NUM_GTE", json!("5")), &[json!("5"), json!(7)], &[json!(4.9), none.clone()]);
    check(&constraint("NUM_GT", json!("five")), &[], &[json!(6), none.clone()]);
    check(
        &constraint("SEMVER_GT", json!("1.2.3")),
        &[json!("1.2.4")],
        &[json!("v1.2.4"), json!("1.2"), none.clone()],
    );
    check(
        &constraint("REGEX", json!("^\\d+$")),
        &[json!("12"), json!(12)],
        &[json!("١"), json!("a"), none.clone()],
    );
    check(&constraint("REGEX", json!("(?=a)")), &[], &[json!("a"), none.clone()]);
    let networks = json!(["10.1.2.3/8", "no network", "2001:db8::/32"]);
    check(
        &constraint("IN_CIDR", networks),
        &[json!("10.9.9.9"), json!("2001:db8::1")],
        &[json!("11.0.0.1"), none.clone()],
    );
}

#[test]
fn an_operator_that_is_not_known_is_never_met() {
    for inverted in [false, true] {
        let mut odd = constraint("SOUNDS_LIKE", json!("a"));
        odd["inverted"] = Json::Bool(inverted);
        assert!(!asks(&odd).is_on("f", &json!({ "properties": { "x": "a" } })));
    }
}

#[test]
fn case_is_ignored_where_that_is_asked() {
    let mut ends = constraint("STR_ENDS_WITH", json!(["ÉE"]));
    ends["caseInsensitive"] = Json::Bool(true);
    assert!(asks(&ends).is_on("f", &json!({ "properties": { "x": "entrée" } })));
    let mut regex = constraint("REGEX", json!("^AB"));
    regex["caseInsensitive"] = Json::Bool(true);
    assert!(asks(&regex).is_on("f", &json!({ "properties": { "x": "abc" } })));
}

#[test]
fn dates_are_exclusive_and_a_context_may_say_the_time() {
    let at = json!("2026-03-01T12:00:00+01:00");
    let on = |operator: &str, now: &str| {
        asks(&json!({ "contextName": "currentTime", "operator": operator, "value": at }))
            .is_on("f", &json!({ "currentTime": now }))
    };
    assert!(!on("DATE_AFTER", "2026-03-01T11:00:00Z"));
    assert!(on("DATE_AFTER", "2026-03-01T11:00:00.001Z"));
    assert!(!on("DATE_BEFORE", "2026-03-01T11:00:00Z"));
    assert!(on("DATE_BEFORE", "2026-03-01T10:59:59.999Z"));
}

#[test]
fn every_strategy_asks_the_same() {
    let on = |strategy: &Json, context: &Json| of(strategy).is_on("f", context);
    let users = json!({ "name": "userWithId", "parameters": { "userIds": "ada, bob,cy" } });
    assert!(on(&users, &json!({ "userId": "bob" })) && on(&users, &json!({ "userId": "cy" })));
    assert!(!on(&users, &json!({ "userId": "dan" })) && !on(&users, &json!({})));
    let hosts = json!({ "name": "remoteAddress", "parameters": { "IPs": "10.0.0.1, 192.168.1.0/24, ::1" } });
    assert!(
        on(&hosts, &json!({ "remoteAddress": "192.168.1.77" }))
            && on(&hosts, &json!({ "remoteAddress": "::1" }))
    );
    assert!(!on(&hosts, &json!({ "remoteAddress": "10.0.0.2" })) && !on(&hosts, &json!({})));
    let name = json!({ "name": "applicationHostname", "parameters": { "hostNames": "A.example, b" } });
    assert!(on(&name, &json!({ "hostname": "a.EXAMPLE" })) && !on(&name, &json!({})));
    assert!(!on(&json!({ "name": "ours" }), &json!({})));
    // From the specification: 122 is in the half of AB12A, and 155 is not.
    let half =
        json!({ "name": "gradualRolloutUserId", "parameters": { "percentage": "50", "groupId": "AB12A" } });
    assert!(
        on(&half, &json!({ "userId": "122" }))
            && !on(&half, &json!({ "userId": "155" }))
            && !on(&half, &json!({}))
    );
    let whole =
        json!({ "name": "gradualRolloutUserId", "parameters": { "percentage": "100", "groupId": "g" } });
    assert!(
        on(&whole, &json!({ "userId": "1" }))
            && !on(&whole, &json!({}))
            && !on(&whole, &json!({ "userId": "" }))
    );
}

#[test]
fn stickiness_says_what_is_hashed() {
    let flexible = |rollout: Json, stickiness: &str| {
        let group = "Feature.flexible.rollout.custom.stickiness_50";
        let parameters = json!({ "rollout": rollout, "stickiness": stickiness, "groupId": group });
        of(&json!({ "name": "flexibleRollout", "parameters": parameters }))
    };
    let custom = flexible(json!("50"), "customField");
    assert!(custom.is_on("f", &json!({ "properties": { "customField": "388" } })));
    assert!(!custom.is_on("f", &json!({ "properties": { "customField": "402" } })));
    assert!(!custom.is_on("f", &json!({})));
    assert!(
        flexible(json!(100), "default").is_on("f", &json!({})),
        "everybody, with an identifier or without"
    );
    assert!(!flexible(json!(100), "customField").is_on("f", &json!({})));
    let half = flexible(json!("50"), "default");
    assert_eq!(half.fate("f"), Fate::Differs);
    assert_eq!(half.is_on("f", &json!({ "userId": "388" })), half.is_on("f", &json!({ "sessionId": "388" })));
    assert!(!half.is_on("f", &json!({})));
}

#[test]
fn segments_are_shared_by_name() {
    let vip = json!({ "id": 7, "name": "vip", "constraints": [{ "contextName": "tier", "operator": "IN", "values": ["gold"] }] });
    let features = json!([
        feature("a", &json!([{ "name": "default", "segments": [7] }])),
        feature("b", &json!([{ "name": "default", "segments": [7, 8] }])),
    ]);
    let loaded = loaded(&features, &json!([vip]));
    assert!(loaded.ruleset().contains("segments:\n  vip:"), "{}", loaded.ruleset());
    let gold = json!({ "properties": { "tier": "gold" } });
    assert!(loaded.is_on("a", &gold) && !loaded.is_on("a", &json!({})));
    assert!(!loaded.is_on("b", &gold), "a segment that is not there is off");
}

#[test]
fn variants_have_overrides_weights_and_payloads() {
    let payload = json!({ "type": "json", "value": "{\"a\": 1}" });
    let mut f = feature("f", &json!([]));
    f["variants"] = json!([
        { "name": "red", "weight": 0, "payload": payload, "overrides": [{ "contextName": "userId", "values": ["ada"] }] },
        { "name": "blue", "weight": 100 },
    ]);
    let mut off = feature("off", &json!([{ "name": "userWithId", "parameters": { "userIds": "x" } }]));
    off["variants"] = f["variants"].clone();
    let loaded = loaded(&json!([f, off]), &json!([]));
    let ada = json!({ "userId": "ada" });
    assert_eq!(
        loaded.value("f/variant", &ada),
        json!({ "name": "red", "enabled": true, "payload": payload })
    );
    assert_eq!(loaded.value("f/variant", &json!({})), json!({ "name": "blue", "enabled": true }));
    assert_eq!(loaded.value("off/variant", &ada), json!({ "name": "disabled", "enabled": false }));
}

#[test]
fn variants_of_a_strategy_come_first() {
    let strategies = json!([
        { "name": "userWithId", "parameters": { "userIds": "ada", "groupId": "g" }, "variants": [{ "name": "v", "weight": 1 }] },
        { "name": "userWithId", "parameters": { "userIds": "bob" } },
    ]);
    let mut f = feature("f", &strategies);
    f["variants"] =
        json!([{ "name": "v", "weight": 1, "payload": { "type": "string", "value": "of the feature" } }]);
    let loaded = loaded(&json!([f]), &json!([]));
    let named = |user: &str| loaded.value("f/variant", &json!({ "userId": user }));
    assert_eq!(named("ada"), json!({ "name": "v", "enabled": true }));
    assert_eq!(named("bob")["payload"]["value"], "of the feature");
    assert_eq!(named("cy")["name"], "disabled");
    assert!(loaded.is_on("f", &json!({ "userId": "bob" })));
}

#[test]
fn dependencies_are_one_level_deep() {
    let child = |name: &str, dependency: &Json| {
        let mut child = feature(name, &json!([]));
        child["dependencies"] = json!([dependency]);
        child
    };
    let mut parent =
        feature("parent", &json!([{ "name": "userWithId", "parameters": { "userIds": "ada" } }]));
    parent["variants"] = json!([{ "name": "red", "weight": 1 }]);
    let features = json!([
        parent,
        child("on", &json!({ "feature": "parent" })),
        child("off", &json!({ "feature": "parent", "enabled": false })),
        child("red", &json!({ "feature": "parent", "variants": ["red"] })),
        child("blue", &json!({ "feature": "parent", "variants": ["blue"] })),
        child("orphan", &json!({ "feature": "nobody" })),
        child("grandchild", &json!({ "feature": "on" })),
        child("loop", &json!({ "feature": "loop" })),
    ]);
    let loaded = loaded(&features, &json!([]));
    let (ada, bob) = (json!({ "userId": "ada" }), json!({ "userId": "bob" }));
    let on = |flag: &str| (loaded.is_on(flag, &ada), loaded.is_on(flag, &bob));
    assert_eq!(on("on"), (true, false));
    assert_eq!(on("off"), (false, true));
    assert_eq!(on("red"), (true, false));
    for never in ["blue", "orphan", "grandchild", "loop"] {
        assert_eq!(on(never), (false, false), "{never}");
    }
}

#[test]
fn events_lead_to_a_state() {
    let feature = |name: &str| json!({ "type": "feature-updated", "feature": feature(name, &json!([])) });
    let events = json!([feature("a"), feature("b"), { "type": "feature-removed", "featureName": "a" }]);
    let loaded = Loaded::new(Dialect::Unleash, &json!({ "events": events }));
    assert!(loaded.is_on("b", &json!({})) && !loaded.is_on("a", &json!({})));
}
