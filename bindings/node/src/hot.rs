//! The functions that a decision takes, registered by hand.
//!
//! A function that the macros of `napi` make costs 90 ns a call, and 160 ns with bytes; one that is registered
//! through `napi::sys` costs 15 ns, and 20 ns for each text. So the attributes that a flag reads come as arguments, one
//! by one, and the answer is one integer. What is rare is not read here: the answer is then [`UNUSUAL`], and JavaScript
//! asks again with the same values packed.
//!
//! This is the one module of the addon with unsafe code. It keeps nothing that Node-API hands out beyond the call.

use crate::{State, with_state};
use cutover::{AttributeId, ContextView, ValueRef};
use cutover_js_host::{NO_CHOICE, millis};
use napi::bindgen_prelude::Object;
use napi::{Env, JsValue, sys};
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// So many attributes fit in the arguments; a flag that reads more is decided from packed bytes.
const MOST_VALUES: usize = 8;

/// The number of the flag, the time, and the values.
const MOST_ARGUMENTS: usize = MOST_VALUES + 2;

/// The answer where a value is of a type that is packed instead, or too long: no outcome packs to it.
const UNUSUAL: u32 = NO_CHOICE - 1;

/// Node-API writes whole characters, and then a zero byte: a text that leaves no more room than this may have been cut.
const CUT_BYTES: usize = 4;

type Arguments = [sys::napi_value; MOST_ARGUMENTS];

/// Adds the functions to the exports of the addon.
pub(crate) fn register(env: Env, exports: &Object<'_>) -> napi::Result<()> {
    add(env, exports, c"decide1", decide_values::<1>)?;
    add(env, exports, c"decide2", decide_values::<2>)?;
    add(env, exports, c"decide3", decide_values::<3>)?;
    add(env, exports, c"decide4", decide_values::<4>)?;
    add(env, exports, c"decide8", decide_values::<8>)?;
    add(env, exports, c"decideKept", decide_kept)
}

type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

fn add(env: Env, exports: &Object<'_>, name: &CStr, callback: Callback) -> napi::Result<()> {
    let (env, exports) = (env.raw(), exports.raw());
    let length = isize::try_from(name.count_bytes()).unwrap_or_default();
    let mut function = ptr::null_mut();
    // SAFETY: the environment and the exports are alive, which their types see to; the name is valid for `length` bytes
    // and ends with a zero; the callback needs no data.
    let status = unsafe {
        match sys::napi_create_function(
            env,
            name.as_ptr(),
            length,
            Some(callback),
            ptr::null_mut(),
            &raw mut function,
        ) {
            sys::Status::napi_ok => sys::napi_set_named_property(env, exports, name.as_ptr(), function),
            status => status,
        }
    };
    napi::check_status!(status, "cannot register a function")
}

/// `decide1(flag, now, value)`, and the same for more values: decides for the values of the attributes that the flag
/// reads, in the order of its `reads`. Values beyond those are undefined.
unsafe extern "C" fn decide_values<const VALUES: usize>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node calls this with a living environment and the call's own information, and no JavaScript runs, so that the
    // values of the arguments stay where they are until this returns.
    unsafe {
        answer(env, info, VALUES + 2, |[flag, now, values @ ..], state| {
            let (engine, flag) = flag_of(env, *flag);
            let Some(engine) = state.engines.engine(engine) else { return NO_CHOICE };
            let reads = engine.program().reads(flag);
            if reads.len() > VALUES {
                return UNUSUAL;
            }
            let mut given = Given { reads, values: [ValueRef::Missing; VALUES] };
            let mut room: &mut [u8] = &mut state.texts.0;
            for ((slot, value), _) in given.values.iter_mut().zip(values).zip(reads) {
                let Some((read, rest)) = value_of(env, *value, room) else { return UNUSUAL };
                (*slot, room) = (read, rest);
            }
            engine.program().packed(flag, &given, millis(number(env, *now).unwrap_or_default()))
        })
    }
}

