//! `fractional`: what a hash of the request draws, by weights.

use super::expression::{Cases, Reader, Term, listed, within};
use super::operand::{self, Operand, joined};
use crate::Dialect;
use crate::condition::{Condition, bucket, exists, test};
use crate::json;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// The attribute that OpenFeature names requests by.
const TARGETING_KEY: &str = "targetingKey";
/// The greatest sum of weights.
const MAX_TOTAL: u64 = 0x7fff_ffff;
/// How many combinations of weights that depend on something are told apart.
const MAX_COMBINATIONS: usize = 64;

/// A draw whose weights are certain.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draw {
    pub(super) hash: &'static str,
    pub(super) salt: Option<String>,
    pub(super) by: Yaml,
    /// Who has something to be hashed; the others get null.
    pub(super) guard: Condition,
    pub(super) entries: Vec<(Cases, u64)>,
}

impl Draw {
    pub(super) fn total(&self) -> u64 {
        self.entries.iter().map(|(_, weight)| weight).sum()
    }

    /// The same as conditions on the position of the request.
    pub(super) fn cases(&self) -> Cases {
        let mut all = Vec::new();
        let mut reached = 0;
        for (cases, weight) in &self.entries {
            let range = (reached, reached + weight);
            reached = range.1;
            let here = bucket(self.hash, self.salt.as_deref(), self.by.clone(), self.total(), &[range]);
            all.extend(within(&Condition::all([self.guard.clone(), here]), cases.clone()));
        }
        all.push((Condition::TRUE, Term::Value(Json::Null)));
        all
    }
}

fn null() -> Cases {
    vec![(Condition::TRUE, Term::Value(Json::Null))]
}

