//! The limits of a ruleset: each at the limit, where it loads, and one beyond it, where it is refused by name. How large
//! a document may be is tested where it is read.

use cutover::Engine;
use std::fmt::Write as _;

/// The codes of the errors that a text is refused for.
fn refused(text: &str) -> Vec<&'static str> {
    match Engine::from_str(text) {
        Ok(_) => Vec::new(),
        Err(refused) => refused.diagnostics.iter().filter(|one| one.is_error()).map(|one| one.code).collect(),
    }
}

/// What makes a text of a number, the number that is allowed, and the code of what is one more.
type Limit = (&'static str, fn(usize) -> String, usize, &'static str);

const LIMITS: [Limit; 11] = [
    ("bytes of a flag's name", |bytes| flag(&"n".repeat(bytes), ""), 256, "bad_name"),
    (
        "bytes of an attribute's name",
        |bytes| rule(&format!("{{ attribute: {}, is: 1 }}", "a".repeat(bytes))),
        256,
        "bad_attribute",
    ),
    ("variants of a flag", variants, 4094, "too_many"),
    ("rules of a flag", rules, 4094, "too_many"),
    ("levels of a condition", nested, 24, "nested_too_deep"),
    ("flags that ask each other in a row", chain, 32, "nested_too_deep"),
    (
        "bytes of a pattern",
        |bytes| rule(&format!("{{ attribute: a, matches: {} }}", "x".repeat(bytes))),
        1024,
        "regex_too_large",
    ),
    ("groups of a pattern in each other", groups, 32, "bad_regex"),
    ("phases of a ladder", phases, 64, "too_many"),
    ("jobs of a migration", jobs, 1000, "too_many"),
    ("levels of a document", levels, 64, "nested_too_deep"),
];

fn flag(name: &str, keys: &str) -> String {
    format!("cutover: 1\nflags: {{ {name}: {{ {keys} }} }}")
}

fn rule(condition: &str) -> String {
    flag("f", &format!("rules: [{{ if: {condition}, serve: on }}]"))
}

fn variants(count: usize) -> String {
    let all: Vec<String> = (0..count).map(|number| format!("v{number}: {number}")).collect();
    flag("f", &format!("variants: {{ {} }}, default: v0", all.join(", ")))
}

fn rules(count: usize) -> String {
    let all: Vec<String> =
        (0..count).map(|number| format!("{{ if: {{ attribute: a, is: {number} }}, serve: on }}")).collect();
    flag("f", &format!("rules: [{}]", all.join(", ")))
}

fn nested(levels: usize) -> String {
    let mut condition = "{ attribute: a, is: 1 }".to_owned();
    for _ in 1..levels {
        condition = format!("{{ not: {condition} }}");
    }
    rule(&condition)
}

fn chain(links: usize) -> String {
    let mut text = "cutover: 1\nflags:\n  f0: {}\n".to_owned();
    for link in 1..=links {
        writeln!(text, "  f{link}: {{ requires: [{{ flag: f{}, is: on }}] }}", link - 1).unwrap();
    }
    text
}

fn groups(levels: usize) -> String {
    rule(&format!("{{ attribute: a, matches: '{}a{}' }}", "(?:b".repeat(levels), ")".repeat(levels)))
}

fn phases(count: usize) -> String {
    let all: Vec<String> =
        (0..count).map(|number| format!("{{ name: p{number}, read: old, write: [old] }}")).collect();
    format!("cutover: 1\nmigrations: {{ m: {{ old: a, new: b, phases: [{}], phase: p0 }} }}", all.join(", "))
}

fn jobs(count: usize) -> String {
    let all: Vec<String> = (0..count).map(|number| format!("j{number}: {{ kind: rewrite }}")).collect();
    format!(
        "cutover: 1\nmigrations: {{ m: {{ old: a, new: b, ladder: standard, phase: off, jobs: {{ {} }} }} }}",
        all.join(", ")
    )
}

/// The document, `flags`, the flag and `variants` are four levels, and the innermost value is none.
fn levels(levels: usize) -> String {
    let lists = levels - 4;
    flag("f", &format!("variants: {{ v: {}1{} }}, default: v", "[".repeat(lists), "]".repeat(lists)))
}

#[test]
fn what_is_at_a_limit_loads_and_what_is_beyond_it_is_refused_by_name() {
    let mut wrong = Vec::new();
    for (what, text, most, code) in LIMITS {
        let (at, beyond) = (refused(&text(most)), refused(&text(most + 1)));
        if !at.is_empty() || beyond.is_empty() || beyond.iter().any(|one| *one != code) {
            wrong.push(format!("{what}: {most} are {at:?}, one more {beyond:?}, and {code} was expected"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
