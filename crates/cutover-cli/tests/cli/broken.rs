//! Files that are none, too large, or endless: each gets a diagnostic and an exit code, never a panic or a hang.

use crate::Folder;

/// Commands that read a ruleset, with what they need beside it.
const READERS: [&[&str]; 4] = [&["check"], &["eval"], &["explain"], &["route"]];

fn with_file<'a>(command: &[&'a str], file: &'a str) -> Vec<&'a str> {
    let name: &[&str] = if matches!(command, ["explain" | "route"]) { &["x"] } else { &[] };
    [command, &[file], name, &["--json"]].concat()
}

#[test]
fn every_reader_refuses_what_it_cannot_use() {
    let folder = Folder::new("broken");
    folder.file("bytes.yaml", b"cutover: 1\nflags: { \xFF: 1 }\n");
    folder.file("large.yaml", vec![b'a'; 40_000_000]);
    folder.file("deep.json", "[".repeat(1_000_000));
    folder.file("empty.yaml", "");
    folder.file("nul.yaml", "cutover: 1\0");
    let cases = [
        ("missing.yaml", 2, "unreadable_file"),
        (".", 2, "unreadable_file"),
        ("bytes.yaml", 1, "not_utf8"),
        ("large.yaml", 1, "document_too_large"),
        ("deep.json", 1, "nested_too_deep"),
        ("empty.yaml", 1, "empty_document"),
        ("nul.yaml", 1, "yaml_syntax"),
    ];
    for command in READERS {
        for (file, exit, code) in cases {
            let json = folder.run(&with_file(command, file)).json(exit);
            assert_eq!(json["diagnostics"][0]["code"], code, "{command:?} {file}");
        }
    }
}

#[test]
fn people_are_shown_where_it_is_not_utf8() {
    let folder = Folder::new("broken_bytes");
    folder.file("bytes.yaml", b"cutover: 1\nflags: { \xFF: 1 }\n");
    let stderr = "\
error[not_utf8]: the document is not encoded in UTF-8
 --> bytes.yaml:2:10
  |
2 | flags: { \u{FFFD}: 1 }
  |          ^
  = found: the byte 0xFF
  = help: save it as UTF-8

";
    folder.run(&["eval", "bytes.yaml"]).wrote(1, "", stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn an_endless_file_comes_to_an_end() {
    let folder = Folder::new("broken_endless");
    let json = folder.run(&["check", "/dev/zero", "--json"]).json(1);
    assert_eq!(json["diagnostics"][0]["code"], "document_too_large");
}

#[test]
fn a_document_with_very_many_problems_shows_them_all() {
    let folder = Folder::new("broken_many");
    let flags: String = (0..5000).map(|id| format!("  f{id}: {{ enabld: true }}\n")).collect();
    folder.file("many.yaml", format!("cutover: 1\nflags:\n{flags}"));
    let run = folder.run(&["check", "many.yaml"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.ends_with("refused many.yaml: 5000 errors, no warnings\n"));
    assert_eq!(run.stdout.matches("error[unknown_key]").count(), 5000);
}
