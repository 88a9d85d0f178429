//! Pieces of whole lines, cut from whatever a read gives, so that a slow producer is answered at once and a fast
//! file is read in large steps.

use std::io::{self, Read};

/// So many bytes are asked for at once.
const READ_BYTES: usize = 256 << 10;

/// The longest line that is taken for a context, in bytes: far above what people write, and a bound on memory.
pub(super) const MAX_LINE_BYTES: usize = 4 << 20;

/// Some whole lines.
#[derive(Debug)]
pub(super) struct Piece {
    /// The number of the first line, from 1.
    first: u64,
    bytes: Vec<u8>,
    /// True where it is one line that is too long, and `bytes` the beginning of it.
    too_long: bool,
}

/// One line of a file, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub(super) number: u64,
    pub(super) bytes: &'a [u8],
    /// True where it is longer than [`MAX_LINE_BYTES`], and `bytes` the beginning of it.
    pub(super) too_long: bool,
}

impl Piece {
    /// The lines with something in them.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let too_long = self.too_long;
        (self.first..)
            .zip(self.bytes.split(|byte| *byte == b'\n'))
            .map(move |(number, bytes)| Line { number, bytes, too_long })
            .filter(|line| !line.bytes.trim_ascii().is_empty())
    }
}

/// Cuts a stream into pieces.
pub(super) struct Pieces<R> {
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
    pub(super) fn new(input: R) -> Self {
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
