//! The small WebAssembly module of the npm package `cutover`: numbers in, numbers out.
//!
//! It loads compiled programs and decides; a page that gets its ruleset compiled downloads no more than this. It is
//! no API of its own: `bindings/js` holds the same conversation with it as with the full module, and replaces an
//! instance that has trapped. Bytes go in through one area of memory, [`area`], which JavaScript writes, and texts come
//! out of another, the [`answer`].
//!
//! Size is what it is for. So there is no glue, and nothing is formatted.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![expect(
    unsafe_code,
    reason = "names that JavaScript can call are not mangled, which the compiler takes for unsafe"
)]

extern crate alloc;

mod instance;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod switches;

use alloc::string::String;
use alloc::vec::Vec;
use cutover_decider::Program;
use cutover_decider::migration::{SwitchSource, unreadable_switch};
use cutover_decider::packed::PackedContext;
use cutover_decider::write_json_text;
use instance::{Instance, with};

/// The answer where there is no such engine or migration: no outcome and no choice packs to it.
const NOTHING: u32 = u32::MAX;

/// Milliseconds as JavaScript has them. What lies outside 64 bits becomes the nearest that does not.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
fn millis(now: f64) -> i64 {
    now as i64
}

/// Keeps a text as the answer: what a program says, and nothing where there is no such engine.
fn answered(engine: u32, question: impl FnOnce(&Program, &Instance) -> String) {
    with(|instance| {
        let text = instance.program(engine).map(|program| question(program, instance)).unwrap_or_default();
        instance.answer = text;
    });
}

/// The area that JavaScript writes, of at least `bytes`; what is in it stays. A null pointer where there is not
/// so much memory.
#[unsafe(no_mangle)]
pub extern "C" fn area(bytes: usize) -> *const u8 {
    with(|instance| {
        let missing = bytes.saturating_sub(instance.area.len());
        if instance.area.try_reserve_exact(missing).is_err() {
            return core::ptr::null();
        }
        instance.area.resize(instance.area.len() + missing, 0);
        instance.area.as_ptr()
    })
}

/// The size of the area, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn area_length() -> usize {
    with(|instance| instance.area.len())
}

/// Gives back what the area holds beyond `bytes`.
#[unsafe(no_mangle)]
pub extern "C" fn shrink(bytes: usize) {
    with(|instance| {
        instance.area.truncate(bytes);
        instance.area.shrink_to_fit();
    });
}

/// Where the text of the last answer lies in memory.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    with(|instance| instance.answer.as_ptr())
}

/// The length of the last answer, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn answer_length() -> usize {
    with(|instance| instance.answer.len())
}

/// Loads the compiled program in the first `bytes` of the area: the number of an engine, or -1, and the answer says why.
#[unsafe(no_mangle)]
pub extern "C" fn load_compiled(bytes: usize) -> f64 {
    with(|instance| {
        let program = Program::from_bytes(instance.area.get(..bytes).unwrap_or_default());
        match program {
            Ok(program) => instance.hold(program).into(),
            Err(error) => {
                instance.answer = error.message();
                -1.0
            }
        }
    })
}

/// Releases an engine.
#[unsafe(no_mangle)]
pub extern "C" fn release(engine: u32) {
    with(|instance| instance.release(engine));
}

/// Answers with what is known of an engine at first.
#[unsafe(no_mangle)]
pub extern "C" fn about(engine: u32) {
    answered(engine, |program, _| program.head_row());
}

/// Answers with the names in an engine.
#[unsafe(no_mangle)]
pub extern "C" fn names(engine: u32) {
    answered(engine, |program, _| program.names_row());
}

/// Answers with the flag whose name is the first `bytes` of the area: its number and its row.
#[unsafe(no_mangle)]
pub extern "C" fn find(engine: u32, bytes: usize) {
    answered(engine, |program, instance| {
        let flag = program.find(instance.name(bytes));
        flag.map(|flag| numbered(flag, &program.flag_row(flag))).unwrap_or_default()
    });
}

