//! Incidents: a clock against the objective of a severity, checklists with evidence, a timeline, a post-mortem.
//!
//! The clock runs from when it began, which may be before anybody noticed, until it is resolved. A severity that is raised
//! later counts from then too: what was down has been down since it began.

mod machine;
mod policy;
mod post_mortem;
mod state;

pub use machine::step;
pub use policy::{Item, Policy, Severity};
pub use post_mortem::post_mortem;
pub use state::{Checked, Clock, Effect, Entry, Event, Incident, List, Stage, Standing, Word, standing};

use crate::wire::{event_of, written};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::Serialize;

fn incident_of(state: &str) -> Result<Incident, String> {
    match state.trim() {
        "" | "null" => Ok(Incident::default()),
        text => serde_json::from_str(text).map_err(|error| format!("the state: {error}")),
    }
}

/// One step of an incident: `{"state": …, "effects": […]}`. An empty state, or `null`, is the one at the beginning.
///
/// # Errors
/// One sentence that says what cannot be read.
///
/// ```
/// use cutover_work::incident::{Policy, Severity, step_json};
/// let critical = Severity { name: "critical".into(), objective_ms: 3_600_000, ..Severity::default() };
/// let policy = Policy { severities: vec![critical], ..Policy::default() };
/// let open = r#"{"event":"open","id":"i1","title":"till is down","severity":"critical","actor":"ann","now":0}"#;
/// let answer = step_json(&policy, "", open)?;
/// assert!(answer.contains(r#"{"effect":"wake_at","at":3600000}"#));
/// # Ok::<(), String>(())
/// ```
pub fn step_json(policy: &Policy, state: &str, event: &str) -> Result<String, String> {
    #[derive(Serialize)]
    struct Answer {
        state: Incident,
        effects: Vec<Effect>,
    }
    let (state, effects) = step(policy, incident_of(state)?, event_of(event)?);
    written(&Answer { state, effects })
}

/// Where an incident stands at a time, as JSON: a [`Standing`].
///
/// # Errors
/// One sentence that says what cannot be read.
///
/// ```
/// use cutover_work::incident::{Policy, standing_json};
/// assert!(standing_json(&Policy::default(), "", 0)?.starts_with(r#"{"stage":"none""#));
/// # Ok::<(), String>(())
/// ```
pub fn standing_json(policy: &Policy, state: &str, now: crate::Millis) -> Result<String, String> {
    written(&standing(policy, &incident_of(state)?, now))
}

/// The draft of a post-mortem, in Markdown.
///
/// # Errors
/// One sentence that says what cannot be read.
///
/// ```
/// use cutover_work::incident::{Policy, post_mortem_of};
/// assert!(post_mortem_of(&Policy::default(), "").unwrap_err().contains("no incident"));
/// ```
pub fn post_mortem_of(policy: &Policy, state: &str) -> Result<String, String> {
    let incident = incident_of(state)?;
    if incident.stage == Stage::None {
        return Err("there is no incident in this state".to_string());
    }
    Ok(post_mortem(policy, &incident))
}
