//! One load and many decisions, for a profiler: `profile load N` or `profile decide N`.

use cutover_benches::{contexts, engine, ruleset};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let count: usize = arguments.get(2).and_then(|text| text.parse().ok()).unwrap_or(1);
    if arguments.get(1).is_some_and(|what| what == "load") {
        let text = ruleset(10_000);
        for _ in 0..count {
            std::hint::black_box(cutover::Engine::from_str(&text).is_ok());
        }
        return;
    }
    let engine = engine(10);
    let contexts = contexts(&engine);
    let id = engine.flag("flag_0");
    for index in 0..count {
        if let Some(id) = id {
            std::hint::black_box(engine.outcome(id, &contexts[index % contexts.len()], 0));
        }
    }
}
