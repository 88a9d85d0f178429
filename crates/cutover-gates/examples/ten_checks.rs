//! How long a gate of ten statistical checks takes: `cargo run --release -p cutover-gates --example ten_checks`.

use cutover_gates::{Better, Check, Counts, Gate, Millis, Observation, Test};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 20_000;
const TRIES: u32 = 20;

fn main() {
    let lower = Better::Lower;
    let tests: [(&str, Test); 10] = [
        ("errors", Test::Harm { better: lower }),
        ("errors", Test::Margin { at_most: 0.001, better: lower }),
        ("timeouts", Test::Harm { better: lower }),
        ("slow", Test::SlowerThan { than: 100.0, at_most: 0.05 }),
        ("slow", Test::Harm { better: lower }),
        ("fallbacks", Test::Share { at_most: 0.005 }),
        ("requests", Test::SampleRatio { share: Some(0.05) }),
        ("comparisons", Test::Divergence { at_most: None }),
        ("comparisons", Test::Divergence { at_most: Some(0.01) }),
        ("conversions", Test::Harm { better: Better::Higher }),
    ];
    let gate =
        Gate::new("ten", tests.map(|(metric, test)| Check::new(metric, test)).to_vec()).expect("a gate");
    let window = |at: Millis| {
        let seen = |metric: &str, old, new| {
            let (old, new) = (Counts::new(old, 9_500), Counts::new(new, 500));
            Observation::counted(metric, at, at + 60_000, old, new)
        };
        [
            seen("errors", 9, 1),
            seen("timeouts", 19, 1),
            seen("slow", 280, 14),
            seen("fallbacks", 20, 1),
            seen("requests", 0, 0),
            seen("comparisons", 8, 1),
            seen("conversions", 2_200, 118),
        ]
    };
    let windows: Vec<_> = (0..i64::from(ROUNDS)).map(|round| window(round * 60_000)).collect();
    let one_try = || {
        let mut state = gate.start();
        let start = Instant::now();
        for (observations, now) in windows.iter().zip(1..) {
            let _ = black_box(gate.evaluate(&mut state, black_box(observations), now * 60_000));
        }
        start.elapsed() / ROUNDS
    };
    let best = (0..TRIES).map(|_| one_try()).min().unwrap_or_default();
    println!("ten statistical checks: {best:?} an evaluation, the best of {TRIES} tries");
}
