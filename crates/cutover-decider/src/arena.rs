//! The memory of a program: words and text. Reading outside of it gives zeros and empty texts, never a panic.

use alloc::string::String;
use alloc::vec::Vec;

/// An arena of words and one of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arena {
    /// All numbers.
    pub words: Vec<u32>,
    /// All texts, one behind the other.
    pub text: String,
}

/// An arena, borrowed: what it takes to read it lies in registers.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    words: &'a [u32],
    text: &'a str,
}

impl Arena {
    /// The arena, borrowed.
    #[must_use]
    #[inline(always)]
    pub fn view(&self) -> View<'_> {
        View { words: &self.words, text: &self.text }
    }

    /// The word at a place.
    #[must_use]
    #[inline]
    pub fn word(&self, at: u32) -> u32 {
        self.view().word(at)
    }

    /// So many words from a place on; none where there are not so many.
    #[must_use]
    #[inline]
    pub fn slice(&self, at: u32, count: u32) -> &[u32] {
        self.view().slice(at, count)
    }

    /// The record of `N` words at a place.
    #[must_use]
    #[inline]
    pub fn record<const N: usize>(&self, at: u32) -> Option<&[u32; N]> {
        self.view().record(at)
    }

    /// The 64 bits at a place.
    #[must_use]
    #[inline]
    pub fn long(&self, at: u32) -> u64 {
        self.view().long(at)
    }

    /// The instant at a place, in milliseconds.
    #[must_use]
    #[inline]
    pub fn instant(&self, at: u32) -> i64 {
        self.view().instant(at)
    }

    /// The text whose offset and length are at a place.
    #[must_use]
    #[inline]
    pub fn text(&self, at: u32) -> &str {
        self.view().text(at)
    }

    /// The text at an offset.
    #[must_use]
    #[inline]
    pub fn text_at(&self, offset: u32, length: u32) -> &str {
        self.view().text_at(offset, length)
    }

    /// The bytes of the text at an offset, which spares asking whether characters begin and end there.
    #[must_use]
    #[inline]
    pub fn bytes_at(&self, offset: u32, length: u32) -> &[u8] {
        self.view().bytes_at(offset, length)
    }
}

impl<'a> View<'a> {
    /// The word at a place.
    #[must_use]
    #[inline(always)]
    pub fn word(self, at: u32) -> u32 {
        self.words.get(at as usize).copied().unwrap_or(0)
    }

    /// So many words from a place on.
    #[must_use]
    #[inline(always)]
    pub fn get(self, at: u32, count: u32) -> Option<&'a [u32]> {
        let at = at as usize;
        self.words.get(at..at.wrapping_add(count as usize))
    }

    /// So many words from a place on; none where there are not so many.
    #[must_use]
    #[inline(always)]
    pub fn slice(self, at: u32, count: u32) -> &'a [u32] {
        self.get(at, count).unwrap_or_default()
    }

    /// The record of `N` words at a place.
    #[must_use]
    #[inline(always)]
    pub fn record<const N: usize>(self, at: u32) -> Option<&'a [u32; N]> {
        let at = at as usize;
        self.words.get(at..at.wrapping_add(N)).and_then(|words| words.first_chunk())
    }

    /// The 64 bits at a place.
    #[must_use]
    #[inline(always)]
    pub fn long(self, at: u32) -> u64 {
        match self.record(at) {
            Some([low, high]) => join(*low, *high),
            None => 0,
        }
    }

    /// The instant at a place, in milliseconds.
    #[must_use]
    #[inline(always)]
    pub fn instant(self, at: u32) -> i64 {
        self.long(at).cast_signed()
    }

    /// The text whose offset and length are at a place.
    #[must_use]
    #[inline(always)]
    pub fn text(self, at: u32) -> &'a str {
        match self.record(at) {
            Some([offset, length]) => self.text_at(*offset, *length),
            None => "",
        }
    }

    /// The text at an offset.
    #[must_use]
    #[inline(always)]
    pub fn text_at(self, offset: u32, length: u32) -> &'a str {
        let start = offset as usize;
        start.checked_add(length as usize).and_then(|end| self.text.get(start..end)).unwrap_or_default()
    }

    /// All bytes of text.
    #[must_use]
    #[inline(always)]
    pub fn bytes(self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The bytes of the text at an offset, which spares asking whether characters begin and end there.
    #[must_use]
    #[inline(always)]
    pub fn bytes_at(self, offset: u32, length: u32) -> &'a [u8] {
        let start = offset as usize;
        let end = start.checked_add(length as usize);
        end.and_then(|end| self.text.as_bytes().get(start..end)).unwrap_or_default()
    }
}

/// Two words as one number.
#[must_use]
#[inline]
pub(crate) fn join(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// One number as two words, the lower one first.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "each half is what is wanted")]
pub fn split_words(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}
