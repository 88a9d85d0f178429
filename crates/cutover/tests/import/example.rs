//! The example's four toggles, as they stand in its file, with the ruleset that they become to the letter.

use crate::toggle_service::hash_context;
use cutover::import::{Imported, Kind, Options, import};
use cutover::{Attributes, Engine, Severity};
use serde_json::json;

const FEATURES: &str = r"# feature-flags.yml
features:
  # Catalogue produits : 100% MongoDB
  - name: products_mongodb
    enabled: true
    rollout_percentage: 100
    conditions: []

  # Orders : Rollout progressif
  - name: orders_mongodb
    enabled: true
    rollout_percentage: 50  # 50% des utilisateurs
    conditions:
      - type: tenant_attribute
        attribute: tier
        operator: in
        value: ['enterprise', 'premium']  # Priorité aux gros clients

  # Customers : Beta testing
  - name: customers_mongodb
    enabled: true
    rollout_percentage: 0
    enabled_for_users:
      - user_123  # Beta testers
      - user_456
      - user_789

  # Analytics : Time window (nuit uniquement)
  - name: analytics_mongodb
    enabled: true
    rollout_percentage: 100
    conditions:
      - type: time_window
        start_hour: 22  # 22h
        end_hour: 6     # 6h
";

const RULESET: &str = r#"# Imported feature toggles. `hash: java31` keeps each unit in its bucket: it stays for the life of a flag.
cutover: 1
timezone: Europe/Paris

flags:
  products_mongodb:
    hash: java31
    rules:
      - { serve: { rollout: 100%, by: { first_of: [userId, tenantId], otherwise: anonymous } } }
  orders_mongodb:
    hash: java31
    rules:
      - { if: { attribute: tenantAttributes.tier, in: [enterprise, premium] }, serve: "on" }
      - { serve: { rollout: 50%, by: { first_of: [userId, tenantId], otherwise: anonymous } } }
  customers_mongodb:
    hash: java31
    rules:
      - { if: { attribute: userId, in: [user_123, user_456, user_789] }, serve: "on" }
  analytics_mongodb:
    hash: java31
    rules:
      - { if: { time: { from: "22:00", to: "06:00" } }, serve: "on" }
      - { serve: { rollout: 100%, by: { first_of: [userId, tenantId], otherwise: anonymous } } }
"#;

fn imported() -> Imported {
    import(Kind::FeaturesYml, FEATURES.as_bytes(), &Options { timezone: Some("Europe/Paris".to_owned()) })
}

#[test]
fn the_ruleset_is_what_a_person_would_have_written() {
    assert_eq!(imported().ruleset.as_deref(), Some(RULESET));
}

#[test]
fn the_night_window_without_effect_is_reported_where_it_stands() {
    let diagnostics = imported().diagnostics;
    let [problem] = diagnostics.as_slice() else { panic!("{diagnostics:?}") };
    assert_eq!((problem.code, problem.severity), ("condition_without_effect", Severity::Warning));
    assert_eq!(
        (problem.path.as_str(), problem.line, problem.column),
        ("features[3].conditions", Some(33), Some(7))
    );
    assert_eq!(
        problem.message,
        "`analytics_mongodb` is on for everybody by its `rollout_percentage`, so `conditions` has no effect"
    );
    assert!(
        problem.help.as_ref().is_some_and(|help| help.contains("lower `rollout_percentage`")),
        "{problem:?}"
    );
}

#[test]
fn the_four_toggles_decide_as_the_service() {
    let engine = Engine::from_str(&imported().ruleset.unwrap()).unwrap();
    let is_enabled = |flag: &str, context: serde_json::Value| {
        let context = engine.context(&Attributes::from_json(&context.to_string()).unwrap());
        engine.is_enabled(flag, &context, 1_700_000_000_000)
    };
    let users = ["user_123", "user_456", "user_789", "user_1", "", "zoé", "👩‍🚀"];
    for user in users {
        assert!(is_enabled("products_mongodb", json!({ "userId": user })));
        assert!(is_enabled("analytics_mongodb", json!({ "userId": user })));
        assert_eq!(is_enabled("customers_mongodb", json!({ "userId": user })), users[..3].contains(&user));
        let below = hash_context(&json!({ "userId": user })) % 100 < 50;
        assert_eq!(is_enabled("orders_mongodb", json!({ "userId": user })), below, "{user}");
        assert!(is_enabled(
            "orders_mongodb",
            json!({ "userId": user, "tenantAttributes": { "tier": "premium" } })
        ));
        assert!(!is_enabled("payments_mongodb", json!({ "userId": user })));
    }
    // Nobody known: all of them share the bucket of `anonymous`.
    assert!(is_enabled("products_mongodb", json!({})));
    assert_eq!(is_enabled("orders_mongodb", json!({})), hash_context(&json!({})) % 100 < 50);
}

/// Buckets computed by the service's code in Node 20, so that neither side of the comparison above can drift.
#[test]
fn buckets_of_the_service_are_kept() {
    let golden: [(&str, u32); 13] = [
        ("anonymous", 75),
        ("user_123", 22),
        ("user_456", 43),
        ("user_789", 64),
        ("acme", 46),
        ("0", 48),
        ("zoé", 16),
        ("e\u{301}", 0),
        ("日本語", 43),
        ("👩‍🚀", 52),
        ("\u{10FFFF}", 32),
        ("a\0b", 15),
        ("polygenelubricants", 48),
    ];
    for (key, bucket) in golden {
        assert_eq!(hash_context(&json!({ "userId": key })) % 100, i64::from(bucket), "{key:?}");
        assert_eq!(cutover::bucket::java31(key), bucket, "{key:?}");
    }
}
