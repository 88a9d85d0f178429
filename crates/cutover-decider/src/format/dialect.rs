//! What rulesets that other systems' documents became take: named hash contracts, ranges of their positions, and tests of
//! converted values.

/// Words of a [hash contract](crate::contract): which hash, a salt, how many positions there are, and whose unit; the
/// attributes follow.
pub mod contract {
    /// The number of the hash in [`NUMBER`], and [`FIRST_OF`].
    pub const HASH: u32 = 0;
    /// What units are hashed with, a text; [`NONE`](super::super::NONE) as its offset where there is none.
    pub const SALT: u32 = 1;
    /// How many positions there are, two words.
    pub const TOTAL: u32 = 3;
    /// How many attributes there are.
    pub const COUNT: u32 = 5;
    /// A text for units without any of them; [`NONE`](super::super::NONE) as its offset where there is none.
    pub const OTHERWISE: u32 = 6;
    /// The size of what comes before the attributes.
    pub const WORDS: u32 = 8;

    /// The bits of the number of the hash.
    pub const NUMBER: u32 = 0xFF;
    /// The unit is the first attribute with something in it; otherwise the only attribute as it is.
    pub const FIRST_OF: u32 = 0x100;
}

/// Words of ranges of positions: the place of a [`contract`], a count, and the ranges.
pub mod ranges {
    /// The place of the contract.
    pub const CONTRACT: u32 = 0;
    /// How many ranges there are.
    pub const COUNT: u32 = 1;
    /// The size of what comes before the ranges.
    pub const WORDS: u32 = 2;
    /// A range: its first position and the first one behind it, two words each.
    pub const RANGE_WORDS: u32 = 4;
}

/// Words of the test of a converted value: how it is converted, and the code and operand of the test.
pub mod converted {
    /// What it is read [`AS`], [`IGNORE_CASE`] and [`EACH`].
    pub const HOW: u32 = 0;
    /// The code of the test.
    pub const CODE: u32 = 1;
    /// Its operand.
    pub const OPERAND: u32 = 2;
    /// The size of it.
    pub const WORDS: u32 = 3;

    /// The bits of what a value is read as; as it is where they are 0.
    pub const AS: u32 = 7;
    /// A text is read as a number.
    pub const NUMBER: u32 = 1;
    /// A boolean or a number is written as a text.
    pub const TEXT: u32 = 2;
    /// A version may begin with `v`, be a number, and lack its last parts.
    pub const VERSION: u32 = 3;
    /// A version may lack its last parts.
    pub const PARTIAL_VERSION: u32 = 4;
    /// A text is a [padded version](crate::pad_version).
    pub const PADDED_VERSION: u32 = 5;
    /// A list is the number of its items.
    pub const SIZE: u32 = 6;
    /// Texts are compared in lower case, in which those of the test are.
    pub const IGNORE_CASE: u32 = 8;
    /// Of a list it is the test of each item, and holds where one of them passes it.
    pub const EACH: u32 = 16;
}
