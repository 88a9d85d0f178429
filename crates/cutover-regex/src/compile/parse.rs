//! The grammar: alternatives, repetitions, groups, flags. Rule by rule that of `regex-lite` 0.1.

use super::error::{Error, ErrorKind};
use super::tree::{NodeId, Piece, Tree};
use super::{look, ranges};
use alloc::vec::Vec;

/// Reads a pattern to a tree and its root.
pub(super) fn parse(pattern: &str, nesting: u32, size: u32) -> Result<(Tree, NodeId), Error> {
    let mut parser = Parser {
        pattern,
        at: 0,
        depth: 0,
        nesting,
        size,
        flags: Flags::default(),
        groups: 0,
        names: Vec::new(),
        tree: Tree::default(),
        too_deep: None,
        too_large: None,
    };
    let root = parser.alternatives()?;
    if root.height > nesting {
        return Err(parser.nested(parser.too_deep.unwrap_or(0)));
    }
    if root.total() > size {
        let message = "this pattern is too large with its repetitions written out; repeat less";
        return Err(Error::new(ErrorKind::TooLarge, message, parser.too_large.unwrap_or(0)));
    }
    Ok((parser.tree, root.node))
}

/// The flags that `(?…)` sets; `U` and `u` have no effect on whether there is a match.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    pub(super) lines: bool,
    pub(super) dot_all: bool,
    pub(super) crlf: bool,
    pub(super) spaced: bool,
}

pub(super) struct Parser<'p> {
    pub(super) pattern: &'p str,
    pub(super) at: usize,
    depth: u32,
    nesting: u32,
    size: u32,
    pub(super) flags: Flags,
    groups: u32,
    names: Vec<&'p str>,
    pub(super) tree: Tree,
    /// Where the first part was read that is nested too deep, …
    too_deep: Option<usize>,
    /// … or is too large. `{0}` behind it can still make it nothing.
    too_large: Option<usize>,
}

impl<'p> Parser<'p> {
    /// The character here.
    pub(super) fn here(&self) -> Option<char> {
        self.pattern.get(self.at..)?.chars().next()
    }

    /// The character after this one.
    pub(super) fn peek(&self) -> Option<char> {
        self.pattern.get(self.at..)?.chars().nth(1)
    }

    /// Goes on by a character, and says whether there is another one.
    pub(super) fn bump(&mut self) -> bool {
        self.at += self.here().map_or(0, char::len_utf8);
        self.here().is_some()
    }

    /// Goes on behind this text, if it is here.
    fn bump_if(&mut self, text: &str) -> bool {
        let found = self.pattern.get(self.at..).is_some_and(|rest| rest.starts_with(text));
        if found {
            self.at += text.len();
        }
        found
    }

    /// With the flag `x`, goes on behind white space and comments.
    pub(super) fn skip(&mut self) {
        while self.flags.spaced {
            match self.here() {
                Some('#') => while self.bump() && self.here() != Some('\n') {},
                Some(c) if c.is_whitespace() => {
                    self.bump();
                }
                _ => return,
            }
        }
    }

    /// Goes on by a character and what the flag `x` skips, and says whether there is another one.
    pub(super) fn bump_and_skip(&mut self) -> bool {
        self.bump();
        self.skip();
        self.here().is_some()
    }

    pub(super) fn error<T>(&self, message: &'static str, offset: usize) -> Result<T, Error> {
        Err(Error::new(ErrorKind::Syntax, message, offset))
    }

    fn nested(&self, offset: usize) -> Error {
        Error::new(ErrorKind::TooDeep, "this pattern is nested too deep", offset)
    }

    /// Notes where a part grew beyond the limits.
    fn checked(&mut self, piece: Piece, offset: usize) -> Piece {
        if piece.height > self.nesting {
            self.too_deep.get_or_insert(offset);
        }
        if piece.total() > self.size {
            self.too_large.get_or_insert(offset);
        }
        piece
    }

