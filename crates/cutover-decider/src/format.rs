//! The format of a program: what lies at which word.
//!
//! A program is an arena of 32-bit words and one of text. A *place* is an index of a word; a *text* is two words,
//! offset and length in bytes of the text arena; a 64-bit number is two words, the lower one first. Numbers that are
//! absent are [`NONE`]. Everything is reached from the header, so that a table that grows is written anew at the end
//! and the rest stays where it is.
//!
//! In a file, the words are little-endian and come behind a prefix that names format, version, sizes and a checksum:
//!
//! ```text
//! 0..4    "CUTP"
//! 4..8    version, u32
//! 8..12   words, u32
//! 12..16  bytes of text, u32
//! 16..24  xxh3_64 of everything behind
//! ```

mod dialect;

pub use dialect::{contract, converted, ranges};

/// What a program in a file begins with.
pub const MAGIC: [u8; 4] = *b"CUTP";
/// The version of the format. A program of another version is compiled again from its ruleset.
pub const VERSION: u32 = 4;
/// The bytes before the words in a file.
pub const PREFIX_BYTES: usize = 24;

/// A number, or place, that there is not.
pub const NONE: u32 = u32::MAX;
/// A variant that there is not.
pub const NO_VARIANT: u32 = 0xFFFF;

/// Words of the header, at place 0.
pub mod header {
    /// The digest of the ruleset, four words, the lowest first.
    pub const DIGEST: u32 = 0;
    /// Place and count of each table: flags, index of names, attributes, segments, values, paths, zones, migrations.
    pub const FLAGS: u32 = 4;
    /// The index of the flags' names: slots of two words, upper half of the hash and number plus one.
    pub const NAMES: u32 = 6;
    /// The paths of the attributes, as texts.
    pub const ATTRIBUTES: u32 = 8;
    /// Named conditions.
    pub const SEGMENTS: u32 = 10;
    /// The values of the variants, as texts of JSON.
    pub const VALUES: u32 = 12;
    /// Paths of conditions below their rule or segment, as texts.
    pub const PATHS: u32 = 14;
    /// Time zones.
    pub const ZONES: u32 = 16;
    /// Migrations.
    pub const MIGRATIONS: u32 = 18;
    /// A text of JSON for whoever shows the program to people; deciding needs none of it.
    pub const NOTES: u32 = 20;
    /// The size of the header.
    pub const WORDS: u32 = 24;
}

/// Words of a flag.
pub mod flag {
    /// Its name, a text.
    pub const NAME: u32 = 0;
    /// [`ENABLED`] and its neighbours; the default variant in the upper half.
    pub const BITS: u32 = 2;
    /// The packed outcome for everybody, where the flag is [`FIXED`].
    pub const OUTCOME: u32 = 3;
    /// Place and count of its prerequisites: places of [`require`](super::require) records.
    pub const REQUIRES: u32 = 4;
    /// Place and count of its rules.
    pub const RULES: u32 = 6;
    /// Place and count of its variants: name, a text, and the index of the value.
    pub const VARIANTS: u32 = 8;
    /// Place and count of the attributes that it may read, ascending.
    pub const READS: u32 = 10;
    /// What it hashes with, a text in its [frame](super::frame).
    pub const SALT: u32 = 12;
    /// The most steps that a decision takes.
    pub const STEPS: u32 = 14;
    /// How many flags and segments it may ask in a chain.
    pub const DEPTH: u32 = 15;
    /// The size of a flag.
    pub const WORDS: u32 = 16;

    /// The flag decides.
    pub const ENABLED: u32 = 1;
    /// Its answer depends on the time.
    pub const READS_TIME: u32 = 2;
    /// Everybody gets the same answer at any time.
    pub const FIXED: u32 = 4;
    /// Another flag asks it.
    pub const ASKED: u32 = 8;
    /// The size of a variant.
    pub const VARIANT_WORDS: u32 = 3;
}

/// Words of a rule.
pub mod rule {
    /// What it serves: [`VARIANT`], [`SHARE`] or another kind, with [`RAMP`]; from bit 12 on its index among the rules of
    /// the document, as an outcome has it.
    pub const SERVE: u32 = 0;
    /// Its condition: the head of its only test, or [`ALWAYS`], or [`MANY`].
    pub const TEST: u32 = 1;
    /// The operand of its only test; for [`MANY`] the place where the code of the condition ends.
    pub const OPERAND: u32 = 2;
    /// Where the code of its condition begins; [`NONE`](super::NONE) where it has none. Of an only test it is what an
    /// explanation shows.
    pub const CODE: u32 = 3;
    /// The variant in the lower half, and in the upper the one for the units outside.
    pub const VARIANTS: u32 = 4;
    /// The attribute of the unit; the place of a [`contract`](super::contract) for [`SHARE_BY`] and [`SPLIT_BY`].
    pub const UNIT: u32 = 5;
    /// The share in millionths; the place of a ramp for [`RAMP`].
    pub const PPM: u32 = 6;
    /// The place of the cut points of a split.
    pub const CUTS: u32 = 7;
    /// The size of a rule.
    pub const WORDS: u32 = 8;

