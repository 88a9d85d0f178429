//! What the host owes: asked for once, remembered until it is done, asked for again where it failed.

use super::{Heard, Run, Said};
use crate::effect::{Effect, Owed, Refusal, Severity, Task};
use crate::later;
use crate::plan::Guard;
use crate::record::Reason;
use crate::spec::{Target, percent};
use crate::state::{Mode, Stage};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// After how many failures an effect is no longer hoped for.
const HOPELESS: u32 = 5;
/// How long a failed effect waits: this, twice this, and so on up to 32 times.
const RETRY_MS: u64 = 10_000;

impl Run<'_> {
    pub(super) fn owe(&mut self, task: Task) {
        let id = self.state.next_effect;
        self.state.next_effect = id.saturating_add(1);
        let owed = Owed { id, failed: 0, retry_at: None, task };
        self.state.owed.push(owed.clone());
        self.effects.push(Effect::Owed(owed));
    }

    pub(super) fn notify(&mut self, severity: Severity, message: String) {
        self.owe(Task::Notify { severity, message });
    }

    /// Forgets what has lost its meaning.
    pub(super) fn drop_owed(&mut self, gone: impl Fn(&Task) -> bool) {
        self.state.owed.retain(|owed| !gone(&owed.task));
    }

    /// Asks again for what is owed.
    pub(super) fn remind(&mut self, which: impl Fn(&Owed) -> bool) {
        for owed in self.state.owed.iter_mut().filter(|owed| which(owed)) {
            owed.retry_at = None;
            self.effects.push(Effect::Owed(owed.clone()));
        }
    }

    /// Another share or other segments: the flag or the migration is moved, and nodes acknowledge.
    pub(super) fn ask(&mut self, millionths: u32, segments: Vec<String>) {
        self.ask_for(millionths, segments, false);
    }

    /// Nobody is to be left at once. A migration does not jump there: its emergency is switched on.
    pub(super) fn ask_nobody(&mut self) {
        let jumps = self.plan.spec().migration.is_some();
        self.ask_for(0, Vec::new(), jumps);
    }

    fn ask_for(&mut self, millionths: u32, segments: Vec<String>, emergency: bool) {
        self.drop_owed(|task| {
            let waits = matches!(
                task,
                Task::AwaitAck { .. } | Task::AwaitGuards { .. } | Task::RequestApproval { .. }
            );
            task.moves() || waits
        });
        self.forget_data();
        let state = &mut self.state;
        state.epoch = state.epoch.saturating_add(1);
        (state.acknowledged, state.capacity) = (false, false);
        (state.millionths, state.segments) = (millionths, segments.clone());
        let epoch = state.epoch;
        let task = self.boundary(millionths, segments, emergency, epoch);
        self.owe(task);
        let capacity = !self.state.stage.rolls_back() && self.step().is_some_and(|step| step.capacity);
        self.owe(Task::AwaitAck { epoch, capacity });
    }

    /// What moves the flag or the migration.
    fn boundary(&self, millionths: u32, segments: Vec<String>, emergency: bool, epoch: u64) -> Task {
        let spec = self.plan.spec();
        let Some(migration) = spec.migration.clone() else {
            return Task::SetPercentage { flag: spec.flag.clone(), millionths, segments, epoch };
        };
        let phases = || {
            spec.steps.iter().filter_map(|step| match &step.to {
                Target::Phase(name) => Some(name),
                _ => None,
            })
        };
        let calm = !emergency;
        // Where there is no phase before the first one, there is nothing to go back to but the emergency.
        let phase = phases().rfind(|name| segments.contains(name)).or(spec.from.as_ref()).cloned();
        let by_phase = phases().next().is_some();
        Task::SetMigration {
            migration,
            emergency: emergency || (by_phase && phase.is_none()),
            phase: phase.filter(|_| by_phase && calm),
            millionths: (!by_phase && calm).then_some(millionths),
            epoch,
        }
    }

    pub(super) fn done(&mut self, id: u64) -> Heard {
        let before = self.state.owed.len();
        if self.plan.holds(Guard::Settled, false) {
            return Ok(());
        }
        self.state.owed.retain(|owed| owed.id != id);
        let known = self.state.owed.len() < before;
        if known { Ok(()) } else { Err(Refusal::UnknownEffect) }
    }

    pub(super) fn failed(&mut self, id: u64, before: Option<u32>, message: &str) -> Heard {
        let now = self.state.now;
        let owed = self.state.owed.iter_mut().find(|owed| owed.id == id).ok_or(Refusal::UnknownEffect)?;
        if owed.retry_at.is_some() || before.is_some_and(|before| before != owed.failed) {
            return Err(Refusal::Repeated);
        }
        owed.failed = owed.failed.saturating_add(1);
        owed.retry_at = Some(later(now, RETRY_MS << owed.failed.saturating_sub(1).min(5)));
        let (failed, is_boundary) = (owed.failed, owed.task.moves());
        let note = format!("effect {id}: {message}");
        match self.state.stage {
            Stage::RollingBack { mode, .. } if is_boundary => {
                if mode == Mode::Progressive && failed >= HOPELESS {
                    self.roll_back(Mode::Immediate, Reason::Escalated, &Said::by("", &note));
                } else if failed % HOPELESS == 0 {
                    let share = percent(self.state.millionths);
                    self.notify(
                        Severity::Critical,
                        format!("the rollback to {share} cannot be performed: {message}"),
                    );
                }
            }
            _ if failed < HOPELESS => {}
            _ if is_boundary => self.pause(Reason::EffectFailed, &Said::by("", &note)),
            _ => {
                let is_notice = self
                    .state
                    .owed
                    .iter()
                    .any(|owed| owed.id == id && matches!(owed.task, Task::Notify { .. }));
                self.state.owed.retain(|owed| owed.id != id);
                self.record(self.state.stage, Reason::EffectFailed, &Said::by("", &note));
                if !is_notice {
                    self.notify(Severity::Critical, format!("given up: {note}"));
                }
            }
        }
        Ok(())
    }

    /// Asks again for what has waited long enough since it failed.
    pub(super) fn retry(&mut self) {
        let now = self.state.now;
        self.remind(|owed| owed.retry_at.is_some_and(|at| at <= now));
    }
}
