//! See `cutover_fuzz::import`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cutover_fuzz::import(data));
