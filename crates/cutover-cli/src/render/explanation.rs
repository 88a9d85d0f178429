//! An explanation as a story: the answer, then what was looked at, each step under what asked for it.

mod tree;

use super::decision::{reason, served};
use super::style::{DIM, ERROR, GOOD, STRONG, WARNING, paint};
use super::text::{clean, part, percent, value};
use crate::now;
use cutover::{ErrorCode, Explanation, Reason, Step, Value};
use std::fmt::Write as _;
use tree::Node;

/// The story of an explanation at `now_ms`.
pub(crate) fn story(explanation: &Explanation<'_>, now_ms: i64) -> String {
    let decision = &explanation.decision;
    let (shown, style) = served(decision.value);
    let variant = decision.variant.map(|variant| format!("  variant {}", clean(variant))).unwrap_or_default();
    let mut out = String::new();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "{} = {}{variant}", paint(STRONG, clean(decision.flag)), paint(style, shown));
    let _ = writeln!(out, "{}  {}", paint(STRONG, reason(decision)), because(explanation));
    if !explanation.steps.is_empty() {
        out.push('\n');
    }
    for node in tree::grow(&explanation.steps) {
        tell(&mut out, &node, 1);
    }
    let _ = writeln!(
        out,
        "\n{}",
        paint(DIM, format_args!("at {}  digest {}", now::show(now_ms), decision.digest))
    );
    out
}

/// The reason in a sentence.
fn because(explanation: &Explanation<'_>) -> String {
    let decision = &explanation.decision;
    let rule = decision.rule.unwrap_or_default();
    match (decision.reason, decision.error) {
        (_, Some(ErrorCode::FlagNotFound)) => "the ruleset has no such flag".to_owned(),
        (_, Some(ErrorCode::TypeMismatch)) => "the flag serves values of another type".to_owned(),
        (_, Some(ErrorCode::MissingUnit)) => format!("rule {rule} matched, and there is no unit to hash"),
        (_, Some(ErrorCode::InvalidContext)) => {
            format!("rule {rule} matched, and what stands for the unit names nobody")
        }
        (Reason::Static, None) => "the same for everybody, at any time".to_owned(),
        (Reason::TargetingMatch, None) => format!("rule {rule} matched"),
        (Reason::Split, None) => format!("rule {rule} matched, and its rollout or split decided"),
        (Reason::Stale, None) => "nothing was heard of the ruleset for too long".to_owned(),
        (Reason::Disabled, None) => "the flag is not enabled".to_owned(),
        (Reason::Default | Reason::Error, None) => {
            match explanation.steps.iter().rfind(|step| is_top(step)) {
                Some(Step::Flag { flag, .. }) => format!("the prerequisite {} is not met", clean(flag)),
                _ => "no rule matched".to_owned(),
            }
        }
    }
}

fn is_top(step: &Step) -> bool {
    tree::depth(step) == 0
}

/// One step and, under it, what it asked for.
fn tell(out: &mut String, node: &Node<'_>, level: usize) {
    let _ = writeln!(out, "{}{}", "  ".repeat(level), sentence(node.step));
    for child in &node.children {
        tell(out, child, level + 1);
    }
}

