//! The machines for hosts that speak JSON.

use crate::{Effect, Event, State, Work, status, step};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A state from its JSON; a run that has not begun where there is none.
fn state_of(work: &Work, state: &str) -> Result<State, String> {
    match state.trim() {
        "" | "null" => Ok(State::new(work)),
        text => serde_json::from_str(text).map_err(|error| format!("the state: {error}")),
    }
}

/// What JSON a value is: keys in the order in which they are declared, so that every host gets the same bytes.
pub(crate) fn written(answer: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(answer).map_err(|error| error.to_string())
}

/// An event from its JSON.
pub(crate) fn event_of<'a, T: Deserialize<'a>>(event: &'a str) -> Result<T, String> {
    serde_json::from_str(event).map_err(|error| format!("the event: {error}"))
}

/// One step of a plan of work: `{"state": …, "effects": […]}`. An empty state, or `null`, is the one at the beginning.
///
/// # Errors
/// One sentence that says what cannot be read, or what makes no sense.
///
/// ```
/// use cutover_work::{Action, Phase, Work, step_json};
/// let phase = Phase { name: "load".into(), validations: vec![Action::new("counts")], ..Phase::default() };
/// let work = Work { phases: vec![phase], ..Work::default() };
/// let answer = step_json(&work, "", r#"{"event":"start","run":"r1","now":0}"#)?;
/// assert!(answer.contains(r#""effects":[{"effect":"run_validation","id":"r1/1/load/counts","attempt":1"#));
/// # Ok::<(), String>(())
/// ```
pub fn step_json(work: &Work, state: &str, event: &str) -> Result<String, String> {
    #[derive(Serialize)]
    struct Answer {
        state: State,
        effects: Vec<Effect>,
    }
    let (state, event) = (state_of(work, state)?, event_of::<Event>(event)?);
    let (state, effects) = step(work, state, event).map_err(|refused| refused.to_string())?;
    written(&Answer { state, effects })
}

/// Where a run stands, as JSON.
///
/// # Errors
/// One sentence that says what cannot be read.
///
/// ```
/// let work = cutover_work::Work::default();
/// assert!(cutover_work::status_json(&work, "")?.starts_with(r#"{"standing":"planned""#));
/// # Ok::<(), String>(())
/// ```
pub fn status_json(work: &Work, state: &str) -> Result<String, String> {
    written(&status(work, &state_of(work, state)?))
}
