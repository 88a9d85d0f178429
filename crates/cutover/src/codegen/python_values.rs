//! The types of what variants serve, in Python. An object is a class of its own, which equal ones have in common.

use super::literal::joined;
use super::python::text;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A text longer than this is a `str`, in characters: no type is as long as a page.
const LITERAL_CHARS: usize = 200;

/// The classes that were written, and their names.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) classes: String,
    count: usize,
    known: BTreeMap<String, String>,
}

impl Values {
    /// A name that no class has yet.
    pub(super) fn next(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}{}", self.count)
    }

    /// Writes a class for these keys and types.
    pub(super) fn class(&mut self, name: &str, entries: &[(String, String)], more: &str) {
        let entries = entries.iter().map(|(key, of)| format!("    {}: {of},\n", text(key)));
        let entries: String = entries.collect();
        self.classes.push_str(&format!("{name} = TypedDict(\"{name}\", {{\n{entries}}}{more})\n"));
    }

    /// One of these values: exactly those where they are scalars.
    pub(super) fn one_of<'v>(&mut self, values: impl Iterator<Item = &'v Value>) -> String {
        let types: BTreeSet<String> = values.map(|value| self.literal(value)).collect();
        joined(types, ", ", "None")
    }

    fn literal(&mut self, value: &Value) -> String {
        match value {
            Value::Bool(true) => "Literal[True]".to_owned(),
            Value::Bool(false) => "Literal[False]".to_owned(),
            Value::Int(value) => format!("Literal[{value}]"),
            Value::Text(value) if value.chars().nth(LITERAL_CHARS).is_none() => {
                format!("Literal[{}]", text(value))
            }
            value => self.widened(value),
        }
    }

    /// The type of a value in a list or an object.
    fn widened(&mut self, value: &Value) -> String {
        match value {
            Value::Null => "None".to_owned(),
            Value::Bool(_) => "bool".to_owned(),
            Value::Int(_) => "int".to_owned(),
            Value::Float(_) => "float".to_owned(),
            Value::Text(_) => "str".to_owned(),
            Value::List(items) => {
                let items: BTreeSet<String> = items.iter().map(|item| self.widened(item)).collect();
                match joined(items, ", ", "") {
                    nothing if nothing.is_empty() => "list[Any]".to_owned(),
                    items => format!("list[Union[{items}]]"),
                }
            }
            Value::Map(entries) if entries.is_empty() => "dict[str, Any]".to_owned(),
            Value::Map(entries) => self.map(entries),
        }
    }

    fn map(&mut self, entries: &[(String, Value)]) -> String {
        let typed = entries.iter().map(|(key, value)| (key.clone(), self.widened(value)));
        let typed: Vec<(String, String)> = typed.collect();
        let key = format!("{typed:?}");
        if let Some(name) = self.known.get(&key) {
            return name.clone();
        }
        let name = self.next("_Value");
        self.class(&name, &typed, "");
        self.known.insert(key, name.clone());
        name
    }
}
