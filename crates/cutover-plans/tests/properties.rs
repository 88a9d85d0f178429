//! Orders that nobody meant, duplicates, clocks that jump, and states from anywhere.

use cutover_plans::{
    Action, Event, Kind, OnFail, Owed, Plan, Rollback, Spec, Stage, State, Step, Target, Trigger, Verdict,
    WHOLE,
};
use proptest::prelude::*;

const MINUTE: u64 = 60_000;

fn plan() -> Plan {
    let step = |to| Step { to, ..Step::share(0, 10 * MINUTE, "g") };
    let mut spec = Spec::new(
        "f",
        vec![step(Target::Segment("pilot".into())), step(Target::Share(100_000)), step(Target::Share(WHOLE))],
    );
    spec.steps[1].approval = true;
    spec.steps[2].capacity = true;
    spec.on_fail = OnFail::RollbackProgressive;
    spec.holdback = 10_000;
    spec.complete_after_ms = Some(20 * MINUTE);
    let trigger =
        |name: &str, action| Trigger { name: name.into(), for_ms: 2 * MINUTE, actions: vec![action] };
    spec.triggers =
        vec![trigger("slow", Action::SetFlag("save".into())), trigger("bad", Action::RollbackImmediate)];
    spec.rollback = Rollback { steps: vec![500_000, 50_000, 0], ..Rollback::default() };
    Plan::new(spec).unwrap()
}

fn verdict() -> impl Strategy<Value = Verdict> {
    use Verdict::{Error, Fail, Inconclusive, NoData, Pass, Stale};
    prop_oneof![
        8 => Just(Pass), 1 => Just(Inconclusive), 1 => Just(NoData), 1 => Just(Stale), 1 => Just(Error), 1 => Just(Fail)
    ]
}

/// An event, and how far the clock goes before it, backwards too.
fn event() -> impl Strategy<Value = (i64, Kind)> {
    let (a, b) = (String::from("a"), String::from("b"));
    let kinds = prop_oneof![
        10 => Just(Kind::Tick),
        10 => verdict().prop_map(|verdict| Kind::Judged { gate: "g".into(), verdict, srm: false }),
        1 => Just(Kind::Judged { gate: "g".into(), verdict: Verdict::Fail, srm: true }),
        6 => (0..12_u64).prop_map(|epoch| Kind::Ack { epoch, node: None }),
        2 => (0..12_u64, "[xy]").prop_map(|(epoch, node)| Kind::Ack { epoch, node: Some(node) }),
        3 => (0..12_u64).prop_map(|epoch| Kind::Capacity { epoch }),
        1 => Just(Kind::Nodes { nodes: vec!["x".into(), "y".into()] }),
        3 => (0..30_u64).prop_map(|id| Kind::Done { id }),
        3 => (0..30_u64).prop_map(|id| Kind::Failed { id, failed: None, message: String::new() }),
        2 => (0..3_usize, any::<bool>()).prop_map(|(index, firing)| Kind::Trigger { index, firing }),
        1 => Just(Kind::Start { actor: a.clone() }),
        3 => (0..3_usize).prop_map({ let (a, b) = (a.clone(), b.clone()); move |step| Kind::Approve { actor: a.clone(), step, reason: b.clone() } }),
        1 => Just(Kind::Pause { actor: a.clone(), reason: b.clone() }),
        3 => Just(Kind::Resume { actor: a.clone(), reason: b.clone() }),
        1 => Just(Kind::Promote { actor: a.clone(), reason: b.clone() }),
        1 => Just(Kind::Complete { actor: a.clone() }),
        1 => any::<bool>().prop_map({ let a = a.clone(); move |on| Kind::Emergency { on, actor: a.clone() } }),
        1 => Just(Kind::Abort { actor: a, reason: b }),
        1 => Just(Kind::Restarted),
    ];
    let jump = prop_oneof![6 => 0..3_i64, 1 => -30..0_i64, 1 => Just(100_000_i64)];
    (jump.prop_map(|minutes| minutes * 60_000), kinds)
}

fn began(plan: &Plan, at: i64) -> State {
    let started = plan.advance(plan.draft(), Event::new(at, Kind::Start { actor: "a".into() })).state;
    plan.advance(started, Event::new(at, Kind::Ack { epoch: 1, node: None })).state
}

