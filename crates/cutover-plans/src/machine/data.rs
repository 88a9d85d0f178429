//! What is heard of data guards, and whether they hold.

use super::{Heard, Run};
use crate::Millis;
use crate::between;
use crate::data::{Data, DataGuard, Fact, told_of};
use crate::effect::{Refusal, Task};
use crate::plan::Guard;
use crate::spec::Target;
use crate::state::Stage;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

impl Run<'_> {
    /// The oldest epoch under which an operation that still runs began.
    pub(super) fn operations(&mut self, oldest: Option<u64>) -> Heard {
        let over = oldest.is_none_or(|oldest| oldest >= self.state.epoch);
        self.fact(DataGuard::OperationsOver, over)?;
        let told = self.told;
        self.state.data.over_since = over.then(|| self.state.data.over_since.unwrap_or(told));
        Ok(())
    }

    /// How far the streams are: all that was written up to this time has been applied.
    pub(super) fn stream(&mut self, applied_up_to: Millis) -> Heard {
        let reached = self.state.data.over_since.is_some_and(|since| applied_up_to >= since);
        self.fact(DataGuard::StreamsCaughtUp, reached)
    }

    /// Any other guard.
    pub(super) fn guard(&mut self, epoch: u64, guard: DataGuard, holds: bool) -> Heard {
        if epoch != self.state.epoch {
            return Err(Refusal::OtherEpoch);
        }
        match guard {
            DataGuard::NodesAcknowledged | DataGuard::OperationsOver | DataGuard::StreamsCaughtUp => {
                Err(Refusal::OwnEvent)
            }
            _ => self.fact(guard, holds),
        }
    }

    fn fact(&mut self, guard: DataGuard, holds: bool) -> Heard {
        let asked = |step: &crate::Step| step.guards.contains(&guard);
        if !self.plan.spec().steps.iter().any(asked) {
            return Err(Refusal::UnknownGuard);
        }
        if self.state.stage == Stage::Completed {
            return Err(Refusal::NotNow);
        }
        // What is said before every node has come along can still change by what those do that have not.
        if !self.acknowledged() {
            return Err(Refusal::NotAcknowledged);
        }
        let at = self.told;
        let fact = Fact { holds, at };
        let last = self.state.data.told.insert(guard, fact);
        match last.filter(|last| at < last.at || *last == fact) {
            None => Ok(()),
            Some(last) => {
                self.state.data.told.insert(guard, last);
                Err(Refusal::Repeated)
            }
        }
    }

    /// Whether every node decides with what was asked for last. Before anything was, all decide alike.
    fn acknowledged(&self) -> bool {
        self.state.epoch == 0 || self.state.acknowledged
    }

    /// Other people are asked for: what was told of the data was told of the time before.
    pub(super) fn forget_data(&mut self) {
        self.state.data = Data::default();
    }

    /// Whether the guards of a step hold: it is reached, or left backwards.
    pub(super) fn guarded(&self, step: usize) -> bool {
        self.missing(step).is_empty()
    }

    /// The guards of a step that do not hold.
    pub(crate) fn missing(&self, step: usize) -> Vec<DataGuard> {
        let (state, fresh) = (&self.state, self.plan.spec().fresh_ms);
        let recent = |fact: &Fact| fact.at <= state.now && between(fact.at, state.now) <= fresh;
        let holds = |guard: DataGuard| match guard {
            DataGuard::NodesAcknowledged => self.acknowledged(),
            told => state.data.told.get(&told).is_some_and(|fact| fact.holds && recent(fact)),
        };
        let guards = self.plan.spec().steps.get(step).into_iter().flat_map(|step| &step.guards);
        guards.copied().filter(|guard| !self.plan.holds(Guard::Data(*guard), holds(*guard))).collect()
    }

    /// The step that a rollback leaves: the last one of which anybody is left.
    pub(crate) fn leaves(&self) -> usize {
        let reached = |step: &crate::Step| match &step.to {
            Target::Share(_) => false,
            Target::Segment(name) | Target::Phase(name) => self.state.segments.contains(name),
        };
        let steps = &self.plan.spec().steps;
        if self.state.millionths > 0 {
            return self.state.step;
        }
        steps.iter().rposition(reached).unwrap_or(0)
    }

    /// Every node decides with the epoch: from now on the host watches what the moves from here wait for.
    pub(super) fn watch_guards(&mut self) {
        let (next, here) = (self.state.step.saturating_add(1), self.leaves());
        let steps = &self.plan.spec().steps;
        let of = |step: usize| steps.get(step).into_iter().flat_map(|step| step.guards.iter().copied());
        let forward = !self.state.stage.rolls_back();
        let guards: BTreeSet<DataGuard> = of(here).chain(of(next).filter(|_| forward)).collect();
        let guards = told_of(guards);
        if !guards.is_empty() && self.state.reaches_somebody() {
            self.owe(Task::AwaitGuards { epoch: self.state.epoch, guards });
        }
    }
}
