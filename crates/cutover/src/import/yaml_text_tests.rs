use super::*;
use crate::document::{Arena, read};
use proptest::prelude::*;

fn written(value: &Value) -> String {
    Yaml::from(value.clone()).write()
}

fn read_back(text: &str) -> Value {
    read(text.as_bytes(), &Arena::new()).unwrap_or_else(|problems| panic!("{problems:?}\n{text}")).to_value()
}

/// Texts that readers of YAML are known to take for something else, and texts of any characters.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "",
            " ",
            "on",
            "Off",
            "YES",
            "n",
            "null",
            "~",
            "Null",
            "true",
            "FALSE",
            ".inf",
            ".nan",
            "-.INF",
            "0x1F",
            "0o17",
            "017",
            "1_000",
            "1e3",
            "1.0",
            "-1",
            "+1",
            "22:00",
            "1:30:00",
            "2024-01-15",
            "2024-01-15T00:00:00Z",
            "<<",
            "=",
            "- a",
            "-",
            "---",
            "...",
            "? a",
            ": b",
            "a: b",
            "a #b",
            "#",
            "!tag",
            "&anchor",
            "*alias",
            "@at",
            "`tick",
            "%YAML",
            "50%",
            "1.5%",
            ".5%",
            "{",
            "}",
            "[",
            "]",
            ",",
            "'",
            "\"",
            "\\",
            "|",
            ">",
            "a\nb",
            "\n",
            "\t",
            "\r\n",
            "\0",
            "\u{85}",
            "\u{2028}",
            "\u{FEFF}",
            "\u{FFFE}",
            "\u{FFFF}",
            "\u{1F600}",
            "\u{202E}abc",
            "e\u{301}",
            "日本",
            " a",
            "a ",
            "a  b",
            "key: [1, 2]",
            "0b11",
            "_1",
            "/api/x",
            "Europe/Paris",
            "Etc/GMT+5",
            "NaN",
            "Infinity",
            "user_123",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
        "[a-z_]{1,12}",
        "[a-z ,\\[\\]{}:#-]{0,40}",
        Just("long ".repeat(300)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("finite", |float| float.is_finite()).prop_map(Value::number),
        text().prop_map(Value::Text),
    ];
    scalar.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec((text(), inner), 0..6).prop_map(Value::map),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_written_reads_back_the_same(value in value()) {
        let text = written(&value);
        prop_assert_eq!(read_back(&text), value, "{}", text);
    }

    #[test]
    fn no_line_ends_in_a_space_and_the_last_one_ends(value in value()) {
        let text = written(&value);
        prop_assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
        prop_assert!(text.lines().all(|line| !line.ends_with(' ')), "{}", text);
    }

    #[test]
    fn plain_texts_start_like_words(text in text()) {
        if !scalar(&text).starts_with('"') {
            prop_assert!(text.is_ascii() && !text.is_empty());
            prop_assert!(!text.starts_with(|c: char| c.is_ascii_digit()) || text.ends_with('%'));
        }
    }
}

#[test]
fn look_alikes_are_quoted() {
    for text in [
        "on",
        "Off",
        "y",
        "NO",
        "null",
        "true",
        "22:00",
        "2024-01-15",
        "0x1F",
        "1e3",
        "",
        "~",
        "<<",
        "=",
        "-1",
        "nan",
    ] {
        assert_eq!(scalar(text), format!("\"{text}\""));
    }
    for text in [
        "user_123",
        "userAttributes.tier",
        "50%",
        "12.5%",
        "Europe/Paris",
        "/api/products",
        "java31",
        "two words",
    ] {
        assert_eq!(scalar(text), text);
    }
    assert_eq!(
        scalar("a\"\\\n\t\u{0}\u{202E}\u{E0001}é😀"),
        "\"a\\\"\\\\\\n\\t\\u0000\\u202E\\U000E0001é😀\""
    );
}

#[test]
fn floats_are_floats_to_every_reader() {
    assert_eq!([1e21, 1.5e-9, 0.25, -2.5e300].map(float), ["1.0e+21", "1.5e-9", "0.25", "-2.5e+300"]);
    assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(float), [".nan", ".inf", "-.inf"]);
}

#[test]
fn a_ruleset_looks_as_if_a_person_had_written_it() {
    let value = Value::from_json(
        r#"{"cutover":1,"timezone":"UTC","flags":{"night":{"rules":[{"if":{"time":{"from":"22:00","to":"06:00"}},"serve":"on"}]}},
            "migrations":{"recruiters":{"switches":{"read":"USE_NEW_READ"},"phase":"sync","old":"recruiters","new":"jobs","ladder":"standard"}}}"#,
    )
    .unwrap();
    assert_eq!(
        written(&value),
        r#"cutover: 1
timezone: UTC

flags:
  night:
    rules:
      - { if: { time: { from: "22:00", to: "06:00" } }, serve: "on" }

migrations:
  recruiters:
    old: recruiters
    new: jobs
    ladder: standard
    phase: sync
    switches:
      read: USE_NEW_READ
"#
    );
}

#[test]
fn what_does_not_fit_a_line_becomes_a_block() {
    let names: Vec<String> = (0..40).map(|number| format!("user_{number:03}")).collect();
    let list = Yaml::List(names.iter().map(|name| Yaml::text(name)).collect());
    let rule = Yaml::map([
        ("if", Yaml::map([("attribute", Yaml::text("userId")), ("in", list)])),
        ("serve", Yaml::text("on")),
    ]);
    let document = Yaml::map([("flags", Yaml::map([("a", Yaml::map([("rules", Yaml::List(vec![rule]))]))]))]);
    let text = document.write();
    assert!(text.contains("      - if:\n          attribute: userId\n          in:\n            - user_000\n            - user_001\n"), "{text}");
    assert!(text.ends_with("            - user_039\n        serve: \"on\"\n"), "{text}");
    let flags = read_back(&text);
    let rules = flags.get("flags").and_then(|flags| flags.get("a")).and_then(|flag| flag.get("rules"));
    assert!(matches!(rules, Some(Value::List(rules)) if rules.len() == 1));
}
