//! See `cutover_fuzz::question`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cutover_fuzz::question(data));
