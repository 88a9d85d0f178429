//! What gates say, and that nothing which is not a measurement is ever a pass.

use cutover_gates::{
    Better, Bound, Check, Counts, Gate, Level, Log, Mode, Observation, Report, State, Test, Threshold,
    Verdict, replay,
};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;

fn below(level: f64) -> Test {
    Test::Threshold(Threshold::new(Bound::Below(Level::Absolute(level))))
}

fn harm() -> Test {
    Test::Harm { better: Better::Lower }
}

fn gate(checks: Vec<Check>) -> Gate {
    Gate::new("g", checks).unwrap()
}

/// The verdict after all of it came at once.
fn at_once(gate: &Gate, observations: &[Observation], now: i64) -> Verdict {
    gate.evaluate(&mut gate.start(), observations, now).unwrap().verdict
}

#[test]
fn gates_that_let_everything_through_are_refused() {
    let refused = |checks: Vec<Check>| Gate::new("g", checks).unwrap_err().to_string();
    assert!(refused(vec![]).contains("lets everything through"));
    assert!(refused(vec![Check::new("m", harm()).dry_run()]).contains("dry runs"));
    let nan = refused(vec![Check::new("m", below(f64::NAN)), Check::new("", below(1.0))]);
    assert_eq!(nan, "checks[0]: a threshold is a number; checks[1]: the name of a metric is empty");
    for at_most in [0.0, 1.0, f64::NAN, -0.1] {
        assert!(refused(vec![Check::new("m", Test::Share { at_most })]).contains("above 0 and below 1"));
    }
    for alpha in [0.0, -1.0, 0.6, f64::NAN] {
        assert!(gate(vec![Check::new("m", harm())]).with_alpha(alpha).is_err());
    }
    let zero = Check { freshness: 0, ..Check::new("m", harm()) };
    assert!(refused(vec![zero]).contains("freshness"));
}

#[test]
fn what_is_no_measurement_is_never_a_pass() {
    let tests = [
        below(1.0),
        harm(),
        Test::Margin { at_most: 0.1, better: Better::Lower },
        Test::Share { at_most: 0.5 },
        Test::SlowerThan { than: 100.0, at_most: 0.05 },
        Test::SampleRatio { share: Some(0.5) },
        Test::Divergence { at_most: None },
        Test::Divergence { at_most: Some(0.5) },
    ];
    let nothing = Counts::default();
    let unreadable = Observation { at: None, ..Observation::value("m", 0, 0.0) };
    let more_than_all = Observation::counted("m", 0, 1, Counts::new(2, 1), Counts::new(2, 1));
    let backwards = Observation::counted("m", 1, 0, Counts::new(0, 9), Counts::new(0, 9));
    let huge = Observation::counted("m", 0, 1, Counts::new(0, u64::MAX), Counts::new(0, u64::MAX));
    for test in tests {
        for mode in [Mode::Blocking, Mode::DryRun] {
            let other = Check::new("other", below(1.0));
            let gate = gate(vec![Check { mode, ..Check::new("m", test) }, other]);
            for seen in [
                vec![],
                vec![Observation::value("M", 0, 0.0)],
                vec![Observation::value("m", 0, f64::NAN)],
                vec![Observation::value("m", 0, f64::NEG_INFINITY)],
                vec![Observation::counted("m", 0, 1, nothing, nothing)],
                vec![Observation::counters("m", 0, Counts::new(0, 1 << 20), Counts::new(0, 1 << 20))],
                vec![Observation::error("m", 0, "timeout")],
                vec![Observation::value("m", 10 * MINUTE, 0.0)],
                vec![unreadable.clone()],
                vec![more_than_all.clone()],
                vec![backwards.clone()],
                vec![huge.clone()],
            ] {
                let report = gate.evaluate(&mut gate.start(), &seen, 0).unwrap();
                assert!(report.checks[0].verdict != Verdict::Pass, "{test:?} {seen:?}: {report:?}");
            }
        }
    }
}

#[test]
fn only_blocking_checks_decide_and_the_worst_of_them() {
    let checks = vec![Check::new("a", below(1.0)), Check::new("b", below(1.0)).dry_run()];
    let gate = gate(checks);
    let seen = [Observation::value("a", 0, 0.5), Observation::value("b", 0, 2.0)];
    let report = gate.evaluate(&mut gate.start(), &seen, 0).unwrap();
    assert_eq!((report.verdict, report.dry_run), (Verdict::Pass, Some(Verdict::Fail)));
    assert_eq!(at_once(&gate, &seen[1..], 0), Verdict::NoData);
}

