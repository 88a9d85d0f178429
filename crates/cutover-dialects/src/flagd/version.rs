//! `sem_ver`: versions with a leading `v`, without all their parts, or as numbers.

use super::expression::{Cases, Reader, Term, answer};
use super::operand::{self, Operand, joined};
use crate::condition::{As, Condition, test_as};
use cutover::import::Yaml;
use cutover_decider::decide::semver::Version;
use serde_json::Value as Json;

/// Null where a side is no version, the operator is none, or there are not three arguments.
pub(super) fn read(reader: Reader<'_>, items: &[Json]) -> Result<Cases, String> {
    let null = || vec![(Condition::TRUE, Term::Value(Json::Null))];
    let [left, operator, right] = items else { return Ok(null()) };
    let constant = |value: &Json| match operand::read(value, reader.flag)? {
        Operand::Constant(value) => Ok(joined(&value)),
        _ => Err("what a version is compared with is not certain".to_owned()),
    };
    let (operator, right) = (constant(operator)?, constant(right)?);
    let Some(range) = range(&operator, &right) else { return Ok(null()) };
    match operand::read(left, reader.flag)? {
        Operand::Attribute(name, Json::Null) => {
            let within = test_as(&name, As::Version, "semver", Yaml::text(&range));
            Ok(answer(if operator == "!=" { within.opposite() } else { within }))
        }
        _ => Err("`sem_ver` asks something else than an attribute without a default".to_owned()),
    }
}

/// The range of versions; for `!=` the one to be outside of.
fn range(operator: &str, text: &str) -> Option<String> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, rest) = text.split_at_checked(end)?;
    let missing = 2_usize.checked_sub(core.matches('.').count())?;
    let full = format!("{core}{}{rest}", ".0".repeat(missing));
    let [major, minor, _] = Version::parse(&full)?.core;
    // The lowest version of all that have these numbers is the pre-release `0`.
    let before = |major: u64, minor: u64| format!("{major}.{minor}.0-0");
    match operator {
        "=" | "!=" => Some(format!("={full}")),
        "<" | "<=" | ">" | ">=" => Some(format!("{operator}{full}")),
        "^" => Some(format!(">={} <{}", before(major, 0), before(major.checked_add(1)?, 0))),
        "~" => Some(format!(">={} <{}", before(major, minor), before(major, minor.checked_add(1)?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn versions_are_made_whole() {
        let of = |operator, text| range(operator, text);
        assert_eq!(of("=", "v1.2.3").as_deref(), Some("=1.2.3"));
        assert_eq!(of("^", "1").as_deref(), Some(">=1.0.0-0 <2.0.0-0"));
        assert_eq!(of("~", "1.4.2").as_deref(), Some(">=1.4.0-0 <1.5.0-0"));
        assert_eq!(of(">=", "1.0-rc.1").as_deref(), Some(">=1.0.0-rc.1"));
        for (operator, text) in [("=", "2.0.0.0"), ("===", "1.0.0"), ("=", "one"), ("=", "")] {
            assert_eq!(of(operator, text), None, "{operator} {text}");
        }
    }
}
