//! A source of rulesets under whatever may happen: what holds however events come.

use cutover_delivery::source::{Cached, Config, Effect, Event, Source};
use proptest::prelude::*;
use std::collections::VecDeque;

/// What happens, without its time.
#[derive(Debug, Clone)]
enum Happens {
    Opened,
    Heard(Option<u64>),
    Offered { version: u64, signed: bool, has_text: bool },
    Failed(Option<u16>),
    Ended(bool),
    FetchFailed,
    Reported(u64),
    Woke,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        Just(Happens::Opened),
        proptest::option::of(0_u64..5_000).prop_map(Happens::Heard),
        (1_u64..12, any::<bool>(), any::<bool>()).prop_map(|(version, signed, has_text)| Happens::Offered {
            version,
            signed,
            has_text
        }),
        proptest::option::of(prop_oneof![Just(401_u16), Just(404), Just(405), Just(503)])
            .prop_map(Happens::Failed),
        any::<bool>().prop_map(Happens::Ended),
        Just(Happens::FetchFailed),
        (0_u64..14).prop_map(Happens::Reported),
        Just(Happens::Woke),
    ]
}

/// A host that does what it is told, and what it has seen.
struct Host {
    config: Config,
    source: Source,
    now: i64,
    adopted: Vec<u64>,
    verified: Vec<u64>,
    stale: bool,
    wake_at: Option<i64>,
    /// Whether the engine takes a version, and whether its signature is good.
    loads: fn(u64) -> bool,
    good: fn(u64) -> bool,
}

impl Host {
    fn new(config: Config) -> Self {
        Self {
            config,
            source: Source::default(),
            now: 0,
            adopted: Vec::new(),
            verified: Vec::new(),
            stale: false,
            wake_at: None,
            loads: |version| version % 5 != 0,
            good: |version| version % 7 != 0,
        }
    }

    /// Says an event, and after it what comes of its effects.
    fn say(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            self.one(event, &mut events);
        }
    }

    fn one(&mut self, event: Event, events: &mut VecDeque<Event>) {
        // A state survives being written and read.
        let text = serde_json::to_string(&self.source).unwrap();
        assert_eq!(serde_json::from_str::<Source>(&text).unwrap(), self.source);
        let (source, effects) = self.source.clone().step(&self.config, event);
        self.source = source;
        self.wake_at = None;
        for effect in effects {
            let now = self.now;
            match effect {
                Effect::Verify { version, .. } => {
                    let good = (self.good)(version);
                    self.verified.extend(good.then_some(version));
                    events.push_back(Event::Verified { now, version, good });
                }
                Effect::Load { version } => {
                    assert!(self.config.public_keys.is_empty() || self.verified.contains(&version));
                    let event = if (self.loads)(version) {
                        Event::Loaded { now, version }
                    } else {
                        Event::Broken { now, version, why: "no".into() }
                    };
                    events.push_back(event);
                }
                Effect::Adopt { version, first, .. } => {
                    assert_eq!(first, self.adopted.is_empty());
                    assert!(self.adopted.last().is_none_or(|last| *last < version), "versions never go back");
                    self.adopted.push(version);
                }
                Effect::Stale { since } => {
                    assert!(!self.stale && since <= now && !self.adopted.is_empty());
                    self.stale = true;
                }
                Effect::Fresh => {
                    assert!(self.stale);
                    self.stale = false;
                }
                Effect::Report { epoch } => assert_eq!(Some(&epoch), self.adopted.last()),
                Effect::WakeAt { at } => self.wake_at = Some(at),
                _ => {}
            }
        }
    }

    fn event(&self, happens: &Happens) -> Event {
        let now = self.now;
        match *happens {
            Happens::Opened => Event::Opened { now },
            Happens::Heard(retry_ms) => Event::Heard { now, retry_ms },
            Happens::Offered { version, signed, has_text } => Event::Offered {
                now,
                version: Some(version),
                signature: signed.then(|| "k:AbC=".into()),
                has_text,
            },
            Happens::Failed(status) => {
                Event::Failed { now, why: "gone".into(), status, retry_after_ms: None }
            }
            Happens::Ended(bye) => Event::Ended { now, bye },
            Happens::FetchFailed => Event::FetchFailed { now },
            Happens::Reported(version) => Event::Reported { now, version: Some(version) },
            Happens::Woke => Event::Woke { now },
        }
    }
}

