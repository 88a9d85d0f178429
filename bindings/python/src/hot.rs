//! What programs ask by the million, `is_enabled`, `decide` and the `value` of a decision, without PyO3 between Python
//! and the answer.
//!
//! The methods are written as any other in `engine.rs`, and say what the questions mean. Here each gets a way in of
//! its own in front of it, which takes a call as calls usually are: two positional arguments, perhaps the keywords
//! `now` and `default`, a key that is exactly a `str`, and for a context a dict, a prepared one or `None`. It then
//! goes the same way as the method. For anything else, wrong arguments included, it calls the method.

#![expect(unsafe_code, reason = "the C side of a method; each use says why it is sound")]

use crate::context::Given;
use crate::decision::Decision;
use crate::engine::Engine;
use crate::flag::Flag;
use crate::raw;
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyInt, PyString, PyTuple};
use std::any::Any;
use std::ffi::{CString, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// A method with a hot way in.
struct Hot {
    name: &'static str,
    enter: ffi::PyCFunctionFastWithKeywords,
    /// The method behind it.
    method: PyOnceLock<Py<PyAny>>,
}

static IS_ENABLED: Hot = Hot { name: "is_enabled", enter: is_enabled, method: PyOnceLock::new() };
static DECIDE: Hot = Hot { name: "decide", enter: decide, method: PyOnceLock::new() };

/// The names of the keywords, interned: those of a call in the text of a program are the same objects.
static KEYWORDS: PyOnceLock<[Py<PyString>; 2]> = PyOnceLock::new();

/// Puts the hot ways in before the methods.
pub(crate) fn install(py: Python<'_>) -> PyResult<()> {
    // A module that is loaded again must not take the ways in for the methods behind them.
    if KEYWORDS.get(py).is_some() {
        return Ok(());
    }
    KEYWORDS.get_or_init(py, || ["now", "default"].map(|name| PyString::intern(py, name).unbind()));
    IS_ENABLED.install(py)?;
    DECIDE.install(py)?;
    install_value(py)
}

/// Puts a hot way in before `Decision.value`.
fn install_value(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<Decision>();
    let doc: String = class.getattr("value")?.getattr("__doc__")?.extract()?;
    // A definition is there for good, as its class is.
    let definition = Box::leak(Box::new(ffi::PyGetSetDef {
        name: c"value".as_ptr(),
        get: Some(value),
        set: None,
        doc: CString::new(doc)?.into_raw(),
        closure: ptr::null_mut(),
    }));
    // SAFETY: the class is one, and the definition is whole and lives for good. The descriptor lets no object in that
    // is not of the class.
    let hot =
        unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewGetSet(class.as_type_ptr(), definition))? };
    class.setattr("value", hot)
}

impl Hot {
    fn install(&self, py: Python<'_>) -> PyResult<()> {
        let class = py.get_type::<Engine>();
        let method = class.getattr(self.name)?;
        let part = |name| method.getattr(name)?.extract::<String>();
        let doc = format!("{}{}\n--\n\n{}", self.name, part("__text_signature__")?, part("__doc__")?);
        // A definition is there for good, as its class is.
        let definition = Box::leak(Box::new(ffi::PyMethodDef {
            ml_name: CString::new(self.name)?.into_raw(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: self.enter },
            ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
            ml_doc: CString::new(doc)?.into_raw(),
        }));
        // SAFETY: the class is one, and the definition is whole and lives for good; the function has the signature
        // that its flags say. A method descriptor lets no object in that is not of the class.
        let hot = unsafe {
            Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewMethod(class.as_type_ptr(), definition))?
        };
        // Kept before the class has the new one: what the method is must never be that.
        let _ = self.method.set(py, method.unbind());
        class.setattr(self.name, hot)
    }

    /// Calls the method behind the way in.
    #[cold]
    fn call(&self, py: Python<'_>, call: &Call<'_, '_>) -> PyResult<*mut ffi::PyObject> {
        let method =
            self.method.get(py).ok_or_else(|| PyRuntimeError::new_err("the module is not loaded"))?;
        let positional = std::iter::once(call.slf).chain(call.positional).collect::<Vec<_>>();
        let keywords = PyDict::new(py);
        if let Some(names) = call.names {
            for (name, value) in names.iter().zip(call.keyword) {
                keywords.set_item(name, value)?;
            }
        }
        method.bind(py).call(PyTuple::new(py, positional)?, Some(&keywords)).map(Bound::into_ptr)
    }
}

