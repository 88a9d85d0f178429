//! What people ask for.

use super::Machine;
use crate::{Call, Effect, Mode, Step, Word};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

impl Machine<'_> {
    pub(super) fn start(&mut self, run: Option<String>, actor: Option<String>) {
        match self.state.mode {
            Mode::Planned => {
                self.state.run = run.filter(|run| !run.is_empty()).unwrap_or_else(|| "run".to_owned())
            }
            // The run keeps its name, and its numbers go on: no id comes twice.
            Mode::RolledBack => {}
            Mode::Aborted => return self.refuse("it was aborted: roll it back before it begins anew"),
            _ => return self.refuse("it has begun"),
        }
        self.state.mode = Mode::Forward;
        self.state.step = Step::Take;
        self.state.begun = false;
        self.log(Word::Started, actor.as_deref(), None);
        self.go_on();
    }

    /// An approval was given, or refused.
    pub(super) fn answered(&mut self, id: &str, actor: String, refused: Option<String>) {
        let asked = self.state.step == Step::Approval
            && self.state.pending.as_ref().is_some_and(|pending| pending.id == id);
        if !asked {
            return self.effects.push(Effect::Ignored { id: id.to_owned() });
        }
        if actor.trim().is_empty() {
            return self.refuse("an approval names who gives it");
        }
        match refused {
            None => {
                self.log(Word::Approved, Some(&actor), None);
                self.state.pending = None;
                self.next_phase();
            }
            Some(reason) => {
                self.log(Word::Rejected, Some(&actor), Some(reason));
                self.state.pending = None;
                self.state.wanted = Some(self.down_to());
            }
        }
        self.go_on();
    }

    pub(super) fn pause(&mut self, actor: String, reason: String) {
        if !matches!(self.state.mode, Mode::Forward | Mode::Back) {
            return self.refuse("nothing is under way that could be paused");
        }
        if self.state.paused.is_some() {
            return self.refuse("it is paused");
        }
        self.log(Word::Paused, Some(&actor), Some(reason));
        self.state.paused = Some(actor);
    }

    pub(super) fn resume(&mut self, actor: String) {
        if self.state.paused.is_none() && self.state.stuck.is_none() {
            return self.refuse("it is neither paused nor in need of an operator");
        }
        self.log(Word::Resumed, Some(&actor), None);
        // One thing at a time: who ends a pause need not know of what failed meanwhile.
        if self.state.paused.take().is_none() {
            self.state.stuck = None;
        }
        self.tick();
        self.go_on();
    }

    pub(super) fn abort(&mut self, actor: String, reason: String) {
        if !matches!(self.state.mode, Mode::Forward | Mode::Back) {
            return self.refuse("nothing is under way that could be aborted");
        }
        self.log(Word::Aborted, Some(&actor), Some(reason));
        let running = self.state.pending.as_ref().is_some_and(|pending| pending.due.is_none());
        if running && self.state.step != Step::Approval {
            let cancel = self.cancelling();
            self.effects.extend(cancel);
            if let Some(pending) = self.state.pending.take() {
                self.give_up_on(pending.id);
            }
        }
        self.state.pending = None;
        self.state.wanted = None;
        self.state.paused = None;
        self.state.stuck = None;
        self.state.mode = Mode::Aborted;
        self.notify("aborted", format!("it was aborted in `{}` by {actor}", self.phase_name()));
    }

    pub(super) fn rollback(&mut self, to: Option<&str>, actor: String, reason: String) {
        let lowest = match to {
            None if self.state.mode == Mode::Back => self.state.to,
            None => self.down_to(),
            Some(name) => match self.work.phase(name) {
                Some(number) => number,
                None => return self.refuse(format!("there is no phase `{name}`")),
            },
        };
        if lowest > self.state.phase {
            return self.refuse(format!("`{}` has not begun", to.unwrap_or_default()));
        }
        match self.state.mode {
            Mode::Planned => return self.refuse("nothing has begun"),
            Mode::RolledBack if lowest == self.state.phase => return self.refuse("it is rolled back"),
            _ => {}
        }
        self.log(Word::RollbackAsked, Some(&actor), Some(reason));
        if self.state.mode == Mode::Back {
            // A rollback under way goes on, further down; what it is stuck at is not passed over.
            self.state.to = self.state.to.min(lowest);
            self.state.paused = None;
            return self.go_on();
        }
        self.state.paused = None;
        self.state.stuck = None;
        self.state.wanted = Some(self.state.wanted.map_or(lowest, |wanted| wanted.min(lowest)));
        let pending = self.state.pending.as_ref();
        if pending.is_some_and(|pending| pending.due.is_none()) && self.state.step != Step::Approval {
            // What runs must not run on while it is taken back.
            let cancel = self.cancelling();
            self.effects.extend(cancel);
        } else {
            self.state.pending = None;
            self.go_on();
        }
    }

    pub(super) fn by_hand(&mut self, id: &str, actor: String, reason: String) {
        if self.state.stuck.as_ref().is_none_or(|stuck| stuck.id != id) {
            return self.effects.push(Effect::Ignored { id: id.to_owned() });
        }
        if self.state.mode != Mode::Back {
            return self
                .refuse("only a rollback can be completed by hand: no phase begins without its guards");
        }
        if actor.trim().is_empty() || reason.trim().is_empty() {
            return self.refuse("an override names who answers for it, and what was done");
        }
        self.log(Word::Overridden, Some(&actor), Some(reason));
        self.state.stuck = None;
        let can = self.phase().is_some_and(|phase| phase.rollback.is_some() || phase.restore_point.is_some());
        if can {
            self.pass(None);
        } else {
            self.state.step = Step::Lower;
        }
        self.go_on();
    }

    /// The effect that stops what is under way.
    pub(super) fn cancelling(&self) -> Option<Effect> {
        let pending = self.state.pending.as_ref()?;
        let call = Call { id: pending.id.clone(), attempt: pending.attempt, phase: self.phase_name() };
        Some(Effect::Cancel { call })
    }
}
