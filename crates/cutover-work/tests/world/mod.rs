//! A host and its surroundings that do whatever can happen, and what must hold meanwhile.

#![expect(clippy::disallowed_types, reason = "nothing depends on the order of what is known")]

use cutover_work::{Effect, Event, Mode, State, Work};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher as _};

/// A machine, and the plan that it is held to.
pub(crate) struct Machine<'a> {
    pub(crate) work: &'a Work,
    pub(crate) step: Step<'a>,
}

/// What makes a step.
pub(crate) type Step<'a> = Box<dyn Fn(State, Event) -> (State, Vec<Effect>) + 'a>;

/// How often each kind of misfortune comes.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Effects that fail, checks that do not hold, timeouts.
    pub(crate) failures: u8,
    /// Crashes of the host.
    pub(crate) crashes: u8,
    /// Pauses, aborts, rollbacks.
    pub(crate) operators: u8,
    /// Outcomes that are told again.
    pub(crate) late: u8,
}

pub(crate) struct Found {
    pub(crate) states: usize,
    pub(crate) violation: Option<String>,
    pub(crate) seen: BTreeSet<String>,
}

/// An effect that a host was asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Flight {
    id: String,
    attempt: u32,
    kind: &'static str,
    phase: String,
    name: String,
    cancelled: bool,
}

/// What is true of the world, whatever the machine believes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct World {
    flights: Vec<Flight>,
    /// What was told of what, by phase: `kind name`, since the phase last began.
    good: BTreeSet<(String, String)>,
    /// Outcomes that may come again: the last one, and the last approval.
    told: [Option<(Flight, bool)>; 2],
    failures: u8,
    crashes: u8,
    operators: u8,
    late: u8,
}

/// What can happen next.
#[derive(Debug, Clone)]
enum Happens {
    Told(Flight, bool, bool),
    Crash,
    Ask(Event),
}

pub(crate) fn explore(machine: &Machine<'_>, bounds: Bounds) -> Found {
    let world = World {
        flights: Vec::new(),
        good: BTreeSet::new(),
        told: [None, None],
        failures: bounds.failures,
        crashes: bounds.crashes,
        operators: bounds.operators,
        late: bounds.late,
    };
    let first = (State::new(machine.work), world);
    let mut known: HashMap<u64, usize> = HashMap::from([(key(&first), 0)]);
    let mut into: Vec<Vec<usize>> = vec![Vec::new()];
    let mut good_end: Vec<bool> = vec![false];
    let mut came: Vec<(usize, Option<Happens>)> = vec![(0, None)];
    let mut queue = VecDeque::from([(0, first)]);
    let mut seen = BTreeSet::new();
    while let Some((number, (state, world))) = queue.pop_front() {
        for happens in possible(&state, &world) {
            let mut next = match happen(machine, &state, &world, &happens) {
                Ok(next) => next,
                Err(violation) => {
                    let violation = format!("{violation}, by {happens:?} after\n{}", trace(&came, number));
                    return Found { states: known.len(), violation: Some(violation), seen };
                }
            };
            // States that differ in their log alone are one.
            next.0.log.clear();
            seen.insert(format!("{:?}", next.0.mode));
            seen.extend(next.0.stuck.is_some().then(|| "stuck".to_owned()));
            seen.extend(next.0.paused.is_some().then(|| "paused".to_owned()));
            let to = *known.entry(key(&next)).or_insert_with(|| {
                into.push(Vec::new());
                good_end.push(matches!(next.0.mode, Mode::Completed | Mode::RolledBack));
                came.push((number, Some(happens)));
                let to = into.len() - 1;
                queue.push_back((to, next));
                to
            });
            into[to].push(number);
        }
    }
    let violation = without_exit(&into, good_end)
        .map(|number| format!("there is no exit after\n{}", trace(&came, number)));
    Found { states: known.len(), violation, seen }
}

/// What happened on the way to a state.
fn trace(came: &[(usize, Option<Happens>)], mut number: usize) -> String {
    let mut lines = Vec::new();
    while let (before, Some(happens)) = &came[number] {
        lines.push(format!("{happens:?}"));
        number = *before;
    }
    lines.reverse();
    lines.join("\n")
}

fn key(at: &(State, World)) -> u64 {
    let mut hasher = DefaultHasher::new();
    at.hash(&mut hasher);
    hasher.finish()
}