/// The arguments of a call, as Python hands them over.
struct Call<'a, 'py> {
    slf: &'a Bound<'py, PyAny>,
    positional: &'a [Bound<'py, PyAny>],
    keyword: &'a [Bound<'py, PyAny>],
    /// The names of the keyword arguments.
    names: Option<&'a Bound<'py, PyTuple>>,
}

/// A call as calls usually are.
struct Usual<'a, 'py> {
    engine: &'a Engine,
    /// The flag; `None` where there is none of that name.
    flag: Option<&'a Flag>,
    given: Given<'a, 'py>,
    now: Option<i64>,
    default: Option<&'a Bound<'py, PyAny>>,
}

impl<'a, 'py> Call<'a, 'py> {
    /// # Safety
    /// `slf` is an object, `args` holds `count` objects and one for each name of the tuple `names`, which may be
    /// null, and all of them live for `'a`.
    #[inline]
    unsafe fn new(
        slf: &'a *mut ffi::PyObject,
        args: *const *mut ffi::PyObject,
        count: ffi::Py_ssize_t,
        names: &'a *mut ffi::PyObject,
    ) -> Self {
        let count = usize::try_from(count).unwrap_or(0);
        // SAFETY: as the caller says; `Bound` is an object's address and nothing else, is behind a reference here and
        // so not dropped, and an address that is not null is that of a tuple.
        unsafe {
            let names = (!names.is_null()).then(|| &*ptr::from_ref(names).cast::<Bound<'py, PyTuple>>());
            let total = count + names.map_or(0, |names| names.len());
            let all: &[Bound<'py, PyAny>] =
                if total == 0 { &[] } else { std::slice::from_raw_parts(args.cast(), total) };
            let (positional, keyword) = all.split_at(count);
            Self { slf: &*ptr::from_ref(slf).cast(), positional, keyword, names }
        }
    }

    /// The call, where it is a usual one and its flag was asked for before.
    #[inline]
    fn usual(&self, py: Python<'py>) -> Option<Usual<'a, 'py>> {
        let [key, ctx] = self.positional else { return None };
        // SAFETY: the method descriptor has let nothing else in.
        let engine = unsafe { self.slf.cast_unchecked::<Engine>() }.get();
        let (now, default) = if self.names.is_some() { self.keywords(py)? } else { (None, None) };
        let given = Given::plain(ctx, &engine.loaded.digest)?;
        let flag = match engine.loaded.flags.by_address(key) {
            Some(flag) => Some(flag),
            None => match engine.loaded.engine.flag(name(key)?) {
                Some(id) => Some(engine.loaded.flags.made(id)?),
                None => None,
            },
        };
        Some(Usual { engine, flag, given, now, default })
    }

    /// The values of `now` and `default`.
    fn keywords(&self, py: Python<'py>) -> Option<(Option<i64>, Option<&'a Bound<'py, PyAny>>)> {
        let [now_name, default_name] = KEYWORDS.get(py)?;
        let (mut now, mut default) = (None, None);
        for (name, value) in self.names?.iter_borrowed().zip(self.keyword) {
            if name.is(default_name) {
                default = Some(value);
            } else if !name.is(now_name) {
                return None;
            } else if value.is_exact_instance_of::<PyInt>() {
                now = Some(raw::int(value.cast_exact().ok()?)?);
            } else if !value.is_none() {
                return None;
            }
        }
        Some((now, default))
    }
}

/// The name that a key is, where it is exactly a `str` and well-formed.
#[inline]
fn name<'a>(key: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    if !key.is_exact_instance_of::<PyString>() {
        return None;
    }
    raw::utf8(key.cast_exact().ok()?)
}

