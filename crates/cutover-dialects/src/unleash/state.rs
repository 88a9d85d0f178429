//! What a document holds: features and segments, given as they are or as the events that lead to them.

use crate::json;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The features and segments of a document.
#[derive(Debug, Default)]
pub(super) struct State<'a> {
    pub(super) features: BTreeMap<String, &'a Json>,
    pub(super) segments: Vec<&'a Json>,
}

pub(super) fn read(document: &Json) -> Result<State<'_>, String> {
    let mut state = State::default();
    if let Some(events) = document.get("events").and_then(Json::as_array) {
        events.iter().for_each(|event| state.apply(event));
        return Ok(state);
    }
    if document.get("features").and_then(Json::as_array).is_none() {
        return Err(
            "there is no list `features` and no list `events`; Unleash's client features have one of them"
                .to_owned(),
        );
    }
    state.hydrate(document);
    Ok(state)
}

impl<'a> State<'a> {
    fn hydrate(&mut self, document: &'a Json) {
        self.features.clear();
        self.segments = json::items(document, "segments").iter().collect();
        for feature in json::items(document, "features") {
            self.update(feature);
        }
    }

    fn update(&mut self, feature: &'a Json) {
        if let Some(name) = json::text(feature, "name") {
            self.features.insert(name.to_owned(), feature);
        }
    }

    fn apply(&mut self, event: &'a Json) {
        let none = &Json::Null;
        match json::text(event, "type").unwrap_or_default() {
            "hydration" => self.hydrate(event),
            "feature-updated" => self.update(event.get("feature").unwrap_or(none)),
            "feature-removed" => {
                self.features.remove(json::text(event, "featureName").unwrap_or_default());
            }
            "segment-updated" => {
                let segment = event.get("segment").unwrap_or(none);
                let id = segment.get("id");
                self.segments.retain(|known| known.get("id") != id);
                self.segments.push(segment);
            }
            "segment-removed" => {
                let id = event.get("segmentId");
                self.segments.retain(|known| known.get("id") != id);
            }
            _ => {}
        }
    }
}
