//! Segments: whom they include and exclude, and their rules, which may ask for other segments.

use super::reference::{USER, key_of};
use super::{Stop, clause, rollout};
use crate::condition::{As, Condition, bucket, one_of};
use crate::json;
use cutover::import::Yaml;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The segments of a document, read when a flag asks for them.
#[derive(Debug)]
pub(super) struct Segments<'a> {
    document: Option<&'a Map<String, Json>>,
    /// What came of those that were read: their condition, or why there is none.
    read: BTreeMap<String, Result<Condition, String>>,
    /// Those that are being read, each asked for by the one before.
    open: Vec<String>,
}

impl<'a> Segments<'a> {
    pub(super) fn of(document: &'a Json) -> Self {
        Self {
            document: document.get("segments").and_then(Json::as_object),
            read: BTreeMap::new(),
            open: Vec::new(),
        }
    }

    /// The condition that stands for the segment of this key. One that is not there has nobody in it.
    pub(super) fn used(&mut self, key: &str, place: &str) -> Result<Condition, Stop> {
        let Some(segment) = self.document.and_then(|all| all.get(key)).filter(|one| !super::is_deleted(one))
        else {
            return Ok(Condition::FALSE);
        };
        if self.open.iter().any(|open| open == key) {
            let circle = self.open.join("`, `");
            let problem = format!(
                "the segments `{circle}` ask for each other in a circle, which is MALFORMED_FLAG in LaunchDarkly: \
                 take one of the clauses away"
            );
            return Err(Stop::refused(place, &problem));
        }
        if !self.read.contains_key(key) {
            self.open.push(key.to_owned());
            let read = self.condition(key, segment);
            self.open.pop();
            self.read.insert(key.to_owned(), read);
        }
        match self.read.get(key) {
            Some(Ok(Condition::Always(value))) => Ok(Condition::Always(*value)),
            Some(Err(problem)) => Err(Stop::refused(place, problem)),
            _ => Ok(Condition::Segment(key.to_owned())),
        }
    }

    /// Those that were read and can be said, by name.
    pub(super) fn into_conditions(self) -> Vec<(String, Condition)> {
        self.read.into_iter().filter_map(|(key, read)| Some((key, read.ok()?))).collect()
    }

    fn condition(&mut self, key: &str, segment: &Json) -> Result<Condition, String> {
        let place = format!("segments.{key}");
        if segment.get("unbounded").and_then(Json::as_bool) == Some(true) {
            return Err(format!(
                "{place}: a big segment keeps its members elsewhere: make it a list, or ask for an attribute that the \
                 host looks up"
            ));
        }
        let mut rules = Vec::new();
        for (index, rule) in json::items(segment, "rules").iter().enumerate() {
            let place = format!("{place}.rules[{index}]");
            rules.push(self.rule(key, segment, rule, &place).map_err(|stop| stop.to_string())?);
        }
        let included = members(segment, "included", "includedContexts");
        let excluded = members(segment, "excluded", "excludedContexts");
        Ok(Condition::any([included, Condition::all([excluded.opposite(), Condition::any(rules)])]))
    }

    fn rule(&mut self, key: &str, segment: &Json, rule: &Json, place: &str) -> Result<Condition, Stop> {
        let (clauses, malformed) = clause::all(json::items(rule, "clauses"), self, place)?;
        if malformed.is_some() {
            return Err(Stop::refused(
                place,
                "a clause names no right attribute, which is MALFORMED_FLAG in LaunchDarkly: name one",
            ));
        }
        let Some(weight) = rule.get("weight").filter(|weight| !weight.is_null()) else { return Ok(clauses) };
        let kind = rule.get("rolloutContextKind");
        let by = rollout::unit(rule.get("bucketBy"), kind, place)?;
        let end = rollout::cut(weight.as_f64().unwrap_or(f64::NAN) / rollout::WHOLE);
        let salt = format!("{key}.{}", json::text(segment, "salt").unwrap_or_default());
        let share = match by {
            Some(by) => bucket(rollout::HASH, Some(&salt), Yaml::text(&by), rollout::POSITIONS, &[(0, end)]),
            None => Condition::Always(end > 0),
        };
        Ok(Condition::all([clauses, share.certain()]))
    }
}

/// Those who are listed: users, and contexts of other kinds.
fn members(segment: &Json, users: &str, contexts: &str) -> Condition {
    let of_kinds = json::items(segment, contexts).iter().map(|list| {
        let kind = json::text(list, "contextKind").filter(|kind| !kind.is_empty()).unwrap_or(USER);
        keys(kind, &json::texts(list, "values"))
    });
    Condition::any(of_kinds.chain([keys(USER, &json::texts(segment, users))]))
}

/// Whether the context of a kind has one of these keys.
pub(super) fn keys(kind: &str, values: &[&str]) -> Condition {
    one_of(&key_of(kind), As::Itself, values).certain()
}
