//! The WebAssembly module of the npm package `cutover`: numbers in, numbers out.
//!
//! It is no API of its own. `bindings/js` is the one user of these functions, and holds the same conversation with
//! the native addon. Bytes go in through one area of memory, [`area`], which JavaScript writes, and texts come out
//! of another, the [`answer`]: every export takes and gives numbers only, so that a decision costs a call and
//! no more, and an instance that has trapped can be replaced by a new one of the same module.

#[cfg(feature = "delivery")]
pub mod delivery;

use cutover_js_host::{Engines, Kept};
use std::cell::RefCell;
use std::fmt::Write;
use wasm_bindgen::prelude::wasm_bindgen;

#[derive(Default)]
struct Instance {
    engines: Engines,
    area: Vec<u8>,
    answer: Vec<u8>,
    kept: Kept,
    outcomes: Vec<u32>,
}

thread_local! {
    static INSTANCE: RefCell<Instance> = RefCell::default();
    /// Apart from the instance, which is borrowed while something panics.
    static PANIC: RefCell<String> = RefCell::default();
}

impl Instance {
    fn name(&self, bytes: usize) -> &str {
        self.area.get(..bytes).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
    }
}

fn ask<T>(question: impl FnOnce(&Instance) -> T) -> T {
    INSTANCE.with_borrow(question)
}

/// Keeps a text as the answer.
fn answered(question: impl FnOnce(&Instance) -> String) {
    INSTANCE.with_borrow_mut(|instance| instance.answer = question(instance).into_bytes());
}

/// So much of what a panic says is kept without asking for memory, of which there may be none.
const PANIC_BYTES: usize = 1024;

/// Prepares the instance: a panic is a trap, and what it said is kept for [`panic_message`].
#[wasm_bindgen(start)]
pub fn start() {
    PANIC.with_borrow_mut(|panic| panic.reserve(PANIC_BYTES));
    std::panic::set_hook(Box::new(|info| {
        // Where this is borrowed already, an earlier panic is what matters.
        PANIC.with(|panic| {
            panic.try_borrow_mut().is_ok_and(|mut panic| {
                panic.clear();
                write!(panic, "{info}").is_ok()
            })
        });
    }));
}

/// Where what a panic said lies in memory; its length is [`panic_length`].
#[wasm_bindgen]
pub fn panic_message() -> *const u8 {
    PANIC.with_borrow(|panic| panic.as_ptr())
}

/// The length of what a panic said, in bytes; 0 where nothing panicked.
#[wasm_bindgen]
pub fn panic_length() -> usize {
    PANIC.with_borrow(String::len)
}

/// The area that JavaScript writes, of at least `bytes`; what is in it stays. A null pointer where there is not
/// so much memory.
#[wasm_bindgen]
pub fn area(bytes: usize) -> *const u8 {
    INSTANCE.with_borrow_mut(|instance| {
        let missing = bytes.saturating_sub(instance.area.len());
        if instance.area.try_reserve_exact(missing).is_err() {
            return std::ptr::null();
        }
        instance.area.resize(instance.area.len() + missing, 0);
        instance.area.as_ptr()
    })
}

/// The size of the area, in bytes.
#[wasm_bindgen]
pub fn area_length() -> usize {
    ask(|instance| instance.area.len())
}

/// Gives back what the area holds beyond `bytes`.
#[wasm_bindgen]
pub fn shrink(bytes: usize) {
    INSTANCE.with_borrow_mut(|instance| {
        instance.area.truncate(bytes);
        instance.area.shrink_to_fit();
    });
}

/// Where the text of the last answer lies in memory.
#[wasm_bindgen]
pub fn answer() -> *const u8 {
    ask(|instance| instance.answer.as_ptr())
}

/// The length of the last answer, in bytes.
#[wasm_bindgen]
pub fn answer_length() -> usize {
    ask(|instance| instance.answer.len())
}

/// Answers with the names of the stores of the migration whose name is the first `bytes` of the area.
#[cfg(any(feature = "full", feature = "delivery"))]
#[wasm_bindgen]
pub fn stores(engine: u32, bytes: usize) {
    answered(|instance| instance.engines.stores(engine, instance.name(bytes)))
}

/// Loads the ruleset in the first `bytes` of the area: the number of an engine, or -1, and the answer says why.
#[wasm_bindgen]
pub fn load(bytes: usize) -> f64 {
    loaded(bytes, Engines::load)
}

/// Loads the compiled program in the first `bytes` of the area, as [`load`] does a ruleset.
#[wasm_bindgen]
pub fn load_compiled(bytes: usize) -> f64 {
    loaded(bytes, Engines::load_compiled)
}

/// Loads another version of the ruleset of `engine` from the first `bytes` of the area, as [`load`] does.
#[wasm_bindgen]
pub fn apply(engine: u32, bytes: usize) -> f64 {
    loaded(bytes, |engines, text| engines.apply(engine, text))
}

/// The number of the same engine as one whose ruleset may be out of date, or -1.
#[wasm_bindgen]
pub fn stale(engine: u32) -> f64 {
    INSTANCE.with_borrow_mut(|instance| instance.engines.stale(engine).map_or(-1.0, f64::from))
}

fn loaded(bytes: usize, load: impl FnOnce(&mut Engines, &[u8]) -> Result<u32, String>) -> f64 {
    INSTANCE.with_borrow_mut(|instance| {
        let text = instance.area.get(..bytes).unwrap_or_default();
        match load(&mut instance.engines, text) {
            Ok(engine) => engine.into(),
            Err(refusal) => {
                instance.answer = refusal.into_bytes();
                -1.0
            }
        }
    })
}

