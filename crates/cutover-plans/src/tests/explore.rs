//! Every order of events, by breadth-first search over all states that there are.

use super::std;
use super::world::{Q, World};
use crate::plan::Guard;
use crate::*;
use std::collections::{BTreeMap, VecDeque};
use std::string::String;
use std::vec::Vec;
use std::{format, vec};

/// How old a pass may be in the small plans, in units of time.
pub(super) const FRESH: u8 = 2;

/// More states than any of the small plans has.
const MOST: usize = 100_000;

const UNIT: u64 = Q.unsigned_abs();

/// A small plan of two steps and a rollback over one.
pub(super) fn small() -> Spec {
    let mut last = Step::share(WHOLE, UNIT, "g");
    last.max_window_ms = 2 * UNIT;
    let mut first = Step { to: Target::Share(WHOLE / 2), ..last.clone() };
    first.bake_ms = 2 * UNIT;
    first.max_window_ms = 3 * UNIT;
    let mut spec = Spec::new("f", vec![first, last]);
    spec.fresh_ms = u64::from(FRESH) * UNIT;
    spec.ack_within_ms = 2 * UNIT;
    spec.error_limit = 1;
    spec.rollback =
        Rollback { steps: vec![WHOLE / 4, 0], every_ms: UNIT, ack_within_ms: 2 * UNIT, failures: 2 };
    spec
}

/// The small plans that are explored, and the verdicts in each.
pub(super) fn plans() -> Vec<(&'static str, Spec, Vec<Verdict>)> {
    let base = small();
    let mut approval = base.clone();
    approval.steps[0].approval = true;
    approval.steps[1].approval = true;
    approval.holdback = 10_000;
    approval.complete_after_ms = Some(UNIT);
    let mut progressive = base.clone();
    progressive.on_fail = OnFail::RollbackProgressive;
    let mut triggers = base.clone();
    let actions = vec![Action::SetFlag("slow".into()), Action::RollbackProgressive];
    triggers.triggers = vec![Trigger { name: "t".into(), for_ms: UNIT, actions }];
    let mut segments = base.clone();
    segments.steps.insert(0, Step { to: Target::Segment("pilot".into()), ..base.steps[1].clone() });
    segments.rollback.steps.clear();
    segments.on_fail = OnFail::RollbackProgressive;
    use Verdict::{Error, Fail, NoData, Pass};
    vec![
        ("two steps", base, vec![Pass, NoData, Error, Fail]),
        ("approvals and a holdback", approval, vec![Pass, Fail]),
        ("a progressive rollback", progressive, vec![Pass, Fail]),
        ("a trigger", triggers, vec![Pass, Fail]),
        ("segments", segments, vec![Pass, Fail]),
    ]
}

/// Explores a plan: how many states and moves there are, or how it comes to what must not be.
pub(super) fn explore(plan: &Plan, verdicts: &[Verdict]) -> Result<(usize, usize), String> {
    let begin = World::new(plan);
    let mut known = BTreeMap::from([(begin.clone(), 0)]);
    let mut worlds = vec![(begin, None::<(usize, Event)>)];
    let mut back: Vec<Vec<usize>> = vec![Vec::new()];
    let mut queue = VecDeque::from([0]);
    let mut moves = 0;
    while let Some(at) = queue.pop_front() {
        if worlds.len() > MOST {
            return Err(format!("more than {MOST} states, such as {:?}", worlds[at].0));
        }
        let world = worlds[at].0.clone();
        for (changed, event) in world.events(plan, verdicts) {
            moves += 1;
            let next = world
                .step(plan, changed, &event)
                .map_err(|what| format!("{what}\n{}", story(&worlds, at, &event)))?;
            let to = *known.entry(next.clone()).or_insert_with(|| {
                worlds.push((next, Some((at, event))));
                back.push(Vec::new());
                queue.push_back(worlds.len() - 1);
                worlds.len() - 1
            });
            back[to].push(at);
        }
    }
    for end in [Stage::RolledBack, Stage::Completed] {
        no_dead_end(&worlds, &back, end)?;
    }
    Ok((worlds.len(), moves))
}

type Seen = (World, Option<(usize, Event)>);

/// From everywhere, an end can be reached: `rolled_back` from all but what is completed, `completed` from everywhere.
fn no_dead_end(worlds: &[Seen], back: &[Vec<usize>], end: Stage) -> Result<(), String> {
    let mut reaches: Vec<bool> = worlds.iter().map(|(world, _)| world.state.stage == end).collect();
    let mut queue: VecDeque<usize> = (0..worlds.len()).filter(|at| reaches[*at]).collect();
    while let Some(at) = queue.pop_front() {
        for from in &back[at] {
            if !reaches[*from] {
                reaches[*from] = true;
                queue.push_back(*from);
            }
        }
    }
    match worlds
        .iter()
        .zip(reaches)
        .find(|((world, _), reaches)| !reaches && world.state.stage != Stage::Completed)
    {
        None => Ok(()),
        Some(((world, _), _)) => Err(format!("no way to {end:?} from {:?}", world.state)),
    }
}

fn story(worlds: &[Seen], mut at: usize, last: &Event) -> String {
    let mut events = vec![last.clone()];
    while let Some((from, event)) = &worlds[at].1 {
        events.push(event.clone());
        at = *from;
    }
    events.reverse();
    events.iter().map(|event| format!("  {event:?}\n")).collect()
}

#[test]
fn nothing_that_can_happen_breaks_a_plan() {
    let (mut states, mut moves) = (0, 0);
    for (name, spec, verdicts) in plans() {
        let plan = Plan::new(spec).unwrap();
        match explore(&plan, &verdicts) {
            Ok((found, tried)) => {
                (states, moves) = (states + found, moves + tried);
            }
            Err(what) => panic!("{name}: {what}"),
        }
    }
    // 27,450 states and 524,900 moves when this was written.
    assert!(states > 20_000 && moves > 400_000, "only {states} states and {moves} moves");
}

/// Which plan notices that a guard is missing.
pub(super) fn noticed(guard: Guard) -> Option<String> {
    noticed_by(plans(), guard)
}

/// Which of some plans notices it.
pub(super) fn noticed_by(plans: Vec<(&'static str, Spec, Vec<Verdict>)>, guard: Guard) -> Option<String> {
    plans.into_iter().find_map(|(_, spec, verdicts)| {
        let mut plan = Plan::new(spec).unwrap();
        plan.dropped = Some(guard);
        explore(&plan, &verdicts).err()
    })
}
