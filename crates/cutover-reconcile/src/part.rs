//! Parts of a side without order, each small enough to be put in order.

use crate::error::Error;
use crate::record::Record;
use crate::spec::Spec;
use alloc::vec::Vec;

/// Which of so many parts a record belongs to, by the hash of its key. Parts are in the order of the hashes.
#[must_use]
#[inline]
pub fn partition(hash: u64, parts: u32) -> u32 {
    // The product of 64 and 32 bits has fewer than 32 above the lower 64.
    u32::try_from((u128::from(hash) * u128::from(parts)) >> 64).unwrap_or(0)
}

/// Records in the order of the hashes of their keys.
#[derive(Debug)]
pub struct Part<'a> {
    bytes: &'a [u8],
    fields: usize,
    /// The hash of each key, and where its record begins.
    order: Vec<(u64, usize)>,
}

impl<'a> Part<'a> {
    /// Puts records that were written one after the other in order.
    ///
    /// # Errors
    /// [`Error::Broken`].
    pub fn new(spec: &Spec, bytes: &'a [u8]) -> Result<Self, Error> {
        let (fields, mut order, mut rest) = (spec.fields.len(), Vec::new(), bytes);
        while !rest.is_empty() {
            let at = bytes.len() - rest.len();
            let (record, after) = Record::split(rest, fields)?;
            order.push((record.hash, at));
            rest = after;
        }
        let mut part = Self { bytes, fields, order: Vec::new() };
        order.sort_unstable_by(|one, other| {
            // Two keys of one hash are rare, unless they are one key.
            one.0.cmp(&other.0).then_with(|| part.key(one.1).cmp(part.key(other.1)))
        });
        part.order = order;
        Ok(part)
    }

    fn key(&self, at: usize) -> &'a [u8] {
        self.record(at).map_or(&[], |record| record.key)
    }

    fn record(&self, at: usize) -> Result<Record<'a>, Error> {
        Ok(Record::split_sorted(self.bytes.get(at..).unwrap_or_default(), self.fields)?.0)
    }

    /// The records, in order.
    pub fn records(&self) -> impl Iterator<Item = Result<Record<'a>, Error>> {
        self.order.iter().map(|(hash, at)| Ok(Record { hash: *hash, ..self.record(*at)? }))
    }
}
