//! Classes in brackets.

use super::error::Error;
use super::escape::Escape;
use super::parse::Parser;
use super::ranges::{self, Range};
use super::tree::Piece;
use alloc::vec::Vec;

impl Parser<'_> {
    /// Reads a class, from its opening bracket on.
    pub(super) fn class(&mut self) -> Result<Piece, Error> {
        let open = self.at;
        let unclosed = "this class is not closed; write `]` after it";
        let mut items: Vec<Range> = Vec::new();
        self.bump_and_skip();
        let negated = self.here() == Some('^');
        if negated {
            self.bump_and_skip();
        }
        // Any number of `-`, or a `]`, is a character where it comes first.
        while self.here() == Some('-') {
            items.push((u32::from('-'), u32::from('-')));
            self.bump_and_skip();
        }
        if items.is_empty() && self.here() == Some(']') {
            items.push((u32::from(']'), u32::from(']')));
            self.bump_and_skip();
        }
        loop {
            self.skip();
            let offset = self.at;
            match self.here() {
                None => return self.error(unclosed, open),
                Some(']') => break,
                Some('[') => match self.named_class() {
                    Some(class) => items.extend(class),
                    None => {
                        return self.error("a class within a class is not supported; write `\\[`", offset);
                    }
                },
                Some(c @ ('&' | '-' | '~')) if self.peek() == Some(c) => {
                    return self.error(
                        "`&&`, `--` and `~~` are not supported in a class; escape the second",
                        offset,
                    );
                }
                Some(_) => self.range(&mut items, open)?,
            }
        }
        self.bump();
        let mut class = ranges::canonical(&items);
        if self.flags.ignore_case {
            class = ranges::fold(&class);
        }
        if negated {
            class = ranges::negate(&class);
        }
        Ok(self.tree.class(&class))
    }

    /// A character, a range of two, or an escaped class.
    fn range(&mut self, items: &mut Vec<Range>, open: usize) -> Result<(), Error> {
        let offset = self.at;
        let first = self.item()?;
        self.skip();
        let range = match self.here() {
            None => return self.error("this class is not closed; write `]` after it", open),
            Some('-') => !matches!(self.peek_and_skip(), Some(']' | '-')),
            Some(_) => false,
        };
        if !range {
            match first {
                Escape::Character(c) => items.push((u32::from(c), u32::from(c))),
                Escape::Class(class) => items.extend(class),
                Escape::Look(_) => return self.error("an assertion cannot stand in a class", offset),
            }
            return Ok(());
        }
        if !self.bump_and_skip() {
            return self.error("this class is not closed; write `]` after it", open);
        }
        match (first, self.item()?) {
            (Escape::Character(first), Escape::Character(last)) if first <= last => {
                items.push((u32::from(first), u32::from(last)));
                Ok(())
            }
            (Escape::Character(_), Escape::Character(_)) => {
                self.error("this range ends before it begins", offset)
            }
            _ => self.error("a range goes from one character to another", offset),
        }
    }

    fn item(&mut self) -> Result<Escape, Error> {
        let c = self.here().unwrap_or('\\');
        self.bump();
        if c == '\\' { self.escape() } else { Ok(Escape::Character(c)) }
    }

    /// The character after this one. With the flag `x`, white space and one `#` are skipped: not a whole comment, as
    /// little as `regex-lite` skips it here.
    fn peek_and_skip(&self) -> Option<char> {
        if !self.flags.spaced {
            return self.peek();
        }
        let mut comment = false;
        let rest = self.pattern.get(self.at..)?.chars().skip(1);
        let mut solid = rest.clone().skip_while(|&c| {
            let skipped = c.is_whitespace() || (c == '#' && !comment);
            comment |= c == '#';
            skipped
        });
        solid.next().or_else(|| rest.clone().next())
    }

    /// A class such as `[:digit:]` or `[:^digit:]`. None, and back at its bracket, where it is none.
    fn named_class(&mut self) -> Option<Vec<Range>> {
        let rest = self.pattern.get(self.at..)?.strip_prefix("[:")?;
        let (negated, rest) = match rest.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (name, _) = rest.split_once(':')?;
        let after = rest.get(name.len()..)?.strip_prefix(":]")?;
        let class = ranges::named(name)?;
        self.at = self.pattern.len() - after.len();
        Some(if negated { ranges::negate(&class) } else { class })
    }
}