    fn alternatives(&mut self) -> Result<Piece, Error> {
        if self.depth > self.nesting {
            return Err(self.nested(self.at));
        }
        self.depth += 1;
        let start = self.at;
        let (mut branches, mut parts) = (Vec::new(), Vec::new());
        loop {
            self.skip();
            let offset = self.at;
            match self.here() {
                None => break,
                Some('(') => {
                    let flags = self.flags;
                    if let Some(group) = self.group()? {
                        parts.push(self.checked(group, offset));
                        self.flags = flags;
                    }
                    if self.here() != Some(')') {
                        return self.error("this group is not closed; write `)` after it", offset);
                    }
                    self.bump();
                }
                Some(')') if self.depth == 1 => {
                    return self.error("this `)` closes no group; write `\\)` for the character", offset);
                }
                Some(')') => break,
                Some('|') => {
                    branches.push(self.tree.sequence(&parts));
                    parts.clear();
                    self.bump();
                }
                Some('[') => parts.push(self.class()?),
                Some('?' | '*' | '+' | '{') => {
                    let Some(part) = parts.pop() else {
                        return self.error("there is nothing before this to repeat", offset);
                    };
                    let (min, max) = self.repetition()?;
                    let repeated = self.tree.repeat(part, min, max);
                    parts.push(self.checked(repeated, offset));
                }
                Some(c) => parts.push(self.primitive(c)?),
            }
        }
        self.depth -= 1;
        branches.push(self.tree.sequence(&parts));
        let any = self.tree.any(&branches);
        Ok(self.checked(any, start))
    }

    fn primitive(&mut self, c: char) -> Result<Piece, Error> {
        self.bump();
        Ok(match c {
            '\\' => match self.escape()? {
                super::escape::Escape::Character(c) => self.tree.character(c),
                super::escape::Escape::Class(ranges) => self.tree.class(&ranges),
                super::escape::Escape::Look(mask) => self.tree.look(mask),
            },
            '.' => {
                let excluded: &[ranges::Range] = match self.flags {
                    Flags { dot_all: true, .. } => &[],
                    Flags { crlf: true, .. } => &[(0x0a, 0x0a), (0x0d, 0x0d)],
                    _ => &[(0x0a, 0x0a)],
                };
                self.tree.class(&ranges::negate(excluded))
            }
            '^' => self.tree.look(look::start(self.flags.lines, self.flags.crlf)),
            '$' => self.tree.look(look::end(self.flags.lines, self.flags.crlf)),
            _ => match self.folded(c) {
                Some(ranges) => self.tree.class(&ranges),
                None => self.tree.character(c),
            },
        })
    }

    /// A character with its other case, where it has one and the flag `i` is set.
    pub(super) fn folded(&self, c: char) -> Option<Vec<ranges::Range>> {
        let range = (u32::from(c), u32::from(c));
        let other = ranges::folded(range).filter(|_| self.flags.ignore_case)?;
        Some(ranges::canonical(&[range, other]))
    }

