//! What executors ask: the machines of `cutover-delivery`.

use cutover_js_host::delivery::{self, Breakers};
use napi::bindgen_prelude::{Either, Error, Result};
use napi_derive::napi;
use std::cell::RefCell;

thread_local! {
    static BREAKERS: RefCell<Breakers> = RefCell::default();
}

/// The breakers of this thread.
pub(crate) fn with<T>(question: impl FnOnce(&mut Breakers) -> T) -> T {
    BREAKERS.with_borrow_mut(question)
}

/// The names of the stores of a migration, as JSON.
#[napi(catch_unwind)]
pub fn stores(engine: u32, migration: String) -> String {
    crate::ask(|engines| engines.stores(engine, &migration))
}

/// One step of a machine, or why there is none; all of it JSON.
#[napi(catch_unwind)]
pub fn step(machine: String, config: String, state: String, event: String) -> String {
    delivery::step(&machine, &config, &state, &event)
}

/// The machine of reads that fall back on these answers, as JSON.
#[napi(catch_unwind)]
pub fn read_machine(fallback_on: u8) -> String {
    delivery::read_machine(fallback_on)
}

/// A number below a million for a key.
#[napi(catch_unwind)]
pub fn draw(key: String) -> u32 {
    delivery::draw(&key)
}

/// The number of a breaker, or what is wrong with its configuration.
#[napi(catch_unwind)]
pub fn breaker_create(config: String) -> Either<u32, String> {
    match with(|breakers| breakers.create(&config)) {
        Ok(breaker) => Either::A(breaker),
        Err(refusal) => Either::B(refusal),
    }
}

/// Puts a breaker into a state by hand.
///
/// # Errors
/// Where there is no such state.
#[napi(catch_unwind)]
pub fn breaker_force(breaker: u32, to: String, now: f64) -> Result<()> {
    with(|breakers| breakers.force(breaker, &to, now)).map_err(Error::from_reason)
}

/// What is known of a breaker, as JSON.
#[napi(catch_unwind)]
pub fn breaker_about(breaker: u32) -> String {
    with(|breakers| breakers.about(breaker))
}

/// Releases a breaker.
#[napi(catch_unwind)]
pub fn breaker_release(breaker: u32) {
    with(|breakers| breakers.release(breaker));
}
