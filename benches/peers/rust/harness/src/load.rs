//! What it costs to load a configuration: from its text to the first answer.

use serde_json::{Value, json};

use crate::bench::{cpu_time, read, users};
use crate::engine::{Engine, Failure};

/// Resident memory in bytes.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<i64>().unwrap_or_default() * 1024
}

/// Loads the configuration `set` twice. The first engine is still there when the second one is loaded.
#[expect(clippy::cast_precision_loss, reason = "a load takes seconds at the most")]
pub fn load<E: Engine>(format: &str, set: &str, flag: &str) -> Result<Value, Failure> {
    let users = users()?;
    let user = users.first().ok_or("there are no users")?;
    let text = read(&format!("{format}.{set}.json"))?;
    let answer = || -> Result<(E, bool), Failure> {
        let engine = E::open(&text)?;
        let on = engine.is_on(&engine.flag(flag), &engine.context(user));
        Ok((engine, on))
    };
    let before = resident();
    let start = cpu_time();
    let first = answer()?;
    let cold = cpu_time() - start;
    let after = resident();
    let start = cpu_time();
    let second = answer()?;
    let warm = cpu_time() - start;
    if first.1 != second.1 {
        return Err("the two loads do not answer alike".to_owned());
    }
    let milliseconds = |nanoseconds: i64| nanoseconds as f64 / 1e6;
    Ok(json!({
        "cold": milliseconds(cold),
        "warm": milliseconds(warm),
        "bytes": text.len(),
        "resident": after - before,
    }))
}
