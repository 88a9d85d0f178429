//! Explanations: an observer sees each step of a decision. Deciding is generic over it, so that the silent one
//! costs nothing.

mod record;

use crate::decide::truth::Truth;
use crate::decision::Outcome;
use crate::program::{ByProgram, Program, RequireProgram, RuleProgram};
use crate::value::ValueRef;
pub(crate) use record::Recorder;
pub use record::{Explanation, Step};

/// Where a unit lies, and where the share that it may belong to ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    pub(crate) position: u64,
    pub(crate) boundary: u64,
    pub(crate) of: u64,
}

/// Whoever watches a decision being made. Every method does nothing unless it is overridden.
#[expect(unused_variables, reason = "the silent observer looks at nothing")]
pub(crate) trait Observer {
    /// A test of an attribute gave this truth.
    #[inline]
    fn test(&mut self, program: &Program, at: u32, value: ValueRef<'_>, truth: Truth) {}
    /// A segment, flag or window gave this truth.
    #[inline]
    fn leaf(&mut self, program: &Program, at: u32, truth: Truth) {}
    /// Another flag is asked.
    #[inline]
    fn enter(&mut self, program: &Program, require: &RequireProgram) {}
    /// Another flag was asked.
    #[inline]
    fn leave(&mut self, program: &Program, require: &RequireProgram, outcome: Outcome, truth: Truth) {}
    /// A rule matched or did not.
    #[inline]
    fn rule(&mut self, program: &Program, rule: &RuleProgram, number: u16, truth: Truth) {}
    /// A share took nobody or everybody.
    #[inline]
    fn share(&mut self, program: &Program, by: &ByProgram, ppm: u32) {}
    /// A share took the unit or did not.
    #[inline]
    fn bucket(
        &mut self,
        program: &Program,
        by: &ByProgram,
        unit: ValueRef<'_>,
        ppm: u32,
        position: Position,
    ) {
    }
    /// A split drew a variant for the unit.
    #[inline]
    fn draw(&mut self, program: &Program, by: &ByProgram, unit: ValueRef<'_>, position: Position) {}
    /// There was no unit to hash.
    #[inline]
    fn no_unit(&mut self, program: &Program, by: &ByProgram, value: ValueRef<'_>) {}
}

/// The observer that looks away.
pub(crate) struct Silent;

impl Observer for Silent {}
