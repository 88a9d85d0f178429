//! Every interleaving, over a small plan, of what can happen: effects that are performed, fail, are told late or twice or
//! never, crashes, timeouts, and what operators ask for. And that it finds what a missing guard lets through.

mod world;

use cutover_work::{Action, Effect, Event, Phase, RestorePoint, Rollback, Work, step};
use world::{Bounds, Machine, explore};

fn plan(to: Option<&str>) -> Work {
    let timed = Action { attempts: 2, timeout_ms: Some(10), ..Action::new("copy") };
    let load = Phase {
        name: "load".into(),
        restore_point: Some(RestorePoint {
            name: "before_load".into(),
            take: Action::new("dump"),
            verify: Action::new("read_dump"),
            restore: Action::new("put_dump"),
            max_age_ms: None,
        }),
        actions: vec![timed],
        validations: vec![Action::new("counts")],
        approval: true,
        rollback: Some(Rollback {
            actions: vec![Action::new("drop")],
            validations: vec![Action::new("counts_again")],
            to: None,
        }),
        ..Phase::default()
    };
    let switch = Phase {
        name: "switch".into(),
        actions: vec![Action::new("route")],
        validations: vec![Action::new("errors")],
        approval: true,
        rollback: Some(Rollback {
            actions: vec![Action::new("route_back")],
            to: to.map(str::to_owned),
            ..Rollback::default()
        }),
        ..Phase::default()
    };
    Work { phases: vec![load, switch], ..Work::default() }
}

fn sound(work: &Work) -> Machine<'_> {
    Machine { work, step: Box::new(move |state, event| step(work, state, event).unwrap()) }
}

#[test]
fn nothing_is_lost_and_nothing_begins_too_early() {
    for (to, crashes, failures) in [(None, 1, 2), (Some("load"), 2, 1)] {
        let work = plan(to);
        let found = explore(&sound(&work), Bounds { failures, crashes, operators: 1, late: 1 });
        assert_eq!(found.violation, None);
        eprintln!("{}", found.states);
        assert!(found.states > 10_000, "{}", found.states);
        for end in ["Completed", "RolledBack", "Aborted", "stuck", "paused"] {
            assert!(found.seen.contains(end), "{end} is never reached");
        }
    }
}

/// What is found where the machine is replaced by one that lacks a guard.
fn without(guard: impl Fn(&Work) -> Machine<'_>) -> String {
    let work = plan(None);
    let bounds = Bounds { failures: 2, crashes: 1, operators: 1, late: 1 };
    explore(&guard(&work), bounds).violation.expect("the guard is there for nothing")
}

#[test]
fn an_approval_that_is_not_waited_for_is_found() {
    let mut lax = plan(None);
    lax.phases[0].approval = false;
    // The machine of a plan without the approval is held to the plan that has it.
    let found = without(|work| {
        let lax = lax.clone();
        Machine {
            work,
            step: Box::new(move |mut state, event| {
                state.shape = cutover_work::State::new(&lax).shape;
                step(&lax, state, event).unwrap()
            }),
        }
    });
    assert!(found.contains("`load` was not approved"), "{found}");
}

#[test]
fn a_validation_that_fails_and_is_passed_over_is_found() {
    let found = without(|work| Machine {
        work,
        step: Box::new(move |state, event| {
            let event = match event {
                Event::Validated { id, attempt, value, evidence, now, .. } => {
                    Event::Validated { id, attempt, ok: Some(true), value, evidence, now }
                }
                other => other,
            };
            step(work, state, event).unwrap()
        }),
    });
    assert!(found.contains("did not hold") || found.contains("verified"), "{found}");
}

#[test]
fn a_restore_point_that_nobody_verified_is_found() {
    let found = without(|work| Machine {
        work,
        step: Box::new(move |state, event| {
            let (state, effects) = step(work, state, event).unwrap();
            match effects.first() {
                Some(Effect::VerifyRestorePoint(task)) => {
                    let id = task.call.id.clone();
                    let told = Event::Validated {
                        id,
                        attempt: None,
                        ok: Some(true),
                        value: None,
                        evidence: None,
                        now: 0,
                    };
                    step(work, state, told).unwrap()
                }
                _ => (state, effects),
            }
        }),
    });
    assert!(found.contains("`before_load` was not verified"), "{found}");
}

#[test]
fn an_effect_that_is_forgotten_in_a_crash_is_found() {
    let silent = without(|work| Machine {
        work,
        step: Box::new(move |state, event| {
            let crash = matches!(event, Event::Restarted { .. });
            let (state, effects) = step(work, state, event).unwrap();
            (state, if crash { Vec::new() } else { effects })
        }),
    });
    assert!(silent.contains("not asked for again"), "{silent}");
    let forgetful = without(|work| Machine {
        work,
        step: Box::new(move |mut state, event| {
            if matches!(event, Event::Restarted { .. }) {
                state.pending = None;
            }
            step(work, state, event).unwrap()
        }),
    });
    assert!(forgetful.contains("forgotten"), "{forgetful}");
}

#[test]
fn a_rollback_that_fails_and_is_called_done_is_found() {
    let found = without(|work| Machine {
        work,
        step: Box::new(move |state, event| {
            let back = state.mode == cutover_work::Mode::Back;
            let event = match event {
                Event::Failed { id, attempt, now, .. } if back => {
                    Event::Done { id, attempt, evidence: None, now }
                }
                other => other,
            };
            step(work, state, event).unwrap()
        }),
    });
    assert!(found.contains("was not taken back"), "{found}");
}

#[test]
fn an_outcome_of_another_attempt_that_is_believed_is_found() {
    let found = without(|work| Machine {
        work,
        step: Box::new(move |state, event| {
            let event = match event {
                Event::Failed { id, error, now, .. } => Event::Failed { id, attempt: None, error, now },
                other => other,
            };
            step(work, state, event).unwrap()
        }),
    });
    assert!(found.contains("is still under way"), "{found}");
}

#[test]
fn a_rollback_that_does_not_wait_for_what_runs_is_found() {
    let found = without(|work| Machine {
        work,
        step: Box::new(move |state, event| {
            let asked = matches!(event, Event::Rollback { .. });
            let (state, effects) = step(work, state, event).unwrap();
            match (&state.pending, asked && state.wanted.is_some()) {
                (Some(pending), true) => {
                    let id = pending.id.clone();
                    step(work, state, Event::Failed { id, attempt: None, error: String::new(), now: 0 })
                        .unwrap()
                }
                _ => (state, effects),
            }
        }),
    });
    assert!(found.contains("is forgotten") || found.contains("is still under way"), "{found}");
}

#[test]
fn an_approval_that_is_told_twice_and_counts_twice_is_found() {
    let found = without(|work| Machine {
        work,
        step: Box::new(move |state, event| {
            let event = match (event, &state.pending) {
                (Event::Approve { actor, now, .. }, Some(pending)) => {
                    Event::Approve { id: pending.id.clone(), actor, now }
                }
                (other, _) => other,
            };
            step(work, state, event).unwrap()
        }),
    });
    assert!(found.contains("was not approved"), "{found}");
}
