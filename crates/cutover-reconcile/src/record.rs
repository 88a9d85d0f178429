//! Records as bytes: the key, and a cell for each field.

use crate::cell::{Cell, KeyKinds};
use crate::error::Error;
use crate::spec::Spec;
use alloc::vec::Vec;
use xxhash_rust::xxh3::xxh3_64;

/// Writes records, one after the other.
#[derive(Debug)]
pub struct Row<'a> {
    spec: &'a Spec,
    bytes: Vec<u8>,
    digits: Vec<u8>,
    kinds: KeyKinds,
    hash: u64,
}

/// Lengths below this take one byte.
const LONG: u8 = 0xFF;

impl<'a> Row<'a> {
    /// A writer of records for a spec.
    #[must_use]
    pub fn new(spec: &'a Spec) -> Self {
        Self { spec, bytes: Vec::new(), digits: Vec::new(), kinds: KeyKinds::default(), hash: 0 }
    }

    /// Begins a record with its key.
    ///
    /// # Errors
    /// [`Error::Decimal`].
    #[inline]
    pub fn key(&mut self, cell: &Cell<'_>) -> Result<(), Error> {
        self.bytes.clear();
        let start = self.field(cell)?;
        let key = self.bytes.get(start..).unwrap_or_default();
        self.kinds.add(key);
        self.hash = xxh3_64(key);
        Ok(())
    }

    /// Adds the next field, in the order of the spec, and says where its bytes begin.
    ///
    /// # Errors
    /// [`Error::Decimal`].
    #[inline]
    pub fn field(&mut self, cell: &Cell<'_>) -> Result<usize, Error> {
        let at = self.bytes.len();
        self.bytes.push(0);
        cell.write(self.spec, &mut self.digits, &mut self.bytes)?;
        let len = self.bytes.len() - at - 1;
        let short = u8::try_from(len).ok().filter(|len| *len != LONG);
        if let Some(first) = self.bytes.get_mut(at) {
            *first = short.unwrap_or(LONG);
        }
        if short.is_some() {
            return Ok(at + 1);
        }
        self.bytes.splice(at + 1..at + 1, (len as u64).to_le_bytes());
        Ok(at + 9)
    }

    /// The hash of the record's key, by which sides are divided.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The types of all keys so far.
    #[must_use]
    pub fn kinds(&self) -> KeyKinds {
        self.kinds
    }

    /// The record since its key.
    #[must_use]
    pub fn take(&self) -> &[u8] {
        &self.bytes
    }
}

/// A cell in its canonical form, from the front of some bytes.
pub(crate) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first != LONG {
        return rest.split_at_checked(usize::from(*first));
    }
    let (len, rest) = rest.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*len)).ok()?)
}

/// A record that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    pub(crate) hash: u64,
    pub(crate) key: &'a [u8],
    pub(crate) fields: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record at the front of some bytes, of so many fields, and what comes after it. Its order is that of the
    /// hash of its key.
    ///
    /// # Errors
    /// [`Error::Broken`].
    pub fn split(bytes: &'a [u8], fields: usize) -> Result<(Self, &'a [u8]), Error> {
        let (record, rest) = Self::split_sorted(bytes, fields)?;
        Ok((Self { hash: xxh3_64(record.key), ..record }, rest))
    }

    /// The same for records that come in the order of their keys' bytes.
    ///
    /// # Errors
    /// [`Error::Broken`].
    pub fn split_sorted(bytes: &'a [u8], fields: usize) -> Result<(Self, &'a [u8]), Error> {
        let (key, after_key) = split(bytes).ok_or(Error::Broken)?;
        let mut rest = after_key;
        for _ in 0..fields {
            rest = split(rest).ok_or(Error::Broken)?.1;
        }
        let fields = after_key.get(..after_key.len() - rest.len()).unwrap_or_default();
        Ok((Self { hash: 0, key, fields }, rest))
    }

    /// What puts records in order.
    pub(crate) fn rank(&self) -> (u64, &'a [u8]) {
        (self.hash, self.key)
    }
}
