//! The functions that a decision takes, registered by hand.
//!
//! A function that the macros of `napi` make costs 90 ns a call, and 160 ns with bytes; one that is registered
//! through `napi::sys` costs 10 ns. What is asked lies in memory that JavaScript writes, [`Handed`]; texts come
//! as arguments, one by one, and the answer is one number. What is rare is not read here: the answer is then
//! [`UNUSUAL`], and JavaScript asks again with the same values packed. What an executor asks at each read is here too.
//!
//! This is the one module of the addon with unsafe code. It keeps nothing that Node-API hands out beyond the call but
//! that memory.

use crate::delivery::with as with_breakers;
use crate::handed::{BYTES, Handed, MOST_VALUES};
use crate::{State, Texts, with_state};
use cutover::packed::PackedContext;
use cutover::{AttributeId, ContextView, ValueRef};
use cutover_js_host::{NO_CHOICE, delivery, millis};
use napi::bindgen_prelude::Object;
use napi::{Env, JsValue, sys};
use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// The answer where a value is of a type that is packed instead, or too long: no outcome packs to it.
const UNUSUAL: u32 = NO_CHOICE - 1;

/// Node-API writes whole characters, and then a zero byte: a text that leaves no more room than this may have been cut.
const CUT_BYTES: usize = 4;

type Arguments = [sys::napi_value; MOST_VALUES];

/// The functions, and `memory`, which they read. Who asks again has functions and memory of its own.
pub(crate) fn functions<'a>(env: &'a Env) -> napi::Result<Object<'a>> {
    let functions = Object::new(env)?;
    let memory = Memory::new(*env)?;
    set(*env, functions.raw(), c"memory", memory.buffer)?;
    memory.add(&functions, c"decide1", decide_values::<1>)?;
    memory.add(&functions, c"decide2", decide_values::<2>)?;
    memory.add(&functions, c"decide3", decide_values::<3>)?;
    memory.add(&functions, c"decide4", decide_values::<4>)?;
    memory.add(&functions, c"decide8", decide_values::<8>)?;
    memory.add(&functions, c"decideKept", decide_kept)?;
    memory.add(&functions, c"draw", draw)?;
    memory.add(&functions, c"breakerAsk", breaker_ask)?;
    memory.add(&functions, c"breakerReport", breaker_report)?;
    Ok(functions)
}

type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// What JavaScript writes, while functions are made that read it.
struct Memory {
    env: Env,
    start: *mut c_void,
    buffer: sys::napi_value,
}

impl Memory {
    fn new(env: Env) -> napi::Result<Self> {
        let (mut start, mut buffer) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the environment is alive, which its type sees to; the others are places for the answers.
        let status =
            unsafe { sys::napi_create_arraybuffer(env.raw(), BYTES, &raw mut start, &raw mut buffer) };
        napi::check_status!(status, "cannot make memory")?;
        Ok(Self { env, start, buffer })
    }

    /// Adds a function, which holds the memory, so that it stays where it is for as long as anyone can call the function.
    fn add(&self, functions: &Object<'_>, name: &CStr, callback: Callback) -> napi::Result<()> {
        let length = isize::try_from(name.count_bytes()).unwrap_or_default();
        let mut function = ptr::null_mut();
        // SAFETY: the environment is alive; the name is valid for `length` bytes; `callback` takes the memory for its data.
        let status = unsafe {
            sys::napi_create_function(
                self.env.raw(),
                name.as_ptr(),
                length,
                Some(callback),
                self.start,
                &raw mut function,
            )
        };
        napi::check_status!(status, "cannot make a function")?;
        set(self.env, function, c"memory", self.buffer)?;
        set(self.env, functions.raw(), name, function)
    }
}

fn set(env: Env, object: sys::napi_value, name: &CStr, value: sys::napi_value) -> napi::Result<()> {
    // SAFETY: the environment is alive, and the values are those of a call that is under way; the name ends with a zero.
    let status = unsafe { sys::napi_set_named_property(env.raw(), object, name.as_ptr(), value) };
    napi::check_status!(status, "cannot set a property")
}

