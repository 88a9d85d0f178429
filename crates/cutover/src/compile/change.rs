//! A change of one flag: what changed is found by comparing texts, and that flag alone is compiled again.
//!
//! Anything out of the ordinary (another part of the document changed, a flag came or went, something is wrong or
//! questionable, other flags ask this one and would notice) is left to a whole compilation, so that nothing is decided
//! or reported in two ways.

use super::assemble::place;
use super::digest::flag_digest;
use super::rope::Rope;
use super::{Compiled, Compiler, Digests, sealed};
use crate::diagnostic::{Diagnostic, Position};
use crate::document::{self, Arena, MAX_NODES, Path, Span, Spans};
use crate::ruleset::Ruleset;
use crate::ruleset::condition::{Condition, Kind};
use crate::ruleset::fields::Reader;
use crate::ruleset::flag::Flag;
use cutover_decider::Program;
use cutover_decider::format::{MAX_ALL_STEPS, MAX_STEPS, flag as words, header};
use std::sync::Arc;

/// The document that a program was compiled from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    text: Rope,
    /// Of the flags, in the order of the text.
    spans: Vec<Span>,
    digests: Digests,
    /// The words that the program had when all of it was compiled; what changes left behind is beyond them.
    words: usize,
}

/// A larger text is left to a whole compilation, which counts its values: no value takes less than two bytes.
const MAX_BYTES: usize = MAX_NODES * 2;

/// Once a program has grown to so many times its size it is compiled as a whole.
const MAX_GROWTH: usize = 2;

impl Source {
    /// None where it is not known where the flags stand.
    pub(super) fn of(text: &[u8], spans: &Spans, digests: Digests, program: &Program) -> Option<Self> {
        let spans = spans.of("flags").to_vec();
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        let words = program.arena().words.len();
        (!spans.is_empty()).then(|| Self { text: Rope::new(text), spans, digests, words })
    }

    /// The flag that differs in another text: its place in the order of the text, and its bytes there. None where more
    /// than one flag does, or something else.
    fn changed<'t>(&self, text: &'t [u8]) -> Option<(usize, &'t [u8])> {
        let prefix = self.text.common_prefix(text);
        let shorter = self.text.len().min(text.len());
        let suffix = self.text.common_suffix(text).min(shorter - prefix);
        let end = self.text.len() - suffix;
        let index = self.spans.partition_point(|span| (span.end as usize) < end.max(prefix + 1));
        let span = self.spans.get(index).filter(|span| (span.start as usize) <= prefix)?;
        let bytes =
            text.get(span.start as usize..text.len().checked_sub(self.text.len() - span.end as usize)?)?;
        Some((index, bytes))
    }
}

/// What a compilation gave, with the flag compiled again that differs in `text`. None where a whole compilation has to
/// look at it.
pub(crate) fn apply(before: &Compiled, text: &[u8]) -> Option<Compiled> {
    let source = before.source.as_ref().filter(|_| text.len() <= MAX_BYTES)?;
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let (index, new_bytes) = source.changed(text)?;
    let span = *source.spans.get(index)?;
    let old_bytes = source.text.get(span.start as usize..span.end as usize)?;
    let (new_text, old_text) = (std::str::from_utf8(new_bytes).ok()?, std::str::from_utf8(old_bytes).ok()?);
    let arena = Arena::new();
    let read = |text| {
        let alone = Span { start: 0, end: place(str::len(text)), at: Position { line: 1, column: 1 } };
        document::read_entry(text, alone, "flags", &arena).ok()
    };
    let (old, new) = (read(old_text)?, read(new_text)?);
    if old.key != new.key {
        return None;
    }
    let mut reader = Reader::default();
    let section = reader.paths.anchor(Path::ROOT.key("flags"));
    let path = reader.paths.anchor(section.key(new.key));
    let old_flag = reader.flag(old.key, &old.value, old.key_at, path)?;
    let flag = reader.flag(new.key, &new.value, new.key_at, path)?;
    let quiet = reader.diagnostics.is_empty() && !before.warns_of(new.key);
    if !quiet || [&old_flag, &flag].iter().any(|flag| is_special(flag)) {
        return None;
    }
    let number = before.program.find(flag.name)?;
    let program = recompile((before, source), number, &flag, reader)?;
    let mut digests = source.digests.clone();
    *digests.flags.get_mut(number as usize)? = flag_digest(flag.name, &new.value, &mut Vec::new());
    let shift = Shift::new(&span, old_text, new_text);
    let mut spans = source.spans.clone();
    spans.get_mut(index)?.end = span.start + place(new_text.len());
    for later in spans.iter_mut().skip(index + 1) {
        later.start = later.start - span.end + span.start + place(new_text.len());
        later.end = later.end - span.end + span.start + place(new_text.len());
        later.at = shift.moved(later.at);
    }
    let mut warnings = before.warnings.clone();
    let mut expiries = before.expiries.clone();
    for diagnostic in warnings.iter_mut().chain(expiries.iter_mut().map(|(_, diagnostic)| diagnostic)) {
        if let (Some(line), Some(column)) = (diagnostic.line, diagnostic.column) {
            let Position { line, column } = shift.moved(Position { line, column });
            (diagnostic.line, diagnostic.column) = (Some(line), Some(column));
        }
    }
    let program = Program::trusted(sealed(program.into_arena(), &digests));
    let text = source.text.replaced(span.start as usize..span.end as usize, new_bytes);
    let source = Some(Source { text, spans, digests, words: source.words });
    Some(Compiled {
        program,
        migrations: before.migrations.clone(),
        sections: Arc::clone(&before.sections),
        warnings,
        expiries,
        source,
    })
}

