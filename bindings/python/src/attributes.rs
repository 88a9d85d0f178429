//! Attributes, read from the caller's mapping when the engine asks for them.

use crate::convert::{self, Slot};
use cutover::{AttributeId, ContextView, Value, ValueRef};
use pyo3::PyTypeInfo;
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyMapping, PyString};
use std::cell::OnceCell;

/// The path of an attribute as interned strings, whose hashes Python computes once.
pub(crate) struct Key {
    /// The whole path, which is looked for first.
    pub(crate) whole: Py<PyString>,
    /// The segments of a dotted path; none for a path without a dot.
    segments: Box<[Py<PyString>]>,
}

impl Key {
    pub(crate) fn new(py: Python<'_>, path: &str) -> Self {
        let intern = |text| PyString::intern(py, text).unbind();
        let segments =
            if path.contains('.') { path.split('.').map(intern).collect() } else { Box::default() };
        Self { whole: intern(path), segments }
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
            Self::Dict(dict) => dict.get_item(key.bind_borrowed(dict.py())),
            // `get` and not `[]`, which makes a defaultdict grow and costs an exception for each missing key.
            Self::Mapping(mapping) => {
                let absent = absent(mapping.py())?;
                let found = mapping.call_method1(intern!(mapping.py(), "get"), (key, absent))?;
                Ok((!found.is(absent)).then_some(found))
            }
        }
    }

    /// The attribute at a path, by the rule of [`cutover::Attributes::get`].
    fn find(self, key: &Key) -> PyResult<Option<Bound<'py, PyAny>>> {
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

/// So many attributes of a decision are kept without an allocation.
const INLINE: usize = 8;

/// A mapping as the engine sees it during one decision. What was read is kept until the decision is made, because
/// the engine borrows it and another thread may change the mapping.
pub(crate) struct View<'a, 'py> {
    py: Python<'py>,
    source: Source<'a, 'py>,
    keys: &'a [Key],
    /// The attributes that can be asked for, sorted; `None` for all of them.
    reads: Option<&'a [usize]>,
    few: [OnceCell<Slot<'py>>; INLINE],
    more: Vec<OnceCell<Slot<'py>>>,
    raised: OnceCell<PyErr>,
}

impl<'a, 'py> View<'a, 'py> {
    pub(crate) fn new(
        py: Python<'py>,
        source: Source<'a, 'py>,
        keys: &'a [Key],
        reads: Option<&'a [usize]>,
    ) -> Self {
        let count = reads.map_or(keys.len(), <[usize]>::len);
        let mut more = Vec::new();
        more.resize_with(count.saturating_sub(INLINE), OnceCell::new);
        Self { py, source, keys, reads, few: Default::default(), more, raised: OnceCell::new() }
    }

    /// Ends a decision: an interrupt that came while the mapping was asked is the caller's.
    pub(crate) fn finish(self) -> PyResult<()> {
        self.raised.into_inner().map_or(Ok(()), Err)
    }

    /// The value of an attribute, copied out of Python.
    pub(crate) fn take(&self, attribute: usize) -> Value {
        self.read(attribute).into_value()
    }

    fn cell(&self, attribute: usize) -> Option<&OnceCell<Slot<'py>>> {
        let at = match self.reads {
            Some(reads) => reads.binary_search(&attribute).ok()?,
            None => attribute,
        };
        self.few.get(at).or_else(|| self.more.get(at.checked_sub(INLINE)?))
    }

    /// Reads an attribute. One that cannot be read is not known; that is no reason for a decision to fail.
    fn read(&self, attribute: usize) -> Slot<'py> {
        let Some(key) = self.keys.get(attribute) else { return Slot::Missing };
        let found = self.source.find(key).and_then(|found| found.map_or(Ok(Slot::Missing), convert::read));
        let read = harmless(self.py, found).unwrap_or_else(|raised| {
            // The first one is enough.
            let _ = self.raised.set(raised);
            None
        });
        read.unwrap_or(Slot::Missing)
    }
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

impl ContextView for View<'_, '_> {
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        let Some(cell) = self.cell(attribute.index()) else { return ValueRef::Missing };
        match cell.get() {
            Some(slot) => slot.as_ref(),
            None => {
                // Reading may run the caller's code, and ends before the cell is touched again.
                let slot = self.read(attribute.index());
                cell.get_or_init(|| slot).as_ref()
            }
        }
    }
}
