//! Reads JSON by RFC 8259, no more and no less, into a tape.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::error::{ReadError, ReadProblem};
use crate::names::Names;
use crate::number::end_of_number;
use crate::profile::Limits;
use crate::settle::settle;
use crate::tape::{Kind, Node, Tape};
use crate::text::unescaped;

/// Reads a document; its names come as they are compared.
pub(crate) fn read<'a>(bytes: &'a [u8], names: &Names, limits: &Limits) -> Result<Tape<'a>, ReadError> {
    let error = |problem, offset| Err(ReadError { problem, offset });
    if bytes.len() > limits.document_bytes {
        return error(ReadProblem::TooLarge { most: limits.document_bytes }, limits.document_bytes);
    }
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(wrong) => return error(ReadProblem::NotUtf8, wrong.valid_up_to()),
    };
    // Guesses that are right for most documents: a name, a value and their signs take 16 bytes or more.
    let mut tape = Tape { text, nodes: Vec::with_capacity(bytes.len() / 8 + 4), ..Tape::default() };
    if !names.is_empty() {
        tape.owned.reserve(bytes.len() / 8);
        tape.spans.reserve(bytes.len() / 64);
    }
    let mut reader = Reader { bytes, at: 0, tape, open: Vec::new(), hashes: Vec::new(), names, limits };
    match reader.document() {
        Ok(()) => Ok(reader.tape),
        Err(problem) => error(problem, reader.at),
    }
}

struct Reader<'a, 'p> {
    bytes: &'a [u8],
    at: usize,
    tape: Tape<'a>,
    /// The arrays and objects that are open.
    open: Vec<u32>,
    /// Of the names of one object.
    hashes: Vec<u64>,
    names: &'p Names,
    limits: &'p Limits,
}

type Done = Result<(), ReadProblem>;

const VALUE: ReadProblem = ReadProblem::Expected("a value");
const NAME: ReadProblem = ReadProblem::Expected("a name in quotes");

impl Reader<'_, '_> {
    fn document(&mut self) -> Done {
        loop {
            self.blanks();
            let empty = match self.byte() {
                b'{' => self.enter(Kind::Object, b'}')?,
                b'[' => self.enter(Kind::Array, b']')?,
                _ => {
                    self.scalar()?;
                    true
                }
            };
            // After a value: its array or object goes on, or ends, and is itself a value.
            if empty && self.after_value()? {
                break;
            }
        }
        self.blanks();
        if self.at < self.bytes.len() { Err(ReadProblem::Expected("the end")) } else { Ok(()) }
    }

    /// Opens an array or object; true where it has nothing in it and is closed again.
    fn enter(&mut self, kind: Kind, end: u8) -> Result<bool, ReadProblem> {
        if self.open.len() >= self.limits.depth {
            return Err(ReadProblem::TooDeep { most: self.limits.depth });
        }
        let place = place(self.tape.nodes.len());
        self.push(kind, self.at);
        self.at += 1;
        self.blanks();
        if self.byte() == end {
            self.at += 1;
            self.close(place);
            return Ok(true);
        }
        self.open.push(place);
        if kind == Kind::Object {
            self.name()?;
        }
        Ok(false)
    }

    /// True at the end of the document.
    fn after_value(&mut self) -> Result<bool, ReadProblem> {
        while let Some(&open) = self.open.last() {
            self.blanks();
            let object = self.tape.kind(open) == Kind::Object;
            match (self.byte(), object) {
                (b',', _) => {
                    self.at += 1;
                    if object {
                        self.blanks();
                        self.name()?;
                    }
                    return Ok(false);
                }
                (b'}', true) => {
                    self.at += 1;
                    self.close(open);
                    settle(&mut self.tape, open, &mut self.hashes);
                    self.open.pop();
                }
                (b']', false) => {
                    self.at += 1;
                    self.close(open);
                    self.open.pop();
                }
                (_, true) => return Err(ReadProblem::Expected("`,` or `}`")),
                (_, false) => return Err(ReadProblem::Expected("`,` or `]`")),
            }
        }
        Ok(true)
    }

    fn close(&mut self, place: u32) {
        let next = self::place(self.tape.nodes.len());
        let end = self::place(self.at);
        if let Some(node) = self.tape.nodes.get_mut(place as usize) {
            node.end = end;
            node.next = next;
        }
    }

