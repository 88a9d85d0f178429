//! The flags of an engine, each made for Python when it is first asked for.

use crate::convert;
use crate::flag::Flag;
use cutover::{Engine, FlagId};
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// So many places are looked at for a name.
const PROBES: usize = 4;

/// The flags of an engine. Looking one up neither locks nor waits.
pub(crate) struct Flags {
    /// By number. Flags are made and then set: making one may let other threads run, for which nobody must wait.
    made: Box<[OnceLock<Box<Flag>>]>,
    /// The number of a flag, plus one, at the place that the address of its name gives; 0 where there is none.
    /// Python interns the names in the text of a program, and the names of flags are interned too: so the key of most
    /// calls is known by its address, and need not be read.
    by_address: Box<[AtomicU32]>,
}

impl Flags {
    pub(crate) fn new(engine: &Engine) -> Self {
        let count = engine.flags().len();
        Self {
            made: (0..count).map(|_| OnceLock::new()).collect(),
            by_address: (0..(count * 2).next_power_of_two()).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.made.len()
    }

    /// The flag whose name is this very object, where it was asked for before.
    #[inline]
    pub(crate) fn by_address(&self, key: &Bound<'_, PyAny>) -> Option<&Flag> {
        for place in self.places(key.as_ptr() as usize) {
            let flag = self.made.get(place.load(Ordering::Relaxed).checked_sub(1)? as usize)?.get()?;
            if flag.name.as_ptr() == key.as_ptr() {
                return Some(flag);
            }
        }
        None
    }

    /// The flag of this number, where it was asked for before.
    #[inline]
    pub(crate) fn made(&self, id: FlagId) -> Option<&Flag> {
        self.made.get(id.index())?.get().map(|flag| &**flag)
    }

    /// The flag of this number.
    pub(crate) fn get(&self, py: Python<'_>, engine: &Engine, id: FlagId) -> PyResult<Option<&Flag>> {
        let Some(cell) = self.made.get(id.index()) else { return Ok(None) };
        if cell.get().is_none() {
            let Some(row) = engine.row_of_flag(id) else { return Ok(None) };
            // Where another thread was first, its flag stays, and this one is thrown away.
            if cell.set(Box::new(Flag::new(py, id, &row)?)).is_ok() {
                self.enter(id);
            }
        }
        Ok(cell.get().map(|flag| &**flag))
    }

    /// The flag of this name; `None` where there is none.
    pub(crate) fn named(
        &self,
        py: Python<'_>,
        engine: &Engine,
        name: &Bound<'_, PyString>,
    ) -> PyResult<Option<&Flag>> {
        match self.by_address(name) {
            Some(flag) => Ok(Some(flag)),
            None => engine.flag(&convert::text(name)).map_or(Ok(None), |id| self.get(py, engine, id)),
        }
    }

    /// Every flag, in the order of numbers.
    pub(crate) fn all(&self, py: Python<'_>, engine: &Engine) -> impl Iterator<Item = PyResult<&Flag>> {
        (0_u32..).take(self.made.len()).filter_map(move |index| {
            let id = FlagId::from_index(index);
            self.made(id).map_or_else(|| self.get(py, engine, id).transpose(), |flag| Some(Ok(flag)))
        })
    }

    /// Notes the address of the name of a flag that was just made, where there is room near its place.
    fn enter(&self, id: FlagId) {
        let (Some(flag), Ok(number)) = (self.made(id), u32::try_from(id.index() + 1)) else { return };
        let _ = self
            .places(flag.name.as_ptr() as usize)
            .find(|place| place.compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed).is_ok());
    }

    #[inline]
    fn places(&self, address: usize) -> impl Iterator<Item = &AtomicU32> {
        // Fibonacci hashing. Objects begin at multiples of 16.
        let hash = (address as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let mask = self.by_address.len() - 1;
        (0..PROBES).filter_map(move |step| self.by_address.get((hash as usize + step) & mask))
    }
}
