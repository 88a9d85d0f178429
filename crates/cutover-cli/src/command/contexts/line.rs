//! One line of a file of contexts, decided.

use super::lines::{Line, MAX_LINE_BYTES};
use cutover::{Attributes, Decision, Diagnostic, Engine, Position};
use serde::Serialize;

/// What to decide for each line.
#[derive(Debug)]
pub(super) struct Decider<'a> {
    pub(super) engine: &'a Engine,
    /// All flags, where it is `None`.
    pub(super) flag: Option<&'a str>,
    pub(super) now_ms: i64,
}

/// A line that is no context.
#[derive(Serialize)]
struct Refused {
    line: u64,
    diagnostics: [Diagnostic; 1],
}

impl Decider<'_> {
    /// Writes the line of JSON for `line`. False where it is no context.
    pub(super) fn decide(&self, line: &Line<'_>, out: &mut Vec<u8>) -> bool {
        let read = attributes(line);
        match &read {
            Ok(attributes) => {
                let context = self.engine.context(attributes);
                match self.flag {
                    Some(flag) => write(out, &self.engine.decide(flag, &context, self.now_ms)),
                    None => {
                        let all: Vec<Decision<'_>> = self.engine.decide_all(&context, self.now_ms).collect();
                        write(out, &all);
                    }
                }
            }
            Err(diagnostic) => {
                write(out, &Refused { line: line.number, diagnostics: [diagnostic.clone()] });
            }
        }
        read.is_ok()
    }
}

fn write(out: &mut Vec<u8>, answer: &impl Serialize) {
    // Writing to memory cannot fail, and answers always serialise.
    let _ = serde_json::to_writer(&mut *out, answer);
    out.push(b'\n');
}

fn attributes(line: &Line<'_>) -> Result<Attributes, Diagnostic> {
    // Positions count lines in 32 bits; `line` of the answer is exact.
    let number = u32::try_from(line.number).unwrap_or(u32::MAX);
    let at = |column| Position { line: number, column };
    if line.too_long {
        return Err(Diagnostic::error("line_too_long", "", at(1), "this line is too long for a context")
            .expected([format!("at most {MAX_LINE_BYTES} bytes")]));
    }
    // Some editors begin a file with a mark of its encoding.
    let mark = if line.number == 1 { "\u{FEFF}".as_bytes() } else { &[] };
    let bytes = line.bytes.strip_prefix(mark).unwrap_or(line.bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        Diagnostic::error("not_utf8", "", at(u32::try_from(column).unwrap_or(u32::MAX)), "this line is not UTF-8")
    })?;
    Attributes::from_json(text).map_err(|mut diagnostic| {
        diagnostic.line = Some(number);
        diagnostic
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(number: u64, bytes: &[u8]) -> (bool, String) {
        let engine = Engine::from_str("{cutover: 1, flags: {f: {rules: [{serve: on}]}}}").unwrap();
        let mut out = Vec::new();
        let decider = Decider { engine: &engine, flag: Some("f"), now_ms: 0 };
        let done = decider.decide(&Line { number, bytes, too_long: false }, &mut out);
        (done, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_mark_of_the_encoding_begins_a_file_and_nothing_else() {
        assert!(decide(1, "\u{FEFF}{}".as_bytes()).0);
        assert!(!decide(2, "\u{FEFF}{}".as_bytes()).0);
    }

    #[test]
    fn what_is_refused_says_where() {
        let (done, line) = decide(7, b"{\"a\":\"\xC3\xA9\xFF\"}");
        assert!(!done);
        assert!(line.starts_with("{\"line\":7,\"diagnostics\":[{\"code\":\"not_utf8\""), "{line}");
        assert!(line.contains("\"line\":7,\"column\":8,"), "{line}");
        assert!(decide(7, b"[]").1.contains("\"code\":\"context_not_object\",\"severity\":\"error\",\"path\":\"\",\"line\":7"));
    }
}
