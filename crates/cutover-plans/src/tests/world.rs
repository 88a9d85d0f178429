//! A plan, and what really happened to it: what the machine believes is compared with that.

use super::std;
use crate::*;
use std::borrow::ToOwned as _;
use std::string::String;
use std::vec::Vec;
use std::{format, vec};

/// The unit of time of the exploration.
pub(super) const Q: i64 = 60_000;
/// Now, in every state that is compared with others.
const NOW: i64 = 1_000 * Q;
/// The epoch, in every such state.
const EPOCH: u64 = 10;

/// What really happened, told apart from the machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Truth {
    /// What the gate really said last about what is served now, and how long ago.
    verdict: Option<(Verdict, u8)>,
    /// How long the step was really watched.
    baked: u8,
    /// Whether all nodes really serve what was asked for.
    acked: bool,
    /// For how long the trigger has really been firing, and whether the flag that it sets was asked for.
    firing: Option<u8>,
    set: bool,
    /// What is true of the data since all nodes serve what was asked for.
    data: super::data::Told,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct World {
    pub(super) state: State,
    pub(super) truth: Truth,
}

/// Ages beyond this are as good as this.
pub(super) const OLD: u8 = 3;

impl World {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut state = plan.draft();
        state.now = NOW;
        Self { state, truth: Truth::default() }
    }

    /// What can happen, with the time that it takes.
    pub(super) fn events(&self, plan: &Plan, verdicts: &[Verdict]) -> Vec<(bool, Event)> {
        let state = &self.state;
        let (actor, reason) = (String::from("a"), String::from("b"));
        let mut kinds = vec![
            Kind::Ack { epoch: state.epoch, node: None },
            Kind::Ack { epoch: state.epoch.saturating_sub(1), node: None },
            Kind::Restarted,
            Kind::Start { actor: actor.clone() },
            Kind::Approve { actor: actor.clone(), step: state.step, reason: reason.clone() },
            Kind::Pause { actor: actor.clone(), reason: reason.clone() },
            Kind::Resume { actor: actor.clone(), reason: reason.clone() },
            Kind::Skip {
                actor: actor.clone(),
                step: state.step,
                reason: reason.clone(),
                accepted_cost: reason.clone(),
            },
            Kind::Promote { actor: actor.clone(), reason: reason.clone() },
            Kind::Complete { actor: actor.clone() },
            Kind::Abort { actor: actor.clone(), reason },
            Kind::Emergency { on: !state.emergency, actor: actor.clone() },
        ];
        for mode in [Mode::Immediate, Mode::Progressive] {
            kinds.push(Kind::RollBack { mode, actor: actor.clone(), reason: "b".into() });
        }
        kinds.extend(super::data::events(plan, state));
        for verdict in verdicts {
            kinds.push(Kind::Judged { gate: "g".into(), verdict: *verdict, srm: false });
        }
        if !verdicts.is_empty() {
            kinds.push(Kind::Judged { gate: "g".into(), verdict: Verdict::Fail, srm: true });
        }
        for owed in &state.owed {
            kinds.push(Kind::Done { id: owed.id });
            kinds.push(Kind::Failed { id: owed.id, failed: Some(owed.failed), message: String::new() });
        }
        if !plan.spec().triggers.is_empty() {
            kinds.push(Kind::Trigger { index: 0, firing: state.triggers[0].since.is_none() });
        }
        let event = |kind: Kind| {
            let expect = matches!(kind, Kind::Start { .. }).then_some(state.revision);
            (false, Event { at: state.now, expect, kind })
        };
        let later = Event::new(state.now + Q, Kind::Tick);
        let mut events: Vec<(bool, Event)> = kinds.into_iter().map(event).chain([(false, later)]).collect();
        events.push((true, Event::new(state.now, Kind::Tick)));
        events
    }

    /// What becomes of the world, or what must not have happened. With `changed`, the plan is another one by now.
    pub(super) fn step(&self, plan: &Plan, changed: bool, event: &Event) -> Result<Self, String> {
        let mut before = self.state.clone();
        let mut truth = self.truth.clone();
        if changed {
            before.plan = "another".into();
            // Other triggers have other places: whoever measures tells anew.
            (truth.firing, truth.set) = (None, false);
        }
        let Advanced { state: after, effects } = plan.advance(before, event.clone());
        let mut data = truth.data.clone();
        data.hear(&self.state, event);
        super::data::check(plan, &data, &self.state, &after, &effects)?;
        truth.hear(&self.state, &after, event);
        self.check(plan, event, &after, &effects, &mut truth)?;
        twice(plan, event, &after)?;
        if !after.stage.is_active() {
            truth = Truth { firing: truth.firing, set: truth.set, data: truth.data, ..Truth::default() };
        }
        truth.baked = truth.baked.min(2);
        Ok(Self { state: canonical(plan, after), truth })
    }

    fn check(
        &self,
        plan: &Plan,
        event: &Event,
        after: &State,
        effects: &[Effect],
        truth: &mut Truth,
    ) -> Result<(), String> {
        let before = &self.state;
        let must = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
        let more = after.millionths > before.millionths || after.segments.len() > before.segments.len();
        let moved = before.stage != after.stage;
        let starts = matches!(event.kind, Kind::Start { .. });
        // What was true before the event: an event that moves a plan on also resets what is true of the next step.
        let mut truth_then = self.truth.clone();
        truth_then.time(before, &event.kind);
        let passes = truth_then.passes(plan, &event.kind);
        if moved && after.stage == Stage::Promoted && !matches!(before.stage, Stage::Paused { .. }) {
            must(passes, "promoted without a fresh pass of every blocking gate")?;
            must(truth_then.acked, "promoted what was not acknowledged")?;
        }
        if more {
            let held = matches!(before.stage, Stage::Paused { .. } | Stage::RollingBack { .. });
            must(!held, "reaches more while paused or going back")?;
            let first = matches!(
                before.stage,
                Stage::Draft | Stage::Scheduled | Stage::RolledBack | Stage::Superseded
            );
            if !first && !matches!(event.kind, Kind::Skip { .. }) {
                must(passes, "reaches more without a fresh pass of every blocking gate")?;
            }
            must(!first || starts, "begins by itself")?;
            if before.stage == Stage::Baking
                && !matches!(event.kind, Kind::Skip { .. } | Kind::Promote { .. })
            {
                must(
                    u64::from(truth_then.baked) * 60_000 >= plan.spec().steps[before.step].bake_ms,
                    "goes on before it was watched long enough",
                )?;
            }
        }
        if moved && after.stage == Stage::Baking && before.stage == Stage::Progressing {
            must(truth.acked, "is watched before it is acknowledged")?;
        }
        if moved && after.stage == Stage::Completed {
            must(
                before.stage == Stage::Promoted && passes,
                "completed without being promoted, or without a pass",
            )?;
        }
        if let (Kind::Skip { .. }, true) = (&event.kind, moved) {
            must(
                before.stage == Stage::Baking && after.stage == Stage::Progressing,
                "skips what is not watched, or the last step",
            )?;
        }
        if let (Kind::Judged { verdict: Verdict::Fail, srm: false, .. }, true) =
            (&event.kind, before.stage.is_active())
        {
            must(after.stage.rolls_back(), "a gate fails, and the plan does not go back")?;
        }
        if truth.firing.is_some_and(|firing| firing >= 1)
            && before.stage.is_active()
            && after.stage.is_active()
        {
            must(after.stage.rolls_back(), "a trigger fires, and the plan does not go back")?;
        }
        let sets = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Owed(Owed { task: Task::SetFlag { .. }, .. })))
            .count();
        if event.kind != Kind::Restarted {
            must(sets == 0 || (sets == 1 && !truth.set), "a trigger acts twice")?;
            truth.set |= sets > 0;
        }
        let asked =
            effects.iter().any(|effect| matches!(effect, Effect::Owed(Owed { task, .. }) if task.moves()));
        let other = (after.millionths, &after.segments) != (before.millionths, &before.segments);
        must(!other || (asked && after.epoch > before.epoch), "reaches others without asking for it")
    }
}

