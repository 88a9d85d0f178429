//! Change events: any order ends alike, a poisoned key is not overtaken, a crash repeats and changes nothing.

use cutover_delivery::change::{Applied, Config, Current, Effect, Event, Op, Partition, Poison, Skip, apply};
use cutover_delivery::retry::{Failure, Jitter, Policy};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn every_op_meets_every_record() {
    use Applied::{Delete, Put};
    let (stale, duplicate) = (Applied::Skip(Skip::Stale), Applied::Skip(Skip::Duplicate));
    let currents = [
        Current::None,
        Current::Version(1),
        Current::Version(2),
        Current::Version(3),
        Current::Tombstone(1),
        Current::Tombstone(2),
        Current::Tombstone(3),
    ];
    for op in [Op::Create, Op::Read, Op::Update] {
        let expected = [Put(2), Put(2), duplicate, stale, Put(2), stale, stale];
        assert_eq!(currents.map(|current| apply(op, Some(2), current)), expected, "{op:?}");
    }
    let expected = [Delete(2), Delete(2), Delete(2), stale, Delete(2), duplicate, stale];
    assert_eq!(currents.map(|current| apply(Op::Delete, Some(2), current)), expected);
    for current in currents {
        assert_eq!(apply(Op::Other, Some(2), current), Applied::Poison(Poison::UnknownOp));
        assert_eq!(apply(Op::Update, None, current), Applied::Poison(Poison::NoVersion));
    }
}

fn after(current: Current, applied: Applied) -> Current {
    match applied {
        Applied::Put(version) => Current::Version(version),
        Applied::Delete(version) => Current::Tombstone(version),
        Applied::Skip(_) | Applied::Poison(_) => current,
    }
}

fn arrived(offset: u64, op: Op, key: &str, version: Option<u64>, current: Current) -> Event {
    Event::Arrived {
        offset,
        op: Some(op),
        key: Some(key.into()),
        version,
        record: true,
        readable: true,
        current,
    }
}

fn config() -> Config {
    let retry = Policy { attempts: 1, base_ms: 10, jitter: Jitter::None, ..Policy::default() };
    Config { partition: "orders-0".into(), retry, max_parked: 2 }
}

fn run(partition: &mut Partition, event: Event) -> Vec<Effect> {
    let (next, effects) = partition.clone().step(&config(), event);
    *partition = next;
    effects
}

fn settled(key: &str, remaining: u64) -> Event {
    Event::Settled { key: key.into(), remaining }
}

fn letter(offset: u64, key: &str, reason: Option<Poison>) -> Effect {
    Effect::DeadLetter { id: format!("orders-0:{offset}"), key: Some(key.into()), reason }
}

#[test]
fn later_events_of_a_poisoned_key_follow_it() {
    let mut partition = Partition::default();
    let effects = run(&mut partition, arrived(0, Op::Update, "a", None, Current::None));
    assert!(matches!(effects[0], Effect::Persist { .. }));
    assert_eq!(effects[1..], [letter(0, "a", Some(Poison::NoVersion)), Effect::Commit { next: 1 }]);
    assert_eq!(run(&mut partition, settled("a", 0)), [], "its first letter is just being kept");
    run(&mut partition, Event::Succeeded { offset: 0 });
    let effects = run(&mut partition, arrived(1, Op::Update, "a", Some(2), Current::None));
    assert_eq!(effects[1..], [letter(1, "a", None), Effect::Commit { next: 2 }]);
    run(&mut partition, Event::Succeeded { offset: 1 });
    let effects = run(&mut partition, arrived(2, Op::Update, "b", Some(2), Current::None));
    assert_eq!(effects[0], Effect::Put { key: "b".into(), version: 2 }, "other keys go on");
    run(&mut partition, Event::Succeeded { offset: 2 });
    assert_eq!(run(&mut partition, settled("a", 1)), []);
    assert!(matches!(run(&mut partition, settled("a", 0))[..], [Effect::Persist { .. }]));
    let effects = run(&mut partition, arrived(3, Op::Delete, "a", Some(3), Current::Version(2)));
    assert_eq!(effects[0], Effect::Delete { key: "a".into(), version: 3 });
}

