//! The module of TypeScript.

use super::attributes::{Branch, Kinds};
use super::literal::{braced, joined, quoted};
use super::shape::{MigrationShape, Shape};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A text longer than this is a `string`, in characters: no type is as long as a page.
const LITERAL_CHARS: usize = 200;

const HEAD: &str = r#"/* eslint-disable */
// Written by `cutover codegen`: change the ruleset and run it again. What is changed here is lost.

import type { Engine, TypedEngine } from "cutover";
"#;

const TAIL: &str = r#"
/** All of it, for the types of `cutover` that take a ruleset. */
export type Ruleset = {
  readonly flags: Flags;
  readonly migrations: Migrations;
  readonly paths: Paths;
  readonly attributes: Attributes;
};

/** The name of a flag. */
export type FlagKey = keyof Flags;
/** The name of a migration. */
export type MigrationName = keyof Migrations;
/** The name of a path table. */
export type PathTable = keyof Paths;

/** The engine, as far as it decides by this ruleset; it is the same object. */
export function typed(engine: Engine): TypedEngine<Ruleset> {
  return engine as unknown as TypedEngine<Ruleset>;
}
"#;

pub(super) fn module(shape: &Shape) -> String {
    let flags = shape.flags.iter().map(|(name, variants)| (name, flag(variants)));
    let migrations = shape.migrations.iter().map(|(name, migration)| (name, of_migration(migration)));
    let paths = shape.paths.iter().map(|(name, services)| (name, union(services)));
    let attributes = shape.attributes.branches.iter();
    let attributes = attributes.map(|(name, branch)| (name, attribute(name, branch)));
    [
        HEAD.to_owned(),
        object("The flags: the value of each variant.", "Flags", "", flags),
        object("The migrations.", "Migrations", "", migrations),
        object("The path tables: the services of each.", "Paths", "", paths),
        object("What is read of a context, as conditions compare it.", "Attributes", "?", attributes),
        TAIL.to_owned(),
    ]
    .concat()
}

fn text(text: &str) -> String {
    quoted(text, braced)
}

fn object<'a>(
    about: &str,
    name: &str,
    mark: &str,
    entries: impl Iterator<Item = (&'a String, String)>,
) -> String {
    let lines: String = entries.map(|(key, of)| format!("  readonly {}{mark}: {of};\n", text(key))).collect();
    format!("\n/** {about} */\nexport type {name} = {{\n{lines}}};\n")
}

fn inline(entries: impl Iterator<Item = (String, String)>) -> String {
    match joined(entries.map(|(key, of)| format!("readonly {key}: {of}")), "; ", "") {
        nothing if nothing.is_empty() => "{}".to_owned(),
        entries => format!("{{ {entries} }}"),
    }
}

fn flag(variants: &BTreeMap<String, Value>) -> String {
    inline(variants.iter().map(|(name, value)| (text(name), literal(value))))
}

fn of_migration(migration: &MigrationShape) -> String {
    let parts = [
        ("phases", union(&migration.phases)),
        ("stores", union(&migration.stores)),
        ("switches", union(&migration.switches)),
        ("jobs", union(&migration.jobs)),
    ];
    inline(parts.into_iter().map(|(key, of)| (key.to_owned(), of)))
}

fn union<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    joined(names.into_iter().map(|name| text(name)), " | ", "never")
}

/// What a variant serves: exactly that where it is a scalar.
fn literal(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        // Beyond this JavaScript knows only the nearest one.
        Value::Int(value) if value.unsigned_abs() <= 1 << 53 => value.to_string(),
        Value::Text(value) if value.chars().nth(LITERAL_CHARS).is_none() => text(value),
        value => widened(value),
    }
}

/// The type of a value in a list or an object.
fn widened(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Int(_) | Value::Float(_) => "number".to_owned(),
        Value::Text(_) => "string".to_owned(),
        Value::List(items) => {
            let items: BTreeSet<String> = items.iter().map(widened).collect();
            format!("readonly ({})[]", joined(items, " | ", "never"))
        }
        Value::Map(entries) => inline(entries.iter().map(|(key, value)| (text(key), widened(value)))),
    }
}

/// What every object has, and not as an attribute: another type of it would fit no object.
const OF_ALL: [&str; 7] = [
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// What an attribute may be; a missing one is as good as null.
fn attribute(name: &str, Branch { kinds, inside }: &Branch) -> String {
    if OF_ALL.contains(&name) {
        return "unknown".to_owned();
    }
    let mut types: Vec<String> = Vec::new();
    if let Some(kinds) = kinds {
        let known = [
            (Kinds::TEXT, "string"),
            (Kinds::NUMBER, "number | bigint"),
            (Kinds::BOOL, "boolean"),
            (Kinds::INSTANT, "Date | string | number"),
            (Kinds::TEXTS, "readonly string[]"),
            (Kinds::NUMBERS, "readonly (number | bigint)[]"),
            (Kinds::BOOLS, "readonly boolean[]"),
        ];
        types.extend(known.iter().filter(|(kind, _)| kinds.has(*kind)).map(|(_, name)| (*name).to_owned()));
        if kinds.is_any() {
            types.push("unknown".to_owned());
        }
    }
    if !inside.branches.is_empty() {
        let entries = inside.branches.iter();
        let entries = entries.map(|(name, branch)| (format!("{}?", text(name)), attribute(name, branch)));
        types.push(inline(entries));
    }
    types.push("null | undefined".to_owned());
    types.join(" | ")
}
