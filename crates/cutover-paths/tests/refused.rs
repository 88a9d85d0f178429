//! What a table is refused for, each problem by its place and its words.

use cutover_paths::{
    By, Entry, Fallback, Header, HeaderTest, Otherwise, Problem, Rollout, Side, Table, Target,
};

fn entry(path: &str) -> Entry {
    Entry::new(path, "service", Side::New)
}

fn problems(entries: Vec<Entry>) -> Vec<Problem> {
    Table::new("t", entries).err().unwrap_or_default()
}

fn only(entry: Entry) -> Problem {
    let mut problems = problems(vec![entry]);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let problem = problems.remove(0);
    assert!(!problem.expected.is_empty() && !problem.message.is_empty());
    assert!(problem.to_string().contains(&problem.message));
    problem
}

#[test]
fn paths_that_cannot_be_matched_are_refused() {
    let bad = [
        ("", "a path begins with `/`"),
        ("api", "a path begins with `/`"),
        ("/api//orders", "a path has no empty segments"),
        ("//", "a path has no empty segments"),
        ("/api/./orders", "no request matches this: the path has a segment `.` or `..`"),
        ("/api/..", "no request matches this: the path has a segment `.` or `..`"),
        ("/api/%2e%2E", "no request matches this: the path has a segment `.` or `..`"),
        ("/api/a%2Fb", "no request matches this: the path has an encoded slash"),
        ("/api/a\\b", "no request matches this: the path has a backslash"),
        ("/api/a\nb", "no request matches this: the path has a control character"),
        ("/api/%zz", "no request matches this: a `%` of the path is not followed by two hexadecimal digits"),
        ("/api/%2561", "no request matches this: the path is encoded twice"),
        ("/api/%ff", "no request matches this: what the path encodes is not UTF-8"),
        ("/api?x=1", "a path has neither query nor fragment"),
        ("/api#x", "a path has neither query nor fragment"),
        ("/api/;x", "what follows a `;` is not compared"),
        ("/api/a%3Bx", "no request matches this: what follows a `;` is not compared"),
        ("/api/*/orders", "`*` stands for all the rest, so it comes last"),
        ("/api/a*", "`*` stands alone in its segment"),
        ("/api/:", "the name of a parameter is letters, digits and `_`"),
        ("/api/:a-b", "the name of a parameter is letters, digits and `_`"),
        ("/api/:1", "the name of a parameter is letters, digits and `_`"),
        ("/api/{}", "the name of a parameter is letters, digits and `_`"),
        ("/api/{id", "a parameter is a whole segment"),
        ("/api/v{id}", "a parameter is a whole segment"),
        ("/api/:id/of/{id}", "the path has two parameters `id`"),
    ];
    for (path, message) in bad {
        let problem = only(entry(path));
        assert_eq!((problem.code, problem.field.as_str()), ("bad_path", "path"), "{path}");
        assert_eq!(problem.message, message, "{path}");
    }
    assert_eq!(only(entry(&"/a".repeat(17))).message, "a path has at most 16 segments");
    assert!(problems(vec![entry(&"/a".repeat(16))]).is_empty());
    let exact = Entry { exact: true, ..entry("/api/*") };
    assert_eq!(only(exact).message, "an exact path has nothing below it");
    for good in
        ["/", "/api/", "/api/a:b", "/api/%2A", "/api/%7Bid%7D", "/api/été", "/api/%3Aid", "/100%25", "/..."]
    {
        assert_eq!(problems(vec![entry(good)]), [], "{good}");
    }
}