    /// One variant for everybody who matches.
    pub const VARIANT: u32 = 0;
    /// A variant for a share of the units.
    pub const SHARE: u32 = 1;
    /// Variants by weight.
    pub const SPLIT: u32 = 2;
    /// Variants by weight, for a share of the units.
    pub const SPLIT_WITHIN: u32 = 3;
    /// One variant for everybody who matches a condition that asks for a bucket.
    pub const DRAWN: u32 = 4;
    /// A variant for a share of the units by a named contract.
    pub const SHARE_BY: u32 = 5;
    /// Variants by weight by a named contract; whoever lies beyond the last cut gets the variant in the upper half.
    pub const SPLIT_BY: u32 = 6;
    /// The bits of the kinds above.
    pub const KIND: u32 = 0xF;
    /// How far up in [`SERVE`] the index of the rule is.
    pub const NUMBER_SHIFT: u32 = 12;
    /// It has no condition.
    pub const ALWAYS: u32 = 0;
    /// Its condition is anything else than one test.
    pub const MANY: u32 = 0x7F;
    /// The share is a function of time.
    pub const RAMP: u32 = 0x20;
}

/// What lies around a salt in the arena of text, so that hashing takes both as they are: before it the bytes that every
/// hashed text begins with, behind it the tag of a text. Longer salts have none, and are hashed in pieces.
pub mod frame {
    /// The bytes before a salt: a version and the length, little-endian.
    pub const HEAD_BYTES: u32 = 5;
    /// The longest salt that has a frame.
    pub const MAX_SALT_BYTES: u32 = 32;
    /// So many bytes are read at once, from shortly before a frame on; the text of a program ends with as many that are
    /// nothing.
    pub const READ_BYTES: usize = 51;
}

/// Words of a prerequisite, or of a condition on a flag.
pub mod require {
    /// The number of the flag.
    pub const FLAG: u32 = 0;
    /// The index of its path.
    pub const PATH: u32 = 1;
    /// How many variants would do; they follow, a word each.
    pub const VARIANTS: u32 = 2;
    /// The size of what comes before the variants.
    pub const WORDS: u32 = 3;
}

/// Words of a segment.
pub mod segment {
    /// Its name, a text.
    pub const NAME: u32 = 0;
    /// Where its condition begins.
    pub const CODE: u32 = 2;
    /// Where its condition ends.
    pub const END: u32 = 3;
    /// The most steps that it takes.
    pub const STEPS: u32 = 4;
    /// How many flags and segments it may ask in a chain; in the uppermost bit whether it depends on the time.
    pub const DEPTH: u32 = 5;
    /// Place and count of the attributes that it may read, ascending.
    pub const READS: u32 = 6;
    /// The size of a segment.
    pub const WORDS: u32 = 8;
    /// The bit of [`DEPTH`] that says that it depends on the time.
    pub const READS_TIME: u32 = 1 << 31;
}

/// Words of an instruction. Conditions are evaluated from left to right with one accumulator and a stack of two bits
/// per open `all` or `any`; see [`Machine`](crate::decide::Machine).
pub mod op {
    /// The code in the lowest seven bits, [`NEGATE`], and from bit 8 on the attribute of a test.
    pub const CODE: u32 = 0;
    /// The index of the path of the condition.
    pub const PATH: u32 = 1;
    /// The number of the operator, for explanations.
    pub const OPERATOR: u32 = 2;
    /// The place of what is compared with; how far behind the start of the condition to go on; or a number.
    pub const OPERAND: u32 = 3;
    /// The size of an instruction.
    pub const WORDS: u32 = 4;

    /// The bit of [`CODE`] that turns a test around.
    pub const NEGATE: u32 = 0x80;
    /// The bits of the code.
    pub const KIND: u32 = 0x7F;

