//! Any toggles, in every form that they may be written in, decide after their import as the service decides them.

use crate::toggle_service::{Condition, FeatureConfig, hash_context, is_enabled};
use cutover::bucket::java31;
use cutover::import::{Kind, Options, import};
use cutover::{Attributes, Engine};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Config = BTreeMap<String, FeatureConfig>;

const USERS: [&str; 9] = ["", "user_1", "user_2", "USER_1", "0", "zoé", "👩‍🚀", "a\0b", "polygenelubricants"];
const TENANTS: [&str; 4] = ["", "acme", "globex", "123"];
const ATTRIBUTES: [&str; 3] = ["tier", "age", "sign up"];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec!["premium", "enterprise", "", "on", "1", "22:00"]).prop_map(Value::from),
        (-3_i64..4).prop_map(Value::from),
        select(vec![0.5, -0.5, 1e21, 2.0]).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let number =
        prop_oneof![(-3_i64..4).prop_map(Value::from), select(vec![0.5, -0.5]).prop_map(Value::from)];
    let comparison = prop_oneof![
        (select(vec!["=", "!="]), scalar()),
        (select(vec![">", "<"]), number),
        (select(vec!["in", "not_in"]), vec(scalar(), 1..4).prop_map(Value::from)),
    ];
    let attribute =
        (select(vec!["userAttributes", "tenantAttributes"]), select(ATTRIBUTES.to_vec()), comparison)
            .prop_map(|(scope, attribute, (operator, value))| {
                Condition::Attribute(scope, attribute.to_owned(), operator, value)
            });
    let window = (0_u8..24, 1_u8..24, any::<bool>()).prop_map(|(start_hour, hours, not)| Condition::Window {
        start_hour,
        end_hour: (start_hour + hours) % 24,
        not,
    });
    prop_oneof![3 => attribute, 1 => window]
}

fn members(pool: &'static [&'static str]) -> impl Strategy<Value = Option<Vec<Value>>> {
    of(vec(
        prop_oneof![4 => select(pool).prop_map(Value::from), 1 => (0_i64..200).prop_map(Value::from)],
        0..4,
    ))
}

fn feature() -> impl Strategy<Value = FeatureConfig> {
    let percentage = prop_oneof![
        3 => (0_i32..=100).prop_map(f64::from),
        1 => Just(0.0),
        1 => -2.0..102.0_f64,
        1 => select(vec![-5.0, 100.0, 250.0, 1e300, 0.001, 99.999]),
    ];
    let enabled = prop_oneof![7 => Just(true), 1 => Just(false)];
    (enabled, percentage, members(&USERS), members(&TENANTS), of(vec(condition(), 0..4))).prop_map(
        |(enabled, rollout_percentage, enabled_for_users, enabled_for_tenants, conditions)| FeatureConfig {
            enabled,
            rollout_percentage,
            enabled_for_users,
            enabled_for_tenants,
            conditions,
        },
    )
}

fn config() -> impl Strategy<Value = Config> {
    let name = prop_oneof![
        "[a-z]{1,8}(_mongodb)?",
        select(vec!["on", "null", "123", "my feature", "a.b[0]", "zoé", "rules", "features", "name"])
            .prop_map(str::to_owned),
    ];
    btree_map(name, feature(), 1..5)
}

fn context() -> impl Strategy<Value = Value> {
    let id = |pool: &'static [&'static str]| of(prop_oneof![select(pool).prop_map(str::to_owned), ".{0,20}"]);
    let attribute =
        prop_oneof![6 => scalar(), 1 => Just(Value::Null), 1 => vec(scalar(), 0..3).prop_map(Value::from)];
    let attributes = || of(btree_map(select(ATTRIBUTES.to_vec()), attribute.clone(), 0..3));
    (id(&USERS), id(&TENANTS), attributes(), attributes()).prop_map(
        |(user, tenant, user_attributes, tenant_attributes)| {
            let mut context = serde_json::Map::new();
            let parts = [
                ("userId", user.map(Value::from)),
                ("tenantId", tenant.map(Value::from)),
                ("userAttributes", user_attributes.map(|attributes| json!(attributes))),
                ("tenantAttributes", tenant_attributes.map(|attributes| json!(attributes))),
            ];
            context.extend(
                parts.into_iter().filter_map(|(key, value)| value.map(|value| (key.to_owned(), value))),
            );
            Value::Object(context)
        },
    )
}

/// A percentage as a document has it: without a fraction where there is none.
fn number(percentage: f64) -> Value {
    cutover::whole(percentage).map_or(json!(percentage), Value::from)
}