impl Compiled {
    /// Whether there is a warning about a flag, now or at some time.
    fn warns_of(&self, flag: &str) -> bool {
        let base = Path::ROOT.key("flags");
        let base = base.key(flag).to_string();
        let about = |diagnostic: &Diagnostic| {
            let rest = diagnostic.path.strip_prefix(base.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.warnings.iter().chain(self.expiries.iter().map(|(_, diagnostic)| diagnostic)).any(about)
    }
}

/// Whether a flag asks something else, reads the clock of a zone, or expires: then more than itself may change.
fn is_special(flag: &Flag<'_>) -> bool {
    let mut conditions = flag.rules.iter().filter_map(|rule| rule.condition.as_ref());
    flag.expires.is_some() || !flag.fallbacks.is_empty() || !flag.requires.is_empty() || conditions.any(asks)
}

fn asks(condition: &Condition<'_>) -> bool {
    match &condition.kind {
        Kind::All(inner) | Kind::Any(inner) => inner.iter().any(asks),
        Kind::Not(inner) => asks(inner),
        Kind::Attribute { .. } | Kind::Bucket(_) => false,
        Kind::Segment(_) | Kind::Flag { .. } | Kind::Time(_) => true,
    }
}

/// The program with this flag compiled again.
fn recompile(
    (before, source): (&Compiled, &Source),
    number: u32,
    flag: &Flag<'_>,
    reader: Reader,
) -> Option<Program> {
    let &[_, _, bits, ..] = before.program.flag_record(number)?;
    let grown = before.program.arena().words.len() > source.words.saturating_mul(MAX_GROWTH);
    if grown || bits & words::ASKED != 0 {
        return None;
    }
    let ruleset = Ruleset::default();
    let mut compiler = Compiler::new(&ruleset, reader);
    compiler.out = super::assemble::Assembler::resume(before.program.arena().clone());
    let mut footprint = super::Footprint::default();
    let record = compiler.flag(flag, &mut footprint);
    compiler.lint_rules(flag);
    // What comes near a limit is left to a whole compilation, which counts the segments too.
    let flags = (0..before.program.flag_count()).filter_map(|number| before.program.flag_record(number));
    let steps: u64 = flags.map(|[.., steps, _]| u64::from(*steps)).sum();
    if footprint.steps > MAX_STEPS || steps + u64::from(footprint.steps) > MAX_ALL_STEPS / 2 {
        return None;
    }
    if !compiler.reader.diagnostics.is_empty() || !compiler.expiries.is_empty() {
        return None;
    }
    let at = compiler.out.arena.word(header::FLAGS) + number * words::WORDS;
    compiler.out.put(at, &record);
    let mut arena = compiler.out.finish();
    let [_, _, bits, ..] = record;
    if bits & words::FIXED != 0 {
        let program = Program::trusted(arena);
        let outcome = program.walked(number);
        arena = program.into_arena();
        *arena.words.get_mut((at + words::OUTCOME) as usize)? = outcome;
    }
    Some(Program::trusted(arena))
}

/// How positions move where a text in a document was replaced.
struct Shift {
    old_end: Position,
    new_end: Position,
}

impl Shift {
    fn new(span: &Span, old: &str, new: &str) -> Self {
        Self { old_end: end_of(span.at, old), new_end: end_of(span.at, new) }
    }

    fn moved(&self, at: Position) -> Position {
        let (old, new) = (self.old_end, self.new_end);
        if (at.line, at.column) < (old.line, old.column) {
            return at;
        }
        let column = if at.line == old.line { at.column - old.column + new.column } else { at.column };
        Position { line: at.line - old.line + new.line, column }
    }
}

/// Where a text ends that begins at a position.
fn end_of(at: Position, text: &str) -> Position {
    let lines = place(text.bytes().filter(|byte| *byte == b'\n').count());
    let last = text.rsplit('\n').next().unwrap_or_default();
    let column = place(last.chars().count()) + if lines == 0 { at.column } else { 1 };
    Position { line: at.line + lines, column }
}

#[cfg(test)]
mod tests {
    use super::apply;

    const TEXT: &str = r#"{"cutover":1,"flags":{"a":{"rules":[{"serve":{"rollout":"5%","by":"id"}}]},"b":{"rules":[{"serve":"on"}]},
        "c":{"requires":[{"flag":"b","is":"on"}]}}}"#;

    #[test]
    fn one_flag_is_compiled_where_only_that_can_have_changed() {
        let before = crate::compile::compile(TEXT.as_bytes()).unwrap();
        let changed = |from: &str, to: &str| apply(&before, TEXT.replacen(from, to, 1).as_bytes());
        let after = changed("5%", "50%").unwrap();
        assert_ne!(after.program.digest(), before.program.digest());
        assert_eq!(
            after.program.digest(),
            crate::compile::compile(TEXT.replace("5%", "50%").as_bytes()).unwrap().program.digest()
        );
        // Again, on what the first change left.
        assert!(apply(&after, TEXT.replace("5%", "7%").as_bytes()).is_some());
        // The flag `b` is asked by `c`; `c` asks; and a name is not a flag's own affair.
        assert!(changed("\"on\"}]}", "\"off\"}]}").is_none());
        assert!(changed("\"is\":\"on\"", "\"is\":\"off\"").is_none());
        assert!(changed("\"a\"", "\"d\"").is_none());
        assert!(changed("5%", "500%").is_none());
    }
}
