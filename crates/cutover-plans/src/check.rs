//! What a plan must be to be followed at all.

use crate::WHOLE;
use crate::data::DataGuard;
use crate::spec::{Place, Problem, Spec, Target, percent};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The most steps, triggers, and gates of a step.
pub(crate) const MOST: usize = 256;
/// Ten years: a window that is longer is a slip.
const LONGEST_MS: u64 = 3_660 * 86_400_000;

/// Everything that is wrong with a plan.
pub(crate) fn problems(spec: &Spec) -> Vec<Problem> {
    let mut found = Found::default();
    moved(spec, &mut found);
    steps(spec, &mut found);
    triggers(spec, &mut found);
    rollback(spec, &mut found);
    if spec.holdback >= WHOLE / 2 {
        let share = percent(spec.holdback);
        found.add(
            "bad_holdback",
            Place::Key("holdback"),
            "a holdback is a small share",
            &share,
            "less than 50%",
        );
    }
    for (key, ms) in [("fresh", spec.fresh_ms), ("ack_within", spec.ack_within_ms)] {
        found.duration(Place::Key(key), ms, 1);
    }
    if let Some(ms) = spec.complete_after_ms {
        found.duration(Place::Key("complete_after"), ms, 1);
    }
    found.0
}

/// What a plan moves: a flag over shares and segments, or a migration over phases, or over shares of its cohort.
fn moved(spec: &Spec, found: &mut Found) {
    let has = |name: &Option<String>| name.as_ref().is_some_and(|name| !name.is_empty());
    if spec.flag.is_empty() != has(&spec.migration) {
        let (found_now, message) = match &spec.migration {
            None => ("nothing", "a plan moves a flag or a migration"),
            Some(_) => ("both", "a plan moves a flag or a migration, not both"),
        };
        found.add("empty_name", Place::Key("flag"), message, found_now, "`flag` or `migration`");
    }
    let count = |of: fn(&Target) -> bool| spec.steps.iter().filter(|step| of(&step.to)).count();
    let phases = count(|to| matches!(to, Target::Phase(_)));
    for (index, step) in spec.steps.iter().enumerate() {
        let (key, problem) = match &step.to {
            Target::Phase(_) if spec.migration.is_none() => ("phase", "a flag has no phases"),
            Target::Segment(_) if spec.migration.is_some() => {
                ("segment", "a migration moves over phases, or over shares of its cohort")
            }
            Target::Share(_) if phases > 0 => ("to", "a plan moves over phases or over shares, not both"),
            _ => continue,
        };
        found.add("bad_step", Place::Step(index, key), problem, key, "steps of one kind");
    }
    if phases > 0 && spec.holdback > 0 {
        let share = percent(spec.holdback);
        found.add("bad_holdback", Place::Key("holdback"), "a phase is for everybody", &share, "no holdback");
    }
    if phases > 0 && !spec.rollback.steps.is_empty() {
        let message = "a migration goes back over the phases that it came by";
        found.add("bad_rollback", Place::Rollback("steps"), message, "shares", "no steps");
    }
}

