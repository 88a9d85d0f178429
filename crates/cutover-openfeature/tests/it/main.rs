//! The scenarios of `conformance/openfeature` and of the OpenFeature specification, with the public crate; and what else a
//! provider does.

mod provider;
mod scenarios;
mod steps;
mod world;

use scenarios::{NotRun, Scenario, conformance, read, suite};
use world::World;

/// What scenarios of our own ask that structures of the crate do not know.
const UNKNOWN: &str = "lists";

/// Plays scenarios one after the other, and tells of all that fail.
fn play(scenarios: &[&Scenario], ruleset: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let ruleset = std::fs::read_to_string(conformance().join(ruleset)).unwrap();
    let mut failed = Vec::new();
    for (index, scenario) in scenarios.iter().enumerate() {
        let name = format!("{} {} ({index})", scenario.feature, scenario.name);
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(async {
                let mut world = World::new(&ruleset, &name);
                for step in &scenario.steps {
                    steps::perform(&mut world, step).await;
                }
            });
        }));
        if played.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "{} of {} fail: {failed:#?}", failed.len(), scenarios.len());
}

#[test]
fn own() {
    let all = read(&conformance());
    let known: Vec<&Scenario> =
        all.iter().filter(|scenario| !scenario.tags.iter().any(|tag| tag == UNKNOWN)).collect();
    assert!(known.len() > 30 && known.len() + 1 == all.len());
    play(&known, "own.yaml");
}

#[test]
fn the_specification() {
    let Some(folder) = suite() else {
        println!("the suite of the specification is not there: its scenarios are not run");
        return;
    };
    let (all, left) = (read(&folder), NotRun::read("rust"));
    assert_eq!(left.stale(&all), Vec::<String>::new(), "nothing is called like what is listed as not run");
    let run: Vec<&Scenario> = all.iter().filter(|scenario| !left.has(scenario)).collect();
    println!("OpenFeature's scenarios (rust): {} of {} are run", run.len(), all.len());
    play(&run, "spec.yaml");
}
