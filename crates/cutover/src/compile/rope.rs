//! The text of a document as pieces that later texts share, so that a change of one entry copies that entry alone.

use std::ops::Range;
use std::sync::Arc;

/// Once a text is in so many pieces it is copied into one.
const MAX_PIECES: usize = 64;

/// A text in pieces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rope {
    pieces: Vec<(Arc<[u8]>, Range<usize>)>,
    length: usize,
}

impl Rope {
    pub(crate) fn new(text: &[u8]) -> Self {
        Self { pieces: vec![(text.into(), 0..text.len())], length: text.len() }
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    fn slices(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.pieces.iter().map(|(bytes, range)| bytes.get(range.clone()).unwrap_or_default())
    }

    /// How many bytes another text begins with alike.
    pub(crate) fn common_prefix(&self, other: &[u8]) -> usize {
        let mut same = 0;
        for piece in self.slices() {
            let rest = other.get(same..).unwrap_or_default();
            let count = common(piece.chunks(BLOCK), rest.chunks(BLOCK), |a, b| {
                a.iter().zip(b).take_while(|(a, b)| a == b).count()
            });
            same += count;
            if count < piece.len() {
                break;
            }
        }
        same
    }

    /// How many bytes another text ends with alike.
    pub(crate) fn common_suffix(&self, other: &[u8]) -> usize {
        let mut same = 0;
        for piece in self.slices().rev() {
            let rest = other.get(..other.len() - same).unwrap_or_default();
            let count = common(piece.rchunks(BLOCK), rest.rchunks(BLOCK), |a, b| {
                a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
            });
            same += count;
            if count < piece.len() {
                break;
            }
        }
        same
    }

    /// The bytes of a range, where one piece holds them.
    pub(crate) fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        let mut start = 0;
        for piece in self.slices() {
            let end = start + piece.len();
            if range.start >= start && range.end <= end {
                return piece.get(range.start - start..range.end - start);
            }
            start = end;
        }
        None
    }

    /// The pieces of a range.
    fn within(&self, range: Range<usize>) -> impl Iterator<Item = (Arc<[u8]>, Range<usize>)> {
        let mut end = 0;
        self.pieces.iter().filter_map(move |(bytes, whole)| {
            let start = end;
            end += whole.len();
            let at = |place: usize| whole.start + place.clamp(start, end) - start;
            let kept = at(range.start)..at(range.end);
            (!kept.is_empty()).then(|| (Arc::clone(bytes), kept))
        })
    }

    /// The text with other bytes in the place of a range.
    pub(crate) fn replaced(&self, range: Range<usize>, with: &[u8]) -> Self {
        let mut pieces: Vec<_> = self.within(0..range.start).collect();
        pieces.push((with.into(), 0..with.len()));
        pieces.extend(self.within(range.end..self.length));
        let length = self.length - range.len() + with.len();
        let rope = Self { pieces, length };
        if rope.pieces.len() <= MAX_PIECES {
            return rope;
        }
        let whole: Vec<u8> = rope.slices().flatten().copied().collect();
        Self::new(&whole)
    }
}

/// Blocks are compared as wholes, which is as fast as memory.
const BLOCK: usize = 4096;

/// How many bytes two texts have alike, block by block; `within` counts them in two blocks that differ.
fn common<'a>(
    left: impl Iterator<Item = &'a [u8]>,
    right: impl Iterator<Item = &'a [u8]>,
    within: impl Fn(&[u8], &[u8]) -> usize,
) -> usize {
    let mut same = 0;
    for (a, b) in left.zip(right) {
        if a == b {
            same += a.len();
        } else {
            return same + within(a, b);
        }
    }
    same
}

#[cfg(test)]
mod tests {
    use super::Rope;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_are_as_good_as_a_whole(
            text in proptest::collection::vec(0..3_u8, 0..40),
            changes in proptest::collection::vec((0..50_usize, 0..50_usize, proptest::collection::vec(0..3_u8, 0..9)), 0..90),
            other in proptest::collection::vec(0..3_u8, 0..40),
        ) {
            let (mut rope, mut plain) = (Rope::new(&text), text);
            for (start, length, with) in changes {
                let start = start.min(plain.len());
                let range = start..(start + length).min(plain.len());
                rope = rope.replaced(range.clone(), &with);
                plain.splice(range, with);
                prop_assert_eq!(rope.slices().flatten().copied().collect::<Vec<u8>>(), plain.clone());
                prop_assert_eq!(rope.len(), plain.len());
                let prefix = plain.iter().zip(&other).take_while(|(a, b)| a == b).count();
                let suffix = plain.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
                prop_assert_eq!((rope.common_prefix(&other), rope.common_suffix(&other)), (prefix, suffix));
            }
        }
    }
}
