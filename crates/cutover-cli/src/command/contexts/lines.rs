//! Pieces of whole lines, cut from whatever a read gives, so that a slow producer is answered at once and a fast
//! file is read in large steps.

use std::io::{self, Read};

/// So many bytes are asked for at once.
const READ_BYTES: usize = 256 << 10;

/// The longest line that is taken for a context, in bytes: far above what people write, and a bound on memory.
pub(in crate::command) const MAX_LINE_BYTES: usize = 4 << 20;

/// Some whole lines.
#[derive(Debug)]
pub(in crate::command) struct Piece {
    /// The number of the first line, from 1.
    first: u64,
    bytes: Vec<u8>,
    /// True where it is one line that is too long, and `bytes` the beginning of it.
    too_long: bool,
}

/// One line of a file, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) struct Line<'a> {
    /// Its number, from 1.
    pub(in crate::command) number: u64,
    pub(in crate::command) bytes: &'a [u8],
    /// True where it is longer than [`MAX_LINE_BYTES`], and `bytes` the beginning of it.
    pub(in crate::command) too_long: bool,
}

impl Piece {
    /// The lines with something in them.
    pub(in crate::command) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let too_long = self.too_long;
        (self.first..)
            .zip(self.bytes.split(|byte| *byte == b'\n'))
            .map(move |(number, bytes)| Line {
                number,
                bytes,
                too_long: too_long || bytes.len() > MAX_LINE_BYTES,
            })
            .filter(|line| line.too_long || !line.bytes.trim_ascii().is_empty())
    }
}

/// Cuts a stream into pieces.
pub(in crate::command) struct Pieces<R> {
    input: R,
    /// What was read behind the last line end.
    rest: Vec<u8>,
    /// The number of the line that `rest` begins, from 1.
    number: u64,
    /// True while the rest of a line that is too long is passed over.
    skipping: bool,
    ended: bool,
}

impl<R: Read> Pieces<R> {
    pub(in crate::command) fn new(input: R) -> Self {
        Self { input, rest: Vec::new(), number: 1, skipping: false, ended: false }
    }

    /// Reads once more behind `rest`; gives how many bytes came.
    fn fill(&mut self) -> io::Result<usize> {
        let before = self.rest.len();
        self.rest.resize(before + READ_BYTES, 0);
        let read = loop {
            match self.input.read(self.rest.get_mut(before..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.rest.truncate(before + read.as_ref().unwrap_or(&0));
        read
    }

    /// Cuts the first `length` bytes off `rest`.
    fn cut(&mut self, length: usize) -> Vec<u8> {
        let behind = self.rest.split_off(length);
        std::mem::replace(&mut self.rest, behind)
    }

    fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        while !self.ended {
            let before = self.rest.len();
            let read = self.fill()?;
            self.ended = read == 0;
            if self.skipping {
                let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') else {
                    self.rest.clear();
                    continue;
                };
                self.cut(end + 1);
                self.number += 1;
                self.skipping = false;
            }
            // What was there before the read has no line end in it, or was skipped.
            let fresh = self.rest.get(before.min(self.rest.len())..).unwrap_or_default();
            let searched = self.rest.len() - fresh.len();
            let end = fresh.iter().rposition(|byte| *byte == b'\n').map(|at| searched + at + 1);
            let piece = match end {
                Some(end) => self.piece(end),
                None if self.ended => self.piece(self.rest.len()),
                None if self.rest.len() > MAX_LINE_BYTES => self.begin_skipping(),
                None => continue,
            };
            return Ok(Some(piece));
        }
        Ok(None)
    }

    fn piece(&mut self, length: usize) -> Piece {
        let (first, bytes) = (self.number, self.cut(length));
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.number += ends as u64;
        Piece { first, bytes, too_long: false }
    }

    fn begin_skipping(&mut self) -> Piece {
        self.skipping = true;
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.truncate(READ_BYTES);
        Piece { first: self.number, bytes, too_long: true }
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.next_piece();
        if piece.is_err() {
            self.ended = true;
        }
        piece.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in steps of a few.
    struct Steps<'a>(&'a [u8], usize);

    impl Read for Steps<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let step = self.1.min(self.0.len()).min(into.len());
            let (now, later) = self.0.split_at(step);
            into[..step].copy_from_slice(now);
            self.0 = later;
            Ok(step)
        }
    }

    fn lines(bytes: &[u8], step: usize) -> Vec<(u64, Vec<u8>, bool)> {
        let pieces = Pieces::new(Steps(bytes, step)).map(Result::unwrap);
        let owned =
            |line: Line<'_>| (line.number, line.bytes[..line.bytes.len().min(8)].to_vec(), line.too_long);
        pieces.flat_map(|piece| piece.lines().map(owned).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn lines_are_the_same_in_steps_of_any_size() {
        let text = b"a\n\n b\r\n  \nlast";
        let want = [(1, b"a".to_vec(), false), (3, b" b\r".to_vec(), false), (5, b"last".to_vec(), false)];
        for step in [1, 2, 3, 5, 7, 100] {
            assert_eq!(lines(text, step), want, "{step}");
            assert_eq!(lines(&[text, &b"\n"[..]].concat(), step), want, "{step}");
        }
        assert_eq!(lines(b"", 1), []);
        assert_eq!(lines(b"\n\n", 1), []);
    }

    #[test]
    fn a_line_without_end_is_passed_over() {
        for length in [MAX_LINE_BYTES + 1, MAX_LINE_BYTES + READ_BYTES, 2 * MAX_LINE_BYTES] {
            let text = [b"a\n", vec![b'x'; length].as_slice(), b"\nb\n"].concat();
            let want =
                [(1, b"a".to_vec(), false), (2, b"xxxxxxxx".to_vec(), true), (3, b"b".to_vec(), false)];
            for step in [1 << 16, usize::MAX] {
                assert_eq!(lines(&text, step), want, "{length} {step}");
            }
            assert_eq!(lines(&text[..length + 2], 1 << 16), want[..2], "{length}");
        }
        let longest = vec![b'x'; MAX_LINE_BYTES];
        assert_eq!(lines(&longest, 1 << 16), [(1, b"xxxxxxxx".to_vec(), false)]);
    }

    #[test]
    fn a_piece_comes_with_the_read_that_ends_it() {
        let mut pieces = Pieces::new(Steps(b"a\nb\n", 2));
        assert_eq!(pieces.next().unwrap().unwrap().bytes, b"a\n");
        assert_eq!(pieces.next().unwrap().unwrap().bytes, b"b\n");
    }
}
