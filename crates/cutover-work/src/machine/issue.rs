//! What comes next, and asking for it.

use super::Machine;
use crate::{Action, Call, Effect, Mode, Pending, Step, Task, Word, later};
use alloc::borrow::ToOwned;
use alloc::format;

/// How often saving a checkpoint is tried, and what lies between.
const SAVES: (u32, u64) = (3, 1_000);

impl Machine<'_> {
    /// Asks for what comes next, where nothing is under way and nothing holds it back.
    pub(super) fn go_on(&mut self) {
        if self.state.pending.is_some() {
            return;
        }
        if let Some(to) = self.state.wanted.take() {
            self.turn_back(to);
        }
        while self.state.paused.is_none() && self.state.stuck.is_none() && self.state.pending.is_none() {
            match self.state.mode {
                Mode::Forward => self.forward(),
                Mode::Back => self.back(),
                _ => return,
            }
        }
    }

    /// Asks for a step, or passes over one that is not there.
    fn forward(&mut self) {
        let Some(phase) = self.phase() else { return };
        let there = phase.at(self.state.step).is_some();
        let approval = phase.approval;
        match self.state.step {
            Step::Take | Step::Verify if !there => self.state.step = Step::Action(0),
            Step::Action(0) if self.point_is_old() => {
                self.state.step = Step::Take;
                self.need_operator(
                    "the restore point is older than it may be when the phase begins".to_owned(),
                );
            }
            Step::Action(_) if !there => self.state.step = Step::Validation(0),
            Step::Validation(_) if !there => self.state.step = Step::Checkpoint,
            Step::Approval if !approval => self.next_phase(),
            Step::Undo(_) | Step::Restore | Step::ValidateData(_) | Step::Lower => {
                self.state.step = Step::Take
            }
            _ => self.issue(),
        }
    }

    fn back(&mut self) {
        let Some(phase) = self.phase() else { return };
        let there = phase.at(self.state.step).is_some();
        let can = phase.rollback.is_some() || phase.restore_point.is_some();
        let taken = self.state.points.get(&self.state.phase).is_some_and(|point| point.verified);
        match self.state.step {
            _ if !self.state.begun => self.phase_is_back(),
            Step::Undo(0) if !can => {
                let why =
                    format!("`{}` has no rollback: take it back by hand, then override", self.phase_name());
                self.need_operator(why);
            }
            Step::Undo(_) if !there => self.state.step = Step::Restore,
            Step::Restore if !there || !taken => self.state.step = Step::ValidateData(0),
            Step::ValidateData(_) if !there => self.state.step = Step::Lower,
            Step::Undo(_) | Step::Restore | Step::ValidateData(_) | Step::Lower => self.issue(),
            _ => self.state.step = Step::Undo(0),
        }
    }

    pub(super) fn next_phase(&mut self) {
        if self.state.phase + 1 < self.work.phases.len() {
            self.state.phase += 1;
            self.state.step = Step::Take;
            self.state.begun = false;
            return;
        }
        self.state.mode = Mode::Completed;
        self.log(Word::Completed, None, None);
        self.notify("completed", "every phase is done".to_owned());
    }

    /// Turns around: the phase at hand and those behind it down to `to` are taken back.
    pub(super) fn turn_back(&mut self, to: usize) {
        self.state.mode = Mode::Back;
        self.state.to = to.min(self.state.phase);
        self.state.step = Step::Undo(0);
        self.state.stuck = None;
        let lowest = self.work.phases.get(self.state.to).map(|phase| phase.name.clone()).unwrap_or_default();
        self.log(Word::RollingBack, None, Some(format!("down to `{lowest}`")));
        self.notify("rolling_back", format!("`{}` is taken back, down to `{lowest}`", self.phase_name()));
    }

    /// The phase at hand is as if it had never begun.
    pub(super) fn phase_is_back(&mut self) {
        self.state.points.remove(&self.state.phase);
        self.state.begun = false;
        if self.state.phase > self.state.to {
            self.state.phase -= 1;
            self.state.begun = true;
            self.state.step = Step::Undo(0);
            return;
        }
        self.state.mode = Mode::RolledBack;
        self.state.step = Step::Take;
        self.log(Word::RolledBack, None, None);
        self.notify("rolled_back", format!("everything from `{}` on is taken back", self.phase_name()));
    }

    /// Whether the phase would begin without a verified restore point that is young enough.
    fn point_is_old(&self) -> bool {
        let Some(wanted) = self.phase().and_then(|phase| phase.restore_point.as_ref()) else { return false };
        let point = self.state.points.get(&self.state.phase).filter(|point| point.verified);
        point.is_none_or(|point| wanted.max_age_ms.is_some_and(|age| later(point.taken_at, age) < self.now))
    }

    /// Asks for the step at hand, under a new id.
    fn issue(&mut self) {
        let name = self.step_name().unwrap_or_default();
        let id = self.id(&name);
        if matches!(self.state.step, Step::Action(_) | Step::Validation(_)) {
            self.state.begun = true;
        }
        self.state.pending = Some(Pending { id, attempt: 0, since: self.now, deadline: None, due: None });
        self.attempt();
        if self.state.step == Step::Approval {
            self.notify("approval", format!("`{}` waits for an approval", self.phase_name()));
        }
    }

    /// Begins another attempt at what is pending.
    pub(super) fn attempt(&mut self) {
        let timeout = self.action().and_then(|action| action.timeout_ms);
        let now = self.now;
        let Some(pending) = self.state.pending.as_mut() else { return };
        pending.attempt = pending.attempt.saturating_add(1);
        pending.since = now;
        pending.due = None;
        pending.deadline = timeout.map(|timeout| later(now, timeout));
        let again = (pending.attempt > 1).then(|| format!("attempt {}", pending.attempt));
        self.log(Word::Issued, None, again);
        self.effects.extend(self.asked());
    }

    /// The effect that is pending, as it was asked for.
    pub(super) fn asked(&self) -> Option<Effect> {
        let pending = self.state.pending.as_ref()?;
        let call = Call { id: pending.id.clone(), attempt: pending.attempt, phase: self.phase_name() };
        let task = |wrap: fn(Task) -> Effect| self.task(call.clone()).map(wrap);
        match self.state.step {
            Step::Take => task(Effect::TakeRestorePoint),
            Step::Verify => task(Effect::VerifyRestorePoint),
            Step::Action(_) | Step::Undo(_) => task(Effect::RunAction),
            Step::Validation(_) => task(Effect::RunValidation),
            Step::Restore => task(Effect::Restore),
            Step::ValidateData(_) => task(Effect::ValidateData),
            Step::Checkpoint => Some(Effect::SaveCheckpoint { call, phases_done: self.state.phase + 1 }),
            Step::Lower => Some(Effect::SaveCheckpoint { call, phases_done: self.state.phase }),
            Step::Approval => Some(Effect::RequestApproval { call }),
        }
    }

    fn task(&self, call: Call) -> Option<Task> {
        let action = self.action()?;
        let step = self.state.step;
        let about_point = matches!(step, Step::Take | Step::Verify | Step::Restore | Step::ValidateData(_));
        let point = self.phase().and_then(|phase| phase.restore_point.as_ref()).filter(|_| about_point);
        let taken = self.state.points.get(&self.state.phase).filter(|_| about_point);
        Some(Task {
            call,
            name: action.name.clone(),
            params: action.params.clone(),
            command: action.command.clone(),
            expect: action.expect,
            timeout_ms: action.timeout_ms,
            rollback: matches!(step, Step::Undo(_) | Step::Restore | Step::ValidateData(_)),
            restore_point: point.map(|point| point.name.clone()),
            taken_at: taken.map(|point| point.taken_at),
        })
    }

    pub(super) fn action(&self) -> Option<&Action> {
        self.phase()?.at(self.state.step)
    }

    /// How often the step at hand is tried, and what lies between.
    pub(super) fn patience(&self) -> (u32, u64) {
        self.action().map_or(SAVES, |action| (action.attempts, action.every_ms))
    }

    /// The phase down to which a failure of the phase at hand leads.
    pub(super) fn down_to(&self) -> usize {
        let to = self.phase().and_then(|phase| phase.rollback.as_ref()?.to.as_ref());
        to.and_then(|name| self.work.phase(name)).unwrap_or(self.state.phase)
    }
}
