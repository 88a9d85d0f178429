//! One line of a file of contexts, decided.

use super::lines::{Line, MAX_LINE_BYTES};
use cutover::{Attributes, Decision, Diagnostic, Engine, Position};
use serde::Serialize;

/// What to decide for each line.
#[derive(Debug)]
pub(in crate::command) struct Decider<'a> {
    pub(in crate::command) engine: &'a Engine,
    /// All flags, where it is `None`.
    pub(in crate::command) flag: Option<&'a str>,
    pub(in crate::command) now_ms: i64,
    /// Whether lines of a decision log are written.
    pub(in crate::command) log: bool,
}

/// A line that is no context.
#[derive(Serialize)]
struct Refused {
    line: u64,
    diagnostics: [Box<Diagnostic>; 1],
}

impl Decider<'_> {
    /// Writes the line of JSON for `line`. False where it is no context.
    pub(super) fn decide(&self, line: &Line<'_>, out: &mut Vec<u8>) -> bool {
        match attributes(line) {
            Ok(attributes) => self.write(&attributes, out),
            Err(diagnostic) => {
                write(out, &Refused { line: line.number, diagnostics: [diagnostic] });
                return false;
            }
        }
        true
    }

    /// Writes what is decided for a context: a line, or in a log one for each flag.
    pub(in crate::command) fn write(&self, attributes: &Attributes, out: &mut Vec<u8>) {
        if self.log {
            let flags: Vec<&str> = match self.flag {
                Some(flag) => vec![flag],
                None => self.engine.flags().collect(),
            };
            for flag in flags {
                out.extend(self.engine.log_decision(flag, attributes, self.now_ms).bytes());
                out.push(b'\n');
            }
            return;
        }
        let context = self.engine.context(attributes);
        match self.flag {
            Some(flag) => write(out, &self.engine.decide(flag, &context, self.now_ms)),
            None => {
                let all: Vec<Decision<'_>> = self.engine.decide_all(&context, self.now_ms).collect();
                write(out, &all);
            }
        }
    }
}

fn write(out: &mut Vec<u8>, answer: &impl Serialize) {
    // Writing to memory cannot fail, and answers always serialise.
    let _ = serde_json::to_writer(&mut *out, answer);
    out.push(b'\n');
}

/// The context on a line.
pub(in crate::command) fn attributes(line: &Line<'_>) -> Result<Attributes, Box<Diagnostic>> {
    let number = u32::try_from(line.number).unwrap_or(u32::MAX);
    let text = text(line)?;
    Attributes::from_json(text).map_err(|mut diagnostic| {
        diagnostic.line = Some(number);
        diagnostic.into()
    })
}

/// The text of a line.
pub(in crate::command) fn text<'l>(line: &Line<'l>) -> Result<&'l str, Box<Diagnostic>> {
    // Positions count lines in 32 bits; `line` of the answer is exact.
    let number = u32::try_from(line.number).unwrap_or(u32::MAX);
    let at = |column| Position { line: number, column };
    if line.too_long {
        let problem = Diagnostic::error("line_too_long", "", at(1), "this line is too long");
        return Err(problem.expected([format!("at most {MAX_LINE_BYTES} bytes")]).into());
    }
    std::str::from_utf8(line.bytes).map_err(|error| {
        let before = line.bytes.get(..error.valid_up_to()).unwrap_or_default();
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        Diagnostic::error(
            "not_utf8",
            "",
            at(u32::try_from(column).unwrap_or(u32::MAX)),
            "this line is not UTF-8",
        )
        .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(number: u64, bytes: &[u8]) -> (bool, String) {
        let engine = Engine::from_str("cutover: 1\nflags: {f: {rules: [{serve: on}]}}").unwrap();
        let mut out = Vec::new();
        let decider = Decider { engine: &engine, flag: Some("f"), now_ms: 0, log: false };
        let done = decider.decide(&Line { number, bytes, too_long: false }, &mut out);
        (done, String::from_utf8(out).unwrap())
    }

    #[test]
    fn what_is_refused_says_where() {
        let (done, line) = decide(7, b"{\"a\":\"\xC3\xA9\xFF\"}");
        assert!(!done);
        assert!(line.starts_with("{\"line\":7,\"diagnostics\":[{\"code\":\"not_utf8\""), "{line}");
        assert!(line.contains("\"line\":7,\"column\":8,"), "{line}");
        assert!(
            decide(7, b"[]")
                .1
                .contains("\"code\":\"context_not_object\",\"severity\":\"error\",\"path\":\"\",\"line\":7")
        );
    }
}
