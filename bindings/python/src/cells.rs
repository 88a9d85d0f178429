//! What one decision has read, each value once.

#![expect(unsafe_code, reason = "a decision should not pay for room that it does not use")]

use crate::convert::Slot;
use std::cell::{Cell, OnceCell, UnsafeCell};
use std::mem::MaybeUninit;

/// So many values are kept without an allocation.
const FEW: usize = 8;

/// Room for values that are made when they are asked for. Making the room and throwing it away costs next to nothing:
/// what was not asked for is never touched.
pub(crate) struct Cells<'py> {
    /// A bit for each of `few` that holds a value.
    filled: Cell<u8>,
    few: [UnsafeCell<MaybeUninit<Slot<'py>>>; FEW],
    more: Vec<OnceCell<Slot<'py>>>,
}

impl<'py> Cells<'py> {
    /// Room for `count` values.
    #[inline]
    pub(crate) fn new(count: usize) -> Self {
        let mut more = Vec::new();
        if count > FEW {
            more.resize_with(count - FEW, OnceCell::new);
        }
        let few = [const { UnsafeCell::new(MaybeUninit::uninit()) }; FEW];
        Self { filled: Cell::new(0), few, more }
    }

    /// The value that was kept at an index.
    #[inline]
    pub(crate) fn kept(&self, at: usize) -> Option<&Slot<'py>> {
        let Some(cell) = self.few.get(at) else { return self.more.get(at.checked_sub(FEW)?)?.get() };
        if self.filled.get() & 1 << at == 0 {
            return None;
        }
        // SAFETY: the bit says that it was written; from then on it is only read, until all of it is dropped.
        Some(unsafe { (*cell.get()).assume_init_ref() })
    }

    /// Keeps a value at an index, where none is kept yet; `None` for an index beyond the room.
    #[inline]
    pub(crate) fn keep(&self, at: usize, value: Slot<'py>) -> Option<&Slot<'py>> {
        let Some(cell) = self.few.get(at) else {
            return Some(self.more.get(at.checked_sub(FEW)?)?.get_or_init(|| value));
        };
        if self.filled.get() & 1 << at != 0 {
            return self.kept(at);
        }
        self.filled.set(self.filled.get() | 1 << at);
        // SAFETY: the bit was not set, so nothing was written here yet and nobody has a reference to it, and the type
        // is not shared between threads.
        Some(unsafe { (*cell.get()).write(value) })
    }
}

impl Drop for Cells<'_> {
    #[inline]
    fn drop(&mut self) {
        let mut filled = self.filled.get();
        while filled != 0 {
            let at = filled.trailing_zeros() as usize;
            filled &= filled - 1;
            if let Some(cell) = self.few.get_mut(at) {
                // SAFETY: its bit is set, so it was written, and it is dropped only here.
                unsafe { cell.get_mut().assume_init_drop() };
            }
        }
    }
}
