//! See `cutover_fuzz::ruleset`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cutover_fuzz::ruleset(data));
