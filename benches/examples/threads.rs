//! How decisions scale over threads that share one engine: `threads [MILLISECONDS]` prints millions of decisions a
//! second with one thread and with two, the best of some rounds, which take turns.

use cutover_benches::workloads::Workloads;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: usize = 10;
/// How many decisions are made between two looks at the clock.
const CALLS: usize = 1000;

/// Millions of decisions a second that so many threads make together.
fn rate(loaded: &Workloads, workload: &'static str, threads: usize, lasting: Duration) -> f64 {
    let over = AtomicBool::new(false);
    let work = |first: usize| {
        let start = Instant::now();
        let mut turn = first;
        while !over.load(Ordering::Relaxed) {
            for _ in 0..CALLS {
                let id =
                    if workload == "W5" { loaded.ids.get(turn % loaded.ids.len()).copied() } else { None };
                let id = id.or_else(|| loaded.engine.flag(loaded.name(workload, turn)));
                if let Some(id) = id {
                    black_box(loaded.engine.outcome(id, &loaded.contexts[turn % loaded.contexts.len()], 0));
                }
                turn += 1;
            }
        }
        (turn - first) as f64 / start.elapsed().as_secs_f64() / 1e6
    };
    thread::scope(|scope| {
        let work = &work;
        // They begin at other users, as requests do.
        let workers: Vec<_> = (0..threads).map(|number| scope.spawn(move || work(number * 500))).collect();
        thread::sleep(lasting);
        over.store(true, Ordering::Relaxed);
        workers.into_iter().map(|worker| worker.join().unwrap_or(0.0)).sum()
    })
}

fn main() {
    let lasting = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100);
    let loaded = Workloads::new();
    println!("| million decisions a second, one engine | 1 thread | 2 threads | ratio |\n|---|--:|--:|--:|");
    for workload in ["W2", "W3", "W4", "W5"] {
        let mut best = [0.0_f64; 2];
        for _ in 0..ROUNDS {
            for (best, threads) in best.iter_mut().zip(1..) {
                *best = best.max(rate(&loaded, workload, threads, Duration::from_millis(lasting)));
            }
        }
        println!("| {workload} | {:.1} | {:.1} | {:.2} |", best[0], best[1], best[1] / best[0]);
    }
}
