//! The properties that the fuzzers look for a counterexample of. They are plain functions, so that the same ones
//! run on stable Rust over random input.

mod inputs;
mod program;
mod shares;
mod streams;

use arbitrary::{Arbitrary, Unstructured};
use cutover::packed::PackedContext;
use cutover::wire::to_json;
use cutover::{Attributes, Engine, Outcome, Value};
use cutover_testkit::generate::case;
pub use inputs::{compare, import};
pub use program::program;
pub use shares::shares;
pub use streams::{machine, question};

/// Any bytes as a ruleset: refused with at least one error, each with its place, or loaded; never a panic.
///
/// # Panics
/// Where the property does not hold.
pub fn ruleset(data: &[u8]) {
    match Engine::from_bytes(data) {
        Ok(engine) => {
            let context = engine.context(&Attributes::new());
            for decision in engine.decide_all(&context, 0) {
                assert_eq!(decision.error.is_some(), decision.reason == cutover::Reason::Error);
            }
            // What loads once loads again, and means the same.
            assert_eq!(
                Engine::from_bytes(data).map(|again| again.digest().to_owned()).ok().as_deref(),
                Some(engine.digest())
            );
        }
        Err(refused) => assert!(refused.diagnostics.iter().any(cutover::Diagnostic::is_error)),
    }
}

#[derive(Debug, Arbitrary)]
struct Asked<'a> {
    seed: u16,
    now: i64,
    context: &'a str,
    packed: &'a [u8],
}

/// A generated ruleset asked with any context, as JSON text and as packed bytes: an answer, never a panic, the
/// same twice, and the same with an explanation.
///
/// # Panics
/// Where the property does not hold.
pub fn decide(data: &[u8]) {
    let Ok(asked) = Asked::arbitrary(&mut Unstructured::new(data)) else { return };
    let Ok(engine) = Engine::from_str(&case(asked.seed.into()).ruleset) else { return };
    let attributes = Attributes::from_json(asked.context).unwrap_or_default();
    let context = engine.context(&attributes);
    let packed = PackedContext::new(asked.packed);
    for name in engine.flags() {
        let decision = engine.decide(name, &context, asked.now);
        assert_eq!(to_json(&decision), to_json(&engine.decide(name, &context, asked.now)));
        assert_eq!(to_json(&decision), to_json(&engine.explain(name, &context, asked.now).decision));
        let Some(flag) = engine.flag(name) else { continue };
        let outcome = engine.outcome(flag, &packed, asked.now);
        assert_eq!(Outcome::unpack(outcome.pack()), Some(outcome));
        let _ = to_json(&engine.explain_view(flag, &packed, asked.now));
    }
    for name in engine.migrations() {
        let _ = to_json(&engine.route(
            name,
            &context,
            asked.now,
            &Value::from_json(asked.context).unwrap_or_default(),
        ));
    }
}
