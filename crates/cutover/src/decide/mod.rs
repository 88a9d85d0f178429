//! Deciding: conditions, flags and buckets over a compiled program.

pub(crate) mod cidr;
pub(crate) mod flag;
pub(crate) mod hashed;
pub(crate) mod machine;
pub(crate) mod number;
pub(crate) mod pattern;
pub(crate) mod semver;
pub(crate) mod test;
pub(crate) mod truth;

pub use hashed::hash_list_entry;
