//! Rulesets and contexts that the benches share.

pub mod workloads;

use cutover::{Attributes, Context, Engine};
use std::fmt::Write as _;

/// A flag with one `in` condition and a rollout of half, written `count` times under different names.
#[must_use]
pub fn ruleset(count: usize) -> String {
    let mut text = String::from("{\"cutover\":1,\"flags\":{");
    for index in 0..count {
        let comma = if index == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{comma}\"flag_{index}\":{{\"rules\":[{{\"if\":{{\"attribute\":\"tenant.tier\",\"in\":[\"enterprise\",\"premium\"]}},\
             \"serve\":\"on\"}},{{\"serve\":{{\"rollout\":\"50%\",\"by\":\"userId\"}}}}]}}"
        );
    }
    text.push_str("}}");
    text
}

/// An engine with that many flags.
///
/// # Panics
/// Where the ruleset does not load, which is a fault of the bench.
#[must_use]
pub fn engine(count: usize) -> Engine {
    Engine::from_str(&ruleset(count)).unwrap_or_else(|refused| panic!("{refused}"))
}

/// A thousand users with identifiers of 36 characters, so that no branch learns one of them by heart.
#[must_use]
pub fn contexts(engine: &Engine) -> Vec<Context> {
    (0..1000_u64)
        .map(|number| {
            let id = format!(
                "{:08x}-1234-4abc-8def-{:012x}",
                number * 2_654_435_761 % 4_294_967_296,
                number * 40_503
            );
            engine.context(&Attributes::new().with("userId", id).with("tenant.tier", "free"))
        })
        .collect()
}

/// The identifiers of [`contexts`], as text.
#[must_use]
pub fn units() -> Vec<String> {
    (0..1000_u64)
        .map(|number| {
            format!("{:08x}-1234-4abc-8def-{:012x}", number * 2_654_435_761 % 4_294_967_296, number * 40_503)
        })
        .collect()
}
