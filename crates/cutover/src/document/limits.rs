//! How large a document may be. Each limit is far above what people write and far below what hurts.

/// The largest text that is read, in bytes.
pub(crate) const MAX_TEXT_BYTES: usize = 32 * 1024 * 1024;

/// How deep lists and mappings may be nested.
pub(crate) const MAX_DEPTH: usize = 64;

/// How many values a document may hold, counting what YAML aliases repeat.
pub(crate) const MAX_NODES: usize = 4_000_000;