#[test]
fn samples_and_delays_are_waited_for() {
    let check = Check { initial_delay: MINUTE, min_samples: 100, ..Check::new("m", below(0.01)) };
    let gate = gate(vec![check]);
    let mut state = gate.start();
    let mut say = |at, samples| {
        let seen = [Observation::value("m", at, 0.001).of_samples(samples)];
        gate.evaluate(&mut state, &seen, at).unwrap().verdict
    };
    assert_eq!(say(0, 1000), Verdict::Inconclusive);
    assert_eq!(say(MINUTE, 99), Verdict::Inconclusive);
    assert_eq!(say(MINUTE + 1, 100), Verdict::Pass);
    let unknown = [Observation::value("m", 2 * MINUTE, 0.001)];
    assert_eq!(gate.evaluate(&mut state, &unknown, 2 * MINUTE).unwrap().verdict, Verdict::NoData);
}

#[test]
fn a_threshold_reads_the_rate_of_the_last_window() {
    let gate = gate(vec![Check::new("m", below(0.01)).with_min_samples(50)]);
    let window =
        |events, total| Observation::counted("m", 0, MINUTE, Counts::new(0, 10), Counts::new(events, total));
    assert_eq!(at_once(&gate, &[window(0, 100)], MINUTE), Verdict::Pass);
    assert_eq!(at_once(&gate, &[window(1, 100)], MINUTE), Verdict::Fail);
    assert_eq!(at_once(&gate, &[window(0, 49)], MINUTE), Verdict::Inconclusive);
}

#[test]
fn a_first_window_of_many_events_does_not_use_evidence_up() {
    let gate = gate(vec![Check::new("m", Test::Harm { better: Better::Higher })]);
    let mut state = gate.start();
    let mut say = |at: i64, old, new| {
        let seen = [Observation::counted("m", at, at + 1, Counts::new(old, 2000), Counts::new(new, 2000))];
        gate.evaluate(&mut state, &seen, at + 1).unwrap().checks[0].against.unwrap()
    };
    let first = say(0, 460, 450);
    assert!((0.5..=1.01).contains(&first), "{first}"); // half of the stake is not at risk
    assert!(say(1, 455, 300) > 1e6);
}

#[test]
fn a_state_is_of_one_gate() {
    let one = gate(vec![Check::new("m", Test::Margin { at_most: 0.01, better: Better::Lower })]);
    let other = gate(vec![Check::new("m", Test::Margin { at_most: 0.02, better: Better::Lower })]);
    assert!(other.evaluate(&mut one.start(), &[], 0).is_err());
    let more_alpha = one.clone().with_alpha(0.05).unwrap(); // what was counted is the same
    assert!(more_alpha.evaluate(&mut one.start(), &[], 0).is_ok());
}

#[test]
fn evaluations_are_kept_and_replayed() {
    let gate = gate(vec![Check::new("m", harm()), Check::new("n", below(0.5))]).retaining(3);
    let mut log = Log::new(&gate);
    for minute in 0..20 {
        let at = minute * MINUTE;
        let (old, new) = (Counts::new(3, 1000), Counts::new(5, 700));
        let seen = vec![
            Observation::counted("m", at, at + MINUTE, old, new),
            Observation::value("n", at, f64::from(minute as i32) / 30.0),
        ];
        log.evaluate(&gate, seen, at + MINUTE).unwrap();
        let kept = usize::try_from(minute + 1).unwrap();
        assert!((kept.min(3)..=6).contains(&log.entries().len()), "{minute}: {}", log.entries().len());
        let json = serde_json::to_string(&log).unwrap();
        let back: Log = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), json);
        let replayed = replay(&gate, &back).unwrap();
        assert!(replayed.same && replayed.evaluations == log.entries().len(), "{minute}: {replayed:?}");
        log = back;
    }
    let json = serde_json::to_string(&log).unwrap();
    let forged: Log =
        serde_json::from_str(&json.replacen(r#""verdict":"fail""#, r#""verdict":"pass""#, 1)).unwrap();
    assert!(!replay(&gate, &forged).unwrap().same);
    let none = gate.clone().retaining(0);
    let mut log = Log::new(&none);
    log.evaluate(&none, vec![], 0).unwrap();
    assert!(log.entries().is_empty());
}

fn windows() -> impl Strategy<Value = Vec<(u64, u64, u64, u64)>> {
    let window = (0_u64..20, 0_u64..500, 0_u64..20, 0_u64..500);
    prop::collection::vec(window.prop_map(|(a, m, b, n)| (a.min(m), m, b.min(n), n)), 1..12)
}

fn observed(windows: &[(u64, u64, u64, u64)]) -> Vec<Observation> {
    let each = (0..).zip(windows).map(|(minute, (a, m, b, n))| {
        let from = minute * MINUTE;
        Observation::counted("m", from, from + MINUTE, Counts::new(*a, *m), Counts::new(*b, *n)).planned(0.5)
    });
    each.collect()
}

fn all_tests() -> Gate {
    let tests = [
        harm(),
        Test::Margin { at_most: 0.01, better: Better::Higher },
        Test::Share { at_most: 0.01 },
        Test::SampleRatio { share: None },
        Test::Divergence { at_most: None },
        Test::Threshold(Threshold::new(Bound::Below(Level::Absolute(0.02))).holding_for(2 * MINUTE)),
    ];
    gate(tests.map(|test| Check::new("m", test)).to_vec())
}

fn said<'g>(gate: &'g Gate, state: &mut State, seen: &[Observation], now: i64) -> Report<'g> {
    gate.evaluate(state, seen, now).unwrap()
}

