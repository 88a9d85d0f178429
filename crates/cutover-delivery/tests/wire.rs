//! The machines as JSON.

use cutover_delivery::{MACHINES, step_json};
use serde_json::{Value, json};

fn step(machine: &str, config: &Value, state: &Value, event: &Value) -> Value {
    let answer = step_json(machine, &config.to_string(), &state.to_string(), &event.to_string());
    serde_json::from_str(&answer.unwrap_or_else(|error| panic!("{error}"))).unwrap()
}

/// The effects of some events, one after the other; each state goes through text.
fn effects(machine: &str, config: Value, mut state: Value, events: Value) -> Value {
    let mut all = Vec::new();
    for event in events.as_array().unwrap() {
        let mut answer = step(machine, &config, &state, event);
        state = answer["state"].take();
        all.append(answer["effects"].as_array_mut().unwrap());
    }
    Value::Array(all)
}

#[test]
fn retry() {
    let config = json!({ "operation": "op", "policy": { "attempts": 2, "base_ms": 10, "jitter": "none" } });
    let failed =
        |attempt, failure| json!({ "event": "failed", "attempt": attempt, "failure": failure, "now": 0 });
    let events = json!([
        { "event": "started" }, failed(1, "unknown"), { "event": "due", "now": 10 }, failed(2, "transient")
    ]);
    let expected = json!([
        { "effect": "attempt", "attempt": 1 },
        { "effect": "wake_at", "at": 10 },
        { "effect": "attempt", "attempt": 2 },
        { "effect": "give_up", "reason": "exhausted", "unknown": true }
    ]);
    assert_eq!(effects("retry", config, Value::Null, events), expected);
}

#[test]
fn retry_budget() {
    let config = json!({ "ratio": 500_000, "min_per_second": 0, "window_ms": 10_000 });
    let (deposit, withdraw) =
        (json!({ "event": "deposit", "now": 1 }), json!({ "event": "withdraw", "now": 2 }));
    let events = json!([deposit, deposit, withdraw, withdraw]);
    let expected = json!([{ "effect": "granted" }, { "effect": "refused" }]);
    assert_eq!(effects("retry_budget", config, Value::Null, events), expected);
}

#[test]
fn breaker() {
    let config = json!({ "window": { "count": { "calls": 2 } }, "min_calls": 1, "open_for_ms": 50 });
    let report = |generation, attempt, outcome| {
        json!({ "event": "report", "permit": { "generation": generation, "attempt": attempt },
                "outcome": outcome, "duration_ms": 3, "now": 7 })
    };
    let ask = |now| json!({ "event": "ask", "now": now });
    let events = json!([
        ask(0), report(0, 1, "failure"), ask(8), report(0, 1, "success"), ask(57),
        { "event": "force", "to": "forced_open", "now": 60 }, ask(61)
    ]);
    let expected = json!([
        { "effect": "permit", "permit": { "generation": 0, "attempt": 1 } },
        { "effect": "counted" },
        { "effect": "moved", "to": { "state": "open", "until": 57 } },
        { "effect": "refused", "until": 57 },
        { "effect": "stale" },
        { "effect": "permit", "permit": { "generation": 2, "attempt": 2 } },
        { "effect": "moved", "to": { "state": "half_open" } },
        { "effect": "moved", "to": { "state": "forced_open" } },
        { "effect": "refused", "until": null }
    ]);
    assert_eq!(effects("breaker", config, Value::Null, events), expected);
}

#[test]
fn read() {
    let config = json!({
        "from": "new", "fallback": "old", "fallback_on": ["not_found"],
        "compare": { "with": "old", "profile": "offers", "sample": 10_000 }, "timeout_ms": 50
    });
    let events = json!([
        { "event": "started", "now": 0, "draw": 9_999 },
        { "event": "answered", "side": "from", "result": "missing", "now": 3 },
        { "event": "answered", "side": "other", "result": "found", "now": 4 }
    ]);
    let expected = json!([
        { "effect": "ask", "side": "from", "store": "new", "deadline": 50 },
        { "effect": "shadow", "side": "other", "store": "old", "deadline": 1_000 },
        { "effect": "answer", "side": "other", "store": "old", "result": "found", "fallback": "not_found" },
        { "effect": "report", "verdict": "mismatch" }
    ]);
    assert_eq!(effects("read", config, Value::Null, events), expected);
}

