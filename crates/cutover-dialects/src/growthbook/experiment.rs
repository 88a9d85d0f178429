//! Experiments: a rule for each variation, on the positions that it takes.

use super::Problem;
use super::hash::{self, bucket_ranges, positions, without};
use super::rule::{Reader, given, wants, within};
use crate::condition::Condition;
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use cutover_decider::contract::Hash;
use serde_json::Value as Json;

/// The attribute that is hashed where an experiment names none.
const ID: &str = "id";

/// Adds the rules of an experiment. Who is in no variation goes on to the next rule, and so does who is in one that is to
/// be passed through.
pub(super) fn add(
    reader: &Reader<'_>,
    rule: &Json,
    whom: Condition,
    description: Option<&str>,
    flag: &mut Flag,
    report: &mut FlagReport,
) -> Result<(), Problem> {
    let variations = match given(rule, "variations") {
        Some(Json::Array(variations)) => variations,
        None => {
            let problem =
                "the rule has neither `force` nor `variations`, so it is passed over, there and here";
            report.note(&reader.place, problem);
            return Ok(());
        }
        Some(other) => return Err(reader.problem("variations", &wants("a list", other))),
    };
    if variations.len() < 2 {
        let problem = "an experiment has two variations at least, so it is passed over, there and here";
        report.note(format!("{}.variations", reader.place), problem);
        return Ok(());
    }
    let Some(hash) = reader.hash(rule, "hashVersion", 1)? else {
        report.note(&reader.place, "there is no such hash version, so that nobody is in it, there and here");
        return Ok(());
    };
    let key = reader.text(rule, "key")?.unwrap_or(reader.name);
    let seed = reader.text(rule, "seed")?.unwrap_or(key);
    let by = reader.text(rule, "hashAttribute")?.unwrap_or(ID);
    let whom = Condition::all([whom, namespace(reader, rule, by)?]);
    let mut taken = Vec::new();
    let ranges = ranges(reader, rule, variations.len())?;
    for (index, (variation, range)) in variations.iter().zip(ranges).enumerate() {
        let range = positions(range, hash::total(hash));
        let own = without(range, &taken);
        taken.push(range);
        let meta = json::items(rule, "meta").get(index);
        if meta.and_then(|meta| meta.get("passthrough")).is_some_and(json::is_truthy) {
            continue;
        }
        let lies = within(hash, seed, by, &own);
        let serve = Yaml::text(reader.variants.name(variation));
        flag.rule(description, Condition::all([whom.clone(), lies]), serve);
    }
    Ok(())
}

/// The range of each variation.
fn ranges(reader: &Reader<'_>, rule: &Json, count: usize) -> Result<Vec<(f64, f64)>, Problem> {
    if let Some(ranges) = given(rule, "ranges") {
        let Some(ranges) = ranges.as_array() else {
            return Err(reader.problem("ranges", &wants("a list of ranges", ranges)));
        };
        return ranges.iter().map(|range| reader.range(range, "ranges")).collect();
    }
    let coverage = match given(rule, "coverage") {
        None => 1.0,
        Some(coverage) => {
            coverage.as_f64().ok_or_else(|| reader.problem("coverage", &wants("a number", coverage)))?
        }
    };
    let weights = match given(rule, "weights") {
        None => None,
        Some(weights) => {
            let read: Option<Vec<f64>> =
                weights.as_array().and_then(|items| items.iter().map(Json::as_f64).collect());
            Some(read.ok_or_else(|| reader.problem("weights", &wants("a list of numbers", weights)))?)
        }
    };
    Ok(bucket_ranges(count, coverage, weights.as_deref()))
}

/// A namespace keeps experiments apart; where there are filters, they do.
fn namespace(reader: &Reader<'_>, rule: &Json, by: &str) -> Result<Condition, Problem> {
    let Some(namespace) = given(rule, "namespace").filter(|_| json::items(rule, "filters").is_empty()) else {
        return Ok(Condition::TRUE);
    };
    let read = namespace.as_array().map(Vec::as_slice);
    let Some([Json::String(name), start, end]) = read else {
        return Err(reader.problem("namespace", &wants("a list of a name, a start and an end", namespace)));
    };
    let range = reader.range(&Json::Array(vec![start.clone(), end.clone()]), "namespace")?;
    let hash = Hash::GrowthBook1;
    Ok(within(hash, &format!("__{name}"), by, &[positions(range, hash::total(hash))]))
}
