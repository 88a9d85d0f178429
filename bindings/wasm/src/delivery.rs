//! What executors ask: the machines of `cutover-delivery`. Texts lie one behind the other in the area.

use crate::{Instance, answered};
use cutover_js_host::delivery::{self, Breakers};
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static BREAKERS: RefCell<Breakers> = RefCell::default();
}

fn with<T>(question: impl FnOnce(&mut Breakers) -> T) -> T {
    BREAKERS.with_borrow_mut(question)
}

fn text(instance: &Instance, from: usize, length: usize) -> &str {
    let bytes = instance.area.get(from..from + length).unwrap_or_default();
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Answers with one step of a machine: its name, its config, the state and the event have so many bytes.
#[wasm_bindgen]
pub fn step(machine: usize, config: usize, state: usize, event: usize) {
    answered(|instance| {
        let (second, third) = (machine + config, machine + config + state);
        delivery::step(
            text(instance, 0, machine),
            text(instance, machine, config),
            text(instance, second, state),
            text(instance, third, event),
        )
    })
}

/// Answers with the machine of reads that fall back on these answers.
#[wasm_bindgen]
pub fn read_machine(fallback_on: u8) {
    answered(|_| delivery::read_machine(fallback_on))
}

/// A number below a million for the key in the first `bytes` of the area.
#[wasm_bindgen]
pub fn draw(bytes: usize) -> u32 {
    crate::ask(|instance| delivery::draw(text(instance, 0, bytes)))
}

/// The number of a breaker of the configuration in the first `bytes` of the area, or -1, and the answer says why.
#[wasm_bindgen]
pub fn breaker_create(bytes: usize) -> f64 {
    let created = crate::ask(|instance| with(|breakers| breakers.create(text(instance, 0, bytes))));
    match created {
        Ok(breaker) => breaker.into(),
        Err(refusal) => {
            answered(|_| refusal);
            -1.0
        }
    }
}

/// A packed permit, or -1.
#[wasm_bindgen]
pub fn breaker_ask(breaker: u32, now: f64) -> f64 {
    with(|breakers| breakers.ask(breaker, now))
}

/// What came of a permitted call.
#[wasm_bindgen]
pub fn breaker_report(breaker: u32, permit: f64, outcome: u32, duration_ms: f64, now: f64) -> u32 {
    with(|breakers| breakers.report(breaker, permit, outcome, duration_ms, now))
}

/// Puts a breaker into the state whose name is the first `bytes` of the area; false where there is none.
#[wasm_bindgen]
pub fn breaker_force(breaker: u32, bytes: usize, now: f64) -> bool {
    crate::ask(|instance| with(|breakers| breakers.force(breaker, text(instance, 0, bytes), now))).is_ok()
}

/// Answers with what is known of a breaker.
#[wasm_bindgen]
pub fn breaker_about(breaker: u32) {
    answered(|_| with(|breakers| breakers.about(breaker)))
}

/// Releases a breaker.
#[wasm_bindgen]
pub fn breaker_release(breaker: u32) {
    with(|breakers| breakers.release(breaker));
}
