//! What one decision costs, beside the bare hash of the same unit.

use criterion::{Criterion, criterion_group, criterion_main};
use cutover::bucket::{Salt, Unit};
use cutover_benches::{contexts, engine, units};
use std::hint::black_box;

fn decide(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    let units = units();
    let salt = Salt::new("flag_0");
    let mut next = 0;
    group.bench_function("bare hash of the unit", |bencher| {
        bencher.iter(|| {
            next = (next + 1) % units.len();
            black_box(salt.hash(Unit::Text(units[next].as_bytes())))
        });
    });
    for count in [10, 10_000] {
        let engine = engine(count);
        let contexts = contexts(&engine);
        let names: Vec<String> = (0..10).map(|index| format!("flag_{}", index * (count / 10))).collect();
        let ids: Vec<_> = names.iter().filter_map(|name| engine.flag(name)).collect();
        let mut next = 0;
        group.bench_function(format!("targeted, by number, of {count} flags"), |bencher| {
            bencher.iter(|| {
                next = (next + 1) % contexts.len();
                black_box(engine.outcome(ids[0], &contexts[next], 0))
            });
        });
        group.bench_function(format!("targeted, by name, of {count} flags"), |bencher| {
            bencher.iter(|| {
                next = (next + 1) % contexts.len();
                black_box(engine.decide(&names[next % 10], &contexts[next], 0))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decide);
criterion_main!(benches);
