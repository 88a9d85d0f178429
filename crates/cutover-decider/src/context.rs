//! What the engine asks of a context.

use crate::value::ValueRef;

/// The number of an attribute in a program: the index of its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeId(u32);

impl AttributeId {
    /// The index, from 0.
    #[must_use]
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The attribute of this index; where the program has none of that index, no flag reads it.
    #[must_use]
    #[inline]
    pub fn from_index(index: u32) -> Self {
        Self(index)
    }
}

/// Whatever can tell the value of an attribute. The engine asks only for attributes that the flag in question
/// reads, and only once it needs them.
pub trait ContextView {
    /// The value of `attribute`; [`ValueRef::Missing`] where there is none.
    fn value(&self, attribute: AttributeId) -> ValueRef<'_>;

    /// The value of `attribute` where it is a text and that is quickly told: most are, and their tests are then decided
    /// without looking at what else they could have been. None says nothing; [`ContextView::value`] is asked then.
    #[inline(always)]
    #[expect(unused_variables, reason = "whoever has no shorter way says so of every attribute")]
    fn text(&self, attribute: AttributeId) -> Option<&[u8]> {
        None
    }
}
