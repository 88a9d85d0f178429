//! How large a document may be. Each limit is far above what people write and far below what hurts.

/// The largest text that is read, in bytes.
pub(crate) const MAX_TEXT_BYTES: usize = 32 * 1024 * 1024;

/// How deep lists and mappings may be nested.
pub(crate) const MAX_DEPTH: usize = 64;

/// How many values a document may hold, counting what YAML aliases repeat.
pub(crate) const MAX_NODES: usize = 4_000_000;

/// How many problems of one document are collected. Whoever has a hundred to mend reads no further.
pub(crate) const MAX_PROBLEMS: usize = 100;

/// How many words and signs one YAML value in flow style (`[…]`, `{…}`) or one text may have. The YAML reader
/// keeps all of a flow collection in memory before it hands out the first part, at some 200 bytes a part.
#[cfg(feature = "yaml")]
pub(crate) const MAX_FLOW_PARTS: usize = 1_000_000;
