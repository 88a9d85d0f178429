//! The emergency: one call, at once, whatever the database does.

use crate::stream::Events;
use crate::support::{Cut, Postgres, Served, ruleset, until};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The share of the flag in what clients are given.
fn share(ruleset: &Value) -> (Option<bool>, String) {
    let ruleset: Value = serde_json::from_str(ruleset["ruleset"].as_str().unwrap()).unwrap();
    let flag = &ruleset["flags"]["use_v2"];
    (flag["enabled"].as_bool(), flag["rules"][0]["serve"]["rollout"].as_str().unwrap().to_owned())
}

async fn shared(cut: &Cut, data: tempfile::TempDir) -> Served {
    let url = cut.url();
    Served::with(data, |options| options.database = url).await
}

#[tokio::test]
async fn it_reaches_clients_holds_against_publications_and_ends_with_nobody_back() {
    let served = Served::sqlite().await;
    served.publish("production", &ruleset("50%")).await;
    let mut client = Events::of(&served, "production", Some(1)).await;
    let begun = Instant::now();
    let said = served.ask("POST", "/admin/emergency-rollback", r#"{"reason":"errors"}"#).await.json();
    assert_eq!(
        (&said["changed"], &said["stored"], &said["version"]),
        (&json!(true), &json!(true), &json!(2))
    );
    assert_eq!(share(&client.next().await), (Some(false), "0%".to_owned()));
    assert!(begun.elapsed() < Duration::from_secs(5));
    let again = served.ask("POST", "/admin/emergency-rollback", "").await.json();
    assert_eq!((&again["changed"], &again["version"]), (&json!(false), &json!(2)));
    // Whoever publishes meanwhile does not bring it back.
    let other = format!("{}  other: {{}}\n", ruleset("60%"));
    let held = served.publish("production", &other).await.json();
    assert_eq!(
        (&held["version"], &held["held"]),
        (&json!(3), &json!([{ "kind": "flag", "name": "use_v2" }]))
    );
    assert_eq!(share(&client.next().await), (Some(false), "0%".to_owned()));
    served.ask("POST", "/admin/config", r#"{"v2_traffic_percentage":5}"#).await.problem(409, "conflict");
    let over = served.ask("POST", "/admin/emergency-rollback", r#"{"on":false}"#).await.json();
    assert_eq!(over["version"], 4);
    assert_eq!(share(&client.next().await), (None, "0%".to_owned()));
    served
        .ask("POST", "/admin/emergency-rollback", r#"{"flags":["nothing"]}"#)
        .await
        .problem(404, "not-found");
    let audit = served.ask("GET", "/v1/audit?env=production", "").await.json();
    let actions: Vec<&str> =
        audit.as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["environment", "publish", "emergency", "publish", "emergency_over"]);
    assert_eq!(audit[2]["reason"], "errors");
}

#[tokio::test]
async fn a_migration_goes_to_the_emergency_of_its_phase() {
    let served = Served::sqlite().await;
    let text = "cutover: 1\nmigrations:\n  r:\n    { old: a, new: b, ladder: recruiters_four_phase, phase: sync, \
                switches: { emergency: { name: STOP, is: false } } }\n";
    assert_eq!(served.publish("dev", text).await.status, 200);
    let said = served.ask("POST", "/admin/emergency-rollback?env=dev", r#"{"migrations":["r"]}"#).await;
    assert_eq!(said.json()["changed"], true, "{}", said.text);
    let now = served.ask("GET", "/v1/rulesets/dev", "").await.json();
    assert_eq!(now["migrations"]["r"]["emergency"], true);
    served.ask("POST", "/admin/emergency-rollback?env=dev", r#"{"migrations":["r"],"on":false}"#).await;
    let now = served.ask("GET", "/v1/rulesets/dev", "").await.json();
    assert_eq!(
        (&now["migrations"]["r"]["emergency"], &now["migrations"]["r"]["switches"]["emergency"]["is"]),
        (&json!(null), &json!(false))
    );
}

#[tokio::test]
async fn it_works_while_the_database_is_away_and_is_written_down_later() {
    let postgres = Postgres::start();
    let cut = Cut::of(&postgres);
    let served = shared(&cut, tempfile::tempdir().unwrap()).await;
    served.publish("production", &ruleset("50%")).await;
    let mut client = Events::of(&served, "production", Some(1)).await;
    cut.cut();
    let said = served.ask("POST", "/admin/emergency-rollback", r#"{"reason":"errors"}"#).await.json();
    assert_eq!(
        (&said["changed"], &said["stored"], &said["version"]),
        (&json!(true), &json!(false), &json!(2))
    );
    assert_eq!(share(&client.next().await).0, Some(false));
    assert_eq!(served.ask("POST", "/admin/emergency-rollback", "").await.json()["changed"], false);
    assert_eq!(served.ask("GET", "/admin/config", "").await.json()["v2_traffic_percentage"], 0);
    // Nothing else is published, and it is said why.
    let other = format!("{}  other: {{}}\n", ruleset("60%"));
    served.publish("production", &other).await.problem(503, "database-down");
    let ready = served.ask_as("", "GET", "/readyz", "").await;
    assert_eq!(
        (ready.status, ready.json()),
        (200, json!({ "serving": true, "database": false, "journal": 1 }))
    );
    cut.mend();
    until("the database has the emergency", async || {
        (served.ask_as("", "GET", "/readyz", "").await.json()["journal"] == 0).then_some(())
    })
    .await;
    let versions = served.ask("GET", "/v1/environments/production/versions", "").await.json();
    assert_eq!(
        (&versions[0]["version"], &versions[0]["kind"], &versions[0]["reason"]),
        (&json!(2), &json!("emergency"), &json!("errors"))
    );
    let audit = served.ask("GET", "/v1/audit?env=production", "").await.json();
    let calls = audit.as_array().unwrap().iter().filter(|entry| entry["action"] == "emergency").count();
    assert_eq!((calls, &served.ask("GET", "/v1/audit/verify", "").await.json()["whole"]), (1, &json!(true)));
}

#[tokio::test]
async fn a_crash_before_the_database_has_it_loses_nothing() {
    let postgres = Postgres::start();
    let cut = Cut::of(&postgres);
    let served = shared(&cut, tempfile::tempdir().unwrap()).await;
    served.publish("production", &ruleset("50%")).await;
    cut.cut();
    assert_eq!(served.ask("POST", "/admin/emergency-rollback", "").await.json()["stored"], false);
    // The next one begins from what is on the disk.
    let data = served.crash();
    cut.mend();
    let served = shared(&cut, data).await;
    let config = served.ask("GET", "/admin/config", "").await.json();
    assert_eq!(
        (&config["v2_traffic_percentage"], &config["emergency"], &config["version"]),
        (&json!(0), &json!(true), &json!(2))
    );
    until("the database has the emergency", async || {
        let versions = served.ask("GET", "/v1/environments/production/versions", "").await.json();
        (versions[0]["kind"] == "emergency").then_some(())
    })
    .await;
}

#[tokio::test]
async fn it_is_put_on_top_of_what_another_instance_published_meanwhile() {
    let postgres = Postgres::start();
    let (near, far) = (Cut::of(&postgres), Cut::of(&postgres));
    let served = shared(&near, tempfile::tempdir().unwrap()).await;
    served.publish("production", &ruleset("50%")).await;
    let other = shared(&far, tempfile::tempdir().unwrap()).await;
    near.cut();
    assert_eq!(served.ask("POST", "/admin/emergency-rollback", "").await.json()["version"], 2);
    assert_eq!(other.publish("production", &ruleset("60%")).await.json()["version"], 2);
    near.mend();
    for one in [&served, &other] {
        let version = until("both have the emergency", async || {
            let config = one.ask("GET", "/admin/config", "").await.json();
            let settled = config["version"].as_i64() > Some(2) && config["v2_traffic_percentage"] == 0;
            settled.then_some(config["version"].clone())
        });
        version.await;
    }
    until("both have the same version", async || {
        let (one, two) = (
            served.ask("GET", "/v1/rulesets/production", "").await,
            other.ask("GET", "/v1/rulesets/production", "").await,
        );
        (one.header("etag") == two.header("etag")).then(|| assert_eq!(one.text, two.text))
    })
    .await;
}
