//! Whether words are a program: everything that matching relies on, once, before it.

use crate::format::{
    ASCII, HEADER, LIVE, MAX_STEPS, OP_LOOK, OP_MATCH, OP_SET, OP_SPLIT, OP_SYMBOL, Parts, STEPS, TABLE,
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
    match parts.kind {
        TABLE if parts.start < LIVE => program.len() as u32 == HEADER,
        TABLE => symbols(&parts).and_then(|()| table(&parts)).is_some(),
        STEPS => symbols(&parts).and_then(|()| steps(&parts)).is_some(),
        _ => false,
    }
}

/// How many threads the program keeps at the most, which is what a character of a text costs: one for a table, and one
/// for each step otherwise. 0 where the words are no program.
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use cutover_regex::{Limits, compile, threads};
/// assert_eq!(threads(&compile("^[a-z]+$", &Limits::default())?), 1);
/// assert!(threads(&compile("[ab].{40}c", &Limits::default())?) > 40);
/// # }
/// # Ok::<(), cutover_regex::Error>(())
/// ```
#[must_use]
pub fn threads(program: &[u32]) -> u32 {
    match Parts::of(program) {
        Some(parts) if parts.kind == STEPS => parts.body_words(),
        Some(_) => 1,
        None => 0,
    }
}

/// The parts lie in their order, every character has a symbol, and none is the end of the text.
fn symbols(parts: &Parts<'_>) -> Option<()> {
    let first = HEADER + ASCII;
    (first < parts.masks && parts.masks <= parts.sets && parts.sets <= parts.body).then_some(())?;
    for c in 0..0x80_u8 {
        (parts.symbol(c.into())? < parts.end()).then_some(())?;
    }
    (parts.word(first)? >> 11 == 0x80).then_some(())?;
    let mut last = 0;
    for at in first..parts.masks {
        let range = parts.word(at)?;
        (last < range >> 11 && range & 0x7ff < parts.end()).then_some(())?;
        last = range >> 11;
    }
    Some(())
}

/// Every half word is an answer or a row; an answer, at the end of the text. None where one is not.
fn table(parts: &Parts<'_>) -> Option<()> {
    let width = row_words(parts.symbols);
    let words = parts.body_words();
    let row =
        |at: u32| at >= parts.body && at - parts.body < words && (at - parts.body).is_multiple_of(width);
    let whole = parts.masks == parts.body && words.is_multiple_of(width) && row(parts.start);
    for at in 0..words.checked_div(width)? {
        for symbol in 0..parts.symbols {
            let cell = parts.entry(parts.body + at * width, symbol)?;
            (cell < LIVE || symbol < parts.end() && row(cell)).then_some(())?;
        }
    }
    whole.then_some(())
}

/// Every operand and every next step is there. None where one is not.
fn steps(parts: &Parts<'_>) -> Option<()> {
    let count = parts.body_words();
    for at in 0..count {
        let step = parts.word(parts.body + at)?;
        let operands = match operation(step) {
            OP_MATCH => continue,
            OP_SPLIT => count,
            OP_SYMBOL => parts.end(),
            OP_SET => (parts.body - parts.sets).checked_div(set_words(parts.symbols))?,
            OP_LOOK => parts.sets - parts.masks,
            _ => 0,
        };
        (operand(step) < operands && next(step) < count).then_some(())?;
    }
    (count <= MAX_STEPS as u32 && parts.start < count).then_some(())
}
