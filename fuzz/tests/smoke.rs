//! The fuzzed properties over random input, on stable Rust: what runs where no fuzzer does.

use cutover_testkit::generate::case;
use cutover_testkit::random::Random;

const ROUNDS: u64 = 3000;

#[test]
fn damaged_rulesets_are_refused_or_loaded() {
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed);
        let mut text = case(seed).ruleset.into_bytes();
        for _ in 0..random.below(6) {
            let at = random.below(text.len());
            match random.below(3) {
                0 => text[at] = b"{}[]:,\"'&*!|>%@\n\t \x00\xff\\0"[random.below(22)],
                1 if text.len() > 1 => drop(text.remove(at)),
                _ => text.truncate(at.max(1)),
            }
        }
        cutover_fuzz::ruleset(&text);
    }
}

#[test]
fn any_context_is_answered() {
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed);
        let data: Vec<u8> = (0..16 + random.below(400)).map(|_| random.bits().to_le_bytes()[0]).collect();
        cutover_fuzz::decide(&data);
    }
}

#[test]
fn forged_programs_are_refused_or_decide_soon() {
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed);
        let data: Vec<u8> = (0..16 + random.below(400)).map(|_| random.bits().to_le_bytes()[0]).collect();
        cutover_fuzz::program(&data);
    }
}
