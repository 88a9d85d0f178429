//! See `cutover_fuzz::program`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cutover_fuzz::program(data));
