//! The fuzzed properties over random input, on stable Rust: what runs where no fuzzer does.

use cutover_testkit::generate::case;
use cutover_testkit::random::Random;

const ROUNDS: u64 = 3000;

fn damage(random: &mut Random, text: &mut Vec<u8>) {
    for _ in 0..random.below(6) {
        let at = random.below(text.len());
        match random.below(3) {
            0 => text[at] = b"{}[]:,\"'&*!|>%@\n\t \x00\xff\\0"[random.below(22)],
            1 if text.len() > 1 => drop(text.remove(at)),
            _ => text.truncate(at.max(1)),
        }
    }
}

#[test]
fn damaged_rulesets_are_refused_or_loaded() {
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed);
        let mut text = case(seed).ruleset.into_bytes();
        damage(&mut random, &mut text);
        cutover_fuzz::ruleset(&text);
    }
}

/// Random bytes, a few hundred at a time.
fn over_bytes(property: fn(&[u8])) {
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed);
        let data: Vec<u8> = (0..16 + random.below(400)).map(|_| random.bits().to_le_bytes()[0]).collect();
        property(&data);
    }
}

#[test]
fn any_context_is_answered() {
    over_bytes(cutover_fuzz::decide);
}

#[test]
fn forged_programs_are_refused_or_decide_soon() {
    over_bytes(cutover_fuzz::program);
}

#[test]
fn whoever_is_in_a_share_stays_in() {
    over_bytes(cutover_fuzz::shares);
}

#[test]
fn machines_take_or_refuse_any_order_of_events() {
    over_bytes(cutover_fuzz::machine);
}

#[test]
fn any_question_is_answered_or_refused() {
    over_bytes(cutover_fuzz::question);
}

/// A document of another system, damaged in a few places.
#[test]
fn damaged_documents_are_imported_or_refused() {
    let documents: [&[u8]; 4] = [
        include_bytes!("../corpus-seeds/unleash.json"),
        include_bytes!("../corpus-seeds/flagd.json"),
        include_bytes!("../corpus-seeds/eppo.json"),
        include_bytes!("../corpus-seeds/features.yaml"),
    ];
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed);
        let mut text = documents[random.below(documents.len())].to_vec();
        damage(&mut random, &mut text);
        cutover_fuzz::import(&text);
    }
}

#[test]
fn two_documents_are_compared_or_refused() {
    let values = [
        "1",
        "0.1",
        "\"1\"",
        "true",
        "null",
        "\"2026-01-01T00:00:00Z\"",
        "[1,2]",
        "{\"id\":1}",
        "1e400",
        "[{\"id\":1},{\"id\":1}]",
    ];
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed);
        let mut side = || {
            let fields: Vec<String> = ["a", "b", "_id", "some_key", "someKey"]
                .iter()
                .map(|key| format!("\"{key}\":{}", values[random.below(values.len())]))
                .collect();
            format!("{{{}}}", fields.join(","))
        };
        let (control, candidate) = (side(), side());
        // `arbitrary` takes fixed parts from the front, and the lengths of texts from the back.
        let mut data: Vec<u8> = (0..10).map(|_| random.bits().to_le_bytes()[0]).collect();
        data.extend(control.bytes());
        data.extend(candidate.bytes());
        data.push(u8::try_from(control.len() & 0xff).unwrap_or(0));
        cutover_fuzz::compare(&data);
    }
}
