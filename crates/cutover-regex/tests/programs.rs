//! The words of a program: the same everywhere, safe whatever they are, and small.

mod common;

use common::{Random, pattern, text};
use cutover_regex::{Limits, compile, is_match, is_match_str, validate};
use regex_lite::Regex;

fn compiled(pattern: &str) -> Vec<u32> {
    compile(pattern, &Limits::default()).expect(pattern)
}

fn stepped(pattern: &str) -> Vec<u32> {
    compile(pattern, &Limits { table: 0, ..Limits::default() }).expect(pattern)
}

/// Words may be stored, so they may change only on purpose.
#[test]
fn the_words_are_fixed() {
    assert_eq!(compiled(""), [0x0100_0004, 0x0002_0001, 0x0004_0004, 4]);
    assert_eq!(compiled(r"[^\s\S]"), [0x0100_0004, 0x0002_0000, 0x0004_0004, 4]);
    // One row: `a` is symbol 1, everything else 0, the end 2.
    let mut words = vec![0x0100_0027, 0x0003_0025, 0x0025_0025, 0x25];
    words.extend([0; 24]);
    words.extend([0x100, 0, 0, 0, 0, 0, 0, 0, 0x80 << 11, 0x0001_0025, 0]);
    assert_eq!(compiled("a"), words);
    // Step 0 matches, step 1 takes symbol 1, step 2 is the assertion at which it starts.
    let mut words = vec![0x0200_0029, 0x0003_0002, 0x0025_0026, 0x26];
    words.extend([0; 24]);
    words.extend([0x100, 0, 0, 0, 0, 0, 0, 0, 0x80 << 11, 0b11111, 0, 2 << 28 | 1 << 14, 4 << 28 | 1]);
    assert_eq!(stepped("^a"), words);

    // And many others, as one number.
    let random = &mut Random(4);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for _ in 0..2_000 {
        let pattern = pattern(random, 0);
        for program in [
            compile(&pattern, &Limits::default()),
            compile(&pattern, &Limits { table: 0, ..Limits::default() }),
        ] {
            for word in program.into_iter().flatten() {
                hash = (hash ^ u64::from(word)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    assert_eq!(hash, 0x7071_f52c_a03a_e004, "{hash:#x}");
}

#[test]
fn a_program_may_lie_anywhere_in_an_arena() {
    let programs = [compiled("(?i)admin|root"), stepped("(?i)admin|root"), compiled("^.$")];
    let mut arena = vec![0xdead_beef; 77];
    for program in &programs {
        let at = arena.len();
        arena.extend(program);
        arena.push(0xffff_ffff);
        let words = &arena[at..at + program.len()];
        assert!(validate(words));
        assert_eq!(is_match(words, "é".as_bytes()), is_match(program, "é".as_bytes()));
        assert_eq!(is_match(words, b"the ROOT"), is_match(program, b"the ROOT"));
    }
}

#[test]
fn typical_programs_are_tables_of_a_few_hundred_bytes() {
    for (pattern, most) in [
        (r"@example\.com$", 120),
        (r"^[a-z]+-\d{3}$", 60),
        (r"(?i)admin|root", 80),
        (r".*foo.*bar", 65),
        (r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", 115),
    ] {
        let program = compiled(pattern);
        assert!(program[0] >> 24 == 1 && program.len() <= most, "{pattern}: {} words", program.len());
    }
}

#[test]
fn a_text_that_is_not_utf_8_has_no_answer() {
    for program in [compiled("a"), stepped("a"), compiled("")] {
        for text in [&b"\xff"[..], b"a\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"] {
            assert_eq!(is_match(&program, text), None);
        }
    }
}

/// What is validated answers every text; whatever the words are, there is an end to it, and no panic.
fn is_safe(words: &[u32], texts: &[&str]) -> bool {
    let valid = validate(words);
    for text in texts {
        let answer = is_match_str(words, text);
        assert!(!valid || answer.is_some(), "no answer for {text:?} by {words:x?}");
    }
    valid
}

const TEXTS: &[&str] =
    &["", "a", "ab ba\r\n\n", "é😀\u{10ffff}x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"];

#[test]
fn random_words_do_no_harm() {
    let random = &mut Random(5);
    let mut valid = 0;
    for round in 0..200_000_u32 {
        let length = random.below(if round % 100 == 0 { 6000 } else { 90 });
        // Mostly small numbers, which are places within.
        let mut words: Vec<u32> = (0..length)
            .map(|_| match random.below(4) {
                0 => random.word() as u32,
                1 => (random.word() as u32 & 0x003f_003f) << random.below(2),
                2 => {
                    (random.below(6) as u32) << 28 | (random.below(40) as u32) << 14 | random.below(40) as u32
                }
                _ => random.below(3) as u32,
            })
            .collect();
        // And a header that fits, so that more is looked at than the header.
        if length >= 4 && round % 8 != 0 {
            words[0] = (1 + round % 2) << 24 | length as u32;
            words[1] = ((1 + random.below(5) as u32) << 16) | random.below(length) as u32;
            words[2] = ((37 + random.below(3) as u32) << 16) | (37 + random.below(4) as u32);
            words[3] = 37 + random.below(5) as u32;
        }
        valid += usize::from(is_safe(&words, TEXTS));
    }
    assert!(valid > 100, "{valid} valid");
}

#[test]
fn damaged_programs_do_no_harm() {
    let random = &mut Random(6);
    let (mut valid, mut refused) = (0, 0);
    for _ in 0..30_000 {
        let pattern = pattern(random, 1);
        let limits = Limits { table: if random.one_in(2) { 0 } else { 4096 }, ..Limits::default() };
        let Ok(mut words) = compile(&pattern, &limits) else { continue };
        for _ in 0..6 {
            let mut damaged = words.clone();
            for _ in 0..=random.below(2) {
                let at = if random.one_in(4) { random.below(4) } else { random.below(damaged.len()) };
                match random.below(4) {
                    0 => damaged[at] ^= 1 << random.below(32),
                    1 => damaged[at] = damaged[random.below(damaged.len())],
                    2 => damaged[at] = damaged[at].wrapping_add(random.below(5) as u32).wrapping_sub(2),
                    _ => damaged[at] = random.word() as u32,
                }
            }
            *(if is_safe(&damaged, TEXTS) { &mut valid } else { &mut refused }) += 1;
        }
        words.pop();
        assert!(!validate(&words), "{pattern:?} without its last word");
    }
    // Some damage is another program.
    assert!(valid > 1_000 && refused > 50_000, "{valid} valid, {refused} refused");
}

/// Whatever is not linear does not end here.
#[test]
fn hostile_patterns_and_texts_end() {
    let many = "a".repeat(4096);
    let texts = [many.as_str(), &"ab".repeat(2048), &"é".repeat(2048), &"0a\n".repeat(1365)];
    let patterns = [
        "(a+)+b",
        "(a*)*b",
        "(a|a)*b",
        "(a|aa)+$",
        "(?:a?){400}a{400}b",
        "(?:[ab].{30}){20}c",
        r"(?:\b.{1,9}){30}x",
        "(?:(?:(?:(?:a{1,3}){1,3}){1,3}){1,3}){1,3}b",
        "([a-z]{2,9}\\d{1,5}.{3,7}){12}",
        "(?:[^a]|[^b]|[^c]|[^d]|[^e]|[^f]|[^g]){60}z",
        "[ab].{900}c",
        // More rows than minimizing has time for.
        "^.{900}$",
    ];
    for pattern in patterns {
        let regex = Regex::new(pattern).unwrap();
        for program in [compiled(pattern), stepped(pattern)] {
            assert!(validate(&program));
            for text in texts {
                // The reference takes a second for the largest: a part of the text is enough there.
                let part = &text[..if program.len() > 400 { 510 } else { text.len() }];
                assert_eq!(is_match(&program, part.as_bytes()), Some(regex.is_match(part)), "{pattern}");
                assert!(is_match(&program, text.as_bytes()).is_some());
            }
        }
    }
}

#[test]
fn the_largest_patterns_fit() {
    // As many characters, ranges, symbols, branches and splits as there is room for.
    let distinct: String = (0x400..0x5ff).filter_map(char::from_u32).collect();
    let negated: String = (0xc0..0x18c).filter_map(char::from_u32).map(|c| format!("[^{c}]")).collect();
    let branches = vec!["a*"; 341].join("|");
    for pattern in
        [&distinct, &negated, &branches, "(?:a|b|c){220}", "(?:a*|){370}", "(?:|||||||){184}", "a{1000}"]
    {
        let limits = Limits::default();
        let regex = Regex::new(pattern).unwrap();
        for table in [0, 4096, usize::MAX] {
            let program = compile(pattern, &Limits { table, ..limits.clone() }).expect(pattern);
            assert!(validate(&program), "{pattern}");
            for part in
                ["", "abcabc", distinct.as_str(), &distinct[2..], &"x".repeat(1000), &"a".repeat(1000)]
            {
                assert_eq!(
                    is_match(&program, part.as_bytes()),
                    Some(regex.is_match(part)),
                    "{pattern} on {part}"
                );
            }
        }
    }
    // Random ones on the very edge of the size.
    let random = &mut Random(7);
    for _ in 0..300 {
        let unit = pattern(random, 2);
        let (mut fits, mut fails) = (0, 4096);
        while fails - fits > 1 {
            let middle = (fits + fails) / 2;
            let many = format!("(?:{unit}){{{middle}}}");
            *(if compile(&many, &Limits::default()).is_ok() { &mut fits } else { &mut fails }) = middle;
        }
        if fits > 0 {
            let many = format!("(?:{unit}){{{fits}}}");
            let text = text(random, &unit);
            for program in [compiled(&many), stepped(&many)] {
                assert!(validate(&program), "{many}");
                assert_eq!(
                    is_match(&program, text.as_bytes()),
                    Some(Regex::new(&many).unwrap().is_match(&text)),
                    "{many}"
                );
            }
        }
    }
}
