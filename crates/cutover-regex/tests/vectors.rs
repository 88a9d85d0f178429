//! The patterns of the conformance vectors decide as the vectors say.

use cutover_regex::{Limits, compile, is_match};
use serde_json::Value;

#[test]
fn the_vectors_of_matches() {
    let vectors: Value = serde_json::from_str(include_str!("../../../conformance/patterns.json")).unwrap();
    let mut decided = 0;
    for vector in vectors["vectors"].as_array().unwrap() {
        let (Some(text), Some(flag)) = (vector["context"]["v"].as_str(), vector["flag"].as_str()) else {
            continue;
        };
        let want = match vector["want"]["value"].as_str() {
            Some("T") => true,
            Some("F") => false,
            _ => continue,
        };
        let ruleset = &vectors["rulesets"][vector["ruleset"].as_str().unwrap()];
        let pattern = ruleset["flags"][flag]["rules"][0]["if"]["matches"].as_str().unwrap();
        for table in [0, 4096] {
            let program = compile(pattern, &Limits { table, ..Limits::default() }).unwrap();
            assert_eq!(is_match(&program, text.as_bytes()), Some(want), "{pattern:?} on {text:?}");
        }
        decided += 1;
    }
    assert!(decided >= 14, "only {decided} vectors have a text and an answer");
}
