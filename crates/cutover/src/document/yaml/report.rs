//! The problems that only YAML has.

use super::scalar::Tag;
use crate::diagnostic::{Diagnostic, Position};
use crate::document::{MAX_FLOW_PARTS, Path};
use saphyr_parser::Tag as Written;

const TAGS: [&str; 7] = ["!!str", "!!int", "!!float", "!!bool", "!!null", "!!seq", "!!map"];

pub(super) fn syntax(path: String, at: Position, info: &str) -> Diagnostic {
    let problem = Diagnostic::error("yaml_syntax", path, at, format!("this is no valid YAML: {info}"));
    let helps = [
        (
            "mapping values are not allowed",
            "put a text that holds `: ` in quotes; indent keys that belong together alike",
        ),
        ("tabs", "indent with spaces"),
        ("a tab", "indent with spaces"),
        ("unexpected character", "put a text that begins with `%`, `@` or a backtick in quotes"),
        (
            "unknown escape",
            "in double quotes a `\\` is written `\\\\`; in single quotes it stands for itself",
        ),
        ("Unicode character escape", "write the character itself, or its code as `\\U0001F600`"),
        ("simple key expect", "a key is followed by `: ` on the same line"),
    ];
    match helps.iter().find(|(part, _)| info.contains(part)) {
        Some((_, help)) => problem.help(*help),
        None => problem,
    }
}

pub(super) fn several_documents(at: Position) -> Diagnostic {
    let message = "a second document begins here; only one is read";
    Diagnostic::error("several_documents", "", at, message).help("put it into a file of its own")
}

pub(super) fn too_long(path: String, at: Position) -> Diagnostic {
    let message = format!("a value that begins here has more than {MAX_FLOW_PARTS} words and signs");
    Diagnostic::error("too_many_values", path, at, message)
        .help("write it in block style, one item a line, or the whole document in JSON")
}

pub(super) fn too_much_text(path: String, at: Position) -> Diagnostic {
    Diagnostic::error("too_many_values", path, at, "aliases repeat more text than a document may hold")
}

pub(super) fn undefined_alias(path: String, at: Position) -> Diagnostic {
    Diagnostic::error("undefined_alias", path, at, "no anchor before this alias has its name")
        .help("put `&name` before the value that `*name` repeats; put a text that begins with `*` in quotes")
}

pub(super) fn recursive_alias(path: String, at: Position) -> Diagnostic {
    Diagnostic::error("recursive_alias", path, at, "the alias stands inside of the value that it repeats")
}

pub(super) fn unknown_tag(path: String, at: Position, tag: &Written) -> Diagnostic {
    let tag = match (tag.handle.as_str(), tag.suffix.as_str()) {
        ("!", suffix) => format!("!{suffix}"),
        ("tag:yaml.org,2002:", suffix) => format!("!!{suffix}"),
        (handle, suffix) => format!("!<{handle}{suffix}>"),
    };
    let problem = Diagnostic::error("unknown_tag", path, at, "the tag is unknown").found(&tag).expected(TAGS);
    problem.help("leave the tag out; put a text that begins with `!` in quotes")
}

pub(super) fn mismatch(path: String, at: Position, found: &str, tag: Tag) -> Diagnostic {
    let message = format!("this is not what its tag `{}` says", tag.written());
    Diagnostic::error("tag_mismatch", path, at, message).found(found)
}

pub(super) fn not_finite(path: &Path<'_>, at: Position, found: &str) -> Diagnostic {
    Diagnostic::error("not_finite", path.to_string(), at, "the number is not finite")
        .found(found)
        .expected(["a finite number"])
        .help("put it in quotes if a text is meant")
}

pub(super) fn key_not_text(path: &Path<'_>, at: Position, found: &str) -> Diagnostic {
    Diagnostic::error("key_not_text", path.to_string(), at, format!("{found} cannot be a key"))
        .found(found)
        .expected(["a text"])
}

pub(super) fn merge_key(path: &Path<'_>, at: Position) -> Diagnostic {
    Diagnostic::error("merge_key", path.to_string(), at, "YAML 1.2 has no merge key `<<`")
        .found("<<")
        .help("write the keys out; put `<<` in quotes if that is the key")
}
