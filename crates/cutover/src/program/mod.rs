//! Programs: a ruleset compiled to flat tables, immutable, shareable, identified by its digest.

pub(crate) mod index;
pub(crate) mod op;
pub(crate) mod set;
pub(crate) mod zone;

use crate::bucket::Salt;
use crate::context::AttributeId;
use crate::diagnostic::Diagnostic;
use crate::migration::CompiledMigration;
use crate::ruleset::serve::Share;
use crate::value::Value;
use index::NameIndex;
use op::{Op, Tables};

/// A compiled ruleset.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) digest: u128,
    pub(crate) digest_text: String,
    /// The paths of the attributes that something reads; an [`AttributeId`] is an index into it.
    pub(crate) attributes: Vec<String>,
    /// Sorted by name.
    pub(crate) flags: Vec<FlagProgram>,
    pub(crate) flag_names: NameIndex,
    pub(crate) rules: Vec<RuleProgram>,
    pub(crate) requires: Vec<RequireProgram>,
    /// All conditions, one after the other.
    pub(crate) code: Vec<Op>,
    /// The path in the document that each instruction comes from, for explanations.
    pub(crate) code_paths: Vec<Box<str>>,
    pub(crate) segments: Vec<SegmentProgram>,
    pub(crate) tables: Tables,
    /// Sorted by name.
    pub(crate) migrations: Vec<CompiledMigration>,
    /// Flags with a day on which they expire, in milliseconds, and what to say then.
    pub(crate) expiries: Vec<(i64, Diagnostic)>,
}

/// A range of instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

#[derive(Debug)]
pub(crate) struct FlagProgram {
    pub(crate) name: String,
    pub(crate) enabled: bool,
    /// Sorted by name.
    pub(crate) variants: Vec<(String, Value)>,
    pub(crate) default: Option<u16>,
    /// Ranges of [`Program::requires`] and [`Program::rules`].
    pub(crate) requires: std::ops::Range<u32>,
    pub(crate) rules: std::ops::Range<u32>,
    /// What it may read, its prerequisites included, in order.
    pub(crate) reads: Vec<AttributeId>,
    /// True where the answer depends on the time.
    pub(crate) reads_time: bool,
    pub(crate) salt: Salt,
    /// What a split inside a rollout hashes with, so that the two draws are independent.
    pub(crate) inner_salt: Salt,
}

impl FlagProgram {
    /// True where everybody gets the same answer at any time.
    pub(crate) fn is_static(&self) -> bool {
        self.reads.is_empty() && !self.reads_time
    }
}

#[derive(Debug)]
pub(crate) struct SegmentProgram {
    pub(crate) name: String,
    pub(crate) code: Code,
}

#[derive(Debug)]
pub(crate) struct RequireProgram {
    pub(crate) flag: u32,
    pub(crate) variants: Vec<u16>,
    pub(crate) path: Box<str>,
}

#[derive(Debug)]
pub(crate) struct RuleProgram {
    pub(crate) condition: Option<Code>,
    pub(crate) serve: ServeProgram,
    pub(crate) path: Box<str>,
}

#[derive(Debug)]
pub(crate) enum ServeProgram {
    Variant(u16),
    Share { share: Share, variant: u16, otherwise: Option<u16>, by: ByProgram },
    Split { split: Split, within: Option<Share>, otherwise: Option<u16>, by: ByProgram },
}

/// Cut points of a split: a unit takes the first variant whose cut lies above its position.
#[derive(Debug)]
pub(crate) struct Split {
    /// Variants without weight are left out; the last cut is 2^32.
    pub(crate) cuts: Vec<(u64, u16)>,
}

#[derive(Debug)]
pub(crate) enum ByProgram {
    /// Version 1, of one attribute.
    Xxh3(AttributeId),
    /// The imported hash, of the first attribute that is a text with something in it.
    Java31 { attributes: Vec<AttributeId>, otherwise: Option<String> },
}

impl Program {
    pub(crate) fn flag(&self, name: &str) -> Option<u32> {
        self.flag_names.find(name, |index| self.flags.get(index as usize).map(|flag| flag.name.as_str()))
    }
}

impl Split {
    /// The variant of everybody, where one has all the weight: that needs no unit.
    pub(crate) fn only(&self) -> Option<u16> {
        match self.cuts.as_slice() {
            [(_, only)] => Some(*only),
            _ => None,
        }
    }
}
