//! How long a table of 500 entries takes to find one: nanoseconds for each call, the best of several runs.
//!
//! `cargo run --release -p cutover-paths --example find`

use cutover_paths::{By, Entry, Otherwise, Path, Request, Rollout, Side, Table, Unit};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 200_000;
const RUNS: u32 = 7;

fn entries() -> Vec<Entry> {
    let mut entries = vec![Entry::new("/", "monolith", Side::Old)];
    for service in 0..100 {
        let new = |path: String| Entry::new(path, format!("service-{service}"), Side::New);
        let get = Some(vec!["GET".to_owned()]);
        let by = By::Attribute("userId".to_owned());
        let part = Some(Rollout { ppm: 500_000, by, otherwise: Otherwise::Next });
        entries.push(new(format!("/api/v1/resource-{service}")));
        entries.push(new(format!("/api/v1/resource-{service}/:id")));
        entries.push(new(format!("/api/v1/resource-{service}/:id/items/*")));
        entries.push(Entry { methods: get, ..new(format!("/api/v1/resource-{service}/search")) });
        entries.push(Entry { rollout: part, ..new(format!("/api/v2/resource-{service}")) });
    }
    entries.truncate(500);
    entries
}

/// The best time of a call, in nanoseconds.
fn best(mut work: impl FnMut()) -> f64 {
    let run = |_| {
        let start = Instant::now();
        (0..ROUNDS).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
    };
    (0..RUNS).map(run).fold(f64::INFINITY, f64::min)
}

fn main() {
    let started = Instant::now();
    let table = Table::new("api", entries()).expect("a sound table");
    println!(
        "{:>8.2} ms to check and index {} entries",
        started.elapsed().as_secs_f64() * 1e3,
        table.entries().count()
    );
    println!("{:>8} {:>8}", "read", "find");
    let attributes = [("userId", Unit::Text(b"user_123"))];
    let targets = [
        "/api/v1/resource-42",
        "/api/v1/resource-42/507f1f77bcf86cd799439011",
        "/api/v1/resource-42/507f1f77bcf86cd799439011/items/1/lines/2",
        "/api/v1/resource-42/search?q=bicycles",
        "/api/v2/resource-42/1",
        "/api/v1/resource%2D42/1",
        "/elsewhere/in/the/monolith",
    ];
    for target in targets {
        let read = best(|| {
            black_box(Path::new(black_box(target)).is_ok());
        });
        let request = Request::new("GET", target).expect("a good path").attributes(&attributes);
        let find = best(|| {
            black_box(table.find(black_box(&request), 0).map(|found| found.index()));
        });
        println!("{read:>5.1} ns {find:>5.1} ns  {target}");
    }
}
