//! Packed contexts: how a host that is not written in Rust hands attributes across, without an object per call.
//!
//! One buffer: for each attribute of the program a slot of [`SLOT_BYTES`] bytes, in the order of
//! the program's attributes, then an arena with texts and list items. A slot is
//!
//! ```text
//! 0..4   tag, u32: 0 missing, 1 false, 2 true, 3 integer, 4 float, 5 text, 6 list, 7 other
//! 4..8   length, u32: bytes of a text, items of a list; otherwise unused
//! 8..16  payload: i64, f64, or as u64 the offset of the text or of the first item, from the buffer's start
//! ```
//!
//! all little-endian. The items of a list are slots of the same shape. A host writes only the slots of the
//! attributes that the flag reads; the others may hold anything, for they are never looked at. Whatever a
//! buffer holds, reading it is safe: what does not fit reads as missing.

use crate::context::{AttributeId, ContextView};
use crate::value::{ListRef, ValueRef};

/// The size of a slot in bytes.
pub const SLOT_BYTES: usize = 16;

/// Tags of a slot, as hosts write them.
pub mod tag {
    /// No value.
    pub const MISSING: u32 = 0;
    /// False.
    pub const FALSE: u32 = 1;
    /// True.
    pub const TRUE: u32 = 2;
    /// A whole number, as `i64`.
    pub const INT: u32 = 3;
    /// A number, as `f64`; an integral one is read as a whole number.
    pub const FLOAT: u32 = 4;
    /// A text: well-formed UTF-8 in the arena.
    pub const TEXT: u32 = 5;
    /// A list: slots in the arena.
    pub const LIST: u32 = 6;
    /// A value of another type.
    pub const OTHER: u32 = 7;
}

/// A context in a packed buffer.
#[derive(Debug, Clone, Copy)]
pub struct PackedContext<'a> {
    bytes: &'a [u8],
}

impl<'a> PackedContext<'a> {
    /// Reads attributes from `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }
}

impl ContextView for PackedContext<'_> {
    #[inline]
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        read(self.bytes, attribute.index().saturating_mul(SLOT_BYTES))
    }

    #[inline]
    fn text(&self, attribute: AttributeId) -> Option<&[u8]> {
        let at = attribute.index().saturating_mul(SLOT_BYTES);
        let slot: &[u8; SLOT_BYTES] = self.bytes.get(at..)?.first_chunk()?;
        let [t0, t1, t2, t3, l0, l1, l2, l3, payload @ ..] = *slot;
        if u32::from_le_bytes([t0, t1, t2, t3]) != tag::TEXT {
            return None;
        }
        let start = usize::try_from(u64::from_le_bytes(payload)).ok()?;
        self.bytes.get(start..start.checked_add(u32::from_le_bytes([l0, l1, l2, l3]) as usize)?)
    }
}

/// A list in a packed buffer.
#[derive(Debug, Clone, Copy)]
pub struct PackedList<'a> {
    bytes: &'a [u8],
    first: usize,
    count: usize,
}

impl<'a> PackedList<'a> {
    pub(crate) fn count(self) -> usize {
        self.count
    }

    pub(crate) fn item(self, index: usize) -> ValueRef<'a> {
        read(self.bytes, self.first.saturating_add(index.saturating_mul(SLOT_BYTES)))
    }
}

#[inline]
fn read(bytes: &[u8], at: usize) -> ValueRef<'_> {
    let Some(slot) = bytes.get(at..).and_then(|rest| rest.first_chunk::<SLOT_BYTES>()) else {
        return ValueRef::Missing;
    };
    let [t0, t1, t2, t3, l0, l1, l2, l3, payload @ ..] = *slot;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    let offset = usize::try_from(u64::from_le_bytes(payload)).unwrap_or(usize::MAX);
    match u32::from_le_bytes([t0, t1, t2, t3]) {
        tag::FALSE => ValueRef::Bool(false),
        tag::TRUE => ValueRef::Bool(true),
        tag::INT => ValueRef::Int(i64::from_le_bytes(payload)),
        tag::FLOAT => ValueRef::number(f64::from_le_bytes(payload)),
        tag::TEXT => match offset.checked_add(length).and_then(|end| bytes.get(offset..end)) {
            Some(text) => ValueRef::Text(text),
            None => ValueRef::Missing,
        },
        tag::LIST => {
            let end = length.checked_mul(SLOT_BYTES).and_then(|size| offset.checked_add(size));
            match end.and_then(|end| bytes.get(offset..end)) {
                Some(_) => {
                    ValueRef::List(ListRef::Packed(PackedList { bytes, first: offset, count: length }))
                }
                None => ValueRef::Missing,
            }
        }
        tag::OTHER => ValueRef::Other,
        _ => ValueRef::Missing,
    }
}
