//! A machine that lacks one of its guards is found out.

use super::explore::noticed;
use crate::plan::Guard;

fn says(guard: Guard, what: &str) {
    let found = noticed(guard).unwrap_or_default();
    assert!(found.contains(what), "{guard:?}: {found}");
}

#[test]
fn gates_that_do_not_pass() {
    says(Guard::GatesPass, "without a fresh pass of every blocking gate");
}

#[test]
fn a_pass_that_is_old() {
    says(Guard::Fresh, "without a fresh pass of every blocking gate");
}

#[test]
fn a_pass_from_before() {
    says(Guard::InWindow, "without a fresh pass of every blocking gate");
}

#[test]
fn a_step_that_was_not_watched() {
    says(Guard::Baked, "goes on before it was watched long enough");
}

#[test]
fn a_pause_that_counts() {
    says(Guard::PausesClock, "goes on before it was watched long enough");
}

#[test]
fn nodes_that_have_not_acknowledged() {
    says(Guard::Acknowledged, "not acknowledged");
}

#[test]
fn skipping_what_is_not_watched() {
    says(Guard::SkipsBaking, "begins by itself");
}

#[test]
fn skipping_the_last_step() {
    says(Guard::SkipsNotLast, "promoted without a fresh pass of every blocking gate");
}

#[test]
fn a_rollback_that_rises() {
    says(Guard::Falls, "reaches more");
}

#[test]
fn a_trigger_that_acts_again() {
    says(Guard::ActsOnce, "twice");
}

#[test]
fn what_is_done_is_forgotten() {
    says(Guard::Settled, "asked for again");
}

#[test]
fn a_failing_gate_while_it_is_paused() {
    says(Guard::FailsAnywhere, "a gate fails, and the plan does not go back");
}