#[test]
fn every_way_to_be_poisoned() {
    let poisoned = |event| match run(&mut Partition::default(), event)[..] {
        [Effect::Persist { .. }, Effect::DeadLetter { reason, .. }, Effect::Commit { next: 6 }] => reason,
        ref other => panic!("{other:?}"),
    };
    let base = |op, key: Option<&str>, record, readable| Event::Arrived {
        offset: 5,
        op,
        key: key.map(Into::into),
        version: Some(1),
        record,
        readable,
        current: Current::None,
    };
    let (create, key) = (Some(Op::Create), Some("k"));
    assert_eq!(poisoned(base(create, None, true, true)), Some(Poison::NoKey));
    assert_eq!(poisoned(base(create, key, false, true)), Some(Poison::NoRecord));
    assert_eq!(poisoned(base(None, key, true, false)), Some(Poison::Unreadable));
    assert_eq!(poisoned(base(Some(Op::Other), key, true, true)), Some(Poison::UnknownOp));
    let effects = run(&mut Partition::default(), base(None, key, false, true));
    assert_eq!(
        effects,
        [Effect::Skip { reason: None }, Effect::Commit { next: 6 }],
        "a message without value"
    );
    let effects = run(&mut Partition::default(), base(Some(Op::Delete), key, false, true));
    assert_eq!(effects[0], Effect::Delete { key: "k".into(), version: 1 });
}

#[test]
fn a_store_that_is_down_is_waited_for_and_one_that_refuses_poisons() {
    let mut partition = Partition::default();
    run(&mut partition, arrived(0, Op::Update, "a", Some(1), Current::None));
    for (now, at) in [(0, 10), (10, 30), (30, 70)] {
        let effects = run(&mut partition, Event::Failed { offset: 0, failure: Failure::Unknown, now });
        assert_eq!(effects, [Effect::WakeAt { at }]);
        assert_eq!(run(&mut partition, arrived(1, Op::Update, "b", Some(1), Current::None)), []);
        let effects = run(&mut partition, Event::Due);
        assert_eq!(effects, [Effect::Put { key: "a".into(), version: 1 }, Effect::Commit { next: 1 }]);
    }
    assert_eq!(run(&mut partition, Event::Succeeded { offset: 9 }), [], "another event is not this one");
    let effects = run(&mut partition, Event::Failed { offset: 0, failure: Failure::Permanent, now: 70 });
    let parked = [letter(0, "a", Some(Poison::Refused)), Effect::Commit { next: 1 }];
    assert_eq!(effects[1..], parked);
    // Where even the letter cannot be kept, the event is not forgotten.
    for failure in [Failure::Permanent, Failure::Transient] {
        let effects = run(&mut partition, Event::Failed { offset: 0, failure, now: 0 });
        assert!(matches!(effects[..], [Effect::WakeAt { .. }]));
        assert_eq!(run(&mut partition, Event::Due)[1..], parked);
    }
    assert_eq!(partition.next, 0);
    run(&mut partition, Event::Succeeded { offset: 0 });
    assert_eq!((partition.next, partition.parked.get("a")), (1, Some(&0)));
}

#[test]
fn too_many_parked_keys_halt_the_partition() {
    let mut partition = Partition::default();
    for (offset, key) in ["a", "b"].into_iter().enumerate() {
        run(&mut partition, arrived(offset as u64, Op::Update, key, None, Current::None));
        run(&mut partition, Event::Succeeded { offset: offset as u64 });
    }
    let third = || arrived(2, Op::Update, "c", None, Current::None);
    assert_eq!(run(&mut partition, third())[1..], [Effect::Halt]);
    assert_eq!(run(&mut partition, third()), [], "a halted partition reads nothing");
    run(&mut partition, settled("a", 0));
    run(&mut partition, Event::Released);
    assert_eq!(run(&mut partition, third())[1], letter(2, "c", Some(Poison::NoVersion)));
}

