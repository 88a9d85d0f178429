//! The read plan: every way that a read can go, against what must hold of each.

use cutover_delivery::read::{
    Answer, Compare, Effect, Event, FallbackOn, Plan, Read, Route, Side, Tally, Verdict, draw,
};

const ANSWERS: [Answer; 4] = [Answer::Found, Answer::Missing, Answer::Error, Answer::Timeout];
const REASONS: [FallbackOn; 3] = [FallbackOn::NotFound, FallbackOn::Error, FallbackOn::Timeout];

fn plan(fallback_on: u8, sample: u32) -> Plan {
    Plan { fallback_on, sample, timeout_ms: 50, other_timeout_ms: 80 }
}

/// What was done in a read, and in which order.
fn run(plan: &Plan, events: &[Event]) -> (Read, Vec<Effect>) {
    let mut read = Read::default();
    let effects =
        events.iter().flat_map(|event| read.step(plan, *event).iter().collect::<Vec<_>>()).collect();
    (read, effects)
}

fn started(draw: u32) -> Event {
    Event::Started { now: 0, draw }
}

fn said(side: Side, result: Answer) -> Event {
    Event::Answered { side, result, now: 5 }
}

const ASK: Effect = Effect::Ask { side: Side::From, deadline: 50 };
const SHADOW: Effect = Effect::Shadow { side: Side::Other, deadline: 80 };

fn reason(answer: Answer) -> Option<FallbackOn> {
    match answer {
        Answer::Found => None,
        Answer::Missing => Some(FallbackOn::NotFound),
        Answer::Error => Some(FallbackOn::Error),
        Answer::Timeout => Some(FallbackOn::Timeout),
    }
}

#[test]
fn every_pair_of_answers_without_a_comparison() {
    for bits in 0..8 {
        for from in ANSWERS {
            for other in ANSWERS {
                let falls = reason(from).filter(|reason| bits & reason.bit() != 0);
                let events = [started(0), said(Side::From, from), said(Side::Other, other)];
                let (read, effects) = run(&plan(bits, 0), &events);
                let mut expected = vec![ASK];
                if falls.is_some() {
                    expected.push(Effect::Ask { side: Side::Other, deadline: 85 });
                    expected.push(Effect::Answer { side: Side::Other, result: other, fallback: falls });
                } else {
                    expected.push(Effect::Answer { side: Side::From, result: from, fallback: None });
                }
                assert_eq!(effects, expected, "{bits} {from:?} {other:?}");
                assert!(read.is_done());
            }
        }
    }
}

fn verdict(from: Answer, other: Answer) -> Option<Verdict> {
    use Answer::{Error, Found, Missing, Timeout};
    match (from, other) {
        (Found, Found) => None,
        (Missing, Missing) => Some(Verdict::Match),
        (Found, Missing) | (Missing, Found) => Some(Verdict::Mismatch),
        (Timeout, _) | (_, Timeout) => Some(Verdict::TimedOut),
        (Error, Error) => Some(Verdict::BothError),
        (Error, _) => Some(Verdict::ControlError),
        (_, Error) => Some(Verdict::CandidateError),
    }
}

#[test]
fn every_pair_of_answers_in_both_orders_with_a_comparison() {
    for bits in 0..8 {
        for from in ANSWERS {
            for other in ANSWERS {
                for from_first in [true, false] {
                    let mut said = [said(Side::From, from), said(Side::Other, other)];
                    if !from_first {
                        said.reverse();
                    }
                    let (read, effects) = run(&plan(bits, 1), &[started(0), said[0], said[1]]);
                    let fallback = reason(from).filter(|reason| bits & reason.bit() != 0);
                    let (side, result) =
                        if fallback.is_some() { (Side::Other, other) } else { (Side::From, from) };
                    let last = match verdict(from, other) {
                        None => Effect::Compare,
                        Some(verdict) => Effect::Report { verdict },
                    };
                    let expected = [ASK, SHADOW, Effect::Answer { side, result, fallback }, last];
                    assert_eq!(effects, expected, "{bits} {from:?} {other:?} {from_first}");
                    assert_eq!(read.is_done(), last != Effect::Compare);
                }
            }
        }
    }
}

#[test]
fn the_caller_never_waits_for_a_comparison() {
    let (read, effects) = run(&plan(0, 1), &[started(0), said(Side::From, Answer::Found)]);
    assert!(matches!(effects[2], Effect::Answer { side: Side::From, .. }));
    assert!(!read.is_done());
    assert_eq!(read.deadline(), Some(80));
}

#[test]
fn the_host_compares_two_records_once() {
    let compared = Event::Compared { verdict: Verdict::Mismatch };
    let both = [started(0), said(Side::From, Answer::Found), said(Side::Other, Answer::Found)];
    let (read, effects) = run(&plan(0, 1), &[both[0], both[1], compared, both[2], compared, compared]);
    assert_eq!(effects[3..], [Effect::Compare, Effect::Report { verdict: Verdict::Mismatch }]);
    assert!(read.is_done());
}

#[test]
fn a_refused_side_has_failed() {
    let events = [started(0), Event::Refused { side: Side::From, now: 3 }];
    let (_, effects) = run(&plan(FallbackOn::Error.bit(), 0), &events);
    assert_eq!(effects[1], Effect::Ask { side: Side::Other, deadline: 83 });
}

