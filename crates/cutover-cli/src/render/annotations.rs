//! Diagnostics as other programs show them beside the lines that they are about.

use cutover::{Diagnostic, Severity};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A diagnostic and the file that it is about.
#[derive(Serialize)]
pub(crate) struct InFile {
    pub(crate) file: String,
    #[serde(flatten)]
    pub(crate) diagnostic: Diagnostic,
}

/// What happened, where, and what to do, in a few lines.
fn sentence(diagnostic: &Diagnostic) -> String {
    let mut out = diagnostic.message.clone();
    let mut note = |label: &str, text: &str| {
        // Writing to a String cannot fail, here and below.
        let _ = write!(out, "\n{label}: {text}");
    };
    if !diagnostic.path.is_empty() {
        note("at", &diagnostic.path);
    }
    if let Some(found) = &diagnostic.found {
        note("found", found);
    }
    if !diagnostic.expected.is_empty() {
        note("expected", &diagnostic.expected.join(", "));
    }
    if let Some(help) = &diagnostic.help {
        note("help", help);
    }
    out
}

/// Commands of a workflow of GitHub, one a line.
pub(crate) fn github(all: &[InFile]) -> String {
    let mut out = String::new();
    for InFile { file, diagnostic } in all {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = diagnostic.line.zip(diagnostic.column);
        let place = place.map(|(line, column)| format!(",line={line},col={column}")).unwrap_or_default();
        let title = format!("cutover: {}", diagnostic.code);
        let _ = writeln!(
            out,
            "::{command} file={}{place},title={}::{}",
            property(file),
            property(&title),
            escaped(&sentence(diagnostic))
        );
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

/// A log in SARIF 2.1.0.
pub(crate) fn sarif(all: &[InFile]) -> Value {
    let codes: BTreeSet<&str> = all.iter().map(|entry| entry.diagnostic.code).collect();
    let rules: Vec<Value> = codes.iter().map(|code| json!({ "id": code })).collect();
    let results: Vec<Value> = all.iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cutover",
                "informationUri": "https://github.com/cutover/cutover",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(InFile { file, diagnostic }: &InFile) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut place = json!({ "artifactLocation": { "uri": uri(file) } });
    if let (Some((line, column)), Some(place)) =
        (diagnostic.line.zip(diagnostic.column), place.as_object_mut())
    {
        place.insert("region".to_owned(), json!({ "startLine": line, "startColumn": column }));
    }
    json!({
        "ruleId": diagnostic.code,
        "level": level,
        "message": { "text": sentence(diagnostic) },
        "locations": [{ "physicalLocation": place }],
    })
}

/// A path as a reference: with slashes, and all else escaped that means something there.
fn uri(file: &str) -> String {
    let mut out = String::new();
    for byte in file.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use cutover::Position;

    fn one() -> Vec<InFile> {
        let at = Position { line: 3, column: 8 };
        let diagnostic =
            Diagnostic::error("unknown_key", "flags.a", at, "100% wrong\nreally").found("iss").help("so");
        vec![InFile { file: "a b,c:d.yaml".to_owned(), diagnostic }]
    }

    #[test]
    fn a_command_stays_on_its_line_whatever_is_in_it() {
        assert_eq!(
            github(&one()),
            "::error file=a b%2Cc%3Ad.yaml,line=3,col=8,title=cutover%3A unknown_key::\
             100%25 wrong%0Areally%0Aat: flags.a%0Afound: iss%0Ahelp: so\n"
        );
    }

    #[test]
    fn a_log_names_rules_and_places() {
        let log = sarif(&one());
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"], json!([{ "id": "unknown_key" }]));
        let place = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b%2Cc%3Ad.yaml");
        assert_eq!(place["region"], json!({ "startLine": 3, "startColumn": 8 }));
    }
}
