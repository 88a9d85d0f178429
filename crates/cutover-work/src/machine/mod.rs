//! The machine of a plan of work.
//!
//! One effect is under way at a time, so that what stands in a state is all that a crash can leave open. `outcome` takes
//! what came of it, `operator` what people ask for, and `issue` finds out what comes next.

mod issue;
mod operator;
mod outcome;

use crate::state::{Notice, Stuck, shape_of};
use crate::{Call, Effect, Entry, Event, Millis, Phase, State, Step, Word, Work};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Why a step cannot be made at all: the state is not one of this plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub String);

impl core::fmt::Display for Refused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Refused {}

/// One step: the state afterwards, and what to perform. The state is to be saved before anything is performed.
///
/// # Errors
/// [`Refused`] where the plan makes no sense, or the state belongs to another plan.
///
/// ```
/// use cutover_work::{Action, Effect, Event, Phase, State, Work, step};
/// let phase = Phase {
///     name: "load".into(),
///     actions: vec![Action::new("copy")],
///     validations: vec![Action::new("counts")],
///     ..Phase::default()
/// };
/// let work = Work { phases: vec![phase], ..Work::default() };
/// let start = Event::Start { run: Some("r1".into()), actor: None, now: 0 };
/// let (state, effects) = step(&work, State::new(&work), start)?;
/// let Some(Effect::RunAction(task)) = effects.first() else { panic!() };
/// assert_eq!((task.call.id.as_str(), task.name.as_str()), ("r1/1/load/copy", "copy"));
///
/// // A crash: the same effect under the same id.
/// let (_, again) = step(&work, state, Event::Restarted { now: 5 })?;
/// assert_eq!(again.first(), effects.first());
/// # Ok::<(), cutover_work::Refused>(())
/// ```
pub fn step(work: &Work, state: State, event: Event) -> Result<(State, Vec<Effect>), Refused> {
    if let Some(problem) = work.problems().first() {
        return Err(Refused(format!("the plan of work makes no sense: {}", problem.message)));
    }
    let sound = state.shape == shape_of(work)
        && state.phase < work.phases.len()
        && state.to < work.phases.len()
        && state.wanted.is_none_or(|to| to < work.phases.len());
    if !sound {
        return Err(Refused(
            "the state belongs to another plan: phases or actions were renamed, added or removed since the run began"
                .to_owned(),
        ));
    }
    let wake = state.wake();
    let mut machine = Machine { work, now: event.now(), state, effects: Vec::new() };
    let told_again = matches!(event, Event::Restarted { .. });
    machine.take(event);
    if let Some(at) = machine.state.wake().filter(|at| told_again || wake != Some(*at)) {
        machine.effects.push(Effect::WakeAt { at });
    }
    Ok((machine.state, machine.effects))
}

impl State {
    /// When something happens without anybody doing anything.
    fn wake(&self) -> Option<Millis> {
        let pending = self.pending.as_ref()?;
        if pending.due.is_some() && self.paused.is_some() {
            return None;
        }
        pending.due.or(pending.deadline)
    }
}

struct Machine<'a> {
    work: &'a Work,
    now: Millis,
    state: State,
    effects: Vec<Effect>,
}

