//! What each text becomes, and what is told of each that is refused.

#[cfg(feature = "yaml")]
mod hostile;
mod json;
#[cfg(feature = "yaml")]
mod yaml;

use super::{Arena, MAX_TEXT_BYTES, read};
use crate::diagnostic::Diagnostic;
use crate::value::Value;

/// The value of a document that is accepted.
fn value(text: &str) -> Value {
    match read(text.as_bytes(), &Arena::new()) {
        Ok(node) => node.to_value(),
        Err(problems) => panic!("refused: {problems:#?}"),
    }
}

fn problems(text: impl AsRef<[u8]>) -> Vec<Diagnostic> {
    read(text.as_ref(), &Arena::new()).err().unwrap_or_default()
}

/// What is told of a document that is refused: code, line, column and path of each problem.
fn told(text: impl AsRef<[u8]>) -> Vec<String> {
    problems(text)
        .iter()
        .map(|problem| {
            let place = match (problem.line, problem.column) {
                (Some(line), Some(column)) => format!("{line}:{column}"),
                _ => "nowhere".to_owned(),
            };
            format!("{} {place} {}", problem.code, problem.path).trim_end().to_owned()
        })
        .collect()
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries.map(|(key, value)| (key.to_owned(), value)))
}

#[test]
fn refuses_what_is_no_text() {
    assert_eq!(told("{\n \"ä\": \"").len(), 1);
    assert_eq!(told(b"{\n \"\xC3\xA4\": \"\xE4\"}"), ["not_utf8 2:8"]);
    assert_eq!(told(b"\xEF\xBB\xBFa\xFF"), ["not_utf8 1:2"], "a byte order mark makes no column");
    let utf16 = problems(b"\xFF\xFEa\0");
    assert_eq!((utf16[0].code, utf16[0].found.as_deref()), ("not_utf8", Some("the byte 0xFF")));
    assert!(utf16[0].help.as_deref().unwrap_or_default().contains("UTF-16"));
    assert!(problems(b"\xFE\xFF\0a")[0].help.as_deref().unwrap_or_default().contains("UTF-16"));
}

#[test]
fn refuses_what_holds_nothing() {
    for text in ["", "\u{FEFF}", " \t\r\n "] {
        assert_eq!(told(text), ["empty_document 1:1"], "{text:?}");
    }
}

#[test]
fn refuses_what_is_too_large() {
    assert_eq!(told(vec![b' '; MAX_TEXT_BYTES + 1]), ["document_too_large nowhere"]);
    assert_eq!(told(vec![b' '; MAX_TEXT_BYTES]), ["empty_document 1:1"]);
    let context = Value::from_json(&" ".repeat(MAX_TEXT_BYTES + 1));
    assert_eq!(context.map_err(|problem| problem.code), Err("document_too_large"));
}

#[test]
fn skips_a_byte_order_mark() {
    assert_eq!(value("\u{FEFF}{\"a\":1}"), map([("a", Value::Int(1))]));
    assert_eq!(Value::from_json("\u{FEFF}1"), Ok(Value::Int(1)));
}

#[cfg(not(feature = "yaml"))]
#[test]
fn says_that_this_build_reads_no_yaml() {
    let problem = &problems("\n  a: 1")[0];
    assert_eq!((problem.code, problem.line, problem.column), ("yaml_not_supported", Some(2), Some(3)));
    assert!(problem.help.is_some());
}
