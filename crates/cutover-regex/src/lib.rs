//! Regular expressions that travel as data.
//!
//! [`compile`] turns a pattern into a program of `u32` words; [`is_match`] says whether the program matches
//! somewhere in a text. Who only matches carries no compiler (switch the feature `compile` off), and the words may
//! lie anywhere in a larger arena. The same pattern gives the same words on every platform.
//!
//! The syntax and its meaning are exactly those of the crate `regex-lite` 0.1 (MIT or Apache-2.0), whose grammar this
//! one follows rule by rule: Unicode scalar values, but ASCII alone for `\d`, `\w`, `\s`, `\b` and `(?i)`. Only
//! whether there is a match is ever asked, so captures have no effect and greedy is the same as lazy. One thing is more
//! generous: the name of a group may have any character behind ASCII, not only those that some version of Unicode calls
//! letters and digits.
//!
//! ```
//! # #[cfg(feature = "compile")] {
//! use cutover_regex::{Limits, compile, is_match, validate};
//! let program = compile(r"@example\.com$", &Limits::default())?;
//! assert!(validate(&program));
//! assert_eq!(is_match(&program, b"ada@example.com"), Some(true));
//! assert_eq!(is_match(&program, b"ada@example.community"), Some(false));
//! assert_eq!(is_match(&program, b"\xff"), None);
//! # }
//! # Ok::<(), cutover_regex::Error>(())
//! ```
//!
//! A program has one of two forms. A *table* is a minimal automaton with a row for each state: one look-up for each
//! character, and an end as soon as the answer is known. *Steps* are for the patterns whose table would be large, such
//! as `[ab].{40}c`: a set of threads walks through them, in time linear in the text and in the number of steps.

#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used
)]

#[cfg(feature = "compile")]
extern crate alloc;

#[cfg(feature = "compile")]
mod compile;
mod format;
mod run;
mod validate;

#[cfg(feature = "compile")]
pub use compile::{Error, ErrorKind, Limits, compile, compile_within};
pub use run::{is_match, is_match_str};
pub use validate::{threads, validate};
