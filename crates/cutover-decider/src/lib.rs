//! The decider of Cutover: it loads a compiled ruleset and decides, and carries neither parser nor compiler.
//!
//! A [`Program`] is one arena of words and one of text; [`format`] says what lies where. The crate `cutover`
//! compiles rulesets to programs and decides with this crate; a browser that gets its programs compiled needs no
//! more than this. Deciding is pure and does not allocate; whatever bytes a program is loaded from, deciding with it
//! neither panics nor takes more than a bounded number of steps.
//!
//! ```
//! use cutover_decider::{Program, ProgramError};
//! assert_eq!(Program::from_bytes(b"{}").err(), Some(ProgramError::NoProgram));
//! ```

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

extern crate alloc;

mod arena;
pub mod bucket;
mod context;
pub mod contract;
mod cost;
pub mod decide;
#[doc(hidden)]
pub mod decimal;
pub mod format;
#[cfg(not(cutover_smallest))]
mod framed;
mod hash;
pub mod migration;
mod outcome;
pub mod packed;
mod program;
mod rows;
mod validate;
mod value;

pub use arena::{Arena, View, split_words};
pub use context::{AttributeId, ContextView};
pub use cost::{contract_steps, instruction_steps, salt_steps, variants_steps};
pub use decide::cidr::wide_words;
pub use decide::hashed as hash_list;
pub use decide::{pad_version, set_bit, set_head};
pub use outcome::{ErrorCode, MAX_PER_FLAG, Outcome, Reason};
pub use program::{Program, ProgramError, names};
pub use rows::{number_text, write_json_text};
pub use value::{Items, ListRef, ValueRef, whole};
