//! What people do.

use super::{Heard, Run, Said};
use crate::effect::{Refusal, Task};
use crate::plan::Guard;
use crate::record::Reason;
use crate::spec::Target;
use crate::state::{Held, Mode, Stage};

impl Run<'_> {
    pub(super) fn start(&mut self, actor: &str, expected: bool) -> Heard {
        match self.state.stage {
            Stage::Draft | Stage::Superseded | Stage::RolledBack if self.state.emergency => {
                return Err(Refusal::Emergency);
            }
            Stage::Draft => {}
            // A start that is told twice must not start again what went back in between.
            Stage::Superseded | Stage::RolledBack if expected => {}
            Stage::Superseded | Stage::RolledBack => return Err(Refusal::OtherRevision),
            _ => return Err(Refusal::NotNow),
        }
        let later = self.plan.spec().start.is_some_and(|start| start > self.told);
        let before = core::mem::replace(&mut self.state.now, self.told);
        if later || self.opens().is_some() {
            self.go(Stage::Scheduled, Reason::Started, &Said::by(actor, ""));
        } else if self.guarded(self.first_step()) {
            self.begin(Reason::Started, &Said::by(actor, ""));
        } else {
            self.state.now = before;
            return Err(Refusal::GuardsMissing);
        }
        Ok(())
    }

    pub(super) fn approve(&mut self, actor: &str, step: usize, reason: &str) -> Heard {
        words([actor])?;
        if self.state.stage != Stage::AwaitingApproval || step != self.state.step {
            return Err(Refusal::NotNow);
        }
        if !self.passes() {
            return Err(Refusal::GatesNotPassed);
        }
        self.may_move_to(step.saturating_add(1))?;
        self.next(Reason::Approved, &Said::by(actor, reason));
        Ok(())
    }

    pub(super) fn pause_by(&mut self, actor: &str, reason: &str) -> Heard {
        match self.state.stage {
            Stage::Progressing | Stage::Baking | Stage::AwaitingApproval | Stage::Promoted => {
                self.pause(Reason::Asked, &Said::by(actor, reason));
                Ok(())
            }
            _ => Err(Refusal::NotNow),
        }
    }

    pub(super) fn resume(&mut self, actor: &str, reason: &str) -> Heard {
        words([actor])?;
        let Stage::Paused { held, .. } = self.state.stage else { return Err(Refusal::NotNow) };
        // A clock that ran ahead would hold the plan for as long; somebody looks, so it counts anew.
        if self.told < self.state.now {
            self.state.gates.clear();
        }
        self.state.now = self.told;
        self.state.window = self.told;
        let stage = match held {
            Held::Progressing => Stage::Progressing,
            Held::Baking => Stage::Baking,
            Held::AwaitingApproval => Stage::AwaitingApproval,
            Held::Promoted => Stage::Promoted,
        };
        self.go(stage, Reason::Asked, &Said::by(actor, reason));
        match held {
            Held::Progressing => self.remind(|owed| owed.task.moves()),
            Held::AwaitingApproval => self.owe(Task::RequestApproval { step: self.state.step }),
            Held::Baking | Held::Promoted => {}
        }
        Ok(())
    }

    pub(super) fn skip(&mut self, actor: &str, step: usize, reason: &str, cost: &str) -> Heard {
        words([actor, reason, cost])?;
        let baking = self.state.stage == Stage::Baking && step == self.state.step;
        if !self.plan.holds(Guard::SkipsBaking, baking) {
            return Err(Refusal::NotNow);
        }
        if !self.plan.holds(Guard::SkipsNotLast, self.state.step < self.plan.last()) {
            return Err(Refusal::LastStep);
        }
        self.may_move_to(step.saturating_add(1))?;
        self.next(Reason::Skipped, &Said { actor, note: reason, cost, gate: "" });
        Ok(())
    }

    pub(super) fn promote(&mut self, actor: &str, reason: &str) -> Heard {
        words([actor])?;
        let step = self.state.step;
        if !matches!(self.state.stage, Stage::Baking | Stage::AwaitingApproval) || step >= self.plan.last() {
            return Err(Refusal::NotNow);
        }
        if !self.passes() {
            return Err(Refusal::GatesNotPassed);
        }
        // Phases follow each other: what lies between them is a move of its own.
        let by_phase = self.step().is_some_and(|step| matches!(step.to, Target::Phase(_)));
        if by_phase && step.saturating_add(1) < self.plan.last() {
            return Err(Refusal::NotNow);
        }
        self.may_move_to(self.plan.last())?;
        self.progress(self.plan.last(), Reason::Promoted, &Said::by(actor, reason));
        Ok(())
    }

    pub(super) fn complete_by(&mut self, actor: &str) -> Heard {
        words([actor])?;
        if self.state.stage != Stage::Promoted {
            return Err(Refusal::NotNow);
        }
        if !self.passes() {
            return Err(Refusal::GatesNotPassed);
        }
        if !self.may_complete() {
            return Err(Refusal::GuardsMissing);
        }
        self.complete(Reason::Asked, &Said::by(actor, ""));
        Ok(())
    }

    pub(super) fn abort(&mut self, actor: &str, reason: &str) -> Heard {
        self.down(Reason::Aborted, &Said::by(actor, reason))
    }

    /// Step by step waits for what data has to wait for; at once does not.
    pub(super) fn roll_back_by(&mut self, mode: Mode, actor: &str, reason: &str) -> Heard {
        words([actor, reason])?;
        let said = Said::by(actor, reason);
        if mode == Mode::Immediate {
            return self.down(Reason::Asked, &said);
        }
        if !self.state.stage.is_active() || self.state.stage.rolls_back() || !self.state.reaches_somebody() {
            return Err(Refusal::NotNow);
        }
        self.roll_back(mode, Reason::Asked, &said);
        Ok(())
    }

    /// Nobody goes on without what data has to wait for, whatever they accept.
    fn may_move_to(&self, step: usize) -> Heard {
        if self.guarded(step) { Ok(()) } else { Err(Refusal::GuardsMissing) }
    }

    pub(super) fn emergency(&mut self, on: bool, actor: &str) -> Heard {
        if self.state.emergency == on {
            return Err(Refusal::Repeated);
        }
        self.state.emergency = on;
        if on {
            // Where there is nothing to take back, it is noted all the same: nothing starts.
            let _ = self.down(Reason::Emergency, &Said::by(actor, ""));
        }
        Ok(())
    }

    /// Nobody is to be left on the new side.
    fn down(&mut self, reason: Reason, said: &Said<'_>) -> Heard {
        match self.state.stage {
            Stage::RollingBack { mode: Mode::Immediate, .. } | Stage::RolledBack | Stage::Completed => {
                return Err(Refusal::NotNow);
            }
            // A migration that was sent back to where it came from may not have arrived there.
            stage if self.state.reaches_somebody() || stage.rolls_back() => {
                self.roll_back(Mode::Immediate, reason, said);
            }
            Stage::Draft | Stage::Superseded if reason == Reason::Emergency => {}
            _ => self.go(Stage::RolledBack, reason, said),
        }
        Ok(())
    }
}

/// What has to be said with it.
fn words<const N: usize>(words: [&str; N]) -> Heard {
    if words.iter().any(|word| word.trim().is_empty()) { Err(Refusal::WordMissing) } else { Ok(()) }
}
