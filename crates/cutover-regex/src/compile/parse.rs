//! The grammar: alternatives, repetitions, groups, flags. Rule by rule that of `regex-lite` 0.1.

use super::error::{Error, Problem};
use super::escape::Escape;
use super::ranges::{self, Range};
use super::tree::{NodeId, Tree};
use super::{Limits, look};
use alloc::vec::Vec;

/// Reads a pattern to a tree and its root.
pub(super) fn parse(pattern: &str, limits: &Limits) -> Result<(Tree, NodeId), Error> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut parser = Parser {
        pattern: &characters,
        at: 0,
        depth: 0,
        limits,
        flags: Flags::default(),
        groups: 0,
        names: Vec::new(),
        tree: Tree::default(),
        parts: Vec::new(),
        items: Vec::new(),
        too_deep: None,
        too_large: None,
        problem: (Problem::Bytes, 0),
    };
    match parser.whole() {
        Some(root) => Ok((parser.tree, root)),
        None => {
            let (problem, at) = parser.problem;
            Err(Error::new(problem, characters.iter().take(at).map(|c| c.len_utf8()).sum()))
        }
    }
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

/// What reads a part of the pattern gives none where it is refused: what is wrong is in `problem` then.
pub(super) struct Parser<'p> {
    pub(super) pattern: &'p [char],
    /// How many characters were read; so all places.
    pub(super) at: usize,
    depth: u32,
    limits: &'p Limits,
    pub(super) flags: Flags,
    groups: u32,
    names: Vec<&'p [char]>,
    pub(super) tree: Tree,
    /// The parts read so far of all sequences that are open, the innermost last; so with branches.
    parts: Vec<NodeId>,
    /// The ranges of the class that is being read.
    pub(super) items: Vec<Range>,
    /// Where the first part was read that is nested too deep, …
    too_deep: Option<usize>,
    /// … or is too large. `{0}` behind it can still make it nothing.
    too_large: Option<usize>,
    problem: (Problem, usize),
}

impl<'p> Parser<'p> {
    /// The character here.
    pub(super) fn here(&self) -> Option<char> {
        self.pattern.get(self.at).copied()
    }

    /// The character after this one.
    pub(super) fn peek(&self) -> Option<char> {
        self.pattern.get(self.at + 1).copied()
    }

    /// Whether this character is here.
    pub(super) fn is(&self, c: char) -> bool {
        self.here() == Some(c)
    }

    /// Goes on by a character, and says whether there is another one.
    pub(super) fn bump(&mut self) -> bool {
        self.at = self.pattern.len().min(self.at + 1);
        self.at < self.pattern.len()
    }

    /// Goes on behind these characters, if they are here.
    pub(super) fn bump_if(&mut self, text: &str) -> bool {
        let found =
            (self.at..).zip(text.bytes()).all(|(at, byte)| self.pattern.get(at) == Some(&char::from(byte)));
        if found {
            self.at += text.len();
        }
        found
    }

