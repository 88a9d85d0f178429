//! What time and conditions do, once an event was heard.

use super::{Run, Said};
use crate::data::list;
use crate::effect::{Effect, OpenIncident, Plain, Severity, Task};
use crate::plan::Guard;
use crate::record::Reason;
use crate::spec::Action;
use crate::state::{Mode, Stage};
use crate::{Millis, Verdict, between, later};
use alloc::format;
use alloc::string::String;

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
            Stage::Scheduled if self.may_begin() => self.begin(Reason::TimeCame, &Said::default()),
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
                let passes = self.passes();
                let missing = self.missing(self.state.step.saturating_add(1));
                let ready = baked && passes && (missing.is_empty() || step.approval);
                if self.opens().is_some() {
                    // Nobody is there, so nothing begins, and no window ends.
                } else if ready && step.approval {
                    self.await_approval(Reason::GatesPassed);
                } else if ready {
                    self.next(Reason::GatesPassed, &Said::default());
                } else if passed >= step.max_window_ms && passed > 0 {
                    let waits = baked && passes;
                    let why = if waits { Reason::GuardsMissing } else { unknown(self.worst()) };
                    let note = if waits { list(&missing) } else { String::new() };
                    self.pause(why, &Said::by("", &note));
                }
            }
            Stage::Promoted => {
                let watched = spec.complete_after_ms.is_some_and(|ms| self.state.baked_ms >= ms);
                if watched && self.passes() && self.opens().is_none() && self.may_complete() {
                    self.complete(Reason::Watched, &Said::default());
                }
            }
            Stage::RollingBack { mode, failures } => self.go_back(mode, failures, passed),
            _ => {}
        }
    }

    /// Whether the time of a plan has come, and nothing holds it.
    fn may_begin(&self) -> bool {
        let (start, now) = (self.plan.spec().start, self.state.now);
        let due = !self.state.emergency && start.is_none_or(|start| start <= now);
        due && self.opens().is_none() && self.guarded(self.first_step())
    }

    fn go_back(&mut self, mode: Mode, failures: u32, passed: u64) {
        let rollback = &self.plan.spec().rollback;
        if !self.state.acknowledged {
            if passed >= rollback.ack_within_ms {
                self.overdue(mode);
            }
        } else if !self.state.reaches_somebody() {
            self.nobody_left();
        } else if passed >= rollback.every_ms && self.guarded(self.leaves()) {
            self.step_down(failures, Reason::StepHeld, &Said::default());
        } else if passed >= rollback.every_ms.saturating_add(rollback.ack_within_ms) {
            self.overdue(mode);
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
                    Action::OpenIncident { policy, severity } => self.open_incident(index, policy, severity),
                    Action::Notify => self.notify(Severity::Warning, format!("{} fires", trigger.name)),
                }
            }
        }
    }

    /// An incident of a trigger that fires: what the policy is to be told, whole.
    fn open_incident(&mut self, index: usize, policy: &str, severity: &str) {
        let name =
            self.plan.spec().triggers.get(index).map(|trigger| trigger.name.as_str()).unwrap_or_default();
        let moved = self.plan.spec().moved();
        let since = self.state.triggers.get(index).and_then(|watch| watch.since).unwrap_or(self.told);
        let event = OpenIncident {
            id: format!("{moved}/{}", self.state.next_effect),
            title: format!("{name}, in the rollout of {moved}"),
            severity: severity.into(),
            trigger: name.into(),
            began_at: since,
            now: self.told,
        };
        self.owe(Task::OpenIncident { policy: policy.into(), trigger: index, event });
    }

    /// When the hours of the plan begin; none where they have begun, or there are none.
    pub(super) fn opens(&self) -> Option<Millis> {
        let (hours, zone, now) = (self.plan.spec().hours.as_ref()?, &self.plan.offsets, self.state.now);
        let within = self.plan.holds(Guard::Hours, hours.contain(zone, now));
        (!within).then(|| hours.opens_after(zone, now))
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
        let opens = self.opens();
        let staged = match state.stage {
            Stage::Scheduled => spec.start.filter(|start| *start > state.now).or(opens),
            Stage::Progressing => Some(later(state.since, spec.ack_within_ms)),
            Stage::Baking => {
                let end = later(state.since, step.max_window_ms);
                baked(step.bake_ms).or(Some(opens.unwrap_or(end)))
            }
            Stage::Promoted => spec.complete_after_ms.and_then(|ms| baked(ms).or(opens)),
            Stage::RollingBack { .. } => {
                let rollback = &spec.rollback;
                let held = if state.now >= later(state.since, rollback.every_ms) {
                    rollback.every_ms.saturating_add(rollback.ack_within_ms)
                } else {
                    rollback.every_ms
                };
                let wait = if state.acknowledged { held } else { rollback.ack_within_ms };
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
