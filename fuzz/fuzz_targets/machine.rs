//! See `cutover_fuzz::machine`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cutover_fuzz::machine(data));
