//! Writes generated cases with the answers of this engine, for other languages to reproduce.
//!
//! `differential generate SEED COUNT` writes one line of JSON a case: `{"seed", "ruleset", "contexts", "now",
//! "switches", "sha256"}`, the last of the answers' lines, each with a newline. `differential answers SEED COUNT`
//! writes the answers themselves in its place, as `answers`, for the second implementation in `conformance/twin`.
//! `differential show SEED` writes the case of one seed and its answers, to be read beside another language's.

use cutover_testkit::{answers::answers, generate::case};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| arguments.get(index).and_then(|text| text.parse::<u64>().ok());
    match (arguments.first().map(String::as_str), number(1), number(2)) {
        (Some("generate"), Some(seed), Some(count)) => {
            generate(seed, count, |lines| ("sha256", digest(&lines).into()))
        }
        (Some("answers"), Some(seed), Some(count)) => {
            generate(seed, count, |lines| ("answers", lines.into()))
        }
        (Some("show"), Some(seed), None) => show(seed),
        _ => {
            eprintln!("usage: differential generate|answers SEED COUNT | differential show SEED");
            std::process::exit(2);
        }
    }
}

/// Writes a line for each case, with what `told` makes of its answers under the key that it gives.
fn generate(first: u64, count: u64, told: impl Fn(Vec<String>) -> (&'static str, Value)) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for seed in (0..count).map(|offset| first.wrapping_add(offset)) {
        let case = case(seed);
        let (key, answers) = told(answers(&case));
        let mut line = serde_json::json!({ "seed": seed.to_string(), "ruleset": case.ruleset,
            "contexts": case.contexts, "now": case.now, "switches": case.switches });
        line[key] = answers;
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// SHA-256 of the lines, each with a newline.
fn digest(lines: &[String]) -> String {
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn show(seed: u64) -> io::Result<()> {
    let case = case(seed);
    let mut out = io::stdout().lock();
    writeln!(out, "{}\n{}", case.ruleset, case.now)?;
    for context in &case.contexts {
        writeln!(out, "{context}")?;
    }
    answers(&case).iter().try_for_each(|line| writeln!(out, "{line}"))
}
