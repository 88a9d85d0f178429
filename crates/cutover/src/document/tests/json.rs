//! JSON.

use super::{map, problems, told, value};
use crate::diagnostic::Position;
use crate::document::{Arena, Content, Span, decode, read, read_entry, read_spanned};
use crate::value::Value;

fn number(literal: &str) -> Value {
    value(&format!("{{\"n\":{literal}}}")).get("n").cloned().unwrap_or_default()
}

#[test]
fn reads_every_kind_of_value() {
    let text = r#" { "b" : [ null, true, false, [], {} ], "a": "\"\\\/\b\f\n\r\t\u00e4\uD83D\uDE00ä" } "#;
    let list = vec![
        Value::Null,
        Value::Bool(true),
        Value::Bool(false),
        Value::List(Vec::new()),
        Value::Map(Vec::new()),
    ];
    let string = Value::from("\"\\/\u{8}\u{C}\n\r\tä😀ä");
    assert_eq!(value(text), map([("b", Value::List(list)), ("a", string)]));
}

/// Texts are searched eight bytes at a time.
#[test]
fn finds_the_end_of_a_text_wherever_it_is() {
    for length in 0..20 {
        for (written, read) in
            [("", ""), ("\\n", "\n"), ("ä", "ä"), ("\u{7f}", "\u{7f}"), ("😀\\\\", "😀\\"), ("!#[]", "!#[]")]
        {
            let before = "x".repeat(length);
            let value = |text: &str| Value::from(format!("{before}{text}"));
            let wanted = Value::List(vec![value(read), value("\""), Value::Int(1)]);
            let text = format!("[\"{before}{written}\",\"{before}\\\"\",1]");
            assert_eq!(Value::from_json(&text), Ok(wanted), "{text}");
            // What stands behind it is where it is.
            let broken = format!("[\"{before}{written}\" x]");
            let column = Some(u32::try_from(broken.chars().count()).unwrap() - 1);
            assert_eq!(Value::from_json(&broken).unwrap_err().column, column, "{broken}");
            let open = Value::from_json(&format!("[\"{before}{written}")).unwrap_err();
            assert_eq!((open.column, open.found.as_deref()), (Some(2), Some("the end of the text")));
        }
        for control in ['\0', '\t', '\n', '\u{1f}'] {
            let text = format!("\"{}{control}ä\"", "ä".repeat(length));
            let column = Some(u32::try_from(length).unwrap() + 2);
            assert_eq!(Value::from_json(&text).unwrap_err().column, column, "{text:?}");
        }
    }
}

#[test]
fn reads_integral_numbers_as_integers() {
    for (literal, int) in [("0", 0), ("-0", 0), ("-0.0", 0), ("1.0", 1), ("1e3", 1000), ("12.5E+1", 125)] {
        assert_eq!(number(literal), Value::Int(int), "{literal}");
    }
    assert_eq!(number("9223372036854775807"), Value::Int(i64::MAX));
    assert_eq!(number("-9223372036854775808"), Value::Int(i64::MIN));
    assert_eq!(number("9223372036854775808"), Value::Float(9_223_372_036_854_775_808.0));
    assert_eq!(number("1e300"), Value::Float(1e300));
    assert_eq!(number("1e-400"), Value::Int(0));
    // Each of these is one unit in the last place away from what a reader that does not round exactly makes.
    assert_eq!(number("-2.618E-253"), Value::Float(-2.618E-253));
    assert_eq!(number("74166176763082590267813"), Value::Float(74_166_176_763_082_590_267_813.0));
}

#[test]
fn knows_where_everything_stands() {
    let arena = Arena::new();
    let node = read("{\"äß\":1,\r\n \"b\" : [ \"ü\", 2 ],\r\"c\":3}".as_bytes(), &arena).unwrap();
    let Content::Map(entries) = &node.content else { panic!("{node:?}") };
    let places = |line, column| crate::diagnostic::Position { line, column };
    assert_eq!((entries[0].key_at, entries[0].value.at), (places(1, 2), places(1, 7)));
    assert_eq!((entries[1].key_at, entries[1].value.at), (places(2, 2), places(2, 8)));
    let Content::List(items) = &entries[1].value.content else { panic!("{node:?}") };
    assert_eq!((items[0].at, items[1].at), (places(2, 10), places(2, 15)));
    assert_eq!((entries[2].key_at, node.at), (places(3, 1), places(1, 1)));
}