/// A toggle in the keys of one of the formats; `window` says where the hours of a window stand.
fn written(feature: &FeatureConfig, keys: [&str; 5], name: Option<&str>, below_value: bool) -> Value {
    let [percentage, users, tenants, start, end] = keys;
    let mut object = json!({ "enabled": feature.enabled });
    object[percentage] = number(feature.rollout_percentage);
    if let Some(name) = name {
        object["name"] = name.into();
    }
    if let Some(list) = &feature.enabled_for_users {
        object[users] = json!(list);
    }
    if let Some(list) = &feature.enabled_for_tenants {
        object[tenants] = json!(list);
    }
    if let Some(conditions) = &feature.conditions {
        let conditions = conditions.iter().map(|condition| match condition {
            Condition::Attribute(scope, attribute, operator, value) => {
                let kind = if *scope == "userAttributes" { "user_attribute" } else { "tenant_attribute" };
                json!({ "type": kind, "attribute": attribute, "operator": operator, "value": value })
            }
            Condition::Window { start_hour, end_hour, not } => {
                let mut window = json!({ "type": "time_window" });
                let hours = if below_value { &mut window["value"] } else { &mut window };
                hours[start] = (*start_hour).into();
                hours[end] = (*end_hour).into();
                if *not || below_value {
                    window["operator"] = if *not { "not_in" } else { "in" }.into();
                }
                window
            }
        });
        object["conditions"] = conditions.collect();
    }
    object
}

const SNAKE: [&str; 5] =
    ["rollout_percentage", "enabled_for_users", "enabled_for_tenants", "start_hour", "end_hour"];
const CAMEL: [&str; 5] =
    ["rolloutPercentage", "enabledForUsers", "enabledForTenants", "startHour", "endHour"];

/// The same toggles in every form that is read.
fn documents(config: &Config) -> Vec<(Kind, String)> {
    let list = |keys, below_value| -> Vec<Value> {
        config.iter().map(|(name, feature)| written(feature, keys, Some(name), below_value)).collect()
    };
    // JSON is YAML, so these lists are blocks of YAML with JSON in them.
    let block = |items: Vec<Value>| items.iter().map(|item| format!("- {item}\n")).collect::<String>();
    let named: serde_json::Map<String, Value> =
        config.iter().map(|(name, feature)| (name.clone(), written(feature, CAMEL, None, true))).collect();
    vec![
        (Kind::FeaturesYml, json!({ "features": list(SNAKE, false) }).to_string()),
        (Kind::FeaturesYml, format!("# toggles\nfeatures:\n{}", block(list(SNAKE, true)))),
        (Kind::FeatureConfig, json!(list(CAMEL, false)).to_string()),
        (Kind::FeatureConfig, block(list(CAMEL, true))),
        (Kind::FeatureConfig, Value::Object(named).to_string()),
    ]
}

/// The hour on a clock of this zone, by jiff itself.
fn hour_in(zone: &str, now_ms: i64) -> u8 {
    let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).unwrap();
    let hour = jiff::Timestamp::from_millisecond(now_ms).unwrap().to_zoned(zone).hour();
    u8::try_from(hour).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn imported_toggles_decide_as_the_service(
        config in config(),
        contexts in vec((context(), 0_i64..4_102_444_800_000), 1..24),
        form in 0_usize..5,
        zone in select(vec![None, Some("Europe/Paris"), Some("America/New_York")]),
    ) {
        let (kind, document) = documents(&config).swap_remove(form);
        let options = Options { timezone: zone.map(str::to_owned) };
        let imported = import(kind, document.as_bytes(), &options);
        prop_assert!(imported.diagnostics.iter().all(|problem| !problem.is_error()), "{:?}\n{}", imported.diagnostics, document);
        let ruleset = imported.ruleset.unwrap();
        let engine = Engine::from_str(&ruleset).unwrap();
        for (attributes, now_ms) in &contexts {
            let hour = hour_in(zone.unwrap_or("UTC"), *now_ms);
            let context = engine.context(&Attributes::from_json(&attributes.to_string()).unwrap());
            for name in config.keys().map(String::as_str).chain(["no_such_feature"]) {
                let decided = engine.is_enabled(name, &context, *now_ms);
                let wanted = is_enabled(&config, name, attributes, hour);
                prop_assert_eq!(decided, wanted, "{} for {} at hour {}\n{}\n{}", name, attributes, hour, document, ruleset);
            }
        }
    }

    #[test]
    fn every_unit_has_the_bucket_of_the_service(key in prop_oneof![".{1,40}", "[a-z]{1,8}_[0-9]{1,9}", "[\u{10000}-\u{10FFFF}]{1,9}"]) {
        let bucket = hash_context(&json!({ "userId": key })) % 100;
        prop_assert_eq!(i64::from(java31(&key)), bucket);
        prop_assert_eq!(hash_context(&json!({ "userId": "", "tenantId": key })) % 100, bucket);
    }

    #[test]
    fn every_form_of_the_same_toggles_is_the_same_ruleset(config in config()) {
        let options = Options { timezone: Some("Europe/Paris".to_owned()) };
        let digests: Vec<String> = documents(&config)
            .into_iter()
            .map(|(kind, document)| {
                let ruleset = import(kind, document.as_bytes(), &options).ruleset.unwrap();
                Engine::from_str(&ruleset).unwrap().digest().to_owned()
            })
            .collect();
        prop_assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "{:?}", digests);
    }
}
