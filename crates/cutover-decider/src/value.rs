//! Attribute values as the engine reads them, borrowed from wherever the host keeps them.

use core::fmt;

/// The integer that a float stands for, where it is integral and within the range of `i64`.
///
/// ```
/// use cutover_decider::whole;
/// assert_eq!((whole(1.0), whole(-0.0), whole(0.5), whole(1e300)), (Some(1), Some(0), None, None));
/// ```
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the range and the fraction are checked first")]
pub fn whole(number: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0; // 2^63, exact
    let inside = (-LIMIT..LIMIT).contains(&number);
    // The cast back is exact for whole numbers, and cheaper than the remainder of a float.
    #[expect(clippy::cast_precision_loss, reason = "what is lost makes the comparison fail, as it should")]
    (inside && (number as i64) as f64 == number).then_some(number as i64)
}

/// An attribute as the engine reads it, borrowed from wherever the host keeps it.
#[derive(Debug, Clone, Copy)]
pub enum ValueRef<'a> {
    /// Not there, or null: *unknown* to every condition.
    Missing,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction, or one outside the range of `i64`; build it with [`ValueRef::number`].
    Float(f64),
    /// A text: well-formed UTF-8.
    Text(&'a [u8]),
    /// A list.
    List(ListRef<'a>),
    /// There, but of a type that no condition takes, such as a mapping.
    Other,
}

impl ValueRef<'_> {
    /// A number from a float: an integral one within the range of `i64` becomes [`ValueRef::Int`], so that the `1.0`
    /// of a language without integers is the `1` of the others.
    #[must_use]
    #[inline]
    pub fn number(number: f64) -> Self {
        match whole(number) {
            Some(int) => Self::Int(int),
            None => Self::Float(number),
        }
    }
}

impl<'a> From<&'a str> for ValueRef<'a> {
    #[inline]
    fn from(text: &'a str) -> Self {
        Self::Text(text.as_bytes())
    }
}

impl From<bool> for ValueRef<'_> {
    #[inline]
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for ValueRef<'_> {
    #[inline]
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for ValueRef<'_> {
    #[inline]
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<f64> for ValueRef<'_> {
    #[inline]
    fn from(value: f64) -> Self {
        Self::number(value)
    }
}

/// Nothing is missing.
impl<'a, V: Into<ValueRef<'a>>> From<Option<V>> for ValueRef<'a> {
    #[inline]
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

/// A list that lives in the host.
pub trait Items: fmt::Debug {
    /// How many items there are.
    fn count(&self) -> usize;
    /// The item of this index; [`ValueRef::Missing`] where there is none.
    fn item(&self, index: usize) -> ValueRef<'_>;
}

/// The items of a list attribute.
#[derive(Debug, Clone, Copy)]
pub enum ListRef<'a> {
    /// Items that live in the host.
    Host(&'a dyn Items),
    /// Items in a packed context.
    Packed(crate::packed::PackedList<'a>),
}

impl<'a> ListRef<'a> {
    /// How many items there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Host(items) => items.count(),
            Self::Packed(items) => items.count(),
        }
    }

    /// The items, in order. Lists of lists are no attribute that a condition takes, in any language: an inner list
    /// is [`ValueRef::Other`].
    pub fn iter(&self) -> impl Iterator<Item = ValueRef<'a>> + use<'a> {
        let list = *self;
        (0..self.count()).map(move |index| {
            let item = match list {
                Self::Host(items) => items.item(index),
                Self::Packed(items) => items.item(index),
            };
            match item {
                ValueRef::List(_) => ValueRef::Other,
                item => item,
            }
        })
    }
}
