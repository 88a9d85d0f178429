//! Whether words are a program: everything that matching relies on, once, before it.

use crate::format::{
    ASCII, HEADER, LIVE, MAX_STEPS, OP_LOOK, OP_MATCH, OP_SET, OP_SPLIT, OP_SYMBOL, Parts, SIDES, TABLE,
    next, operand, operation, row_words, set_words,
};

/// Whether the words are a program.
///
/// With such a program [`is_match`](crate::is_match) has an answer for every text that is UTF-8. (With other words it
/// is safe too, and as quick, but may have none.) Takes time linear in the words.
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use cutover_regex::{Limits, compile, validate};
/// let mut program = compile("^[a-z]+$", &Limits::default())?;
/// assert!(validate(&program));
/// program.pop();
/// assert!(!validate(&program));
/// # }
/// # Ok::<(), cutover_regex::Error>(())
/// ```
#[must_use]
pub fn validate(program: &[u32]) -> bool {
    let Some(parts) = Parts::of(program) else { return false };
    if parts.kind == TABLE && parts.start < LIVE {
        return program.len() == HEADER;
    }
    // One symbol at least beside the end of the text.
    if parts.symbols < 2 || !symbols(&parts) {
        return false;
    }
    if parts.kind == TABLE { table(&parts) } else { steps(&parts) }
}

/// Every character has a symbol, and none is the end of the text.
fn symbols(parts: &Parts<'_>) -> bool {
    let end = parts.symbols - 1;
    let known = |symbol: u32| symbol < end;
    let ascii = parts.ascii.iter().all(|word| (0..4).all(|byte| known(word >> (byte * 8) & 0xff)));
    let first = parts.ranges.first().is_some_and(|range| range >> 11 == 0x80);
    let ascending = parts.ranges.windows(2).all(|pair| matches!(pair, [a, b] if a >> 11 < b >> 11));
    ascii && first && ascending && parts.ranges.iter().all(|range| known(range & 0x7ff))
}

fn table(parts: &Parts<'_>) -> bool {
    let width = row_words(parts.symbols);
    let first = (HEADER + ASCII + parts.ranges.len()) as u32;
    let words = parts.body.len() as u32;
    let row = |at: u32| at >= first && at - first < words && (at - first).is_multiple_of(width);
    let end = parts.symbols - 1;
    parts.masks.is_empty()
        && parts.sets.is_empty()
        && words.is_multiple_of(width)
        && row(parts.start)
        && parts.body.chunks_exact(width as usize).all(|row_of| {
            let halves = row_of.iter().flat_map(|word| [word & 0xffff, word >> 16]);
            // An odd number of symbols leaves a half word over, which is 0.
            (0..).zip(halves).all(|(symbol, at)| at < LIVE || (symbol < end && row(at)))
        })
}

fn steps(parts: &Parts<'_>) -> bool {
    let count = parts.body.len() as u32;
    let sets = parts.sets.len() as u32 / set_words(parts.symbols);
    let mask_bits = 1 << (SIDES * SIDES);
    parts.body.len() <= MAX_STEPS
        && parts.start < count
        && parts.masks.iter().all(|&mask| mask < mask_bits)
        && parts.body.iter().all(|&step| {
            let operand = operand(step);
            next(step) < count
                && match operation(step) {
                    OP_MATCH => true,
                    OP_SPLIT => operand < count,
                    OP_SYMBOL => operand < parts.symbols - 1,
                    OP_SET => operand < sets,
                    OP_LOOK => (operand as usize) < parts.masks.len(),
                    _ => false,
                }
        })
}