    /// One of a [set](super::set).
    pub const SET: u32 = 1;
    /// One of a hashed list: salt (a text), count, and digests of eight words, ascending, most significant first.
    pub const HASHED: u32 = 2;
    /// Within [bounds](super::bounds).
    pub const RANGE: u32 = 3;
    /// Place of a set of items, place of [texts](super::texts).
    pub const CONTAINS: u32 = 4;
    /// Begins with one of these texts.
    pub const STARTS_WITH: u32 = 5;
    /// Ends with one of these texts.
    pub const ENDS_WITH: u32 = 6;
    /// A regular expression: its text, the size of its automaton, and the automaton.
    pub const MATCHES: u32 = 7;
    /// Is there (1), or is not (0).
    pub const EXISTS: u32 = 8;
    /// A range of versions: see [`versions`](super::versions).
    pub const SEMVER: u32 = 9;
    /// Before an instant in milliseconds, two words.
    pub const BEFORE: u32 = 10;
    /// After an instant.
    pub const AFTER: u32 = 11;
    /// In one of these networks: count, then address and mask of four words each, lowest first.
    pub const CIDR: u32 = 12;
    /// Another test, of the value [converted](super::converted).
    pub const CONVERTED: u32 = 13;
    /// A text between others: the words of [bounds](super::bounds), with texts in the place of numbers.
    pub const ORDER: u32 = 14;
    /// The last of the tests.
    pub const LAST_TEST: u32 = ORDER;

    /// A segment, by its number.
    pub const SEGMENT: u32 = 16;
    /// Another flag: the place of a [`require`](super::require) record.
    pub const FLAG: u32 = 17;
    /// A [window](super::window) of time.
    pub const TIME: u32 = 18;
    /// Turns the accumulator around.
    pub const NOT: u32 = 19;
    /// Opens an `all` (0) or an `any` (1).
    pub const BEGIN: u32 = 20;
    /// Takes the accumulator into the innermost `all`; goes on at the operand where that is decided.
    pub const JOIN_ALL: u32 = 21;
    /// The same for `any`.
    pub const JOIN_ANY: u32 = 22;
    /// Closes the innermost `all` or `any` and sets the accumulator to it.
    pub const END: u32 = 23;
    /// Makes an accumulator that is unknown true (1) or false (0).
    pub const SETTLE: u32 = 24;
    /// A position in one of these [ranges](super::ranges).
    pub const BUCKET: u32 = 25;
}

/// Words of a set of scalars.
pub mod set {
    /// How many texts there are.
    pub const TEXTS: u32 = 0;
    /// How many integers.
    pub const INTS: u32 = 1;
    /// How many floats.
    pub const FLOATS: u32 = 2;
    /// Bit 0: false is in the set; bit 1: true is. Above them the number of slots of the index of the texts.
    pub const BITS: u32 = 3;
    /// A bit for the first bytes of each text, by which most other texts are told apart: see
    /// [`set_bit`](crate::set_bit).
    pub const FILTER: u32 = 4;
    /// The size of what comes before the texts, which are sorted and take [`TEXT_WORDS`] each; integers (sorted),
    /// floats, two words each, and slots as in the index of names follow.
    pub const WORDS: u32 = 5;
    /// A text, and its first four bytes.
    pub const TEXT_WORDS: u32 = 3;
    /// Up to so many texts are compared one by one, which beats hashing.
    pub const FEW: u32 = 4;
}

/// Words of a list of texts: a count, and the texts.
pub mod texts {
    /// The size of what comes before the texts.
    pub const WORDS: u32 = 1;
}

/// Words of the bounds of a number.
pub mod bounds {
    /// Which there are, whether they belong to it, and whether they are floats.
    pub const BITS: u32 = 0;
    /// The lower bound, two words.
    pub const LOW: u32 = 1;
    /// The upper bound, two words.
    pub const HIGH: u32 = 3;
    /// The size of bounds.
    pub const WORDS: u32 = 5;
    /// Bits of the lower bound; those of the upper one are the same, shifted by [`SHIFT`].
    pub const THERE: u32 = 1;
    /// The bound itself is inside.
    pub const INCLUSIVE: u32 = 2;
    /// The bound is a float.
    pub const FLOAT: u32 = 4;
    /// How far the bits of the upper bound are from those of the lower.
    pub const SHIFT: u32 = 3;
}

/// Words of a range of versions: its text, a count of alternatives; each is a count of comparators and those.
pub mod versions {
    /// The size of what comes before the alternatives.
    pub const WORDS: u32 = 3;
    /// A comparator: [`EQUAL`] or another bound, major, minor, patch in two words each, pre-release as a text.
    pub const COMPARATOR_WORDS: u32 = 9;
    /// `=`.
    pub const EQUAL: u32 = 0;
    /// `<`.
    pub const BELOW: u32 = 1;
    /// `<=`.
    pub const AT_MOST: u32 = 2;
    /// `>`.
    pub const ABOVE: u32 = 3;
    /// `>=`.
    pub const AT_LEAST: u32 = 4;
}

