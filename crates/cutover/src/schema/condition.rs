//! Conditions in the schema.

use super::contract::BucketIs;
use schemars::JsonSchema;
use serde::Serialize;

/// What a rule or segment asks of a context. Conditions are three-valued: a missing attribute is unknown, and
/// unknown never matches, also under `not`.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum Condition {
    All(All),
    Any(Any),
    Not(Not),
    Attribute(Box<Attribute>),
    Segment(SegmentIs),
    Flag(FlagIs),
    Time(Time),
    Bucket(Box<BucketIs>),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct All {
    /// Holds where all of these hold.
    #[schemars(length(min = 1))]
    all: Vec<Condition>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Any {
    /// Holds where one of these holds.
    #[schemars(length(min = 1))]
    any: Vec<Condition>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Not {
    /// Holds where this does not hold; where this is unknown, so is the whole.
    not: Box<Condition>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SegmentIs {
    /// The name of a segment.
    segment: String,
}

/// Another flag is one of some variants.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FlagIs {
    /// The name of the other flag.
    pub(super) flag: String,
    /// A variant, or several of which one will do.
    pub(super) is: OneOrMore<String>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    /// The time lies in a window.
    time: Window,
}

/// Hours of the day and days of the week in a time zone, and bounds on the calendar; all that is given must hold.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    /// The first time of day within, such as `"22:00"`.
    from: Option<String>,
    /// The first time of day after; before `from` the window crosses midnight.
    to: Option<String>,
    /// The days on which the window begins.
    days: Option<Vec<Day>>,
    /// An IANA time zone; the ruleset's where there is none.
    timezone: Option<String>,
    /// The first instant within.
    after: Option<Instant>,
    /// The first instant that is no longer within.
    before: Option<Instant>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// RFC 3339 with an offset, or milliseconds since the epoch.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum Instant {
    Text(String),
    Milliseconds(i64),
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum OneOrMore<T> {
    One(T),
    More(#[schemars(length(min = 1))] Vec<T>),
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Text(String),
    Number(f64),
    Bool(bool),
}

/// A number, or a text that texts are compared with by their order.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum Bound {
    Number(f64),
    Text(String),
}

/// A list of values, or of their hashes.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum Members {
    Values(#[schemars(length(min = 1))] Vec<Scalar>),
    Hashed(Hashed),
}

/// Values by their salted SHA-256, so that the ruleset does not carry them; `cutover hash-list` writes it.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hashed {
    /// What every value was hashed with.
    salt: String,
    /// 64 hexadecimal digits each.
    #[schemars(length(min = 1))]
    sha256: Vec<String>,
}

/// An attribute of the context and exactly one operator, perhaps with how the test is made beside it.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 2, "maxProperties" = 6))]
pub(super) struct Attribute {
    /// The path of the attribute, such as `tenant.tier`.
    attribute: String,
    /// Equal to this.
    is: Option<Scalar>,
    /// Known, and not equal to this.
    is_not: Option<Scalar>,
    /// Equal to one of these.
    r#in: Option<Members>,
    /// Known, and equal to none of these.
    not_in: Option<Members>,
    /// A number above this; a text, beside `as: text` or `as: padded_version`.
    above: Option<Bound>,
    /// A number of at least this, or a text.
    at_least: Option<Bound>,
    /// A number below this, or a text.
    below: Option<Bound>,
    /// A number of at most this, or a text.
    at_most: Option<Bound>,
    /// A number between these two, both included.
    between: Option<[f64; 2]>,
    /// A text with one of these in it, or a list with one of these as an item.
    contains: Option<OneOrMore<Scalar>>,
    /// A text that begins with one of these.
    starts_with: Option<OneOrMore<String>>,
    /// A text that ends with one of these.
    ends_with: Option<OneOrMore<String>>,
    /// A text in which this regular expression matches somewhere; linear time, no look-around.
    matches: Option<String>,
    /// Whether the attribute is there at all.
    exists: Option<bool>,
    /// A version in this range, such as `>=1.2.0 <2.0.0` or `^1.4.0`.
    semver: Option<String>,
    /// An instant before this one.
    before: Option<Instant>,
    /// An instant after this one.
    after: Option<Instant>,
    /// An IP address in one of these networks.
    cidr: Option<OneOrMore<String>>,
    /// What the test is where it could not be told: the attribute is missing, or of a type that the test cannot take.
    otherwise: Option<bool>,
    /// What the value is read as before it is tested.
    r#as: Option<ReadAs>,
    /// `true` compares texts in lower case.
    ignore_case: Option<bool>,
    /// Of a list, each item is tested, and one that passes is enough; anything else is tested itself.
    each: Option<Each>,
}

/// How many items of a list have to pass.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Each {
    Any,
}

/// `number` reads a text as a decimal number, `text` writes booleans and numbers as JavaScript does, `version` takes a
/// leading `v`, numbers and missing last parts, `partial_version` missing last parts alone; `padded_version` compares
/// versions as texts whose numbers are padded, and `size` reads a list as the number of its items.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum ReadAs {
    Number,
    Text,
    Version,
    PartialVersion,
    PaddedVersion,
    Size,
}

#[cfg(test)]
mod tests {
    use crate::ruleset::operator::Operator;

    #[test]
    fn every_operator_is_in_the_schema_and_no_other() {
        let schema = crate::schema();
        let properties = schema["$defs"]["Attribute"]["properties"].as_object().unwrap();
        let mut keys: Vec<&str> =
            properties.keys().map(String::as_str).filter(|key| *key != "attribute").collect();
        let mut operators: Vec<&str> = Operator::ALL.map(Operator::name).into();
        operators.extend(crate::ruleset::how::KEYS);
        keys.sort_unstable();
        operators.sort_unstable();
        assert_eq!(keys, operators);
    }
}