/// Answers with the compiled program of an engine: the one answer that is no text.
#[wasm_bindgen]
pub fn compiled(engine: u32) {
    INSTANCE.with_borrow_mut(|instance| instance.answer = instance.engines.compiled(engine));
}

/// Releases an engine.
#[wasm_bindgen]
pub fn release(engine: u32) {
    INSTANCE.with_borrow_mut(|instance| instance.engines.release(engine));
}

/// Answers with what is known of an engine at first.
#[wasm_bindgen]
pub fn about(engine: u32) {
    answered(|instance| instance.engines.about(engine))
}

/// Answers with the names in an engine.
#[wasm_bindgen]
pub fn names(engine: u32) {
    answered(|instance| instance.engines.names(engine))
}

/// Answers with the flag whose name is the first `bytes` of the area: its number and its row.
#[wasm_bindgen]
pub fn find(engine: u32, bytes: usize) {
    answered(|instance| instance.engines.find(engine, instance.name(bytes)))
}

/// Answers with all flags.
#[wasm_bindgen]
pub fn rows(engine: u32) {
    answered(|instance| instance.engines.rows(engine))
}

/// Answers with the migration whose name is the first `bytes` of the area: its number and its row.
#[wasm_bindgen]
pub fn find_migration(engine: u32, bytes: usize) {
    answered(|instance| instance.engines.find_migration(engine, instance.name(bytes)))
}

/// Answers with the warnings of an engine.
#[wasm_bindgen]
pub fn warnings(engine: u32, now: f64) {
    answered(|instance| instance.engines.warnings(engine, now))
}

/// A decision for the attributes in the area, packed.
#[wasm_bindgen]
pub fn decide(engine: u32, flag: u32, now: f64) -> u32 {
    ask(|instance| instance.engines.decide(engine, flag, now, &instance.area))
}

/// Where prepared contexts are kept; this memory stays where it is. A null pointer where there is not so much.
#[wasm_bindgen]
pub fn kept() -> *const u8 {
    INSTANCE.with_borrow_mut(|instance| match instance.kept.all() {
        [] => std::ptr::null(),
        kept => kept.as_ptr(),
    })
}

/// A decision for the context that is kept at `at`, packed.
#[wasm_bindgen]
pub fn decide_kept(engine: u32, flag: u32, now: f64, at: usize) -> u32 {
    ask(|instance| instance.engines.decide(engine, flag, now, instance.kept.at(at)))
}

/// Decides all flags for the attributes in the area: where the packed decisions lie, as many as there are flags.
#[wasm_bindgen]
pub fn decide_all(engine: u32, now: f64) -> *const u32 {
    INSTANCE.with_borrow_mut(|instance| {
        let Instance { engines, area, outcomes, .. } = instance;
        engines.decide_all(engine, now, area, outcomes);
        outcomes.as_ptr()
    })
}

/// Decides a flag for so many rows of the columns in the area: where the packed decisions lie, as many as there are rows.
#[wasm_bindgen]
pub fn decide_columns(engine: u32, flag: u32, now: f64, rows: usize) -> *const u32 {
    INSTANCE.with_borrow_mut(|instance| {
        let Instance { engines, area, outcomes, .. } = instance;
        engines.decide_columns(engine, flag, now, area, rows, outcomes);
        outcomes.as_ptr()
    })
}

/// Answers with the explanation of the same decision.
#[wasm_bindgen]
pub fn explain(engine: u32, flag: u32, now: f64) {
    answered(|instance| instance.engines.explain(engine, flag, now, &instance.area))
}

/// Answers a question whose name is the first `name` bytes of the area, with the `arguments` behind it; both are JSON.
#[wasm_bindgen]
pub fn call(engine: u32, name: usize, arguments: usize) {
    answered(|instance| {
        let part = |from: usize, length: usize| instance.area.get(from..from + length).unwrap_or_default();
        let text = |from, length| std::str::from_utf8(part(from, length)).unwrap_or_default();
        instance.engines.call(engine, text(0, name), text(name, arguments))
    })
}

/// The choice of a route for the attributes and switches in the area, packed.
#[wasm_bindgen]
pub fn choose(engine: u32, migration: u32, now: f64, first: u32) -> u32 {
    ask(|instance| instance.engines.choose(engine, migration, now, &instance.area, first))
}

/// Answers with the route of the same choice.
#[wasm_bindgen]
pub fn route(engine: u32, migration: u32, now: f64, first: u32) {
    answered(|instance| instance.engines.route(engine, migration, now, &instance.area, first))
}

/// Answers with what is wrong with the ruleset in the first `bytes` of the area.
#[wasm_bindgen]
pub fn check(bytes: usize, now: f64) {
    answered(|instance| cutover_js_host::check(instance.area.get(..bytes).unwrap_or_default(), now))
}

/// Imports the document in the area: `bytes` of the document, then `kind` bytes with the name of its format, then
/// `zone` bytes with the name of a time zone, or -1 where none is given. The answer is what came of it, or, where this is
/// false, why there is no such format.
#[wasm_bindgen]
pub fn import_document(bytes: usize, kind: usize, zone: i32) -> bool {
    INSTANCE.with_borrow_mut(|instance| {
        let part = |from: usize, length: usize| instance.area.get(from..from + length).unwrap_or_default();
        let text = |from, length| std::str::from_utf8(part(from, length)).unwrap_or_default();
        let timezone = usize::try_from(zone).ok().map(|zone| text(bytes + kind, zone));
        let imported = cutover_js_host::import(text(bytes, kind), part(0, bytes), timezone);
        let done = imported.is_ok();
        instance.answer = imported.unwrap_or_else(|message| message).into_bytes();
        done
    })
}
