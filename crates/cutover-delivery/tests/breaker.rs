//! The breaker: every state and every event, no trap, no leak, no allocation.

use cutover_delivery::breaker::{
    Asked, Breaker, Config, Force, Outcome, Permit, Reported, State, Tally, Window,
};
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "an allocator is unsafe by its trait; this one only counts and passes on")]
// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from the system's allocator above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn small() -> Config {
    Config {
        window: Window::Count { calls: 4 },
        failure_rate: 500_000,
        slow_call_rate: 750_000,
        slow_call_ms: 100,
        min_calls: 2,
        open_for_ms: 50,
        permits: 3,
        lease_ms: 20,
    }
}

fn breaker() -> Breaker {
    Breaker::new(small()).unwrap()
}

fn permit(breaker: &mut Breaker, now: i64) -> Permit {
    match breaker.ask(now) {
        Asked::Permit(permit) => permit,
        Asked::Refused { until } => panic!("refused until {until:?} in {:?}", breaker.state()),
    }
}

fn call(breaker: &mut Breaker, outcome: Outcome, ms: u64, now: i64) -> Reported {
    let permit = permit(breaker, now);
    breaker.report(permit, outcome, ms, now)
}

#[test]
fn every_state_answers_every_event() {
    use Outcome::{Failure, Ignored, Success};
    let shown = |force, outcome| {
        let mut breaker = breaker();
        breaker.force(force, 0);
        let asked = breaker.ask(0);
        let permit = match asked {
            Asked::Permit(permit) => permit,
            Asked::Refused { .. } => Permit { generation: breaker.generation(), attempt: 0 },
        };
        let reported = breaker.report(permit, outcome, 0, 0);
        let asked = match asked {
            Asked::Permit(_) => "permit".to_owned(),
            Asked::Refused { until } => format!("{until:?}"),
        };
        format!("{asked} {reported:?} {:?} {}", breaker.state(), breaker.seen().calls)
    };
    let table = [
        (Force::Closed, Success, "permit Counted Closed 1"),
        (Force::Closed, Failure, "permit Counted Closed 1"),
        (Force::Closed, Ignored, "permit Counted Closed 0"),
        (Force::Open, Success, "Some(50) Counted Open { until: 50 } 0"),
        (Force::Open, Failure, "Some(50) Counted Open { until: 50 } 0"),
        (Force::Open, Ignored, "Some(50) Counted Open { until: 50 } 0"),
        (Force::HalfOpen, Success, "permit Counted HalfOpen 0"),
        (Force::HalfOpen, Failure, "permit Counted HalfOpen 0"),
        (Force::HalfOpen, Ignored, "permit Counted HalfOpen 0"),
        (Force::ForcedOpen, Success, "None Counted ForcedOpen 0"),
        (Force::ForcedOpen, Failure, "None Counted ForcedOpen 0"),
        (Force::ForcedOpen, Ignored, "None Counted ForcedOpen 0"),
        (Force::Disabled, Success, "permit Counted Disabled 0"),
        (Force::Disabled, Failure, "permit Counted Disabled 0"),
        (Force::Disabled, Ignored, "permit Counted Disabled 0"),
        (Force::MetricsOnly, Success, "permit Counted MetricsOnly 1"),
        (Force::MetricsOnly, Failure, "permit Counted MetricsOnly 1"),
        (Force::MetricsOnly, Ignored, "permit Counted MetricsOnly 0"),
    ];
    for (force, outcome, expected) in table {
        assert_eq!(shown(force, outcome), expected, "{force:?} {outcome:?}");
    }
}

#[test]
fn the_last_calls_decide() {
    let mut breaker = breaker();
    for _ in 0..9 {
        assert_eq!(call(&mut breaker, Outcome::Success, 1, 0), Reported::Counted);
    }
    assert_eq!(call(&mut breaker, Outcome::Failure, 1, 0), Reported::Counted);
    assert_eq!(breaker.seen(), Tally { calls: 4, failed: 1, slow: 0 });
    assert_eq!(call(&mut breaker, Outcome::Failure, 1, 7), Reported::Moved);
    assert_eq!(breaker.state(), State::Open { until: 57 });
}

#[test]
fn slow_calls_open_as_well() {
    let mut breaker = breaker();
    call(&mut breaker, Outcome::Success, 99, 0);
    for _ in 0..2 {
        assert_eq!(call(&mut breaker, Outcome::Success, 100, 0), Reported::Counted);
    }
    assert_eq!(call(&mut breaker, Outcome::Success, 100, 0), Reported::Moved);
}

