//! An index from texts to numbers: open addressing over a fixed hash, so that nothing depends on a random seed
//! and looking up one of ten thousand costs the same as one of ten.

use xxhash_rust::xxh3::xxh3_64;

/// Finds numbers by text. The texts themselves live with the caller.
#[derive(Debug, Clone, Default)]
pub(crate) struct NameIndex {
    /// Half of the slots are free. A slot holds the upper half of the hash, which spares most comparisons, and
    /// the number plus one; 0 is a free slot.
    slots: Vec<(u32, u32)>,
}

impl NameIndex {
    /// An index of the texts, numbered in order. Of equal texts the first is found.
    pub(crate) fn new<'a>(texts: impl ExactSizeIterator<Item = &'a [u8]>) -> Self {
        let size = texts.len().saturating_mul(2).next_power_of_two();
        let mut slots = vec![(0, 0); if texts.len() == 0 { 0 } else { size }];
        for (number, text) in texts.enumerate() {
            let hash = xxh3_64(text);
            let mut at = slot(hash, size);
            while slots.get(at).is_some_and(|(_, taken)| *taken != 0) {
                at = (at + 1) & (size - 1);
            }
            if let (Some(free), Ok(number)) = (slots.get_mut(at), u32::try_from(number)) {
                *free = (upper(hash), number + 1);
            }
        }
        Self { slots }
    }

    /// The number of `name`; `text_of` gives the text of a number.
    pub(crate) fn find<'a>(&self, name: &str, text_of: impl Fn(u32) -> Option<&'a str>) -> Option<u32> {
        self.find_bytes(name.as_bytes(), |number| text_of(number).map(str::as_bytes))
    }

    /// The number of `name`, as bytes.
    pub(crate) fn find_bytes<'a>(
        &self,
        name: &[u8],
        text_of: impl Fn(u32) -> Option<&'a [u8]>,
    ) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let hash = xxh3_64(name);
        let mut at = slot(hash, self.slots.len());
        loop {
            let (upper_half, number) = *self.slots.get(at)?;
            let number = number.checked_sub(1)?;
            if upper_half == upper(hash) && text_of(number) == Some(name) {
                return Some(number);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower bits are what is wanted")]
fn slot(hash: u64, size: usize) -> usize {
    hash as usize & (size - 1)
}

fn upper(hash: u64) -> u32 {
    (hash >> 32) as u32
}