impl Machine<'_> {
    fn take(&mut self, event: Event) {
        match event {
            Event::Start { run, actor, .. } => self.start(run, actor),
            Event::Done { id, attempt, evidence, .. } => {
                self.outcome(&id, attempt, outcome::Said::Done(evidence))
            }
            Event::Failed { id, attempt, error, .. } => {
                self.outcome(&id, attempt, outcome::Said::Failed(error))
            }
            Event::Validated { id, attempt, ok, value, evidence, .. } => {
                self.outcome(&id, attempt, outcome::Said::Validated { ok, value, evidence });
            }
            Event::Approve { id, actor, .. } => self.answered(&id, actor, None),
            Event::Reject { id, actor, reason, .. } => self.answered(&id, actor, Some(reason)),
            Event::Pause { actor, reason, .. } => self.pause(actor, reason),
            Event::Resume { actor, .. } => self.resume(actor),
            Event::Abort { actor, reason, .. } => self.abort(actor, reason),
            Event::Rollback { to, actor, reason, .. } => self.rollback(to.as_deref(), actor, reason),
            Event::Override { id, actor, reason, .. } => self.by_hand(&id, actor, reason),
            Event::Tick { .. } => self.tick(),
            Event::Restarted { .. } => self.restarted(),
        }
    }

    fn phase(&self) -> Option<&Phase> {
        self.work.phases.get(self.state.phase)
    }

    fn phase_name(&self) -> String {
        self.phase().map(|phase| phase.name.clone()).unwrap_or_default()
    }

    /// The name of what is under way.
    fn step_name(&self) -> Option<String> {
        let task = self.phase().and_then(|phase| phase.at(self.state.step)).map(|action| action.name.clone());
        task.or_else(|| match self.state.step {
            Step::Checkpoint | Step::Lower => Some("checkpoint".to_owned()),
            Step::Approval => Some("approval".to_owned()),
            _ => None,
        })
    }

    /// Writes into the log what happened to the step at hand.
    fn log(&mut self, what: Word, actor: Option<&str>, detail: Option<String>) {
        let id = self.state.pending.as_ref().map(|pending| pending.id.clone());
        let (phase, name) = (self.phase_name(), id.as_ref().and_then(|_| self.step_name()));
        let (at, actor) = (self.now, actor.map(str::to_owned));
        let detail = detail.filter(|detail| !detail.is_empty());
        self.state.log.push(Entry { at, what, phase, name, id, actor, detail });
    }

    /// A new id. Numbers never come back in a run, so that an action that is done again after a rollback is another one.
    fn id(&mut self, name: &str) -> String {
        self.state.issued = self.state.issued.saturating_add(1);
        format!("{}/{}/{}/{name}", self.state.run, self.state.issued, self.phase_name())
    }

    /// Nothing goes on without a person.
    fn need_operator(&mut self, why: String) {
        let id = match self.state.pending.take() {
            Some(pending) => pending.id,
            None => self.id("operator"),
        };
        self.log(Word::NeedsOperator, None, Some(why.clone()));
        self.notify("needs_operator", why.clone());
        self.state.stuck = Some(Stuck { id, why });
    }

    fn notify(&mut self, about: &str, message: String) {
        let id = self.id(about);
        let notice = Notice { id, attempt: 1, phase: self.phase_name(), about: about.to_owned(), message };
        self.effects.push(notice.effect());
        self.state.notices.push(notice);
    }

    fn refuse(&mut self, why: impl ToString) {
        self.effects.push(Effect::Refused { why: why.to_string() });
    }
}

impl Notice {
    pub(crate) fn effect(&self) -> Effect {
        let call = Call { id: self.id.clone(), attempt: self.attempt, phase: self.phase.clone() };
        Effect::Notify { call, about: self.about.clone(), message: self.message.clone() }
    }
}

impl Phase {
    /// What a ruleset says of a step; nothing of checkpoints and approvals, and behind the last of a list.
    pub(crate) fn at(&self, step: Step) -> Option<&crate::Action> {
        let rollback = self.rollback.as_ref();
        let point = self.restore_point.as_ref();
        match step {
            Step::Take => point.map(|point| &point.take),
            Step::Verify => point.map(|point| &point.verify),
            Step::Restore => point.map(|point| &point.restore),
            Step::Action(index) => self.actions.get(index),
            Step::Validation(index) => self.validations.get(index),
            Step::Undo(index) => rollback?.actions.get(index),
            Step::ValidateData(index) => rollback?.validations.get(index),
            Step::Checkpoint | Step::Approval | Step::Lower => None,
        }
    }
}
