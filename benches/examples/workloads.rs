//! What a decision costs on each workload: `workloads [rounds]` prints nanoseconds, the least of the rounds;
//! `workloads W3 name|number|enabled|given|fresh COUNT` makes so many decisions, for a profiler and for the budget;
//! `given` reads attributes where they are, and `fresh` prepares a context for each decision.

use cutover_benches::workloads::Workloads;
use std::hint::black_box;
use std::time::Instant;

const ALL: [&str; 5] = ["W1", "W2", "W3", "W4", "W5"];
const CALLS: usize = 50_000;

#[inline(never)]
fn run(loaded: &Workloads, workload: &'static str, road: &str, calls: usize) {
    let Workloads { engine, contexts, ids, .. } = loaded;
    let fixed = engine.flag(loaded.name(workload, 0));
    match road {
        "number" => {
            for turn in 0..calls {
                let id = if workload == "W5" { ids.get(turn % ids.len()).copied() } else { fixed };
                if let Some(id) = id {
                    black_box(engine.outcome(id, &contexts[turn % contexts.len()], 0));
                }
            }
        }
        "name" => {
            for turn in 0..calls {
                let name = black_box(loaded.name(workload, turn));
                black_box(engine.decide(name, &contexts[turn % contexts.len()], 0));
            }
        }
        "given" => {
            for turn in 0..calls {
                let name = black_box(loaded.name(workload, turn));
                let known = loaded.users[turn % contexts.len()].known();
                black_box(engine.given(&known).is_enabled(name, 0));
            }
        }
        "fresh" => {
            for turn in 0..calls {
                let name = black_box(loaded.name(workload, turn));
                let context = engine.context(&loaded.users[turn % contexts.len()].attributes());
                black_box(engine.is_enabled(name, &context, 0));
            }
        }
        _ => {
            for turn in 0..calls {
                let name = black_box(loaded.name(workload, turn));
                black_box(engine.is_enabled(name, &contexts[turn % contexts.len()], 0));
            }
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let loaded = Workloads::new();
    let named = arguments.first().and_then(|first| ALL.into_iter().find(|workload| workload == first));
    if let (Some(workload), [_, road, count]) = (named, arguments.as_slice()) {
        return run(&loaded, workload, road, count.parse().unwrap_or(1));
    }
    let rounds: usize = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(40);
    println!(
        "| ns a decision, the engine in Rust | by number | `is_enabled` | `decide` | `given` | a context each |\n|---|--:|--:|--:|--:|--:|"
    );
    for workload in ALL {
        let costs = ["number", "enabled", "name", "given", "fresh"].map(|road| {
            let round = |_| {
                let start = Instant::now();
                run(&loaded, workload, road, CALLS);
                start.elapsed().as_secs_f64() * 1e9 / CALLS as f64
            };
            (0..rounds).map(round).fold(f64::INFINITY, f64::min)
        });
        println!("| {workload} | {} |", costs.map(|cost| format!("{cost:.1}")).join(" | "));
    }
}