#[test]
fn says_where_the_syntax_is_broken() {
    for (text, place, message) in [
        ("{", "1:2", "expected a key or `}`, found the end of the text"),
        ("{\"a\"", "1:5", "expected `:`, found the end of the text"),
        ("{\"a\" 1}", "1:6", "expected `:`, found `1`"),
        ("{\"a\":}", "1:6 a", "expected a value, found `}`"),
        ("{\"a\":\n [1,]}", "2:5 a[1]", "expected a value, found `]`"),
        ("{\"a\":1,}", "1:8", "expected a key, found `}`"),
        ("{\"a\":[1 2]}", "1:9 a", "expected `,` or `]`, found `2`"),
        ("{\"a b\":{\"c\":1 2}}", "1:15 [\"a b\"]", "expected `,` or `}`, found `2`"),
        ("{\"a\":truth}", "1:6 a", "expected a value, found `truth`"),
        ("{\"a\":01}", "1:6 a", "a number may not begin with a needless zero"),
        ("{\"a\":-}", "1:7 a", "expected a digit, found `}`"),
        ("{\"a\":1.}", "1:8 a", "expected a digit, found `}`"),
        ("{\"a\":1e+}", "1:9 a", "expected a digit, found `}`"),
        ("{\"a\":\"b", "1:6 a", "the text that begins here has no closing `\"`"),
        ("{\"a\":\"b\n\"}", "1:8 a", "a text ends on the line it begins on"),
        ("{\"a\":\"\u{1}\"}", "1:7 a", "a control character is written as an escape"),
        ("{\"a\":\"ä\\x\"}", "1:8 a", "`\\x` is no escape of JSON"),
        ("{\"a\":\"\\u12g4\"}", "1:7 a", "`\\u` is followed by four hexadecimal digits"),
        ("{\"a\":1}\n}", "2:1", "expected the end of the text, found `}`"),
    ] {
        assert_eq!(told(text), [format!("json_syntax {place}")], "{text}");
        assert_eq!(problems(text)[0].message, message, "{text}");
    }
}

#[test]
fn helps_with_common_slips() {
    for (text, help) in [
        ("{a: 1}", "a key stands in double quotes: a text that begins with `{` is read as JSON"),
        ("{'a': 1}", "a text stands in double quotes"),
        ("{\"a\": 1,}", "no comma stands before a closing bracket"),
        ("{\"a\": 1 // one\n}", "JSON has no comments; YAML has"),
        ("{\"a\": True}", "did you mean `true`?"),
        ("{\"a\": \"\n\"}", "close the text with `\"`, or write `\\n`"),
    ] {
        assert_eq!(problems(text)[0].help.as_deref(), Some(help), "{text}");
    }
    let problem = &problems("{\"a\": 1;}")[0];
    assert_eq!((problem.found.as_deref(), problem.expected.join(" ")), (Some(";"), ", }".to_owned()));
}

#[test]
fn tells_every_problem_it_can_read_past() {
    let text = "{\"a\":\"\\ud800\",\n\"b\":{\"c\":1e999,\"c\":2},\n\"a\":\"x\\uDC00\\n\",\n\"d\":?}";
    assert_eq!(
        told(text),
        [
            "lone_surrogate 1:7 a",
            "number_out_of_range 2:10 b.c",
            "duplicate_key 2:16 b.c",
            "duplicate_key 3:1 a",
            "lone_surrogate 3:7 a",
            "json_syntax 4:5 d",
        ]
    );
    assert_eq!(problems(text)[3].message, "the key `a` is already at line 1, column 2");
    // Of broken mappings each has its own keys.
    let text = "{\"a\":1,\"b\":{\"a\":1,\"c\":2,\"d\":{\"c\":1,\"a\":[{\"a\":1,\"d\":?";
    assert_eq!(told(text), [format!("json_syntax 1:{} b.d.a[0].d", text.len())]);
    let many = format!("{{\"a\":[{}1]}}", "\"\\ud800\",".repeat(1000));
    assert_eq!(problems(many).len(), crate::document::MAX_PROBLEMS);
}

#[test]
fn finds_repeated_keys_among_many() {
    let keys: String = (0..1000).map(|key| format!("\"{}\":0,\n", key * 7919 % 1000)).collect();
    assert_eq!(
        told(format!("{{\n{keys}\"0\":0,\n\"7\":0,\"0\":0}}")),
        ["duplicate_key 1002:1 0", "duplicate_key 1003:1 7", "duplicate_key 1003:7 0"]
    );
}

#[test]
fn limits_depth() {
    let nested = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(told(nested(63)), [""; 0]);
    assert_eq!(told(nested(64)), [format!("nested_too_deep 1:69 a{}", "[0]".repeat(63))]);
    assert_eq!(told("{\"a\":".repeat(1_000_000)).len(), 1);
    let context = Value::from_json(&"[".repeat(1_000_000)).unwrap_err();
    assert_eq!((context.code, context.line, context.column), ("nested_too_deep", Some(1), Some(65)));
}