#[test]
fn a_window_of_time_forgets() {
    let config = Config { window: Window::Time { ms: 100, buckets: 10 }, min_calls: 3, ..small() };
    let mut breaker = Breaker::new(config).unwrap();
    breaker.force(Force::MetricsOnly, 0);
    for now in [1_000, 1_010, 1_055, 1_099] {
        call(&mut breaker, Outcome::Failure, 1, now);
    }
    assert_eq!(breaker.seen().failed, 4);
    call(&mut breaker, Outcome::Success, 1, 1_100);
    assert_eq!(breaker.seen(), Tally { calls: 4, failed: 3, slow: 0 }, "the call of 1000 is forgotten");
    call(&mut breaker, Outcome::Success, 1, 1_090);
    assert_eq!(breaker.seen().calls, 5, "a clock that goes back a little loses nothing");
    call(&mut breaker, Outcome::Success, 1, 9_000);
    assert_eq!(breaker.seen(), Tally { calls: 1, failed: 0, slow: 0 });
}

#[test]
fn a_late_result_of_before_changes_nothing() {
    let mut breaker = breaker();
    let late = permit(&mut breaker, 0);
    for _ in 0..2 {
        call(&mut breaker, Outcome::Failure, 1, 0);
    }
    let trial = permit(&mut breaker, 50);
    assert_eq!(breaker.state(), State::HalfOpen);
    assert_eq!(breaker.report(late, Outcome::Success, 50, 51), Reported::Stale);
    assert_eq!(breaker.report(trial, Outcome::Success, 1, 51), Reported::Counted);
    assert_eq!(
        breaker.report(trial, Outcome::Success, 1, 51),
        Reported::Stale,
        "a permit is given back once"
    );
    assert_eq!(breaker.counts().stale, 2);
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn trial_calls_decide_as_soon_as_they_can() {
    let half_open = || {
        let mut breaker = breaker();
        breaker.force(Force::HalfOpen, 0);
        breaker
    };
    let mut good = half_open();
    assert_eq!(call(&mut good, Outcome::Success, 1, 0), Reported::Counted);
    assert_eq!(
        call(&mut good, Outcome::Success, 1, 0),
        Reported::Moved,
        "one failure of three would not open"
    );
    assert_eq!((good.state(), good.seen().calls), (State::Closed, 0));
    let mut bad = half_open();
    assert_eq!(call(&mut bad, Outcome::Failure, 1, 0), Reported::Counted);
    assert_eq!(call(&mut bad, Outcome::Failure, 1, 3), Reported::Moved);
    assert_eq!(bad.state(), State::Open { until: 53 });
}

#[test]
fn a_permit_that_never_comes_back_has_failed() {
    let mut breaker = breaker();
    breaker.force(Force::HalfOpen, 0);
    let lost = permit(&mut breaker, 0);
    permit(&mut breaker, 1);
    permit(&mut breaker, 2);
    assert_eq!(breaker.ask(19), Asked::Refused { until: Some(20) });
    assert!(matches!(breaker.ask(20), Asked::Refused { until: Some(21) }), "what failed is not tried again");
    assert_eq!(breaker.ask(21), Asked::Refused { until: Some(71) });
    assert_eq!((breaker.state(), breaker.counts().expired), (State::Open { until: 71 }, 2));
    assert_eq!(breaker.report(lost, Outcome::Success, 21, 22), Reported::Stale);
}

#[test]
fn an_ignored_call_gives_its_permit_back() {
    let mut breaker = breaker();
    breaker.force(Force::HalfOpen, 0);
    for _ in 0..100 {
        assert_eq!(call(&mut breaker, Outcome::Ignored, 1, 0), Reported::Counted);
    }
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn a_clock_that_goes_back_does_not_keep_it_open() {
    let mut breaker = breaker();
    breaker.force(Force::Open, 1_000_000);
    assert_eq!(breaker.ask(0), Asked::Refused { until: Some(50) });
    permit(&mut breaker, 50);
    permit(&mut breaker, 50);
    permit(&mut breaker, 50);
    assert_eq!(breaker.ask(-1_000), Asked::Refused { until: Some(-980) });
}

#[test]
fn a_restored_breaker_goes_on() {
    let mut breaker = breaker();
    call(&mut breaker, Outcome::Failure, 1, 0);
    call(&mut breaker, Outcome::Failure, 1, 5);
    let saved = serde_json::to_string(&breaker).unwrap();
    let read = || serde_json::from_str::<Breaker>(&saved).unwrap();
    assert_eq!(read().restored(small()).unwrap(), breaker);
    assert_eq!(read().restored(small()).unwrap().ask(54), Asked::Refused { until: Some(55) });
    let wider = Config { window: Window::Count { calls: 70 }, ..small() };
    assert_eq!(read().restored(wider).unwrap().seen(), Tally::default());
}

#[test]
fn configurations_that_make_no_sense_are_refused() {
    let refused = |config: Config| Breaker::new(config).unwrap_err().to_string();
    let window = Window::Count { calls: 0 };
    assert_eq!(refused(Config { window, ..small() }), "`calls` is 1 to 65536");
    let window = Window::Time { ms: 5, buckets: 10 };
    assert_eq!(refused(Config { window, ..small() }), "a bucket of a window is at least a millisecond");
    assert_eq!(
        refused(Config { min_calls: 5, ..small() }),
        "`min_calls` is not above the calls of the window"
    );
    assert_eq!(refused(Config { permits: 0, ..small() }), "`permits` is 1 to 1000");
    assert_eq!(refused(Config { failure_rate: 0, ..small() }), "`failure_rate` is 1 to 1000000");
}

#[test]
fn no_call_allocates() {
    let mut breaker = breaker();
    let before = ALLOCATIONS.with(Cell::get);
    for now in 0..10_000 {
        if let Asked::Permit(permit) = breaker.ask(now) {
            let outcome = if now % 3 == 0 { Outcome::Success } else { Outcome::Failure };
            breaker.report(permit, outcome, 1, now);
        }
    }
    assert_eq!(ALLOCATIONS.with(Cell::get), before);
    assert!(breaker.generation() > 100);
}

#[derive(Debug, Clone)]
enum Move {
    Ask,
    Report { which: usize, outcome: Outcome, ms: u64 },
    Wait { ms: i64 },
    Save,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let outcome = prop_oneof![Just(Outcome::Success), Just(Outcome::Failure), Just(Outcome::Ignored)];
    prop::collection::vec(
        prop_oneof![
            4 => Just(Move::Ask),
            4 => (0..8_usize, outcome, 0..200_u64)
                .prop_map(|(which, outcome, ms)| Move::Report { which, outcome, ms }),
            2 => (0..60_i64).prop_map(|ms| Move::Wait { ms }),
            1 => Just(Move::Save),
        ],
        0..200,
    )
}

proptest! {
    #[test]
    fn it_can_always_be_left(moves in moves(), timed in any::<bool>()) {
        let window = if timed { Window::Time { ms: 40, buckets: 4 } } else { Window::Count { calls: 4 } };
        let config = Config { window, ..small() };
        let (mut breaker, mut now, mut held) = (Breaker::new(config).unwrap(), 0, Vec::new());
        for one in moves {
            match one {
                Move::Ask => {
                    if let Asked::Permit(permit) = breaker.ask(now) {
                        held.push((permit, now, breaker.state()));
                    }
                    // The trial calls that are out, and may still report, are never more than the permits.
                    let out = held.iter().filter(|(permit, since, state)| {
                        *state == State::HalfOpen
                            && permit.generation == breaker.generation()
                            && now - since < 20
                    });
                    prop_assert!(out.count() <= 3);
                }
                Move::Report { which, outcome, ms } if which < held.len() => {
                    let (permit, ..) = held.swap_remove(which);
                    let (generation, state) = (breaker.generation(), breaker.state());
                    let reported = breaker.report(permit, outcome, ms, now);
                    if permit.generation != generation {
                        prop_assert_eq!(reported, Reported::Stale);
                        prop_assert_eq!(breaker.state(), state);
                    }
                    prop_assert!(reported != Reported::Moved || breaker.generation() != generation);
                }
                Move::Report { .. } => {}
                Move::Wait { ms } => now += ms,
                Move::Save => {
                    let saved = serde_json::to_string(&breaker).unwrap();
                    let again: Breaker = serde_json::from_str(&saved).unwrap();
                    prop_assert_eq!(&again.restored(config).unwrap(), &breaker);
                }
            }
        }
        // Whatever was lost: good calls close it, within two waits and two leases.
        for _ in 0..12 {
            if let Asked::Permit(permit) = breaker.ask(now) {
                breaker.report(permit, Outcome::Success, 1, now);
            }
            now += 10;
        }
        for _ in 0..12 {
            if let Asked::Permit(permit) = breaker.ask(now) {
                breaker.report(permit, Outcome::Success, 1, now);
            }
        }
        prop_assert_eq!(breaker.state(), State::Closed);
    }
}
