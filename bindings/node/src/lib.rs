//! The native addon of the npm package `cutover`: bytes in, numbers and JSON out.
//!
//! It is no API of its own. `bindings/js` is the one user of these functions, and holds the same conversation with
//! the WebAssembly module. A panic unwinds to a JavaScript error, for the host process is not ours to end.

use cutover_js_host::Engines;
use napi::bindgen_prelude::{Either, Error, Result};
use napi_derive::napi;
use std::cell::RefCell;

thread_local! {
    /// Engines belong to a thread, as do the JavaScript objects that hold their numbers.
    static ENGINES: RefCell<Engines> = RefCell::default();
}

fn ask<T>(question: impl FnOnce(&Engines) -> T) -> T {
    ENGINES.with_borrow(question)
}

/// The version of this addon; the package takes no addon of another version.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The number of an engine, or JSON that says why there is none.
#[napi(catch_unwind)]
pub fn load(text: &[u8]) -> Either<u32, String> {
    match ENGINES.with_borrow_mut(|engines| engines.load(text)) {
        Ok(engine) => Either::A(engine),
        Err(refusal) => Either::B(refusal),
    }
}

/// Releases an engine.
#[napi(catch_unwind)]
pub fn release(engine: u32) {
    ENGINES.with_borrow_mut(|engines| engines.release(engine));
}

/// The tables of an engine, as JSON.
#[napi(catch_unwind)]
pub fn table(engine: u32) -> String {
    ask(|engines| engines.table(engine))
}

/// The warnings of an engine, as JSON.
#[napi(catch_unwind)]
pub fn warnings(engine: u32, now: f64) -> String {
    ask(|engines| engines.warnings(engine, now))
}

/// A decision, packed.
#[napi(catch_unwind)]
pub fn decide(engine: u32, flag: u32, now: f64, packed: &[u8]) -> u32 {
    ask(|engines| engines.decide(engine, flag, now, packed))
}

/// An explanation, as JSON.
#[napi(catch_unwind)]
pub fn explain(engine: u32, flag: u32, now: f64, packed: &[u8]) -> String {
    ask(|engines| engines.explain(engine, flag, now, packed))
}

/// The choice of a route, packed.
#[napi(catch_unwind)]
pub fn choose(engine: u32, migration: u32, now: f64, packed: &[u8]) -> u32 {
    ask(|engines| engines.choose(engine, migration, now, packed))
}

/// A route, as JSON.
#[napi(catch_unwind)]
pub fn route(engine: u32, migration: u32, now: f64, packed: &[u8]) -> String {
    ask(|engines| engines.route(engine, migration, now, packed))
}

/// What is wrong with a ruleset, as JSON.
#[napi(catch_unwind)]
pub fn check(text: &[u8], now: f64) -> String {
    cutover_js_host::check(text, now)
}

/// What came of an import, as JSON.
///
/// # Errors
/// Where there is no format of the name `kind`.
#[napi(catch_unwind)]
pub fn import(kind: String, text: &[u8], timezone: Option<String>) -> Result<String> {
    cutover_js_host::import(&kind, text, timezone.as_deref()).map_err(Error::from_reason)
}
