//! The outbox: every state and every event; the order of each key, whatever workers do.

use cutover_delivery::outbox::{Config, Dead, Effect, Entry, Event, Next, OnDead, State, next};
use cutover_delivery::retry::{Failure, Jitter, Policy};
use proptest::prelude::*;

fn config() -> Config {
    let retry = Policy { attempts: 2, base_ms: 10, jitter: Jitter::None, ..Policy::default() };
    Config { retry, lease_ms: 30, dead: OnDead::Park }
}

fn claimed(now: i64) -> Event {
    Event::Claimed { worker: "w".into(), now }
}

fn failed(generation: u32, failure: Failure) -> Event {
    Event::Failed { generation, failure, message: "no".into(), now: 0 }
}

fn entry(state: State, attempt: u32) -> Entry {
    Entry { state, generation: 4, attempt, ..Entry::new("id", "key", 1, 0) }
}

#[test]
fn every_state_answers_every_event() {
    let held = || State::Claimed { worker: "w".into(), lease_until: 30 };
    let states = [
        ("pending", entry(State::Pending { due: 5 }, 0)),
        ("claimed", entry(held(), 1)),
        ("last", entry(held(), 2)),
        ("done", entry(State::Done, 1)),
        ("dead", entry(State::Dead { reason: Dead::Exhausted, message: "no".into() }, 2)),
        ("discarded", entry(State::Discarded, 0)),
    ];
    let events = [
        ("claimed early", claimed(4)),
        ("claimed", claimed(5)),
        ("claimed late", claimed(30)),
        ("extended", Event::Extended { generation: 4, now: 9 }),
        ("extended stale", Event::Extended { generation: 3, now: 9 }),
        ("succeeded", Event::Succeeded { generation: 4 }),
        ("succeeded stale", Event::Succeeded { generation: 3 }),
        ("transient", failed(4, Failure::Transient)),
        ("unknown", failed(4, Failure::Unknown)),
        ("permanent", failed(4, Failure::Permanent)),
        ("permanent stale", failed(3, Failure::Permanent)),
        ("passed", Event::Passed { now: 29 }),
        ("passed late", Event::Passed { now: 30 }),
        ("redriven", Event::Redriven { now: 9 }),
        ("discarded", Event::Discarded),
    ];
    let mut table = String::new();
    for (from, before) in states {
        for (name, event) in &events {
            let (after, effects) = before.clone().step(&config(), event.clone());
            if let [Effect::Ignored { stale }] = effects[..] {
                assert_eq!((&after, stale), (&before, name.ends_with("stale")), "{from} {name}");
                continue;
            }
            let state = serde_json::to_string(&after.state).unwrap();
            table += &format!("{from} {name}: {state} {} {}\n", after.generation, after.attempt);
        }
    }
    let expected = r#"pending claimed: {"state":"claimed","worker":"w","lease_until":35} 5 1
pending claimed late: {"state":"claimed","worker":"w","lease_until":60} 5 1
pending discarded: {"state":"discarded"} 5 0
claimed claimed late: {"state":"claimed","worker":"w","lease_until":60} 5 2
claimed extended: {"state":"claimed","worker":"w","lease_until":39} 4 1
claimed succeeded: {"state":"done"} 4 1
claimed transient: {"state":"pending","due":10} 4 1
claimed unknown: {"state":"pending","due":10} 4 1
claimed permanent: {"state":"dead","reason":"permanent","message":"no"} 4 1
claimed passed late: {"state":"pending","due":30} 4 1
last claimed late: {"state":"dead","reason":"expired","message":""} 4 2
last extended: {"state":"claimed","worker":"w","lease_until":39} 4 2
last succeeded: {"state":"done"} 4 2
last transient: {"state":"dead","reason":"exhausted","message":"no"} 4 2
last unknown: {"state":"dead","reason":"exhausted","message":"no"} 4 2
last permanent: {"state":"dead","reason":"permanent","message":"no"} 4 2
last passed late: {"state":"dead","reason":"expired","message":""} 4 2
dead redriven: {"state":"pending","due":9} 5 0
dead discarded: {"state":"discarded"} 5 0
discarded redriven: {"state":"pending","due":9} 5 0
"#;
    assert_eq!(table, expected);
}

#[test]
fn a_dead_entry_parks_its_key_unless_versions_let_it_pass() {
    let dead = entry(State::Dead { reason: Dead::Permanent, message: String::new() }, 1);
    let entries = [dead, Entry::new("later", "key", 2, 0), Entry::new("other", "other", 3, 0)];
    assert_eq!(next(&config(), &entries, 0, 9), Next { claim: vec![2], wake: None });
    let pass = Config { dead: OnDead::Pass, ..config() };
    assert_eq!(next(&pass, &entries, 0, 9), Next { claim: vec![1, 2], wake: None });
    let (discarded, _) = entries[0].clone().step(&config(), Event::Discarded);
    let entries = [discarded, entries[1].clone()];
    assert_eq!(next(&config(), &entries, 0, 9).claim, [1]);
}

#[test]
fn what_does_not_fit_is_looked_at_again_at_once() {
    let entries = [Entry::new("1", "a", 1, 0), Entry::new("2", "b", 2, 0)];
    assert_eq!(next(&config(), &entries, 7, 1), Next { claim: vec![0], wake: Some(7) });
}

/// An entry, the store that it is for, and the claims that workers still act on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    entry: Entry,
    stored: bool,
    claims: Vec<u32>,
    now: i64,
}