#[test]
fn fields_that_cannot_be_met_are_refused() {
    let header = |name: &str, test| Header { name: name.into(), test };
    let one_of = |values: &[&str]| HeaderTest::OneOf(values.iter().map(ToString::to_string).collect());
    let rollout = |ppm, by, otherwise| Some(Rollout { ppm, by, otherwise });
    let attribute = || By::Attribute("userId".into());
    let methods = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
    let bad_target = Target { service: String::new(), side: Side::Old, store: Some("a b".into()) };
    let cases = [
        ("bad_method", "methods", Entry { methods: methods(&[]), ..entry("/a") }),
        ("bad_method", "methods[1]", Entry { methods: methods(&["GET", "post"]), ..entry("/a") }),
        ("bad_method", "methods[0]", Entry { methods: methods(&["G T"]), ..entry("/a") }),
        ("bad_method", "methods[1]", Entry { methods: methods(&["GET", "GET"]), ..entry("/a") }),
        (
            "bad_header",
            "headers[0].name",
            Entry { headers: vec![header("", HeaderTest::Present)], ..entry("/a") },
        ),
        (
            "bad_header",
            "headers[1].name",
            Entry {
                headers: vec![header("a", HeaderTest::Present), header("A", one_of(&["1"]))],
                ..entry("/a")
            },
        ),
        ("bad_header", "headers[0].values", Entry { headers: vec![header("a", one_of(&[]))], ..entry("/a") }),
        (
            "bad_header",
            "headers[0].values[1]",
            Entry { headers: vec![header("a", one_of(&["x", " x"]))], ..entry("/a") },
        ),
        (
            "bad_percentage",
            "rollout.ppm",
            Entry { rollout: rollout(1_000_001, attribute(), Otherwise::Next), ..entry("/a") },
        ),
        (
            "bad_unit",
            "rollout.by",
            Entry { rollout: rollout(1, By::Cookie("a=b".into()), Otherwise::Next), ..entry("/a") },
        ),
        (
            "bad_unit",
            "rollout.by",
            Entry { rollout: rollout(1, By::Attribute(String::new()), Otherwise::Next), ..entry("/a") },
        ),
        ("bad_name", "service", Entry::new("/a", "", Side::New)),
        ("bad_name", "service", Entry::new("/a", "a\r\nSet-Cookie: x", Side::New)),
        ("bad_name", "store", Entry { store: Some("é".into()), ..entry("/a") }),
        ("bad_instant", "sunset", Entry { sunset: Some(253_402_300_800_000), ..entry("/a") }),
        ("bad_instant", "planned", Entry { planned: Some(-1), ..entry("/a") }),
        (
            "sunset_before_deprecation",
            "sunset",
            Entry { deprecated_at: Some(2), sunset: Some(1), ..entry("/a") },
        ),
        (
            "not_migrated",
            "migrated_at",
            Entry { migrated_at: Some(1), ..Entry::new("/a", "service", Side::Old) },
        ),
        ("bad_link", "link", Entry { link: Some("https://a/> x".into()), sunset: Some(1), ..entry("/a") }),
        ("bad_link", "link", Entry { link: Some("https://a/".into()), ..entry("/a") }),
        (
            "fallback_to_itself",
            "fallback.service",
            Entry { fallback: Some(Fallback::new("service")), ..entry("/a") },
        ),
        (
            "bad_method",
            "fallback.methods[0]",
            Entry {
                fallback: Some(Fallback { service: "b".into(), methods: methods(&["get"]) }),
                ..entry("/a")
            },
        ),
    ];
    for (code, field, entry) in cases {
        let problem = only(entry);
        assert_eq!((problem.code, problem.field.as_str()), (code, field), "{problem:#?}");
    }
    let target = Entry { rollout: rollout(1, attribute(), Otherwise::Serve(bad_target)), ..entry("/a") };
    let fields: Vec<_> = problems(vec![target]).into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["rollout.otherwise.service", "rollout.otherwise.store"]);
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_entries() {
    let bad =
        Entry { methods: Some(vec![]), sunset: Some(-1), ..Entry::new("orders/:id/:id", "", Side::Old) };
    let found =
        problems(vec![entry("/a"), bad, entry("/a/"), entry("/b//:x/*/:x"), entry("/:any"), entry("/*")]);
    let told: Vec<_> = found.iter().map(|problem| (problem.entry, problem.code)).collect();
    assert_eq!(
        told,
        [
            (1, "bad_path"),
            (1, "bad_method"),
            (1, "bad_name"),
            (1, "bad_instant"),
            (2, "ambiguous_entry"),
            (3, "bad_path"),
            (3, "bad_path"),
            (3, "bad_path"),
            (5, "shadowed_entry"),
        ]
    );
}

#[test]
fn entries_in_each_others_way_are_named_with_what_to_do() {
    let get = |path| Entry { methods: Some(vec!["GET".into()]), ..entry(path) };
    let post = |path| Entry { methods: Some(vec!["POST".into()]), ..entry(path) };
    let both = |path| Entry { methods: Some(vec!["POST".into(), "GET".into()]), ..entry(path) };

    let found = problems(vec![entry("/a/:x"), entry("/a/{y}/")]);
    assert_eq!((found[0].code, found[0].entry, &found[0].others[..]), ("ambiguous_entry", 1, &[0][..]));
    assert_eq!(found[0].message, "entry 0 matches the same requests");

    let found = problems(vec![get("/a"), post("/a"), both("/a")]);
    assert_eq!((found[0].code, found[0].entry, &found[0].others[..]), ("shadowed_entry", 2, &[0, 1][..]));
    assert_eq!(
        found[0].message,
        "no request reaches this entry: entry 0 and entry 1 together take all of them first"
    );
    assert_eq!(found[0].help.as_deref(), Some("put it before entry 0"));
    // In this order, the first two are shadowed, and in no order but the first is every one reached.
    assert_eq!(problems(vec![both("/a"), get("/a"), post("/a")]).len(), 2);

    let found = problems(vec![Entry { exact: true, ..entry("/a") }, entry("/a/*"), entry("/a")]);
    assert_eq!((found[0].entry, &found[0].others[..]), (2, &[0, 1][..]));
    assert_eq!(found[0].help.as_deref(), Some("remove it, or give it a longer path or more conditions"));

    // Whatever the literals are, a parameter takes others.
    assert_eq!(problems(vec![entry("/x"), entry("/xx"), entry("/:any"), entry("/:any/xx")]), []);

    // More conditions go first wherever they stand, so that this is no shadow.
    assert_eq!(problems(vec![entry("/a"), get("/a")]), []);
}

#[test]
fn a_long_list_of_values_is_looked_at_as_far_as_it_goes() {
    let values = |at: usize| (0..30).map(|value| format!("{at}-{value}")).collect();
    let headers: Vec<_> =
        (0..20).map(|at| Header { name: format!("h{at}"), test: HeaderTest::OneOf(values(at)) }).collect();
    let others = headers.iter().map(|header| Entry { headers: vec![header.clone()], ..entry("/a") });
    let mut all: Vec<_> = others.collect();
    all.push(Entry { headers, ..entry("/a") });
    assert_eq!(problems(all), []);
}
