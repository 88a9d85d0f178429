//! What holds for all documents and profiles.

mod common;

use common::told;
use cutover_compare::{Case, Dates, Profile, compare};
use num_bigint::BigInt;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Documents whose parts often are equal in one profile and not in another.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![
            "1",
            "1.0",
            "a",
            "é\"\\\n",
            "2024-01-01",
            "2024-01-01T01:00:00+01:00",
            "1970-01-01T00:00:00.002Z",
            "",
        ])
        .prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..6)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    let known = ["_id", "user_id", "userId", "userID", "a", "b", "items", "a.b", "", "*"];
    prop_oneof![4 => prop::sample::select(known.to_vec()).prop_map(String::from), 1 => ".{0,3}"]
}

fn profile() -> impl Strategy<Value = Profile> {
    let paths = ["_id", "$.a", "*.b", "items.*.a", "**.items.*", "[1]", "items", "user_id"];
    let orders = ["$", "items", "a", "*.b", "**"];
    let switches = any::<(bool, bool, bool)>();
    let numbers = prop::sample::select(vec![(0.0, 0.0), (0.1, 0.0), (0.0, 0.01), (1.5, 0.5)]);
    (
        prop::collection::vec(prop::sample::select(paths.to_vec()), 0..3),
        prop::collection::vec(prop::sample::select(orders.to_vec()), 0..2),
        prop::collection::vec(prop::sample::select(orders.to_vec()), 0..2),
        prop::sample::select(vec![None, Some(Case::SnakeToCamel), Some(Case::CamelToSnake)]),
        prop::sample::select(vec![Dates::AsText, Dates::Iso, Dates::IsoOrEpochMilliseconds]),
        switches,
        numbers,
    )
        .prop_map(
            |(ignore, unordered, keyed, case, dates, (decimals, booleans, nulls), (absolute, relative))| {
                let mut builder = Profile::builder()
                    .rename("a", "z")
                    .dates(dates)
                    .decimals(decimals)
                    .booleans_from_01(booleans)
                    .null_is_missing(nulls)
                    .tolerance(absolute)
                    .relative_tolerance(relative);
                builder = ignore.into_iter().fold(builder, |builder, path| builder.ignore(path));
                builder = unordered.into_iter().fold(builder, |builder, path| builder.unordered(path));
                builder = keyed.into_iter().fold(builder, |builder, path| builder.keyed(path, "_id"));
                case.map_or(builder.clone(), |case| builder.case(case)).build().unwrap()
            },
        )
}

/// The same document with its members in another order, blanks, and other spellings of names and texts.
fn respelled(value: &Value, seed: &mut u64, to: &mut String) {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    to.push_str(["", " ", "\n", "\t"][(*seed >> 60) as usize % 4]);
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            let turn = (*seed >> 33) as usize % members.len().max(1);
            members.rotate_left(turn);
            to.push('{');
            for (place, (name, value)) in members.into_iter().enumerate() {
                to.push_str(if place > 0 { "," } else { "" });
                escaped(name, to);
                to.push(':');
                respelled(value, seed, to);
            }
            to.push('}');
        }
        Value::Array(elements) => {
            to.push('[');
            for (place, element) in elements.iter().enumerate() {
                to.push_str(if place > 0 { "," } else { "" });
                respelled(element, seed, to);
            }
            to.push(']');
        }
        Value::String(text) => escaped(text, to),
        Value::Number(number) if number.as_i64().is_some_and(|number| number != 0) => {
            to.push_str(&format!("{number}0e-1"))
        }
        other => to.push_str(&other.to_string()),
    }
}

