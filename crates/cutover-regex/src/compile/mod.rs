//! From a pattern to words: text → tree → steps → table, or steps where the table would be large.

mod alphabet;
mod class;
mod encode;
mod error;
mod escape;
mod look;
mod minimize;
mod parse;
mod ranges;
mod steps;
mod table;
mod tree;

pub use error::{Error, ErrorKind};

use alloc::vec::Vec;

/// How large a pattern may be. A limit beyond what the form of a program allows for counts as the largest possible one:
/// 2048 bytes, 128 levels, a size of 65,536, tables of 16,384 words.
///
/// ```
/// use cutover_regex::{ErrorKind, Limits, compile};
/// let small = Limits { size: 2048, ..Limits::default() };
/// assert!(compile("[a-z]{20}", &small).is_ok());
/// assert_eq!(compile("[a-z]{200}", &small).unwrap_err().kind(), ErrorKind::TooLarge);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest pattern, in bytes; 1024.
    pub bytes: usize,
    /// How deep a pattern may be nested, as `regex-lite` counts it; 32. Groups, repetitions, sequences and
    /// alternatives are a level each.
    pub nesting: u32,
    /// How large the pattern may become once its repetitions are written out: the bytes of `regex-lite`'s own program
    /// on a machine of 64 bits; 65,536. A character is about 32.
    pub size: u32,
    /// The most words that the rows of a table may have; 4096, which are 16 KiB. A pattern whose table would be larger
    /// becomes steps; with 0, every pattern that does not match everything or nothing.
    pub table: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1024, nesting: 32, size: MAX_SIZE, table: 4096 }
    }
}

/// Offsets, symbols and sets of such a pattern fit their fields.
const MAX_BYTES: usize = 2048;
/// What calls itself, does so this often at most.
const MAX_NESTING: u32 = 128;
/// Fewer than [`crate::format::MAX_STEPS`] steps: each step is 18 at least.
const MAX_SIZE: u32 = 64 * 1024;
/// The offsets of such rows fit half a word.
const MAX_TABLE: usize = 16 * 1024;

/// Compiles a pattern to a program, which [`is_match`](crate::is_match) runs and which may be kept and sent.
///
/// The same pattern gives the same words everywhere, and words that [`validate`](crate::validate) accepts. Takes at
/// most some milliseconds, whatever the pattern is.
///
/// # Errors
/// Where the pattern is no regular expression, or larger than the limits: where `regex-lite` refuses it.
///
/// ```
/// use cutover_regex::{Limits, compile, is_match};
/// let program = compile(r"^[a-z]+-\d{3}$", &Limits::default())?;
/// assert_eq!(is_match(&program, b"release-042"), Some(true));
/// let error = compile("(?=a)", &Limits::default()).unwrap_err();
/// assert_eq!((error.message(), error.offset()), ("look-around is not supported", 0));
/// # Ok::<(), cutover_regex::Error>(())
/// ```
pub fn compile(pattern: &str, limits: &Limits) -> Result<Vec<u32>, Error> {
    let mut work = usize::MAX;
    compile_within(pattern, limits, &mut work)
}

/// Like [`compile`], for many patterns of somebody who may mean harm: what building tables takes (steps, cells and
/// comparisons, some nanoseconds each) is taken off `work`, and once that is 0 patterns become steps without a try.
///
/// # Errors
/// Those of [`compile`].
///
/// ```
/// use cutover_regex::{Limits, compile_within, threads};
/// let mut work = 1000;
/// assert_eq!(threads(&compile_within("^a{20}$", &Limits::default(), &mut work)?), 1);
/// assert!(work < 1000);
/// work = 0;
/// assert!(threads(&compile_within("^a{20}$", &Limits::default(), &mut work)?) > 1);
/// # Ok::<(), cutover_regex::Error>(())
/// ```
pub fn compile_within(pattern: &str, limits: &Limits, work: &mut usize) -> Result<Vec<u32>, Error> {
    if pattern.len() > limits.bytes.min(MAX_BYTES) {
        return Err(Error::new(error::Problem::Bytes, 0));
    }
    let limits = Limits {
        bytes: limits.bytes,
        nesting: limits.nesting.min(MAX_NESTING),
        size: limits.size.min(MAX_SIZE),
        table: limits.table.min(MAX_TABLE),
    };
    let (mut tree, root) = parse::parse(pattern, &limits)?;
    let steps = steps::Steps::of(&tree, root);
    let sets = tree.set_count();
    let alphabet = alphabet::Alphabet::of(&mut tree, &steps.masks);
    if let Some(mut rows) = table::table(&steps, &alphabet, work) {
        let symbols = alphabet.symbols();
        let start = minimize::minimize(&mut rows, symbols, work);
        // Rows 0 and 1 are not in the program.
        let live = rows.len() / symbols as usize - crate::format::LIVE as usize;
        if start < crate::format::LIVE || live * crate::format::row_words(symbols) as usize <= limits.table {
            return Ok(encode::table(&rows, start, &alphabet));
        }
    }
    Ok(encode::steps(&steps, &alphabet, sets))
}
