//! What an attribute says of one test.

use super::hashed;
use super::number::Number;
use super::pattern;
use super::truth::Truth;
use crate::program::op::{Tables, TestRef};
use crate::ruleset::scalar::parse_instant;
use crate::value::ValueRef;
use std::cmp::Ordering;

/// Evaluates a test. A missing attribute is unknown to every test but `exists`; so is one of a type that the
/// test cannot take, for a test of the wrong type is a mistake, and neither it nor its opposite should match.
#[inline]
pub(crate) fn evaluate(tables: &Tables, test: TestRef, value: ValueRef<'_>) -> Truth {
    match (test, value) {
        (TestRef::Set(index), _) => {
            tables.sets.get(index as usize).map_or(Truth::Unknown, |set| set.contains(value))
        }
        (TestRef::Exists(wanted), _) => (wanted != matches!(value, ValueRef::Missing)).into(),
        (_, ValueRef::Missing) => Truth::Unknown,
        _ => known(tables, test, value).unwrap_or(Truth::Unknown),
    }
}

fn known(tables: &Tables, test: TestRef, value: ValueRef<'_>) -> Option<Truth> {
    let at = |index: u32| index as usize;
    let truth = match test {
        TestRef::Hashed(index) => {
            let list = tables.hashed.get(at(index))?;
            match value {
                ValueRef::Text(_) | ValueRef::Int(_) => {
                    list.digests.binary_search(&hashed::digest(&list.salt, value)?).is_ok().into()
                }
                ValueRef::Bool(_) | ValueRef::Float(_) => Truth::False,
                _ => return None,
            }
        }
        TestRef::Range(index) => tables.ranges.get(at(index))?.contains(Number::of(value)?).into(),
        TestRef::Contains(index) => {
            let (items, parts) = tables.contains.get(at(index))?;
            match value {
                // Looking for a number in a text is a mistake.
                ValueRef::Text(_) if parts.is_empty() => return None,
                ValueRef::Text(text) => parts.iter().any(|part| has(text, part)).into(),
                ValueRef::List(list) => list.iter().any(|item| items.contains(item) == Truth::True).into(),
                _ => return None,
            }
        }
        TestRef::StartsWith(index) => any_part(tables, index, value, |text, part| text.starts_with(part))?,
        TestRef::EndsWith(index) => any_part(tables, index, value, |text, part| text.ends_with(part))?,
        TestRef::Matches(index) => {
            let (ValueRef::Text(text), (_, regex)) = (value, tables.regexes.get(at(index))?) else {
                return None;
            };
            pattern::matches(regex, text)?.into()
        }
        TestRef::Semver(index) => {
            let (ValueRef::Text(text), (_, range)) = (value, tables.semvers.get(at(index))?) else {
                return None;
            };
            range.contains(text)?.into()
        }
        TestRef::Cidr(index) => {
            let (ValueRef::Text(text), networks) = (value, tables.networks.get(at(index))?) else {
                return None;
            };
            super::cidr::Network::any_contains(networks, text)?.into()
        }
        TestRef::Before(instant) => (instant_of(value)?.cmp(&instant) == Ordering::Less).into(),
        TestRef::After(instant) => (instant_of(value)?.cmp(&instant) == Ordering::Greater).into(),
        TestRef::Set(_) | TestRef::Exists(_) => return None,
    };
    Some(truth)
}

fn any_part(
    tables: &Tables,
    index: u32,
    value: ValueRef<'_>,
    holds: impl Fn(&[u8], &[u8]) -> bool,
) -> Option<Truth> {
    let (ValueRef::Text(text), parts) = (value, tables.texts.get(index as usize)?) else { return None };
    Some(parts.iter().any(|part| holds(text, part)).into())
}

/// Whether `part` stands somewhere in `text`.
fn has(text: &[u8], part: &[u8]) -> bool {
    match (std::str::from_utf8(text), std::str::from_utf8(part)) {
        // The search of `str` is linear in the worst case.
        (Ok(text), Ok(part)) => text.contains(part),
        _ => false,
    }
}

/// The instant that an attribute gives: RFC 3339 with an offset, or milliseconds.
fn instant_of(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Int(ms) => Some(ms),
        ValueRef::Text(text) => parse_instant(std::str::from_utf8(text).ok()?),
        _ => None,
    }
}