fn escaped(text: &str, to: &mut String) {
    to.push('"');
    for unit in text.encode_utf16() {
        to.push_str(&format!("\\u{unit:04x}"));
    }
    to.push('"');
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_is_equal_to_itself_however_it_is_spelled(
        profile in profile(), document in document(), mut seed in any::<u64>(),
    ) {
        let written = document.to_string();
        let mut other = String::new();
        respelled(&document, &mut seed, &mut other);
        let found = compare(&profile, written.as_bytes(), other.as_bytes()).unwrap();
        prop_assert!(found.is_match(), "{:?}\n{}\n{}", told(&found), written, other);
        let shifted = format!(" {written}");
        let found = compare(&profile, written.as_bytes(), shifted.as_bytes()).unwrap();
        prop_assert!(found.is_match());
    }

    #[test]
    fn swapping_the_sides_swaps_the_differences(profile in profile(), one in document(), other in document()) {
        let (one, other) = (one.to_string(), other.to_string());
        let there = compare(&profile, one.as_bytes(), other.as_bytes()).unwrap();
        let back = compare(&profile, other.as_bytes(), one.as_bytes()).unwrap();
        let sorted = |found: &cutover_compare::Comparison, swap: bool| {
            let mut all: Vec<_> = found.differences.iter().map(|difference| {
                let (one, other) = (difference.control.clone(), difference.candidate.clone());
                if swap { (other, one) } else { (one, other) }
            }).collect();
            all.sort();
            all
        };
        prop_assert_eq!(there.count, back.count);
        // With a tolerance, which elements stay without partner depends on who looks for one.
        if there.count < 100 && !format!("{profile:?}").contains("units: 1") {
            prop_assert_eq!(sorted(&there, false), sorted(&back, true));
        }
    }

    #[test]
    fn the_order_of_an_unordered_array_does_not_count(
        elements in prop::collection::vec(document(), 0..12), turn in any::<prop::sample::Index>(), swap in any::<bool>(),
    ) {
        let mut others = elements.clone();
        others.rotate_left(turn.index(elements.len().max(1)).min(elements.len()));
        if swap {
            others.reverse();
        }
        let profile = Profile::builder().unordered("$").build().unwrap();
        let found = compare(&profile, Value::from(elements).to_string().as_bytes(), Value::from(others).to_string().as_bytes());
        prop_assert!(found.unwrap().is_match());
    }

    #[test]
    fn without_options_it_agrees_with_another_reader(one in document(), other in document()) {
        let found = compare(&Profile::default(), one.to_string().as_bytes(), other.to_string().as_bytes()).unwrap();
        prop_assert_eq!(found.is_match(), equal(&one, &other));
    }

    #[test]
    fn bytes_are_json_here_where_they_are_json_elsewhere(tokens in prop::collection::vec(token(), 0..12)) {
        let text = tokens.concat();
        let read = compare(&Profile::default(), text.as_bytes(), b"0").is_ok();
        prop_assert_eq!(read, serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn nothing_panics(
        profile in profile(), one in document(), other in document(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let one = one.to_string().into_bytes();
        let mut changed = one.clone();
        changed[at.index(one.len())] = byte;
        let _ = compare(&profile, &one, &changed);
        let _ = compare(&profile, &changed, other.to_string().as_bytes());
        let _ = compare(&profile, &one[..at.index(one.len())], &changed);
    }

    #[test]
    fn decimals_compare_as_large_integers_do(one in decimal(), other in decimal(), bound in 0_u32..1000) {
        let (scaled, other_scaled) = (scaled(&one), scaled(&other));
        let is_match = |profile: &Profile| compare(profile, one.as_bytes(), other.as_bytes()).unwrap().is_match();
        prop_assert_eq!(is_match(&Profile::default()), scaled == other_scaled, "{} {}", one, other);
        let apart = BigInt::from((&scaled - &other_scaled).magnitude().clone());
        // The bound is in thousandths, and the numbers in units of 10^-80.
        let absolute = Profile::builder().tolerance(f64::from(bound) / 1000.0).build().unwrap();
        let expected = apart <= BigInt::from(bound) * BigInt::from(10).pow(77);
        prop_assert_eq!(is_match(&absolute), expected, "{} {} {}", one, other, bound);
        let relative = Profile::builder().relative_tolerance(f64::from(bound) / 1000.0).build().unwrap();
        let larger = BigInt::from(scaled.magnitude().max(other_scaled.magnitude()).clone());
        prop_assert_eq!(is_match(&relative), apart * 1000 <= larger * bound, "{} {} {}", one, other, bound);
    }

    #[test]
    fn instants_are_those_of_another_reader(
        seconds in -60_000_000_000_i64..250_000_000_000, nanos in prop_oneof![Just(0), 1..1_000_000_000_i32],
        offset in -86_340..86_340_i32, apart in prop_oneof![Just(0), 1..3_i64],
    ) {
        let instant = jiff::Timestamp::new(seconds, nanos).unwrap();
        let other = jiff::Timestamp::new(seconds + apart, nanos).unwrap();
        let offset = jiff::tz::Offset::from_seconds(offset / 60 * 60).unwrap();
        let (one, other_text) = (instant.to_string(), other.display_with_offset(offset).to_string());
        prop_assume!(!one.starts_with('-') && !other_text.starts_with('-'));
        let profile = Profile::builder().dates(Dates::IsoOrEpochMilliseconds).build().unwrap();
        let found = compare(&profile, format!("{one:?}").as_bytes(), format!("{other_text:?}").as_bytes()).unwrap();
        prop_assert_eq!(found.is_match(), apart == 0, "{} {}", one, other_text);
        let milliseconds = format!("{}e-6", instant.as_nanosecond());
        let found = compare(&profile, milliseconds.as_bytes(), format!("{other_text:?}").as_bytes()).unwrap();
        prop_assert_eq!(found.is_match(), apart == 0, "{} {}", milliseconds, other_text);
    }
}

/// Parts of documents, right ones and wrong ones; no exponents that could grow beyond the floats of the other reader.
fn token() -> impl Strategy<Value = &'static str> {
    let tokens = [
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"a\":",
        "\"b\"",
        "\"\\u00e9\\n\"",
        "1",
        "-0",
        "0.5",
        "0e1",
        "0E+",
        "-",
        "true",
        "false",
        "null",
        " ",
        "\t",
        "\"",
        "\\",
        "\u{1}",
        "é",
    ];
    prop::sample::select(tokens.to_vec())
}

/// Equality by an independent way: numbers of this reader are i64, u64 or floats.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.is_f64(), other.is_f64()) {
            (true, true) => one.as_f64() == other.as_f64(),
            (false, false) => one.as_i64() == other.as_i64(),
            _ => {
                let (float, whole) = if one.is_f64() { (one, other) } else { (other, one) };
                // As they are written, which for a float is the shortest text that reads back.
                scaled(&float.to_string()) == scaled(&whole.to_string())
            }
        },
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| equal(value, other)))
        }
        _ => one == other,
    }
}

/// Numbers that are often near each other.
fn decimal() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?(0|[1-9][0-9]{0,2})(\\.[0-9]{1,4})?([eE][+-]?[0-2])?",
        "-?(0|1|10|100)(\\.0{1,3})?([eE][+-]?[0-3])?",
        "-?[1-9][0-9]{0,15}(\\.[0-9]{1,8})?",
    ]
}

/// The number in units of 10^-80, or, beyond the largest of these, its float.
fn scaled(text: &str) -> BigInt {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.parse::<i64>().unwrap() - fraction.len() as i64 + 80;
    let digits: BigInt = format!("{whole}{fraction}").parse().unwrap();
    match u32::try_from(exponent) {
        Ok(exponent) => digits * BigInt::from(10).pow(exponent),
        // Too small for these units, and no integer.
        Err(_) if digits == BigInt::ZERO => digits,
        Err(_) => BigInt::from(1),
    }
}