proptest! {
    /// Whatever order they come in, twice or not, and whatever the clock does: what is decided is the same.
    #[test]
    fn order_and_repetition_change_nothing(
        windows in windows(),
        seed in any::<u64>(),
        clocks in prop::collection::vec(-1_000_000_i64..1_000_000, 3),
    ) {
        let (gate, seen, now) = (all_tests(), observed(&windows), 60 * MINUTE);
        let expected = said(&gate, &mut gate.start(), &seen, now);
        let mut shuffled = seen.clone();
        shuffled.extend(seen.iter().cloned());
        let count = shuffled.len();
        for at in 0..count {
            shuffled.swap(at, (seed.rotate_left(at as u32) % count as u64) as usize);
        }
        let mut state = gate.start();
        let got = said(&gate, &mut state, &shuffled, now);
        for (want, got) in expected.checks.iter().zip(&got.checks) {
            prop_assert_eq!((want.verdict, want.value, want.against), (got.verdict, got.value, got.against));
        }
        for clock in clocks {
            let again = said(&gate, &mut state, &seen, now + clock.min(0));
            prop_assert_eq!(again.verdict, expected.verdict);
        }
    }

    /// A state that goes through JSON after each step goes on as if it had not.
    #[test]
    fn a_state_survives_json(windows in windows()) {
        let (gate, seen) = (all_tests(), observed(&windows));
        let (mut kept, mut through) = (gate.start(), gate.start());
        for (one, now) in seen.iter().zip(1..) {
            let one = std::slice::from_ref(one);
            let want = serde_json::to_string(&said(&gate, &mut kept, one, now * MINUTE)).unwrap();
            let json = serde_json::to_string(&through).unwrap();
            through = serde_json::from_str(&json).unwrap();
            let got = serde_json::to_string(&said(&gate, &mut through, one, now * MINUTE)).unwrap();
            prop_assert_eq!(want, got);
        }
    }

    /// A gate says something about anything, and what it says is made of numbers.
    #[test]
    fn anything_can_be_observed(
        seen in prop::collection::vec(
            (any::<i64>(), any::<i64>(), any::<u64>(), any::<u64>(), any::<f64>(), 0_u8..5),
            0..20,
        ),
        now in any::<i64>(),
    ) {
        let gate = all_tests();
        let seen: Vec<Observation> = seen.into_iter().map(|(at, to, a, b, x, kind)| {
            let (old, new) = (Counts::new(a & 0xff, b >> 12), Counts::new(b & 0xff, a >> 12));
            match kind {
                0 => Observation::value("m", at, x).with_baseline(x),
                1 => Observation::counted("m", at, to, old, new).planned(x),
                2 => Observation::counters("m", at, old, new),
                3 => Observation::error("m", at, "?"),
                _ => Observation { from: Some(to), ..Observation::value("m", at, x) },
            }
        }).collect();
        let mut state = gate.start();
        for _ in 0..2 {
            let report = said(&gate, &mut state, &seen, now);
            let json = serde_json::to_string(&report).unwrap();
            prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
            for check in &report.checks {
                for number in [check.value, check.against, check.proof].into_iter().flatten() {
                    prop_assert!(number.is_finite(), "{:?}", check);
                }
            }
        }
        let json = serde_json::to_string(&state).unwrap();
        let back: State = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), json);
    }
}
