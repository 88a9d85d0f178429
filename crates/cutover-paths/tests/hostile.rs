//! Paths that are meant to reach a service past the entry that is there to catch them.

use BadPath::{
    Backslash, BadEncoding, Control, DotSegment, DoubleEncoding, EncodedSlash, Fragment, NotAbsolute,
    NotUtf8, TooLong,
};
use cutover_paths::{BadPath, Entry, Path, Request, Side, Table};
use proptest::prelude::*;

fn table() -> Table {
    let entries = vec![
        Entry::new("/", "everything", Side::Old),
        Entry::new("/:first", "first", Side::Old),
        Entry::new("/api/:kind", "kind", Side::Old),
        Entry::new("/api/admin", "admin", Side::New),
        Entry::new("/public/*", "public", Side::Old),
    ];
    Table::new("t", entries).unwrap()
}

fn service(target: &str) -> Result<String, BadPath> {
    let table = table();
    let request = Request::new("GET", target)?;
    Ok(table.find(&request, 0).map(|found| found.service().to_owned()).unwrap())
}

#[test]
fn what_two_readers_could_read_differently_is_refused() {
    let refused = [
        ("", NotAbsolute),
        ("api/admin", NotAbsolute),
        ("*", NotAbsolute),
        ("?/api", NotAbsolute),
        ("http://host/api/admin", NotAbsolute),
        ("/public/../api/admin", DotSegment),
        ("/..", DotSegment),
        ("/./api/admin", DotSegment),
        ("/api/.", DotSegment),
        ("/public/%2e%2e/api/admin", DotSegment),
        ("/public/.%2E/api/admin", DotSegment),
        ("/%2e/api", DotSegment),
        ("/public/..;/api/admin", DotSegment),
        ("/public/..;a=b/api/admin", DotSegment),
        ("/public/..%3Bx/api/admin", DotSegment),
        ("/public/%2e;x/api", DotSegment),
        ("/public/..%2Fapi/admin", EncodedSlash),
        ("/api%2fadmin", EncodedSlash),
        ("/api;x=%2F/admin", EncodedSlash),
        ("/public\\..\\api", Backslash),
        ("/api%5Cadmin", Backslash),
        ("/api%5cadmin", Backslash),
        ("/api/admin%00", Control),
        ("/api/admin%0d%0aX: y", Control),
        ("/api/\tadmin", Control),
        ("/api/admin\u{7f}", Control),
        ("/public#/../api/admin", Fragment),
        ("/api/%", BadEncoding),
        ("/api/%6", BadEncoding),
        ("/api/%6/admin", BadEncoding),
        ("/api/%zz", BadEncoding),
        ("/api/%u0061dmin", BadEncoding),
        ("/api/%+1", BadEncoding),
        ("/public/%252e%252e/api/admin", DoubleEncoding),
        ("/api%252Fadmin", DoubleEncoding),
        ("/api/%2561dmin", DoubleEncoding),
        ("/api/%25%36%31dmin", DoubleEncoding),
        ("/api/%2%35%36%31dmin", BadEncoding),
        ("/api/%c0%af", NotUtf8),
        ("/public/%c0%ae%c0%ae/api", NotUtf8),
        ("/api/%e9", NotUtf8),
        ("/api/%e9t%e9", NotUtf8),
        ("/api/%ed%a0%80", NotUtf8),
        ("/api/%80", NotUtf8),
        ("/api/%f8%88%80%80%80", NotUtf8),
        ("/api/%e2%82", NotUtf8),
    ];
    for (target, reason) in refused {
        assert_eq!(Path::new(target).err(), Some(reason), "{target}");
        assert!(!reason.code().is_empty() && !reason.to_string().is_empty());
    }
    let long = format!("/{}", "a".repeat(70_000));
    assert_eq!(Path::new(&long).err(), Some(TooLong));
    assert!(Path::new(&format!("/?{long}")).is_ok(), "a query may be longer");
}

