//! Engines that are replaced while other threads decide with them.
#![cfg(feature = "live")]

use cutover::{Attributes, Engine, Live};
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

const VERSIONS: usize = 200;
const READERS: usize = 3;

/// A version serves its own number under the variant `v`, from two flags that have to agree.
fn version(number: usize) -> String {
    let flag = format!(r#"{{"variants":{{"v":{number}}},"rules":[{{"serve":"v"}}]}}"#);
    format!(r#"{{"cutover":1,"flags":{{"a":{flag},"b":{flag}}}}}"#)
}

fn engine(text: &str) -> Engine {
    Engine::from_str(text).unwrap()
}

/// The number that both flags of an engine serve.
fn number(engine: &Engine) -> i64 {
    let context = engine.context(&Attributes::new());
    let [a, b] = ["a", "b"].map(|flag| {
        let decision = engine.decide(flag, &context, 0);
        assert_eq!(decision.digest, engine.digest());
        cutover::wire::to_json(&decision.value).parse().unwrap()
    });
    assert_eq!(a, b, "an engine of two versions");
    a
}

#[test]
fn readers_see_whole_engines_in_the_order_of_their_publication() {
    let order: BTreeMap<String, usize> =
        (0..VERSIONS).map(|number| (engine(&version(number)).digest().to_owned(), number)).collect();
    assert_eq!(order.len(), VERSIONS);
    let live = Live::new(engine(&version(0)));
    let (start, newest) = (Barrier::new(READERS + 1), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                start.wait();
                let mut last = 0;
                while last < VERSIONS - 1 {
                    let snapshot = live.load();
                    let found = order[snapshot.digest()];
                    // Nobody waits for a reader that gave up; the scope reports what it found.
                    newest.fetch_max(if found < last { VERSIONS } else { found }, Ordering::Release);
                    assert!(found >= last, "version {found} after {last}");
                    assert_eq!(number(&snapshot), found as i64);
                    last = found;
                }
            });
        }
        start.wait();
        for number in 1..VERSIONS {
            live.apply(version(number).as_bytes()).unwrap();
            // Now and then a reader has to have come as far, so that versions come while others are read.
            while number % 10 == 0 && newest.load(Ordering::Acquire) < number {
                thread::yield_now();
            }
        }
    });
    assert_eq!(order[live.load().digest()], VERSIONS - 1);
}

#[test]
fn a_snapshot_stays_what_it_was() {
    let live = Live::new(engine(&version(1)));
    let (snapshot, kept) = (live.load(), live.engine());
    live.apply(version(2).as_bytes()).unwrap();
    assert_eq!((number(&snapshot), number(&kept), number(&live.load())), (1, 1, 2));
    live.publish(Engine::from_compiled(&engine(&version(3)).to_compiled()).unwrap());
    assert_eq!((number(&snapshot), number(&live.load())), (1, 3));
}

#[test]
fn what_is_refused_leaves_the_last_good_engine() {
    let live = Live::new(engine(&version(1)));
    let problem = live.apply(br#"{"cutover":1,"flags":{"a":{"rules":[{"serve":"nowhere"}]}}}"#).unwrap_err();
    assert!(!problem.diagnostics.is_empty());
    assert_eq!(number(&live.load()), 1);
    // And the next good one is applied to it.
    live.apply(version(2).as_bytes()).unwrap();
    assert_eq!(number(&live.load()), 2);
}

#[test]
fn appliers_take_turns_and_none_is_lost() {
    const APPLIERS: usize = 3;
    const EACH: usize = 60;
    let live = Live::new(engine(&version(0)));
    let (over, start) = (AtomicBool::new(false), Barrier::new(APPLIERS));
    thread::scope(|scope| {
        let appliers: Vec<_> = (0..APPLIERS)
            .map(|applier| {
                let (live, start) = (&live, &start);
                scope.spawn(move || {
                    start.wait();
                    for turn in 1..=EACH {
                        live.apply(version(applier * EACH + turn).as_bytes()).unwrap();
                    }
                })
            })
            .collect();
        // An applier's versions ascend: one that starts from an older engine and overwrites would turn them back.
        let reader = scope.spawn(|| {
            let mut last = [0; APPLIERS];
            while !over.load(Ordering::Acquire) {
                let Ok(found) = usize::try_from(number(&live.load()) - 1) else { continue };
                let (applier, turn) = (found / EACH, found % EACH);
                assert!(turn >= last[applier], "turn {turn} of applier {applier} after {}", last[applier]);
                last[applier] = turn;
            }
        });
        appliers.into_iter().for_each(|applier| applier.join().unwrap());
        over.store(true, Ordering::Release);
        reader.join().unwrap();
    });
    let last = usize::try_from(number(&live.load())).unwrap();
    assert_eq!(last % EACH, 0, "version {last} came after its applier's last one");
}
