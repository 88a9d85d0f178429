//! The same patterns are accepted, and match the same texts, as by `regex-lite`.

mod common;

use common::{Random, mutated, pattern, scraps, text};
use cutover_regex::{ErrorKind, Limits, compile, is_match, validate};
use regex_lite::{Regex, RegexBuilder};

/// The limits, and the same with no tables.
fn both() -> [Limits; 2] {
    [Limits::default(), Limits { table: 0, ..Limits::default() }]
}

fn reference(pattern: &str, limits: &Limits) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(limits.size as usize).nest_limit(limits.nesting);
    builder.build().map_err(|error| error.to_string())
}

/// Compiled, if both do.
fn agreed(pattern: &str, limits: &Limits) -> Option<(Vec<u32>, Regex)> {
    match (compile(pattern, limits), reference(pattern, limits)) {
        (Ok(program), Ok(regex)) => {
            assert!(validate(&program), "{pattern:?} is no program");
            Some((program, regex))
        }
        (Err(error), Err(expected)) => {
            let kind = match expected.as_str() {
                "compiled regex exceeded size limit" => ErrorKind::TooLarge,
                "pattern has too much nesting" => ErrorKind::TooDeep,
                _ => ErrorKind::Syntax,
            };
            assert_eq!(error.kind(), kind, "{pattern:?}: {error}, but {expected}");
            assert!(pattern.is_char_boundary(error.offset()), "{pattern:?}: {error}");
            None
        }
        // The only difference: a group's name may have any character behind ASCII.
        (Ok(_), Err(expected)) if expected == "invalid group name" && !pattern.is_ascii() => None,
        (ours, theirs) => panic!("{pattern:?}: {:?}, but {:?}", ours.map(|_| ()), theirs.map(|_| ())),
    }
}

fn assert_same(pattern: &str, text: &str, program: &[u32], regex: &Regex) {
    assert_eq!(is_match(program, text.as_bytes()), Some(regex.is_match(text)), "{pattern:?} on {text:?}");
}

#[test]
fn generated_patterns_match_the_same_texts() {
    let random = &mut Random(1);
    let (mut yes, mut no, mut refused, mut tables, mut steps) = (0, 0, 0, 0, 0);
    while yes + no < 400_000 {
        let pattern = pattern(random, 0);
        if pattern.len() > Limits::default().bytes {
            continue;
        }
        let texts: Vec<String> = (0..12).map(|_| text(random, &pattern)).collect();
        for limits in both() {
            let Some((program, regex)) = agreed(&pattern, &limits) else {
                refused += 1;
                continue;
            };
            *(if program[0] >> 24 == 1 { &mut tables } else { &mut steps }) += 1;
            for text in &texts {
                assert_same(&pattern, text, &program, &regex);
                *(if regex.is_match(text) { &mut yes } else { &mut no }) += 1;
            }
        }
    }
    // The draw is worth something: both answers and both forms are common, refusals are not.
    assert!(yes.min(no) > 80_000, "{yes} matches, {no} others");
    assert!(tables.min(steps) > 6_000, "{tables} tables, {steps} steps");
    assert!(refused < 8_000, "{refused} refused");
}

#[test]
fn damaged_patterns_are_refused_alike() {
    let random = &mut Random(2);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..200_000 {
        let pattern = if random.one_in(2) { mutated(random) } else { scraps(random) };
        match agreed(&pattern, &Limits::default()) {
            Some((program, regex)) => {
                accepted += 1;
                let text = text(random, &pattern);
                assert_same(&pattern, &text, &program, &regex);
            }
            None => refused += 1,
        }
    }
    assert!(accepted > 30_000 && refused > 30_000, "{accepted} accepted, {refused} refused");
}

/// The size is counted in bytes of a machine of 64 bits.
#[cfg(target_pointer_width = "64")]
#[test]
fn the_limits_are_the_same_to_the_byte() {
    let random = &mut Random(3);
    let mut sizes = Vec::new();
    for _ in 0..1_500 {
        let pattern = pattern(random, 0);
        let limits = |size| Limits { size, ..Limits::default() };
        if compile(&pattern, &limits(65_536)).is_err() {
            continue;
        }
        let (mut refused, mut accepted) = (0, 65_536);
        while accepted - refused > 1 {
            let middle = (accepted + refused) / 2;
            *(if compile(&pattern, &limits(middle)).is_ok() { &mut accepted } else { &mut refused }) = middle;
        }
        for (size, fits) in [(refused, false), (accepted, true)] {
            assert_eq!(reference(&pattern, &limits(size)).is_ok(), fits, "{pattern:?} has size {accepted}");
        }
        for nesting in 0..12 {
            agreed(&pattern, &Limits { nesting, ..Limits::default() });
        }
        sizes.push(accepted);
    }
    assert!(sizes.len() > 1_000 && sizes.iter().any(|&size| size > 4_000));
}

#[test]
fn the_patterns_that_people_write() {
    let patterns = [
        r"@example\.com$",
        r"^[a-z]+-\d{3}$",
        r"(?i)admin|root",
        r".*foo.*bar",
        r"^[\w.+-]+@[\w-]+\.[\w.-]+$",
        r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        r"^(\d{1,3}\.){3}\d{1,3}$",
        r"^v?\d+\.\d+\.\d+(-[\w.]+)?$",
        r"\b(?:foo|bar|baz)\b",
        r"(?m)^\s*#",
        r"^https?://[^/]+/(?:[a-z]{2}/)?admin(?:/|$)",
        r"[ab].{12}c",
        r"^(?:東京|大阪|京都|札幌)$",
        r"^(a|aa)+$",
        r"(?i)^straße$",
        r"^.$",
        r"^\d\w\s$",
        "^u[0-9]+$",
        "b",
        "",
    ];
    let texts = [
        "",
        "a",
        "b",
        "u42",
        "foo and bar",
        "bar and foo",
        "ada@example.com",
        "ada@example.com\n",
        "abc-123",
        "Administrator",
        "123e4567-e89b-12d3-a456-426614174000",
        "127.0.0.1",
        "v1.2.3-rc.1",
        "a baz!",
        "x\n  # y",
        "https://x.org/de/admin",
        "東京",
        "大阪市",
        "aaaa",
        "STRAßE",
        "é",
        "😀",
        "1a ",
        "axxxxxxxxxxxxc",
        "axxxxxxxxxxxc",
        "e\u{301}",
    ];
    for pattern in patterns {
        for limits in both() {
            let Some((program, regex)) = agreed(pattern, &limits) else { continue };
            for text in texts {
                assert_same(pattern, text, &program, &regex);
            }
        }
    }
}
