//! Programs in files: the same bytes on every platform, loaded without parsing.

use super::Program;
use crate::Arena;
use crate::format::{MAGIC, PREFIX_BYTES, VERSION};
use crate::hash::hash64;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Why bytes are no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramError {
    /// They do not begin as a program does.
    NoProgram,
    /// They are of a version of the format that is not known here.
    Version(u32),
    /// There are fewer or more than they say: cut off on the way, or something follows.
    Length {
        /// How many there are.
        found: u64,
        /// How many they say.
        expected: u64,
    },
    /// They changed since they were written.
    Checksum,
    /// The text is no UTF-8.
    Text,
    /// They ask for what the smallest module leaves out.
    Beyond(&'static str),
    /// They hold what no compiler writes: the part that does not hold together.
    Unsound(&'static str),
}

impl ProgramError {
    /// One sentence that says what is so and what to do. It is put together without formatting, whose code a small
    /// module would carry for this alone.
    ///
    /// ```
    /// use cutover_decider::ProgramError;
    /// let error = ProgramError::Version(7);
    /// assert!(error.message().starts_with("the program is of version 7 of the format"));
    /// assert_eq!(error.message(), error.to_string());
    /// ```
    #[must_use]
    pub fn message(&self) -> String {
        let number = crate::number_text;
        let parts: &[&str] = match self {
            Self::NoProgram => &[
                "this is no compiled program: expected bytes that begin with `CUTP`; compile the ruleset first",
            ],
            Self::Version(found) => &[
                "the program is of version ",
                &number((*found).into()),
                " of the format, expected ",
                &number(VERSION.into()),
                "; compile the ruleset again",
            ],
            Self::Length { found, expected } => &[
                "the program has ",
                &number(*found),
                " bytes, expected ",
                &number(*expected),
                "; it was cut off or something was appended: load it again",
            ],
            Self::Checksum => {
                &["the program does not match its checksum: it changed on the way; load it again"]
            }
            Self::Text => &["the text of the program is no UTF-8; compile the ruleset again"],
            Self::Beyond(what) => &[
                "the program asks for ",
                what,
                ", which this module leaves out for its size: load it with `cutover` instead of `cutover/decider`",
            ],
            Self::Unsound(part) => {
                &["the program does not hold together (", part, "); compile the ruleset again"]
            }
        };
        parts.concat()
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for ProgramError {}

impl Program {
    /// True for bytes that begin as a program in a file does, and as no ruleset can.
    #[must_use]
    pub fn is_program(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC)
    }

    /// Loads a program from the bytes of a file: nothing is parsed, all is checked.
    ///
    /// # Errors
    /// [`ProgramError`] for whatever [`Program::to_bytes`] did not write.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProgramError> {
        let (prefix, body) = bytes.split_first_chunk::<PREFIX_BYTES>().ok_or(ProgramError::NoProgram)?;
        let [m0, m1, m2, m3, v0, v1, v2, v3, w0, w1, w2, w3, t0, t1, t2, t3, checksum @ ..] = *prefix;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(ProgramError::NoProgram);
        }
        let version = u32::from_le_bytes([v0, v1, v2, v3]);
        if version != VERSION {
            return Err(ProgramError::Version(version));
        }
        let words = u64::from(u32::from_le_bytes([w0, w1, w2, w3])) * 4;
        let text = u64::from(u32::from_le_bytes([t0, t1, t2, t3]));
        let (found, expected) = (body.len() as u64, words + text);
        let split = usize::try_from(words).ok().filter(|_| found == expected);
        let Some((words, text)) = split.and_then(|words| body.split_at_checked(words)) else {
            let prefix = PREFIX_BYTES as u64;
            return Err(ProgramError::Length { found: found + prefix, expected: expected + prefix });
        };
        if hash64(body) != u64::from_le_bytes(checksum) {
            return Err(ProgramError::Checksum);
        }
        let text = core::str::from_utf8(text).map_err(|_| ProgramError::Text)?.to_owned();
        let words = words.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
        Self::new(Arena { words, text })
    }

    /// The program as the bytes of a file, the same on every platform.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Arena { words, text } = &self.arena;
        let size = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes();
        let mut bytes = Vec::with_capacity(PREFIX_BYTES + words.len() * 4 + text.len());
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(size(words.len()));
        bytes.extend(size(text.len()));
        bytes.extend([0; 8]);
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(text.as_bytes());
        let checksum = hash64(bytes.get(PREFIX_BYTES..).unwrap_or_default()).to_le_bytes();
        if let Some(place) = bytes.get_mut(PREFIX_BYTES - checksum.len()..PREFIX_BYTES) {
            place.copy_from_slice(&checksum);
        }
        bytes
    }
}
