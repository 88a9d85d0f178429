//! Compiled programs: the same bytes give the same answers, and other bytes no harm.

use cutover::{Attributes, Engine, ProgramError, wire};
use proptest::prelude::*;

const RULESET: &str = r#"{
  "cutover": 1, "timezone": "Europe/Paris",
  "segments": { "staff": { "if": { "any": [{ "attribute": "team", "is": "core" }, { "attribute": "mail", "matches": "@example\\.com$" }] } } },
  "flags": {
    "alpha": { "rules": [{ "if": { "segment": "staff" }, "serve": "on" }, { "serve": { "rollout": "25%", "by": "id" } }] },
    "beta": { "requires": [{ "flag": "alpha", "is": "on" }], "rules": [{ "if": { "time": { "from": "08:00", "to": "18:00" } }, "serve": "on" }] },
    "gamma": { "variants": { "a": 1.5, "b": { "x": ["é"] }, "c": null }, "default": "a", "rules": [
      { "if": { "all": [{ "attribute": "age", "between": [18, 65] }, { "not": { "attribute": "version", "semver": "^1.2.0 || 3.0.0-rc.1" } }] }, "serve": "b" },
      { "if": { "attribute": "ip", "cidr": ["10.0.0.0/8", "2001:db8::/32"] }, "serve": "c" },
      { "if": { "attribute": "tags", "contains": ["x", 7] }, "serve": "c" },
      { "serve": { "split": { "a": 1, "b": 2, "c": 3 }, "by": "id" } }] }
  },
  "migrations": { "move": { "old": "a", "new": "b", "ladder": "recruiters_four_phase", "phase": "dual_read", "switches": { "emergency": "E" } } }
}"#;

fn answers(engine: &Engine) -> String {
    let mut all = String::new();
    for number in 0..40_i64 {
        let attributes = Attributes::new()
            .with("id", number)
            .with("team", if number % 3 == 0 { "core" } else { "other" })
            .with("mail", format!("user{number}@example.{}", if number % 2 == 0 { "com" } else { "org" }))
            .with("age", number * 3)
            .with("version", format!("1.{number}.0"))
            .with("ip", format!("10.0.0.{number}"))
            .with("tags", vec![number, 7]);
        let context = engine.context(&attributes);
        for decision in engine.decide_all(&context, number * 3_600_000) {
            all += &wire::to_json(&engine.explain(decision.flag, &context, number * 3_600_000));
        }
        all += &wire::to_json(&engine.route("move", &context, 0, &[("E", number % 2 == 0)]));
    }
    all
}

#[test]
fn a_program_decides_as_the_engine_that_it_came_from() {
    let engine = Engine::from_str(RULESET).unwrap();
    let bytes = engine.to_compiled();
    let again = Engine::from_compiled(&bytes).unwrap();
    assert_eq!(answers(&again), answers(&engine));
    assert_eq!(wire::to_json(&again.table()), wire::to_json(&engine.table()));
    assert_eq!(again.to_compiled(), bytes);
}

#[test]
fn other_bytes_are_told_what_they_are() {
    let bytes = Engine::from_str(RULESET).unwrap().to_compiled();
    let refused = |bytes: &[u8]| Engine::from_compiled(bytes).err();
    assert_eq!(refused(b""), Some(ProgramError::NoProgram));
    assert_eq!(refused(RULESET.as_bytes()), Some(ProgramError::NoProgram));
    let (found, expected) = (bytes.len() as u64 - 1, bytes.len() as u64);
    assert_eq!(refused(&bytes[..bytes.len() - 1]), Some(ProgramError::Length { found, expected }));
    let mut newer = bytes.clone();
    newer[4] = 9;
    assert_eq!(refused(&newer), Some(ProgramError::Version(9)));
    for at in [24, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(refused(&changed), Some(ProgramError::Checksum), "{at}");
    }
}

/// Bytes with a checksum that fits, so that what is behind it is looked at.
fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = xxhash_rust::xxh3::xxh3_64(&bytes[24..]).to_le_bytes();
    bytes[16..24].copy_from_slice(&checksum);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_forged_program_is_refused_or_decides_in_bounded_time(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), prop_oneof![0..64_u32, any::<u32>()]), 1..6),
    ) {
        let mut bytes = Engine::from_str(RULESET).unwrap().to_compiled();
        let words = usize::try_from(u32::from_le_bytes(bytes[8..12].try_into().unwrap())).unwrap();
        for (index, value) in changes {
            let at = 24 + index.index(words) * 4;
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        if let Ok(engine) = Engine::from_compiled(&with_checksum(bytes)) {
            answers(&engine);
        }
    }
}
