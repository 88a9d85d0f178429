//! Comparators and path tables.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// How two results are compared. Without any of these, exactly.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Comparator {
    /// Fields that are not looked at: a name alone wherever it is, `$.name` at the top, `a.*.b` along a path.
    ignore: Option<OneOrMore>,
    /// Fields that are called otherwise: a change of case, or names one by one.
    rename: Option<Rename>,
    /// How far numbers may be apart.
    tolerance: Option<f64>,
    /// How far numbers may be apart, as a share of the larger one.
    relative_tolerance: Option<f64>,
    /// Whether texts of decimals are numbers: `"12.50"` is `12.5`.
    decimals: Option<bool>,
    /// What texts with dates in them are.
    dates: Option<Dates>,
    /// Whether 0 and 1 are false and true.
    booleans_from_01: Option<bool>,
    /// Whether a null is as good as no field.
    null_is_missing: Option<bool>,
    /// Paths of arrays whose order means nothing; `**` for all.
    unordered: Option<OneOrMore>,
    /// Paths of arrays whose elements are matched by a field: `{ items: id }`.
    keyed: Option<BTreeMap<String, String>>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Rename {
    Case(Case),
    Names(BTreeMap<String, String>),
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Case {
    SnakeToCamel,
    CamelToSnake,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Dates {
    AsText,
    Iso,
    IsoOrEpochMilliseconds,
}

/// A path table: its entries, or those beside a salt.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum PathTable {
    Entries(Vec<PathEntry>),
    Salted(Salted),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Salted {
    /// What percentages hash with, for life; the table's name where there is none.
    salt: Option<String>,
    /// The entries.
    entries: Vec<PathEntry>,
}

/// Who serves the requests below a path. The longest literal path decides, then the one with more conditions.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PathEntry {
    /// The path, such as `/api/products`, `/api/products/:id` or `/api/orders/*`.
    path: String,
    /// Who serves it.
    service: String,
    /// The side that serves it.
    side: Side,
    /// A name for logs and answers.
    name: Option<String>,
    /// Whether it takes the path alone, and nothing below it.
    exact: Option<bool>,
    /// The methods that it takes, in capitals; all where there are none.
    methods: Option<OneOrMore>,
    /// Headers that a request must have: `true`, or the value or values.
    headers: Option<BTreeMap<String, HeaderTest>>,
    /// The share of the units that it takes, such as `10%`.
    rollout: Option<String>,
    /// What the share is of.
    by: Option<By>,
    /// Where the other units go: to the `next` entry that matches, or to a service.
    otherwise: Option<Otherwise>,
    /// The store behind the service, for `X-Data-Source`.
    store: Option<String>,
    /// The day on which it was moved.
    migrated_at: Option<String>,
    /// The day on which it is to be moved.
    planned: Option<String>,
    /// From when on answers carry `Deprecation`.
    deprecated_at: Option<String>,
    /// When the service ends.
    sunset: Option<String>,
    /// An address that tells more about deprecation or sunset.
    link: Option<String>,
    /// Who may serve the request where the service fails.
    fallback: Option<Fallback>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Side {
    Old,
    New,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum HeaderTest {
    Present(bool),
    OneOf(OneOrMore),
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum By {
    /// The value of this header.
    Header(String),
    /// The value of this cookie.
    Cookie(String),
    /// This attribute, which the router is given.
    Attribute(String),
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Otherwise {
    Next(Next),
    Serve(Target),
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Next {
    Next,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Target {
    /// Who serves the request.
    service: String,
    /// The side that serves it.
    side: Side,
    /// The store behind the service, for `X-Data-Source`.
    store: Option<String>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Fallback {
    Service(String),
    Methods(FallbackMethods),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct FallbackMethods {
    /// Who may serve the request where the service fails.
    service: String,
    /// For which methods; the safe ones where there are none.
    methods: Option<OneOrMore>,
}

#[cfg(all(test, feature = "compare", feature = "paths", feature = "gates"))]
mod tests {
    #[test]
    fn the_schema_has_the_keys_of_the_readers() {
        let schema = crate::schema();
        for (name, known) in [
            ("Comparator", crate::sections::COMPARATOR_KEYS),
            ("PathEntry", crate::sections::PATH_ENTRY_KEYS),
            ("Gate", crate::sections::GATE_KEYS),
            ("Check", crate::sections::CHECK_KEYS),
            ("Metric", crate::sections::METRIC_KEYS),
        ] {
            let mut known = known.to_vec();
            known.sort_unstable();
            assert_eq!(super::super::tests::keys(&schema, name), known, "{name}");
        }
    }
}