/// A state from which no end is reached.
fn without_exit(into: &[Vec<usize>], mut leads_out: Vec<bool>) -> Option<usize> {
    let mut queue: VecDeque<usize> = (0..into.len()).filter(|number| leads_out[*number]).collect();
    while let Some(number) = queue.pop_front() {
        for before in &into[number] {
            if !std::mem::replace(&mut leads_out[*before], true) {
                queue.push_back(*before);
            }
        }
    }
    leads_out.iter().position(|out| !out)
}

fn possible(state: &State, world: &World) -> Vec<Happens> {
    let mut all = Vec::new();
    for flight in &world.flights {
        if flight.kind == "approval" {
            let (id, actor) = (flight.id.clone(), "ann".to_owned());
            all.push(Happens::Told(flight.clone(), true, false));
            if world.failures > 0 {
                all.push(Happens::Ask(Event::Reject { id, actor, reason: String::new(), now: 0 }));
            }
            continue;
        }
        all.push(Happens::Told(flight.clone(), true, false));
        if world.failures > 0 || flight.cancelled {
            all.push(Happens::Told(flight.clone(), false, false));
        }
    }
    for (flight, good) in world.told.iter().flatten().filter(|_| world.late > 0) {
        all.push(Happens::Told(flight.clone(), *good, true));
    }
    if world.crashes > 0 {
        all.push(Happens::Crash);
    }
    let actor = || "ann".to_owned();
    let deadline = state.pending.as_ref().and_then(|pending| pending.deadline);
    if let Some(now) = deadline.filter(|_| world.failures > 0) {
        all.push(Happens::Ask(Event::Tick { now }));
    }
    if let Some(now) = state.pending.as_ref().and_then(|pending| pending.due) {
        all.push(Happens::Ask(Event::Tick { now }));
    }
    if matches!(state.mode, Mode::Planned) {
        all.push(Happens::Ask(Event::Start { run: None, actor: None, now: 0 }));
    }
    if state.stuck.is_some() || state.paused.is_some() {
        all.push(Happens::Ask(Event::Resume { actor: actor(), now: 0 }));
    }
    let back = |to: Option<&str>| Event::Rollback {
        to: to.map(str::to_owned),
        actor: actor(),
        reason: String::new(),
        now: 0,
    };
    if state.mode == Mode::Aborted {
        all.push(Happens::Ask(back(None)));
    }
    if world.operators > 0 {
        all.push(Happens::Ask(Event::Pause { actor: actor(), reason: String::new(), now: 0 }));
        all.push(Happens::Ask(Event::Abort { actor: actor(), reason: String::new(), now: 0 }));
        all.push(Happens::Ask(back(None)));
        all.push(Happens::Ask(back(Some("load"))));
        if state.mode == Mode::RolledBack {
            all.push(Happens::Ask(Event::Start { run: None, actor: None, now: 0 }));
        }
        if let Some(stuck) = &state.stuck {
            let (id, reason) = (stuck.id.clone(), "did it".to_owned());
            all.push(Happens::Ask(Event::Override { id, actor: actor(), reason, now: 0 }));
        }
    }
    all
}

fn happen(
    machine: &Machine<'_>,
    state: &State,
    world: &World,
    happens: &Happens,
) -> Result<(State, World), String> {
    let mut world = world.clone();
    let event = match happens {
        Happens::Crash => {
            world.crashes -= 1;
            world.flights.clear();
            Event::Restarted { now: 0 }
        }
        Happens::Ask(event) => {
            match event {
                Event::Tick { .. } if state.pending.as_ref().is_some_and(|pending| pending.due.is_some()) => {
                }
                Event::Tick { .. } | Event::Reject { .. } => world.failures -= 1,
                Event::Resume { .. } => {}
                Event::Start { .. } if state.mode == Mode::Planned => {}
                Event::Rollback { .. } if state.mode == Mode::Aborted => {}
                _ => world.operators -= 1,
            }
            if let Event::Override { id, .. } = event {
                by_hand(machine.work, state, id, &mut world);
            }
            if let Event::Reject { id, .. } = event {
                world.flights.retain(|flight| flight.id != *id);
            }
            event.clone()
        }
        Happens::Told(flight, good, again) => told(&mut world, flight, *good, *again),
    };
    let (next, effects) = (machine.step)(state.clone(), event.clone());
    forgotten(state, &next, &event)?;
    if matches!(happens, Happens::Crash) {
        asked_again(state, &next, &effects)?;
    }
    let mut next = next;
    for effect in &effects {
        next = fly(machine, &mut world, next, effect)?;
    }
    ends(machine.work, state, &next, &mut world)?;
    Ok((next, world))
}

