//! Watching a decision: an observer sees each step. Deciding is generic over it, so that the silent one costs nothing.

use super::truth::Truth;
use crate::format::rule;
use crate::program::Program;
use crate::value::ValueRef;

/// Where a unit lies, and where the share that it may belong to ends.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    /// Where the unit lies.
    pub position: u64,
    /// The first position that the share leaves out.
    pub boundary: u64,
    /// How many positions there are.
    pub of: u64,
}

/// A rule of a flag, as it lies in the program: see [`rule`].
#[derive(Debug, Clone, Copy)]
pub struct Rule<'p> {
    /// The number of the flag.
    pub flag: u32,
    /// The words of the rule.
    pub words: &'p [u32; rule::WORDS as usize],
}

impl Rule<'_> {
    /// Its index among the rules of the document.
    #[must_use]
    pub fn number(&self) -> u32 {
        let [serve, ..] = *self.words;
        serve >> rule::NUMBER_SHIFT
    }

    /// The attribute of its unit; nothing of a rule that has a [`Rule::contract`].
    #[must_use]
    pub fn unit(&self) -> u32 {
        let [.., unit, _, _] = *self.words;
        unit
    }

    /// The place of the [`contract`](crate::format::contract) that it draws by, where that is a named one.
    #[must_use]
    pub fn contract(&self) -> Option<u32> {
        let [serve, ..] = *self.words;
        matches!(serve & rule::KIND, rule::SHARE_BY | rule::SPLIT_BY).then(|| self.unit())
    }
}

/// Whoever watches a decision being made. Every method does nothing unless it is overridden. Places are those of
/// instructions and [`require`](crate::format::require) records.
#[expect(unused_variables, reason = "the silent observer looks at nothing")]
pub trait Observer {
    /// True for the one that sees nothing: then an answer that is known need not be found again.
    #[inline(always)]
    fn is_silent(&self) -> bool {
        false
    }

    /// A test of an attribute gave this truth, as the reader of the ruleset sees it.
    #[inline(always)]
    fn test(&mut self, program: &Program, at: u32, value: ValueRef<'_>, truth: Truth) {}
    /// The last test, or condition on a position, was unknown, and this truth stands for that.
    #[inline(always)]
    fn settled(&mut self, truth: Truth) {}
    /// A condition on a position gave this truth; without a position there was no unit.
    #[inline(always)]
    fn place(&mut self, program: &Program, at: u32, unit: ValueRef<'_>, position: Option<u64>, truth: Truth) {
    }
    /// A segment or window gave this truth.
    #[inline(always)]
    fn leaf(&mut self, program: &Program, at: u32, truth: Truth) {}
    /// A flag is decided: the one asked for, or one that it asks.
    #[inline(always)]
    fn begin_flag(&mut self, program: &Program, flag: u32) {}
    /// That flag is decided.
    #[inline(always)]
    fn end_flag(&mut self) {}
    /// A segment is asked.
    #[inline(always)]
    fn enter_segment(&mut self, program: &Program, number: u32) {}
    /// A segment was asked.
    #[inline(always)]
    fn leave_segment(&mut self) {}
    /// Another flag is asked.
    #[inline(always)]
    fn enter(&mut self, program: &Program, require: u32) {}
    /// Another flag was asked, and this is its outcome, packed.
    #[inline(always)]
    fn leave(&mut self, program: &Program, require: u32, outcome: u32, truth: Truth) {}
    /// A rule is looked at.
    #[inline(always)]
    fn begin_rule(&mut self, program: &Program, rule: &Rule<'_>) {}
    /// A rule matched or did not.
    #[inline(always)]
    fn rule(&mut self, program: &Program, rule: &Rule<'_>, truth: Truth) {}
    /// A share took nobody or everybody.
    #[inline(always)]
    fn share(&mut self, program: &Program, rule: &Rule<'_>, ppm: u32) {}
    /// A share took the unit or did not.
    #[inline(always)]
    fn bucket(
        &mut self,
        program: &Program,
        rule: &Rule<'_>,
        unit: ValueRef<'_>,
        ppm: u32,
        position: Position,
    ) {
    }
    /// A split drew a variant for the unit.
    #[inline(always)]
    fn draw(&mut self, program: &Program, rule: &Rule<'_>, unit: ValueRef<'_>, position: Position) {}
    /// There was no unit to hash.
    #[inline(always)]
    fn no_unit(&mut self, program: &Program, rule: &Rule<'_>, value: ValueRef<'_>) {}
}

/// The observer that looks away.
#[derive(Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    #[inline(always)]
    fn is_silent(&self) -> bool {
        true
    }
}

/// An observer that sees every step and makes nothing of it.
#[derive(Debug, Default)]
pub(crate) struct Walking;

impl Observer for Walking {}
