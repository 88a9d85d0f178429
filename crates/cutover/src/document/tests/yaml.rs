//! YAML.

use super::{map, problems, told, value};
use crate::diagnostic::Position;
use crate::document::{Arena, Content, read};
use crate::value::Value;

fn scalar(text: &str) -> Value {
    value(&format!("a: {text}\n")).get("a").cloned().unwrap_or_default()
}

#[test]
fn reads_plain_scalars_by_the_core_schema() {
    for text in ["", "~", "null", "Null", "NULL"] {
        assert_eq!(scalar(text), Value::Null, "{text:?}");
    }
    for (text, bool) in [("true", true), ("True", true), ("TRUE", true), ("false", false), ("FALSE", false)] {
        assert_eq!(scalar(text), Value::Bool(bool), "{text}");
    }
    for (text, int) in
        [("-0", 0), ("+3", 3), ("007", 7), ("0x1F", 31), ("0o17", 15), ("1e3", 1000), ("5.", 5), ("1.0", 1)]
    {
        assert_eq!(scalar(text), Value::Int(int), "{text}");
    }
    assert_eq!(scalar("9223372036854775807"), Value::Int(i64::MAX));
    for (text, float) in
        [(".5", 0.5), ("-1.5e-3", -0.0015), ("9223372036854775808", 9_223_372_036_854_775_808.0)]
    {
        assert_eq!(scalar(text), Value::Float(float), "{text}");
    }
    assert_eq!(scalar("0x8000000000000000"), Value::Float(9_223_372_036_854_775_808.0));
}

#[test]
fn reads_what_is_no_number_as_text() {
    for text in [
        "on",
        "off",
        "yes",
        "no",
        "Y",
        "22:00",
        "2027-03-31",
        "50%",
        "1_000",
        "0b1",
        "0x",
        "0o8",
        "-0x1",
        "1e",
        "e1",
        ".",
        "+",
        "--1",
        "1.2.3",
        ".e1",
        "nUll",
        "tRUE",
        "inf",
        ".iNF",
        "+.nan",
        "1 2",
    ] {
        assert_eq!(scalar(text), Value::from(text), "{text}");
    }
    for text in ["\"1\"", "'true'", "\"\"", "|-\n  1", ">-\n  null"] {
        assert!(matches!(scalar(text), Value::Text(_)), "{text}");
    }
    assert_eq!(scalar("\"\\u00e4\\x41\\n\""), Value::from("äA\n"));
}

#[test]
fn honours_the_tags_of_the_core_schema() {
    for (text, expected) in [
        ("!!str 1", Value::from("1")),
        ("! 1", Value::from("1")),
        ("!<tag:yaml.org,2002:str> null", Value::from("null")),
        ("!!int \"5\"", Value::Int(5)),
        ("!!float 1", Value::Int(1)),
        ("!!bool 'true'", Value::Bool(true)),
        ("!!null ''", Value::Null),
        ("!!seq [1]", Value::from(vec![1])),
        ("!!map {}", Value::Map(Vec::new())),
    ] {
        assert_eq!(scalar(text), expected, "{text}");
    }
    assert_eq!(
        told("a: !!int x\nb: !!str [1]\nc: !!seq x\nd: [!!bool yes]\n"),
        ["tag_mismatch 1:4 a", "tag_mismatch 2:4 b", "tag_mismatch 3:4 c", "tag_mismatch 4:5 d[0]",]
    );
    let text = "a:\n  - !set {b}\n  - !!omap x\n  - !<x:y> 1\n";
    assert_eq!(told(text), ["unknown_tag 2:5 a[0]", "unknown_tag 3:5 a[1]", "unknown_tag 4:5 a[2]"]);
    let found: Vec<_> = problems(text).into_iter().filter_map(|problem| problem.found).collect();
    assert_eq!(found, ["!set", "!!omap", "!<x:y>"]);
}

#[test]
fn refuses_numbers_that_json_does_not_have() {
    assert_eq!(
        told("a: .inf\nb: [-.INF, .nan]\nc: 1e999\nd: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\n"),
        [
            "not_finite 1:4 a",
            "not_finite 2:5 b[0]",
            "not_finite 2:12 b[1]",
            "number_out_of_range 3:4 c",
            "number_out_of_range 4:4 d",
        ]
    );
}

