//! What a table answers: the entry, who serves, and what the answer carries.

use cutover_paths::{
    By, Entry, Fallback, Header, HeaderTest, Lifecycle, Otherwise, Request, Rollout, Side, Table, Target,
    Unit, Verdict,
};

const DAY_MS: i64 = 86_400_000;
/// 2024-01-15.
const JANUARY: i64 = 1_705_276_800_000;

fn seed() -> Table {
    let new = |path| Entry {
        store: Some("mongodb".into()),
        migrated_at: Some(JANUARY),
        fallback: Some(Fallback::new("product-service-sql")),
        ..Entry::new(path, "product-service-mongo", Side::New)
    };
    let old = |path, service| Entry {
        store: Some("sql".into()),
        planned: Some(JANUARY + 17 * DAY_MS),
        ..Entry::new(path, service, Side::Old)
    };
    let entries = vec![
        new("/api/products"),
        new("/api/categories"),
        old("/api/orders", "order-service-sql"),
        old("/api/customers", "customer-service-sql"),
    ];
    Table::new("api", entries).unwrap()
}

fn named(path: &str, name: &str) -> Entry {
    Entry { name: Some(name.into()), ..Entry::new(path, "service", Side::New) }
}

fn table(entries: Vec<Entry>) -> Table {
    Table::new("t", entries).unwrap()
}

fn name(table: &Table, request: &Request<'_>) -> Option<String> {
    table.find(request, 0).map(|found| found.entry().name.clone().unwrap())
}

fn get(table: &Table, target: &str) -> Option<String> {
    name(table, &Request::new("GET", target).unwrap())
}

#[test]
fn the_strangler_router_of_the_seed() {
    let table = seed();
    let request = Request::new("GET", "/api/products/507f1f77?x=/api/orders").unwrap();
    let found = table.find(&request, JANUARY).unwrap();
    assert!(found.is_migrated());
    assert_eq!(
        (found.service(), found.side(), found.store()),
        ("product-service-mongo", Side::New, Some("mongodb"))
    );
    assert_eq!(
        found.headers().collect::<Vec<_>>(),
        [("X-Data-Source", "mongodb"), ("X-Service", "product-service-mongo"), ("X-Migrated", "true"),]
    );
    assert_eq!(found.fallback(), Some("product-service-sql"));
    // The table knows the fallback by its name alone.
    assert_eq!(
        found.fallback_headers().unwrap().collect::<Vec<_>>(),
        [("X-Data-Source", "old"), ("X-Service", "product-service-sql"), ("X-Migrated", "false")]
    );

    let request = Request::new("POST", "/api/orders").unwrap();
    let found = table.find(&request, JANUARY).unwrap();
    assert_eq!(
        found.headers().collect::<Vec<_>>(),
        [("X-Data-Source", "sql"), ("X-Service", "order-service-sql"), ("X-Migrated", "false"),]
    );
    assert_eq!(
        serde_json::to_value(found).unwrap(),
        serde_json::json!({
            "table": "api", "path": "/api/orders",
            "entry": {"index": 2, "name": null, "path": "/api/orders", "migrated_at": null, "planned": "2024-02-01",
                      "deprecated_at": null, "sunset": null},
            "service": "order-service-sql", "side": "old", "store": "sql", "migrated": false, "inside": null,
            "lifecycle": "active", "fallback": null, "params": {},
            "headers": {"X-Data-Source": "sql", "X-Service": "order-service-sql", "X-Migrated": "false"},
            "fallback_headers": null,
        })
    );

    // The route of the seed is found by the first letters; here a segment is whole.
    for target in ["/api", "/", "/api/products2", "/api/order", "/other/api/products"] {
        assert!(table.find(&Request::new("GET", target).unwrap(), 0).is_none(), "{target}");
    }
}

