//! What is heard of nodes, gates and triggers.

use super::{Heard, Run, Said};
use crate::effect::{Refusal, Task};
use crate::plan::Guard;
use crate::record::Reason;
use crate::spec::OnFail;
use crate::state::{Judged, Mode, Stage};
use crate::{Verdict, between};
use alloc::string::String;

impl Run<'_> {
    pub(super) fn nodes(&mut self, names: &[String]) -> Heard {
        let known = &mut self.state.nodes;
        let before = known.len();
        known.retain(|name, _| names.contains(name));
        let mut changed = known.len() != before;
        for name in names {
            if !known.contains_key(name) {
                known.insert(name.clone(), 0);
                changed = true;
            }
        }
        self.count_nodes();
        if changed { Ok(()) } else { Err(Refusal::Repeated) }
    }

    pub(super) fn ack(&mut self, epoch: u64, node: Option<&str>) -> Heard {
        // A node may be behind; nobody can be ahead.
        if epoch == 0 || epoch > self.state.epoch || (node.is_none() && epoch < self.state.epoch) {
            return Err(Refusal::OtherEpoch);
        }
        let before = self.state.acknowledged;
        match node {
            None => self.acknowledge(),
            Some(node) => {
                let known = self.state.nodes.get(node).copied();
                if known.is_some_and(|known| known >= epoch) {
                    return Err(Refusal::Repeated);
                }
                self.state.nodes.insert(node.into(), epoch);
                self.count_nodes();
                return Ok(());
            }
        }
        if before { Err(Refusal::Repeated) } else { Ok(()) }
    }

    fn count_nodes(&mut self) {
        let state = &self.state;
        if !state.nodes.is_empty() && state.nodes.values().all(|epoch| *epoch >= state.epoch) {
            self.acknowledge();
        }
    }

    /// Every node decides with the epoch, so the flag was moved, whether the host has said so or not.
    fn acknowledge(&mut self) {
        if self.state.acknowledged || self.state.epoch == 0 {
            return;
        }
        self.state.acknowledged = true;
        self.state.since = if self.state.stage.rolls_back() { self.state.now } else { self.state.since };
        let waits = !self.state.capacity;
        self.drop_owed(|task| match task {
            Task::AwaitAck { capacity, .. } => !(*capacity && waits),
            task => task.moves(),
        });
        self.watch_guards();
    }

    pub(super) fn capacity(&mut self, epoch: u64) -> Heard {
        if epoch == 0 || epoch != self.state.epoch {
            return Err(Refusal::OtherEpoch);
        }
        if self.state.capacity {
            return Err(Refusal::Repeated);
        }
        self.state.capacity = true;
        if self.state.acknowledged {
            self.drop_owed(|task| matches!(task, Task::AwaitAck { .. }));
        }
        Ok(())
    }

    pub(super) fn judged(&mut self, gate: &str, verdict: Verdict, srm: bool) -> Heard {
        let spec = self.plan.spec();
        let blocks = self.step().is_some_and(|step| step.gates.iter().any(|name| name == gate));
        let known = blocks
            || spec.dry_run.iter().any(|name| name == gate)
            || spec.steps.iter().any(|step| step.gates.iter().any(|name| name == gate));
        if !known {
            return Err(Refusal::UnknownGate);
        }
        if !self.state.stage.is_active() {
            return Err(Refusal::NotNow);
        }
        let at = self.told;
        let last = self.state.gates.get(gate).copied();
        // What is old does not replace what is newer; a failure counts whenever it is told.
        let repeated = |last: Judged| at < last.at || (at == last.at && verdict <= last.verdict);
        if last.is_some_and(repeated) && verdict != Verdict::Fail {
            return Err(Refusal::Repeated);
        }
        let errors = match verdict {
            Verdict::Error => last.map_or(0, |last| last.errors).saturating_add(1),
            _ => 0,
        };
        let judged = Judged { verdict, at, errors };
        match self.state.gates.get_mut(gate) {
            Some(last) => *last = judged,
            None => {
                self.state.gates.insert(gate.into(), judged);
            }
        }
        if blocks {
            let said = Said { gate, ..Said::default() };
            match verdict {
                Verdict::Fail if srm => self.pause(Reason::Srm, &said),
                Verdict::Fail => self.failing(at, &said),
                Verdict::Error if errors > spec.error_limit => self.pause(Reason::GateError, &said),
                _ => {}
            }
        }
        Ok(())
    }

    fn failing(&mut self, at: crate::Millis, said: &Said<'_>) {
        if let Stage::RollingBack { mode, failures } = self.state.stage {
            // What was measured before the nodes came down to this step says nothing about it.
            if mode == Mode::Progressive && self.state.acknowledged && at > self.state.since {
                self.still_failing(failures.saturating_add(1), said);
            }
            return;
        }
        if matches!(self.state.stage, Stage::Paused { .. }) && self.plan.holds(Guard::FailsAnywhere, false) {
            return;
        }
        match self.plan.spec().on_fail {
            OnFail::RollbackImmediate => self.roll_back(Mode::Immediate, Reason::GateFailed, said),
            OnFail::RollbackProgressive => self.roll_back(Mode::Progressive, Reason::GateFailed, said),
            OnFail::Pause => self.pause(Reason::GateFailed, said),
        }
    }

    pub(super) fn trigger(&mut self, index: usize, firing: bool) -> Heard {
        let told = self.told;
        let watch = self.state.triggers.get_mut(index).ok_or(Refusal::UnknownTrigger)?;
        let before = *watch;
        match (firing, watch.since) {
            (true, None) => watch.since = Some(told),
            (true, Some(since)) if !watch.acted => watch.since = Some(since.min(told)),
            (true, Some(_)) => {}
            (false, _) => (watch.since, watch.acted) = (None, false),
        }
        if *watch == before { Err(Refusal::Repeated) } else { Ok(()) }
    }

    /// The worst verdict of the gates that block the step; none where no gate does. A gate of which nothing was heard in
    /// this window has no data, and what passed too long ago is stale.
    pub(super) fn worst(&self) -> Option<Verdict> {
        let (state, fresh) = (&self.state, self.plan.spec().fresh_ms);
        Verdict::worst(self.step()?.gates.iter().map(|gate| match state.gates.get(gate) {
            None if self.plan.holds(Guard::GatesPass, false) => Verdict::Pass,
            None => Verdict::NoData,
            Some(judged) => {
                let passes = self.plan.holds(Guard::GatesPass, judged.verdict == Verdict::Pass);
                let recent = judged.at <= state.now && between(judged.at, state.now) <= fresh;
                // What was judged in the moment of the acknowledgement was measured before it.
                let in_window = judged.at > state.window;
                if !passes {
                    judged.verdict
                } else if self.plan.holds(Guard::Fresh, recent) && self.plan.holds(Guard::InWindow, in_window)
                {
                    Verdict::Pass
                } else {
                    Verdict::Stale
                }
            }
        }))
    }

    /// Whether every blocking gate passes.
    pub(super) fn passes(&self) -> bool {
        self.worst().is_none_or(|worst| worst == Verdict::Pass)
    }
}
