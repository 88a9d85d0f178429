//! The module of Python.

use super::attributes::{Kinds, Tree};
use super::literal::{joined, padded, quoted};
use super::python_values::Values;
use super::shape::{MigrationShape, Shape};
use crate::value::Value;
use std::collections::BTreeMap;

const HEAD: &str = r#""""Written by `cutover codegen`: change the ruleset and run it again. What is changed here is lost."""

# ruff: noqa
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypedDict, TypeVar, Union, cast, overload

from cutover import Context, Engine, Explanation
from cutover.typed import TypedDecision, TypedRoute

_D = TypeVar("_D")
_Now = Union[int, datetime, None]
"#;

const CLASS: &str = r#"
_Given = Union[Attributes, Context, None]


class TypedEngine(Protocol):
    """What an `Engine` decides by this ruleset."""

    @property
    def digest(self) -> str: ...
"#;

const TAIL: &str = r#"

def typed(engine: Engine) -> TypedEngine:
    """The engine, as far as it decides by this ruleset; it is the same object."""
    return cast(TypedEngine, engine)
"#;

/// What a method takes beside names, and whether it has to.
const CTX: &str = "ctx: _Given = None";

pub(super) fn module(shape: &Shape) -> String {
    let mut out = String::from(HEAD);
    name_type(&mut out, "FlagKey", shape.flags.keys());
    name_type(&mut out, "MigrationName", shape.migrations.keys());
    name_type(&mut out, "PathTable", shape.paths.keys());
    let mut values = Values::default();
    let mut body = String::new();
    flags(&mut body, &mut values, &shape.flags);
    migrations(&mut body, &shape.migrations);
    if !shape.paths.is_empty() {
        let more = "method: str = \"GET\", headers: Mapping[str, str] | None = None, \
                    attributes: Mapping[str, str | int] | None = None, now: _Now = None";
        let path = format!("path(self, table: PathTable, target: str, *, {more}) -> dict[str, Any] | None");
        overloads(&mut body, vec![path]);
    }
    attributes(&mut values, &shape.attributes, "Attributes");
    out.push_str(&values.classes);
    out.push_str(CLASS);
    out.push_str(&body);
    out.push_str(TAIL);
    out
}

pub(super) fn text(text: &str) -> String {
    quoted(text, padded)
}

/// One of these texts; `None` where there are none.
pub(super) fn one_of<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    match joined(names.into_iter().map(|name| text(name)), ", ", "") {
        nothing if nothing.is_empty() => "None".to_owned(),
        names => format!("Literal[{names}]"),
    }
}

fn name_type<'a>(out: &mut String, name: &str, names: impl Iterator<Item = &'a String>) {
    let names = one_of(names);
    out.push_str(&format!("{name} = {names}\n"));
}

/// A method, in as many ways as there are.
fn overloads(out: &mut String, ways: Vec<String>) {
    let mark = if ways.len() > 1 { "    @overload\n" } else { "" };
    for way in ways {
        out.push_str(&format!("\n{mark}    def {way}: ...\n"));
    }
}

/// Flags that serve the same have their ways in common, so that thousands of switches are one.
fn flags(out: &mut String, values: &mut Values, flags: &BTreeMap<String, BTreeMap<String, Value>>) {
    let mut groups: BTreeMap<(String, String), Vec<&String>> = BTreeMap::new();
    let mut switches = Vec::new();
    for (name, variants) in flags {
        let served = values.one_of(variants.values());
        groups.entry((one_of(variants.keys()), served)).or_default().push(name);
        if variants.values().all(|value| matches!(value, Value::Bool(_))) {
            switches.push(name);
        }
    }
    if !switches.is_empty() {
        let keys = one_of(switches);
        overloads(
            out,
            vec![format!(
                "is_enabled(self, key: {keys}, {CTX}, *, now: _Now = None, default: bool = False) -> bool"
            )],
        );
    }
    let mut decided = Vec::new();
    let mut many = Vec::new();
    for ((variants, served), names) in &groups {
        let key = one_of(names.iter().copied());
        let without = format!("TypedDecision[Union[{variants}, None], Union[{served}, None]]");
        let with = format!("TypedDecision[Union[{variants}, None], Union[{served}, _D]]");
        decided.push(format!("decide(self, key: {key}, {CTX}, *, now: _Now = None) -> {without}"));
        decided.push(format!("decide(self, key: {key}, {CTX}, *, now: _Now = None, default: _D) -> {with}"));
        let contexts = "contexts: Sequence[_Given]";
        many.push(format!(
            "decide_batch(self, key: {key}, {contexts}, *, now: _Now = None) -> list[{without}]"
        ));
    }
    [decided, many].into_iter().for_each(|ways| overloads(out, ways));
    if !flags.is_empty() {
        overloads(
            out,
            vec![format!("explain(self, key: FlagKey, {CTX}, *, now: _Now = None) -> Explanation")],
        );
        overloads(out, vec!["reads(self, flag: FlagKey) -> list[str]".to_owned()]);
    }
}

fn migrations(out: &mut String, migrations: &BTreeMap<String, MigrationShape>) {
    let ways = migrations.iter().map(|(name, migration)| {
        // `os.environ` has more than the switches; a dict that is written out has no others.
        let switches = match joined(migration.switches.iter().map(|name| text(name)), ", ", "") {
            nothing if nothing.is_empty() => "None".to_owned(),
            names => format!("Mapping[Literal[{names}], bool | str | None] | os._Environ[str] | None"),
        };
        format!(
            "route(self, name: {}, {CTX}, *, switches: {switches} = None, now: _Now = None) -> TypedRoute[Union[{}, None], {}, {}]",
            one_of([name]),
            one_of(&migration.phases),
            one_of(&migration.stores),
            match migration.jobs.is_empty() {
                true => "str".to_owned(),
                false => one_of(&migration.jobs),
            }
        )
    });
    overloads(out, ways.collect());
}

/// Writes the class of a part of the attributes, after those of what is in it, and gives its name.
fn attributes(values: &mut Values, tree: &Tree, name: &str) {
    let entries = tree.branches.iter().map(|(key, branch)| {
        let mut types = branch.kinds.map(kinds).unwrap_or_default();
        if !branch.inside.branches.is_empty() {
            let class = values.next("_Attributes");
            attributes(values, &branch.inside, &class);
            types.push(class);
        }
        types.push("None".to_owned());
        (key.clone(), format!("Union[{}]", types.join(", ")))
    });
    let entries: Vec<(String, String)> = entries.collect();
    values.class(name, &entries, ", total=False");
}

fn kinds(kinds: Kinds) -> Vec<String> {
    let known = [
        (Kinds::TEXT, "str"),
        (Kinds::NUMBER, "int, float"),
        (Kinds::BOOL, "bool"),
        (Kinds::INSTANT, "datetime, str, int"),
        (Kinds::TEXTS, "Sequence[str]"),
        (Kinds::NUMBERS, "Sequence[float]"),
        (Kinds::BOOLS, "Sequence[bool]"),
    ];
    let mut types: Vec<String> =
        known.iter().filter(|(kind, _)| kinds.has(*kind)).map(|(_, name)| (*name).to_owned()).collect();
    if kinds.is_any() {
        types.push("object".to_owned());
    }
    types
}