    fn repetition(&mut self) -> Result<(u32, Option<u32>), Error> {
        let offset = self.at;
        let (min, max) = match self.here() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            _ => return self.counted(),
        };
        debug_assert!(offset < self.pattern.len());
        if self.bump() && self.here() == Some('?') {
            self.bump();
        }
        Ok((min, max))
    }

    fn counted(&mut self) -> Result<(u32, Option<u32>), Error> {
        let offset = self.at;
        let unclosed =
            "this repetition is not closed; write `{n}`, `{n,}` or `{n,m}`, and `\\{` for the character";
        if !self.bump_and_skip() {
            return self.error(unclosed, offset);
        }
        let min = self.decimal()?;
        let mut max = Some(min);
        if self.here() == Some(',') {
            if !self.bump_and_skip() {
                return self.error(unclosed, offset);
            }
            max = if self.here() == Some('}') { None } else { Some(self.decimal()?) };
        }
        if self.here() != Some('}') {
            return self.error(unclosed, offset);
        }
        if self.bump_and_skip() && self.here() == Some('?') {
            self.bump();
        }
        if max.is_some_and(|max| min > max) {
            return self.error("this repetition has a minimum above its maximum", offset);
        }
        Ok((min, max))
    }

    fn decimal(&mut self) -> Result<u32, Error> {
        while self.here().is_some_and(char::is_whitespace) {
            self.bump();
        }
        let start = self.at;
        let mut number = Some(0_u32);
        while let Some(digit) = self.here().and_then(|c| c.to_digit(10)) {
            number = number.and_then(|number| number.checked_mul(10)?.checked_add(digit));
            self.bump_and_skip();
        }
        if self.at == start {
            return self.error("a repetition wants a number here; write `\\{` for the character", start);
        }
        while self.here().is_some_and(char::is_whitespace) {
            self.bump_and_skip();
        }
        number.map_or_else(|| self.error("this number is too large", start), Ok)
    }

    /// A group; none where it only sets flags, from here to the end of the group around it.
    fn group(&mut self) -> Result<Option<Piece>, Error> {
        let offset = self.at;
        self.bump_and_skip();
        if ["?=", "?!", "?<=", "?<!"].iter().any(|prefix| self.bump_if(prefix)) {
            return self.error("look-around is not supported", offset);
        }
        if self.bump_if("?P<") || self.bump_if("?<") {
            self.groups += 1;
            let number = self.groups;
            let name = self.name()?;
            return Ok(Some(self.alternatives()?.grouped(number, Some(name))));
        }
        if !self.bump_if("?") {
            self.groups += 1;
            let number = self.groups;
            return Ok(Some(self.alternatives()?.grouped(number, None)));
        }
        let start = self.at;
        self.flags = self.read_flags(offset)?;
        if self.here() == Some(')') {
            if self.at == start {
                return self.error("`(?)` sets no flag; name one, or write `(?:…)` for a group", offset);
            }
            return Ok(None);
        }
        self.bump();
        self.alternatives().map(Some)
    }

    /// The bytes of a group's name.
    fn name(&mut self) -> Result<usize, Error> {
        let start = self.at;
        loop {
            match self.here() {
                None => return self.error("this name of a group is not closed; write `>` after it", start),
                Some('>') => break,
                Some('_') => {}
                Some(c) if self.at == start && c.is_alphabetic() => {}
                Some(c) if self.at > start && (c.is_alphanumeric() || matches!(c, '.' | '[' | ']')) => {}
                Some(_) => {
                    let message =
                        "a group's name is a letter or `_`, then letters, digits, `_`, `.`, `[` and `]`";
                    return self.error(message, self.at);
                }
            }
            self.bump();
        }
        let name = self.pattern.get(start..self.at).unwrap_or_default();
        self.bump();
        if name.is_empty() {
            return self.error("this group's name is empty", start);
        }
        if self.names.contains(&name) {
            return self.error("another group has this name already", start);
        }
        self.names.push(name);
        Ok(name.len())
    }

    fn read_flags(&mut self, open: usize) -> Result<Flags, Error> {
        let start = self.at;
        let mut flags = self.flags;
        let mut on = true;
        loop {
            let Some(c) = self.here() else {
                return self.error("this group is not closed; write `)` after it", open);
            };
            let seen = self.pattern.get(start..self.at).unwrap_or_default();
            let flag = match c {
                ':' | ')' if seen.ends_with('-') => {
                    return self.error("flags follow `-`, which switches them off", self.at);
                }
                ':' | ')' => return Ok(flags),
                'i' => Some(&mut flags.ignore_case),
                'm' => Some(&mut flags.lines),
                's' => Some(&mut flags.dot_all),
                'R' => Some(&mut flags.crlf),
                'x' => Some(&mut flags.spaced),
                'U' | 'u' | '-' => None,
                _ => {
                    return self.error(
                        "there is no such flag; there are `i`, `m`, `s`, `R`, `x`, `U` and `u`",
                        self.at,
                    );
                }
            };
            if seen.contains(c) {
                return self.error("this stands twice among the flags", self.at);
            }
            match flag {
                Some(flag) => *flag = on,
                None if c == '-' => on = false,
                None => {}
            }
            self.bump();
        }
    }
}