/// Words of a window of time.
pub mod window {
    /// [`HOURS`], [`AFTER`] and [`BEFORE`], and the days, Monday as the lowest, from bit 8.
    pub const BITS: u32 = 0;
    /// Seconds after local midnight, from and to.
    pub const FROM: u32 = 1;
    /// The end of the hours.
    pub const TO: u32 = 2;
    /// The number of the zone.
    pub const ZONE: u32 = 3;
    /// The instant it begins at, two words.
    pub const AFTER_MS: u32 = 4;
    /// The instant it ends before, two words.
    pub const BEFORE_MS: u32 = 6;
    /// The size of a window.
    pub const WORDS: u32 = 8;
    /// There are hours.
    pub const HOURS: u32 = 1;
    /// There is a first instant.
    pub const AFTER: u32 = 2;
    /// There is a last instant.
    pub const BEFORE: u32 = 4;
}

/// Words of a time zone.
pub mod zone {
    /// Its name, a text.
    pub const NAME: u32 = 0;
    /// The offset before the first transition, in seconds east of UTC.
    pub const FIRST: u32 = 2;
    /// Place and count of the transitions: an instant in milliseconds, two words, and the offset from then on.
    pub const TRANSITIONS: u32 = 3;
    /// The size of a zone.
    pub const WORDS: u32 = 5;
    /// The size of a transition.
    pub const TRANSITION_WORDS: u32 = 3;
}

/// Words of a migration.
pub mod migration {
    /// Its name, a text.
    pub const NAME: u32 = 0;
    /// The phase of the document, or [`NONE`](super::NONE).
    pub const PHASE: u32 = 2;
    /// How many phases its ladder has.
    pub const PHASES: u32 = 3;
    /// [`EMERGENCY`] and [`COHORT`].
    pub const BITS: u32 = 4;
    /// The switches in the order of their roles: name (a text; offset [`NONE`](super::NONE): no such switch), and
    /// what it holds while the caller gives none (0, 1, or [`NONE`](super::NONE)).
    pub const SWITCHES: u32 = 5;
    /// The words of a switch.
    pub const SWITCH_WORDS: u32 = 3;
    /// The cohort: its phase, its share in millionths or the place of a ramp, its unit, its salt (a text).
    pub const COHORT_PHASE: u32 = 17;
    /// The share of the cohort.
    pub const COHORT_PPM: u32 = 18;
    /// The attribute of the unit.
    pub const COHORT_UNIT: u32 = 19;
    /// What the cohort hashes with, a text in its [frame](super::frame).
    pub const COHORT_SALT: u32 = 20;
    /// Place and count of the routes, texts of JSON with an empty digest: those of each part of the calendar, one part
    /// after the other.
    pub const ROUTES: u32 = 22;
    /// Place and count of the instants at which parts of the calendar begin, ascending, two words each; the first part is
    /// before the first of them.
    pub const INSTANTS: u32 = 24;
    /// The size of a migration.
    pub const WORDS: u32 = 26;
    /// An emergency is on where no switch says otherwise.
    pub const EMERGENCY: u32 = 1;
    /// There is a cohort.
    pub const COHORT: u32 = 2;
    /// The share of the cohort is a ramp.
    pub const RAMP: u32 = 4;
}

/// Words of a ramp: a count of points; each is an instant in milliseconds, two words, and a share in millionths.
pub mod ramp {
    /// The size of what comes before the points.
    pub const WORDS: u32 = 1;
    /// The size of a point.
    pub const POINT_WORDS: u32 = 3;
}

/// Words of the cut points of a split: a count; each is a position, two words, and the variant of the units below it
/// that no earlier one took. The last position is 2^32, but by a named contract.
pub mod cuts {
    /// The size of what comes before the cut points.
    pub const WORDS: u32 = 1;
    /// The size of a cut point.
    pub const CUT_WORDS: u32 = 3;
}

/// The most instructions that one decision may take, prerequisites included.
pub const MAX_STEPS: u32 = 1_000_000;
/// The most steps that deciding all flags may take, the segments counted once more: loading looks at each of them.
pub const MAX_ALL_STEPS: u64 = 1 << 27;
/// The most variants that the flags may have together.
pub const MAX_ALL_VARIANTS: u64 = 1 << 23;
/// The longest chain of flags and segments that refer to each other.
pub const MAX_CHAIN: u32 = 32;
/// How deep groups may be nested in a condition: two bits each in a word of 64.
pub const MAX_GROUPS: u32 = 32;