impl Node {
    fn said(&self, event: Event) -> Self {
        let (entry, effects) = self.entry.clone().step(&config(), event);
        let mut claims = self.claims.clone();
        claims.extend(effects.iter().filter_map(|effect| match effect {
            Effect::Deliver { generation, .. } => Some(*generation),
            _ => None,
        }));
        Self { entry, claims, ..self.clone() }
    }

    /// Every claim, every outcome of every delivery, early, late or never, and every row that fails to be written.
    fn next(&self) -> Vec<Self> {
        let now = self.now;
        let mut next = vec![self.said(claimed(now)), self.said(Event::Passed { now })];
        if now < 90 {
            next.push(Self { now: now + 15, ..self.clone() });
        }
        for (place, generation) in self.claims.iter().copied().enumerate() {
            let mut gone = self.clone();
            gone.claims.remove(place);
            let stored = Self { stored: true, ..gone.clone() };
            next.push(stored.said(Event::Succeeded { generation }));
            let fail = |failure| Event::Failed { generation, failure, message: String::new(), now };
            next.push(gone.said(fail(Failure::Transient)));
            next.push(gone.said(fail(Failure::Permanent)));
            next.push(gone.said(fail(Failure::Unknown)));
            next.push(stored.said(fail(Failure::Unknown)));
            next.push(stored);
            next.push(gone);
        }
        next
    }
}

#[test]
fn what_is_done_is_stored_and_what_is_not_is_kept() {
    let mut seen = std::collections::BTreeSet::new();
    let mut open = vec![Node { entry: Entry::new("id", "key", 1, 0), stored: false, claims: vec![], now: 0 }];
    let mut ends = [0; 3];
    while let Some(node) = open.pop() {
        if !seen.insert(node.clone()) {
            continue;
        }
        assert!(node.entry.state != State::Done || node.stored, "{node:?}");
        let claims = node.claims.iter().filter(|claim| **claim == node.entry.generation);
        assert!(claims.count() <= 1, "a claim is of one worker: {node:?}");
        match &node.entry.state {
            State::Done => ends[0] += 1,
            State::Dead { .. } => ends[1] += 1,
            // Time alone brings it back.
            state => {
                let entries = [node.entry.clone()];
                assert_eq!(next(&config(), &entries, 1_000, 1).claim, [0], "{state:?}");
                ends[2] += 1;
            }
        }
        open.extend(node.next());
    }
    assert!(ends.iter().all(|count| *count > 10), "{ends:?}");
}

#[derive(Debug, Clone)]
enum Move {
    Claim,
    Say { which: usize, outcome: u8 },
    Wait { ms: i64 },
    Redrive { which: usize },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec(
        prop_oneof![
            3 => Just(Move::Claim),
            4 => (0..6_usize, 0..4_u8).prop_map(|(which, outcome)| Move::Say { which, outcome }),
            2 => (0..40_i64).prop_map(|ms| Move::Wait { ms }),
            1 => (0..9_usize).prop_map(|which| Move::Redrive { which }),
        ],
        0..120,
    )
}

proptest! {
    /// Workers claim, answer late or never, and say what was done: entries of a key are applied in their order.
    #[test]
    fn each_key_is_delivered_in_its_order(moves in moves()) {
        let mut rows: Vec<Entry> = (0..9).map(|n| Entry::new(&n.to_string(), &(n % 3).to_string(), n, 0)).collect();
        let (mut now, mut held, mut done): (_, Vec<(usize, u32)>, Vec<usize>) = (0, Vec::new(), Vec::new());
        let step = |rows: &mut Vec<Entry>, at: usize, event| {
            let (row, effects) = rows[at].clone().step(&config(), event);
            rows[at] = row;
            effects
        };
        for one in moves {
            match one {
                Move::Claim => {
                    for at in next(&config(), &rows, now, 2).claim {
                        prop_assert!(rows.iter().filter(|row| row.key == rows[at].key && row.seq < rows[at].seq)
                            .all(|row| row.state == State::Done));
                        let effects = step(&mut rows, at, claimed(now));
                        if let [Effect::Deliver { generation, .. }] = effects[..] {
                            held.push((at, generation));
                        }
                    }
                }
                Move::Say { which, outcome } if which < held.len() => {
                    let (at, generation) = held.swap_remove(which);
                    let before = rows[at].clone();
                    let event = match outcome {
                        0 | 1 => Event::Succeeded { generation },
                        2 => Event::Failed { generation, failure: Failure::Unknown, message: String::new(), now },
                        _ => failed(generation, Failure::Permanent),
                    };
                    step(&mut rows, at, event);
                    if generation != before.generation {
                        prop_assert_eq!(&before, &rows[at], "a stale claim changes nothing");
                    } else if rows[at].state == State::Done && before.state != State::Done {
                        done.push(at);
                    }
                }
                Move::Say { .. } => {}
                Move::Wait { ms } => now += ms,
                Move::Redrive { which } => {
                    step(&mut rows, which, Event::Redriven { now });
                }
            }
        }
        for key in 0..3 {
            let of: Vec<usize> = done.iter().copied().filter(|at| at % 3 == key).collect();
            prop_assert!(of.is_sorted(), "{of:?}");
        }
        // Nothing is lost, and with working workers and somebody who redrives, everything is delivered.
        for _ in 0..60 {
            now += 40;
            for at in 0..rows.len() {
                step(&mut rows, at, Event::Redriven { now });
            }
            for at in next(&config(), &rows, now, 9).claim {
                if let [Effect::Deliver { generation, .. }] = step(&mut rows, at, claimed(now))[..] {
                    step(&mut rows, at, Event::Succeeded { generation });
                }
            }
        }
        prop_assert!(rows.iter().all(|row| row.state == State::Done));
    }
}
