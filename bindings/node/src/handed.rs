//! What JavaScript writes for one decision, and where: a number costs 4 ns as an argument, and 1 ns here.
//!
//! The layout is that of `handed.ts`, in the order of the machine's bytes:
//!
//! ```text
//!   0  the number of the engine, u32        4  the number of the flag, u32; or of a breaker, and an outcome
//!   8  the time, f64                       16  the place of a prepared context, u32
//!  24  what each value is, 8 × u32         56  the numbers, 8 × f64
//! 128  prepared contexts
//! ```

use cutover::ValueRef;

/// So many values fit.
pub(crate) const MOST_VALUES: usize = 8;

/// How many bytes of prepared contexts are kept; the newest overwrite the oldest.
const KEPT_BYTES: usize = 1 << 20;

/// Where those begin.
const KEPT: usize = 128;

/// The size of the whole.
pub(crate) const BYTES: usize = KEPT + KEPT_BYTES;

const NOW: usize = 8;
const PLACE: usize = 16;
const KINDS: usize = 24;
const NUMBERS: usize = 56;

/// What a value is; anything else is an argument.
mod kind {
    pub(super) const MISSING: u32 = 1;
    pub(super) const FALSE: u32 = 2;
    pub(super) const TRUE: u32 = 3;
    pub(super) const NUMBER: u32 = 4;
}

/// The memory, while a call from JavaScript is under way. Whatever it holds, reading it is safe.
#[derive(Clone, Copy)]
pub(crate) struct Handed<'a>(pub(crate) &'a [u8; BYTES]);

impl<'a> Handed<'a> {
    pub(crate) fn engine(self) -> u32 {
        u32::from_ne_bytes(self.read(0))
    }

    pub(crate) fn flag(self) -> u32 {
        u32::from_ne_bytes(self.read(4))
    }

    pub(crate) fn now(self) -> f64 {
        f64::from_ne_bytes(self.read(NOW))
    }

    /// The prepared context that JavaScript means, and what lies behind it.
    pub(crate) fn kept(self) -> &'a [u8] {
        let place = u32::from_ne_bytes(self.read(PLACE)) as usize;
        self.0.get(KEPT.saturating_add(place)..).unwrap_or_default()
    }

    /// A number of those that are handed over.
    #[inline]
    pub(crate) fn number(self, number: usize) -> f64 {
        f64::from_ne_bytes(self.read(NUMBERS + 8 * number))
    }

    /// A value; none where it comes as an argument.
    #[inline]
    pub(crate) fn value(self, number: usize) -> Option<ValueRef<'static>> {
        match u32::from_ne_bytes(self.read(KINDS + 4 * number)) {
            kind::MISSING => Some(ValueRef::Missing),
            kind::FALSE => Some(ValueRef::Bool(false)),
            kind::TRUE => Some(ValueRef::Bool(true)),
            kind::NUMBER => Some(ValueRef::number(self.number(number))),
            _ => None,
        }
    }

    #[inline]
    fn read<const COUNT: usize>(self, at: usize) -> [u8; COUNT] {
        self.0.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; COUNT])
    }
}
