//! Deciding: conditions, flags and buckets over a program.

mod address;
pub mod cidr;
#[cfg(not(cutover_smallest))]
pub(crate) mod convert;
mod drawn;
mod flag;
pub mod hashed;
pub mod instant;
mod machine;
pub mod number;
mod observer;
mod padded;
pub mod semver;
mod set;
mod share;
mod test;
pub mod truth;
mod window;

pub use flag::decide;
pub(crate) use flag::flag_record;
pub use machine::Machine;
pub(crate) use observer::Walking;
pub use observer::{Observer, Position, Rule, Silent};
pub use padded::pad_version;
pub use set::{bit as set_bit, head as set_head};
pub(crate) use share::share_at;
