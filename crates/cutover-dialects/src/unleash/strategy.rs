//! Strategies: for whom a feature is on. One of them is enough; within one, everything has to hold.

use super::{RANDOM, Segments, address, constraint};
use crate::condition::{As, Condition, bucket, one_of, test, with};
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use serde_json::Value as Json;

const HASH: &str = "unleash/rollout";
/// Positions are percents.
const TOTAL: u64 = 100;

/// For whom a strategy is on: its constraints, its segments, and what it asks itself.
pub(super) fn condition(
    strategy: &Json,
    segments: &Segments,
    place: &str,
    report: &mut FlagReport,
) -> Condition {
    let constraints = constraint::all(json::items(strategy, "constraints"), place, report);
    let named: Vec<Condition> = json::items(strategy, "segments")
        .iter()
        .enumerate()
        .map(|(index, id)| segments.used(id, &format!("{place}.segments[{index}]"), report))
        .collect();
    let own = own(strategy, place, report);
    Condition::all([constraints].into_iter().chain(named).chain([own]))
}

fn own(strategy: &Json, place: &str, report: &mut FlagReport) -> Condition {
    let empty = Json::Null;
    let parameters = strategy.get("parameters").unwrap_or(&empty);
    let text = |key: &str| json::text(parameters, key).unwrap_or_default();
    match json::text(strategy, "name").unwrap_or_default() {
        "default" => Condition::TRUE,
        "userWithId" => one_of("userId", As::Itself, &listed(text("userIds"))),
        "remoteAddress" => addresses(text("IPs")),
        "applicationHostname" => {
            report.differs(place, "the engine does not know its host: give the attribute `hostname`");
            let names = text("hostNames").to_lowercase();
            let condition = one_of("hostname", As::Itself, &listed(&names));
            with(condition, "ignore_case", Yaml::Scalar("true".to_owned()))
        }
        "gradualRolloutUserId" => {
            share(&unit("userId"), text("groupId"), percent(parameters, "percentage"), true)
        }
        "gradualRolloutSessionId" => {
            share(&unit("sessionId"), text("groupId"), percent(parameters, "percentage"), true)
        }
        "gradualRolloutRandom" => {
            let percent = percent(parameters, "percentage");
            if (1..TOTAL).contains(&percent) {
                drawn(place, report);
            }
            share(&unit(RANDOM), "", percent, false)
        }
        "flexibleRollout" => flexible(parameters, place, report),
        other => {
            report.note(place, format!("there is no strategy `{other}`, so it is off, there and here"));
            Condition::FALSE
        }
    }
}

fn flexible(parameters: &Json, place: &str, report: &mut FlagReport) -> Condition {
    let group = json::text(parameters, "groupId").unwrap_or_default();
    let percent = percent(parameters, "rollout");
    match json::text(parameters, "stickiness").filter(|text| !text.is_empty()).unwrap_or("default") {
        "default" => {
            if (1..TOTAL).contains(&percent) {
                drawn(place, report);
            }
            share(&first_of(&["userId", "sessionId", RANDOM]), group, percent, false)
        }
        "random" => {
            if (1..TOTAL).contains(&percent) {
                drawn(place, report);
            }
            share(&unit(RANDOM), group, percent, false)
        }
        named => share(&unit(named), group, percent, true),
    }
}

/// The whole percents of a share. Positions are whole, so that nothing else of it counts.
fn percent(parameters: &Json, key: &str) -> u64 {
    let value = parameters.get(key).and_then(json::javascript_number_of).unwrap_or(0.0);
    // NaN and what is negative become 0.
    (value.floor() as u64).min(TOTAL)
}

/// A share of the units; `needs_unit` where even the whole share is off for who has none.
fn share(by: &Yaml, group: &str, percent: u64, needs_unit: bool) -> Condition {
    if percent == TOTAL && !needs_unit {
        return Condition::TRUE;
    }
    bucket(HASH, Some(group), by.clone(), TOTAL, &[(0, percent)])
}

/// The unit of one attribute, where there is something in it.
pub(super) fn unit(attribute: &str) -> Yaml {
    first_of(&[attribute])
}

/// The first of these attributes that has something in it.
pub(super) fn first_of(attributes: &[&str]) -> Yaml {
    Yaml::map([("first_of", Yaml::texts(attributes))])
}

/// Notes that Unleash draws at random here.
pub(super) fn drawn(place: &str, report: &mut FlagReport) {
    report.differs(
        place,
        "who has no identifier is drawn at random there; here nobody is in the share but by an attribute `random`, \
         which a host may draw",
    );
}

fn listed(text: &str) -> Vec<&str> {
    match text {
        "" => Vec::new(),
        // Blanks around the commas go; those at both ends of the text stay, and so do empty entries.
        text => {
            let last = text.split(',').count() - 1;
            text.split(',')
                .enumerate()
                .map(|(index, part)| {
                    let part = if index > 0 { part.trim_start() } else { part };
                    if index < last { part.trim_end() } else { part }
                })
                .collect()
        }
    }
}

/// Addresses as they stand, and networks of IPv4.
fn addresses(text: &str) -> Condition {
    let listed = listed(text);
    let networks: Vec<String> =
        listed.iter().filter(|text| !text.contains(':')).filter_map(|text| address::network(text)).collect();
    let others: Vec<&str> =
        listed.into_iter().filter(|text| address::network(text).is_none() || text.contains(':')).collect();
    let networks: Vec<&str> = networks.iter().map(String::as_str).collect();
    let within = match networks.is_empty() {
        true => Condition::FALSE,
        false => test("remoteAddress", "cidr", Yaml::texts(&networks)),
    };
    Condition::any([within, one_of("remoteAddress", As::Itself, &others)])
}
