//! Python's own interface, used below PyO3 where a decision spends its time: looking up a key of a dict, reading a
//! text and an integer. Nothing here needs more than the interpreter that the caller holds (`Bound` proves it), and
//! no failure leaves an exception behind that nobody sees.

#![expect(unsafe_code, reason = "calls of Python's interface; each says why it is sound")]

use pyo3::CastIntoError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::ffi::c_int;
use std::ptr::{self, NonNull};

/// The value of a key, which is an interned text, in a dict; `None` where there is none.
///
/// # Errors
/// What a key of the dict raised when it was compared.
#[inline]
pub(crate) fn get<'py>(
    dict: &Bound<'py, PyDict>,
    key: &Py<PyString>,
) -> Result<Option<Bound<'py, PyAny>>, Box<PyErr>> {
    let py = dict.py();
    let mut found = ptr::null_mut();
    // SAFETY: both are live objects of the types that the function wants, and `found` is where it may write a
    // reference that is then ours. A reference of our own is needed in every build: comparing keys may run code of
    // the caller's, and that may empty the dict.
    unsafe {
        match ffi::compat::PyDict_GetItemRef(dict.as_ptr(), key.as_ptr(), &raw mut found) {
            0 => Ok(None),
            1 => Ok(Some(Bound::from_owned_ptr(py, found))),
            _ => Err(raised(py)),
        }
    }
}

/// The exception that Python has just raised.
#[cold]
fn raised(py: Python<'_>) -> Box<PyErr> {
    Box::new(PyErr::fetch(py))
}

/// A text together with its UTF-8, which Python keeps with it.
pub(crate) struct Text<'py> {
    /// Keeps `utf8` alive.
    _owner: Bound<'py, PyString>,
    utf8: NonNull<u8>,
    len: usize,
}

impl<'py> Text<'py> {
    /// The text with its UTF-8; where it has none, for it holds lone surrogates, it is given back.
    #[inline]
    pub(crate) fn new(owner: Bound<'py, PyString>) -> Result<Self, Bound<'py, PyString>> {
        match utf8(&owner) {
            Some(text) => Ok(Self { utf8: NonNull::from(text).cast(), len: text.len(), _owner: owner }),
            None => Err(owner),
        }
    }

    /// The same of any object; one that is no `str` exactly is given back too.
    #[inline]
    pub(crate) fn of(object: Bound<'py, PyAny>) -> Result<Self, Bound<'py, PyAny>> {
        let string = object.cast_into_exact::<PyString>().map_err(CastIntoError::into_inner)?;
        Self::new(string).map_err(Bound::into_any)
    }

    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        // SAFETY: the two came from a text that lives, unchanged, as long as the string that is held here.
        unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.utf8.as_ptr(), self.len)) }
    }
}

/// The UTF-8 of a text; `None` where it has none.
#[inline]
pub(crate) fn utf8<'a>(text: &'a Bound<'_, PyString>) -> Option<&'a str> {
    let mut len = 0;
    // SAFETY: the object is a string. What is pointed to is well-formed UTF-8, made once, belongs to the string, and
    // is never changed; the slice cannot outlive the reference to the string that it was asked of.
    unsafe {
        let start = ffi::PyUnicode_AsUTF8AndSize(text.as_ptr(), &raw mut len);
        if start.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        let bytes = std::slice::from_raw_parts(start.cast(), usize::try_from(len).unwrap_or(0));
        Some(std::str::from_utf8_unchecked(bytes))
    }
}

/// The value of an object that is exactly an `int`; `None` where it has more than 64 bits.
#[inline]
pub(crate) fn int(int: &Bound<'_, pyo3::types::PyInt>) -> Option<i64> {
    let mut overflow: c_int = 0;
    // SAFETY: the object is an integer, for which the function runs no code of the caller's and raises nothing.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(int.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(value)
}
