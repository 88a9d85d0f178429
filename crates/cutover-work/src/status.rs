//! Where a run stands, for people.

use crate::{Millis, Mode, Point, State, Step, Work};
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// In one word.
    pub standing: Standing,
    /// The phase at hand.
    pub phase: Option<String>,
    /// What is under way in it.
    pub step: Option<String>,
    /// The effect whose outcome is not known.
    pub pending: Option<String>,
    /// Why it does not go on; or who paused it.
    pub why: Option<String>,
    /// The phases, in their order.
    pub phases: Vec<PhaseStatus>,
    /// Effects that were given up on while nobody knew what came of them.
    pub unknown: Vec<String>,
    /// When the last thing happened.
    pub last: Option<Millis>,
}

/// A run in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each word says what it means")]
pub enum Standing {
    Planned,
    Running,
    AwaitingApproval,
    Paused,
    NeedsOperator,
    RollingBack,
    RolledBack,
    Completed,
    Aborted,
}

/// Where a phase stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseStatus {
    /// Its name.
    pub name: String,
    /// `done`, `under_way` or `open`.
    pub is: &'static str,
    /// Its restore point, once it is taken.
    pub restore_point: Option<Point>,
}

/// Where a run stands.
///
/// ```
/// use cutover_work::{Action, Phase, Standing, State, Work, status};
/// let phase = Phase { name: "load".into(), validations: vec![Action::new("counts")], ..Phase::default() };
/// let work = Work { phases: vec![phase], ..Work::default() };
/// assert_eq!(status(&work, &State::new(&work)).standing, Standing::Planned);
/// ```
#[must_use]
pub fn status(work: &Work, state: &State) -> Status {
    let phase = work.phases.get(state.phase);
    let standing = match state.mode {
        Mode::Planned => Standing::Planned,
        Mode::Completed => Standing::Completed,
        Mode::RolledBack => Standing::RolledBack,
        Mode::Aborted => Standing::Aborted,
        _ if state.stuck.is_some() => Standing::NeedsOperator,
        _ if state.paused.is_some() => Standing::Paused,
        Mode::Back => Standing::RollingBack,
        Mode::Forward if state.wanted.is_some() => Standing::RollingBack,
        Mode::Forward if state.step == Step::Approval && state.pending.is_some() => {
            Standing::AwaitingApproval
        }
        Mode::Forward => Standing::Running,
    };
    let step = phase.and_then(|phase| phase.at(state.step)).map(|action| action.name.clone());
    let phases = work.phases.iter().enumerate().map(|(number, phase)| PhaseStatus {
        name: phase.name.clone(),
        is: match number {
            _ if number == state.phase && state.begun && state.mode != Mode::Completed => "under_way",
            _ if number < state.phases_done || state.mode == Mode::Completed => "done",
            _ => "open",
        },
        restore_point: state.points.get(&number).cloned(),
    });
    let stuck = state.stuck.as_ref().map(|stuck| stuck.why.clone());
    Status {
        standing,
        phase: phase.map(|phase| phase.name.clone()),
        step: step.filter(|_| state.pending.is_some() || state.stuck.is_some()),
        pending: state.pending.as_ref().map(|pending| pending.id.clone()),
        why: stuck.or_else(|| state.paused.clone()),
        phases: phases.collect(),
        unknown: state.unknown.clone(),
        last: state.log.last().map(|entry| entry.at),
    }
}
