//! Matching: one look-up a character in a table, a set of threads in steps.

use crate::format::{
    EDGE, LIVE, MATCH, MAX_STEPS, OP_LOOK, OP_MATCH, OP_SET, OP_SPLIT, OP_SYMBOL, Parts, SIDES, TABLE, next,
    operand, operation, set_words, side,
};

/// Whether the program matches somewhere in the text.
///
/// None where the text is not UTF-8, or where the program does not hold together. A program that
/// [`validate`](crate::validate) accepts has an answer for every text that is UTF-8. Whatever the words are, this ends
/// after a time linear in the text, allocates nothing, and takes about 10 KiB of stack.
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use cutover_regex::{Limits, compile, is_match};
/// let program = compile("(?i)admin|root", &Limits::default())?;
/// assert_eq!(is_match(&program, "an Admin".as_bytes()), Some(true));
/// assert_eq!(is_match(&program, "nobody".as_bytes()), Some(false));
/// assert_eq!(is_match(&[1, 2, 3], "nobody".as_bytes()), None);
/// # }
/// # Ok::<(), cutover_regex::Error>(())
/// ```
#[must_use]
pub fn is_match(program: &[u32], text: &[u8]) -> Option<bool> {
    is_match_str(program, core::str::from_utf8(text).ok()?)
}

/// Like [`is_match`], for a text that is known to be UTF-8.
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use cutover_regex::{Limits, compile, is_match_str};
/// let program = compile("^.$", &Limits::default())?;
/// assert_eq!(is_match_str(&program, "é"), Some(true));
/// # }
/// # Ok::<(), cutover_regex::Error>(())
/// ```
#[must_use]
pub fn is_match_str(program: &[u32], text: &str) -> Option<bool> {
    let parts = Parts::of(program)?;
    if parts.kind == TABLE { table(&parts, text) } else { steps(&parts, text) }
}

fn table(parts: &Parts<'_>, text: &str) -> Option<bool> {
    let mut at = parts.start;
    for c in text.chars() {
        if at < LIVE {
            return Some(at == MATCH);
        }
        at = parts.entry(at, parts.symbol(c)?)?;
    }
    if at >= LIVE {
        at = parts.entry(at, parts.end())?;
    }
    (at < LIVE).then_some(at == MATCH)
}

/// Steps, each at most once.
struct Threads {
    seen: [u32; MAX_STEPS / 32],
    list: [u16; MAX_STEPS],
    len: usize,
}

impl Threads {
    fn add(&mut self, step: u32) -> Option<()> {
        let word = self.seen.get_mut((step / 32) as usize)?;
        let bit = 1 << (step % 32);
        if *word & bit == 0 {
            *word |= bit;
            *self.list.get_mut(self.len)? = step as u16;
            self.len += 1;
        }
        Some(())
    }
}

/// Kept apart, so that a table does without these arrays.
#[inline(never)]
fn steps(parts: &Parts<'_>, text: &str) -> Option<bool> {
    let used = parts.body_words().div_ceil(32) as usize;
    let mut threads = Threads { seen: [0; MAX_STEPS / 32], list: [0; MAX_STEPS], len: 0 };
    // The threads of the next position: only their set, in the order of their numbers.
    let mut after = [0_u32; MAX_STEPS / 32];
    let mut before = EDGE;
    let mut text = text.chars();
    loop {
        let c = text.next();
        let (symbol, here) = match c {
            Some(c) => (parts.symbol(c)?, side(c)),
            None => (parts.end(), EDGE),
        };
        threads.len = 0;
        threads.seen.get_mut(..used)?.fill(0);
        for (number, word) in (0..).zip(after.get_mut(..used)?) {
            while *word != 0 {
                threads.add(number * 32 + word.trailing_zeros())?;
                *word &= *word - 1;
            }
        }
        // A match may begin at every position.
        threads.add(parts.start)?;
        let mut done = 0;
        while done < threads.len {
            let step = parts.word(parts.body + u32::from(*threads.list.get(done)?))?;
            done += 1;
            let taken = match operation(step) {
                OP_MATCH => return Some(true),
                OP_SPLIT => {
                    threads.add(operand(step))?;
                    threads.add(next(step))?;
                    false
                }
                OP_LOOK => {
                    let mask = parts.word(parts.masks + operand(step))?;
                    if mask >> (before * SIDES + here) & 1 != 0 {
                        threads.add(next(step))?;
                    }
                    false
                }
                OP_SYMBOL => operand(step) == symbol,
                OP_SET => {
                    let word = operand(step) * set_words(parts.symbols) + symbol / 32;
                    parts.word(parts.sets + word)? >> (symbol % 32) & 1 != 0
                }
                _ => return None,
            };
            if taken {
                *after.get_mut((next(step) / 32) as usize)? |= 1 << (next(step) % 32);
            }
        }
        if c.is_none() {
            return Some(false);
        }
        before = here;
    }
}
