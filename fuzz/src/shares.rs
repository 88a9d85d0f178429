//! Rollouts: who is in, stays in.

use arbitrary::{Arbitrary, Unstructured};
use cutover::{Attributes, Engine, Value};

#[derive(Debug, Arbitrary)]
struct Asked {
    salt: String,
    unit: Unit,
    low: u32,
    high: u32,
    weights: [u16; 3],
}

#[derive(Debug, Arbitrary)]
enum Unit {
    Text(String),
    Whole(i64),
}

/// Raising a share removes nobody, lowering it brings nobody in, 0 % is nobody and 100 % is everybody, a rollout that becomes a
/// split of the same parts moves nobody, and everybody is in one part of a split.
///
/// # Panics
/// Where the property does not hold.
pub fn shares(data: &[u8]) {
    let Ok(asked) = Asked::arbitrary(&mut Unstructured::new(data)) else { return };
    let (low, high) = (asked.low % 1_000_001, asked.high % 1_000_001);
    let (low, high) = (low.min(high), low.max(high));
    let percent = |millionths: u32| format!("{}.{:04}%", millionths / 10_000, millionths % 10_000);
    let split = |millionths: u32| serde_json::json!({ "on": millionths, "off": 1_000_000 - millionths });
    let serve = |keys: serde_json::Value| {
        let mut keys = keys;
        keys["by"] = "unit".into();
        serde_json::json!({ "salt": asked.salt, "rules": [{ "serve": keys }] })
    };
    let weights = asked.weights.map(u32::from);
    let mut flags = serde_json::json!({
        "low": serve(serde_json::json!({ "rollout": percent(low) })),
        "high": serve(serde_json::json!({ "rollout": percent(high) })),
        "nobody": serve(serde_json::json!({ "rollout": "0%" })),
        "everybody": serve(serde_json::json!({ "rollout": "100%" })),
        "split": serve(serde_json::json!({ "split": split(low) })),
    });
    if weights.iter().sum::<u32>() > 0 {
        let [a, b, c] = weights;
        let mut parts = serve(serde_json::json!({ "split": { "a": a, "b": b, "c": c } }));
        parts["variants"] = serde_json::json!({ "a": 1, "b": 2, "c": 3 });
        flags["parts"] = parts;
    }
    // A salt that is no salt is refused, whatever it is.
    let Ok(engine) = Engine::from_str(&serde_json::json!({ "cutover": 1, "flags": flags }).to_string())
    else {
        return;
    };
    let unit = match asked.unit {
        Unit::Text(text) => Value::Text(text),
        Unit::Whole(number) => Value::Int(number),
    };
    let context = engine.context(&Attributes::new().with("unit", unit));
    let is_on = |flag: &str| engine.is_enabled(flag, &context, 0);
    assert!(!is_on("low") || is_on("high"), "raised from {low} to {high}");
    assert!(!is_on("nobody") && is_on("everybody"));
    assert_eq!(is_on("low"), is_on("split"), "{low}");
    if engine.flag("parts").is_some() {
        let decision = engine.decide("parts", &context, 0);
        let part = decision.variant.expect("everybody is in one part");
        let at = ["a", "b", "c"].iter().position(|name| *name == part).expect("it is one of them");
        assert!(weights[at] > 0, "{part} has no weight");
    }
}
