//! See `cutover_fuzz::compare`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cutover_fuzz::compare(data));
