//! A year of ticks, one a minute, with a verdict at each: how long it takes.
//!
//! `cargo run --release -p cutover-plans --example year`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "an example that measures"
)]

use cutover_plans::{Named, Plan, Scenario, Spec, Step, simulate};
use std::time::Instant;

fn main() {
    let day = 86_400_000;
    // The last step is watched until the year is over.
    let steps = [50_000, 250_000, 1_000_000].map(|share| Step::share(share, 10 * day, "errors")).to_vec();
    let mut spec = Spec::new("use_v2", steps);
    spec.complete_after_ms = Some(400 * day);
    let plan = Plan::new(spec).unwrap();
    let scenario = Scenario { until_ms: 365 * day, ..Scenario::default() };
    let begin = Instant::now();
    let simulation = simulate(&plan, &scenario, &mut Named::new("healthy", 1).unwrap());
    println!("{} ticks in {:?}, {:?}", simulation.ticks, begin.elapsed(), simulation.state.stage);
}
