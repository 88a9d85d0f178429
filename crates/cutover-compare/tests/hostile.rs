//! What is wrong, too deep, too large or made to take long.

mod common;

use common::{check, default};
use cutover_compare::{Error, Limits, Profile, ReadProblem, Side, compare, judge};

fn problem(document: &[u8]) -> Option<String> {
    match compare(&default(), document, b"0") {
        Err(Error::Unreadable { control: Some(wrong), candidate: None }) => Some(wrong.to_string()),
        _ => None,
    }
}

#[test]
fn json_is_read_strictly() {
    let rows: [(&[u8], &str); 30] = [
        (b"", "expected a value at byte 0"),
        (b"  ", "expected a value at byte 2"),
        (b"{", "expected a name in quotes at byte 1"),
        (b"[1,]", "expected a value at byte 3"),
        (b"{\"a\":1,}", "expected a name in quotes at byte 7"),
        (b"{\"a\" 1}", "expected `:` at byte 5"),
        (b"{a:1}", "expected a name in quotes at byte 1"),
        (b"[1 2]", "expected `,` or `]` at byte 3"),
        (b"{\"a\":1]", "expected `,` or `}` at byte 6"),
        (b"[1}", "expected `,` or `]` at byte 2"),
        (b"1 2", "expected the end at byte 2"),
        (b"01", "expected the end at byte 1"),
        (b"-", "expected a number at byte 0"),
        (b"1.", "expected a number at byte 0"),
        (b"1e+", "expected a number at byte 0"),
        (b".5", "expected a value at byte 0"),
        (b"+1", "expected a value at byte 0"),
        (b"NaN", "expected a value at byte 0"),
        (b"nul", "expected a value at byte 0"),
        (b"truex", "expected the end at byte 4"),
        (b"'a'", "expected a value at byte 0"),
        (b"\"a", "expected `\"` at the end of a text at byte 2"),
        (b"\"a\\", "expected `\"` at the end of a text at byte 3"),
        (b"\"\\x\"", "expected a text whose escapes are right at byte 0"),
        (b"\"\\u12\"", "expected a text whose escapes are right at byte 0"),
        (b"\"a\nb\"", "expected an escape instead of a control character at byte 2"),
        (b"\"0123456789abcdef\x01\"", "expected an escape instead of a control character at byte 17"),
        (b"\"\xff\"", "no UTF-8 at byte 1"),
        (b"\xef\xbb\xbf1", "expected a value at byte 0"),
        (b"[1] // no", "expected the end at byte 4"),
    ];
    for (document, said) in rows {
        assert_eq!(problem(document).as_deref(), Some(said), "{}", String::from_utf8_lossy(document));
        assert!(serde_json::from_slice::<serde_json::Value>(document).is_err());
    }
    for document in ["\"\u{7f}\u{80}\u{2028}\"", "\t[\r\n1 , -0.0E-0 ]\n", "{\"\":{}}", "\"\\u0000\""] {
        check(&default(), document, document, &[]);
    }
}

#[test]
fn each_side_tells_its_own_error() {
    let wrong = compare(&default(), b"[", b"1").unwrap_err();
    assert_eq!(wrong.to_string(), "the control cannot be read: expected a value at byte 1");
    let wrong = compare(&default(), b"1", b"{]").unwrap_err();
    assert_eq!(wrong.to_string(), "the candidate cannot be read: expected a name in quotes at byte 1");
    let wrong = compare(&default(), b"[", b"").unwrap_err();
    assert!(matches!(wrong, Error::Unreadable { control: Some(_), candidate: Some(_) }));
    // Also where both are the same bytes.
    let wrong = compare(&default(), b"{", b"{").unwrap_err();
    assert!(matches!(wrong, Error::Unreadable { control: Some(_), candidate: Some(_) }));
}

