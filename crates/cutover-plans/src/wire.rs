//! The machine for hosts that speak JSON.

use crate::event::Event;
use crate::plan::Plan;
use crate::state::State;
use crate::{Millis, spec};
use alloc::format;
use alloc::string::{String, ToString};
use serde_json::Value;

/// One step of a plan: `{"state": …, "effects": […]}`. An empty state, or `null`, is the one at the beginning, and an event
/// without `at` happens `now`.
///
/// # Errors
/// One sentence that says what cannot be read.
///
/// ```
/// use cutover_plans::{Plan, Spec, Step, advance_json};
/// let plan = Plan::new(Spec::new("use_v2", vec![Step::share(1_000_000, 1, "errors")])).unwrap();
/// let answer = advance_json(&plan, "", r#"{"event":"start","actor":"ada"}"#, 1_000)?;
/// assert!(answer.contains(r#""stage":"progressing""#));
/// assert!(answer.contains(r#"{"id":1,"failed":0,"effect":"set_percentage","flag":"use_v2","millionths":1000000,"segments":[],"epoch":1}"#));
/// assert!(advance_json(&plan, "", r#"{"event":"begin"}"#, 1_000).unwrap_err().contains("unknown variant `begin`"));
/// # Ok::<(), String>(())
/// ```
pub fn advance_json(plan: &Plan, state: &str, event: &str, now: Millis) -> Result<String, String> {
    let state = match state.trim() {
        "" | "null" => plan.draft(),
        text => serde_json::from_str::<State>(text).map_err(|error| format!("the state: {error}"))?,
    };
    let advanced = plan.advance(state, event_of(event, now)?);
    serde_json::to_string(&advanced).map_err(|error| error.to_string())
}

fn event_of(text: &str, now: Millis) -> Result<Event, String> {
    let wrong = |error: serde_json::Error| format!("the event: {error}");
    let mut event: Value = serde_json::from_str(text).map_err(wrong)?;
    if let Value::Object(fields) = &mut event {
        fields.entry("at").or_insert(now.into());
    }
    serde_json::from_value(event).map_err(wrong)
}

/// A share in millionths as people write it.
///
/// ```
/// assert_eq!(cutover_plans::percent(2_500), "0.25%");
/// ```
#[must_use]
pub fn percent(millionths: u32) -> String {
    spec::percent(millionths)
}
