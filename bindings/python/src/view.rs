//! A mapping as the engine sees it during one decision.

use crate::attributes::{Key, Odd, Source, harmless};
use crate::cells::Cells;
use crate::convert::{self, Slot};
use crate::raw::Text;
use cutover::{AttributeId, ContextView, Value, ValueRef};
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::cell::OnceCell;

/// A mapping as the engine sees it during one decision. What was read is kept until the decision is made, because
/// the engine borrows it and another thread may change the mapping.
pub(crate) struct View<'a, 'py> {
    py: Python<'py>,
    source: Source<'a, 'py>,
    keys: &'a [Key],
    /// The attributes that can be asked for, of which there are few; `None` for all of them.
    reads: Option<&'a [u32]>,
    cells: Cells<'py>,
    raised: OnceCell<PyErr>,
}

impl<'a, 'py> View<'a, 'py> {
    #[inline]
    pub(crate) fn new(
        py: Python<'py>,
        source: Source<'a, 'py>,
        keys: &'a [Key],
        reads: Option<&'a [u32]>,
    ) -> Self {
        let cells = Cells::new(reads.map_or(keys.len(), <[u32]>::len));
        Self { py, source, keys, reads, cells, raised: OnceCell::new() }
    }

    /// Ends a decision: an interrupt that came while the mapping was asked is the caller's.
    #[inline]
    pub(crate) fn finish(&mut self) -> PyResult<()> {
        self.raised.take().map_or(Ok(()), Err)
    }

    /// The value of an attribute, copied out of Python.
    pub(crate) fn take(&self, attribute: usize) -> Value {
        self.find(attribute).map_or_else(|slot| slot, |found| self.convert(found)).into_value()
    }

    /// What is there for an attribute, or else what it reads as. One that cannot be read is not known; that is no
    /// reason for a decision to fail.
    #[inline]
    fn find(&self, attribute: usize) -> Result<Bound<'py, PyAny>, Slot<'py>> {
        let Some(key) = self.keys.get(attribute) else { return Err(Slot::Missing) };
        let Source::Dict(dict) = self.source else { return Err(self.read_slowly(key)) };
        match key.find(dict) {
            Ok(found) => found.ok_or(Slot::Missing),
            Err(Odd::Mapping) => Err(self.read_slowly(key)),
            Err(Odd::Raised(error)) => Err(self.slowly(|| Err(*error))),
        }
    }

    fn convert(&self, found: Bound<'py, PyAny>) -> Slot<'py> {
        convert::exact(found).unwrap_or_else(|found| self.slowly(|| convert::read(found)))
    }

    /// Reads an attribute and keeps it.
    #[inline]
    fn read(&self, at: usize, attribute: usize) -> ValueRef<'_> {
        let slot = match self.find(attribute) {
            // Most attributes are texts; this way they are not copied from place to place.
            Ok(found) if found.is_exact_instance_of::<PyString>() => match Text::of(found) {
                Ok(text) => {
                    return self.cells.keep(at, Slot::Text(text)).map_or(ValueRef::Missing, Slot::as_ref);
                }
                Err(found) => self.convert(found),
            },
            Ok(found) => self.convert(found),
            Err(slot) => slot,
        };
        self.cells.keep(at, slot).map_or(ValueRef::Missing, Slot::as_ref)
    }

    #[cold]
    fn read_slowly(&self, key: &Key) -> Slot<'py> {
        self.slowly(|| self.source.find(key)?.map_or(Ok(Slot::Missing), convert::read))
    }

    /// What may run code of the caller's, raise, or be long.
    #[cold]
    fn slowly(&self, read: impl FnOnce() -> PyResult<Slot<'py>>) -> Slot<'py> {
        // The hot ways in do not announce themselves to PyO3, which wants to know before an exception is dropped.
        Python::attach(|_| {
            let read = harmless(self.py, read()).unwrap_or_else(|raised| {
                // The first one is enough.
                let _ = self.raised.set(raised);
                None
            });
            read.unwrap_or(Slot::Missing)
        })
    }
}

impl ContextView for View<'_, '_> {
    #[inline]
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        let at = match self.reads {
            Some(reads) => reads.iter().position(|read| *read as usize == attribute.index()),
            None => Some(attribute.index()),
        };
        let Some(at) = at else { return ValueRef::Missing };
        self.cells.kept(at).map_or_else(|| self.read(at, attribute.index()), Slot::as_ref)
    }

    #[inline(always)]
    fn text(&self, attribute: AttributeId) -> Option<&[u8]> {
        match self.value(attribute) {
            ValueRef::Text(text) => Some(text),
            _ => None,
        }
    }
}
