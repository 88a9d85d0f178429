//! What was decided once is decided for ever: the decisions of released versions are kept, and each must come out again as
//! long as the semantics have the same number.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test that fails may panic"
)]

use cutover::SEMANTICS;
use cutover_testkit::answers::answers;
use cutover_testkit::generate::Case;
use serde_json::Value;
use std::path::Path;

#[test]
fn decisions_of_released_versions_come_out_again() {
    let name = format!("semantics-{SEMANTICS}.ndjson");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/released").join(&name);
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| {
        panic!("{name}: {error}. Semantics of a new number are kept: differential answers 1 200 > conformance/released/{name}")
    });
    let (mut compared, mut changed) = (0, Vec::new());
    for line in text.lines() {
        let kept: Value = serde_json::from_str(line).unwrap();
        let case = Case {
            ruleset: kept["ruleset"].as_str().unwrap().to_owned(),
            contexts: kept["contexts"].as_array().unwrap().clone(),
            now: kept["now"].as_i64().unwrap(),
            switches: kept["switches"].clone(),
        };
        let now = answers(&case);
        let before = kept["answers"].as_array().unwrap();
        assert_eq!(now.len(), before.len(), "seed {}", kept["seed"]);
        // The first line has diagnostics, whose words may change. What is said beside a decision may become more.
        for (before, now) in before.iter().zip(&now).skip(1) {
            let before: Value = serde_json::from_str(before.as_str().unwrap()).unwrap();
            let now: Value = serde_json::from_str(now).unwrap();
            let keys = [
                "value",
                "variant",
                "reason",
                "rule",
                "error",
                "phase",
                "emergency",
                "read",
                "write",
                "streams",
                "jobs",
                "cohort",
                "digest",
            ];
            compared += 1;
            for key in keys.into_iter().filter(|key| before.get(key).is_some()) {
                if before[key] != now[key] {
                    changed.push(format!(
                        "seed {}: {key} was {}, and is {}",
                        kept["seed"], before[key], now[key]
                    ));
                }
            }
        }
    }
    assert!(compared > 1000, "{compared} decisions");
    assert!(
        changed.is_empty(),
        "{} decisions changed, which users would notice. If that is meant, raise cutover::SEMANTICS:\n{}",
        changed.len(),
        changed.join("\n")
    );
}
