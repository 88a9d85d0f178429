//! Where in the imported document a part of the ruleset comes from, so that what the engine says of the ruleset is
//! said of the document that a person has before them.

use super::features::{Feature, Source, Spelling};
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use std::collections::BTreeMap;

/// The places of a document by the paths of the ruleset made of it.
#[derive(Debug, Default)]
pub(super) struct Places {
    places: BTreeMap<String, Place>,
    percentage: &'static str,
}

#[derive(Debug)]
struct Place {
    feature: String,
    /// The part of the feature, where it is not the whole.
    key: Option<&'static str>,
    source: Source,
}

impl Places {
    pub(super) fn new(features: &[Feature], spelling: &Spelling) -> Self {
        let mut places = BTreeMap::new();
        let flags = Path::ROOT.key("flags");
        for feature in features {
            let flag = flags.key(&feature.name);
            let mut add = |path: Path<'_>, key, source: &Source| {
                places.insert(
                    path.to_string(),
                    Place { feature: feature.name.clone(), key, source: source.clone() },
                );
            };
            add(flag, None, &feature.source);
            for (index, rule) in feature.rules.iter().enumerate() {
                add(flag.key("rules").index(index), Some(rule.key), &rule.source);
            }
        }
        Self { places, percentage: spelling.percentage }
    }

    /// A problem of the ruleset as one of the document. Where no part of the document is at fault, the path stays
    /// that of the ruleset, and there is no line.
    pub(super) fn in_source(&self, mut problem: Diagnostic) -> Diagnostic {
        let found = self.nearest(&problem.path);
        problem.line = found.map(|place| place.source.at.line);
        problem.column = found.map(|place| place.source.at.column);
        let Some(place) = found else { return problem };
        problem.path.clone_from(&place.source.path);
        let (feature, percentage) = (&place.feature, self.percentage);
        match (problem.code, place.key) {
            ("condition_without_effect", Some(key)) => {
                problem.message = format!(
                    "`{feature}` is on for everybody by its `{percentage}`, so `{key}` has no effect"
                );
                let why = "a feature is on as soon as one of its parts says so";
                problem.help(format!("{why}: lower `{percentage}`, or take `{key}` out"))
            }
            (_, Some(key)) => {
                problem.message = format!("`{key}` of `{feature}`: {}", problem.message);
                problem
            }
            _ => {
                problem.message = format!("`{feature}`: {}", problem.message);
                problem
            }
        }
    }

    /// The place of the smallest part that a path of the ruleset lies in.
    fn nearest(&self, path: &str) -> Option<&Place> {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return Some(place);
            }
            path = path.get(..path.rfind(['.', '['])?)?;
        }
    }
}