/// `decide1(value)`, and the same for more values: decides for the values of the attributes that the flag reads, in the
/// order of its `reads`. Those that were not handed over otherwise are arguments.
unsafe extern "C" fn decide_values<const VALUES: usize>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node calls this with a living environment and the call's own information, and no JavaScript runs, so that the
    // values of the arguments stay where they are until this returns.
    unsafe {
        answer(env, info, VALUES, |arguments, handed, state| {
            let Some(engine) = state.engines.engine(handed.engine()) else { return NO_CHOICE };
            let reads = engine.program().reads(handed.flag());
            if reads.len() > VALUES {
                return UNUSUAL;
            }
            let mut given = Given { reads, values: [ValueRef::Missing; VALUES] };
            let Texts { wide, bytes } = &mut state.texts;
            let mut room: &mut [u8] = bytes;
            for (number, ((slot, argument), _)) in
                given.values.iter_mut().zip(arguments).zip(reads).enumerate()
            {
                *slot = match handed.value(number) {
                    Some(value) => value,
                    None => match value_of(env, *argument, wide, room) {
                        Some((value, rest)) => {
                            room = rest;
                            value
                        }
                        None => return UNUSUAL,
                    },
                };
            }
            engine.program().packed(handed.flag(), &given, millis(handed.now()))
        })
    }
}

/// `decideKept()`: decides for a prepared context.
unsafe extern "C" fn decide_kept(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: as above.
    unsafe {
        answer(env, info, 0, |_, handed, state| {
            let Some(engine) = state.engines.engine(handed.engine()) else { return NO_CHOICE };
            let context = PackedContext::new(handed.kept());
            engine.program().packed(handed.flag(), &context, millis(handed.now()))
        })
    }
}

/// `draw(key)`: a number below a million for a key.
unsafe extern "C" fn draw(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: as above.
    unsafe {
        answer(env, info, 1, |arguments, _, state| {
            let Texts { wide, bytes } = &mut state.texts;
            match value_of(env, arguments[0], wide, bytes) {
                Some((ValueRef::Text(text), _)) => str::from_utf8(text).map_or(UNUSUAL, delivery::draw),
                _ => UNUSUAL,
            }
        })
    }
}

/// `breakerAsk()`: a permit of the breaker whose number is that of the engine, or -1.
unsafe extern "C" fn breaker_ask(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: as above; `result` is a place for a value, as below.
    unsafe {
        let asked = asked(env, info, 0, delivery::REFUSED, |_, handed| {
            with_breakers(|breakers| breakers.ask(handed.engine(), handed.now()))
        });
        let mut result = ptr::null_mut();
        sys::napi_create_double(env, asked, &raw mut result);
        result
    }
}

/// `breakerReport()`: what came of a call that a breaker has permitted.
unsafe extern "C" fn breaker_report(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: as above.
    unsafe {
        let reported = asked(env, info, 0, NO_CHOICE, |_, handed| {
            let (permit, duration_ms) = (handed.number(0), handed.number(1));
            with_breakers(|breakers| {
                breakers.report(handed.engine(), permit, handed.flag(), duration_ms, handed.now())
            })
        });
        integer(env, reported)
    }
}

/// Gives the answer of `question` to JavaScript; a panic becomes [`NO_CHOICE`].
///
/// # Safety
/// As for [`asked`].
#[inline]
unsafe fn answer(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    most: usize,
    question: impl FnOnce(&Arguments, Handed<'_>, &mut State) -> u32,
) -> sys::napi_value {
    // SAFETY: as for this function.
    unsafe {
        let answer = asked(env, info, most, NO_CHOICE, |arguments, handed| {
            with_state(|state| question(arguments, handed, state))
        });
        integer(env, answer)
    }
}

/// # Safety
/// `env` is that of a call that is under way.
#[inline]
unsafe fn integer(env: sys::napi_env, answer: u32) -> sys::napi_value {
    let mut result = ptr::null_mut();
    // SAFETY: `result` is a place for a value. Where this fails it stays null, which JavaScript sees as undefined.
    unsafe { sys::napi_create_int32(env, answer.cast_signed(), &raw mut result) };
    result
}

/// The answer of `question`; `otherwise` where it panics, for nothing may unwind into Node.
///
/// # Safety
/// `env` and `info` are those of a call that is under way of a function of [`functions`], and `most` is at
/// most [`MOST_VALUES`].
#[inline]
unsafe fn asked<T: Copy>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    most: usize,
    otherwise: T,
    question: impl FnOnce(&Arguments, Handed<'_>) -> T,
) -> T {
    let mut arguments: Arguments = [ptr::null_mut(); MOST_VALUES];
    let mut count = most;
    let mut memory = ptr::null_mut();
    // SAFETY: `arguments` has room for `count` values, and what is not passed is filled with undefined.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
            &raw mut memory,
        )
    };
    // SAFETY: the memory is that which the function holds, of so many bytes. JavaScript writes it between calls only; the
    // package neither gives it to another thread nor takes it from the function.
    let handed = unsafe { memory.cast::<[u8; BYTES]>().as_ref() };
    let asked =
        |handed| catch_unwind(AssertUnwindSafe(|| question(&arguments, Handed(handed)))).unwrap_or(otherwise);
    if status == sys::Status::napi_ok { handed.map_or(otherwise, asked) } else { otherwise }
}