#[test]
fn deep_documents_are_refused() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    check(&default(), &nested(128), &nested(128), &[]);
    let wrong = problem(nested(129).as_bytes()).unwrap();
    assert_eq!(wrong, "nested more deeply than 128 levels at byte 128");
    assert!(problem("[".repeat(1_000_000).as_bytes()).unwrap().starts_with("nested more deeply"));
    assert!(problem("{\"a\":".repeat(1_000_000).as_bytes()).is_some());
    // The deepest that a profile allows goes through everything that recurs.
    let limits = Limits { depth: 512, ..Limits::default() };
    let p = Profile::builder().unordered("**").tolerance(0.1).limits(limits).build().unwrap();
    let deep = |inside: &str| "[".repeat(511) + inside + &"]".repeat(511);
    let found = compare(&p, deep("[1,2]").as_bytes(), deep("[2,3]").as_bytes());
    assert!(found.is_err() || found.is_ok_and(|found| !found.is_match()));
}

#[test]
fn large_documents_are_refused() {
    let limits = Limits { document_bytes: 3, ..Limits::default() };
    let p = Profile::builder().limits(limits).build().unwrap();
    check(&p, "123", "1e2", &["$: changed"]);
    let Err(Error::Unreadable { candidate: Some(wrong), .. }) = compare(&p, b"1", b"1234") else { panic!() };
    assert_eq!(wrong.problem, ReadProblem::TooLarge { most: 3 });
}

#[test]
fn huge_numbers_are_cheap() {
    let p = Profile::builder()
        .tolerance(0.1)
        .relative_tolerance(0.1)
        .decimals(true)
        .unordered("**")
        .build()
        .unwrap();
    check(&p, "1e999999999", "1", &["$: changed"]);
    check(
        &p,
        "[1e999999999,-1e-999999999,3]",
        "[-3,1e999999999,1e-999999999]",
        &["[2]: only_control", "[0]: only_candidate"],
    );
    check(&p, "1e-999999999", "2e-99999999999", &[]);
    let digits = "7".repeat(200_000);
    check(&p, &digits, &format!("{digits}.0"), &[]);
    check(&default(), &digits, &format!("{digits}1"), &["$: changed"]);
    check(&default(), &format!("1e{digits}"), &format!("10e{digits}"), &["$: changed"]);
    check(&default(), &format!("0.{}1", "0".repeat(1_000_000)), "1e-1000001", &[]);
}

#[test]
fn long_texts_are_shown_short() {
    let long = "é".repeat(500_000);
    let found = compare(&default(), format!("{long:?}").as_bytes(), b"\"\"").unwrap();
    let shown = found.differences[0].control.as_deref().unwrap();
    assert!(shown.len() <= 120 + '…'.len_utf8() && shown.ends_with("é…"));
}

#[test]
fn many_members_are_found_fast() {
    let member = |at: u32| format!("\"a{}\":{at}", at % 10_000);
    let one: Vec<String> = (0..20_000).map(member).collect();
    let mut other = one[10_000..].to_vec();
    other.reverse();
    let object = |members: &[String]| format!("{{{}}}", members.join(","));
    check(&default(), &object(&one), &object(&other), &[]);
    let same = vec!["\"a\":1".to_string(); 20_000];
    check(&default(), &object(&same), "{\"a\":1}", &[]);
}

#[test]
fn elements_that_are_made_to_be_alike_are_given_up() {
    let p = Profile::builder().unordered("**").tolerance(0.1).build().unwrap();
    // All numbers are apart, and the sums all the same: everything has to be tried with everything.
    let row = |at: u32, other: u32| format!("[[{at},[{}]],{{\"a\":[{other}]}}]", 100_000 - at);
    let control: Vec<String> = (0..500).map(|at| row(2 * at, 1)).collect();
    let candidate: Vec<String> = (0..500).map(|at| row(2 * at + 1, 1)).collect();
    let text = |rows: &[String]| format!("[{}]", rows.join(","));
    match judge(&p, Side::Value(text(&control).as_bytes()), Side::Value(text(&candidate).as_bytes())).name() {
        "mismatch" | "error" => {}
        other => panic!("{other}"),
    }
}
