//! Rules: whom one is for, and a value that it forces for a share of them.

use super::hash::{self, named_hash, positions};
use super::variants::Variants;
use super::{Payload, Problem, condition, experiment, parent};
use crate::condition::{Condition, bucket};
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use cutover_decider::contract::Hash;
use serde_json::Value as Json;

/// The attribute that is hashed where a rule names none.
const ID: &str = "id";

/// Reads one rule of a feature.
pub(super) struct Reader<'a> {
    pub(super) name: &'a str,
    pub(super) payload: &'a Payload<'a>,
    pub(super) variants: &'a Variants,
    pub(super) place: String,
}

impl Reader<'_> {
    /// Adds what becomes of the rule.
    pub(super) fn add(&self, rule: &Json, flag: &mut Flag, report: &mut FlagReport) -> Result<(), Problem> {
        let description = ["description", "name", "key"].iter().find_map(|key| json::text(rule, key));
        let mut whom = Condition::TRUE;
        for parent in parent::read(rule, self.payload, &self.place, report)? {
            if parent.is_gate {
                let gate = Condition::all([whom.clone(), parent.fails]);
                let nothing = Yaml::text(self.variants.name(&Json::Null));
                flag.rule(Some("a prerequisite that the feature is nothing without"), gate, nothing);
            }
            whom = Condition::all([whom, parent.holds]);
        }
        let asked = condition::read(
            rule.get("condition"),
            self.payload,
            &format!("{}.condition", self.place),
            report,
        )?;
        let whom = Condition::all([whom, asked, self.filters(rule)?]);
        if rule.get("contextualVariations").is_some_and(Json::is_array) {
            let problem = "a contextual bandit learns its weights, which a ruleset does not; fix its variations in an experiment";
            return Err(self.problem("contextualVariations", problem));
        }
        self.sticky(rule, report);
        let Some(forced) = rule.get("force") else {
            return experiment::add(self, rule, whom, description, flag, report);
        };
        if forced.is_null() {
            report.differs(
                format!("{}.force", self.place),
                "null is forced here, as by the SDK of JavaScript; that of Python passes the rule over",
            );
        }
        let whom = Condition::all([whom, self.share(rule)?]);
        flag.rule(description, whom, Yaml::text(self.variants.name(forced)));
        Ok(())
    }

    /// For which share of the units a value is forced.
    fn share(&self, rule: &Json) -> Result<Condition, Problem> {
        let range = match (given(rule, "range"), given(rule, "coverage")) {
            (None, None) => return Ok(Condition::TRUE),
            (Some(range), _) => self.range(range, "range")?,
            (None, Some(coverage)) => match coverage.as_f64() {
                Some(coverage) => (0.0, coverage),
                None => return Err(self.problem("coverage", &wants("a number", coverage))),
            },
        };
        let Some(hash) = self.hash(rule, "hashVersion", 1)? else { return Ok(Condition::FALSE) };
        let seed = self.text(rule, "seed")?.unwrap_or(self.name);
        let by = self.text(rule, "hashAttribute")?.unwrap_or(ID);
        Ok(within(hash, seed, by, &[positions(range, hash::total(hash))]))
    }

    /// Everybody who lies in the ranges of every filter.
    fn filters(&self, rule: &Json) -> Result<Condition, Problem> {
        let mut all = Vec::new();
        for (index, filter) in json::items(rule, "filters").iter().enumerate() {
            let place = format!("filters[{index}].ranges");
            let hash = self.hash(filter, "hashVersion", 2)?;
            let Some(ranges) = filter.get("ranges").and_then(Json::as_array) else {
                return Err(self.problem(&place, "they are no list of ranges from 0 to 1"));
            };
            let ranges =
                ranges.iter().map(|range| self.range(range, &place)).collect::<Result<Vec<_>, _>>()?;
            let Some(hash) = hash else { return Ok(Condition::FALSE) };
            let ranges: Vec<_> =
                ranges.into_iter().map(|range| positions(range, hash::total(hash))).collect();
            let seed = self.text(filter, "seed")?.unwrap_or_default();
            all.push(within(hash, seed, self.text(filter, "attribute")?.unwrap_or(ID), &ranges));
        }
        Ok(Condition::all(all))
    }

    /// Notes what sticky buckets would keep.
    fn sticky(&self, rule: &Json, report: &mut FlagReport) {
        let is_asked = |key: &str| rule.get(key).is_some_and(json::is_truthy);
        if let Some(key) =
            ["fallbackAttribute", "bucketVersion", "minBucketVersion"].into_iter().find(|key| is_asked(key))
        {
            report.differs(
                format!("{}.{key}", self.place),
                "sticky buckets are not taken over: where your SDK keeps them, who was given a variation before is hashed \
                 anew here, and by the hash attribute alone",
            );
        }
    }

    pub(super) fn problem(&self, key: &str, problem: &str) -> Problem {
        (format!("{}.{key}", self.place), problem.to_owned())
    }

    /// A text with something in it; an error where there is something else.
    pub(super) fn text<'r>(&self, of: &'r Json, key: &str) -> Result<Option<&'r str>, Problem> {
        match given(of, key) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(other) => Err(self.problem(key, &wants("a text", other))),
        }
    }

    /// The hash of a version; none where there is no such version, which takes nobody.
    pub(super) fn hash(&self, of: &Json, key: &str, usual: u64) -> Result<Option<Hash>, Problem> {
        match given(of, key) {
            None => Ok(named_hash(usual)),
            Some(Json::Number(number)) => Ok(match number.as_f64() {
                Some(0.0) => named_hash(usual),
                Some(version) if version.fract() == 0.0 && version > 0.0 => named_hash(version as u64),
                _ => None,
            }),
            Some(other) => Err(self.problem(key, &wants("a number", other))),
        }
    }

    /// A range `[start, end]`.
    pub(super) fn range(&self, range: &Json, key: &str) -> Result<(f64, f64), Problem> {
        let numbers: Option<Vec<f64>> =
            range.as_array().and_then(|items| items.iter().map(Json::as_f64).collect());
        match numbers.as_deref() {
            Some([start, end]) => Ok((*start, *end)),
            _ => Err(self.problem(key, &wants("a range [start, end] of two numbers", range))),
        }
    }
}

/// What is there, and not null.
pub(super) fn given<'r>(of: &'r Json, key: &str) -> Option<&'r Json> {
    of.get(key).filter(|value| !value.is_null())
}

pub(super) fn wants(wanted: &str, found: &Json) -> String {
    format!("{} is where {wanted} belongs", json::kind(found))
}

/// Whether the unit of an attribute lies in one of these ranges of positions.
pub(super) fn within(hash: Hash, salt: &str, by: &str, ranges: &[(u64, u64)]) -> Condition {
    let by = Yaml::map([("first_of", Yaml::texts(&[by]))]);
    bucket(hash.name(), Some(salt), by, hash::total(hash), ranges)
}