/// The values of the attributes that a flag reads.
struct Given<'a, const VALUES: usize> {
    reads: &'a [u32],
    values: [ValueRef<'a>; VALUES],
}

impl<const VALUES: usize> ContextView for Given<'_, VALUES> {
    #[inline]
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        let mut both = self.reads.iter().zip(&self.values);
        both.find(|(read, _)| **read as usize == attribute.index())
            .map_or(ValueRef::Missing, |(_, value)| *value)
    }

    #[inline(always)]
    fn text(&self, attribute: AttributeId) -> Option<&[u8]> {
        match self.value(attribute) {
            ValueRef::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// What an argument is to the engine, with its text in `room`, and the room that is left; none where it is unusual.
///
/// # Safety
/// `env` and `value` are those of a call that is under way.
#[inline]
unsafe fn value_of<'a>(
    env: sys::napi_env,
    value: sys::napi_value,
    wide: &mut [u16],
    room: &'a mut [u8],
) -> Option<(ValueRef<'a>, &'a mut [u8])> {
    let mut units = 0;
    // SAFETY: `wide` is valid for writes of its length, which is what Node-API is told.
    let status = unsafe {
        sys::napi_get_value_string_utf16(env, value, wide.as_mut_ptr(), wide.len(), &raw mut units)
    };
    if status != sys::Status::napi_ok {
        // SAFETY: as for this function.
        return unsafe { other(env, value) }.map(|value| (value, room));
    }
    // As ASCII it is had in half the time that its UTF-8 takes to encode.
    let ascii = wide.get(..units).zip(room.get_mut(..units)).is_some_and(|(wide, room)| narrow(wide, room));
    if ascii && units + 1 < wide.len() {
        let (text, rest) = room.split_at_mut(units);
        return Some((ValueRef::Text(text), rest));
    }
    let mut length = 0;
    // SAFETY: `room` is valid for writes of its length, which is what Node-API is told; texts come out as well-formed
    // UTF-8, for lone surrogates are replaced.
    let status = unsafe {
        sys::napi_get_value_string_utf8(env, value, room.as_mut_ptr().cast(), room.len(), &raw mut length)
    };
    if status != sys::Status::napi_ok || length + CUT_BYTES >= room.len() {
        return None;
    }
    let (text, rest) = room.split_at_mut(length);
    Some((ValueRef::Text(text), rest))
}

/// Copies code units as bytes: false where some are not ASCII.
#[inline]
fn narrow(wide: &[u16], bytes: &mut [u8]) -> bool {
    let mut all = 0;
    for (unit, byte) in wide.iter().zip(bytes) {
        all |= unit;
        *byte = *unit as u8;
    }
    all <= 0x7f
}

/// What an argument is that is no text; none where it is unusual: a date, a list, a bigint, or another object.
///
/// # Safety
/// `env` and `value` are those of a call that is under way.
unsafe fn other<'a>(env: sys::napi_env, value: sys::napi_value) -> Option<ValueRef<'a>> {
    let mut kind = sys::ValueType::napi_undefined;
    // SAFETY: `kind` is a place for the answer.
    let status = unsafe { sys::napi_typeof(env, value, &raw mut kind) };
    let other = matches!(kind, sys::ValueType::napi_symbol | sys::ValueType::napi_function);
    (status == sys::Status::napi_ok && other).then_some(ValueRef::Other)
}
