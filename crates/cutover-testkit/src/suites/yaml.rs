//! YAML as suites have it, with anchors and the merge key `<<`, which a ruleset has not.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// A document of YAML as JSON; an error says where it ends to be one.
pub(super) fn read(text: &str) -> Result<Json, String> {
    let mut parser = Parser::new_from_str(text);
    let mut reader = Reader::default();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| error.to_string())?;
        reader.event(event).map_err(|problem| format!("line {}: {problem}", span.start.line()))?;
    }
    reader.root.ok_or_else(|| "there is nothing in it".to_owned())
}

#[derive(Debug, Default)]
struct Reader {
    root: Option<Json>,
    open: Vec<(usize, Open)>,
    anchors: BTreeMap<usize, Json>,
}

/// A list or a mapping that is not at its end.
#[derive(Debug)]
enum Open {
    List(Vec<Json>),
    /// The entries, what was merged, and the key whose value comes next.
    Map(Map<String, Json>, Map<String, Json>, Option<String>),
}

impl Reader {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value =
                    if style == ScalarStyle::Plain { plain(&text) } else { Json::String(text.into_owned()) };
                self.value(anchor, value)
            }
            Event::SequenceStart(anchor, _) => {
                self.open.push((anchor, Open::List(Vec::new())));
                Ok(())
            }
            Event::MappingStart(anchor, _) => {
                self.open.push((anchor, Open::Map(Map::new(), Map::new(), None)));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some((anchor, Open::List(items))) => self.value(anchor, Json::Array(items)),
                Some((anchor, Open::Map(entries, mut merged, _))) => {
                    merged.extend(entries);
                    self.value(anchor, Json::Object(merged))
                }
                None => Err("an end without a beginning".to_owned()),
            },
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().ok_or("an alias of nothing")?;
                self.value(0, value)
            }
            _ => Ok(()),
        }
    }

    fn value(&mut self, anchor: usize, value: Json) -> Result<(), String> {
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((_, Open::List(items))) => items.push(value),
            Some((_, Open::Map(entries, merged, key))) => match (key.take(), value) {
                (None, Json::String(name)) => *key = Some(name),
                (None, scalar @ (Json::Bool(_) | Json::Number(_))) => *key = Some(scalar.to_string()),
                (None, _) => return Err("a key is a text".to_owned()),
                (Some(name), Json::Object(more)) if name == "<<" => merged.extend(more),
                (Some(name), value) => drop(entries.insert(name, value)),
            },
        }
        Ok(())
    }
}

/// A plain scalar by the core schema.
fn plain(text: &str) -> Json {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        text => match serde_json::from_str(text) {
            Ok(number @ Json::Number(_)) => number,
            _ => Json::String(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::json;

    #[test]
    fn anchors_are_expanded_and_mappings_merged() {
        let text =
            "base: &base { on: true, n: 1.5 }\nother:\n  - <<: *base\n    n: \"2\"\n  - *base\n  - ~\n";
        let base = json!({ "on": true, "n": 1.5 });
        let want = json!({ "base": base, "other": [{ "on": true, "n": "2" }, base, null] });
        assert_eq!(read(text), Ok(want));
        assert!(read("a: [").is_err() && read("").is_err());
    }
}
