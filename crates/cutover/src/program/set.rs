//! Sets of scalars: membership costs the same for a hundred thousand as for ten.

use super::index::NameIndex;
use crate::decide::number::Number;
use crate::decide::truth::Truth;
use crate::value::{Value, ValueRef};

/// A set of texts, numbers and booleans.
#[derive(Debug, Default)]
pub(crate) struct Set {
    texts: Vec<Box<[u8]>>,
    /// Only where there are too many texts to compare one by one.
    text_index: NameIndex,
    /// Sorted.
    ints: Vec<i64>,
    floats: Vec<f64>,
    has_true: bool,
    has_false: bool,
}

/// Up to so many texts are compared one by one, which beats hashing.
const FEW: usize = 4;

impl Set {
    pub(crate) fn new<'v>(values: impl Iterator<Item = ValueRef<'v>>) -> Self {
        let mut set = Self::default();
        for value in values {
            match value {
                ValueRef::Text(text) => set.texts.push(text.into()),
                ValueRef::Int(int) => set.ints.push(int),
                ValueRef::Float(float) => set.floats.push(float),
                ValueRef::Bool(true) => set.has_true = true,
                ValueRef::Bool(false) => set.has_false = true,
                ValueRef::Missing | ValueRef::List(_) | ValueRef::Other => {}
            }
        }
        set.texts.sort_unstable();
        set.texts.dedup();
        set.ints.sort_unstable();
        set.ints.dedup();
        if set.texts.len() > FEW {
            set.text_index = NameIndex::new(set.texts.iter().map(AsRef::as_ref));
        }
        set
    }

    /// Whether the value is one of the set. A value of another type is none of them; a missing one, a list and
    /// NaN are unknown.
    #[inline]
    pub(crate) fn contains(&self, value: ValueRef<'_>) -> Truth {
        let found = match value {
            ValueRef::Text(bytes) => self.contains_text(bytes),
            ValueRef::Int(int) => self.ints.binary_search(&int).is_ok(),
            ValueRef::Bool(true) => self.has_true,
            ValueRef::Bool(false) => self.has_false,
            ValueRef::Float(_) => match Number::of(value) {
                // An integral float that an i64 can hold has become an integer on the way in.
                Some(number) => self.floats.iter().any(|float| Number::Float(*float).cmp(number).is_eq()),
                None => return Truth::Unknown,
            },
            ValueRef::Missing | ValueRef::List(_) | ValueRef::Other => return Truth::Unknown,
        };
        found.into()
    }

    fn contains_text(&self, bytes: &[u8]) -> bool {
        if self.texts.len() <= FEW {
            return self.texts.iter().any(|text| text.as_ref() == bytes);
        }
        self.text_index
            .find_bytes(bytes, |number| self.texts.get(number as usize).map(AsRef::as_ref))
            .is_some()
    }

    /// How many values it holds.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
            + self.ints.len()
            + self.floats.len()
            + usize::from(self.has_true)
            + usize::from(self.has_false)
    }

    /// The first values, for people.
    pub(crate) fn sample(&self, count: usize) -> Vec<Value> {
        let texts = self.texts.iter().map(|text| Value::Text(String::from_utf8_lossy(text).into_owned()));
        let ints = self.ints.iter().map(|int| Value::Int(*int));
        let floats = self.floats.iter().map(|float| Value::Float(*float));
        let bools = [(false, self.has_false), (true, self.has_true)]
            .into_iter()
            .filter(|(_, held)| *held)
            .map(|(bool, _)| Value::Bool(bool));
        texts.chain(ints).chain(floats).chain(bools).take(count).collect()
    }
}
