//! What stands beside an operator: how the test is made, and what it is where it cannot be told.

use super::TEXTS;
use crate::random::Random;
use serde_json::{Value, json};

/// Puts some of it into the test of this operator.
pub(super) fn beside(random: &mut Random, operator: &str, test: &mut Value) {
    if random.once_in(6) {
        test["otherwise"] = json!(random.once_in(2));
    }
    if random.once_in(4)
        && let Some(read_as) = read_as(random, operator)
    {
        test["as"] = json!(read_as);
        let is_ordered = ["above", "at_least", "below", "at_most"].contains(&operator);
        if is_ordered && ["text", "padded_version"].contains(&read_as) {
            test[operator] = json!(random.pick(&TEXTS));
        }
    }
    let of_texts = ["is", "is_not", "in", "not_in", "contains", "starts_with", "ends_with"];
    let is_whole = test["as"] == "padded_version" || test["as"] == "size";
    if random.once_in(4) && of_texts.contains(&operator) && !is_whole {
        test["ignore_case"] = json!(!random.once_in(5));
    }
    let takes_items = test["as"] != "size" && !["exists", "is_not", "not_in"].contains(&operator);
    if random.once_in(5) && takes_items {
        test["each"] = json!("any");
    }
}

/// What the value of a test may be read as.
fn read_as(random: &mut Random, operator: &str) -> Option<&'static str> {
    match operator {
        "before" | "after" => Some(random.pick(&["text", "number"])),
        "is" | "is_not" | "in" | "not_in" => Some(random.pick(&["text", "number", "padded_version", "size"])),
        "above" | "at_least" | "below" | "at_most" => {
            Some(random.pick(&["number", "size", "text", "padded_version"]))
        }
        "between" => Some(random.pick(&["number", "size"])),
        "contains" | "starts_with" | "ends_with" | "matches" | "cidr" => Some("text"),
        "semver" => Some(random.pick(&["version", "partial_version", "text"])),
        _ => None,
    }
}
