//! Dual writes, one story at a time; and every state with every event.

use cutover_delivery::dual::{
    Ack, At, Config, DualWrite, Effect, Event, Held, Outbox, Outcome, Reason, Told, Work, Write,
};
use cutover_delivery::retry::{Jitter, Policy};

fn config(ack: Ack, outbox: Outbox, version: Option<u64>) -> Config {
    let write = |to: &str, ack| Write { to: to.into(), ack };
    let retry = Policy { attempts: 2, base_ms: 10, jitter: Jitter::None, ..Policy::default() };
    let writes = vec![write("sql", Ack::Required), write("mongo", ack)];
    Config { operation: "op".into(), version, writes, retry, outbox }
}

fn finished(work: Work, attempt: u32, outcome: Outcome) -> Event {
    Event::Finished { work, attempt, outcome, now: 0 }
}

fn done(work: Work) -> Event {
    finished(work, 1, Outcome::Done)
}

/// An effect in a few words.
fn word(effect: &Effect) -> String {
    match effect {
        Effect::Persist { state } => match state.at {
            At::Doing { work, .. } => format!("persist {work:?}"),
            at => format!("persist {at:?}"),
        },
        Effect::Forget => "forget".into(),
        Effect::Write { key, attempt, with_entry, .. } => {
            format!("write {key} {attempt}{}", if *with_entry { " with entry" } else { "" })
        }
        Effect::Compensate { key, if_version, .. } => format!("compensate {key} if {if_version}"),
        Effect::Enqueue { owed, to, reason, .. } => format!("enqueue {owed:?} {to:?} {reason:?}"),
        Effect::Withdraw { .. } => "withdraw".into(),
        Effect::DeadLetter { owed, to, reason, .. } => format!("dead {owed:?} {to:?} {reason:?}"),
        Effect::Acknowledge { told } => format!("tell {told:?}"),
        Effect::WakeAt { at } => format!("wake {at}"),
    }
}

fn story(config: &Config, events: &[Event]) -> (DualWrite, String) {
    let mut state = DualWrite::default();
    let mut words = Vec::new();
    for event in events {
        let (next, effects) = state.step(config, *event);
        state = next;
        words.extend(effects.iter().map(word));
    }
    (state, words.join(", "))
}

const DUE: Event = Event::Due { now: 10, granted: true };

#[test]
fn an_acknowledgement_means_what_the_route_says() {
    let told = |ack, events: &[Event]| story(&config(ack, Outbox::Durable, None), events).1;
    assert_eq!(
        told(Ack::Required, &[Event::Started, done(Work::First), done(Work::Second)]),
        "persist First, write op:sql 1, write op:mongo 1, forget, tell Done"
    );
    assert_eq!(
        told(Ack::BestEffort, &[Event::Started, done(Work::First), done(Work::Second)]),
        "persist First, write op:sql 1, tell Done, write op:mongo 1, forget"
    );
    assert_eq!(
        told(Ack::Outbox, &[Event::Started, done(Work::First), done(Work::Outbox)]),
        "persist First, write op:sql 1, enqueue Delivery [\"mongo\"] Route, forget, tell Done"
    );
}

#[test]
fn an_entry_of_the_same_transaction_needs_no_journal() {
    let told = |ack, events: &[Event]| story(&config(ack, Outbox::Transactional, Some(7)), events).1;
    assert_eq!(
        told(Ack::Outbox, &[Event::Started, done(Work::First)]),
        "write op:sql 1 with entry, tell Done"
    );
    assert_eq!(
        told(Ack::Required, &[Event::Started, done(Work::First), done(Work::Second)]),
        "write op:sql 1 with entry, write op:mongo 1, withdraw, tell Done"
    );
}

#[test]
fn a_second_store_that_refuses() {
    let refused = finished(Work::Second, 1, Outcome::Permanent);
    let told = |ack, outbox, version, last: &[Event]| {
        let events = [&[Event::Started, done(Work::First), refused], last].concat();
        let (state, words) = story(&config(ack, outbox, version), &events);
        (state.at, words.rsplit_once("write op:mongo 1, ").unwrap().1.to_owned())
    };
    let (at, words) = told(Ack::Required, Outbox::Durable, Some(7), &[done(Work::Compensation)]);
    let expected = "persist Compensation, compensate op:sql:undo if 7, forget, tell Failed";
    assert_eq!((at, words.as_str()), (At::Compensated, expected));
    let (at, words) = told(Ack::Required, Outbox::Durable, None, &[done(Work::Outbox)]);
    let expected = "enqueue Delivery [\"mongo\"] Permanent, forget, tell Pending";
    assert_eq!((at, words.as_str()), (At::Outboxed, expected));
    let (at, words) = told(Ack::Required, Outbox::None, None, &[done(Work::DeadLetter)]);
    let expected = "tell Partial, dead Delivery [\"mongo\"] Permanent, forget";
    assert_eq!((at, words.as_str()), (At::DeadLettered, expected));
    // Somebody relies on a best-effort write by now: it is not undone.
    let (at, words) = told(Ack::BestEffort, Outbox::Durable, Some(7), &[done(Work::Outbox)]);
    let expected = "enqueue Delivery [\"mongo\"] Permanent, forget";
    assert_eq!((at, words.as_str()), (At::Outboxed, expected));
}