/// Somebody tells what came of an effect.
fn told(world: &mut World, flight: &Flight, good: bool, again: bool) -> Event {
    if again {
        world.late -= 1;
    } else {
        world.flights.retain(|other| other != flight);
        world.told[usize::from(flight.kind == "approval")] = Some((flight.clone(), good));
        if !good && !flight.cancelled {
            world.failures -= 1;
        }
        if good {
            world.good.insert((flight.phase.clone(), format!("{} {}", flight.kind, flight.name)));
            if flight.kind == "take" {
                // Another backup than the one that was verified.
                world.good.remove(&(flight.phase.clone(), "verify read_dump".to_owned()));
            }
        }
    }
    let (id, attempt) = (flight.id.clone(), Some(flight.attempt));
    match flight.kind {
        "approval" => Event::Approve { id, actor: "ann".to_owned(), now: 0 },
        "validation" | "verify" | "validate_data" => {
            Event::Validated { id, attempt, ok: Some(good), value: None, evidence: None, now: 0 }
        }
        _ if good => Event::Done { id, attempt, evidence: None, now: 0 },
        _ => Event::Failed { id, attempt, error: "no".to_owned(), now: 0 },
    }
}

/// What an operator did by hand is done.
fn by_hand(work: &Work, state: &State, id: &str, world: &mut World) {
    if state.mode != Mode::Back || state.stuck.as_ref().is_none_or(|stuck| stuck.id != id) {
        return;
    }
    let phase = &work.phases[state.phase];
    let rollback = phase.rollback.as_ref().unwrap();
    let what = match state.step {
        cutover_work::Step::Undo(index) => format!("undo {}", rollback.actions[index].name),
        cutover_work::Step::Restore => "restore put_dump".to_owned(),
        cutover_work::Step::ValidateData(index) => {
            format!("validate_data {}", rollback.validations[index].name)
        }
        _ => return,
    };
    world.good.insert((phase.name.clone(), what));
}

/// What was under way is under way, or its outcome was told, or it is known that nobody knows it.
fn forgotten(before: &State, after: &State, event: &Event) -> Result<(), String> {
    let Some(pending) = &before.pending else { return Ok(()) };
    if after.pending.as_ref().is_some_and(|other| other.id == pending.id) || pending.due.is_some() {
        return Ok(());
    }
    let is_told = match event {
        Event::Done { id, .. }
        | Event::Failed { id, .. }
        | Event::Validated { id, .. }
        | Event::Approve { id, .. }
        | Event::Reject { id, .. } => *id == pending.id,
        _ => false,
    };
    let approval = before.step == cutover_work::Step::Approval;
    let known = after.unknown.contains(&pending.id);
    if is_told || known || approval { Ok(()) } else { Err(format!("{} is forgotten", pending.id)) }
}

fn asked_again(before: &State, after: &State, effects: &[Effect]) -> Result<(), String> {
    let Some(pending) = before.pending.as_ref().filter(|pending| pending.due.is_none()) else {
        return Ok(());
    };
    if after.pending.is_none() {
        return Err(format!("{} is forgotten", pending.id));
    }
    let again = effects
        .iter()
        .filter_map(Effect::call)
        .any(|call| call.id == pending.id && call.attempt == pending.attempt);
    if again { Ok(()) } else { Err(format!("{} is not asked for again", pending.id)) }
}

