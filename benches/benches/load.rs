//! What loading ten thousand flags costs, from text or bytes to a program, and what a change of one of them costs.

use criterion::{Criterion, criterion_group, criterion_main};
use cutover::Engine;
use cutover_benches::workloads::{changed, many, many_in_yaml};
use std::hint::black_box;

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(20);
    let (json, yaml) = (many(10_000), many_in_yaml(10_000));
    group.bench_function("10,000 flags from JSON", |bencher| {
        bencher.iter(|| black_box(Engine::from_str(&json).is_ok()))
    });
    group.bench_function("10,000 flags from YAML", |bencher| {
        bencher.iter(|| black_box(Engine::from_str(&yaml).is_ok()))
    });
    let mut engine = Engine::from_str(&json).unwrap_or_else(|refused| panic!("{refused}"));
    let compiled = engine.to_compiled();
    group.bench_function("10,000 flags from a compiled program", |bencher| {
        bencher.iter(|| black_box(Engine::from_compiled(&compiled).is_ok()));
    });
    let texts = [changed(&json), json];
    let mut turns = texts.iter().cycle();
    group.bench_function("one flag of 10,000 changed and applied", |bencher| {
        bencher.iter(|| {
            if let Some(Ok(next)) = turns.next().map(|text| engine.apply(text.as_bytes())) {
                engine = next;
            }
        });
    });
    group.finish();
}

criterion_group!(benches, load);
criterion_main!(benches);
