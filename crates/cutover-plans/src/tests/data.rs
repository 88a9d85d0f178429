//! Plans that move data: each guard in turn, in every order of events, and what happens where it is dropped.

use super::explore::{FRESH, explore, noticed_by, small};
use super::std;
use super::world::{OLD, Q};
use crate::plan::Guard;
use crate::*;
use std::collections::BTreeMap;
use std::format;
use std::string::String;
use std::vec::Vec;

/// What is true of the data, told apart from the machine: of each guard, whether it holds, and how long ago that was told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Told {
    /// Whether all nodes really serve what was asked for.
    acked: bool,
    facts: BTreeMap<DataGuard, (bool, u8)>,
    /// For how long no older operation has been running.
    over: Option<u8>,
}

impl Told {
    pub(super) fn hear(&mut self, before: &State, Event { at, kind, .. }: &Event) {
        if *at > before.now {
            self.facts.values_mut().for_each(|(_, age)| *age = (*age + 1).min(OLD));
            self.over = self.over.map(|age| (age + 1).min(OLD));
        }
        if matches!(kind, Kind::Ack { epoch, .. } if *epoch == before.epoch && *epoch > 0) {
            self.acked = true;
        }
        // While some node still does what was asked for before, what is said of the data can still change.
        if before.epoch > 0 && !self.acked {
            return;
        }
        match kind {
            Kind::Operations { oldest } => {
                let over = oldest.is_none_or(|oldest| oldest >= before.epoch);
                self.over = over.then(|| self.over.unwrap_or(0));
                self.facts.insert(DataGuard::OperationsOver, (over, 0));
            }
            Kind::Stream { applied_up_to } => {
                let behind = (before.now - applied_up_to) / Q;
                let reached = self.over.is_some_and(|over| behind <= i64::from(over));
                self.facts.insert(DataGuard::StreamsCaughtUp, (reached, 0));
            }
            Kind::Guard { epoch, guard, holds } if *epoch == before.epoch => {
                self.facts.insert(*guard, (*holds, 0));
            }
            _ => {}
        }
    }

    fn holds(&self, guard: DataGuard, before: &State) -> bool {
        match guard {
            DataGuard::NodesAcknowledged => self.acked || before.epoch == 0,
            told => self.facts.get(&told).is_some_and(|(holds, age)| *holds && *age <= FRESH),
        }
    }
}

/// What can be told of the data.
pub(super) fn events(plan: &Plan, state: &State) -> Vec<Kind> {
    let mut kinds = Vec::new();
    let older = state.epoch.saturating_sub(1);
    for guard in &plan.spec().steps[0].guards {
        match guard {
            DataGuard::NodesAcknowledged => {}
            DataGuard::OperationsOver => {
                kinds.push(Kind::Operations { oldest: None });
                kinds.push(Kind::Operations { oldest: (older < state.epoch).then_some(older) });
            }
            DataGuard::StreamsCaughtUp => {
                kinds.extend([0, Q].map(|behind| Kind::Stream { applied_up_to: state.now - behind }));
            }
            guard => kinds.extend(
                [(state.epoch, true), (state.epoch, false), (older, true)]
                    .map(|(epoch, holds)| Kind::Guard { epoch, guard: *guard, holds }),
            ),
        }
    }
    kinds
}

/// What must not happen to data.
pub(super) fn check(
    plan: &Plan,
    told: &Told,
    before: &State,
    after: &State,
    effects: &[Effect],
) -> Result<(), String> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Owed(owed) if !before.owed.iter().any(|known| known.id == owed.id) => Some(&owed.task),
        _ => None,
    });
    for task in asked {
        let Task::SetMigration { emergency, .. } = task else { continue };
        if *emergency {
            let goes = after.stage.rolls_back() && !after.reaches_somebody();
            goes.then_some(()).ok_or("an emergency that does not go back")?;
            continue;
        }
        let missing = plan.spec().steps[0].guards.iter().find(|guard| !told.holds(**guard, before));
        if let Some(guard) = missing {
            return Err(format!("data moves without {}", guard.name()));
        }
        if before.segments.len().abs_diff(after.segments.len()) > 1 {
            return Err("a move that leaves out a phase".into());
        }
    }
    Ok(())
}

/// A plan over two phases, or over two shares, that waits for some guards.
fn moving(guards: &[DataGuard], by_phase: bool) -> Spec {
    let mut spec = small();
    spec.flag.clear();
    spec.migration = Some("m".into());
    spec.from = by_phase.then(|| "off".into());
    spec.on_fail = OnFail::RollbackProgressive;
    spec.rollback.steps.clear();
    for (index, step) in spec.steps.iter_mut().enumerate() {
        step.bake_ms = 0;
        step.guards = guards.iter().copied().collect();
        if by_phase {
            step.to = Target::Phase(format!("phase_{index}"));
        }
    }
    spec
}

fn plans(guard: DataGuard) -> Vec<(&'static str, Spec, Vec<Verdict>)> {
    let shares = matches!(guard, DataGuard::OperationsOver | DataGuard::OutboxEmpty);
    let plans = [("phases", true), ("shares", false)];
    let made = plans.into_iter().filter(|(_, by_phase)| *by_phase || shares).map(|(name, by_phase)| {
        if guard != DataGuard::StreamsCaughtUp {
            return (name, moving(&[guard], by_phase), Vec::from([Verdict::Pass, Verdict::Fail]));
        }
        // Two guards and a gate have more states than anybody waits for: here a person is the gate.
        let mut spec = moving(&[DataGuard::OperationsOver, guard], by_phase);
        for step in &mut spec.steps {
            (step.approval, step.gates) = (true, Vec::new());
        }
        (name, spec, Vec::new())
    });
    made.collect()
}

#[test]
fn nothing_that_can_happen_moves_data_without_its_guards() {
    // Those that `guard` tells go one way through the machine, whatever their names: one of them stands for all.
    let ways = [
        DataGuard::NodesAcknowledged,
        DataGuard::OperationsOver,
        DataGuard::StreamsCaughtUp,
        DataGuard::OutboxEmpty,
    ];
    for guard in ways {
        let mut states = 0;
        for (name, spec, verdicts) in plans(guard) {
            let plan = Plan::new(spec).unwrap();
            match explore(&plan, &verdicts) {
                Ok((found, _)) => states += found,
                Err(what) => panic!("{guard:?}, {name}: {what}"),
            }
        }
        assert!(states > 1_000, "{guard:?}: only {states} states");
    }
}

#[test]
fn each_dropped_guard_is_found_out() {
    for guard in DataGuard::ALL {
        let found = noticed_by(plans(guard), Guard::Data(guard)).unwrap_or_default();
        assert!(found.contains(&format!("data moves without {}", guard.name())), "{guard:?}: {found}");
    }
}
