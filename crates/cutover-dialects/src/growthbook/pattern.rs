//! Regular expressions of JavaScript.

use super::Problem;
use crate::condition::{Condition, test};
use crate::report::FlagReport;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// Whether the pattern matches somewhere in a text. What is no pattern in any syntax matches nowhere.
pub(super) fn matches(
    attribute: &str,
    pattern: &Json,
    ignore_case: bool,
    place: &str,
    report: &mut FlagReport,
) -> Result<Condition, Problem> {
    let Some(text) = pattern.as_str() else {
        report.note(place, "what is no text is no pattern, so that it never matches, there and here");
        return Ok(Condition::FALSE);
    };
    let text = if ignore_case { format!("(?i){text}") } else { text.to_owned() };
    match cutover_regex::compile(&text, &cutover_regex::Limits::default()) {
        Ok(_) => Ok(test(attribute, "matches", Yaml::text(&text)).certain()),
        Err(error) if error.is_broken() => {
            report.note(place, format!("{error}, so that it never matches, there and here"));
            Ok(Condition::FALSE)
        }
        Err(error) => Err((
            place.to_owned(),
            format!(
                "the pattern `{text}` cannot be taken over: {error}; write it without that, or test the text by other operators"
            ),
        )),
    }
}
