//! A new arm that fails far more often than anything before it is found, however frequent its errors are.

use cutover_gates::{Better, Check, Counts, Gate, Observation, Test, Verdict};

#[test]
fn harm_is_found_where_rare_events_become_frequent() {
    let check = Check::new("errors", Test::Harm { better: Better::Lower });
    let gate = Gate::new("g", vec![check]).unwrap();
    for bad in [20, 60, 200, 500, 1_000] {
        let mut state = gate.start();
        let verdicts: Vec<Verdict> = (0..3)
            .map(|minute| {
                let (from, to) = (minute * 60_000, (minute + 1) * 60_000);
                let arms = (Counts::new(3, 3_000), Counts::new(bad, 1_000));
                let seen = Observation::counted("errors", from, to, arms.0, arms.1);
                gate.evaluate(&mut state, &[seen], to).unwrap().verdict
            })
            .collect();
        // The first window may teach how frequent events are; the ones after it are judged by that.
        assert_eq!(verdicts[1..], [Verdict::Fail, Verdict::Fail], "{bad} of 1,000: {verdicts:?}");
    }
}