#[test]
fn dual_write() {
    let config = json!({
        "operation": "op", "version": 7, "outbox": "durable", "retry": { "attempts": 1 },
        "writes": [{ "to": "sql", "ack": "required" }, { "to": "mongo", "ack": "required" }]
    });
    let finished = |work, outcome| json!({ "event": "finished", "work": work, "attempt": 1, "outcome": outcome, "now": 0 });
    let events = json!([
        { "event": "started" }, finished("first", "done"), finished("second", "unknown"), finished("outbox", "done")
    ]);
    let persisted = json!({
        "at": { "state": "doing", "work": "first", "attempt": 1 }, "first": "no", "second": "no",
        "told": null, "reason": null, "cancelled": false, "journaled": true
    });
    let write = |work, to, key| json!({ "effect": "write", "work": work, "attempt": 1, "to": to, "key": key, "version": 7, "with_entry": false });
    let expected = json!([
        { "effect": "persist", "state": persisted },
        write("first", "sql", "op:sql"),
        write("second", "mongo", "op:mongo"),
        { "effect": "enqueue", "attempt": 1, "key": "op", "owed": "delivery", "to": ["mongo"], "reason": "exhausted" },
        { "effect": "forget" },
        { "effect": "acknowledge", "told": "pending" }
    ]);
    assert_eq!(effects("dual_write", config.clone(), Value::Null, events), expected);
    let resumed = step("dual_write", &config, &persisted, &json!({ "event": "resumed" }));
    assert_eq!(resumed["effects"][0]["key"], "op:sql", "what was persisted is a state");
}

#[test]
fn outbox() {
    let config = json!({ "lease_ms": 30, "retry": { "attempts": 1 }, "dead": "park" });
    let entry = json!({ "id": "op", "key": "k", "seq": 1, "state": { "state": "pending", "due": 5 } });
    let events = json!([
        { "event": "claimed", "worker": "w", "now": 4 },
        { "event": "claimed", "worker": "w", "now": 5 },
        { "event": "succeeded", "generation": 0 },
        { "event": "failed", "generation": 1, "failure": "transient", "message": "down", "now": 6 }
    ]);
    let expected = json!([
        { "effect": "ignored", "stale": false },
        { "effect": "deliver", "generation": 1, "attempt": 1, "lease_until": 35 },
        { "effect": "ignored", "stale": true },
        { "effect": "alert", "reason": "exhausted" }
    ]);
    assert_eq!(effects("outbox", config.clone(), entry.clone(), events), expected);
    let next =
        step("outbox_next", &config, &json!([entry]), &json!({ "event": "look", "now": 5, "limit": 3 }));
    assert_eq!(next, json!({ "state": null, "effects": [{ "effect": "claim", "place": 0, "id": "op" }] }));
}

#[test]
fn change() {
    let config = json!({ "partition": "orders-0" });
    let event = |offset, op, version| {
        json!({ "event": "arrived", "offset": offset, "op": op, "key": "7", "version": version,
                "current": { "version": 2 } })
    };
    let events =
        json!([event(0, "u", json!(3)), { "event": "succeeded", "offset": 0 }, event(1, "t", Value::Null)]);
    let state = json!({ "next": 1, "parked": { "7": 1 }, "doing": null, "halted": false });
    let expected = json!([
        { "effect": "put", "key": "7", "version": 3 },
        { "effect": "commit", "next": 1 },
        { "effect": "persist", "state": state },
        { "effect": "dead_letter", "id": "orders-0:1", "key": "7", "reason": "unknown_op" },
        { "effect": "commit", "next": 2 }
    ]);
    assert_eq!(effects("change", config, Value::Null, events), expected);
}

