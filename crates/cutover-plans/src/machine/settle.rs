//! What time and conditions do, once an event was heard.

use super::{Run, Said};
use crate::effect::{Effect, Plain, Severity, Task};
use crate::plan::Guard;
use crate::record::Reason;
use crate::spec::Action;
use crate::state::{Mode, Stage};
use crate::{Millis, Verdict, between, later};
use alloc::format;

/// More moves than one event can make, so that a state that makes no sense moves no further.
const MOVES: usize = 8;

impl Run<'_> {
    pub(super) fn settle(&mut self) {
        self.act_on_triggers();
        for _ in 0..MOVES {
            let before = self.state.revision;
            self.move_on();
            if self.state.revision == before {
                break;
            }
        }
        self.retry();
    }

    fn move_on(&mut self) {
        let spec = self.plan.spec();
        let (now, since) = (self.state.now, self.state.since);
        let passed = between(since, now);
        let Some(step) = self.step() else { return };
        match self.state.stage {
            Stage::Scheduled if !self.state.emergency && spec.start.is_none_or(|start| start <= now) => {
                self.begin(Reason::TimeCame, &Said::default());
            }
            Stage::Progressing => {
                let ready = self.state.acknowledged && (self.state.capacity || !step.capacity);
                if self.plan.holds(Guard::Acknowledged, ready) {
                    self.bake();
                } else if passed >= spec.ack_within_ms {
                    self.pause(Reason::NotAcknowledged, &Said::default());
                }
            }
            Stage::Baking => {
                let baked = self.plan.holds(Guard::Baked, self.state.baked_ms >= step.bake_ms);
                if baked && self.passes() {
                    if step.approval {
                        self.await_approval(Reason::GatesPassed);
                    } else {
                        self.next(Reason::GatesPassed, &Said::default());
                    }
                } else if passed >= step.max_window_ms && passed > 0 {
                    self.pause(unknown(self.worst()), &Said::default());
                }
            }
            Stage::Promoted => {
                let watched = spec.complete_after_ms.is_some_and(|ms| self.state.baked_ms >= ms);
                if watched && self.passes() {
                    self.complete(Reason::Watched, &Said::default());
                }
            }
            Stage::RollingBack { mode, failures } => self.go_back(mode, failures, passed),
            _ => {}
        }
    }

    fn go_back(&mut self, mode: Mode, failures: u32, passed: u64) {
        let rollback = &self.plan.spec().rollback;
        if !self.state.acknowledged {
            if passed >= rollback.ack_within_ms {
                self.overdue(mode);
            }
        } else if !self.state.reaches_somebody() {
            self.nobody_left();
        } else if passed >= rollback.every_ms {
            self.step_down(failures, Reason::StepHeld, &Said::default());
        }
    }

    fn act_on_triggers(&mut self) {
        if !self.state.stage.is_active() {
            return;
        }
        for (index, trigger) in self.plan.spec().triggers.iter().enumerate() {
            let told = self.told;
            let Some(watch) = self.state.triggers.get_mut(index) else { return };
            let due =
                watch.since.is_some_and(|since| told >= since && between(since, told) >= trigger.for_ms);
            if !due || !self.plan.holds(Guard::ActsOnce, !watch.acted) {
                continue;
            }
            watch.acted = true;
            let said = Said::by("", &trigger.name);
            for action in &trigger.actions {
                match action {
                    Action::RollbackImmediate => self.roll_back(Mode::Immediate, Reason::Trigger, &said),
                    Action::RollbackProgressive => self.roll_back(Mode::Progressive, Reason::Trigger, &said),
                    Action::Pause => self.pause(Reason::Trigger, &said),
                    Action::SetFlag(flag) => self.owe(Task::SetFlag { flag: flag.clone(), trigger: index }),
                    Action::Investigate => self.owe(Task::Investigate { trigger: index }),
                    Action::Notify => self.notify(Severity::Warning, format!("{} fires", trigger.name)),
                }
            }
        }
    }

    /// Asks to be told the time when something may be due, unless it has asked for a time before that.
    pub(super) fn ask_to_be_woken(&mut self) {
        let Some(at) = self.due() else {
            self.state.wake = None;
            return;
        };
        if self.state.wake.is_some_and(|wake| wake > self.told && wake <= at) {
            return;
        }
        self.state.wake = Some(at);
        self.effects.push(Effect::Plain(Plain::WakeAt { at }));
    }

    /// The next time at which something may be due.
    fn due(&self) -> Option<Millis> {
        let (state, spec) = (&self.state, self.plan.spec());
        let step = self.step()?;
        let baked = |ms: u64| {
            let left = ms.saturating_sub(state.baked_ms);
            // A longer gap is not counted.
            (left > 0).then(|| later(state.now, left.min(spec.fresh_ms)))
        };
        let staged = match state.stage {
            Stage::Scheduled => spec.start,
            Stage::Progressing => Some(later(state.since, spec.ack_within_ms)),
            Stage::Baking => baked(step.bake_ms).or(Some(later(state.since, step.max_window_ms))),
            Stage::Promoted => spec.complete_after_ms.and_then(baked),
            Stage::RollingBack { .. } => {
                let rollback = &spec.rollback;
                let wait = if state.acknowledged { rollback.every_ms } else { rollback.ack_within_ms };
                Some(later(state.since, wait))
            }
            _ => None,
        };
        let firing = |(watch, trigger): (&crate::Watch, &crate::Trigger)| {
            watch.since.filter(|_| !watch.acted).map(|since| later(since, trigger.for_ms))
        };
        let triggers = state.triggers.iter().zip(&spec.triggers).filter_map(firing);
        let active = state.stage.is_active();
        let retries = state.owed.iter().filter_map(|owed| owed.retry_at);
        staged.into_iter().chain(triggers.filter(|_| active)).chain(retries).min()
    }
}

/// Why a window that ends without a pass holds the plan. A pass that was not watched long enough is as good as stale.
const fn unknown(worst: Option<Verdict>) -> Reason {
    match worst {
        Some(Verdict::NoData) => Reason::NoData,
        Some(Verdict::Inconclusive) => Reason::Inconclusive,
        Some(Verdict::Error) => Reason::GateError,
        Some(Verdict::Fail) => Reason::GateFailed,
        Some(Verdict::Pass | Verdict::Stale) | None => Reason::Stale,
    }
}
