//! Each option, with what it lets pass and what it does not.

mod common;

use common::{check, default, matches};
use cutover_compare::{Case, Dates, Limits, Profile, ProfileBuilder, compare};

fn profile(options: impl FnOnce(ProfileBuilder) -> ProfileBuilder) -> Profile {
    options(Profile::builder()).build().unwrap()
}

#[test]
fn by_default_nothing_is_lost() {
    let p = default();
    for (control, candidate) in [
        ("1", "1.0"),
        ("1", "10e-1"),
        ("-0", "0"),
        ("0e99999999999999999999999", "-0.00"),
        ("1e2", "100"),
        ("1.50", "1.5"),
        ("12345678901234567890123", "1.2345678901234567890123e22"),
        ("1e999999999", "10e999999998"),
        (r#""é""#, r#""\u00e9""#),
        (r#""\ud800""#, r#""\ufffd""#),
        (r#"{"a":1,"b":[2]}"#, r#" { "b" : [ 2 ] , "\u0061" : 1 } "#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        (r#"{"a":{"x":1},"b":3,"a":{"x":2}}"#, r#"{"a":{"x":2},"b":3}"#),
    ] {
        check(&p, control, candidate, &[]);
    }
    for (control, candidate) in [
        ("9007199254740993", "9007199254740992"),
        ("0.1", "0.10000000000000000000000001"),
        ("1e999999999", "1e999999998"),
        ("1e99999999999999999999", "1e99999999999999999998"),
        (r#""a""#, r#""A""#),
        (r#""a""#, r#""a ""#),
        (r#""12.50""#, r#""12.5""#),
        (r#""2024-01-01T00:00:00Z""#, r#""2024-01-01T00:00:00.0Z""#),
        ("true", "false"),
    ] {
        check(&p, control, candidate, &["$: changed"]);
    }
    for (control, candidate) in
        [("1", "true"), ("1", r#""1""#), ("null", "0"), ("[]", "{}"), ("false", "null")]
    {
        check(&p, control, candidate, &["$: type"]);
    }
    check(&p, r#"{"a":null}"#, "{}", &["a: only_control"]);
    check(&p, "[1,2]", "[2,1]", &["[0]: changed", "[1]: changed"]);
    check(&p, r#"{"user_id":1}"#, r#"{"userId":1}"#, &["user_id: only_control", "userId: only_candidate"]);
}

#[test]
fn differences_come_in_the_order_of_the_control() {
    check(
        &default(),
        r#"{"z":1,"a":{"x":1,"y":2},"m":[1,{"k":"v"}],"same":0}"#,
        r#"{"new":1,"same":0,"m":[1,{"k":"w"},3],"a":{"x":2,"w":0},"z":"1"}"#,
        &[
            "z: type",
            "a.x: changed",
            "a.y: only_control",
            "a.w: only_candidate",
            "m[1].k: changed",
            "m[2]: only_candidate",
            "new: only_candidate",
        ],
    );
}

#[test]
fn ignored_fields_are_not_looked_at_on_either_side() {
    let p = profile(|p| {
        p.ignore("_id").ignore("$.updated_at").ignore("items.*.price").ignore("tags[1]").ignore("**.a.b")
    });
    check(&p, r#"{"_id":1,"x":{"_id":2},"items":[{"_id":3}]}"#, r#"{"x":{},"items":[{"_id":4}]}"#, &[]);
    check(
        &p,
        r#"{"updated_at":1,"x":{"updated_at":2}}"#,
        r#"{"x":{"updated_at":3}}"#,
        &["x.updated_at: changed"],
    );
    check(
        &p,
        r#"{"items":[{"price":1,"sku":1},{"price":{"a":2}}],"price":1}"#,
        r#"{"items":[{"price":2,"sku":2},{}],"price":2}"#,
        &["items[0].sku: changed", "price: changed"],
    );
    check(&p, r#"{"tags":[1,2,3]}"#, r#"{"tags":[1,0,4]}"#, &["tags[2]: changed"]);
    check(&p, r#"{"tags":[1]}"#, r#"{"tags":[1,0]}"#, &[]);
    check(&p, r#"{"x":[{"a":{"b":1,"c":1}}]}"#, r#"{"x":[{"a":{"c":1}}]}"#, &[]);
    assert_eq!(p.ignored().len(), 5);
}

#[test]
fn names_in_another_case_are_one_name() {
    let p = profile(|p| p.case(Case::SnakeToCamel).ignore("updated_at"));
    let snake = r#"{"user_id":1,"_id":0,"updated_at":1,"address":{"zip_code":"1"}}"#;
    let camel = r#"{"userId":1,"_id":0,"updatedAt":2,"address":{"zipCode":"2"}}"#;
    check(&p, snake, camel, &["address.zipCode: changed"]);
    // The control may be either store, and with noise both.
    check(&p, camel, snake, &["address.zipCode: changed"]);
    check(&p, snake, r#"{"user_id":2,"_id":0,"address":{"zip_code":"1"}}"#, &["userId: changed"]);
    let p = profile(|p| p.case(Case::CamelToSnake));
    check(&p, r#"{"userID":1}"#, r#"{"user_id":2}"#, &["user_id: changed"]);
}

#[test]
fn renaming_never_makes_two_fields_one() {
    let p = profile(|p| p.case(Case::SnakeToCamel));
    let both = r#"{"user_id":1,"userId":2}"#;
    check(&p, both, r#"{"userId":2,"user_id":1}"#, &[]);
    check(&p, both, r#"{"userId":2}"#, &["user_id: only_control"]);
    check(&p, both, r#"{"user_id":3,"userId":2,"user_id":1}"#, &[]);
    check(&p, r#"{"user_id":3,"user_id":1}"#, r#"{"userId":1}"#, &[]);
    // A path means both of them, however it is written.
    let p = profile(|p| p.case(Case::SnakeToCamel).ignore("user_id"));
    check(&p, both, r#"{"userId":3,"user_id":4}"#, &[]);
}

#[test]
fn a_table_renames_old_names() {
    let p = profile(|p| p.rename("lba_id", "partnerJobId").rename("nom", "name").ignore("nom"));
    check(&p, r#"{"lba_id":1,"nom":1}"#, r#"{"partnerJobId":2,"name":2}"#, &["partnerJobId: changed"]);
    check(&p, r#"{"lba":1}"#, r#"{"partner":1}"#, &["lba: only_control", "partner: only_candidate"]);
}

#[test]
fn tolerances_are_exact_at_their_bounds() {
    let p = profile(|p| p.tolerance(0.0001));
    matches(
        &p,
        &[("1", "1.0001"), ("2.0001", "2"), ("1.1", "1.1001"), ("-0.00005", "0.00005"), ("0", "1e-5000")],
    );
    matches(&p, &[("1e300", "1e300"), ("0.1000000000000000055511151231257827021181583404541015625", "0.1")]);
    for (control, candidate) in [
        ("1", "1.00010000000000000001"),
        ("9007199254740993", "9007199254740992"),
        ("1e300", "1.0000000001e300"),
        ("-1", "1"),
        ("1e99999999999999999999", "1"),
    ] {
        check(&p, control, candidate, &["$: changed"]);
    }
    let just_beyond = format!("0.0001{}1", "0".repeat(60));
    check(&p, "0", &just_beyond, &["$: changed"]);
    check(&p, "true", "1.00005", &["$: type"]);
    let p = profile(|p| p.relative_tolerance(0.01));
    matches(
        &p,
        &[("100", "101"), ("99", "100"), ("-1e-300", "-1.01e-300"), ("1e300", "1.01e300"), ("0", "0.0")],
    );
    for (control, candidate) in [("100", "101.1"), ("98.99", "100"), ("0", "1e-300"), ("1", "-1")] {
        check(&p, control, candidate, &["$: changed"]);
    }
    let p = profile(|p| p.tolerance(0.5).relative_tolerance(0.1));
    matches(&p, &[("1", "1.5"), ("100", "110")]);
    check(&p, "1", "1.51", &["$: changed"]);
}

#[test]
fn texts_are_decimals_only_when_asked() {
    let p = profile(|p| p.decimals(true));
    matches(
        &p,
        &[(r#""12.50""#, "12.5"), (r#""12.50""#, r#""12.5""#), (r#""-0""#, "0"), (r#""1E+3""#, "1000")],
    );
    check(&p, r#""9007199254740993""#, "9007199254740992", &["$: changed"]);
    check(&p, r#""12.50""#, "12.51", &["$: changed"]);
    for text in ["007", "+1", "1.", ".5", " 1", "1 ", "0x1", "", "NaN", "1e"] {
        check(&p, &format!("{text:?}"), "7", &["$: type"]);
    }
    check(&p, r#""007""#, r#""7""#, &["$: changed"]);
    check(&p, "true", r#""1""#, &["$: type"]);
}

#[test]
fn dates_are_instants() {
    let p = profile(|p| p.dates(Dates::Iso));
    let noon = r#""2024-02-29T12:00:00Z""#;
    for other in [
        "2024-02-29T13:00:00+01:00",
        "2024-02-29t12:00:00.000z",
        "2024-02-29 12:00:00-00:00",
        "2024-02-28T23:30:00-12:30",
    ] {
        check(&p, noon, &format!("{other:?}"), &[]);
    }
    matches(&p, &[(r#""2024-02-29""#, r#""2024-02-29T00:00:00Z""#)]);
    let later = r#""2024-02-29T12:00:00.000000000001Z""#;
    check(&p, noon, later, &["$: changed"]);
    check(&p, noon, "1709208000000", &["$: type"]);
    // What names no instant is a text.
    for text in [
        "2024-02-29T12:00:00",
        "2024-02-30T12:00:00Z",
        "2024-02-29T24:00:00Z",
        "2024-02-29T12:00:00.Z",
        "2024-02-29T12:00:00+0100",
        "2024-2-29",
        "2024-02-29T11:59:60Z",
    ] {
        check(&p, noon, &format!("{text:?}"), &["$: changed"]);
    }
    let p = profile(|p| p.dates(Dates::IsoOrEpochMilliseconds));
    matches(&p, &[(noon, "1709208000000"), ("1.709208000001e12", r#""2024-02-29T12:00:00.001Z""#)]);
    matches(&p, &[(r#""1969-12-31T23:59:59.25Z""#, "-750"), (r#""1969-12-31T23:59:58.9995Z""#, "-1000.5")]);
    check(&p, noon, "1709208000001", &["$: changed"]);
    check(&p, noon, r#""1709208000000""#, &["$: changed"]);
}

#[test]
fn only_0_and_1_are_booleans() {
    let p = profile(|p| p.booleans_from_01(true));
    matches(&p, &[("1", "true"), ("false", "0"), ("1.0", "true")]);
    for (control, candidate) in [("0", "true"), ("2", "true"), ("1", r#""true""#), ("null", "false")] {
        check(&p, control, candidate, &["$: type"]);
    }
    // The others stay numbers: reading every 1 as true would make 1 and 2 the same.
    check(&p, "1", "2", &["$: changed"]);
    check(&p, "true", "false", &["$: changed"]);
}

#[test]
fn null_is_missing_in_objects() {
    let p = profile(|p| p.null_is_missing(true));
    matches(&p, &[(r#"{"a":null}"#, "{}"), ("{}", r#"{"a":null,"b":null}"#), (r#"{"a":1,"a":null}"#, "{}")]);
    check(&p, r#"{"a":null,"b":1}"#, r#"{"a":1,"b":null}"#, &["b: only_control", "a: only_candidate"]);
    check(&p, r#"{"a":null,"b":2}"#, r#"{"b":3,"a":1}"#, &["b: changed", "a: only_candidate"]);
    check(&p, "[null]", "[]", &["[0]: only_control"]);
}

#[test]
fn limits_hold() {
    let limits = Limits { differences: 2, value_bytes: 6, ..Limits::default() };
    let p = profile(|p| p.limits(limits));
    let found = compare(&p, br#"[1, "long text", 3]"#, br#"[2, {"a": [1, 2]}, 4]"#).unwrap();
    assert_eq!((found.count, found.differences.len()), (3, 2));
    assert_eq!(found.differences[1].control.as_deref(), Some("\"long …"));
    assert_eq!(found.differences[1].candidate.as_deref(), Some("{\"a\":[…"));
}

#[test]
fn every_wrong_option_is_told() {
    let wrong = Profile::builder()
        .ignore("a..b")
        .ignore("**")
        .ignore("$")
        .unordered("[x]")
        .keyed("items", "a.")
        .rename("a", "b")
        .rename("b", "c")
        .rename("a", "d")
        .rename("e", &"f".repeat(257))
        .tolerance(-1.0)
        .relative_tolerance(f64::NAN)
        .limits(Limits { depth: 0, document_bytes: usize::MAX, ..Limits::default() })
        .build()
        .unwrap_err();
    let mut options: Vec<&str> = wrong.0.iter().map(|invalid| invalid.option).collect();
    options.sort_unstable();
    options.dedup();
    let all = [
        "ignore",
        "keyed",
        "limits.depth",
        "limits.document_bytes",
        "relative_tolerance",
        "rename",
        "tolerance",
        "unordered",
    ];
    assert_eq!(options, all);
    let all = wrong.to_string();
    assert!(all.contains("; `rename` is `b`, and should be an old name or a new one, not both; "), "{all}");
}