#[test]
fn stream_health() {
    let seen = json!({ "at": 0, "lag_messages": 10_001, "lag_ms": 60_000, "events": 3 });
    let events = json!([{ "event": "observed", "now": 9, "seen": seen }]);
    let check = |metric, verdict, found: Value, limit| json!({ "metric": metric, "verdict": verdict, "found": found, "limit": limit });
    let expected = json!([{ "effect": "verdict", "verdict": "fail", "checks": [
        check("lag_messages", "fail", json!(10_001), 10_000),
        check("lag_ms", "pass", json!(60_000), 60_000),
        check("error_rate", "no_data", Value::Null, 10_000)
    ] }]);
    assert_eq!(effects("stream_health", json!({}), Value::Null, events), expected);
}

#[test]
fn comparisons_are_counted_and_reported() {
    let failed = |message: &str| json!({ "class": "Down", "message": message });
    let compared = json!({ "event": "compared", "comparisons": [
        { "operation": "read", "verdict": "match", "control_us": 900, "candidate_us": 1_800 },
        { "operation": "read", "verdict": "mismatch", "paths": ["items[3].price", "items[4].price"] },
        { "operation": "list", "verdict": "both_error", "control": failed("a"), "candidate": failed("a") },
        { "operation": "list", "verdict": "both_error", "control": failed("a"), "candidate": failed("b") },
        { "operation": "list", "verdict": "timed_out", "control_us": 5 },
        { "operation": "list", "verdict": "skipped" },
        { "operation": "list", "verdict": "comparator_error" },
    ] });
    let events = json!([compared, { "event": "reported", "top": 1 }]);
    let said = effects("divergence", json!({}), Value::Null, events);
    let report = &said[0]["report"];
    assert_eq!(report["divergence"], json!({ "count": 4, "of": 6, "rate": 4.0 / 6.0 }));
    let counted =
        ["match", "mismatch", "both_error_same", "both_error_different", "timed_out", "skipped", "error"];
    assert_eq!(counted.map(|kind| report["counts"][kind].as_u64()), [Some(1); 7]);
    assert_eq!(report["top_by_count"][0]["operation"], "list");
    assert_eq!(report["top_fields"], json!([{ "operation": "read", "field": "items[*].price", "count": 1 }]));
    assert_eq!(report["latency"]["control"]["count"], 2);
    assert!(said[0]["text"].as_str().unwrap().contains("divergence   66.667 % (4 of 6)"));
}

#[test]
fn what_cannot_be_read_is_said_in_one_sentence() {
    let error = |machine, config, state, event| step_json(machine, config, state, event).unwrap_err();
    let known = MACHINES.join(", ");
    assert_eq!(error("retri", "", "", ""), format!("there is no machine `retri`; there are {known}"));
    assert_eq!(
        error("retry_budget", r#"{"ration":1}"#, "", ""),
        "the config of `retry_budget`: unknown field `ration`, expected one of `ratio`, `min_per_second`, \
         `window_ms` at line 1 column 9"
    );
    assert_eq!(error("breaker", r#"{"permits":0}"#, "", ""), "`permits` is 1 to 1000");
    assert!(error("outbox", "{}", "", "").starts_with("`outbox` needs a state"));
    assert!(
        error("change", "{}", "null", r#"{"event":"arived"}"#)
            .starts_with("the event of `change`: unknown variant")
    );
    assert!(error("read", r#"{"from":"a"}"#, "7", "{}").starts_with("the state of `read`: invalid type"));
}

#[test]
fn whatever_is_asked_is_answered() {
    let texts = [
        "",
        "null",
        "{}",
        "[]",
        "7",
        "{",
        r#"{"event":"started","now":0,"draw":0}"#,
        r#"{"event":"cancelled"}"#,
    ];
    let configs = [
        "{}",
        r#"{"operation":"op"}"#,
        r#"{"from":"a"}"#,
        r#"{"operation":"op","writes":[{"to":"a","ack":"required"}]}"#,
    ];
    for machine in MACHINES {
        for config in configs {
            for state in texts {
                for event in texts {
                    drop(step_json(machine, config, state, event));
                }
            }
        }
    }
}