#[test]
fn literals_go_before_parameters_and_parameters_before_the_rest() {
    let table = table(vec![
        named("/", "root"),
        Entry { exact: true, ..named("/", "home") },
        named("/a", "a"),
        named("/a/:x", "a x"),
        named("/a/:x/c", "a x c"),
        named("/a/b", "a b"),
        Entry { exact: true, ..named("/a/b/d", "a b d alone") },
        named("/:x/b/c", "x b c"),
        named("/files/*", "files"),
        Entry { exact: true, ..named("/files", "list") },
    ]);
    for (target, expected) in [
        ("/", "home"),
        ("/?", "home"),
        ("/z", "root"),
        ("/a", "a"),
        ("/a/z", "a x"),
        ("/a/z/c", "a x c"),
        ("/a/z/c/d", "a x c"),
        ("/a/b", "a b"),
        // The literal of the second segment decides, however long the other matches.
        ("/a/b/c", "a b"),
        ("/a/b/d", "a b d alone"),
        ("/a/b/d/e", "a b"),
        ("/z/b/c", "x b c"),
        ("/z/b/z", "root"),
        ("/files", "list"),
        ("/files/", "list"),
        ("/files/1", "files"),
    ] {
        assert_eq!(get(&table, target).as_deref(), Some(expected), "{target}");
    }
    let deep = format!("/a/b{}", "/z".repeat(5_000));
    assert_eq!(get(&table, &deep).as_deref(), Some("a b"));
    assert_eq!(get(&table, &"/z".repeat(5_000)).as_deref(), Some("root"));
}

#[test]
fn the_deepest_entry_is_found_and_told_from_what_is_below() {
    let deepest = "/a".repeat(16);
    let table = table(vec![
        Entry { exact: true, ..named(&deepest, "itself") },
        named(&format!("{deepest}/*"), "below"),
    ]);
    assert_eq!(get(&table, &deepest).as_deref(), Some("itself"));
    assert_eq!(get(&table, &format!("{deepest}/")).as_deref(), Some("itself"));
    assert_eq!(get(&table, &format!("{deepest}/a")).as_deref(), Some("below"));
    assert_eq!(get(&table, &"/a".repeat(15)), None);
}

#[test]
fn conditions_are_all_met_or_the_next_entry_is_tried() {
    let header = |name: &str, values: &[&str]| Header {
        name: name.into(),
        test: match values {
            [] => HeaderTest::Present,
            _ => HeaderTest::OneOf(values.iter().map(ToString::to_string).collect()),
        },
    };
    let table = table(vec![
        named("/a", "any"),
        Entry { methods: Some(vec!["GET".into(), "HEAD".into()]), ..named("/a", "read") },
        Entry { headers: vec![header("X-Tenant", &["1", "2"])], ..named("/a", "tenant") },
        Entry { headers: vec![header("x-tenant", &["1"]), header("X-Beta", &[])], ..named("/a", "beta") },
        Entry { headers: vec![header("X-Beta", &[])], ..named("/a/b", "below") },
    ]);
    let ask = |method, target, headers: &[(&str, &str)]| {
        name(&table, &Request::new(method, target).unwrap().headers(headers)).unwrap()
    };
    assert_eq!(ask("POST", "/a", &[]), "any");
    assert_eq!(ask("GET", "/a", &[]), "read");
    assert_eq!(ask("get", "/a", &[]), "any");
    assert_eq!(ask("POST", "/a", &[("x-TENANT", "2")]), "tenant");
    assert_eq!(ask("POST", "/a", &[("X-Tenant", "3")]), "any");
    assert_eq!(ask("POST", "/a", &[("X-Tenant", "3"), ("X-Tenant", "1")]), "tenant");
    assert_eq!(ask("POST", "/a", &[("X-Tenant", "1 ")]), "any");
    // Of two that match with as many conditions, the first one.
    assert_eq!(ask("GET", "/a", &[("X-Tenant", "1")]), "read");
    assert_eq!(ask("GET", "/a", &[("X-Tenant", "1"), ("X-Beta", "")]), "beta");
    // A longer path goes first, and what it does not take goes to the shorter one.
    assert_eq!(ask("GET", "/a/b", &[("X-Beta", "1")]), "below");
    assert_eq!(ask("GET", "/a/b", &[]), "read");
    assert_eq!(table.asked_headers(), ["x-beta", "x-tenant"]);
    assert!(table.asked_attributes().is_empty());
}