/// A target, dead letters and what is durable of a partition.
#[derive(Debug, Clone, Default)]
struct World {
    target: BTreeMap<String, Current>,
    letters: BTreeMap<String, (u64, Option<String>)>,
    saved: Partition,
    offset: u64,
}

impl World {
    /// Performs effects until a crash, if there is one; whether there was none.
    fn perform(&mut self, offset: u64, effects: Vec<Effect>, crash_after: Option<usize>) -> bool {
        for (done, effect) in effects.into_iter().enumerate() {
            if crash_after == Some(done) {
                return false;
            }
            match effect {
                Effect::Put { key, version } => drop(self.target.insert(key, Current::Version(version))),
                Effect::Delete { key, version } => drop(self.target.insert(key, Current::Tombstone(version))),
                Effect::Persist { state } => self.saved = *state,
                Effect::DeadLetter { id, key, .. } => drop(self.letters.insert(id, (offset, key))),
                Effect::Commit { next } => self.offset = next,
                Effect::Skip { .. } | Effect::WakeAt { .. } | Effect::Halt => {}
            }
        }
        true
    }
}

proptest! {
    #[test]
    fn any_order_and_any_repetition_end_alike(
        events in prop::collection::vec((0..4_u8, 0..6_u64), 0..12),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let ops = [Op::Create, Op::Read, Op::Update, Op::Delete];
        let end = |list: Vec<(u8, u64)>| list.into_iter().fold(Current::None, |current, (op, version)| {
            after(current, apply(ops[usize::from(op)], Some(version), current))
        });
        let mut shuffled: Vec<_> = events.clone();
        if !events.is_empty() {
            shuffled.extend(order.iter().map(|index| *index.get(&events)));
            shuffled.reverse();
        }
        prop_assert_eq!(end(events), end(shuffled));
    }

    /// Crashes between any two effects: no event is lost, and none is applied after a poisoned one of its key.
    #[test]
    fn a_crash_loses_nothing_and_lets_nothing_overtake(
        log in prop::collection::vec((0..2_usize, any::<bool>()), 1..12),
        crashes in prop::collection::vec(prop::option::weighted(0.4, 0..4_usize), 60),
    ) {
        let mut world = World::default();
        let (mut partition, mut crashes) = (Partition::default(), crashes.into_iter());
        while let Some((key, good)) = log.get(usize::try_from(world.offset).unwrap()).copied() {
            let offset = world.offset;
            let key = ["a", "b"][key];
            let current = world.target.get(key).copied().unwrap_or_default();
            let version = good.then_some(offset + 1);
            let effects = run(&mut partition, arrived(offset, Op::Update, key, version, current));
            prop_assert!(!effects.is_empty());
            if world.perform(offset, effects, crashes.next().flatten()) {
                run(&mut partition, Event::Succeeded { offset });
            } else {
                partition = world.saved.clone();
            }
        }
        for key in ["a", "b"] {
            let of = |(_, (k, _)): &(usize, &(usize, bool))| ["a", "b"][*k] == key;
            let first_bad = log.iter().enumerate().filter(of).find(|(_, (_, good))| !good).map(|(at, _)| at);
            let last_good = log.iter().enumerate().filter(of)
                .rfind(|(at, _)| first_bad.is_none_or(|bad| *at < bad));
            let expected = last_good.map(|(at, _)| Current::Version(at as u64 + 1));
            prop_assert_eq!(world.target.get(key).copied(), expected);
            let parked = log.iter().enumerate().filter(of)
                .filter(|(at, _)| first_bad.is_some_and(|bad| *at >= bad)).count();
            let letters = world.letters.values().filter(|(_, k)| k.as_deref() == Some(key)).count();
            prop_assert_eq!(letters, parked);
            prop_assert_eq!(partition.parked.contains_key(key), parked > 0);
        }
    }
}