/// A step in a line.
pub(super) fn sentence(step: &Step) -> String {
    match step {
        Step::Condition {
            attribute,
            read_as,
            operator,
            ignore_case,
            each,
            expected,
            found,
            otherwise,
            result,
            ..
        } => {
            let expected = value(expected);
            let read_as = read_as.map(|read_as| format!(" as {read_as}")).unwrap_or_default();
            let letters = if *ignore_case { ", in any case" } else { "" };
            let each = if each.is_some() { "any item of " } else { "" };
            format!(
                "{} {each}{}{read_as} {operator} {expected}{letters}  {}",
                sign(result),
                clean(attribute),
                paint(DIM, seen(found) + settled(*otherwise))
            )
        }
        Step::Bucket { hash, by, unit, bucket, ranges, buckets, otherwise, result, .. } => {
            let ranges: Vec<String> = ranges.iter().map(|[from, to]| format!("[{from}, {to})")).collect();
            let place = match bucket {
                Some(bucket) => format!("{} is bucket {bucket} of {buckets} by {hash}", value(unit)),
                None => seen(unit) + settled(*otherwise),
            };
            format!("{} bucket of {} in {}  {}", sign(result), clean(by), ranges.join(" "), paint(DIM, place))
        }
        Step::Segment { segment, result, .. } => format!("{} segment {}", sign(result), clean(segment)),
        Step::Time { timezone, result, .. } => {
            let clock = if timezone.is_empty() {
                String::new()
            } else {
                format!(", by the clock of {}", clean(timezone))
            };
            format!("{} time window{clock}", sign(result))
        }
        Step::Flag { flag, expected, found, result, .. } => {
            let found = match found {
                Some(found) => format!("found {}", clean(found)),
                None => "it has no answer".to_owned(),
            };
            let expected = clean(&expected.join(" or ")).into_owned();
            format!("{} flag {} is {expected}  {}", sign(result), clean(flag), paint(DIM, found))
        }
        Step::Rule { rule, result, path, .. } => {
            let verdict = match *result {
                "true" => "matched",
                "false" => "did not match",
                _ => "is unknown, and so did not match",
            };
            format!("{} rule {rule} {verdict}  {}", sign(result), paint(DIM, clean(path)))
        }
        Step::Share { by, hash, unit, share_ppm, bucket, boundary, buckets, inside, .. } => {
            let share = percent(*share_ppm);
            let head = sign(if *inside { "true" } else { "false" });
            match (bucket, boundary, buckets) {
                (Some(bucket), Some(boundary), Some(buckets)) => {
                    let order = if *inside { "<" } else { "≥" };
                    let place = format!("{} {order} {}", part(*bucket, *buckets), part(*boundary, *buckets));
                    let exact =
                        format_args!("bucket {bucket} {order} {boundary} of {buckets}{}", by_hash(*hash));
                    let exact = paint(DIM, exact);
                    format!("{head} {share} by {} {}: {place}  {exact}", clean(by), value(unit))
                }
                _ if *inside => format!("{head} {share} is everybody: no unit is asked for"),
                _ => format!("{head} {share} is nobody: no unit is asked for"),
            }
        }
        Step::Split { by, hash, unit, bucket, boundary, buckets, .. } => {
            // Beyond the last variant of another system's split there is `else`.
            let order = if bucket < boundary { "<" } else { "≥" };
            let place = format!("{} {order} {}", part(*bucket, *buckets), part(*boundary, *buckets));
            let exact = format_args!("bucket {bucket} {order} {boundary} of {buckets}{}", by_hash(*hash));
            let exact = paint(DIM, exact);
            format!("{} split by {} {}: {place}  {exact}", sign("true"), clean(by), value(unit))
        }
        Step::NoUnit { by, found, error, .. } => {
            format!("{} {error}: {}  {}", sign("error"), clean(by), paint(DIM, seen(found)))
        }
    }
}

/// The name of another system's contract.
fn by_hash(hash: Option<&str>) -> String {
    hash.map(|hash| format!(" by {hash}")).unwrap_or_default()
}

/// What stands for what cannot be told.
fn settled(otherwise: Option<bool>) -> &'static str {
    match otherwise {
        Some(true) => ", otherwise true",
        Some(false) => ", otherwise false",
        None => "",
    }
}

/// What the context holds.
fn seen(found: &Value) -> String {
    match found {
        Value::Null => "found nothing".to_owned(),
        found => format!("found {}", value(found)),
    }
}

fn sign(result: &str) -> String {
    match result {
        "true" => paint(GOOD, "✓"),
        "false" => paint(DIM, "✗"),
        "unknown" => paint(WARNING, "?"),
        _ => paint(ERROR, "!"),
    }
}