    /// Reads a name and its colon.
    fn name(&mut self) -> Done {
        if self.byte() != b'"' {
            return Err(NAME);
        }
        self.text()?;
        if !self.names.is_empty() {
            self.rename();
        }
        self.blanks();
        if self.byte() != b':' {
            return Err(ReadProblem::Expected("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// Gives the name that was just read the name under which it is compared.
    fn rename(&mut self) {
        let last = place(self.tape.nodes.len()).saturating_sub(1);
        let start = self.tape.owned.len();
        // What is written to can only be read from a copy, which few names need.
        let renamed = if self.tape.node(last).owned {
            let said = self.tape.said(last).to_string();
            self.names.write(&said, &mut self.tape.owned)
        } else {
            let inside = self.tape.written(last);
            let said = inside.get(1..inside.len() - 1).unwrap_or("");
            self.names.write(said, &mut self.tape.owned)
        };
        if renamed {
            self.tape.own(last, start);
            if let Some(node) = self.tape.nodes.last_mut() {
                node.renamed = true;
            }
        }
    }

    fn scalar(&mut self) -> Done {
        let start = self.at;
        let (kind, word) = match self.byte() {
            b'"' => return self.text(),
            b't' => (Kind::True, "true"),
            b'f' => (Kind::False, "false"),
            b'n' => (Kind::Null, "null"),
            b'-' | b'0'..=b'9' => {
                self.at = end_of_number(self.bytes, start).ok_or(ReadProblem::Expected("a number"))?;
                self.push(Kind::Number, start);
                return Ok(());
            }
            _ => return Err(VALUE),
        };
        let found = self.bytes.get(start..start + word.len());
        if found != Some(word.as_bytes()) {
            return Err(VALUE);
        }
        self.at += word.len();
        self.push(kind, start);
        Ok(())
    }

    #[inline]
    fn text(&mut self) -> Done {
        let start = self.at;
        let end = end_of_plain(self.bytes, start + 1);
        if self.bytes.get(end) != Some(&b'"') {
            return self.escaped_text(start, end);
        }
        self.at = end + 1;
        self.push(Kind::Text, start);
        Ok(())
    }

    /// The same from the first byte that is not plain.
    #[cold]
    fn escaped_text(&mut self, start: usize, mut at: usize) -> Done {
        loop {
            self.at = at;
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at = end_of_plain(self.bytes, at + 2),
                Some(_) => return Err(ReadProblem::Expected("an escape instead of a control character")),
                None => {
                    self.at = self.bytes.len();
                    return Err(ReadProblem::Expected("`\"` at the end of a text"));
                }
            }
        }
        let Some(said) = self.tape.text.get(start + 1..at).and_then(unescaped) else {
            self.at = start;
            return Err(ReadProblem::Expected("a text whose escapes are right"));
        };
        self.at = at + 1;
        self.push(Kind::Text, start);
        let owned = self.tape.owned.len();
        self.tape.owned.push_str(&said);
        self.tape.own(place(self.tape.nodes.len()).saturating_sub(1), owned);
        Ok(())
    }

    #[inline]
    fn blanks(&mut self) {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Nought at the end, which no grammar asks for.
    #[inline]
    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    fn push(&mut self, kind: Kind, start: usize) {
        self.tape.nodes.push(Node {
            kind,
            owned: false,
            renamed: false,
            overridden: false,
            start: place(start),
            end: place(self.at),
            next: 0,
        });
    }
}

/// The next quote, backslash or control character: eight bytes at a time, then one by one.
#[inline]
fn end_of_plain(bytes: &[u8], from: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut rest = bytes.get(from..).unwrap_or(&[]);
    let mut at = from;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        // A quote is the blank when this bit is turned, and stands right behind the control characters.
        let quote_or_control = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
        let backslash = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
        let found = (quote_or_control | backslash) & !word & (ONES * 0x80);
        if found != 0 {
            // Only bits above the first find can be wrong.
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
        rest = after;
    }
    at + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}

/// Documents have fewer bytes than this counts: profiles see to that.
#[inline]
fn place(count: usize) -> u32 {
    count as u32
}
