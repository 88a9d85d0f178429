//! What the variations of a flag are called: a document has them by their index.

use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The variant of a flag that is malformed for somebody: null, so that the caller's default is served.
pub(super) const MALFORMED: &str = "malformed";
/// The variant of a flag that is off without a variation for that: null as well.
pub(super) const NONE: &str = "none";

/// The names of the variations of a flag, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(Vec<String>);

impl Names {
    /// Their values where those are booleans, or different texts that are short and plain; otherwise `variation-0` and
    /// so on.
    pub(super) fn of(variations: &[Json]) -> Self {
        let named: Option<Vec<String>> = variations.iter().map(name).collect();
        let distinct = |names: &Vec<String>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
        let numbered = || (0..variations.len()).map(|index| format!("variation-{index}")).collect();
        Self(named.filter(distinct).unwrap_or_else(numbered))
    }

    pub(super) fn all(&self) -> &[String] {
        &self.0
    }

    /// The name of the variation of this index, if there is one.
    pub(super) fn at(&self, index: Option<&Json>) -> Option<&str> {
        let index = index?.as_f64().filter(|index| index.fract() == 0.0 && *index >= 0.0)?;
        self.0.get(index as usize).map(String::as_str)
    }
}

fn name(value: &Json) -> Option<String> {
    match value {
        Json::Bool(value) => Some(value.to_string()),
        Json::String(text) => {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            let is_free = ![MALFORMED, NONE, "true", "false"].contains(&text.as_str());
            let fits = (1..=40).contains(&text.len()) && text.bytes().all(is_plain) && is_free;
            fits.then(|| text.clone())
        }
        _ => None,
    }
}