#[test]
fn limits_the_number_of_values() {
    let mut text = "1,".repeat(crate::document::MAX_NODES - 1);
    text.insert_str(0, "{\"a\":[");
    text.push_str("1]}");
    assert_eq!(told(text), ["too_many_values 1:8000003 a[3999998]"]);
}

#[test]
fn reads_a_context_as_hosts_do() {
    let read = |text: &str| Value::from_json(text).map_err(|problem| problem.code);
    assert_eq!(read(" -1.5 "), Ok(Value::Float(-1.5)));
    assert_eq!(read("1e999"), Ok(Value::Float(f64::INFINITY)));
    assert_eq!(read("-1e999"), Ok(Value::Float(f64::NEG_INFINITY)));
    assert_eq!(read(r#""\ud800x\udc00\ud800\ud83d\ude00""#), Ok(Value::from("\u{FFFD}x\u{FFFD}\u{FFFD}😀")));
    let last = map([("a", Value::Int(3)), ("b", Value::Int(2))]);
    assert_eq!(read(r#"{"b":1,"a":1,"a":2,"b":2,"a":3}"#), Ok(last));
    assert_eq!(read(r#"{"\ud800":1,"\udc00":2}"#), Ok(map([("\u{FFFD}", Value::Int(2))])));
    assert_eq!(read(""), Err("json_syntax"));
    assert_eq!(read("[1"), Err("json_syntax"));
}

#[test]
fn reads_an_entry_again_alone() {
    let text = "\u{FEFF}{ \"x\":[{\"no\":1}], \"flags\" : {\"ä\": {\"b\":[1,\r\n{\"c\":\"d\\n\"}]} ,\n\"e\":\"ü\",\"f\":2}, \"segments\":{}, \"s\":3,\
                \"t\":{\"u\":null}}";
    let arena = Arena::new();
    let (node, spans) = read_spanned(text.as_bytes(), &arena).unwrap();
    let text = decode(text.as_bytes()).unwrap();
    let Content::Map(sections) = node.content else { panic!("{node:?}") };
    let mut read = Vec::new();
    for section in sections {
        let entries = if let Content::Map(entries) = section.value.content { entries } else { &[] };
        assert_eq!(spans.of(section.key).len(), entries.len(), "{}", section.key);
        for (entry, span) in entries.iter().zip(spans.of(section.key)) {
            assert_eq!(read_entry(text, *span, section.key, &arena).as_ref(), Ok(entry));
            read.push(&text[span.start as usize..span.end as usize]);
        }
    }
    assert_eq!(read, ["\"ä\": {\"b\":[1,\r\n{\"c\":\"d\\n\"}]}", "\"e\":\"ü\"", "\"f\":2", "\"u\":null"]);
    assert!(spans.of("flag").is_empty());
    let yaml = read_spanned(b"flags: {a: 1}", &arena);
    assert!(cfg!(not(feature = "yaml")) || yaml.unwrap().1.of("flags").is_empty());
}

#[test]
fn tells_what_is_wrong_with_an_entry_as_with_the_whole() {
    let whole = "{\"ä\":0,\n \"flags\":{\"ü\":1,\"a\":{\"b\":[\"\\ud800\",1e999]}}}";
    let arena = Arena::new();
    let problems = |text: &str| {
        let start = whole.find("\"a\"").unwrap();
        let text = format!("{}{text}", &whole[..start]);
        let (start, end) = (u32::try_from(start).unwrap(), u32::try_from(text.len()).unwrap());
        let span = Span { start, end, at: Position { line: 2, column: 17 } };
        read_entry(&text, span, "flags", &Arena::new()).unwrap_err()
    };
    assert_eq!(problems("\"a\":{\"b\":[\"\\ud800\",1e999]}"), read(whole.as_bytes(), &arena).unwrap_err());
    for (text, place) in [
        ("", "expected a key, found the end of the text 17"),
        ("a", "expected a key, found `a` 17"),
        ("\"a\":1 ,", "expected the end of the entry, found `,` 23"),
        ("\"a\":{", "expected a key or `}`, found the end of the text 22"),
    ] {
        let problem = &problems(text)[0];
        assert_eq!(format!("{} {}", problem.message, problem.column.unwrap()), place);
    }
    for (start, end) in [(1, 1000), (1000, 1), (2, 3), (0, 0)] {
        let beyond = Span { start, end, at: Position::default() };
        assert_eq!(read_entry("{ä", beyond, "flags", &arena).unwrap_err().len(), 1, "{start} {end}");
    }
}
