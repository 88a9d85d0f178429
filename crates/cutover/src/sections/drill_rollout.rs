//! The rollback of a rollout as a plan of work, so that one drill rehearses both.

use cutover_plans::{Guarded, Spec, Target, percent};
use cutover_work::{Action, Phase, Rollback, Takes, Work};

/// A plan of work whose one phase is taken back as the rollout is, from everybody down: each step is held for `every` once
/// all nodes have acknowledged it, which takes up to `ack_within`.
pub(super) fn as_work(name: &str, plan: &Guarded) -> Work {
    let spec = plan.plan().spec();
    let back = &spec.rollback;
    let phases = spec.steps.iter().rev().skip(1).filter_map(|step| match &step.to {
        Target::Phase(name) => Some(format!("to phase {name}")),
        _ => None,
    });
    let mut names: Vec<String> = phases.collect();
    if let (Some(from), true) = (&spec.from, spec.migration.is_some()) {
        names.push(format!("to phase {from}"));
    } else {
        names.extend(shares(spec).iter().map(|share| format!("to {}", percent(*share))));
    }
    let last = names.len().saturating_sub(1);
    let action = |(index, name): (usize, String)| {
        // What is left there is nobody, whom nothing has to be waited for.
        let held = if index == last { 0 } else { back.every_ms };
        let takes = Takes { from_ms: held, to_ms: held.saturating_add(back.ack_within_ms) };
        Action { takes: Some(takes), ..Action::new(name) }
    };
    let actions = names.into_iter().enumerate().map(action).collect();
    let phase = Phase {
        name: name.to_owned(),
        validations: vec![Action::new("gates")],
        rollback: Some(Rollback { actions, ..Rollback::default() }),
        ..Phase::default()
    };
    Work { phases: vec![phase], ..Work::default() }
}

/// The shares that a rollback goes through, down to nobody.
fn shares(spec: &Spec) -> Vec<u32> {
    let back = &spec.rollback;
    let mut shares: Vec<u32> = if back.steps.is_empty() {
        let share = |step: &cutover_plans::Step| match step.to {
            Target::Share(share) => Some(share),
            // Whom a segment holds is known to hosts alone; it goes with the last step.
            Target::Segment(_) | Target::Phase(_) => None,
        };
        spec.steps.iter().rev().skip(1).filter_map(share).collect()
    } else {
        back.steps.clone()
    };
    shares.retain(|share| *share > 0);
    shares.dedup();
    shares.push(0);
    shares
}
