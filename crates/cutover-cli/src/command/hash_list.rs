//! `cutover hash-list`: identifiers to a list that does not name them.

use crate::args::HashList;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::screen::Screen;
use cutover::{Diagnostic, Position, Value, hash_list_entry};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};

/// The list in the shape of a ruleset.
#[derive(Serialize)]
struct List<'a> {
    /// Sorted, so that it does not tell the order of the identifiers.
    sha256: BTreeSet<String>,
    salt: &'a str,
}

pub(super) fn run(args: &HashList, screen: &Screen) -> Result<Exit, Failure> {
    let mut list = List { sha256: BTreeSet::new(), salt: &args.salt };
    let mut refused = Vec::new();
    let mut lines = BufReader::with_capacity(1 << 16, input::open(&args.file)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read =
            lines.read_until(b'\n', &mut line).map_err(|error| input::unreadable(&args.file, &error))?;
        if read == 0 {
            break;
        }
        let id = line.strip_suffix(b"\n").unwrap_or(&line);
        let id = id.strip_suffix(b"\r").unwrap_or(id);
        match entry(&args.salt, id, args.integers) {
            _ if id.is_empty() => {}
            Ok(digest) => list.sha256.extend(digest),
            Err((code, message)) => {
                let at = Position { line: number, column: 1 };
                refused.push(Diagnostic::error(code, "", at, message));
            }
        }
    }
    if list.sha256.is_empty() && refused.is_empty() {
        let message = "there is no identifier to hash: a list without values matches nobody";
        refused.push(Diagnostic::error("empty_list", "", Position::default(), message));
    }
    if !refused.is_empty() {
        // Without its text: the lines are identifiers that are not to be shown.
        let source = Source { name: input::name(&args.file), bytes: Vec::new() };
        return Err(Failure::Refused { exit: Exit::No, source: Some(source), diagnostics: refused });
    }
    if screen.is_json() {
        screen.value(&list)?;
    } else {
        screen.bytes(yaml(&list).as_bytes())?;
    }
    Ok(Exit::Done)
}

fn entry(salt: &str, id: &[u8], integers: bool) -> Result<Option<String>, (&'static str, &'static str)> {
    let text = std::str::from_utf8(id).map_err(|_| ("not_utf8", "this line is not UTF-8"))?;
    let value = if integers {
        let integer = text.parse().map_err(|_| ("not_integer", "this line is no whole number of 64 bits"))?;
        Value::Int(integer)
    } else {
        Value::Text(text.to_owned())
    };
    Ok(hash_list_entry(salt, &value))
}

/// The list as YAML. Quoted like JSON, which is YAML: a digest of digits alone would be a number.
fn yaml(list: &List<'_>) -> String {
    let mut text = String::from("sha256:\n");
    for digest in &list.sha256 {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  - \"{digest}\"");
    }
    let _ = writeln!(text, "salt: {}", cutover::wire::to_json(&list.salt));
    text
}