const BEGIN: i64 = 1_000_000_000_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_order_of_events_breaks_what_must_hold(events in prop::collection::vec(event(), 1..120)) {
        let plan = plan();
        let (mut state, mut clock) = (began(&plan, BEGIN), BEGIN);
        // The true time that was told, counted by the highest clock only.
        let (mut highest, mut watched) = (BEGIN, 0_i64);
        for (jump, kind) in events {
            clock += jump;
            let resumes = matches!(kind, Kind::Resume { .. } | Kind::Start { .. });
            let advanced = plan.advance(state.clone(), Event::new(clock, kind));
            let after = advanced.state;
            watched += (clock - highest).clamp(0, 15 * 60_000);
            highest = highest.max(clock);
            let fresh = after.epoch != state.epoch || after.stage != state.stage || resumes || after.stage.is_active() != state.stage.is_active();
            prop_assert!(fresh || after.baked_ms.saturating_sub(state.baked_ms) <= 15 * MINUTE);
            if matches!(state.stage, Stage::Paused { .. } | Stage::RollingBack { .. }) {
                prop_assert!(after.millionths <= state.millionths && after.segments.len() <= state.segments.len());
            }
            if after.stage == Stage::Promoted && !matches!(state.stage, Stage::Promoted | Stage::Paused { .. }) {
                prop_assert_eq!(after.gates.get("g").map(|judged| judged.verdict), Some(Verdict::Pass));
            }
            prop_assert!(after.epoch >= state.epoch && after.revision >= state.revision);
            prop_assert!(after.millionths <= 990_000 || after.stage == Stage::Completed);
            // What is kept is read again as it was.
            let text = serde_json::to_string(&after).unwrap();
            prop_assert_eq!(&serde_json::from_str::<State>(&text).unwrap(), &after);
            state = after;
        }
        // A clock that jumps adds no more than the longest gap that counts, each time.
        prop_assert!(i64::try_from(state.baked_ms).unwrap() <= watched + 15 * 60_000 * 120);
    }

    #[test]
    fn an_event_that_is_told_twice_is_told_once(events in prop::collection::vec(event(), 1..80)) {
        let plan = plan();
        let (mut once, mut twice, mut clock) = (began(&plan, BEGIN), began(&plan, BEGIN), BEGIN);
        for (jump, mut kind) in events {
            clock += jump.max(0);
            // A host tells of what it was asked for, not of what it will be asked for by this very event.
            if let Kind::Done { id } | Kind::Failed { id, .. } = &kind
                && !once.owed.iter().any(|owed| owed.id == *id)
            {
                continue;
            }
            if let Kind::Failed { id, failed, .. } = &mut kind {
                // While it waits for its next turn, it was asked for before the failure that it waits for.
                let asked = |owed: &Owed| owed.failed - u32::from(owed.retry_at.is_some());
                *failed = once.owed.iter().find(|owed| owed.id == *id).map(asked);
            }
            let expect = Some(once.revision);
            let event = Event { at: clock, expect, kind };
            once = plan.advance(once, event.clone()).state;
            twice = plan.advance(twice, event.clone()).state;
            twice = plan.advance(twice, event).state;
            (once.wake, twice.wake) = (None, None);
            prop_assert_eq!(&once, &twice);
        }
    }

    #[test]
    fn late_words_do_not_hurry_a_step(minutes in prop::collection::vec(0..20_i64, 1..60)) {
        // Whatever the order of ticks: a step of ten minutes is not over while the highest clock is below ten.
        let plan = plan();
        let mut state = began(&plan, BEGIN);
        let mut highest = 0;
        for minute in minutes {
            highest = highest.max(minute);
            let judged = Kind::Judged { gate: "g".into(), verdict: Verdict::Pass, srm: false };
            state = plan.advance(state, Event::new(BEGIN + minute * 60_000, judged)).state;
            prop_assert!(state.step == 0 || highest >= 10);
        }
    }

    #[test]
    fn a_state_from_anywhere_is_taken(
        events in prop::collection::vec(event(), 1..20),
        step in any::<usize>(),
        times in any::<[i64; 4]>(),
        numbers in any::<[u64; 4]>(),
        share in any::<u32>(),
        which in 0..11_usize,
    ) {
        let plan = plan();
        let mut state = began(&plan, times[0]);
        let stages = ["draft", "scheduled", "progressing", "baking", "awaiting_approval", "rolled_back", "promoted", "completed", "superseded"];
        state.stage = match stages.get(which) {
            Some(name) => serde_json::from_value(serde_json::json!({ "stage": name })).unwrap(),
            None => serde_json::from_value(serde_json::json!({ "stage": "rolling_back", "mode": "progressive", "failures": u32::MAX })).unwrap(),
        };
        (state.step, state.now, state.since, state.window) = (step, times[1], times[2], times[3]);
        (state.epoch, state.baked_ms, state.next_effect, state.revision) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        (state.millionths, state.triggers) = (share, Vec::new());
        for (jump, kind) in events {
            state = plan.advance(state, Event::new(jump.wrapping_mul(share.into()), kind)).state;
        }
    }
}

#[test]
fn json_says_what_is_wrong_with_an_event() {
    let told = |event: &str| cutover_plans::advance_json(&plan(), "", event, 0).unwrap_err();
    for (event, what) in [
        ("{}", "missing field `event`"),
        ("[]", "invalid type"),
        (r#"{"event":"strat"}"#, "unknown variant `strat`"),
        (r#"{"event":"pause","actor":"a","reason":"b","acter":1}"#, "unknown field `acter`"),
        (r#"{"event":"judged","gate":"g","verdict":"ok"}"#, "unknown variant `ok`"),
        (r#"{"event":"approve","actor":"a"}"#, "missing field `step`"),
        (r#"{"event":"tick","at":"soon"}"#, "invalid type"),
    ] {
        assert!(told(event).contains(what), "{event}: {}", told(event));
    }
}