#[test]
fn deadlines_are_data() {
    let plan = plan(FallbackOn::Timeout.bit(), 0);
    let mut read = Read::default();
    read.step(&plan, started(0));
    assert!(read.step(&plan, Event::Passed { now: 49 }).iter().next().is_none());
    let asked = read.step(&plan, Event::Passed { now: 50 });
    assert!(asked.iter().eq([Effect::Ask { side: Side::Other, deadline: 130 }]));
    let late = read.step(&plan, said(Side::From, Answer::Found));
    assert!(late.iter().next().is_none(), "what comes after the deadline is late");
    let fallback = Some(FallbackOn::Timeout);
    let answer = read.step(&plan, Event::Passed { now: 130 });
    assert!(answer.iter().eq([Effect::Answer { side: Side::Other, result: Answer::Timeout, fallback }]));
}

#[test]
fn a_cancelled_read_answers_nobody() {
    let (read, effects) = run(&plan(7, 1), &[started(0), Event::Cancelled, said(Side::From, Answer::Found)]);
    assert_eq!(effects, [ASK, SHADOW, Effect::Report { verdict: Verdict::Skipped }]);
    assert!(read.is_done());
    let (_, effects) = run(&plan(7, 1), &[Event::Cancelled, started(0)]);
    assert_eq!(effects, []);
}

/// All sequences of five events: one answer at most, no side asked twice, one verdict at most, and an end.
#[test]
fn every_sequence_of_events() {
    let events = [
        started(0),
        said(Side::From, Answer::Found),
        said(Side::From, Answer::Missing),
        Event::Refused { side: Side::Other, now: 6 },
        said(Side::Other, Answer::Found),
        Event::Passed { now: 1_000 },
        Event::Compared { verdict: Verdict::Match },
        Event::Cancelled,
    ];
    let count = |effects: &[Effect], of: fn(&Effect) -> bool| effects.iter().filter(|one| of(one)).count();
    for plan in [plan(0, 0), plan(7, 0), plan(0, 1), plan(7, 1)] {
        for mut number in 0..8_usize.pow(5) {
            let mut sequence = [events[0]; 5];
            for event in &mut sequence {
                *event = events[number % 8];
                number /= 8;
            }
            let (mut read, mut effects) = run(&plan, &sequence);
            let rest = [started(9), Event::Passed { now: 2_000 }, Event::Passed { now: 4_000 }];
            for event in rest {
                effects.extend(read.step(&plan, event).iter());
            }
            let answers = count(&effects, |one| matches!(one, Effect::Answer { .. }));
            let cancelled = sequence.contains(&Event::Cancelled);
            assert!(answers == 1 || (cancelled && answers == 0), "{sequence:?} {effects:?}");
            for side in [Side::From, Side::Other] {
                let asks = effects.iter().filter(|one| match one {
                    Effect::Ask { side: of, .. } | Effect::Shadow { side: of, .. } => *of == side,
                    _ => false,
                });
                assert!(asks.count() <= 1, "{sequence:?} {effects:?}");
            }
            assert!(count(&effects, |one| matches!(one, Effect::Report { .. })) <= 1, "{sequence:?}");
            let compares = count(&effects, |one| matches!(one, Effect::Compare)) == 1;
            assert!(read.is_done() || compares, "{sequence:?} {effects:?}");
        }
    }
}

#[test]
fn a_route_of_the_engine_is_a_plan() {
    let route = |json: &str| serde_json::from_str::<Route>(json).unwrap();
    let live = route(
        r#"{"from":"new_store","fallback":"old_store","fallback_on":["error","timeout"],
            "compare":{"with":"old_store","profile":null,"sample":2500}}"#,
    );
    let bits = FallbackOn::Error.bit() | FallbackOn::Timeout.bit();
    let (timeout_ms, other_timeout_ms) = (1_000, 1_000);
    assert_eq!(live.plan(), Ok(Plan { fallback_on: bits, sample: 2_500, timeout_ms, other_timeout_ms }));
    assert_eq!((live.store(Side::From), live.store(Side::Other)), (Some("new_store"), Some("old_store")));
    let plain = route(r#"{"from":"old_store","fallback":null,"fallback_on":[],"compare":null}"#);
    assert_eq!(plain.store(Side::Other), None);
    let refused = |route: Route| route.plan().unwrap_err().to_string();
    let compare = Some(Compare { with: "third".into(), profile: None, sample: 1 });
    assert_eq!(refused(Route { compare, ..live.clone() }), "a route has two stores");
    assert_eq!(refused(Route { fallback: None, compare: None, ..live }), "`fallback_on` needs a `fallback`");
}

#[test]
fn the_counters_of_the_metrics() {
    let mut tally = Tally::default();
    for bit in REASONS.map(FallbackOn::bit) {
        for from in ANSWERS {
            let events = [started(0), said(Side::From, from), said(Side::Other, Answer::Found)];
            run(&plan(bit, 1), &events).1.into_iter().for_each(|effect| tally.add(effect));
        }
    }
    tally.add(Effect::Report { verdict: Verdict::Skipped });
    let expected = Tally {
        reads_from: 9,
        reads_other: 3,
        fallbacks_not_found: 1,
        fallbacks_error: 1,
        fallbacks_timeout: 1,
        comparisons: 9,
        inconsistencies: 6,
        undecided: 3,
    };
    assert_eq!(tally, expected);
}

#[test]
fn a_draw_is_even_and_of_the_name() {
    assert_eq!(draw("read-1"), draw("read-1"));
    let below = (0..20_000).filter(|n| draw(&format!("read-{n}")) < 250_000).count();
    assert!((4_800..5_200).contains(&below), "{below}");
}