/// `Engine.is_enabled`.
unsafe extern "C" fn is_enabled(
    slf: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    answer(|py| {
        // SAFETY: the interpreter calls the function with what its flags promise.
        let call = unsafe { Call::new(&slf, args, count, &names) };
        let slowly = || Python::attach(|_| IS_ENABLED.call(py, &call));
        let Some(Usual { engine, flag, given, now, default }) = call.usual(py) else { return slowly() };
        let default = match default {
            None => false,
            Some(default) if default.is_exact_instance_of::<PyBool>() => default.is(PyBool::new(py, true)),
            Some(_) => return slowly(),
        };
        let enabled = match flag {
            Some(flag) => flag.truth(engine.loaded.outcome(py, flag, given, now)?).unwrap_or(default),
            None => default,
        };
        // SAFETY: the two booleans live for good; the reference is the caller's.
        Ok(unsafe { ffi::compat::Py_NewRef(if enabled { ffi::Py_True() } else { ffi::Py_False() }) })
    })
}

/// `Engine.decide`.
unsafe extern "C" fn decide(
    slf: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    answer(|py| {
        // SAFETY: the interpreter calls the function with what its flags promise.
        let call = unsafe { Call::new(&slf, args, count, &names) };
        let Some(Usual { engine, flag, given, now, default }) = call.usual(py) else {
            return Python::attach(|_| DECIDE.call(py, &call));
        };
        let default = default.filter(|default| !default.is_none());
        let Some(flag) = flag else {
            return Python::attach(|_| {
                let key =
                    call.positional.first().ok_or_else(|| PyRuntimeError::new_err("a call without a key"))?;
                Ok(engine.loaded.unknown(py, key.cast()?, default)?.into_ptr())
            });
        };
        let outcome = engine.loaded.outcome(py, flag, given, now)?;
        match flag.decisions.get(outcome) {
            // SAFETY: the decision is an object; the reference is the caller's.
            Some(known) if default.is_none() || known.get().serves(py) => {
                Ok(unsafe { ffi::compat::Py_NewRef(known.as_ptr()) })
            }
            _ => Python::attach(|_| Ok(engine.loaded.decision(py, flag, outcome, default)?.into_ptr())),
        }
    })
}

/// `Decision.value`.
unsafe extern "C" fn value(slf: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    answer(|py| {
        // SAFETY: the descriptor has let nothing in that is not of the class; the reference is behind the caller's.
        let decision = unsafe { (*(&raw const slf).cast::<Bound<'_, PyAny>>()).cast_unchecked::<Decision>() };
        match decision.get().shared() {
            // SAFETY: the value is an object; the reference is the caller's.
            Some(value) => Ok(unsafe { ffi::compat::Py_NewRef(value.as_ptr()) }),
            None => Python::attach(|_| Ok(decision.get().value(py)?.into_ptr())),
        }
    })
}

/// Answers Python with an object, or with null and an exception.
#[inline]
fn answer<'py>(answer: impl FnOnce(Python<'py>) -> PyResult<*mut ffi::PyObject>) -> *mut ffi::PyObject {
    // SAFETY: Python has called, so this thread holds the interpreter until it returns.
    let py = unsafe { Python::assume_attached() };
    match catch_unwind(AssertUnwindSafe(|| answer(py))) {
        Ok(Ok(object)) => object,
        Ok(Err(error)) => {
            error.restore(py);
            ptr::null_mut()
        }
        Err(panic) => {
            panicked(panic);
            ptr::null_mut()
        }
    }
}

/// Raises for a panic, as PyO3 does it: it must not go on through Python.
#[cold]
fn panicked(panic: Box<dyn Any + Send>) {
    let message = match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast_ref::<&str>().unwrap_or(&"a panic").to_string(),
    };
    Python::attach(|py| PanicException::new_err(message).restore(py));
}
