//! The way back.

use super::{Run, Said};
use crate::WHOLE;
use crate::data::list;
use crate::effect::{Severity, Task};
use crate::plan::Guard;
use crate::record::Reason;
use crate::spec::percent;
use crate::state::{Mode, Stage};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl Run<'_> {
    /// The plan goes back. One that goes back already may only go faster.
    pub(super) fn roll_back(&mut self, mode: Mode, reason: Reason, said: &Said<'_>) {
        let failures = match self.state.stage {
            Stage::RollingBack { mode: now, .. } if now == Mode::Immediate || mode == Mode::Progressive => {
                return;
            }
            Stage::RollingBack { failures, .. } => failures,
            Stage::RolledBack | Stage::Completed => return,
            _ => 0,
        };
        let (share, segments) = match mode {
            Mode::Immediate => (0, Vec::new()),
            Mode::Progressive => self.below(),
        };
        let mode = self.mode_to(mode, share, &segments);
        // Going back waits for no clock that ran ahead.
        self.state.now = self.told;
        self.go(Stage::RollingBack { mode, failures }, reason, said);
        let way = if mode == Mode::Immediate { "at once" } else { "step by step" };
        let flag = self.plan.spec().moved();
        self.notify(Severity::Critical, format!("`{flag}` goes back {way}: {}", because(reason, said)));
        match mode {
            Mode::Immediate => self.ask_nobody(),
            // Data that moves back waits as data that moves forward does; it is looked at again from now on.
            Mode::Progressive if self.guarded(self.leaves()) => self.ask(share, segments),
            Mode::Progressive => self.watch_guards(),
        }
    }

    /// A gate still fails at a step of the rollback: the next one, or, as it keeps failing, nobody.
    pub(super) fn still_failing(&mut self, failures: u32, said: &Said<'_>) {
        if failures >= self.plan.spec().rollback.failures {
            self.roll_back(Mode::Immediate, Reason::Escalated, said);
        } else if !self.guarded(self.leaves()) {
            let stage = Stage::RollingBack { mode: Mode::Progressive, failures };
            self.go(stage, Reason::StillFailing, said);
        } else {
            self.step_down(failures, Reason::StillFailing, said);
        }
    }

    /// The next step of a rollback, or its end.
    pub(super) fn step_down(&mut self, failures: u32, reason: Reason, said: &Said<'_>) {
        if !self.state.reaches_somebody() {
            return self.nobody_left();
        }
        let (share, segments) = self.below();
        let mode = self.mode_to(Mode::Progressive, share, &segments);
        self.go(Stage::RollingBack { mode, failures }, reason, said);
        self.ask(share, segments);
    }

    /// Going to nobody is going at once, for a flag. A migration that goes there step by step still waits for its guards.
    fn mode_to(&self, mode: Mode, share: u32, segments: &[String]) -> Mode {
        let nobody = share == 0 && segments.is_empty();
        if nobody && self.plan.spec().migration.is_none() { Mode::Immediate } else { mode }
    }

    pub(super) fn nobody_left(&mut self) {
        self.drop_owed(|task| {
            task.moves()
                || matches!(
                    task,
                    Task::AwaitAck { .. } | Task::AwaitGuards { .. } | Task::RequestApproval { .. }
                )
        });
        self.go(Stage::RolledBack, Reason::NobodyLeft, &Said::default());
        let flag = self.plan.spec().moved();
        self.notify(Severity::Info, format!("`{flag}` is back: nobody is on the new side"));
    }

    /// Not everybody came down in time: at once, and again, and somebody has to come.
    pub(super) fn overdue(&mut self, mode: Mode) {
        if mode == Mode::Progressive {
            let missing = self.missing(self.leaves());
            let note = list(&missing);
            let note = if self.state.acknowledged { &note } else { "not acknowledged in time" };
            return self.roll_back(Mode::Immediate, Reason::Escalated, &Said::by("", note));
        }
        self.record(self.state.stage, Reason::Escalated, &Said::by("", "not acknowledged in time"));
        self.state.since = self.state.now;
        self.remind(|owed| owed.task.moves() || matches!(owed.task, Task::AwaitAck { .. }));
        let flag = self.plan.spec().moved();
        self.notify(
            Severity::Critical,
            format!("not every node has acknowledged that nobody is on the new side of `{flag}`"),
        );
    }

    /// Whom the next step of a rollback reaches.
    fn below(&self) -> (u32, Vec<String>) {
        let state = &self.state;
        if self.plan.holds(Guard::Falls, false) {
            return (WHOLE, state.segments.clone());
        }
        self.plan.below(state.step, state.millionths, &state.segments)
    }
}

fn because(reason: Reason, said: &Said<'_>) -> String {
    let about = if said.gate.is_empty() { said.note } else { said.gate };
    let text = match reason {
        Reason::GateFailed => "a gate failed",
        Reason::Trigger => "a trigger fired",
        Reason::Asked => "somebody asked",
        Reason::Aborted => "it was called off",
        Reason::Emergency => "there is an emergency",
        Reason::PlanChanged => "the plan changed while it went back",
        _ => "going back step by step did not help, or took too long",
    };
    if about.is_empty() { text.into() } else { format!("{text} ({about})") }
}

/// The share that a message names.
pub(super) fn share(millionths: u32) -> String {
    percent(millionths)
}