fn steps(spec: &Spec, found: &mut Found) {
    if spec.steps.is_empty() || spec.steps.len() > MOST {
        let count = format!("{} steps", spec.steps.len());
        found.add("bad_steps", Place::Key("steps"), "a plan has steps", &count, "from 1 to 256 steps");
    }
    let (mut reached, mut segments) = (0, BTreeSet::new());
    for (index, step) in spec.steps.iter().enumerate() {
        let place = |key| Place::Step(index, key);
        match &step.to {
            Target::Share(share) => {
                let (now, before) = (percent((*share).min(WHOLE + 1)), percent(reached));
                if *share > WHOLE {
                    found.add(
                        "bad_percentage",
                        place("to"),
                        "a percentage is not above 100%",
                        "more",
                        "at most 100%",
                    );
                } else if *share <= reached {
                    let message = "each step reaches more than the one before it";
                    found.add("steps_not_rising", place("to"), message, &now, &format!("more than {before}"));
                }
                reached = reached.max(*share);
            }
            Target::Phase(name) => {
                if !segments.insert(name) || spec.from.as_ref() == Some(name) {
                    let message = "each step goes to another phase";
                    found.add(
                        "phase_twice",
                        place("phase"),
                        message,
                        name,
                        "a phase that was not gone to yet",
                    );
                }
            }
            Target::Segment(name) => {
                if reached == WHOLE || !segments.insert(name) {
                    let message = "this step reaches nobody whom a step before it does not reach";
                    found.add(
                        "steps_not_rising",
                        place("segment"),
                        message,
                        name,
                        "a segment that is not reached yet",
                    );
                }
            }
        }
        if step.gates.is_empty() && !step.approval {
            let message = "nothing has to hold before the plan goes on from this step";
            found.add("step_without_gate", place("gate"), message, "no gate", "a gate, or approval: true");
        }
        if step.guards.contains(&DataGuard::StreamsCaughtUp)
            && !step.guards.contains(&DataGuard::OperationsOver)
        {
            let message = "how far a stream has to be is known once no older operation runs";
            found.add(
                "guard_alone",
                place("guards"),
                message,
                "streams_caught_up",
                "operations_over as well",
            );
        }
        if step.gates.len() > MOST {
            found.add("too_many", place("gate"), "these are too many gates", "more", "at most 256 gates");
        }
        let mut names = BTreeSet::new();
        for gate in
            step.gates.iter().filter(|gate| !names.insert(gate.as_str()) || spec.dry_run.contains(gate))
        {
            let message = "a gate is named once, and blocks or is run dry";
            found.add("gate_twice", place("gate"), message, gate, "each gate once");
        }
        found.duration(place("bake"), step.bake_ms, 0);
        if step.max_window_ms < step.bake_ms {
            let window = format!("{} ms", step.max_window_ms);
            let least = format!("at least {} ms", step.bake_ms);
            found.add(
                "window_too_short",
                place("max_window"),
                "a window is no shorter than what is baked in it",
                &window,
                &least,
            );
        }
        found.duration(place("max_window"), step.max_window_ms, 0);
    }
}

fn triggers(spec: &Spec, found: &mut Found) {
    if spec.triggers.len() > MOST {
        found.add("too_many", Place::Key("triggers"), "these are too many triggers", "more", "at most 256");
    }
    for (index, trigger) in spec.triggers.iter().enumerate() {
        if trigger.actions.is_empty() {
            found.add(
                "empty_trigger",
                Place::Trigger(index, "do"),
                "a trigger does something",
                "nothing",
                "an action",
            );
        }
        found.duration(Place::Trigger(index, "for"), trigger.for_ms, 0);
    }
}

fn rollback(spec: &Spec, found: &mut Found) {
    let rollback = &spec.rollback;
    let mut before = WHOLE + 1;
    for (index, share) in rollback.steps.iter().enumerate() {
        if *share >= before {
            let message = "each step of a rollback reaches fewer than the one before it";
            let (now, least) =
                (percent((*share).min(WHOLE)), format!("less than {}", percent(before.min(WHOLE))));
            found.add("rollback_not_falling", Place::RollbackStep(index), message, &now, &least);
        }
        before = before.min(*share);
    }
    if rollback.steps.last().is_some_and(|last| *last != 0) {
        let last = percent(rollback.steps.last().copied().unwrap_or_default());
        found.add(
            "rollback_ends_high",
            Place::Rollback("steps"),
            "a rollback ends where nobody is left",
            &last,
            "0% as the last step",
        );
    }
    if rollback.steps.len() > MOST {
        found.add("too_many", Place::Rollback("steps"), "these are too many steps", "more", "at most 256");
    }
    found.duration(Place::Rollback("every"), rollback.every_ms, 0);
    found.duration(Place::Rollback("ack_within"), rollback.ack_within_ms, 1);
    if rollback.failures == 0 {
        found.add(
            "bad_failures",
            Place::Rollback("failures"),
            "a failure is needed to go down at once",
            "0",
            "1 or more",
        );
    }
}

#[derive(Default)]
struct Found(Vec<Problem>);

impl Found {
    fn add(&mut self, code: &'static str, place: Place, message: &str, found: &str, expected: &str) {
        let text = |text: &str| String::from(text);
        self.0.push(Problem {
            code,
            place,
            message: text(message),
            found: text(found),
            expected: text(expected),
        });
    }

    fn duration(&mut self, place: Place, ms: u64, least: u64) {
        if ms < least || ms > LONGEST_MS {
            let found = format!("{} ms", ms);
            self.add(
                "bad_duration",
                place,
                "this duration makes no sense here",
                &found,
                "more than nothing, and ten years at most",
            );
        }
    }
}