#[test]
fn every_spelling_of_a_path_finds_the_same_entry() {
    for target in [
        "/api/admin",
        "/api/admin/",
        "//api/admin",
        "/api///admin//",
        "/api/admin?x=../public",
        "/%61pi/admin",
        "/api/%61%64%6D%69%6e",
        "/api/admin;jsessionid=1",
        "/api;v=1/admin;x/users",
        "/;x/api/admin",
        "/%3Bx/api/admin",
        "/api/admin%3Bx",
        "/api/admin/%25",
        "/api/admin/users/1",
    ] {
        assert_eq!(service(target).as_deref(), Ok("admin"), "{target}");
    }
    for (target, other) in [
        ("/API/admin", "everything"),
        ("/api/Admin", "kind"),
        ("/api/admins", "kind"),
        ("/api/admin%20", "kind"),
        ("/api/...", "kind"),
        ("/api/.admin", "kind"),
        ("/", "everything"),
        ("//", "everything"),
        ("/public", "first"),
        ("/public/x", "public"),
    ] {
        let found = service(target).unwrap();
        assert!(found == other || (other == "everything" && found == "first"), "{target} finds {found}");
    }
}

/// How a server might read a path, in one of many ways.
#[derive(Debug, Clone, Copy)]
struct Reader {
    decodes: usize,
    cuts_parameters: bool,
    cuts_late: bool,
    turns_backslashes: bool,
    resolves_dots: bool,
    ends_at_nul: bool,
}

fn readers() -> Vec<Reader> {
    let bit = |bits: usize, at: usize| bits >> at & 1 == 1;
    (0..96)
        .map(|bits| Reader {
            decodes: bits / 32,
            cuts_parameters: bit(bits, 0),
            cuts_late: bit(bits, 1),
            turns_backslashes: bit(bits, 2),
            resolves_dots: bit(bits, 3),
            ends_at_nul: bit(bits, 4),
        })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn cut(text: &str) -> String {
    let segments: Vec<_> = text.split('/').map(|segment| segment.split(';').next().unwrap_or("")).collect();
    segments.join("/")
}

fn read(target: &str, reader: Reader) -> Vec<String> {
    let mut path = target.split(['?', '#']).next().unwrap_or("").to_owned();
    if reader.cuts_parameters && !reader.cuts_late {
        path = cut(&path);
    }
    for _ in 0..reader.decodes {
        path = decode(&path);
    }
    if reader.cuts_parameters && reader.cuts_late {
        path = cut(&path);
    }
    if reader.ends_at_nul {
        path = path.split('\0').next().unwrap_or("").to_owned();
    }
    if reader.turns_backslashes {
        path = path.replace('\\', "/");
    }
    let mut segments: Vec<String> = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match segment {
            "." if reader.resolves_dots => {}
            ".." if reader.resolves_dots => {
                segments.pop();
            }
            _ => segments.push(segment.to_owned()),
        }
    }
    segments
}

fn target() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "/",
        "/",
        "/",
        "/",
        "api",
        "api",
        "admin",
        "admin",
        "public",
        "%61pi",
        "adm%69n",
        "%2561pi",
        "adm%25%36%39n",
        ".",
        "..",
        "%2e",
        "%2E%2e",
        "%252e",
        "%2f",
        "%5c",
        "\\",
        "%255c",
        ";",
        ";x",
        "%3b",
        "%00",
        "\u{1}",
        "#",
        "?",
        "%",
        "%c0%ae",
        "x",
        "é",
        "%c3%a9",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(6_000) })]

    /// Whoever reads the path as one of the literal entry's, it is that entry which is found, or nothing is.
    #[test]
    fn no_reader_comes_past_a_literal_entry(target in target()) {
        let Ok(found) = service(&target) else { return Ok(()) };
        for reader in readers() {
            let segments = read(&target, reader);
            if segments.starts_with(&["api".to_owned(), "admin".to_owned()]) {
                prop_assert_eq!(&found, "admin", "{} is {:?} to {:?}", target, segments, reader);
            }
        }
    }

    /// What is refused and what is not never depends on luck, and nothing panics.
    #[test]
    fn any_text_is_read_or_refused(target in "/?[/.;%#?\\\\a-f0-9é\u{0}]{0,40}") {
        if let Ok(path) = Path::new(&target) {
            let request = Request::new("GET", &target).unwrap();
            prop_assert_eq!(Request::received("GET", &target).is_ok(), target.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(path.as_str(), target.split('?').next().unwrap());
            let table = table();
            let found = table.find(&request, 0).unwrap();
            prop_assert!(found.params().all(|(_, value)| !value.is_empty()));
            serde_json::to_string(&found).unwrap();
        }
    }
}
