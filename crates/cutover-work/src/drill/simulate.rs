//! One rehearsal: the machine, a host that needs time, and nothing else.

use super::{Fails, Part, Scenario};
use crate::{Call, Effect, Event, Millis, Mode, State, Takes, Task, Work, later, step};
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// How often a person mends before a rehearsal counts as one that does not end.
const MENDED: u32 = 5;
/// Who asks for the rollback.
const DRILL: &str = "drill";

/// What came of a rehearsal.
pub(super) struct Run {
    pub(super) total_ms: u64,
    pub(super) ended: bool,
    pub(super) mended: u32,
    pub(super) phases: Vec<String>,
    pub(super) restored: Vec<String>,
    pub(super) unknown: BTreeSet<String>,
    spent: Vec<(Option<String>, String, u64)>,
}

impl Run {
    /// Where the time went, the most first.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        for (phase, name, ms) in &self.spent {
            match parts.iter_mut().find(|part| part.phase == *phase && part.name == *name) {
                Some(part) => {
                    part.ms = part.ms.saturating_add(*ms);
                    part.times += 1;
                }
                None => {
                    let (phase, name) = (phase.clone(), name.clone());
                    parts.push(Part { phase, name, times: 1, ms: *ms, share: 0 });
                }
            }
        }
        for part in &mut parts {
            let share = u128::from(part.ms) * 1_000_000 / u128::from(self.total_ms.max(1));
            part.share = u32::try_from(share).unwrap_or(1_000_000);
        }
        parts.sort_by_key(|part| core::cmp::Reverse(part.ms));
        parts
    }
}

/// The names of all steps of rollbacks.
pub(super) fn steps(work: &Work) -> impl Iterator<Item = &str> {
    work.phases.iter().flat_map(|phase| {
        let back = phase.rollback.iter().flat_map(|back| back.actions.iter().chain(&back.validations));
        let point = phase.restore_point.iter().map(|point| &point.restore);
        back.chain(point).map(|action| action.name.as_str())
    })
}

/// The machine where the drill begins, and what it asks for first: everything before `from` is done, and `from` is under
/// way.
pub(super) fn begin(work: &Work, scenario: &Scenario, from: usize) -> (State, Vec<Effect>) {
    let start = Event::Start { run: Some(DRILL.to_string()), actor: None, now: 0 };
    let mut at = stepped(work, State::new(work), start);
    while at.0.mode == Mode::Forward && (at.0.phase < from || !at.0.begun) {
        let Some(event) = at.1.iter().rev().find_map(|effect| well(effect, 0)) else { break };
        let (state, effects) = (at.0, at.1);
        let mut told = stepped(work, state, event);
        // Notices are told one by one; what they do not change is still to be done.
        told.1.extend(effects.into_iter().filter(|effect| waits(&told.0, effect)));
        at = told;
    }
    let (to, actor, reason) = (scenario.to.clone(), DRILL.to_string(), String::new());
    let (state, effects) = stepped(work, at.0, Event::Rollback { to, actor, reason, now: 0 });
    // What was under way is stopped at once.
    match effects.iter().find_map(stopped) {
        Some(event) => stepped(work, state, event),
        None => (state, effects),
    }
}

/// Whether an effect is what the state waits for.
fn waits(state: &State, effect: &Effect) -> bool {
    let pending = state.pending.as_ref().map(|pending| pending.id.as_str());
    effect.call().is_some_and(|call| pending == Some(call.id.as_str()))
}

fn stepped(work: &Work, state: State, event: Event) -> (State, Vec<Effect>) {
    // The plan was looked at before, and the state is its own.
    step(work, state.clone(), event).unwrap_or((state, Vec::new()))
}

/// Everything goes well.
fn well(effect: &Effect, now: Millis) -> Option<Event> {
    let call = effect.call()?;
    let (id, attempt) = (call.id.clone(), Some(call.attempt));
    match effect {
        Effect::RunValidation(task) | Effect::VerifyRestorePoint(task) | Effect::ValidateData(task) => {
            let value = task.expect.map(crate::Expect::fulfilled);
            Some(Event::Validated { id, attempt, ok: Some(true), value, evidence: None, now })
        }
        Effect::RequestApproval { .. } => Some(Event::Approve { id, actor: DRILL.to_string(), now }),
        _ => Some(Event::Done { id, attempt, evidence: None, now }),
    }
}

fn stopped(effect: &Effect) -> Option<Event> {
    let Effect::Cancel { call } = effect else { return None };
    Some(failed(call, 0))
}

fn failed(call: &Call, now: Millis) -> Event {
    Event::Failed { id: call.id.clone(), attempt: Some(call.attempt), error: DRILL.to_string(), now }
}

struct Rehearsal<'a> {
    scenario: &'a Scenario,
    work: &'a Work,
    seed: Option<u32>,
    now: Millis,
    run: Run,
}

/// One rehearsal; without a seed each step takes as long as it may, and fails as often as it must.
pub(super) fn rehearse(
    work: &Work,
    scenario: &Scenario,
    begun: &(State, Vec<Effect>),
    seed: Option<u32>,
) -> Run {
    let run = Run {
        total_ms: 0,
        ended: false,
        mended: 0,
        phases: Vec::new(),
        restored: Vec::new(),
        unknown: BTreeSet::new(),
        spent: Vec::new(),
    };
    let mut rehearsal = Rehearsal { scenario, work, seed, now: 0, run };
    for (name, takes) in [("detection", scenario.detection), ("approval", scenario.approval)] {
        if let Some(takes) = takes {
            rehearsal.spend(None, name, takes, 1);
        }
    }
    let end = rehearsal.go(begun.clone());
    rehearsal.run.ended = end == Mode::RolledBack;
    rehearsal.run
}