#[test]
fn an_unknown_outcome_is_never_compensated() {
    let events = [
        Event::Started,
        done(Work::First),
        finished(Work::Second, 1, Outcome::Unknown),
        DUE,
        finished(Work::Second, 2, Outcome::Permanent),
    ];
    let (state, words) = story(&config(Ack::Required, Outbox::Durable, Some(7)), &events);
    assert!(words.ends_with("wake 10, write op:mongo 2, enqueue Delivery [\"mongo\"] Permanent"), "{words}");
    assert_eq!((state.first, state.second), (Held::Yes, Held::Maybe));
}

#[test]
fn a_first_write_that_fails() {
    let told = |outcome| {
        let events =
            [Event::Started, finished(Work::First, 1, outcome), DUE, finished(Work::First, 2, outcome)];
        story(&config(Ack::Required, Outbox::Durable, Some(7)), &events)
    };
    let (state, words) = told(Outcome::Transient);
    assert!(words.ends_with("wake 10, write op:sql 2, forget, tell Failed"), "{words}");
    assert_eq!((state.at, state.reason), (At::NotWritten, Some(Reason::Exhausted)));
    let (_, words) = told(Outcome::Unknown);
    assert!(words.ends_with("write op:sql 2, enqueue Delivery [\"sql\", \"mongo\"] Exhausted"), "{words}");
    let (state, _) = told(Outcome::Superseded);
    assert_eq!((state.at, state.told), (At::NotWritten, Some(Told::Failed)), "a newer write came first");
}

#[test]
fn a_late_success_is_a_success() {
    let late = done(Work::Second);
    let events = [Event::Started, done(Work::First), finished(Work::Second, 1, Outcome::Unknown), late];
    assert_eq!(story(&config(Ack::Required, Outbox::None, None), &events).0.at, At::Written);
    let early = finished(Work::Second, 1, Outcome::Permanent);
    let events = [&events[..3], &[DUE, early]].concat();
    let (state, _) = story(&config(Ack::Required, Outbox::None, None), &events);
    assert_eq!(state.at, At::Doing { work: Work::Second, attempt: 2 }, "a late failure is not one");
}

#[test]
fn a_cancellation_between_the_writes() {
    let cancelled = [Event::Started, Event::Cancelled, done(Work::First)];
    let told = |outbox| story(&config(Ack::Required, outbox, None), &cancelled).1;
    assert!(told(Outbox::Durable).ends_with("enqueue Delivery [\"mongo\"] Cancelled"));
    assert!(told(Outbox::Transactional).ends_with("with entry, tell Pending"));
    assert!(told(Outbox::None).ends_with("write op:mongo 1"), "where nothing can be owed, it is finished");
    let waiting = [Event::Started, finished(Work::First, 1, Outcome::Transient), Event::Cancelled];
    assert_eq!(story(&config(Ack::Required, Outbox::None, None), &waiting).0.at, At::NotWritten);
}

#[test]
fn what_cannot_be_compensated_is_owed_as_such() {
    let refused = finished(Work::Compensation, 1, Outcome::Permanent);
    let events = [Event::Started, done(Work::First), finished(Work::Second, 1, Outcome::Permanent), refused];
    let told = |outbox| story(&config(Ack::Required, outbox, Some(7)), &events).1;
    assert!(told(Outbox::Durable).ends_with("enqueue Compensation [\"sql\"] CompensationFailed"));
    assert!(told(Outbox::None).ends_with("tell Unknown, dead Compensation [\"sql\"] CompensationFailed"));
}

