//! Classes in brackets.

use super::error::Problem;
use super::escape::Escape;
use super::parse::Parser;
use super::ranges;
use super::tree::NodeId;

/// An end of a range, or what cannot be one.
enum Item {
    Character(char),
    /// A character that brings its other case along.
    Folded(char),
    Class,
}

impl Parser<'_> {
    /// Reads a class, from its opening bracket on.
    pub(super) fn class(&mut self) -> Option<NodeId> {
        let open = self.at;
        self.items.clear();
        self.bump_and_skip();
        let negated = self.is('^');
        if negated {
            self.bump_and_skip();
        }
        // Any number of `-`, or a `]`, is a character where it comes first.
        while self.is('-') {
            self.add('-');
            self.bump_and_skip();
        }
        if self.items.is_empty() && self.is(']') {
            self.add(']');
            self.bump_and_skip();
        }
        loop {
            self.skip();
            let offset = self.at;
            match self.here() {
                None => return self.refuse(Problem::ClassOpen, open),
                Some(']') => break,
                Some('[') => {
                    if self.named_class().is_none() {
                        return self.refuse(Problem::ClassNested, offset);
                    }
                }
                Some(c @ ('&' | '-' | '~')) if self.peek() == Some(c) => {
                    return self.refuse(Problem::ClassOperator, offset);
                }
                Some(_) => self.range(open)?,
            }
        }
        self.bump();
        ranges::canonical(&mut self.items);
        if self.flags.ignore_case {
            ranges::fold(&mut self.items);
        }
        if negated {
            let class = core::mem::take(&mut self.items);
            ranges::negate(&class, &mut self.items);
        }
        Some(self.tree.class(&self.items))
    }

    fn add(&mut self, c: char) {
        self.items.push((u32::from(c), u32::from(c)));
    }

    /// A character, a range of two, or an escaped class.
    fn range(&mut self, open: usize) -> Option<()> {
        let offset = self.at;
        let first = self.item()?;
        self.skip();
        if self.here().is_none() {
            return self.refuse(Problem::ClassOpen, open);
        }
        if !self.is('-') || matches!(self.peek_and_skip(), Some(']' | '-')) {
            if let Item::Character(c) | Item::Folded(c) = first {
                self.add(c);
            }
            return Some(());
        }
        if !self.bump_and_skip() {
            return self.refuse(Problem::ClassOpen, open);
        }
        match (first, self.item()?) {
            (Item::Character(first), Item::Character(last)) if first <= last => {
                self.items.push((u32::from(first), u32::from(last)));
                Some(())
            }
            (Item::Character(_), Item::Character(_)) => self.refuse(Problem::RangeOrder, offset),
            _ => self.refuse(Problem::RangeEnds, offset),
        }
    }

    fn item(&mut self) -> Option<Item> {
        let offset = self.at;
        let c = self.here()?;
        self.bump();
        if c != '\\' {
            return Some(Item::Character(c));
        }
        match self.escape()? {
            Escape::Character(c) if self.other_case(c).is_some() => Some(Item::Folded(c)),
            Escape::Character(c) => Some(Item::Character(c)),
            Escape::Class => Some(Item::Class),
            Escape::Look(_) => self.refuse(Problem::ClassAssertion, offset),
        }
    }

    /// The character after this one. With the flag `x`, white space and one `#` are skipped: not a whole comment, as
    /// little as `regex-lite` skips it here.
    fn peek_and_skip(&self) -> Option<char> {
        let next = self.peek();
        let mut comment = false;
        for &c in self.pattern.iter().skip(self.at + 1) {
            if !self.flags.spaced || !c.is_whitespace() && (c != '#' || comment) {
                return Some(c);
            }
            comment |= c == '#';
        }
        next
    }

    /// Adds a class such as `[:digit:]` or `[:^digit:]`. None where it is none.
    fn named_class(&mut self) -> Option<()> {
        if !self.bump_if("[:") {
            return None;
        }
        let negated = self.bump_if("^");
        let name = ranges::NAMED.iter().find(|class| self.bump_if(class.0))?;
        if !self.bump_if(":]") {
            return None;
        }
        self.add_class(name.1, negated);
        Some(())
    }
}