fn config(signed: bool) -> Config {
    let key = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=".to_owned();
    let public_keys = signed.then(|| ("k".to_owned(), key)).into_iter().collect();
    Config { env: "production".into(), node: "node-1".into(), public_keys, ..Config::default() }
}

proptest! {
    #[test]
    fn whatever_happens_versions_rise_and_something_is_always_due(
        signed in any::<bool>(),
        cached in proptest::option::of(1_u64..12),
        story in proptest::collection::vec((happens(), 0_i64..70_000), 1..80),
    ) {
        let mut host = Host::new(config(signed));
        let cached = cached.map(|version| Cached { version, saved_at: -5, signature: Some("k:AbC=".into()) });
        host.say(Event::Started { now: 0, cached });
        for (happens, after) in &story {
            host.now += after;
            let event = host.event(happens);
            host.say(event);
            // A host that only ever does what it is told is never left without anything to do.
            prop_assert!(host.wake_at.is_some(), "{:?} after {happens:?}", host.source);
        }
        host.say(Event::Closed { now: host.now });
        let adopted = host.adopted.len();
        host.say(Event::Offered { now: host.now, version: Some(99), signature: Some("k:AbC=".into()), has_text: true });
        prop_assert_eq!(host.adopted.len(), adopted, "what is closed takes nothing");
    }

    #[test]
    fn a_source_that_is_only_ever_woken_does_not_spin(failures in 1_usize..60) {
        let mut host = Host::new(Config { report_ms: None, ..config(false) });
        host.say(Event::Started { now: 0, cached: None });
        let mut woken = 0;
        for _ in 0..failures {
            host.say(Event::Failed { now: host.now, why: "gone".into(), status: None, retry_after_ms: None });
            let due = host.wake_at.unwrap();
            // Full jitter: from nothing up to the cap.
            prop_assert!((host.now..=host.now + 30_000).contains(&due));
            host.now = due;
            host.say(Event::Woke { now: due });
            woken += 1;
        }
        prop_assert_eq!(woken, failures);
        // An hour of an outage is a few hundred attempts at the most.
        prop_assert!(failures < 10 || host.now > 10_000);
    }
}

#[test]
fn nothing_makes_it_fresh_while_what_is_newer_is_on_its_way() {
    let config = Config { stale_after_ms: Some(1_000), ..config(false) };
    let say = |source: Source, events: Vec<Event>| {
        events.into_iter().fold((source, Vec::new()), |(source, mut all), event| {
            let (source, effects) = source.step(&config, event);
            all.extend(effects);
            (source, all)
        })
    };
    let cached = Some(Cached { version: 3, saved_at: 0, signature: None });
    let begun = vec![
        Event::Started { now: 50_000, cached },
        Event::Loaded { now: 50_000, version: 3 },
        Event::Woke { now: 50_000 },
        Event::Opened { now: 50_010 },
    ];
    let (source, effects) = say(Source::default(), begun);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Stale { .. })), "{effects:?}");
    // A version without its text: it is fetched, and a keep-alive meanwhile says nothing of what runs.
    let long = vec![
        Event::Offered { now: 50_020, version: Some(4), signature: None, has_text: false },
        Event::Heard { now: 50_020, retry_ms: Some(1_000) },
    ];
    let (source, effects) = say(source, long);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Fetch { .. })), "{effects:?}");
    assert!(!effects.contains(&Effect::Fresh), "{effects:?}");
    let there = vec![
        Event::Offered { now: 50_030, version: Some(4), signature: None, has_text: true },
        Event::Heard { now: 50_030, retry_ms: None },
    ];
    let (source, effects) = say(source, there);
    assert!(!effects.contains(&Effect::Fresh), "{effects:?}");
    let (_, effects) = say(source, vec![Event::Loaded { now: 50_040, version: 4 }]);
    assert!(effects.contains(&Effect::Fresh), "{effects:?}");
}
