//! Retries: the waits are published, the budget holds, every state answers every event.

use cutover_delivery::retry::{Budget, BudgetPolicy, Effect, Event, Failure, GaveUp, Jitter, Policy, Retry};
use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

#[test]
fn a_wait_is_the_hash_of_the_bytes_that_are_documented() {
    let policy = Policy::default();
    let mut bytes = vec![2, 7, 0, 0, 0];
    bytes.extend_from_slice(b"order-7");
    bytes.extend_from_slice(&[3, 0, 0, 0]);
    let wait = (u128::from(xxh3_64(&bytes)) * 4_001) >> 64;
    assert_eq!(u128::from(policy.delay_ms("order-7", 3)), wait);
    let golden = ["", "order-7", "é\u{1f600}"].map(|id| [1, 2, 6, 9].map(|n| policy.delay_ms(id, n)));
    assert_eq!(golden, GOLDEN);
}

const GOLDEN: [[u64; 4]; 3] =
    [[203, 1_258, 16_265, 46_679], [450, 1_419, 20_483, 2_153], [550, 620, 14_042, 8_031]];

#[test]
fn waits_grow_to_the_cap_and_never_overflow() {
    let policy =
        Policy { base_ms: 250, factor: 3, cap_ms: u64::MAX, jitter: Jitter::None, ..Policy::default() };
    assert_eq!([1, 2, 3].map(|n| policy.delay_ms("", n)), [250, 750, 2_250]);
    assert_eq!(policy.delay_ms("", u32::MAX), u64::MAX);
    let due = policy.after("", 4, Failure::Transient, i64::MAX, Some(9));
    assert_eq!(due, Ok(i64::MAX));
    let flat = Policy { factor: 1, ..policy };
    assert_eq!(flat.delay_ms("", u32::MAX), 250);
}

#[test]
fn the_store_may_ask_for_longer() {
    let policy = Policy { jitter: Jitter::None, ..Policy::default() };
    assert_eq!(policy.after("", 1, Failure::Transient, 10, Some(7_000)), Ok(7_010));
    assert_eq!(policy.after("", 1, Failure::Transient, 10, Some(1)), Ok(1_010));
}

const POLICY: Policy =
    Policy { attempts: 2, base_ms: 10, factor: 2, cap_ms: 10, jitter: Jitter::None, budget: None };

fn failed(failure: Failure) -> Event {
    Event::Failed { attempt: 1, failure, now: 0, retry_after_ms: None }
}

#[test]
fn every_state_answers_every_event() {
    let states = [
        ("idle", Retry::Idle),
        ("trying", Retry::Trying { attempt: 1, unknown: false }),
        ("doubt", Retry::Trying { attempt: 1, unknown: true }),
        ("waiting", Retry::Waiting { attempt: 1, due: 10, unknown: true }),
        ("done", Retry::Succeeded { attempts: 1 }),
        ("failed", Retry::Failed { attempts: 1, reason: GaveUp::Exhausted, unknown: false }),
    ];
    let events = [
        ("started", Event::Started),
        ("succeeded", Event::Succeeded),
        ("transient", failed(Failure::Transient)),
        ("unknown", failed(Failure::Unknown)),
        ("permanent", failed(Failure::Permanent)),
        ("early", Event::Due { now: 9, granted: true }),
        ("due", Event::Due { now: 10, granted: true }),
        ("refused", Event::Due { now: 10, granted: false }),
        ("cancelled", Event::Cancelled),
    ];
    let mut table = String::new();
    for (from, state) in states {
        for (name, event) in events {
            let (to, effects) = state.step(&POLICY, "op", event);
            if to != state || !effects.is_empty() {
                table += &format!("{from} {name}: {}\n", serde_json::to_string(&to).unwrap());
                assert!(effects.len() == 1 || to == state, "{from} {name} {effects:?}");
            }
        }
    }
    let expected = r#"idle started: {"state":"trying","attempt":1,"unknown":false}
idle cancelled: {"state":"failed","attempts":0,"reason":"cancelled","unknown":false}
trying succeeded: {"state":"succeeded","attempts":1}
trying transient: {"state":"waiting","attempt":1,"due":10,"unknown":false}
trying unknown: {"state":"waiting","attempt":1,"due":10,"unknown":true}
trying permanent: {"state":"failed","attempts":1,"reason":"permanent","unknown":false}
trying cancelled: {"state":"failed","attempts":1,"reason":"cancelled","unknown":true}
doubt succeeded: {"state":"succeeded","attempts":1}
doubt transient: {"state":"waiting","attempt":1,"due":10,"unknown":true}
doubt unknown: {"state":"waiting","attempt":1,"due":10,"unknown":true}
doubt permanent: {"state":"failed","attempts":1,"reason":"permanent","unknown":true}
doubt cancelled: {"state":"failed","attempts":1,"reason":"cancelled","unknown":true}
waiting succeeded: {"state":"succeeded","attempts":1}
waiting early: {"state":"waiting","attempt":1,"due":10,"unknown":true}
waiting due: {"state":"trying","attempt":2,"unknown":true}
waiting refused: {"state":"failed","attempts":1,"reason":"budget","unknown":true}
waiting cancelled: {"state":"failed","attempts":1,"reason":"cancelled","unknown":true}
"#;
    assert_eq!(table, expected);
}

