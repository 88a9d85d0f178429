//! One event, and what becomes of the state: who hears what is here, what time and conditions do is in `settle`.

mod back;
mod data;
mod forward;
mod heard;
mod operator;
mod owe;
mod settle;

use crate::effect::{Effect, Plain, Refusal};
use crate::event::{Event, Kind};
use crate::plan::{Advanced, Plan};
use crate::record::{Reason, Record};
use crate::spec::Step;
use crate::state::{LOG, Stage, State, Watch};
use crate::{Millis, between};
use alloc::string::String;
use alloc::vec::Vec;

/// The farthest time from 1970 that every host can tell to the millisecond.
const FARTHEST: Millis = 8_640_000_000_000_000;

/// What one event does.
pub(crate) struct Run<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) state: State,
    /// The time of the event as it was told.
    pub(crate) told: Millis,
    pub(crate) effects: Vec<Effect>,
}

/// Whether an event changed anything.
pub(crate) type Heard = Result<(), Refusal>;

/// What a line of the log says beside the reason.
#[derive(Default)]
pub(crate) struct Said<'a> {
    pub(crate) actor: &'a str,
    pub(crate) note: &'a str,
    pub(crate) cost: &'a str,
    pub(crate) gate: &'a str,
}

impl<'a> Said<'a> {
    pub(crate) fn by(actor: &'a str, note: &'a str) -> Self {
        Self { actor, note, ..Self::default() }
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(plan: &'a Plan, mut state: State, told: Millis) -> Self {
        // A state may come from anywhere; what does not fit the plan is brought into its bounds.
        state.step = state.step.min(plan.last());
        state.triggers.resize(plan.spec().triggers.len(), Watch::default());
        let told = told.clamp(-FARTHEST, FARTHEST);
        Self { plan, state, told, effects: Vec::new() }
    }

    pub(crate) fn take(mut self, event: Event) -> Advanced {
        if event.expect.is_some_and(|expected| expected != self.state.revision) {
            self.refuse(Refusal::OtherRevision);
        } else {
            self.pass_time();
            if self.state.plan != self.plan.digest() {
                self.supersede();
            }
            if let Err(why) = self.hear(&event) {
                self.refuse(why);
            }
            self.settle();
        }
        self.ask_to_be_woken();
        Advanced { state: self.state, effects: self.effects }
    }

    fn hear(&mut self, event: &Event) -> Heard {
        match &event.kind {
            Kind::Tick => Ok(()),
            Kind::Restarted => {
                self.remind(|_| true);
                self.state.wake = None;
                Ok(())
            }
            Kind::Done { id } => self.done(*id),
            Kind::Failed { id, failed, message } => self.failed(*id, *failed, message),
            Kind::Nodes { nodes } => self.nodes(nodes),
            Kind::Ack { epoch, node } => self.ack(*epoch, node.as_deref()),
            Kind::Capacity { epoch } => self.capacity(*epoch),
            Kind::Operations { oldest } => self.operations(*oldest),
            Kind::Stream { applied_up_to } => self.stream(*applied_up_to),
            Kind::Guard { epoch, guard, holds } => self.guard(*epoch, *guard, *holds),
            Kind::Judged { gate, verdict, srm } => self.judged(gate, *verdict, *srm),
            Kind::Trigger { index, firing } => self.trigger(*index, *firing),
            Kind::Start { actor } => self.start(actor, event.expect.is_some()),
            Kind::Approve { actor, step, reason } => self.approve(actor, *step, reason),
            Kind::Pause { actor, reason } => self.pause_by(actor, reason),
            Kind::Resume { actor, reason } => self.resume(actor, reason),
            Kind::Skip { actor, step, reason, accepted_cost } => {
                self.skip(actor, *step, reason, accepted_cost)
            }
            Kind::Promote { actor, reason } => self.promote(actor, reason),
            Kind::Complete { actor } => self.complete_by(actor),
            Kind::Abort { actor, reason } => self.abort(actor, reason),
            Kind::RollBack { mode, actor, reason } => self.roll_back_by(*mode, actor, reason),
            Kind::Emergency { on, actor } => self.emergency(*on, actor),
        }
    }

    /// Time goes on. It never goes back, so that what is told late or by a clock that was set back adds nothing to what
    /// was baked; a gap in which nobody looked adds as much as a verdict may be old. Going back does not wait for a clock.
    fn pass_time(&mut self) {
        let state = &mut self.state;
        if state.stage.rolls_back() {
            state.now = self.told;
            state.since = state.since.min(self.told);
            return;
        }
        let watched = matches!(state.stage, Stage::Baking | Stage::Promoted);
        if self.plan.holds(crate::plan::Guard::PausesClock, watched) {
            let gap = between(state.now, self.told).min(self.plan.spec().fresh_ms);
            state.baked_ms = state.baked_ms.saturating_add(gap);
        }
        state.now = state.now.max(self.told);
    }

    pub(crate) fn refuse(&mut self, why: Refusal) {
        self.effects.push(Effect::Plain(Plain::Refused { why }));
    }

    /// The step of the plan that it is at.
    pub(crate) fn step(&self) -> Option<&'a Step> {
        self.plan.spec().steps.get(self.state.step)
    }

    /// It goes to another stage, and the log says why.
    pub(crate) fn go(&mut self, to: Stage, reason: Reason, said: &Said<'_>) {
        self.record(to, reason, said);
        self.state.stage = to;
        self.state.since = self.state.now;
    }

    /// A line of the log.
    pub(crate) fn record(&mut self, to: Stage, reason: Reason, said: &Said<'_>) {
        let verdict = self.worst();
        let text = |text: &str| (!text.is_empty()).then(|| String::from(text));
        let state = &mut self.state;
        state.revision = state.revision.saturating_add(1);
        let record = Record {
            seq: state.revision,
            time: state.now,
            from: state.stage.name().into(),
            to: to.name().into(),
            step: state.step,
            millionths: state.millionths,
            segments: state.segments.clone(),
            reason,
            actor: text(said.actor),
            note: text(said.note),
            accepted_cost: text(said.cost),
            gate: text(said.gate),
            verdict,
        };
        if state.log.len() >= LOG {
            let surplus = state.log.len() + 1 - LOG;
            state.log.drain(..surplus);
        }
        state.log.push(record.clone());
        self.effects.push(Effect::Plain(Plain::Record(record)));
    }
}
