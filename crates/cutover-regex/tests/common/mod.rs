//! Patterns and texts, drawn from a seed.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

/// A small generator of numbers (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.word() % bound as u64) as usize
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// Characters that classes, folding, boundaries and the coding of Unicode tell apart.
const CHARACTERS: &[&str] = &[
    "a",
    "b",
    "c",
    "a",
    "b",
    "A",
    "B",
    "z",
    "Z",
    "k",
    "K",
    "s",
    "0",
    "7",
    "_",
    "-",
    " ",
    "\n",
    "\r",
    "\t",
    "é",
    "ß",
    "ſ",
    "K",
    "\u{7f}",
    "\u{80}",
    "\u{7ff}",
    "\u{800}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{ffff}",
    "😀",
    "\u{10ffff}",
    "#",
    "]",
];

const ATOMS: &[&str] = &[
    "a",
    "b",
    "c",
    "ab",
    "A",
    "B",
    ".",
    ".",
    r"\d",
    r"\D",
    r"\w",
    r"\W",
    r"\s",
    r"\S",
    "[ab]",
    "[^a]",
    "[a-c]",
    "[^a-c_]",
    r"[\d_-]",
    "[[:alpha:]]",
    "[[:^alpha:]é]",
    "[Q-c]",
    "[^\\s\\S]",
    r"[^\W\d]",
    "é",
    "ß",
    "[à-ü]",
    "[^é]",
    "😀",
    r"\n",
    r"\r",
    r"\x41",
    r"\x{e9}",
    r"\u00e9",
    r"\.",
    r"\-",
    "[]a]",
    "[-a]",
    "[a-]",
    r"[\x{d7ff}\x{e000}]",
    r"[^\x{e000}]",
    r"[^\x00-\x{d7ff}\x{e000}-\x{10ffff}]",
    "_",
    "7",
    " ",
    "#",
    "k",
    "K",
    "(?:)",
    "()",
    "[^\\x00-\\x{10ffff}]",
];

const LOOKS: &[&str] = &[
    "^",
    "$",
    r"\A",
    r"\z",
    r"\b",
    r"\B",
    r"\<",
    r"\>",
    r"\b{start}",
    r"\b{end}",
    r"\b{start-half}",
    r"\b{end-half}",
];

const REPETITIONS: &[&str] = &[
    "*",
    "+",
    "?",
    "*?",
    "+?",
    "??",
    "{0}",
    "{1}",
    "{2}",
    "{0,1}",
    "{1,3}",
    "{2,}",
    "{0,}",
    "{3}?",
    "{0,2}",
    "{ 1 , 2 }",
];

const FLAGS: &[&str] =
    &["i", "m", "s", "x", "R", "mR", "im", "-i", "s-m", "U", "u", "i-s", "xi", "Rs", "-x", "ims"];

/// A pattern that is nearly always one.
pub fn pattern(random: &mut Random, depth: usize) -> String {
    let mut pattern = String::new();
    if random.one_in(4) {
        pattern += &format!("(?{})", random.of(FLAGS));
    }
    for branch in 0..=random.below(3).saturating_sub(usize::from(depth > 2)) {
        if branch > 0 {
            pattern += "|";
        }
        for _ in 0..random.below(5) {
            let mut part = match random.below(12) {
                0 | 1 => random.of(LOOKS).to_owned(),
                2..=4 if depth < 3 => match random.below(4) {
                    0 => format!("({})", self::pattern(random, depth + 1)),
                    1 => format!("(?:{})", self::pattern(random, depth + 1)),
                    2 => format!("(?{}:{})", random.of(FLAGS), self::pattern(random, depth + 1)),
                    _ => format!("(?<n{}>{})", random.below(1_000_000_000), self::pattern(random, depth + 1)),
                },
                _ => random.of(ATOMS).to_owned(),
            };
            while random.one_in(3) {
                part += random.of(REPETITIONS);
            }
            pattern += &part;
        }
    }
    pattern
}

/// What the grammar is made of, and what it refuses.
const SCRAPS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    "\\",
    "?",
    "*",
    "+",
    "^",
    "$",
    "-",
    ":",
    ",",
    "<",
    ">",
    "=",
    "!",
    "P",
    "#",
    " ",
    "\n",
    "&&",
    "--",
    "~~",
    "(?",
    "(?i",
    "(?P<",
    "(?<",
    "(?=",
    "[[:",
    ":]",
    "\\b{",
    "\\x",
    "\\x{",
    "\\u",
    "\\U",
    "\\p",
    "\\1",
    "{1,",
    "{,",
    "0",
    "9",
    "99999999999",
    "d800",
    "110000",
    "start",
    "\u{a0}",
    "é",
    "a",
    "x",
    "i",
    "_",
    ".",
    "\\Q",
    "(?x)",
    "(?i)",
];

/// A pattern with a few accidents.
pub fn mutated(random: &mut Random) -> String {
    let mut characters: Vec<char> = pattern(random, 1).chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(characters.len() + 1);
        match random.below(3) {
            0 => drop(characters.splice(at..at, random.of(SCRAPS).chars())),
            1 if at < characters.len() => drop(characters.remove(at)),
            _ => characters.truncate(at.max(1)),
        }
    }
    characters.into_iter().collect()
}

/// Nothing but scraps.
pub fn scraps(random: &mut Random) -> String {
    (0..random.below(9))
        .map(|_| if random.one_in(4) { random.of(ATOMS) } else { random.of(SCRAPS) })
        .collect()
}

/// A text, often short, sometimes with a piece of the pattern itself.
pub fn text(random: &mut Random, pattern: &str) -> String {
    let mut text = String::new();
    for _ in 0..random.below(random.0 as usize % 3 * 6 + 3) {
        if random.one_in(8) {
            let letters: Vec<char> = pattern.chars().collect();
            if !letters.is_empty() {
                text.push(letters[random.below(letters.len())]);
            }
        }
        text += random.of(CHARACTERS);
    }
    text
}