impl Truth {
    /// Time passes, and what was heard is so much older.
    fn time(&mut self, before: &State, kind: &Kind) {
        if *kind == Kind::Tick {
            if let Some((_, age)) = &mut self.verdict {
                *age = (*age + 1).min(OLD);
            }
            if before.stage == Stage::Baking {
                self.baked = (self.baked + 1).min(OLD);
            }
            self.firing = self.firing.map(|age| (age + 1).min(OLD));
        }
    }

    fn hear(&mut self, before: &State, after: &State, event: &Event) {
        let kind = &event.kind;
        // A plan that another one replaced is told at the same time.
        if *kind != Kind::Tick || after.now > before.now {
            self.time(before, kind);
        }
        self.data.hear(before, event);
        if after.epoch != before.epoch {
            self.data = super::data::Told::default();
        }
        match kind {
            Kind::Judged { verdict, srm, .. } if before.stage.is_active() => {
                let verdict = if *srm { Verdict::Fail } else { *verdict };
                let worse = self.verdict.is_none_or(|(last, age)| age > 0 || verdict > last);
                if worse {
                    self.verdict = Some((verdict, 0));
                }
            }
            Kind::Ack { epoch, .. } if *epoch == before.epoch && *epoch > 0 => self.acked = true,
            Kind::Trigger { firing, .. } => {
                self.firing = firing.then_some(0);
                self.set = false;
            }
            _ => {}
        }
        let begins = matches!(kind, Kind::Start { .. }) && after.stage != before.stage;
        self.set &= !begins;
        if after.epoch != before.epoch {
            (self.acked, self.baked, self.verdict) = (false, 0, None);
        }
        if before.stage == Stage::Progressing && after.stage == Stage::Baking {
            (self.baked, self.verdict) = (0, None);
        }
        if matches!((before.stage, kind), (Stage::Paused { .. }, Kind::Resume { .. })) {
            self.verdict = None;
        }
    }

