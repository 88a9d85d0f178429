//! The machine for hosts that speak JSON.

use crate::Millis;
use crate::event::Event;
use crate::guarded::{Guarded, GuardedState, Observed};
use crate::plan::Plan;
use crate::state::State;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use cutover_gates::Observation;
use serde::Deserialize;
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

/// The same for a plan with its gates, which also hears `{"event":"observe","observations":[…]}`: then `reports` say what the
/// gates came to.
///
/// # Errors
/// One sentence that says what cannot be read.
pub fn guarded_json(guarded: &Guarded, state: &str, event: &str, now: Millis) -> Result<String, String> {
    let state = match state.trim() {
        "" | "null" => guarded.draft(),
        text => serde_json::from_str::<GuardedState>(text).map_err(|error| format!("the state: {error}"))?,
    };
    serde_json::to_string(&hear(guarded, state, event, now)?).map_err(|error| error.to_string())
}

/// One event in JSON, for a state that was read already.
///
/// # Errors
/// One sentence that says what cannot be read.
///
/// ```
/// use cutover_plans::{Guarded, Plan, Spec, Step, hear};
/// let plan = Plan::new(Spec::new("use_v2", vec![Step::share(1_000_000, 1, "errors")])).unwrap();
/// let guarded = Guarded::new(plan, Vec::new(), Vec::new());
/// let heard = hear(&guarded, guarded.draft(), r#"{"event":"start","actor":"ada"}"#, 1_000)?;
/// assert_eq!(heard.state.plan.millionths, 1_000_000);
/// # Ok::<(), String>(())
/// ```
pub fn hear<'a>(
    guarded: &'a Guarded,
    state: GuardedState,
    event: &str,
    now: Millis,
) -> Result<Observed<'a>, String> {
    /// What was measured, and when.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Observe {
        #[serde(rename = "event")]
        _event: String,
        #[serde(default)]
        observations: Vec<Observation>,
        at: Millis,
    }
    let wrong = |error: serde_json::Error| format!("the event: {error}");
    let value = timed(event, now)?;
    if value.get("event").and_then(Value::as_str) == Some("observe") {
        let seen: Observe = serde_json::from_value(value).map_err(wrong)?;
        return Ok(guarded.observe(state, seen.at, &seen.observations));
    }
    let Event { at, expect, kind } = serde_json::from_value(value).map_err(wrong)?;
    Ok(guarded.advance(state, at, expect, kind))
}

fn event_of(text: &str, now: Millis) -> Result<Event, String> {
    serde_json::from_value(timed(text, now)?).map_err(|error| format!("the event: {error}"))
}

/// An event, with the time of now where it has none.
fn timed(text: &str, now: Millis) -> Result<Value, String> {
    let mut event: Value = serde_json::from_str(text).map_err(|error| format!("the event: {error}"))?;
    if let Value::Object(fields) = &mut event {
        fields.entry("at").or_insert(now.into());
    }
    Ok(event)
}
