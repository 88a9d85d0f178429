//! What it is asked: a command, and `--name value`.

use crate::Failed;
use std::collections::BTreeMap;
use std::str::FromStr;

/// What it is asked.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) command: String,
    values: BTreeMap<String, String>,
}

impl Options {
    /// The command, and what follows it.
    pub(crate) fn of(mut given: impl Iterator<Item = String>) -> Result<Self, Failed> {
        let command = given.next().ok_or("say `listen` or `ask`")?;
        let mut values = BTreeMap::new();
        while let Some(name) = given.next() {
            let name = name.strip_prefix("--").ok_or_else(|| format!("`{name}` is no option"))?.to_owned();
            let value = given.next().ok_or_else(|| format!("`--{name}` has no value"))?;
            values.insert(name, value);
        }
        Ok(Self { command, values })
    }

    pub(crate) fn text<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        self.values.get(name).map_or(otherwise, String::as_str)
    }

    pub(crate) fn number<N: FromStr>(&self, name: &str, otherwise: N) -> Result<N, Failed> {
        match self.values.get(name) {
            None => Ok(otherwise),
            Some(text) => text.parse().map_err(|_| format!("`--{name}` is a number, and `{text}` was given")),
        }
    }

    /// The lines of a request that say who asks: `--key` as a bearer's, or any `--authorization`.
    pub(crate) fn who(&self) -> String {
        match (self.values.get("authorization"), self.values.get("key")) {
            (Some(text), _) => format!("Authorization: {text}\r\n"),
            (None, Some(key)) => format!("Authorization: Bearer {key}\r\n"),
            (None, None) => String::new(),
        }
    }
}
