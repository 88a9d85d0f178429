//! The steps of an explanation.

use crate::value::Value;
use serde::Serialize;

/// One step of an [`Explanation`](super::Explanation). `depth` is 0 for the flag asked for, 1 for flags that it asks, and so on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// A condition on an attribute.
    Condition {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the condition in the ruleset.
        path: String,
        /// The attribute asked for.
        attribute: String,
        /// The operator.
        operator: &'static str,
        /// What the value was read as, where the ruleset says so.
        #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
        read_as: Option<&'static str>,
        /// Whether texts were compared in lower case.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        ignore_case: bool,
        /// `any` where each item of a list was tested, one of which has to pass.
        #[serde(skip_serializing_if = "Option::is_none")]
        each: Option<&'static str>,
        /// What it was compared with; of long lists the first values.
        expected: Value,
        /// What the context holds; null where it holds nothing.
        found: Value,
        /// The answer that the ruleset has for what cannot be told, where that is the result.
        #[serde(skip_serializing_if = "Option::is_none")]
        otherwise: Option<bool>,
        /// `true`, `false` or `unknown`.
        result: &'static str,
    },
    /// A condition on where a unit lies.
    Bucket {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the condition in the ruleset.
        path: String,
        /// The name of the hash contract.
        hash: &'static str,
        /// What the unit is hashed with; null where there is no salt.
        salt: Option<String>,
        /// The attribute, or attributes, that give the unit.
        by: String,
        /// The unit; null where there is none.
        unit: Value,
        /// Where the unit lies; null where there is none.
        bucket: Option<u64>,
        /// The ranges that are asked for: first buckets, and first ones behind.
        ranges: Vec<[u64; 2]>,
        /// How many buckets there are.
        buckets: u64,
        /// The answer that the ruleset has where there is no unit, where that is the result.
        #[serde(skip_serializing_if = "Option::is_none")]
        otherwise: Option<bool>,
        /// `true`, `false` or `unknown`.
        result: &'static str,
    },
    /// A segment.
    Segment {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the condition in the ruleset.
        path: String,
        /// The name of the segment.
        segment: String,
        /// `true`, `false` or `unknown`.
        result: &'static str,
    },
    /// A time window.
    Time {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the condition in the ruleset.
        path: String,
        /// The zone whose clock was read.
        timezone: String,
        /// `true` or `false`.
        result: &'static str,
    },
    /// Another flag: a prerequisite, or a condition on a flag. Its own steps come before, one deeper.
    Flag {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the prerequisite or condition in the ruleset.
        path: String,
        /// The flag that was asked.
        flag: String,
        /// The variants that would do.
        expected: Vec<String>,
        /// The variant that it is.
        found: Option<String>,
        /// `true`, `false` or `unknown`.
        result: &'static str,
    },
    /// A rule; the first one whose result is `true` decides.
    Rule {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The path of the rule in the ruleset.
        path: String,
        /// The index of the rule.
        rule: u16,
        /// `true`, `false` or `unknown`.
        result: &'static str,
    },
    /// A share of the units.
    Share {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The attribute, or attributes, that give the unit.
        by: String,
        /// The name of the hash contract, where it is another system's.
        #[serde(skip_serializing_if = "Option::is_none")]
        hash: Option<&'static str>,
        /// The unit; null where a share of nobody or everybody asked for none.
        unit: Value,
        /// The share in millionths, at that time.
        share_ppm: u32,
        /// Where the unit lies; null where nothing was hashed.
        bucket: Option<u64>,
        /// The first bucket that the share leaves out.
        boundary: Option<u64>,
        /// How many buckets there are.
        buckets: Option<u64>,
        /// True where the unit belongs to the share.
        inside: bool,
    },
    /// A split.
    Split {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The attribute that gives the unit.
        by: String,
        /// The name of the hash contract, where it is another system's.
        #[serde(skip_serializing_if = "Option::is_none")]
        hash: Option<&'static str>,
        /// The unit.
        unit: Value,
        /// Where the unit lies.
        bucket: u64,
        /// The first bucket behind the variant drawn.
        boundary: u64,
        /// How many buckets there are.
        buckets: u64,
    },
    /// There was no unit to hash.
    NoUnit {
        /// How deep among flags that ask other flags.
        depth: usize,
        /// The attribute, or attributes, that should give the unit.
        by: String,
        /// What stands there instead; null where nothing does.
        found: Value,
        /// `MISSING_UNIT` or `INVALID_CONTEXT`.
        error: &'static str,
    },
}