/// `decideKept(flag, now, at)`: decides for the context that is kept at `at`.
unsafe extern "C" fn decide_kept(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: as above.
    unsafe {
        answer(env, info, 3, |[flag, now, at, ..], state| {
            let (engine, flag) = flag_of(env, *flag);
            let at = number(env, *at).unwrap_or_default() as usize;
            state.engines.decide(engine, flag, number(env, *now).unwrap_or_default(), state.kept.at(at))
        })
    }
}

/// Gives the answer of `question` to JavaScript; a panic becomes [`NO_CHOICE`], for nothing may unwind into Node.
///
/// # Safety
/// `env` and `info` are those of a call that is under way, and `most` is at most [`MOST_ARGUMENTS`].
#[inline]
unsafe fn answer(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    most: usize,
    question: impl FnOnce(&Arguments, &mut State) -> u32,
) -> sys::napi_value {
    let mut arguments: Arguments = [ptr::null_mut(); MOST_ARGUMENTS];
    let mut count = most;
    let mut result = ptr::null_mut();
    // SAFETY: `arguments` has room for `count` values, and what is not passed is filled with undefined.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    let asked = AssertUnwindSafe(|| with_state(|state| question(&arguments, state)));
    let answer =
        if status == sys::Status::napi_ok { catch_unwind(asked).unwrap_or(NO_CHOICE) } else { NO_CHOICE };
    // SAFETY: `result` is a place for a value. Where this fails it stays null, which JavaScript sees as undefined.
    unsafe { sys::napi_create_int32(env, answer.cast_signed(), &raw mut result) };
    result
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
}

/// What a value is to the engine, with its text in `room`, and the room that is left; none where it is unusual.
///
/// # Safety
/// `env` and `value` are those of a call that is under way.
#[inline]
unsafe fn value_of(
    env: sys::napi_env,
    value: sys::napi_value,
    room: &mut [u8],
) -> Option<(ValueRef<'_>, &mut [u8])> {
    let mut length = 0;
    // SAFETY: `room` is valid for writes of its length, which is what Node-API is told; texts come out as well-formed
    // UTF-8, for lone surrogates are replaced.
    let status = unsafe {
        sys::napi_get_value_string_utf8(env, value, room.as_mut_ptr().cast(), room.len(), &raw mut length)
    };
    if status == sys::Status::napi_ok {
        if length + CUT_BYTES >= room.len() {
            return None;
        }
        let (text, rest) = room.split_at_mut(length);
        return Some((ValueRef::Text(text), rest));
    }
    // SAFETY: as for this function.
    if let Some(number) = unsafe { number(env, value) } {
        return Some((ValueRef::number(number), room));
    }
    let mut kind = sys::ValueType::napi_undefined;
    let mut on = false;
    // SAFETY: `kind` and `on` are places for the answers.
    let status = unsafe {
        match sys::napi_typeof(env, value, &raw mut kind) {
            sys::Status::napi_ok if kind == sys::ValueType::napi_boolean => {
                sys::napi_get_value_bool(env, value, &raw mut on)
            }
            status => status,
        }
    };
    let read = match kind {
        _ if status != sys::Status::napi_ok => return None,
        sys::ValueType::napi_boolean => ValueRef::Bool(on),
        sys::ValueType::napi_undefined | sys::ValueType::napi_null => ValueRef::Missing,
        sys::ValueType::napi_symbol | sys::ValueType::napi_function => ValueRef::Other,
        // Dates, lists, bigints, and objects that are neither.
        _ => return None,
    };
    Some((read, room))
}

/// The number of an engine times 2^32, plus that of a flag.
///
/// # Safety
/// `env` and `value` are those of a call that is under way.
#[inline]
unsafe fn flag_of(env: sys::napi_env, value: sys::napi_value) -> (u32, u32) {
    // SAFETY: as for this function.
    let both = unsafe { number(env, value) }.map_or(u64::MAX, |number| number as u64);
    ((both >> 32) as u32, both as u32)
}

/// # Safety
/// `env` and `value` are those of a call that is under way.
#[inline]
unsafe fn number(env: sys::napi_env, value: sys::napi_value) -> Option<f64> {
    let mut number = 0.0;
    // SAFETY: `number` is a place for the answer.
    let status = unsafe { sys::napi_get_value_double(env, value, &raw mut number) };
    (status == sys::Status::napi_ok).then_some(number)
}
