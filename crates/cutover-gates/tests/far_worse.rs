//! A new arm that fails far more often than anything before it is found, however frequent its errors are.

use cutover_gates::{Better, Check, Counts, Gate, Observation, Test, Verdict};

fn verdicts(windows: u64, old: Counts, new: Counts) -> Vec<Verdict> {
    let check = Check::new("errors", Test::Harm { better: Better::Lower });
    let gate = Gate::new("g", vec![check]).unwrap();
    let mut state = gate.start();
    let windows = i64::try_from(windows).unwrap();
    (0..windows)
        .map(|minute| {
            let (from, to) = (minute * 60_000, (minute + 1) * 60_000);
            let seen = Observation::counted("errors", from, to, old, new);
            gate.evaluate(&mut state, &[seen], to).unwrap().verdict
        })
        .collect()
}

#[test]
fn harm_is_found_where_rare_events_become_frequent() {
    for bad in [20, 60, 150, 200, 500, 1_000] {
        let found = verdicts(2, Counts::new(3, 3_000), Counts::new(bad, 1_000));
        assert_eq!(found, [Verdict::Fail, Verdict::Fail], "{bad} of 1,000: {found:?}");
    }
    assert_eq!(verdicts(1, Counts::new(0, 9_000), Counts::new(900, 9_000)), [Verdict::Fail]);
}

#[test]
fn frequent_events_that_are_no_more_frequent_are_no_harm() {
    for rate in [100, 300, 900] {
        let found = verdicts(50, Counts::new(rate, 1_000), Counts::new(rate, 1_000));
        assert!(!found.contains(&Verdict::Fail), "{rate} of 1,000: {found:?}");
    }
}
