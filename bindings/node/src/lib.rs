//! The native addon of the npm package `cutover`: bytes in, numbers and JSON out.
//!
//! It is no API of its own. `bindings/js` is the one user of these functions, and holds the same conversation with
//! the WebAssembly module. A panic unwinds to a JavaScript error, for the host process is not ours to end.

#[expect(unsafe_code, reason = "it speaks to Node-API itself")]
mod hot;

pub mod delivery;
mod handed;

use cutover_js_host::Engines;
use napi::Env;
use napi::bindgen_prelude::{Either, Error, Object, Result, Uint8Array, Uint32Array};
use napi_derive::napi;
use std::cell::RefCell;

/// What this thread holds: engines belong to it, as do the JavaScript objects that hold their numbers.
#[derive(Default)]
struct State {
    engines: Engines,
    texts: Texts,
}

/// Where the texts of one decision are written.
struct Texts {
    /// One text, as Node-API gives it.
    wide: [u16; TEXT_BYTES],
    /// All of them.
    bytes: [u8; TEXT_BYTES],
}

/// So many bytes the texts of a decision may have; longer ones are packed.
const TEXT_BYTES: usize = 2048;

impl Default for Texts {
    fn default() -> Self {
        Self { wide: [0; TEXT_BYTES], bytes: [0; TEXT_BYTES] }
    }
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn with_state<T>(question: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(question)
}

fn ask<T>(question: impl FnOnce(&Engines) -> T) -> T {
    with_state(|state| question(&state.engines))
}

/// The functions that a decision takes, which are registered by hand.
///
/// # Errors
/// Where Node makes none.
#[napi(catch_unwind)]
pub fn hot(env: &Env) -> Result<Object<'_>> {
    hot::functions(env)
}

/// The version of this addon; the package takes no addon of another version.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The number of an engine, or JSON that says why there is none.
#[napi(catch_unwind)]
pub fn load(text: &[u8]) -> Either<u32, String> {
    numbered(with_state(|state| state.engines.load(text)))
}

/// The number of the engine of a compiled program, or JSON that says why there is none.
#[napi(catch_unwind)]
pub fn load_compiled(bytes: &[u8]) -> Either<u32, String> {
    numbered(with_state(|state| state.engines.load_compiled(bytes)))
}

/// The number of the engine of another version of the ruleset of `engine`, or JSON that says why there is none.
#[napi(catch_unwind)]
pub fn apply(engine: u32, text: &[u8]) -> Either<u32, String> {
    numbered(with_state(|state| state.engines.apply(engine, text)))
}

/// The number of the same engine as one whose ruleset may be out of date; none where there is no such engine.
#[napi(catch_unwind)]
pub fn stale(engine: u32) -> Option<u32> {
    with_state(|state| state.engines.stale(engine))
}

fn numbered(engine: std::result::Result<u32, String>) -> Either<u32, String> {
    match engine {
        Ok(engine) => Either::A(engine),
        Err(refusal) => Either::B(refusal),
    }
}

/// The compiled program of an engine.
#[napi(catch_unwind)]
pub fn compiled(engine: u32) -> Uint8Array {
    ask(|engines| engines.compiled(engine)).into()
}

/// Releases an engine.
#[napi(catch_unwind)]
pub fn release(engine: u32) {
    with_state(|state| state.engines.release(engine));
}

/// The number of an engine in this process, for other threads; none where there is no such engine.
#[napi(catch_unwind)]
pub fn share(engine: u32) -> Option<u32> {
    ask(|engines| engines.share(engine))
}

/// The number in this thread of an engine that another thread has shared; none where it is gone.
#[napi(catch_unwind)]
pub fn adopt(shared: u32) -> Option<u32> {
    with_state(|state| state.engines.adopt(shared))
}

/// What is known of an engine at first, as JSON.
#[napi(catch_unwind)]
pub fn about(engine: u32) -> String {
    ask(|engines| engines.about(engine))
}

/// The names in an engine, as JSON.
#[napi(catch_unwind)]
pub fn names(engine: u32) -> String {
    ask(|engines| engines.names(engine))
}

/// A flag by its name: its number, and its row as JSON.
#[napi(catch_unwind)]
pub fn find(engine: u32, name: String) -> String {
    ask(|engines| engines.find(engine, &name))
}

/// All flags, as JSON.
#[napi(catch_unwind)]
pub fn rows(engine: u32) -> String {
    ask(|engines| engines.rows(engine))
}

/// A migration by its name: its number, and its row as JSON.
#[napi(catch_unwind)]
pub fn find_migration(engine: u32, name: String) -> String {
    ask(|engines| engines.find_migration(engine, &name))
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

/// The decisions of all flags, packed.
#[napi(catch_unwind)]
pub fn decide_all(engine: u32, now: f64, packed: &[u8]) -> Uint32Array {
    let mut outcomes = Vec::new();
    ask(|engines| engines.decide_all(engine, now, packed, &mut outcomes));
    outcomes.into()
}

/// The decisions of a flag for so many rows of columns, packed.
#[napi(catch_unwind)]
pub fn decide_columns(engine: u32, flag: u32, now: f64, packed: &[u8], rows: u32) -> Uint32Array {
    let mut outcomes = Vec::new();
    ask(|engines| engines.decide_columns(engine, flag, now, packed, rows as usize, &mut outcomes));
    outcomes.into()
}

/// An explanation, as JSON.
#[napi(catch_unwind)]
pub fn explain(engine: u32, flag: u32, now: f64, packed: &[u8]) -> String {
    ask(|engines| engines.explain(engine, flag, now, packed))
}

/// The answer to a question by its name; both are JSON.
#[napi(catch_unwind)]
pub fn call(engine: u32, name: String, arguments: String) -> String {
    ask(|engines| engines.call(engine, &name, &arguments))
}

/// The choice of a route, packed.
#[napi(catch_unwind)]
pub fn choose(engine: u32, migration: u32, now: f64, packed: &[u8], first: u32) -> u32 {
    ask(|engines| engines.choose(engine, migration, now, packed, first))
}

/// A route, as JSON.
#[napi(catch_unwind)]
pub fn route(engine: u32, migration: u32, now: f64, packed: &[u8], first: u32) -> String {
    ask(|engines| engines.route(engine, migration, now, packed, first))
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
