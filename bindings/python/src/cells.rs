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

    /// The value at an index, made where it has not been asked for before; `None` for an index beyond the room.
    #[inline]
    pub(crate) fn get(&self, at: usize, make: impl FnOnce() -> Slot<'py>) -> Option<&Slot<'py>> {
        let Some(cell) = self.few.get(at) else {
            let cell = self.more.get(at.checked_sub(FEW)?)?;
            if let Some(known) = cell.get() {
                return Some(known);
            }
            // Made before the cell is touched again: making may run code of the caller's.
            let made = make();
            return Some(cell.get_or_init(|| made));
        };
        let bit = 1 << at;
        if self.filled.get() & bit == 0 {
            let made = make();
            if self.filled.get() & bit == 0 {
                // SAFETY: the bit says that nothing was written here yet, so nobody has a reference to it; the type
                // is not shared between threads, and nothing runs between this look at the bit and the write.
                unsafe { (*cell.get()).write(made) };
                self.filled.set(self.filled.get() | bit);
            }
        }
        // SAFETY: the bit says that it was written; from then on it is only read, until all of it is dropped.
        Some(unsafe { (*cell.get()).assume_init_ref() })
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