#[test]
fn parameters_are_decoded_and_the_rest_is_whole() {
    let table = table(vec![named("/shops/:shop/items/{item}", "item"), named("/files/:drive/*", "file")]);
    let params = |target: &str| -> Vec<(String, String)> {
        let request = Request::new("GET", target).unwrap();
        let found = table.find(&request, 0).unwrap();
        found.params().map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(params("/shops//a%20b/items/%C3%A9;v=1/more?q"), [pair("shop", "a b"), pair("item", "é;v=1")]);
    assert_eq!(params("/files/c/a//b%25/c/"), [pair("drive", "c"), pair("*", "a/b%/c")]);
    let long = format!("/files/c{}", "/x".repeat(40));
    assert_eq!(params(&long)[1].1.len(), 79);
}

fn share(ppm: u32, by: By, otherwise: Otherwise) -> Option<Rollout> {
    Some(Rollout { ppm, by, otherwise })
}

#[test]
fn a_rollout_takes_more_and_more_units_and_never_leaves_one() {
    let by = || By::Attribute("userId".into());
    let other =
        || Otherwise::Serve(Target { service: "old".into(), side: Side::Old, store: Some("sql".into()) });
    let units: Vec<String> = (0..10_000).map(|unit| format!("user_{unit}")).collect();
    let mut before = vec![false; units.len()];
    for ppm in [0, 10_000, 100_000, 500_000, 999_999, 1_000_000] {
        let on = table(vec![
            named("/a", "rest"),
            Entry { rollout: share(ppm, by(), Otherwise::Next), ..named("/a", "part") },
            Entry { rollout: share(ppm, by(), other()), ..named("/b", "two") },
        ]);
        let mut taken = 0;
        for (unit, before) in units.iter().zip(&mut before) {
            let attributes = [("userId", Unit::Text(unit.as_bytes()))];
            let request = Request::new("GET", "/a").unwrap().attributes(&attributes);
            let is_inside = name(&on, &request).unwrap() == "part";
            assert!(is_inside || !*before, "{unit} leaves at {ppm}");
            *before = is_inside;
            taken += u32::from(is_inside);
            let request = Request::new("GET", "/b").unwrap().attributes(&attributes);
            let found = on.find(&request, 0).unwrap();
            assert_eq!(found.inside(), Some(is_inside), "one table, one salt");
            let (service, side) = if is_inside { ("service", Side::New) } else { ("old", Side::Old) };
            assert_eq!((found.service(), found.side(), found.is_migrated()), (service, side, is_inside));
        }
        assert!(taken.abs_diff(ppm / 100) < 150, "{taken} of 10000 at {ppm}");
        // Who is nobody is outside, whatever the percentage.
        let nobody = Request::new("GET", "/a").unwrap();
        assert_eq!(name(&on, &nobody).as_deref(), Some("rest"));
        let nobody = Request::new("GET", "/b").unwrap();
        assert_eq!(on.find(&nobody, 0).unwrap().headers().next(), Some(("X-Data-Source", "sql")));
        assert_eq!(on.asked_attributes(), ["userId"]);
    }
}

#[test]
fn buckets_are_those_of_flags() {
    use cutover_decider::bucket::{Salt, inside};
    let by = || By::Header("X-User".into());
    let entry = || Entry { rollout: share(300_000, by(), Otherwise::Next), ..named("/", "part") };
    let (own, salted) = (table(vec![entry()]), table(vec![entry()]).with_salt("recruiters"));
    for unit in 0..1_000 {
        let unit = unit.to_string();
        let headers = [("x-user", unit.as_str())];
        let request = Request::new("GET", "/").unwrap().headers(&headers);
        for (table, salt) in [(&own, "t"), (&salted, "recruiters")] {
            let is_inside = inside(Salt::new(salt).hash(Unit::Text(unit.as_bytes())), 300_000);
            assert_eq!(table.find(&request, 0).is_some(), is_inside);
        }
    }
    assert_eq!((own.name(), own.asked_headers()), ("t", vec!["x-user".to_owned()]));
}

#[test]
fn cookies_are_units_too() {
    let by = By::Cookie("sid".into());
    let on = table(vec![Entry { rollout: share(1_000_000, by, Otherwise::Next), ..named("/", "part") }]);
    let ask = |cookies: &[&str]| {
        let headers: Vec<_> = cookies.iter().map(|cookie| ("Cookie", *cookie)).collect();
        get_with(&on, &headers)
    };
    assert!(ask(&["sid=1"]) && ask(&["a=b; sid=1"]) && ask(&["a=b", "x; sid=1;"]));
    assert!(!ask(&[]) && !ask(&["sid"]) && !ask(&["SID=1"]) && !ask(&["xsid=1; a=sid=1"]));
    assert_eq!(on.asked_headers(), ["cookie"]);
}

fn get_with(table: &Table, headers: &[(&str, &str)]) -> bool {
    table.find(&Request::new("GET", "/").unwrap().headers(headers), 0).is_some()
}

#[test]
fn only_what_may_be_done_twice_falls_back() {
    let other = Otherwise::Serve(Target { service: "old".into(), side: Side::Old, store: None });
    let on = table(vec![
        Entry { fallback: Some(Fallback::new("old")), ..named("/safe", "safe") },
        Entry {
            fallback: Some(Fallback { service: "old".into(), methods: Some(vec!["PUT".into()]) }),
            ..named("/put", "put")
        },
        Entry {
            rollout: share(0, By::Header("X".into()), other),
            fallback: Some(Fallback::new("old")),
            ..named("/outside", "outside")
        },
    ]);
    let fallback = |method, target| {
        let request = Request::new(method, target).unwrap();
        on.find(&request, 0).unwrap().fallback().map(str::to_owned)
    };
    for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        assert_eq!(fallback(method, "/safe").as_deref(), Some("old"), "{method}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "CONNECT", "PURGE", "get"] {
        assert_eq!(fallback(method, "/safe"), None, "{method}");
    }
    assert_eq!((fallback("PUT", "/put").as_deref(), fallback("GET", "/put")), (Some("old"), None));
    assert_eq!(fallback("GET", "/outside"), None, "it is served by the fallback already");
}

#[test]
fn deprecation_and_sunset_are_told_in_time() {
    let on = table(vec![
        Entry {
            deprecated_at: Some(1_688_169_599_000),
            sunset: Some(1_719_791_999_999),
            link: Some("https://api.example/v2".into()),
            ..named("/v1", "v1")
        },
        Entry { sunset: Some(784_111_777_000), link: Some("https://a.example".into()), ..named("/v0", "v0") },
    ]);
    let said = |target: &str, now_ms| -> (Lifecycle, Vec<(String, String)>) {
        let request = Request::new("GET", target).unwrap();
        let found = on.find(&request, now_ms).unwrap();
        let lines = found.headers().skip(3).map(|(name, value)| (name.to_owned(), value.to_owned()));
        (found.lifecycle(), lines.collect())
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let lines = vec![
        pair("Deprecation", "@1688169599"),
        pair("Sunset", "Sun, 30 Jun 2024 23:59:59 GMT"),
        pair("Link", "<https://api.example/v2>; rel=\"deprecation\""),
    ];
    assert_eq!(said("/v1", 1_688_169_598_999), (Lifecycle::Active, vec![]));
    assert_eq!(said("/v1", 1_688_169_599_000), (Lifecycle::Deprecated, lines.clone()));
    assert_eq!(said("/v1", 1_719_791_999_999), (Lifecycle::Sunset, lines));
    let lines = vec![
        pair("Sunset", "Sun, 06 Nov 1994 08:49:37 GMT"),
        pair("Link", "<https://a.example>; rel=\"sunset\""),
    ];
    assert_eq!(said("/v0", 0), (Lifecycle::Active, lines.clone()));
    assert_eq!(said("/v0", 784_111_777_000), (Lifecycle::Sunset, lines));
}

#[test]
fn an_explanation_names_what_is_missing() {
    let unit = || By::Attribute("userId".into());
    let header = Header { name: "X-Beta".into(), test: HeaderTest::Present };
    let on = table(vec![
        named("/", "root"),
        named("/b", "b"),
        named("/a", "a"),
        Entry { methods: Some(vec!["PUT".into()]), ..named("/a", "put") },
        Entry { headers: vec![header], ..named("/a", "beta") },
        Entry { rollout: share(0, unit(), Otherwise::Next), ..named("/a", "nobody") },
    ]);
    let request = Request::new("GET", "/a/1").unwrap();
    let verdicts = |request: &Request<'_>| -> Vec<_> {
        on.explain(request).iter().map(|one| (one.index, one.verdict)).collect()
    };
    let beta = Verdict::Header { header: "X-Beta" };
    let rest = [(2, Verdict::Taken), (0, Verdict::Later), (1, Verdict::Path)];
    let first = [(3, Verdict::Method), (4, beta), (5, Verdict::NoUnit)];
    assert_eq!(verdicts(&request), [first, rest].concat());
    let attributes = [("userId", Unit::Int(1))];
    let request = request.attributes(&attributes);
    assert_eq!(verdicts(&request)[2], (5, Verdict::Outside));
    let json = serde_json::to_string(&on.explain(&request)[1]).unwrap();
    assert_eq!(json, r#"{"index":4,"path":"/a","verdict":"header","header":"X-Beta"}"#);
}
