//! A server that starts while its database is away.

use crate::stream::Events;
use crate::support::{ADMIN, Cut, Postgres, Served, ask, ruleset, until, verify};
use cutover_server::{Options, Server};
use serde_json::{Value, json};

async fn shared(cut: &Cut, data: tempfile::TempDir) -> Served {
    let url = cut.url();
    Served::with(data, |options| options.database = url).await
}

async fn ready(served: &Served) -> Value {
    served.ask_as("", "GET", "/readyz", "").await.json()
}

async fn copied(served: &Served, version: i64) {
    until("what is known is copied", async || {
        let text = std::fs::read_to_string(served.data.path().join("last-known.json")).ok()?;
        let copy: Value = serde_json::from_str(text.split_once('\n')?.1).unwrap();
        copy["published"].as_array()?.iter().any(|kept| kept["version"] == version).then_some(())
    })
    .await;
}

fn share(ruleset: &Value) -> (Option<bool>, &str) {
    let flag = &ruleset["flags"]["use_v2"];
    (flag["enabled"].as_bool(), flag["rules"][0]["serve"]["rollout"].as_str().unwrap())
}

#[tokio::test]
async fn it_serves_what_it_knew_and_takes_an_emergency_and_catches_up() {
    let postgres = Postgres::start();
    let (near, far) = (Cut::of(&postgres), Cut::of(&postgres));
    let served = shared(&near, tempfile::tempdir().unwrap()).await;
    served.publish("production", &ruleset("50%")).await;
    let key = served.key("server", Some("production")).await;
    let page = r#"{"on":true,"title":{"en":"Where we are"}}"#;
    assert_eq!(served.ask("PUT", "/v1/environments/production/status-page", page).await.status, 200);
    copied(&served, 1).await;
    until("the key is copied", async || {
        let text = std::fs::read_to_string(served.data.path().join("last-known.json")).unwrap();
        assert!(!text.contains(&key), "a key stands nowhere, only what it hashes to");
        (text.contains(key.split('_').nth(1).unwrap()) && text.contains("Where we are")).then_some(())
    })
    .await;
    let data = served.end().await;
    // While it is away, another instance publishes what this one never hears of.
    let other = shared(&far, tempfile::tempdir().unwrap()).await;
    assert_eq!(other.publish("production", &ruleset("60%")).await.json()["version"], 2);
    near.cut();
    let served = shared(&near, data).await;
    let now = ready(&served).await;
    assert_eq!(
        (&now["serving"], &now["database"], now["copy_of"].is_i64()),
        (&json!(true), &json!(false), true)
    );
    let known = ask(served.address, &key, "GET", "/v1/rulesets/production", &[], "").await;
    assert_eq!((known.status, known.header("etag"), share(&known.json())), (200, "\"1\"", (None, "50%")));
    let signature = known.header("cutover-signature");
    assert!(verify(&served, "production", 1, known.text.as_bytes(), signature).await);
    served.publish("production", &ruleset("70%")).await.problem(503, "database-down");
    let public = ask(served.address, "", "GET", "/status/production?format=json", &[], "").await.json();
    assert_eq!((&public["title"]["en"], &public["at"]), (&json!("Where we are"), &now["copy_of"]));
    // A client that was at the other instance has version 2, and hears of the emergency all the same.
    let mut client = Events::of(&served, "production", Some(1)).await;
    let said = served.ask("POST", "/admin/emergency-rollback", r#"{"reason":"errors"}"#).await.json();
    assert_eq!((&said["changed"], &said["stored"]), (&json!(true), &json!(false)));
    let version = client.next().await["version"].as_i64().unwrap();
    assert!(version > 2, "clients take nothing that is not newer than what they have: {version}");
    // Neither a crash nor another start without the database loses it.
    let served = shared(&near, served.crash()).await;
    let held = served.ask("GET", "/v1/rulesets/production", "").await;
    assert_eq!(
        (share(&held.json()), held.header("etag")),
        ((Some(false), "0%"), format!("\"{version}\"").as_str())
    );
    near.mend();
    until("it has caught up", async || {
        let now = ready(&served).await;
        (now["journal"] == 0 && now["copy_of"].is_null()).then_some(())
    })
    .await;
    // The emergency is on top of what was published meanwhile, here and there.
    for one in [&served, &other] {
        until("both have the emergency", async || {
            let found = one.ask("GET", "/v1/rulesets/production", "").await;
            let settled = found.header("cutover-version").parse::<i64>().unwrap() > version;
            (settled && share(&found.json()) == (Some(false), "0%")).then_some(())
        })
        .await;
    }
    let lines = served.ask("GET", "/v1/environments/production/versions", "").await.json();
    let kinds: Vec<&str> =
        lines.as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["emergency", "publish", "publish"]);
    assert_eq!(
        served.ask("POST", "/admin/emergency-rollback", r#"{"on":false}"#).await.json()["stored"],
        true
    );
    assert_eq!(served.publish("production", &ruleset("5%")).await.status, 200);
    assert_eq!(served.ask("GET", "/v1/audit/verify", "").await.json()["whole"], true);
}

#[tokio::test]
async fn with_nothing_known_or_a_copy_that_was_changed_it_does_not_start() {
    let postgres = Postgres::start();
    let cut = Cut::of(&postgres);
    let served = shared(&cut, tempfile::tempdir().unwrap()).await;
    served.publish("dev", &ruleset("50%")).await;
    copied(&served, 1).await;
    let data = served.end().await;
    cut.cut();
    let empty = tempfile::tempdir().unwrap();
    let start = async |path: &std::path::Path| {
        let mut options = Options::new(path);
        (options.listen, options.admin_key) = (([127, 0, 0, 1], 0).into(), Some(ADMIN.to_owned()));
        options.database = cut.url();
        Server::start(options).await.map(drop).unwrap_err().to_string()
    };
    assert!(start(empty.path()).await.contains("the database does not answer"));
    let path = data.path().join("last-known.json");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("50%"));
    std::fs::write(&path, text.replace("50%", "90%")).unwrap();
    let refused = start(data.path()).await;
    assert!(refused.contains("last-known.json: this is no whole copy"), "{refused}");
}
