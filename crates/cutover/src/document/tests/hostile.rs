//! Texts made to hurt. Each of these is read or refused at once, with little memory and a flat stack.

use super::{problems, told};
use crate::document::{Arena, MAX_FLOW_PARTS, MAX_NODES, MAX_PROBLEMS, read};

const MANY: usize = 100_000;

fn code(text: &str) -> &'static str {
    problems(text).last().map_or("", |problem| problem.code)
}

#[test]
fn deep_nesting() {
    for part in ["[", "- ", "? ", ": ", "a: {", "- [", "{a: ", "[a: "] {
        let code = code(&format!("a:\n  {}", part.repeat(MANY)));
        // `a: {a: {` and `- [- [` are broken in another way before they are too deep.
        assert!(matches!(code, "nested_too_deep" | "yaml_syntax"), "{part}: {code}");
    }
    let steps: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(told(steps), [format!("nested_too_deep 65:65 {}", ["a"; 64].join("."))]);
    assert_eq!(told("- ".repeat(MANY)), [format!("nested_too_deep 1:129 {}", "[0]".repeat(64))]);
    assert_eq!(told(format!("{}1{}", "[".repeat(64), "]".repeat(64))), [""; 0]);
    assert_eq!(
        told(format!("{}1{}", "[".repeat(65), "]".repeat(65))),
        [format!("nested_too_deep 1:65 {}", "[0]".repeat(64))]
    );
    // Beyond its own limit the library gives up before it hands out anything.
    assert_eq!(told("[".repeat(MANY)), ["nested_too_deep 1:256"]);
}

#[test]
fn aliases_of_aliases() {
    let laughs: String =
        (1..40).map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{},", n - 1).repeat(9))).collect();
    assert_eq!(told(format!("a0: &a0 [1,1,1,1,1,1,1,1,1]\n{laughs}")), ["too_many_values 7:30 a6[5]"]);
    let deep: String = (1..99).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect();
    assert_eq!(told(format!("a0: &a0 [1]\n{deep}")), ["nested_too_deep 64:12 a63[0]"]);
    let text = format!("a: &a {}\nb:\n{}", "x".repeat(2_000_000), "- *a\n".repeat(1000));
    assert_eq!(told(text), ["too_many_values 35:3 b[32]"]);
}

#[test]
fn flow_collections_that_are_scanned_to_their_end() {
    // The library hands out none of these before it knows that no `:` follows the whole.
    for part in ["1,", ": ,", "\n    'a'"] {
        let problems = problems(format!("-\n  - [{}", part.repeat(MAX_FLOW_PARTS)));
        assert_eq!((problems.len(), problems[0].code), (1, "too_many_values"), "{part:?}");
        assert!(problems[0].path.starts_with("[0]"), "{part:?}");
    }
    assert_eq!(
        told(format!("- {}{}", "[".repeat(60), "1,".repeat(MAX_FLOW_PARTS))),
        ["too_many_values 1:3 [0]"]
    );
}

#[test]
fn long_texts() {
    let long = 1_000_000;
    for text in [
        format!("# {}\na: 1", "x ".repeat(long)),
        format!("{}a: 1", "# x\n".repeat(long / 4)),
        format!("a: {}", "x".repeat(long)),
        format!("a: \"{}\"", "\\n".repeat(long / 8)),
        format!("a: x{}  y", "\n".repeat(long)),
        format!("a: |\n{}", "\n".repeat(long)),
        format!("a: |\n{}x\n", " ".repeat(long)),
        format!("{}a: 1", " ".repeat(long)),
        format!("{}a: 1", "\n".repeat(long)),
        format!("a: &{} 1", "x".repeat(long)),
        format!("a: 0.{}", "1".repeat(long)),
    ] {
        assert!(read(text.as_bytes(), &Arena::new()).is_ok(), "{:?}", text.get(..12));
    }
}

#[test]
fn long_runs_of_one_sign() {
    for sign in
        ["-", "?", ":", ",", "]", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "\0", "\t", "\u{FEFF}"]
    {
        let _ = read(sign.repeat(MANY).as_bytes(), &Arena::new());
        let _ = read(format!("{sign}\n").repeat(MANY).as_bytes(), &Arena::new());
    }
}

#[test]
fn many_keys_and_anchors() {
    let keys: String = (0..MANY).map(|key| format!("k{}: &a{key} 1\n", key * 7919 % MANY)).collect();
    assert!(read(keys.as_bytes(), &Arena::new()).is_ok());
    assert_eq!(told(format!("{keys}k7: 1\n")), [format!("duplicate_key {}:1 k7", MANY + 1)]);
    assert_eq!(problems("a: b\n".repeat(MANY)).len(), MAX_PROBLEMS);
}

#[test]
fn a_long_tag_prefix_used_often() {
    let text = format!("%TAG !y! {}\n---\n{}", "x".repeat(1_000_000), "- !y!z 1\n".repeat(MANY));
    assert_eq!(problems(text).len(), MAX_PROBLEMS);
}

#[test]
fn too_many_values() {
    assert_eq!(told("-\n".repeat(MAX_NODES)), ["too_many_values 4000000:2 [3999999]"]);
}
