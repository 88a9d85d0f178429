//! What is refused, why, and where.

use cutover_regex::{Error, ErrorKind, Limits, compile};

fn refused(pattern: &str) -> Error {
    compile(pattern, &Limits::default()).expect_err(pattern)
}

#[test]
fn every_error_names_its_place() {
    let cases = [
        ("a(b", 1, "this group is not closed"),
        ("é(b", 2, "this group is not closed"),
        ("(?i", 0, "this group is not closed"),
        ("ab)", 2, "this `)` closes no group"),
        ("a(?=b)", 1, "look-around"),
        ("a(?<!b)", 1, "look-around"),
        ("a(?)", 1, "`(?)` sets no flag"),
        ("(?iz)", 3, "there is no such flag"),
        ("(?ii)", 3, "this stands twice"),
        ("(?i--m)", 4, "this stands twice"),
        ("(?i-)", 4, "flags follow `-`"),
        ("(?<a", 3, "this name of a group is not closed"),
        ("(?P<a b>)", 5, "a group's name is"),
        ("(?<1>)", 3, "a group's name is"),
        ("(?<>)", 3, "this group's name is empty"),
        ("(?<a>)(?<a>)", 9, "another group has this name"),
        ("a|*", 2, "there is nothing before this to repeat"),
        ("{2}", 0, "there is nothing before this to repeat"),
        ("a{2", 1, "this repetition is not closed"),
        ("a{2,", 1, "this repetition is not closed"),
        ("a{", 1, "this repetition is not closed"),
        ("a{2x}", 1, "this repetition is not closed"),
        ("a{,2}", 2, "a repetition wants a number here"),
        ("a{99999999999}", 2, "this number is too large"),
        ("a{3,2}", 1, "this repetition has a minimum above"),
        ("x[a", 1, "this class is not closed"),
        ("[^", 0, "this class is not closed"),
        ("[]", 0, "this class is not closed"),
        ("[a-", 0, "this class is not closed"),
        ("[a[b]]", 2, "a class within a class"),
        ("[[:dig:]]", 1, "a class within a class"),
        ("[a&&b]", 2, "`&&`, `--` and `~~`"),
        (r"[\b]", 1, "an assertion cannot stand in a class"),
        ("[z-a]", 1, "this range ends before it begins"),
        (r"[a-\d]", 1, "a range goes from one character"),
        (r"(?i)[\x61-\x7a]", 5, "a range goes from one character"),
        ("a\\", 1, "an escape sequence is not finished"),
        (r"a\y", 1, "there is no such escape sequence"),
        (r"a\é", 1, "there is no such escape sequence"),
        (r"(a)\1", 3, "back-references are not supported"),
        (r"\pL", 0, "Unicode classes are not supported"),
        (r"\b{begin}", 0, "`{start}`, `{end}`"),
        (r"\b{start", 0, "`{start}`, `{end}`"),
        (r"a\x1", 1, "digits are wanted here"),
        (r"\u{}", 0, "digits are wanted here"),
        (r"\x{41", 0, "digits are wanted here"),
        (r"\u{d800}", 0, "there is no character of this number"),
        (r"\U00110000", 0, "there is no character of this number"),
    ];
    for (pattern, offset, message) in cases {
        let error = refused(pattern);
        assert!(error.message().starts_with(message), "{pattern}: {error}");
        assert_eq!((error.offset(), error.kind()), (offset, ErrorKind::Syntax), "{pattern}: {error}");
        assert_eq!(error.to_string(), format!("{} (at byte {offset})", error.message()));
    }
}

#[test]
fn what_is_too_large_or_too_deep() {
    let kind = |pattern: &str| (refused(pattern).kind(), refused(pattern).offset());
    assert_eq!(kind(&"a".repeat(1025)), (ErrorKind::TooLarge, 0));
    assert_eq!(kind("x(a{100}){100}"), (ErrorKind::TooLarge, 9));
    assert_eq!(kind("((((a{50}){50}){50}){50})"), (ErrorKind::TooLarge, 10));
    assert_eq!(kind("(?:){4294967295}"), (ErrorKind::TooLarge, 4));
    assert_eq!(kind("(a{4294967295}){4294967295,}"), (ErrorKind::TooLarge, 2));
    assert_eq!(kind(&"(".repeat(1000)), (ErrorKind::TooDeep, 33));
    assert_eq!(kind(&format!("a{}", "*".repeat(900))), (ErrorKind::TooDeep, 33));
    // What is repeated no times is nothing, however large it was.
    assert!(compile("(?:a{4294967295}){0}b", &Limits::default()).is_ok());
}

#[test]
fn limits_stop_where_the_form_of_a_program_does() {
    let all = Limits { bytes: usize::MAX, nesting: u32::MAX, size: u32::MAX, table: usize::MAX };
    assert_eq!(compile(&"a".repeat(2049), &all).unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(compile("a{2049}", &all).unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(compile(&"(".repeat(2000), &all).unwrap_err().kind(), ErrorKind::TooDeep);
    assert!(compile(&format!("{}a{}", "(".repeat(120), ")".repeat(120)), &all).is_ok());
}