    /// Whether the gate passes, and did so within the freshness of the small plans.
    fn passes(&self, plan: &Plan, kind: &Kind) -> bool {
        if plan.spec().steps[0].gates.is_empty() {
            return true;
        }
        let now = match (kind, self.verdict) {
            (Kind::Judged { verdict, .. }, None) => Some((*verdict, 0)),
            (Kind::Judged { verdict, .. }, Some((last, age))) if age > 0 || *verdict > last => {
                Some((*verdict, 0))
            }
            (_, last) => last,
        };
        matches!(now, Some((Verdict::Pass, age)) if age <= super::explore::FRESH)
    }
}

/// An event that is told twice is told once; what is owed is asked for again after a crash, and what is done is not.
fn twice(plan: &Plan, event: &Event, after: &State) -> Result<(), String> {
    let again = plan.advance(after.clone(), event.clone());
    let new = again.effects.iter().any(|effect| match effect {
        Effect::Owed(owed) => {
            event.kind != Kind::Restarted || !after.owed.iter().any(|known| known.id == owed.id)
        }
        Effect::Plain(Plain::Record(_)) => true,
        Effect::Plain(_) => false,
    });
    let same = |state: &State| State { wake: None, ..state.clone() };
    if new || same(&again.state) != same(after) {
        return Err(format!("told twice: {event:?} makes\n{after:?}\nand again {:?}", again.effects));
    }
    let restarted = plan.advance(after.clone(), Event::new(after.now, Kind::Restarted));
    let asked: Vec<u64> = restarted
        .effects
        .iter()
        .filter_map(|effect| if let Effect::Owed(owed) = effect { Some(owed.id) } else { None })
        .collect();
    let owed: Vec<u64> = restarted.state.owed.iter().map(|owed| owed.id).collect();
    if asked != owed {
        return Err(format!("owes {owed:?}, and after a crash asks for {asked:?}"));
    }
    match event.kind {
        Kind::Done { id } if owed.contains(&id) => Err("what is done is asked for again".into()),
        _ => Ok(()),
    }
}

/// What means nothing in a stage is the same in all states of it.
fn forget(state: &mut State, old: i64) {
    let waits = matches!(state.stage, Stage::Progressing | Stage::Baking | Stage::RollingBack { .. });
    let watched = matches!(state.stage, Stage::Baking | Stage::AwaitingApproval | Stage::Promoted);
    if !waits {
        state.since = old;
    }
    if !watched {
        state.window = old;
    }
    if !watched && !matches!(state.stage, Stage::Paused { .. }) {
        state.baked_ms = 0;
    }
    if !state.stage.is_active() {
        state.gates.clear();
    }
}

/// The state as one of finitely many: times relative to now, numbers from the beginning.
fn canonical(plan: &Plan, mut state: State) -> State {
    let shift = NOW - state.now;
    let kept = |at: i64| (at + shift).clamp(NOW - i64::from(OLD) * Q, NOW + Q);
    state.now = NOW;
    state.since = kept(state.since);
    state.window = kept(state.window);
    for judged in state.gates.values_mut() {
        judged.at = kept(judged.at);
        judged.errors = judged.errors.min(plan.spec().error_limit + 1);
    }
    state.triggers.iter_mut().for_each(|watch| watch.since = watch.since.map(kept));
    state.baked_ms = state.baked_ms.min(2 * 60_000);
    forget(&mut state, NOW - i64::from(OLD) * Q);
    state.wake = None;
    (state.log, state.revision) = (Vec::new(), 0);
    for fact in state.data.told.values_mut() {
        fact.at = kept(fact.at);
    }
    state.data.over_since = state.data.over_since.map(kept);
    state.owed.retain(|owed| owed.task.moves() || matches!(owed.task, Task::RequestApproval { .. }));
    for (owed, id) in state.owed.iter_mut().zip(1..) {
        owed.id = id;
        // A second failure is as good as the fifth.
        owed.failed = if owed.failed == 0 { 0 } else { 4 };
        owed.retry_at = owed.retry_at.map(|at| (at + shift).clamp(NOW, NOW + Q));
        if let Task::SetPercentage { epoch, .. } | Task::SetMigration { epoch, .. } = &mut owed.task {
            *epoch = EPOCH;
        }
    }
    state.next_effect = state.owed.len() as u64 + 1;
    state.epoch = if state.epoch == 0 { 0 } else { EPOCH };
    debug_assert_eq!(state.plan, plan.digest());
    state
}
