//! Unleash's client features.
//!
//! A feature becomes a flag with `on` and `off`, for `isEnabled`. A feature with variants gets a second flag beside it,
//! `NAME/variant`, for `getVariant`: its values are the objects that Unleash gives, and its default is the variant
//! `disabled`.

mod address;
mod constraint;
mod feature;
mod state;
mod strategy;
mod variant;

use crate::assemble::{Draft, Read};
use crate::condition::Condition;
use crate::json;
use crate::report::FlagReport;
use serde_json::Value as Json;
use std::collections::BTreeMap;

pub(crate) use variant::flag_name;

/// An attribute that the host may draw: what Unleash draws at random itself.
const RANDOM: &str = "random";

pub(crate) fn read(document: &Json) -> Result<Draft, String> {
    let state = state::read(document)?;
    let segments = Segments::read(&state.segments);
    let mut draft = Draft::default();
    for (name, feature) in &state.features {
        let mut report = FlagReport::new(name);
        let mut flags = Vec::new();
        let read = feature::read(name, feature, &state, &segments, &mut report);
        draft.segments.extend(read.segments);
        flags.push((name.clone(), read.flag));
        flags.extend(read.variants.map(|flag| (flag_name(name), flag)));
        draft.flags.push(Read { report, flags });
    }
    draft.segments.extend(segments.by_id.into_values());
    Ok(draft)
}

/// The named lists of constraints of a document.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    /// By their number: the name that they have in the ruleset, and what they ask for.
    by_id: BTreeMap<String, (String, Condition)>,
}

impl Segments {
    fn read(segments: &[&Json]) -> Self {
        let mut by_id = BTreeMap::new();
        let mut names: Vec<String> = Vec::new();
        // The notes of a segment are those of every flag that asks for it; see `used`.
        for segment in segments {
            let Some(id) = segment.get("id").map(ToString::to_string) else { continue };
            let mut report = FlagReport::new("");
            let condition = constraint::all(json::items(segment, "constraints"), "", &mut report);
            let mut name = json::text(segment, "name").map_or_else(|| format!("segment-{id}"), str::to_owned);
            if names.contains(&name) {
                name = format!("{name}-{id}");
            }
            names.push(name.clone());
            by_id.insert(id, (name, condition));
        }
        Self { by_id }
    }

    /// The condition that stands for the segment of this number.
    fn used(&self, id: &Json, place: &str, report: &mut FlagReport) -> Condition {
        match self.by_id.get(&id.to_string()) {
            Some((_, Condition::Always(value))) => Condition::Always(*value),
            Some((name, _)) => Condition::Segment(name.clone()),
            None => {
                report
                    .note(place, format!("there is no segment {id}, so the strategy is off, there and here"));
                Condition::FALSE
            }
        }
    }
}