#[test]
fn the_last_attempt_is_the_last() {
    let last = Retry::Trying { attempt: 2, unknown: false };
    let failed = Event::Failed { attempt: 2, failure: Failure::Transient, now: 0, retry_after_ms: None };
    let (_, effects) = last.step(&POLICY, "op", failed);
    assert_eq!(effects, [Effect::GiveUp { reason: GaveUp::Exhausted, unknown: false }]);
    let (state, effects) = last.step(&POLICY, "op", self::failed(Failure::Permanent));
    assert_eq!((state, effects), (last, vec![]), "what an earlier attempt says is late");
}

#[test]
fn a_dead_store_gets_the_reserve_and_no_more() {
    let policy = BudgetPolicy { ratio: 0, min_per_second: 2, window_ms: 10_000 };
    let mut budget = Budget::default();
    let granted = |budget: &mut Budget, now| (0..1_000).filter(|_| budget.withdraw(&policy, now)).count();
    assert_eq!(granted(&mut budget, 5), 20);
    assert_eq!(granted(&mut budget, 9_999), 0);
    assert_eq!(granted(&mut budget, 10_000), 20, "what was taken a window ago is forgotten");
    assert_eq!(granted(&mut budget, -500_000), 20, "a clock that went far back begins anew");
}

proptest! {
    #[test]
    fn waits_lie_between_nothing_and_the_ceiling(id in ".*", attempt in 1..40_u32, base in 0..10_000_u64, factor in 1..9_u32) {
        let policy = Policy { base_ms: base, factor, cap_ms: base + 90_000, ..Policy::default() };
        let (wait, ceiling) = (policy.delay_ms(&id, attempt), policy.ceiling_ms(attempt));
        prop_assert!(wait <= ceiling && ceiling <= policy.cap_ms);
        prop_assert_eq!(wait, policy.delay_ms(&id, attempt));
        prop_assert!(policy.ceiling_ms(attempt + 1) >= ceiling);
    }

    #[test]
    fn no_retry_is_granted_beyond_the_share_of_its_window(
        steps in prop::collection::vec((0..400_i64, any::<bool>()), 1..400),
        ratio in 0..1_500_000_u32,
        min in 0..4_u32,
    ) {
        let policy = BudgetPolicy { ratio, min_per_second: min, window_ms: 5_000 };
        let (mut budget, mut now, mut log) = (Budget::default(), 0, Vec::new());
        for (wait, first) in steps {
            now += wait;
            if first {
                budget.deposit(&policy, now);
                log.push((now, true));
                continue;
            }
            if !budget.withdraw(&policy, now) {
                continue;
            }
            log.push((now, false));
            // The window is of whole slices, of half a second.
            let from = (now.div_euclid(500) - 9) * 500;
            let seen = log.iter().filter(|(at, _)| *at >= from);
            let (firsts, retries) = seen.fold((0, 0), |(f, r), (_, first)| {
                (f + i64::from(*first), r + i64::from(!*first))
            });
            prop_assert!(retries * 1_000_000 <= firsts * i64::from(ratio) + i64::from(min) * 5_000_000);
        }
    }
}
