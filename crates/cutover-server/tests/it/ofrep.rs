//! OFREP, as its providers speak it.

use crate::support::{Served, ask};
use serde_json::json;

const RULESET: &str = "cutover: 1
flags:
  layout:
    variants: { wide: { columns: 2 }, narrow: { columns: 1 } }
    default: narrow
    rules: [{ if: { attribute: tier, is: gold }, serve: wide }]
  share: { rules: [{ serve: { rollout: 50% } }] }
  ratio: { variants: { half: 0.5, whole: 1.0 }, default: whole }
  size: { variants: { short: 20, long: 100 }, default: short }
";

#[tokio::test]
async fn one_flag_and_all_flags() {
    let served = Served::sqlite().await;
    served.publish("production", RULESET).await;
    let key = served.key("server", Some("production")).await;
    let flag = |name: &'static str, body: &'static str| {
        let (served, key) = (&served, &key);
        async move { served.ask_as(key, "POST", &format!("/ofrep/v1/evaluate/flags/{name}"), body).await }
    };
    let found = flag("layout", r#"{"context":{"targetingKey":"a","tier":"gold"}}"#).await;
    assert_eq!(
        (found.status, &found.json()["value"], &found.json()["reason"]),
        (200, &json!({ "columns": 2 }), &json!("TARGETING_MATCH"))
    );
    // Clients that tell floats from integers find all values of a flag to be of one type.
    assert!(flag("ratio", "{}").await.text.contains(r#""value":1.0"#));
    assert!(flag("size", "{}").await.text.contains(r#""value":20,"#));
    let missing = flag("nope", "{}").await;
    assert_eq!(
        (missing.status, &missing.json()["errorCode"], &missing.json()["key"]),
        (404, &json!("FLAG_NOT_FOUND"), &json!("nope"))
    );
    let unit = flag("share", "{}").await;
    assert_eq!((unit.status, &unit.json()["errorCode"]), (400, &json!("TARGETING_KEY_MISSING")));
    assert_eq!(flag("share", "{").await.json()["errorCode"], "PARSE_ERROR");
    assert_eq!(flag("share", r#"{"context":[]}"#).await.json()["errorCode"], "INVALID_CONTEXT");
    let all = |tag: String| {
        let (address, key) = (served.address, key.clone());
        async move {
            let body = r#"{"context":{"targetingKey":"a"}}"#;
            ask(address, &key, "POST", "/ofrep/v1/evaluate/flags", &[("If-None-Match", tag.as_str())], body)
                .await
        }
    };
    let found = all(String::new()).await;
    assert_eq!((found.status, found.json()["flags"].as_array().unwrap().len()), (200, 4));
    let tag = found.header("etag").to_owned();
    let same = all(tag.clone()).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    served.publish("production", &RULESET.replace("50%", "100%")).await;
    assert_eq!(all(tag).await.status, 200);
}
