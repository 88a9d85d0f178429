//! A key that is revoked hears nothing more: what it listens to ends.

use crate::stream::Events;
use crate::support::{ADMIN, Postgres, Served, ask, ruleset};
use serde_json::json;
use std::time::Duration;

async fn server_key(served: &Served) -> (String, String) {
    let order = json!({ "name": "a server", "role": "server", "env": "dev" }).to_string();
    let made = served.ask("POST", "/v1/keys", order).await.json();
    (made["id"].as_str().unwrap().to_owned(), made["key"].as_str().unwrap().to_owned())
}

/// Streams and a long poll of a key end when it is revoked through `at`, and those of another key do not.
async fn ends(at: &Served, listens: &Served) {
    let (id, key) = server_key(at).await;
    let (_, other) = server_key(at).await;
    let path = "/v1/rulesets/dev";
    let known = [("If-None-Match", "\"1\"")];
    crate::support::until("the other instance knows the keys", async || {
        let answer = ask(listens.address, &other, "GET", path, &known, "").await;
        (answer.status == 304).then_some(())
    })
    .await;
    let events = Events::with(listens, &key, "dev", Some(1)).await;
    let mut goes_on = Events::with(listens, &other, "dev", Some(1)).await;
    let address = listens.address;
    let polling = {
        let key = key.clone();
        tokio::spawn(async move { ask(address, &key, "GET", "/v1/rulesets/dev?wait=60", &known, "").await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let revoked = at.ask("DELETE", &format!("/v1/keys/{id}"), "").await;
    assert_eq!(revoked.status, 204, "{}", revoked.text);
    let rest = events.end().await;
    assert!(rest.contains("event: bye") && !rest.contains("event: ruleset"), "{rest}");
    polling.await.unwrap().problem(401, "unauthorized");
    ask(address, &key, "GET", path, &[], "").await.problem(401, "unauthorized");
    at.publish("dev", &ruleset("6%")).await;
    assert_eq!(goes_on.next().await["version"], 2);
    assert_eq!(ask(address, ADMIN, "GET", "/v1/me", &[], "").await.status, 200);
}

#[tokio::test]
async fn what_a_revoked_key_listens_to_ends() {
    let served = Served::sqlite().await;
    served.publish("dev", &ruleset("5%")).await;
    ends(&served, &served).await;
}

#[tokio::test]
async fn what_a_revoked_key_listens_to_ends_at_another_instance_too() {
    let postgres = Postgres::start();
    let start = || Served::with(tempfile::tempdir().unwrap(), |options| options.database = postgres.url());
    let (one, two) = (start().await, start().await);
    one.publish("dev", &ruleset("5%")).await;
    ends(&one, &two).await;
}
