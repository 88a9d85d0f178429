//! What loading ten thousand flags costs, from text to a program.

use criterion::{Criterion, criterion_group, criterion_main};
use cutover::Engine;
use cutover_benches::ruleset;
use std::hint::black_box;

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(20);
    let json = ruleset(10_000);
    group.bench_function("10,000 flags from JSON", |bencher| bencher.iter(|| black_box(Engine::from_str(&json).is_ok())));
    // The same document as YAML: its flow style, so that the text is the same.
    let yaml = format!("# YAML\n{json}");
    group.bench_function("10,000 flags from YAML", |bencher| bencher.iter(|| black_box(Engine::from_str(&yaml).is_ok())));
    group.finish();
}

criterion_group!(benches, load);
criterion_main!(benches);
