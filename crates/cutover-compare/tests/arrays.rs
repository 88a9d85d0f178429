//! Arrays whose order does not count.

mod common;

use common::{check, matches};
use cutover_compare::{Dates, Profile, compare};

#[test]
fn unordered_arrays_are_multisets() {
    let p = Profile::builder().unordered("tags").build().unwrap();
    matches(&p, &[(r#"{"tags":["a","b","a"]}"#, r#"{"tags":["a","a","b"]}"#)]);
    matches(
        &p,
        &[(r#"{"x":[{"tags":[1,{"k":1,"l":[2]}]}]}"#, r#"{"x":[{"tags":[{"l":[2.0],"k":1.0},1]}]}"#)],
    );
    check(
        &p,
        r#"{"tags":["a","b","a"]}"#,
        r#"{"tags":["b","b","a","c"]}"#,
        &["tags[2]: only_control", "tags[1]: only_candidate", "tags[3]: only_candidate"],
    );
    check(&p, r#"{"other":[1,2]}"#, r#"{"other":[2,1]}"#, &["other[0]: changed", "other[1]: changed"]);
    // An order inside an element still counts.
    check(
        &p,
        r#"{"tags":[[1,2]]}"#,
        r#"{"tags":[[2,1]]}"#,
        &["tags[0]: only_control", "tags[0]: only_candidate"],
    );
}

#[test]
fn the_whole_document_and_all_arrays_can_be_unordered() {
    let root = Profile::builder().unordered("$").build().unwrap();
    check(&root, "[1,2]", "[2,1]", &[]);
    check(&root, "[[1,2],3]", "[3,[2,1]]", &["[0]: only_control", "[1]: only_candidate"]);
    let all = Profile::builder().unordered("**").build().unwrap();
    check(&all, "[[1,2,[3,4]],3]", "[3,[[4,3],2,1]]", &[]);
}

#[test]
fn what_a_profile_lets_pass_it_lets_pass_in_unordered_arrays() {
    let p = Profile::builder()
        .unordered("items")
        .ignore("_id")
        .decimals(true)
        .booleans_from_01(true)
        .null_is_missing(true)
        .dates(Dates::IsoOrEpochMilliseconds)
        .build()
        .unwrap();
    check(
        &p,
        r#"{"items":[{"_id":1,"p":"12.50","x":null},{"on":1},{"at":"1970-01-01T00:00:01Z"},{"at":"1970-01-01"}]}"#,
        r#"{"items":[{"at":"1970-01-01T01:00:00+01:00"},{"at":1000},{"on":true},{"p":12.5,"_id":2}]}"#,
        &[],
    );
}

#[test]
fn unordered_numbers_find_partners_within_a_tolerance() {
    let p = Profile::builder().unordered("**").tolerance(0.1).build().unwrap();
    matches(&p, &[("[1,2,3]", "[3.05,0.95,2.1]"), ("[1.0,1.1,1.2]", "[1.3,1.1,1.2]")]);
    matches(&p, &[(r#"[{"k":"a","v":1},{"k":"b","v":1}]"#, r#"[{"v":1.05,"k":"b"},{"k":"a","v":0.95}]"#)]);
    check(&p, "[1,2]", "[2.05,1.2]", &["[0]: only_control", "[1]: only_candidate"]);
}

#[test]
fn keyed_arrays_pair_by_key() {
    let p = Profile::builder().keyed("items", "sku").build().unwrap();
    check(
        &p,
        r#"{"items":[{"sku":1,"n":1},{"sku":2,"n":2},{"sku":"1","n":3},{"n":4},5]}"#,
        r#"{"items":[5,{"sku":3},{"n":4},{"sku":2.0,"n":0},{"n":1,"sku":1}]}"#,
        &["items[1].n: changed", "items[2]: only_control", "items[1]: only_candidate"],
    );
    check(
        &p,
        r#"{"items":[{"sku":1}]}"#,
        r#"{"items":[1]}"#,
        &["items[0]: only_control", "items[0]: only_candidate"],
    );
    // Of several with one key the first are partners, then the second.
    check(
        &p,
        r#"{"items":[{"sku":1,"n":1},{"sku":1,"n":2}]}"#,
        r#"{"items":[{"sku":1,"n":2},{"sku":1,"n":2},{"sku":1}]}"#,
        &["items[0].n: changed", "items[2]: only_candidate"],
    );
}

#[test]
fn a_key_may_be_inside_and_renamed_and_ignored() {
    let p = Profile::builder()
        .keyed("$", "product.ref")
        .rename("product", "produit")
        .ignore("ref")
        .build()
        .unwrap();
    check(
        &p,
        r#"[{"product":{"ref":1},"n":1},{"product":{"ref":2},"n":1}]"#,
        r#"[{"n":2,"produit":{"ref":2}},{"n":1,"produit":{"ref":1}}]"#,
        &["[1].n: changed"],
    );
}

#[test]
fn many_elements_find_their_partners() {
    let row = |at: u32| format!(r#"{{"id":{at},"name":"n{at}","price":{at}.5}}"#);
    let forward: Vec<String> = (0..5000).map(row).collect();
    let mut backward = forward.clone();
    backward.reverse();
    backward[17] = row(9999);
    let text = |rows: &[String]| format!("[{}]", rows.join(","));
    for p in [
        Profile::builder().unordered("$").build().unwrap(),
        Profile::builder().keyed("$", "id").build().unwrap(),
        Profile::builder().unordered("$").tolerance(0.01).build().unwrap(),
    ] {
        let found = compare(&p, text(&forward).as_bytes(), text(&backward).as_bytes()).unwrap();
        assert_eq!(common::told(&found), ["[4982]: only_control", "[17]: only_candidate"]);
    }
}
