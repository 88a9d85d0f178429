//! Splits of an allocation: each asks for the positions of the subject in one bucket or several, by salt.

use super::Problem;
use crate::Dialect;
use crate::condition::{Condition, bucket, exists};
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use serde_json::Value as Json;

const HASH: &str = "eppo/md5";
/// The subject, which is what OpenFeature calls it and what `by` is without being said.
const SUBJECT: &str = "targetingKey";

/// One hash of a split, and which positions it takes.
#[derive(Debug, Clone, PartialEq)]
struct Shard {
    salt: String,
    of: u64,
    ranges: Vec<(u64, u64)>,
}

impl Shard {
    fn condition(&self) -> Condition {
        bucket(HASH, Some(&self.salt), Yaml::text(SUBJECT), self.of, &self.ranges)
    }
}

struct Split {
    variant: String,
    shards: Vec<Shard>,
}

/// Adds the rules of one allocation.
pub(super) fn allocate(
    dialect: Dialect,
    allocation: &Json,
    place: &str,
    whom: Condition,
    total: u64,
    flag: &mut Flag,
    report: &mut FlagReport,
) -> Result<(), Problem> {
    let name = json::text(allocation, "key");
    let Some(items) = allocation.get("splits").and_then(Json::as_array) else {
        return Err((format!("{place}.splits"), "they are no list".to_owned()));
    };
    let mut splits = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let place = format!("{place}.splits[{index}]");
        splits.push(read(item, &place, total, flag, report)?);
    }
    if let Some((shared, serve)) = whole(&splits) {
        if dialect == Dialect::Datadog && !shared.is_empty() {
            guard(&whom, name, flag);
        }
        let all = std::iter::once(whom).chain(shared.iter().map(Shard::condition));
        flag.rule(name, Condition::all(all), serve);
        return Ok(());
    }
    if dialect == Dialect::Datadog && splits.first().is_some_and(|split| !split.shards.is_empty()) {
        guard(&whom, name, flag);
    }
    for split in splits {
        let all = std::iter::once(whom.clone()).chain(split.shards.iter().map(Shard::condition));
        flag.rule(name, Condition::all(all), Yaml::text(&split.variant));
    }
    Ok(())
}

/// Datadog answers with an error where a hash is asked for and there is no subject; a bucket would merely not match. A
/// share without a unit is that error.
fn guard(whom: &Condition, name: Option<&str>, flag: &mut Flag) {
    let Some((first, _)) = flag.variants.first() else { return };
    let serve = Yaml::map([("rollout", Yaml::text("50%")), ("variant", Yaml::text(first))]);
    let nobody = Condition::all([whom.clone(), exists(SUBJECT, false)]);
    let name = name.map(|name| format!("{name}: an error without a subject"));
    flag.rule(name.as_deref(), nobody, serve);
}

fn read(
    item: &Json,
    place: &str,
    total: u64,
    flag: &mut Flag,
    report: &mut FlagReport,
) -> Result<Split, Problem> {
    let Some(variant) = json::text(item, "variationKey") else {
        return Err((place.to_owned(), "the split names no variation".to_owned()));
    };
    if !flag.variants.iter().any(|(name, _)| name == variant) {
        report.differs(
            place,
            format!("there is no variation `{variant}`: whom it falls to gets null, and there is no error"),
        );
        flag.nothing(variant);
    }
    let mut shards = Vec::new();
    for (index, shard) in json::items(item, "shards").iter().enumerate() {
        let of = shard.get("totalShards").and_then(Json::as_u64).unwrap_or(total);
        let ranges = json::items(shard, "ranges").iter().map(|range| {
            let bound = |key| range.get(key).and_then(Json::as_u64);
            Some((bound("start")?.min(of), bound("end")?.min(of)))
        });
        let (Some(salt), Some(ranges)) = (json::text(shard, "salt"), ranges.collect::<Option<Vec<_>>>())
        else {
            return Err((
                format!("{place}.shards[{index}]"),
                "it has no salt, or a range without bounds".to_owned(),
            ));
        };
        // Everybody lies in it, so that nobody hashes for it.
        if !ranges.contains(&(0, of)) {
            shards.push(Shard { salt: salt.to_owned(), of, ranges });
        }
    }
    Ok(Split { variant: variant.to_owned(), shards })
}

/// What the splits share, and one rule's split, where they share out all positions of one last hash, in order.
fn whole(splits: &[Split]) -> Option<(&[Shard], Yaml)> {
    let (last, shared) = splits.first()?.shards.split_last()?;
    let mut weights: Vec<(String, u64)> = Vec::with_capacity(splits.len());
    let mut reached = 0;
    for split in splits {
        let (own, before) = split.shards.split_last()?;
        let [(from, to)] = own.ranges.as_slice() else { return None };
        let fits = before == shared && own.salt == last.salt && own.of == last.of && *from == reached;
        let is_new = weights.iter().all(|(name, _)| *name != split.variant);
        if !fits || !is_new || to <= from {
            return None;
        }
        weights.push((split.variant.clone(), to - from));
        reached = *to;
    }
    (splits.len() > 1 && reached == last.of)
        .then(|| (shared, crate::flag::split(&weights, None, HASH, Some(&last.salt), last.of)))
}
