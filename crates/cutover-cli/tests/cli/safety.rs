//! `cutover safety`, `compare` and `path`.

use super::Folder;

const RULES: &str = "\
cutover: 1
migrations:
  orders: { old: orders_sql, new: orders_mongo, ladder: standard, phase: sync }
  recruiters: { old: recruiters, new: jobs_partners, ladder: recruiters_four_phase, phase: dual_read }
comparators:
  offers: { ignore: [_id], rename: snake_to_camel }
paths:
  api:
    - { path: /api/orders, service: orders-sql, side: old, deprecated_at: 2024-01-01, sunset: 2026-12-31 }
    - { path: /api, service: monolith, side: old }
";

#[test]
fn a_safe_ladder_and_one_that_is_not() {
    let folder = Folder::new("safety");
    folder.file("rules.yaml", RULES);
    let safe = folder.run(&["safety", "rules.yaml", "orders"]);
    assert_eq!(safe.code, Some(0), "{safe:?}");
    assert!(safe.stdout.starts_with("orders  safe up, and down from `ramp_down`, while both stores answer"));
    assert!(safe.stdout.contains("\nlive → ramp_down      a read that falls back on a failure is stale\n"));
    let unsafe_one = folder.run(&["safety", "rules.yaml", "recruiters", "--stories"]);
    assert_eq!(unsafe_one.code, Some(1));
    let story =
        "cleanup → emergency in cleanup: writes are lost\n   1. write 1 begins on a node in `cleanup`\n";
    assert!(unsafe_one.stdout.contains(story), "{}", unsafe_one.stdout);
    let all = folder.run(&["safety", "rules.yaml", "--json"]);
    let reports: serde_json::Value = serde_json::from_str(&all.stdout).unwrap();
    assert_eq!((all.code, &reports[0]["safe"], &reports[1]["safe"]), (Some(1), &true.into(), &false.into()));
}

#[test]
fn what_cannot_be_modelled_is_said() {
    let folder = Folder::new("safety_none");
    folder.file("rules.yaml", RULES);
    let stranger = folder.run(&["safety", "rules.yaml", "order"]);
    assert_eq!(stranger.code, Some(2));
    assert!(stranger.stderr.contains("did you mean `orders`?"), "{stranger:?}");
    assert_eq!(folder.run(&["safety", "rules.yaml", "--nodes", "4"]).code, Some(2));
    folder.file("none.yaml", "cutover: 1\n");
    assert!(folder.run(&["safety", "none.yaml"]).stderr.contains("no migration"));
}

#[test]
fn documents_are_compared() {
    let folder = Folder::new("compare");
    folder.file("rules.yaml", RULES);
    folder.file("old.json", r#"{"_id":1,"user_id":9007199254740993}"#);
    folder.file("new.json", r#"{"userId":9007199254740993}"#);
    folder.file("other.json", r#"{"userId":9007199254740992}"#);
    folder.file("bad.json", "{");
    let compare = |candidate: &str| folder.run(&["compare", "rules.yaml", "offers", "old.json", candidate]);
    compare("new.json").wrote(0, "they match\n", "");
    let differs = compare("other.json");
    assert_eq!(differs.code, Some(1));
    assert!(differs.stdout.contains("userId  changed  9007199254740993  9007199254740992"), "{differs:?}");
    let unreadable = compare("bad.json");
    assert_eq!(unreadable.code, Some(2));
    assert!(unreadable.stderr.contains("cannot be compared"), "{unreadable:?}");
    let stranger = folder.run(&["compare", "rules.yaml", "offer", "old.json", "new.json"]);
    assert!(stranger.stderr.contains("did you mean `offers`?"), "{stranger:?}");
}

#[test]
fn a_path_finds_its_service() {
    let folder = Folder::new("path");
    folder.file("rules.yaml", RULES);
    let path = |path: &str| folder.run(&["path", "rules.yaml", "api", path, "--now", "2025-01-01T00:00:00Z"]);
    let found = path("/api/orders/7?full=1");
    assert_eq!(found.code, Some(0));
    for line in ["orders-sql  old side, by /api/orders\n", "  Deprecation: @1704067200\n"] {
        assert!(found.stdout.contains(line), "{found:?}");
    }
    assert_eq!(path("/health").code, Some(3));
    let hostile = path("/api/orders/../admin");
    assert_eq!(hostile.code, Some(2));
    assert!(hostile.stderr.contains("no path to route by"), "{hostile:?}");
    let compiled = folder.run(&["compile", "rules.yaml", "-o", "rules.cutp"]);
    assert_eq!(compiled.code, Some(0));
    let again = folder.run(&["path", "rules.cutp", "api", "/api/x", "--json"]);
    assert!(again.stdout.contains(r#""service":"monolith""#), "{again:?}");
}