#[test]
fn takes_scalars_as_keys_by_their_text() {
    let keys =
        map([("1", Value::Int(1)), ("true", Value::Int(2)), ("1.50", Value::Int(3)), ("<<", Value::Int(4))]);
    assert_eq!(value("1: 1\ntrue: 2\n1.50: 3\n'<<': 4\n"), keys);
    assert_eq!(
        told("a:\n  ~: 1\n  ? [b]\n  : 2\n  ? {c: d}\n  : .inf\n"),
        ["key_not_text 2:3 a", "key_not_text 3:5 a", "key_not_text 5:5 a", "not_finite 6:5 a",]
    );
    assert_eq!(told("a: &a {b: 1}\nc:\n  <<: *a\n  d: 1\n"), ["merge_key 3:3 c"]);
}

#[test]
fn refuses_repeated_keys() {
    let text = "a: 1\n'my key':\n  - b: 1\n    b: 2\n\"a\": 3\n";
    assert_eq!(told(text), ["duplicate_key 4:5 [\"my key\"][0].b", "duplicate_key 5:1 a"]);
    assert_eq!(problems(text)[1].message, "the key `a` is already at line 1, column 1");
}

#[test]
fn expands_aliases() {
    let text = "a: &x [1, &y b]\nc: *x\n*y : *y\n";
    let list = || Value::List(vec![Value::Int(1), Value::from("b")]);
    assert_eq!(value(text), map([("a", list()), ("b", Value::from("b")), ("c", list())]));
    assert_eq!(told("a:\n  - *x\n"), ["undefined_alias 2:5 a[0]"]);
    assert_eq!(told("a: &x\n  b: [1, *x]\n"), ["recursive_alias 2:10 a.b[1]"]);
    // What is wrong in an anchored value is told once.
    assert_eq!(told("a: &x [.inf, {b: 1, b: 2}]\nc: [*x, *x]\n").len(), 2);
}

#[test]
fn refuses_all_but_one_document() {
    assert_eq!(value("%YAML 1.2\n---\na: 1\n...\n"), map([("a", Value::Int(1))]));
    assert_eq!(told("a: 1\na: 2\n---\nb: 1\n"), ["duplicate_key 2:1 a", "several_documents 3:1"]);
    for text in ["# nothing\n", "---\n", "---\n# nothing\n...\n"] {
        assert_eq!(told(text), ["empty_document 1:1"], "{text:?}");
    }
    assert_eq!(value("~"), Value::Null);
}

#[test]
fn says_where_the_syntax_is_broken() {
    for (text, place) in [
        ("a: b: c\n", "1:5"),
        ("a:\n  - [1\n", "3:1 a[0]"),
        ("a:\n\t- b\n", "2:2 a"),
        ("a:\n  b: \"x\n", "2:6 a.b"),
        ("a: [1]]\n", "1:7"),
        ("ä: @x", "1:4 [\"ä\"]"),
        ("a: x\0", "1:5"),
    ] {
        assert_eq!(told(text), [format!("yaml_syntax {place}")], "{text:?}");
    }
    // What stands before it is told as well.
    let text = "a: 1\na: .inf\nb: [!x 1]\nc: {d: 1, d: 2}\ne: [\n";
    let before =
        ["duplicate_key 2:1 a", "not_finite 2:4 a", "unknown_tag 3:5 b[0]", "duplicate_key 4:11 c.d"];
    assert_eq!(told(text), [&before[..], &["yaml_syntax 6:1 e"]].concat());
}

#[test]
fn knows_where_everything_stands() {
    let arena = Arena::new();
    let text = "ä: &x\n  b: [ü, *x2]\n".replace("*x2", "'c'");
    let node = read(text.as_bytes(), &arena).unwrap();
    let at = |line, column| Position { line, column };
    let Content::Map(entries) = &node.content else { panic!("{node:?}") };
    let Content::Map(inner) = &entries[0].value.content else { panic!("{node:?}") };
    let Content::List(items) = &inner[0].value.content else { panic!("{node:?}") };
    assert_eq!((entries[0].key_at, inner[0].key_at, inner[0].value.at), (at(1, 1), at(2, 3), at(2, 6)));
    assert_eq!((items[0].at, items[1].at), (at(2, 7), at(2, 10)));
    let node = read(b"? a", &arena).unwrap();
    let Content::Map(entries) = &node.content else { panic!("{node:?}") };
    assert_eq!(entries[0].value.at, at(1, 4), "what is missing at the end stands at the end");
}

#[test]
fn reads_json_as_json_is_read() {
    let json = r#"{"a":[1,-2.50,1e3,"\u00e4\/\n",null,{"b":{}}],"c d":"~","<<":"x"}"#;
    assert_eq!(value(&format!("# yaml\n{json}")), value(json));
}