impl Rehearsal<'_> {
    fn go(&mut self, begun: (State, Vec<Effect>)) -> Mode {
        let (mut state, mut effects) = begun;
        while state.mode == Mode::Back {
            let event = if state.stuck.is_some() {
                if self.run.mended == MENDED {
                    break;
                }
                self.run.mended += 1;
                self.mend(&state);
                Event::Resume { actor: DRILL.to_string(), now: self.now }
            } else if let Some(due) = state.pending.as_ref().and_then(|pending| pending.due) {
                let wait = due.saturating_sub(self.now).max(0).unsigned_abs();
                let phase = self.work.phases.get(state.phase).map(|phase| phase.name.clone());
                self.spend(phase, "waiting for the next attempt", Takes { from_ms: wait, to_ms: wait }, 1);
                Event::Tick { now: self.now.max(due) }
            } else {
                match effects.iter().find(|effect| waits(&state, effect)).cloned() {
                    Some(effect) => self.perform(&effect, &state),
                    None => break,
                }
            };
            (state, effects) = stepped(self.work, state, event);
        }
        state.mode
    }

    fn perform(&mut self, effect: &Effect, state: &State) -> Event {
        let task: Option<&Task> = match effect {
            Effect::RunAction(task) | Effect::ValidateData(task) | Effect::Restore(task) => Some(task),
            _ => None,
        };
        let Some(task) = task else {
            // A checkpoint: no time to speak of.
            return well(effect, self.now).unwrap_or(Event::Tick { now: self.now });
        };
        let phase = task.call.phase.clone();
        if self.run.phases.last() != Some(&phase) {
            self.run.phases.push(phase.clone());
        }
        let own = self.work.phases.get(state.phase).and_then(|phase| phase.at(state.step)?.takes);
        let takes = self.scenario.takes.get(&task.name).copied().or(own);
        if takes.is_none() {
            self.run.unknown.insert(task.name.clone());
        }
        let attempt = task.call.attempt;
        let takes = takes.unwrap_or(Takes { from_ms: 0, to_ms: 0 });
        let fails = self.fails(task);
        // Nobody waits longer than the timeout; what would take longer fails.
        let cap = task.timeout_ms.unwrap_or(u64::MAX);
        let spent = self.spend_within(Some(phase), &task.name, takes, attempt, cap);
        if fails || task.timeout_ms.is_some_and(|timeout| spent >= timeout) {
            return failed(&task.call, self.now);
        }
        if let (Effect::Restore(_), Some(point)) = (effect, &task.restore_point) {
            self.run.restored.push(point.clone());
        }
        well(effect, self.now).unwrap_or(Event::Tick { now: self.now })
    }

    /// A person mends it, in the time that the scenario gives.
    fn mend(&mut self, state: &State) {
        const NAME: &str = "a person mends it";
        let phase = self.work.phases.get(state.phase).map(|phase| phase.name.clone());
        let mended = self.run.mended;
        match self.scenario.operator {
            Some(takes) => self.spend(phase, NAME, takes, mended),
            None => {
                self.run.unknown.insert(NAME.to_string());
            }
        }
    }

    fn fails(&self, task: &Task) -> bool {
        let done = self.attempts_before(task);
        match self.scenario.fails.get(&task.name) {
            Some(Fails::First(first)) => done < *first,
            Some(Fails::Share(share)) => {
                let drawn = self.seed.map(|seed| draw(seed, &task.name, done, "fails") % 1_000_000);
                drawn.is_some_and(|drawn| drawn < u64::from(*share))
            }
            None => false,
        }
    }

    /// How often a step was tried in this rehearsal, under any id.
    fn attempts_before(&self, task: &Task) -> u32 {
        let same = |(phase, name, _): &&(Option<String>, String, u64)| {
            *name == task.name && phase.as_ref() == Some(&task.call.phase)
        };
        u32::try_from(self.run.spent.iter().filter(same).count()).unwrap_or(u32::MAX)
    }

    fn spend(&mut self, phase: Option<String>, name: &str, takes: Takes, nth: u32) {
        self.spend_within(phase, name, takes, nth, u64::MAX);
    }

    fn spend_within(&mut self, phase: Option<String>, name: &str, takes: Takes, nth: u32, cap: u64) -> u64 {
        let width = takes.to_ms.saturating_sub(takes.from_ms);
        let ms = match self.seed {
            None => takes.to_ms,
            Some(seed) => {
                let drawn = draw(seed, name, nth, phase.as_deref().unwrap_or_default());
                takes.from_ms.saturating_add(scaled(drawn, width))
            }
        };
        let ms = ms.min(cap);
        self.now = later(self.now, ms);
        self.run.total_ms = self.run.total_ms.saturating_add(ms);
        self.run.spent.push((phase, name.to_string(), ms));
        ms
    }
}

/// A number from 0 to `width`, both included, by a hash.
fn scaled(drawn: u64, width: u64) -> u64 {
    let scaled = (u128::from(drawn) * (u128::from(width) + 1)) >> 64;
    u64::try_from(scaled).unwrap_or(width)
}

fn draw(seed: u32, name: &str, nth: u32, of: &str) -> u64 {
    let text = alloc::format!("{}:{name}{nth}:{of}", name.len());
    xxh3_64_with_seed(text.as_bytes(), u64::from(seed))
}

impl crate::Expect {
    /// A number that is what is expected.
    fn fulfilled(self) -> f64 {
        match self {
            Self::Above(bound) => bound + bound.abs() + 1.0,
            Self::Below(bound) => bound - bound.abs() - 1.0,
            Self::AtLeast(bound) | Self::AtMost(bound) | Self::Is(bound) => bound,
        }
    }
}
