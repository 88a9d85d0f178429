//! The way forward.

use super::back::share;
use super::{Run, Said};
use crate::WHOLE;
use crate::effect::{Severity, Task};
use crate::record::Reason;
use crate::spec::Target;
use crate::state::{Held, Mode, Stage, Watch};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl Run<'_> {
    /// The first step that takes nobody back: the first one, unless a plan before this one has reached somebody.
    pub(crate) fn first_step(&self) -> usize {
        let reached = |step: usize| {
            let (share, segments) = self.plan.audience(step);
            share >= self.state.millionths && self.state.segments.iter().all(|name| segments.contains(name))
        };
        (0..=self.plan.last()).find(|step| reached(*step)).unwrap_or(self.plan.last())
    }

    /// Somebody starts it, or its time has come.
    pub(super) fn begin(&mut self, reason: Reason, said: &Said<'_>) {
        let step = self.first_step();
        // What fired before is to act again.
        for watch in &mut self.state.triggers {
            *watch = Watch { acted: false, ..*watch };
        }
        self.progress(step, reason, said);
    }

    /// A step is asked for. Nobody who was reached is left out by it.
    pub(super) fn progress(&mut self, step: usize, reason: Reason, said: &Said<'_>) {
        let (millionths, names) = self.plan.audience(step);
        let mut segments = self.state.segments.clone();
        segments.extend(
            names.into_iter().filter(|name| !self.state.segments.contains(name)).collect::<Vec<String>>(),
        );
        self.state.baked_ms = 0;
        self.go(Stage::Progressing, reason, said);
        self.state.step = step;
        self.ask(millionths.max(self.state.millionths), segments);
    }

    /// Every node has acknowledged: from now on the step is watched. What gates said before was about something else.
    pub(super) fn bake(&mut self) {
        self.state.baked_ms = 0;
        self.go(Stage::Baking, Reason::Acknowledged, &Said::default());
        self.state.window = self.state.now;
    }

    /// A step has passed.
    pub(super) fn next(&mut self, reason: Reason, said: &Said<'_>) {
        if self.state.step < self.plan.last() {
            return self.progress(self.state.step + 1, reason, said);
        }
        self.drop_owed(|task| matches!(task, Task::RequestApproval { .. }));
        self.state.baked_ms = 0;
        self.go(Stage::Promoted, reason, said);
        let (flag, share) = (self.plan.spec().moved(), share(self.state.millionths));
        self.notify(Severity::Info, format!("`{flag}` is promoted at {share}"));
    }

    /// A step has passed, and somebody has to approve.
    pub(super) fn await_approval(&mut self, reason: Reason) {
        self.go(Stage::AwaitingApproval, reason, &Said::default());
        self.owe(Task::RequestApproval { step: self.state.step });
    }

    /// Whether completing the plan moves those who were held back.
    fn releases(&self) -> bool {
        let full = self.plan.spec().steps.iter().any(|step| step.to == Target::Share(WHOLE));
        full && self.state.millionths < WHOLE
    }

    /// Whether what completing the plan moves may move.
    pub(crate) fn may_complete(&self) -> bool {
        !self.releases() || self.guarded(self.plan.last())
    }

    /// All is on the new side: the holdback is released.
    pub(super) fn complete(&mut self, reason: Reason, said: &Said<'_>) {
        let releases = self.releases();
        self.go(Stage::Completed, reason, said);
        if releases {
            let segments = self.state.segments.clone();
            self.ask(WHOLE, segments);
        }
        self.drop_owed(|task| {
            matches!(task, Task::AwaitAck { .. } | Task::AwaitGuards { .. } | Task::RequestApproval { .. })
        });
        let flag = self.plan.spec().moved();
        self.notify(Severity::Info, format!("the rollout of `{flag}` is completed"));
    }

    /// It is held where it is; gates and triggers go on.
    pub(super) fn pause(&mut self, why: Reason, said: &Said<'_>) {
        let held = match self.state.stage {
            Stage::Progressing => Held::Progressing,
            Stage::Baking => Held::Baking,
            Stage::AwaitingApproval => Held::AwaitingApproval,
            Stage::Promoted => Held::Promoted,
            _ => return,
        };
        self.drop_owed(|task| matches!(task, Task::RequestApproval { .. }));
        self.go(Stage::Paused { why, held }, why, said);
        if why != Reason::Asked {
            let (flag, share) = (self.plan.spec().moved(), share(self.state.millionths));
            self.notify(Severity::Warning, format!("`{flag}` is paused at {share}: {}", sentence(why)));
        }
    }

    /// The plan changed on the way. Whoever was reached still is, and somebody starts the new plan; a rollback goes on.
    pub(super) fn supersede(&mut self) {
        let digest = String::from(self.plan.digest());
        let before = core::mem::replace(&mut self.state.plan, digest);
        match self.state.stage {
            Stage::RollingBack { mode, .. } => {
                // Other steps lie on the way now; a migration goes over them all the same, for at once is its emergency.
                let mode = if self.plan.spec().migration.is_some() { mode } else { Mode::Immediate };
                self.state.stage = Stage::Superseded;
                self.roll_back(mode, Reason::PlanChanged, &Said::default());
            }
            stage if stage.is_active() => {
                self.go(
                    Stage::Superseded,
                    Reason::PlanChanged,
                    &Said::by("", &format!("the plan was {before}")),
                );
                self.state.gates.clear();
                self.state.triggers.fill(Watch::default());
                self.drop_owed(|task| {
                    matches!(
                        task,
                        Task::AwaitAck { .. } | Task::AwaitGuards { .. } | Task::RequestApproval { .. }
                    )
                });
                let (flag, share) = (self.plan.spec().moved(), share(self.state.millionths));
                self.notify(
                    Severity::Warning,
                    format!("the plan of `{flag}` changed: it stays at {share} until the new one is started"),
                );
            }
            _ => self.state.triggers.fill(Watch::default()),
        }
    }
}

const fn sentence(why: Reason) -> &'static str {
    match why {
        Reason::NoData => "nothing was measured within the window",
        Reason::Inconclusive => "too little was measured within the window",
        Reason::Stale => "what was measured is too old",
        Reason::GateError => "a gate cannot be judged",
        Reason::Srm => "the arms are not of the sizes that they should be, so no other verdict counts",
        Reason::GuardsMissing => "a data guard of the next step does not hold",
        Reason::NotAcknowledged => "not every node acknowledged in time",
        Reason::EffectFailed => "the flag cannot be moved",
        Reason::GateFailed => "a gate failed",
        _ => "a trigger fired",
    }
}