    /// With the flag `x`, goes on behind white space and comments.
    pub(super) fn skip(&mut self) {
        while self.flags.spaced {
            match self.here() {
                Some('#') => while self.bump() && !self.is('\n') {},
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
        self.at < self.pattern.len()
    }

    #[cold]
    #[inline(never)]
    fn note(&mut self, problem: Problem, at: usize) {
        self.problem = (problem, at);
    }

    pub(super) fn refuse<T>(&mut self, problem: Problem, at: usize) -> Option<T> {
        self.note(problem, at);
        None
    }

    fn whole(&mut self) -> Option<NodeId> {
        let root = self.alternatives()?;
        let part = self.tree.part(root);
        if part.height > self.limits.nesting {
            return self.refuse(Problem::Nesting, self.too_deep.unwrap_or(0));
        }
        if part.total() > self.limits.size {
            return self.refuse(Problem::Size, self.too_large.unwrap_or(0));
        }
        Some(root)
    }

    /// Notes where a part grew beyond the limits.
    fn checked(&mut self, id: NodeId, offset: usize) -> NodeId {
        let part = self.tree.part(id);
        if part.height > self.limits.nesting {
            self.too_deep.get_or_insert(offset);
        }
        if part.total() > self.limits.size {
            self.too_large.get_or_insert(offset);
        }
        id
    }

    /// Makes the last parts one.
    fn join(&mut self, from: usize, any: bool) {
        let joined = self.tree.joined(self.parts.get(from..).unwrap_or_default(), any);
        self.parts.truncate(from);
        self.parts.push(joined);
    }

    fn alternatives(&mut self) -> Option<NodeId> {
        let start = self.at;
        if self.depth > self.limits.nesting {
            return self.refuse(Problem::Nesting, start);
        }
        self.depth += 1;
        // From here on finished branches, and then the parts of the branch at hand.
        let outer = self.parts.len();
        let mut branch = outer;
        loop {
            self.skip();
            let offset = self.at;
            let Some(c) = self.here() else { break };
            let part = match c {
                '(' => {
                    let flags = self.flags;
                    let group = self.group()?;
                    if !self.is(')') {
                        return self.refuse(Problem::GroupOpen, offset);
                    }
                    self.bump();
                    let Some(group) = group else { continue };
                    self.flags = flags;
                    group
                }
                ')' if self.depth == 1 => return self.refuse(Problem::GroupClosed, offset),
                ')' => break,
                '|' => {
                    self.join(branch, false);
                    branch += 1;
                    self.bump();
                    continue;
                }
                '?' | '*' | '+' | '{' => {
                    if self.parts.len() == branch {
                        return self.refuse(Problem::NothingToRepeat, offset);
                    }
                    let (min, max) = self.repetition(c)?;
                    let part = self.parts.pop()?;
                    self.tree.repeat(part, min, max)
                }
                '[' => self.class()?,
                _ => self.primitive(c)?,
            };
            let part = self.checked(part, offset);
            self.parts.push(part);
        }
        self.depth -= 1;
        self.join(branch, false);
        self.join(outer, true);
        let any = self.parts.pop()?;
        Some(self.checked(any, start))
    }

    fn primitive(&mut self, c: char) -> Option<NodeId> {
        self.bump();
        let Flags { lines, dot_all, crlf, .. } = self.flags;
        self.items.clear();
        match c {
            '\\' => match self.escape()? {
                Escape::Character(c) => return Some(self.literal(c)),
                Escape::Look(mask) => return Some(self.tree.look(mask)),
                Escape::Class => {}
            },
            '^' => return Some(self.tree.look(look::start(lines, crlf))),
            '$' => return Some(self.tree.look(look::end(lines, crlf))),
            '.' if dot_all => ranges::negate(&[], &mut self.items),
            '.' if crlf => ranges::negate(&[(0x0a, 0x0a), (0x0d, 0x0d)], &mut self.items),
            '.' => ranges::negate(&[(0x0a, 0x0a)], &mut self.items),
            _ => return Some(self.literal(c)),
        }
        Some(self.tree.class(&self.items))
    }

    /// A character, with its other case where the flag `i` wants it.
    fn literal(&mut self, c: char) -> NodeId {
        match self.other_case(c) {
            Some(other) => {
                self.tree.class(&[other.min(u32::from(c)), other.max(u32::from(c))].map(|c| (c, c)))
            }
            None => self.tree.character(c),
        }
    }

    /// The other case of a character, where it has one and the flag `i` is set.
    pub(super) fn other_case(&self, c: char) -> Option<u32> {
        let other = ranges::folded((u32::from(c), u32::from(c)));
        other.filter(|_| self.flags.ignore_case).map(|other| other.0)
    }

    fn repetition(&mut self, operator: char) -> Option<(u32, Option<u32>)> {
        let times = match operator {
            '?' => (0, Some(1)),
            '*' => (0, None),
            '+' => (1, None),
            _ => return self.counted(),
        };
        if self.bump() && self.is('?') {
            self.bump();
        }
        Some(times)
    }

    fn counted(&mut self) -> Option<(u32, Option<u32>)> {
        let offset = self.at;
        if !self.bump_and_skip() {
            return self.refuse(Problem::RepetitionOpen, offset);
        }
        let min = self.decimal()?;
        let mut max = Some(min);
        if self.is(',') {
            if !self.bump_and_skip() {
                return self.refuse(Problem::RepetitionOpen, offset);
            }
            max = if self.is('}') { None } else { Some(self.decimal()?) };
        }
        if !self.is('}') {
            return self.refuse(Problem::RepetitionOpen, offset);
        }
        if self.bump_and_skip() && self.is('?') {
            self.bump();
        }
        if max.is_some_and(|max| min > max) {
            return self.refuse(Problem::RepetitionOrder, offset);
        }
        Some((min, max))
    }

    fn decimal(&mut self) -> Option<u32> {
        while self.here().is_some_and(char::is_whitespace) {
            self.bump();
        }
        let start = self.at;
        let (number, count) = self.digits(10, usize::MAX);
        if count == 0 {
            return self.refuse(Problem::RepetitionDigits, start);
        }
        while self.here().is_some_and(char::is_whitespace) {
            self.bump_and_skip();
        }
        number.or_else(|| self.refuse(Problem::RepetitionNumber, start))
    }

    /// Reads digits, at most so many: their number, or none where it is too large, and how many there were.
    pub(super) fn digits(&mut self, radix: u32, most: usize) -> (Option<u32>, usize) {
        let (mut number, mut count) = (Some(0_u32), 0);
        while count < most
            && let Some(digit) = self.here().and_then(|c| c.to_digit(radix))
        {
            number = number.and_then(|number| number.checked_mul(radix)?.checked_add(digit));
            count += 1;
            self.bump_and_skip();
        }
        (number, count)
    }

    /// A group; none within where it only sets flags, from here to the end of the group around it.
    fn group(&mut self) -> Option<Option<NodeId>> {
        let offset = self.at;
        self.bump_and_skip();
        if ["?=", "?!", "?<=", "?<!"].iter().any(|prefix| self.bump_if(prefix)) {
            return self.refuse(Problem::LookAround, offset);
        }
        let mut name = 0;
        if self.bump_if("?P<") || self.bump_if("?<") {
            name = self.name()?;
        } else if self.bump_if("?") {
            let start = self.at;
            self.read_flags(offset)?;
            if !self.is(')') {
                self.bump();
                return Some(Some(self.alternatives()?));
            }
            if self.at == start {
                return self.refuse(Problem::NoFlag, offset);
            }
            return Some(None);
        }
        self.groups += 1;
        let number = self.groups;
        let inner = self.alternatives()?;
        Some(Some(self.tree.grouped(inner, number, name)))
    }

    /// What a group's name costs.
    fn name(&mut self) -> Option<u32> {
        let start = self.at;
        while !self.is('>') {
            let Some(c) = self.here() else {
                return self.refuse(Problem::NameOpen, start);
            };
            // Which characters behind ASCII are letters is another matter in each version of Unicode: any may stand here.
            let fits = match c {
                '.' | '[' | ']' | '0'..='9' => self.at > start,
                _ => c == '_' || c.is_ascii_alphabetic() || !c.is_ascii(),
            };
            if !fits {
                return self.refuse(Problem::NameLetters, self.at);
            }
            self.bump();
        }
        let name = self.pattern.get(start..self.at)?;
        self.bump();
        if name.is_empty() {
            return self.refuse(Problem::NameEmpty, start);
        }
        if self.names.contains(&name) {
            return self.refuse(Problem::NameTwice, start);
        }
        self.names.push(name);
        Some(name.iter().map(|c| c.len_utf8() as u32).sum::<u32>() + 4)
    }

    fn read_flags(&mut self, open: usize) -> Option<()> {
        let mut on = true;
        let mut seen = 0_u8;
        let mut last = ':';
        loop {
            let Some(c) = self.here() else {
                return self.refuse(Problem::GroupOpen, open);
            };
            let bit = match c {
                ':' | ')' if last == '-' => return self.refuse(Problem::FlagDangling, self.at),
                ':' | ')' => return Some(()),
                'i' => 0,
                'm' => 1,
                's' => 2,
                'R' => 3,
                'x' => 4,
                'U' => 5,
                'u' => 6,
                '-' => 7,
                _ => return self.refuse(Problem::FlagUnknown, self.at),
            };
            if seen >> bit & 1 != 0 {
                return self.refuse(Problem::FlagTwice, self.at);
            }
            seen |= 1 << bit;
            match c {
                'i' => self.flags.ignore_case = on,
                'm' => self.flags.lines = on,
                's' => self.flags.dot_all = on,
                'R' => self.flags.crlf = on,
                'x' => self.flags.spaced = on,
                '-' => on = false,
                _ => {}
            }
            last = c;
            self.bump();
        }
    }
}
