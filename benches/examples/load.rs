//! What loading ten thousand flags like W3 costs: `load [ROUNDS]` prints milliseconds, the least of the rounds, and the
//! memory that stays; `load json|yaml|compiled|apply N` does one of them so often, for a profiler and for the budget;
//! `load json|yaml|compiled|apply memory` prints the bytes of resident memory that it added to this process, which
//! reads the document from its standard input so that making it leaves no free memory behind.

use cutover::Engine;
use cutover_benches::workloads::{changed, many, many_in_yaml};
use std::hint::black_box;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

const FLAGS: usize = 10_000;
const ROADS: [(&str, &str); 4] = [
    ("json", "from JSON"),
    ("yaml", "from YAML"),
    ("compiled", "from a compiled program"),
    ("apply", "one flag changed and applied"),
];
/// The size of a page, in which Linux counts resident memory.
const PAGE_BYTES: u64 = 4096;
/// More than any of the documents takes; what is not written is not resident.
const ROOM_BYTES: usize = 1 << 26;

fn document(road: &str) -> Vec<u8> {
    match road {
        "json" | "apply" => many(FLAGS).into_bytes(),
        "yaml" => many_in_yaml(FLAGS).into_bytes(),
        "compiled" => loaded(many(FLAGS).as_bytes()).to_compiled(),
        unknown => panic!("{unknown} is none of json, yaml, compiled and apply"),
    }
}

fn loaded(document: &[u8]) -> Engine {
    Engine::from_bytes(document).unwrap_or_else(|refused| panic!("{refused}"))
}

/// What one road starts from.
struct Given {
    document: Vec<u8>,
    /// What is applied in turn with the document.
    other: Vec<u8>,
    before: Option<Engine>,
}

impl Given {
    fn new(road: &str, document: Vec<u8>) -> Self {
        if road != "apply" {
            return Self { document, other: Vec::new(), before: None };
        }
        let (other, before) = (changed(&String::from_utf8_lossy(&document)), loaded(&document));
        Self { document, other: other.into_bytes(), before: Some(before) }
    }

    /// The engine of this turn.
    #[inline(never)]
    fn load(&mut self, road: &str, turn: usize) -> Engine {
        match (road, &self.before) {
            ("compiled", _) => {
                Engine::from_compiled(&self.document).unwrap_or_else(|refused| panic!("{refused}"))
            }
            ("apply", Some(before)) => {
                let text = if turn.is_multiple_of(2) { &self.other } else { &self.document };
                before.apply(text).unwrap_or_else(|refused| panic!("{refused}"))
            }
            _ => loaded(&self.document),
        }
    }

    /// One load, by what it takes; the engine is what the next turn applies to.
    fn timed(&mut self, road: &str, turn: usize) -> f64 {
        let start = Instant::now();
        let engine = black_box(self.load(road, turn));
        let took = start.elapsed().as_secs_f64() * 1e3;
        self.before = self.before.take().map(|_| engine);
        took
    }
}

/// The memory that this process holds, in bytes; none where the system does not tell.
fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(statm.split(' ').nth(1)?.parse::<u64>().ok()? * PAGE_BYTES)
}

/// Prints what a load adds to this process.
fn memory(road: &str) {
    let mut document = Vec::with_capacity(ROOM_BYTES);
    std::io::stdin().read_to_end(&mut document).unwrap_or_else(|error| panic!("{error}"));
    let mut given = Given::new(road, document);
    // So that what is made once for any ruleset is not counted.
    drop(black_box(loaded(b"{\"cutover\":1,\"flags\":{\"a\":{}}}")));
    let before = resident();
    let engine = black_box(given.load(road, 0));
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("{}", after.saturating_sub(before));
    }
    drop(engine);
}

/// What a load adds to a process of its own, in megabytes.
fn added(road: &str, document: &[u8]) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let mut command = Command::new(program);
    command.args([road, "memory"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take()?.write_all(document).ok()?;
    let printed = child.wait_with_output().ok()?.stdout;
    Some(String::from_utf8(printed).ok()?.trim().parse::<f64>().ok()? / 1e6)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [road, what] if what == "memory" => return memory(road),
        [road, count] => {
            let count = count.parse().unwrap_or_else(|_| panic!("{count} is neither a number nor `memory`"));
            let mut given = Given::new(road, document(road));
            for turn in 0..count {
                black_box(given.timed(road, turn));
            }
            return;
        }
        _ => {}
    }
    let rounds = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(20);
    println!("| 10,000 flags like W3, the engine in Rust | ms | MB added |\n|---|--:|--:|");
    for (road, title) in ROADS {
        let mut given = Given::new(road, document(road));
        let least = (0..rounds).map(|turn| given.timed(road, turn)).fold(f64::INFINITY, f64::min);
        let memory = added(road, &given.document)
            .map_or_else(|| "unknown".to_owned(), |megabytes| format!("{megabytes:.1}"));
        println!("| {title} | {least:.2} | {memory} |");
    }
}