/// Answers with all flags.
#[unsafe(no_mangle)]
pub extern "C" fn rows(engine: u32) {
    answered(engine, |program, _| program.flag_rows());
}

/// Answers with the migration whose name is the first `bytes` of the area: its number and its row.
#[unsafe(no_mangle)]
pub extern "C" fn find_migration(engine: u32, bytes: usize) {
    answered(engine, |program, instance| {
        let migration = program.find_migration(instance.name(bytes));
        migration.map(|migration| numbered(migration, &program.migration_row(migration))).unwrap_or_default()
    });
}

fn numbered(number: u32, row: &str) -> String {
    let mut text = cutover_decider::number_text(number.into());
    text.push(' ');
    text.push_str(row);
    text
}

/// A decision for the attributes in the area, packed.
#[unsafe(no_mangle)]
pub extern "C" fn decide(engine: u32, flag: u32, now: f64) -> u32 {
    with(|instance| match instance.program(engine) {
        Some(program) => program.packed(flag, &PackedContext::new(&instance.area), millis(now)),
        None => NOTHING,
    })
}

/// Where prepared contexts are kept; this memory stays where it is. A null pointer where there is not so much.
#[unsafe(no_mangle)]
pub extern "C" fn kept() -> *const u8 {
    with(|instance| match instance.kept() {
        [] => core::ptr::null(),
        kept => kept.as_ptr(),
    })
}

/// A decision for the context that is kept at `at`, packed.
#[unsafe(no_mangle)]
pub extern "C" fn decide_kept(engine: u32, flag: u32, now: f64, at: usize) -> u32 {
    with(|instance| match instance.program(engine) {
        Some(program) => {
            let kept = instance.kept.get(at..).unwrap_or_default();
            program.packed(flag, &PackedContext::new(kept), millis(now))
        }
        None => NOTHING,
    })
}

/// Decides all flags for the attributes in the area: where the packed decisions lie, as many as there are flags.
#[unsafe(no_mangle)]
pub extern "C" fn decide_all(engine: u32, now: f64) -> *const u32 {
    with(|instance| {
        let mut outcomes = core::mem::take(&mut instance.outcomes);
        outcomes.clear();
        if let Some(program) = instance.program(engine) {
            let view = PackedContext::new(&instance.area);
            outcomes.extend((0..program.flag_count()).map(|flag| program.packed(flag, &view, millis(now))));
        }
        instance.outcomes = outcomes;
        instance.outcomes.as_ptr()
    })
}

/// The choice of a route for the attributes and switches in the area, packed. The slots of the switches begin with the
/// number `first`.
#[unsafe(no_mangle)]
pub extern "C" fn choose(engine: u32, migration: u32, now: f64, first: u32) -> u32 {
    with(|instance| {
        let choice = instance.program(engine).and_then(|program| {
            let switches = switches::PackedSwitches::new(program, migration, first, &instance.area);
            program.choose(migration, &PackedContext::new(&instance.area), millis(now), &switches)
        });
        choice.map_or(NOTHING, |choice| choice.pack())
    })
}

/// Answers with the hazards that the switches of a choice add to its route: those that could not be read, whose bits are
/// `unreadable`.
#[unsafe(no_mangle)]
pub extern "C" fn hazards(engine: u32, migration: u32, unreadable: u32, first: u32) {
    answered(engine, |program, instance| {
        let switches = switches::PackedSwitches::new(program, migration, first, &instance.area);
        let hazards = program.switches(migration).filter(|(role, _)| unreadable >> role & 1 != 0);
        let hazards = hazards.map(|(_, name)| hazard(unreadable_switch(name, switches.get(name))));
        ["[", &hazards.collect::<Vec<_>>().join(","), "]"].concat()
    });
}

fn hazard((message, cost): (String, String)) -> String {
    let mut text = String::from("{\"code\":\"ignored_switch\",\"severity\":\"warning\",\"message\":");
    write_json_text(&mut text, &message);
    text.push_str(",\"cost\":");
    write_json_text(&mut text, &cost);
    text.push('}');
    text
}