#[test]
fn a_used_up_budget_gives_up_writes_but_not_what_keeps_them() {
    let refused = Event::Due { now: 10, granted: false };
    let events = [Event::Started, done(Work::First), finished(Work::Second, 1, Outcome::Transient), refused];
    let (_, words) = story(&config(Ack::Required, Outbox::Durable, None), &events);
    assert!(words.ends_with("enqueue Delivery [\"mongo\"] Budget"));
    let events = [&events[..], &[finished(Work::Outbox, 1, Outcome::Transient), refused]].concat();
    let (state, _) = story(&config(Ack::Required, Outbox::Durable, None), &events);
    assert_eq!(state.at, At::Doing { work: Work::Outbox, attempt: 2 });
    let mut events = [&events[..], &[finished(Work::Outbox, 2, Outcome::Permanent)]].concat();
    for attempt in 1..50 {
        events.push(finished(Work::DeadLetter, attempt, Outcome::Permanent));
        events.push(Event::Due { now: i64::MAX, granted: false });
    }
    let (state, _) = story(&config(Ack::Required, Outbox::Durable, None), &events);
    assert_eq!(state.at, At::Doing { work: Work::DeadLetter, attempt: 50 });
}

#[test]
fn one_store_needs_neither_journal_nor_outbox() {
    let config = Config {
        writes: config(Ack::Required, Outbox::None, None).writes[..1].to_vec(),
        ..config(Ack::Required, Outbox::None, None)
    };
    let (state, words) = story(&config, &[Event::Started, done(Work::First)]);
    assert_eq!((state.at, words.as_str()), (At::Written, "write op:sql 1, tell Done"));
}

#[test]
fn writes_that_make_no_sense_are_refused() {
    let refused = |config: Config| config.check().unwrap_err().to_string();
    let good = || config(Ack::Required, Outbox::None, None);
    assert_eq!(
        refused(config(Ack::Outbox, Outbox::None, None)),
        "a write with `ack: outbox` needs an outbox"
    );
    assert_eq!(refused(Config { writes: vec![], ..good() }), "`writes` has one write or two");
    let twice = vec![good().writes[0].clone(), good().writes[0].clone()];
    assert_eq!(refused(Config { writes: twice, ..good() }), "two writes go to two stores");
    let first = Write { to: "sql".into(), ack: Ack::BestEffort };
    assert_eq!(refused(Config { writes: vec![first], ..good() }), "the first write is `required`");
}

#[test]
fn every_state_answers_every_event() {
    const WORKS: [Work; 5] = [Work::First, Work::Second, Work::Compensation, Work::Outbox, Work::DeadLetter];
    let outcomes =
        [Outcome::Done, Outcome::Superseded, Outcome::Transient, Outcome::Permanent, Outcome::Unknown];
    let mut events = vec![Event::Started, Event::PersistFailed, Event::Cancelled, Event::Resumed, DUE];
    for work in WORKS {
        events.extend(outcomes.map(|outcome| finished(work, 1, outcome)));
    }
    let mut states =
        vec![At::Start, At::Written, At::Outboxed, At::Compensated, At::DeadLettered, At::NotWritten];
    for work in WORKS {
        states.extend([At::Doing { work, attempt: 1 }, At::Retrying { work, attempt: 1, due: 10 }]);
    }
    let config = config(Ack::Required, Outbox::Durable, Some(7));
    for at in states {
        for event in &events {
            let before = DualWrite { at, ..DualWrite::default() };
            let (after, effects) = before.step(&config, *event);
            let finished = match event {
                Event::Finished { work, outcome, .. } => Some((*work, *outcome)),
                _ => None,
            };
            let moves = match at {
                At::Start => matches!(event, Event::Started | Event::Cancelled | Event::Resumed),
                At::Doing { work, .. } => {
                    finished.is_some_and(|(of, _)| of == work)
                        || *event == Event::Resumed
                        || (*event == Event::PersistFailed
                            && matches!(work, Work::First | Work::Compensation))
                }
                At::Retrying { work, .. } => {
                    let done = [Outcome::Done, Outcome::Superseded];
                    finished.is_some_and(|(of, outcome)| of == work && done.contains(&outcome))
                        || matches!(event, Event::Resumed | Event::Due { .. })
                        || (*event == Event::Cancelled && matches!(work, Work::First | Work::Second))
                }
                _ => false,
            };
            assert_eq!(after.at != before.at || !effects.is_empty(), moves, "{at:?} {event:?}");
            assert!(!before.is_done() || after == before, "{at:?} {event:?}");
            if after.is_done() {
                assert!(
                    after.told.is_some()
                        || *event == Event::Cancelled
                        || after.at == At::DeadLettered
                        || before.is_done()
                );
            }
        }
    }
}