/// A host begins with an effect.
fn fly(machine: &Machine<'_>, world: &mut World, state: State, effect: &Effect) -> Result<State, String> {
    let (kind, name) = match effect {
        Effect::RunAction(task) if task.rollback => ("undo", &task.name),
        Effect::RunAction(task) => ("action", &task.name),
        Effect::RunValidation(task) => ("validation", &task.name),
        Effect::TakeRestorePoint(task) => ("take", &task.name),
        Effect::VerifyRestorePoint(task) => ("verify", &task.name),
        Effect::Restore(task) => ("restore", &task.name),
        Effect::ValidateData(task) => ("validate_data", &task.name),
        Effect::SaveCheckpoint { .. } => ("checkpoint", &String::new()),
        Effect::RequestApproval { .. } => ("approval", &String::new()),
        Effect::Cancel { call } => {
            let mut found = false;
            for flight in world
                .flights
                .iter_mut()
                .filter(|flight| flight.id == call.id && flight.attempt == call.attempt)
            {
                (flight.cancelled, found) = (true, true);
            }
            if found {
                return Ok(state);
            }
            // Nothing of that id is under way, and that is what a host says.
            let (id, attempt) = (call.id.clone(), Some(call.attempt));
            let (mut state, effects) =
                (machine.step)(state, Event::Failed { id, attempt, error: "not under way".into(), now: 0 });
            for effect in &effects {
                state = fly(machine, world, state, effect)?;
            }
            return Ok(state);
        }
        Effect::Notify { call, .. } => {
            let told = Event::Done { id: call.id.clone(), attempt: None, evidence: None, now: 0 };
            return Ok((machine.step)(state, told).0);
        }
        Effect::WakeAt { .. } | Effect::Ignored { .. } | Effect::Refused { .. } => return Ok(state),
    };
    let call = effect.call().unwrap();
    let runs = world.flights.iter().find(|flight| {
        (&flight.id, flight.attempt) != (&call.id, call.attempt)
            && flight.kind != "approval"
            && !flight.cancelled
    });
    if let Some(flight) = runs {
        return Err(format!("{} begins while {} is still under way", call.id, flight.id));
    }
    if matches!(kind, "action" | "validation") {
        may_begin(machine.work, world, &call.phase)?;
    }
    let flight = Flight {
        id: call.id.clone(),
        attempt: call.attempt,
        kind,
        phase: call.phase.clone(),
        name: name.clone(),
        cancelled: false,
    };
    if !world.flights.contains(&flight) {
        world.flights.push(flight);
        world.flights.sort();
    }
    Ok(state)
}

/// Everything before the phase holds, and its restore point is there.
fn may_begin(work: &Work, world: &World, name: &str) -> Result<(), String> {
    let has = |phase: &str, what: String| world.good.contains(&(phase.to_owned(), what));
    for phase in &work.phases {
        if phase.name == name {
            let Some(point) = &phase.restore_point else { return Ok(()) };
            let taken = has(name, format!("take {}", point.take.name));
            let verified = has(name, format!("verify {}", point.verify.name));
            return if taken && verified {
                Ok(())
            } else {
                Err(format!("`{}` was not verified", point.name))
            };
        }
        if let Some(action) =
            phase.actions.iter().find(|action| !has(&phase.name, format!("action {}", action.name)))
        {
            return Err(format!("`{}` was not done, and `{name}` begins", action.name));
        }
        for check in &phase.validations {
            if !has(&phase.name, format!("validation {}", check.name)) {
                return Err(format!("`{}` did not hold, and `{name}` begins", check.name));
            }
        }
        if !has(&phase.name, "checkpoint ".to_owned()) {
            return Err(format!("`{}` has no checkpoint, and `{name}` begins", phase.name));
        }
        if phase.approval && !has(&phase.name, "approval ".to_owned()) {
            return Err(format!("`{}` was not approved, and `{name}` begins", phase.name));
        }
    }
    Ok(())
}

/// What ends has been done, and what goes back has been taken back.
fn ends(work: &Work, before: &State, after: &State, world: &mut World) -> Result<(), String> {
    if after.mode == Mode::Completed && before.mode != Mode::Completed {
        may_begin(work, world, "the end")?;
    }
    if matches!(after.mode, Mode::Forward | Mode::Back)
        && after.pending.is_none()
        && after.paused.is_none()
        && after.stuck.is_none()
    {
        return Err("nothing is under way, and nobody is asked".to_owned());
    }
    // A phase that was begun and is not any more was taken back, unless the next one came.
    let left_back = before.begun
        && before.mode == Mode::Back
        && (after.phase < before.phase || after.mode == Mode::RolledBack);
    if left_back {
        let phase = &work.phases[before.phase];
        let rollback = phase.rollback.as_ref().unwrap();
        let has = |what: String| world.good.contains(&(phase.name.clone(), what));
        let undone = rollback.actions.iter().all(|action| has(format!("undo {}", action.name)));
        let validated = rollback.validations.iter().all(|check| has(format!("validate_data {}", check.name)));
        let restored =
            phase.restore_point.as_ref().is_none_or(|point| has(format!("restore {}", point.restore.name)));
        if !(undone && validated && restored) {
            return Err(format!("`{}` was not taken back", phase.name));
        }
        let name = phase.name.clone();
        world.good.retain(|(phase, _)| *phase != name);
    }
    Ok(())
}