pub(super) fn read(reader: Reader<'_>, arguments: &Json) -> Result<Cases, String> {
    let items = match arguments {
        Json::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let Some((first, rest)) = items.split_first() else { return Ok(null()) };
    let (key, entries) = match first {
        Json::Array(_) => (shorthand(reader), items),
        key => match keyed(reader, key)? {
            Some(key) => (key, rest),
            None => return Ok(null()),
        },
    };
    let mut read: Vec<(Cases, Vec<(Condition, u64)>)> = Vec::with_capacity(entries.len());
    for entry in entries {
        let Json::Array(parts) = entry else { return Ok(null()) };
        let (variant, weight) = match parts.as_slice() {
            [variant] => (variant, None),
            [variant, weight] => (variant, Some(weight)),
            _ => return Ok(null()),
        };
        let Some(weights) = weights(reader, weight)? else { return Ok(null()) };
        read.push((reader.cases(variant)?, weights));
    }
    combined(&key, &read)
}

/// What is hashed.
struct Key {
    hash: &'static str,
    salt: Option<String>,
    by: Yaml,
    guard: Condition,
}

/// A text that is not empty.
fn is_text(name: &str) -> Condition {
    test(name, "matches", Yaml::text("(?s).")).otherwise(false)
}

/// Without a key, the flag and the targeting key are hashed.
fn shorthand(reader: Reader<'_>) -> Key {
    let hash = if reader.dialect == Dialect::FlagdV3 { "flagd/fractional-v3" } else { "flagd/fractional-v2" };
    Key {
        hash,
        salt: Some(reader.flag.to_owned()),
        by: Yaml::text(TARGETING_KEY),
        guard: is_text(TARGETING_KEY),
    }
}

fn keyed(reader: Reader<'_>, key: &Json) -> Result<Option<Key>, String> {
    let is_third = reader.dialect == Dialect::FlagdV3;
    if let Some(arguments) = key.get("cat")
        && operand::constant(key, reader.flag).is_err()
    {
        return joined_key(reader, listed(arguments), is_third).map(Some);
    }
    Ok(match operand::read(key, reader.flag)? {
        // What is certain draws the same for everybody: it is hashed as the text that is taken for nobody's.
        Operand::Constant(Json::String(text)) => {
            let hash = if is_third { "flagd/fractional-v3-cat" } else { "flagd/fractional-v2" };
            Some(Key {
                hash,
                salt: Some(text),
                by: or_nothing(TARGETING_KEY_OF_NOBODY),
                guard: Condition::TRUE,
            })
        }
        Operand::Constant(Json::Null) => None,
        Operand::Constant(_) => {
            return Err("what is hashed is a value that is certain, and no text".to_owned());
        }
        Operand::Attribute(name, Json::Null) if is_third => Some(Key {
            hash: "flagd/fractional-v3",
            salt: None,
            by: Yaml::text(&name),
            guard: exists(&name, true),
        }),
        Operand::Attribute(name, Json::Null) => Some(Key {
            hash: "flagd/fractional-v2",
            salt: Some(String::new()),
            by: Yaml::text(&name),
            guard: is_text(&name),
        }),
        _ => return Err("what is hashed is an attribute with a default, or the time".to_owned()),
    })
}

/// An attribute that no context has.
const TARGETING_KEY_OF_NOBODY: &str = "$flagd.nobody";

fn or_nothing(attribute: &str) -> Yaml {
    Yaml::map([("first_of", Yaml::texts(&[attribute])), ("otherwise", Yaml::text(""))])
}

/// Texts that are certain, and one attribute behind them.
fn joined_key(reader: Reader<'_>, parts: &[Json], is_third: bool) -> Result<Key, String> {
    let Some((last, before)) = parts.split_last() else { return Err("`cat` joins nothing".to_owned()) };
    let before = before.iter().map(|part| operand::constant(part, reader.flag).map(|part| joined(&part)));
    let Ok(salt) = before.collect::<Result<String, _>>() else {
        return Err("what is hashed joins more than one attribute, or has something behind it".to_owned());
    };
    let Operand::Attribute(name, Json::Null) = operand::read(last, reader.flag)? else {
        return Err("what is hashed joins an attribute with a default, or the time".to_owned());
    };
    let hash = if is_third { "flagd/fractional-v3-cat" } else { "flagd/fractional-v2" };
    // With nothing before it, an empty text is nothing to hash.
    let guard = if salt.is_empty() { exists(&name, true) } else { Condition::TRUE };
    Ok(Key { hash, salt: Some(salt), by: or_nothing(&name), guard })
}

/// The weights that an entry may have, and when; none where one is no whole number.
fn weights(reader: Reader<'_>, weight: Option<&Json>) -> Result<Option<Vec<(Condition, u64)>>, String> {
    let Some(weight) = weight else { return Ok(Some(vec![(Condition::TRUE, 1)])) };
    let mut weights = Vec::new();
    for (case, term) in reader.cases(weight)? {
        let Term::Value(value) = term else { return Err("a weight is the value of an attribute".to_owned()) };
        let Some(number) =
            json::javascript_number_of(&value).filter(|number| value.is_number() && number.fract() == 0.0)
        else {
            return Ok(None);
        };
        // What is negative becomes 0.
        weights.push((case, number as u64));
    }
    Ok(Some(weights))
}

/// A draw for each combination of weights.
fn combined(key: &Key, entries: &[(Cases, Vec<(Condition, u64)>)]) -> Result<Cases, String> {
    let mut combinations: Vec<(Condition, Vec<u64>)> = vec![(Condition::TRUE, Vec::new())];
    for (_, weights) in entries {
        let mut next = Vec::new();
        for (before, chosen) in &combinations {
            for (case, weight) in weights {
                let chosen = chosen.iter().copied().chain([*weight]).collect();
                next.push((Condition::all([before.clone(), case.clone()]), chosen));
            }
        }
        combinations = next;
        if combinations.len() > MAX_COMBINATIONS {
            return Err("the weights depend on too many things".to_owned());
        }
    }
    let mut all = Vec::new();
    for (condition, weights) in combinations {
        let entries: Vec<(Cases, u64)> =
            entries.iter().zip(weights).map(|((cases, _), weight)| (cases.clone(), weight)).collect();
        let draw = Draw {
            hash: key.hash,
            salt: key.salt.clone(),
            by: key.by.clone(),
            guard: key.guard.clone(),
            entries,
        };
        let fits = (1..=MAX_TOTAL).contains(&draw.total());
        all.push((condition, if fits { Term::Draw(draw) } else { Term::Value(Json::Null) }));
    }
    Ok(all)
}
