//! How many records met, and what is owed.

use crate::correction::Kind;
use crate::spec::Spec;
use alloc::vec;
use alloc::vec::Vec;

/// Counts, each with what it is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    /// Records of the owner.
    pub owner: u64,
    /// Records of the owing side.
    pub owing: u64,
    /// Keys that both sides have once.
    pub compared: u64,
    /// Those of them whose fields are all equal.
    pub equal: u64,
    /// Keys that the owner alone has, owed or not.
    pub missing: u64,
    /// Keys that the owing side alone has, owed or not.
    pub extra: u64,
    /// Corrections, by kind, in the order of [`Kind::ALL`].
    pub kinds: [u64; Kind::ALL.len()],
    /// Updates, by field, in the order of the spec.
    pub fields: Vec<u64>,
}

impl Counters {
    /// Nothing so far.
    #[must_use]
    pub fn new(spec: &Spec) -> Self {
        Self { fields: vec![0; spec.fields.len()], ..Self::default() }
    }

    pub(crate) fn count(&mut self, kind: Kind, field: Option<usize>) {
        if let Some(count) = self.kinds.get_mut(kind as usize) {
            *count += 1;
        }
        if let Some(count) = field.and_then(|field| self.fields.get_mut(field)) {
            *count += 1;
        }
    }

    /// How many corrections of a kind there are.
    #[must_use]
    pub fn of(&self, kind: Kind) -> u64 {
        self.kinds.get(kind as usize).copied().unwrap_or(0)
    }
}
