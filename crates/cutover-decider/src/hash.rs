//! The hash that buckets, names and checksums have in common.

use xxhash_rust::xxh3::xxh3_64;

/// XXH3, 64 bits, seed 0. A module that is downloaded carries it once; elsewhere it is inlined, for a decision is hardly
/// more than this.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline)]
pub(crate) fn hash64(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}
