//! Where attributes are, and how they are found there.

use crate::raw;
use pyo3::PyTypeInfo;
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyMapping, PyString};

/// The path of an attribute as interned strings, whose hashes Python computes once.
pub(crate) struct Key {
    /// The whole path, which is looked for first.
    pub(crate) whole: Py<PyString>,
    /// The segments of a dotted path; none for a path without a dot.
    segments: Box<[Py<PyString>]>,
}

/// Why a look into a dict alone does not tell what is at a path.
pub(crate) enum Odd {
    /// There is something on the way that is no dict, and may be another mapping.
    Mapping,
    /// Comparing keys raised.
    Raised(Box<PyErr>),
}

impl From<Box<PyErr>> for Odd {
    fn from(error: Box<PyErr>) -> Self {
        Self::Raised(error)
    }
}

impl Key {
    pub(crate) fn new(py: Python<'_>, path: &str) -> Self {
        let intern = |text| PyString::intern(py, text).unbind();
        let segments =
            if path.contains('.') { path.split('.').map(intern).collect() } else { Box::default() };
        Self { whole: intern(path), segments }
    }

    /// What is at this path of a dict, where nothing but dicts is on the way: the same as [`Source::find`], for what
    /// most contexts are.
    ///
    /// # Errors
    /// Where that is to be asked instead, or has nothing more to tell.
    #[inline]
    pub(crate) fn find<'py>(&self, dict: &Bound<'py, PyDict>) -> Result<Option<Bound<'py, PyAny>>, Odd> {
        if let Some(value) = raw::get(dict, &self.whole)? {
            return Ok(Some(value));
        }
        let Some((first, rest)) = self.segments.split_first() else { return Ok(None) };
        let Some(mut value) = raw::get(dict, first)? else { return Ok(None) };
        for segment in rest {
            if !value.is_exact_instance_of::<PyDict>() {
                return Err(Odd::Mapping);
            }
            let Ok(inner) = value.cast_exact::<PyDict>() else { return Err(Odd::Mapping) };
            let Some(next) = raw::get(inner, segment)? else { return Ok(None) };
            value = next;
        }
        Ok(Some(value))
    }
}

/// Where attributes are looked up.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a, 'py> {
    /// Nowhere: nothing is known.
    Nothing,
    /// In a dictionary.
    Dict(&'a Bound<'py, PyDict>),
    /// In another mapping.
    Mapping(&'a Bound<'py, PyAny>),
}

impl<'a, 'py> Source<'a, 'py> {
    /// The object as a place to look things up; `None` where it is no mapping.
    ///
    /// # Errors
    /// What the object raises where it is asked for its class.
    pub(crate) fn of(object: &'a Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        if object.is_exact_instance_of::<PyDict>() {
            return Ok(object.cast_exact().ok().map(Self::Dict));
        }
        let is_mapping = object.is_instance(PyMapping::type_object(object.py()).as_any())?;
        Ok(is_mapping.then_some(Self::Mapping(object)))
    }

    pub(crate) fn get(self, key: &Py<PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self {
            Self::Nothing => Ok(None),
            Self::Dict(dict) => raw::get(dict, key).map_err(|error| *error),
            // `get` and not `[]`, which makes a defaultdict grow and costs an exception for each missing key.
            Self::Mapping(mapping) => {
                let absent = absent(mapping.py())?;
                let found = mapping.call_method1(intern!(mapping.py(), "get"), (key, absent))?;
                Ok((!found.is(absent)).then_some(found))
            }
        }
    }

    /// The attribute at a path, by the rule of [`cutover::Attributes::get`].
    pub(crate) fn find(self, key: &Key) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Some(value) = self.get(&key.whole)? {
            return Ok(Some(value));
        }
        let Some((first, rest)) = key.segments.split_first() else { return Ok(None) };
        let Some(mut value) = self.get(first)? else { return Ok(None) };
        for segment in rest {
            let Some(inner) = Source::of(&value)? else { return Ok(None) };
            let Some(next) = inner.get(segment)? else { return Ok(None) };
            value = next;
        }
        Ok(Some(value))
    }
}

/// What a mapping answers for a key that it does not have: an object that no context holds.
fn absent(py: Python<'_>) -> PyResult<&Py<PyAny>> {
    static ABSENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    ABSENT.get_or_try_init(py, || py.get_type::<PyAny>().call0().map(Bound::unbind))
}

/// What the caller's code gave; nothing where it raised. `KeyboardInterrupt` and the like are passed on: an answer
/// must not hide them.
pub(crate) fn harmless<T>(py: Python<'_>, result: PyResult<T>) -> PyResult<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_instance_of::<PyException>(py) => Ok(None),
        Err(error) => Err(error),
    }
}
