//! Publication over HTTP: versions, drafts, hazards, promotion, keys, bad input.

use crate::support::{ADMIN, Served, ask, ruleset};
use serde_json::json;

const MIGRATION: &str = "cutover: 1
migrations: { recruiters: { old: recruiters, new: jobs, ladder: recruiters_four_phase, phase: PHASE } }
";

#[tokio::test]
async fn a_version_is_published_gone_back_from_and_promoted() {
    let served = Served::sqlite().await;
    let first = served.publish("dev", &ruleset("5%")).await;
    assert_eq!((first.status, first.json()["version"].as_i64()), (200, Some(1)), "{}", first.text);
    assert_eq!(served.publish("dev", &ruleset("5%")).await.json()["changed"], false);
    assert_eq!(served.publish("dev", &ruleset("50%")).await.json()["version"], 2);
    let file = "/v1/environments/dev/file";
    let late = ask(served.address, ADMIN, "PUT", file, &[("If-Match", "\"1\"")], ruleset("60%")).await;
    assert_eq!(late.problem(412, "changed-meanwhile")["current"], 2);
    served.ask("PUT", file, ruleset("60%")).await.problem(428, "if-match");
    let back = ask(
        served.address,
        ADMIN,
        "POST",
        "/v1/environments/dev/rollback",
        &[("If-Match", "\"2\"")],
        r#"{"reason":"too much"}"#,
    )
    .await;
    assert_eq!(back.json()["version"], 3, "{}", back.text);
    // The file is as it was written, comments and all; an older content is a new version.
    let read = served.ask("GET", file, "").await;
    assert_eq!((read.text.as_str(), read.header("etag")), (ruleset("5%").as_str(), "\"3\""));
    let promote = json!({ "from": "dev" }).to_string();
    let path = "/v1/environments/production/promote";
    let promoted = ask(served.address, ADMIN, "POST", path, &[("If-Match", "\"0\"")], promote).await;
    assert_eq!(promoted.json()["version"], 1, "{}", promoted.text);
    let back = json!({ "from": "production" }).to_string();
    ask(served.address, ADMIN, "POST", "/v1/environments/dev/promote", &[("If-Match", "*")], back)
        .await
        .problem(422, "unusable");
    let kinds = served.ask("GET", "/v1/environments/dev/versions", "").await.json();
    let kinds: Vec<&str> =
        kinds.as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["rollback", "publish", "publish"]);
    let audit = served.ask("GET", "/v1/audit?env=dev", "").await.json();
    assert_eq!(audit.as_array().unwrap().last().unwrap()["reason"], "too much");
    assert_eq!(served.ask("GET", "/v1/audit/verify", "").await.json()["whole"], true);
    // All of it is there after a restart.
    let data = served.end().await;
    let served = Served::with(data, |_| ()).await;
    assert_eq!(served.ask("GET", "/v1/environments", "").await.json()[0]["current"], 3);
}

#[tokio::test]
async fn a_draft_with_errors_is_kept_and_not_published() {
    let served = Served::sqlite().await;
    let path = "/v1/environments/dev/drafts/next";
    let write = |seen: &'static str, text: &str| {
        let body = json!({ "text": text }).to_string();
        let address = served.address;
        async move { ask(address, ADMIN, "PUT", path, &[("If-Match", seen)], body).await }
    };
    let wrong = "cutover: 1\nflags:\n  a: { rules: [{ serve: maybe }] }\n";
    assert_eq!(write("\"0\"", wrong).await.header("etag"), "\"1\"");
    write("\"0\"", wrong).await.problem(412, "changed-meanwhile");
    let publish = || {
        ask(
            served.address,
            ADMIN,
            "POST",
            "/v1/environments/dev/publish",
            &[("If-Match", "\"0\"")],
            r#"{"draft":"next"}"#,
        )
    };
    let refused = publish().await.problem(422, "refused-ruleset");
    assert_eq!(
        (&refused["diagnostics"][0]["line"], &refused["diagnostics"][0]["severity"]),
        (&json!(3), &json!("error"))
    );
    assert_eq!(write("\"1\"", &ruleset("1%")).await.status, 200);
    assert_eq!(publish().await.json()["version"], 1);
    served.ask("GET", path, "").await.problem(404, "not-found");
}

#[tokio::test]
async fn a_hazardous_move_is_refused_until_its_hazards_are_accepted_with_a_reason() {
    let served = Served::sqlite().await;
    assert_eq!(served.publish("dev", &MIGRATION.replace("PHASE", "sync")).await.status, 200);
    let next = MIGRATION.replace("PHASE", "dual_read");
    let publish = |said: serde_json::Value| {
        ask(
            served.address,
            ADMIN,
            "POST",
            "/v1/environments/dev/publish",
            &[("If-Match", "\"1\"")],
            said.to_string(),
        )
    };
    let refused = publish(json!({ "ruleset": next })).await.problem(409, "hazards");
    let hazards = refused["hazards"].clone();
    assert!(hazards.as_array().unwrap().contains(&json!("stale_read")), "{hazards}");
    assert!(refused["migrations"][0]["moves"][0]["hazards"][0]["message"].is_string());
    let judged =
        served.ask("POST", "/v1/environments/dev/check", json!({ "ruleset": next }).to_string()).await.json();
    assert_eq!((&judged["publishable"], &judged["refused"]), (&json!(false), &hazards));
    publish(json!({ "ruleset": next, "accept": hazards })).await.problem(422, "unusable");
    publish(json!({ "ruleset": next, "accept": ["fate"] })).await.problem(400, "bad-request");
    let done =
        publish(json!({ "ruleset": next, "accept": hazards, "reason": "reads may lag for a day" })).await;
    assert_eq!((done.status, &done.json()["accepted"]), (200, &hazards), "{}", done.text);
    let audit = served.ask("GET", "/v1/audit?env=dev", "").await.json();
    let last = audit.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["accepted"], last["reason"].as_str()), (&hazards, Some("reads may lag for a day")));
}

#[tokio::test]
async fn a_move_waits_until_the_version_before_is_adopted_where_that_is_asked() {
    let served = Served::sqlite().await;
    served.publish("dev", &MIGRATION.replace("PHASE", "sync")).await;
    assert_eq!(served.ask("PUT", "/v1/environments/dev", r#"{"adopted_first":true}"#).await.status, 200);
    let report = |epoch: i64, open: Option<i64>| {
        served.ask(
            "POST",
            "/v1/rulesets/dev/nodes",
            json!({ "node": "a", "epoch": epoch, "oldest_open": open }).to_string(),
        )
    };
    assert_eq!(report(0, None).await.json()["version"], 1);
    let hazards = ["stale_read", "lost_write", "unbacked_emergency", "lost_on_return", "split_brain"];
    let said =
        json!({ "ruleset": MIGRATION.replace("PHASE", "dual_read"), "accept": hazards, "reason": "r" });
    let publish = || {
        ask(
            served.address,
            ADMIN,
            "POST",
            "/v1/environments/dev/publish",
            &[("If-Match", "\"1\"")],
            said.to_string(),
        )
    };
    assert_eq!(publish().await.problem(409, "not-adopted")["adoption"]["behind"], json!(["a"]));
    report(1, Some(0)).await;
    assert_eq!(publish().await.problem(409, "not-adopted")["adoption"]["draining"], json!(["a"]));
    report(1, Some(1)).await;
    assert_eq!(publish().await.status, 200);
    let adoption = served.ask("GET", "/v1/rulesets/dev/nodes", "").await.json();
    assert_eq!((&adoption["version"], &adoption["adopted"]), (&json!(2), &json!(false)));
}

#[tokio::test]
async fn keys_do_what_their_role_says_where_they_are_good() {
    let served = Served::sqlite().await;
    served.publish("dev", &ruleset("5%")).await;
    let (viewer, server) = (served.key("viewer", Some("dev")).await, served.key("server", Some("dev")).await);
    let client = served.key("client", Some("dev")).await;
    served.ask_as("", "GET", "/v1/environments", "").await.problem(401, "unauthorized");
    served
        .ask_as("cutover_0000000000000000_00", "GET", "/v1/environments", "")
        .await
        .problem(401, "unauthorized");
    assert_eq!(served.ask_as(&server, "GET", "/v1/rulesets/dev", "").await.status, 200);
    served.ask_as(&server, "GET", "/v1/rulesets/production", "").await.problem(403, "forbidden");
    served.ask_as(&server, "GET", "/v1/environments", "").await.problem(403, "forbidden");
    // Nothing is marked for clients, so they are told of nothing.
    let told = served.ask_as(&client, "GET", "/v1/rulesets/dev", "").await;
    assert_eq!(told.json(), json!({ "cutover": 1, "flags": {} }));
    let told = served.ask_as(&client, "POST", "/ofrep/v1/evaluate/flags", "").await;
    assert_eq!(told.json()["flags"], json!([]));
    assert_eq!(
        served.ask_as(&viewer, "GET", "/v1/environments", "").await.json().as_array().unwrap().len(),
        1
    );
    served.ask_as(&viewer, "POST", "/admin/emergency-rollback?env=dev", "").await.problem(403, "forbidden");
    served.ask_as(&viewer, "GET", "/v1/audit", "").await.problem(403, "forbidden");
    let keys = served.ask("GET", "/v1/keys", "").await;
    assert!(!keys.text.contains(viewer.rsplit('_').next().unwrap()));
    let id = viewer.split('_').nth(1).unwrap();
    assert_eq!(served.ask("DELETE", &format!("/v1/keys/{id}"), "").await.status, 204);
    served.ask_as(&viewer, "GET", "/v1/environments", "").await.problem(401, "unauthorized");
}

#[tokio::test]
async fn the_scripts_of_a_migration_run() {
    let served = Served::sqlite().await;
    let paths = "  - { path: /v1, service: v1, side: old }\n  - { path: /v2, service: v2, side: new }\n";
    served.publish("production", &format!("{}paths:\n  api:\n{paths}", ruleset("5%"))).await;
    let set = |body: &'static str| served.ask("POST", "/admin/config", body);
    assert_eq!(set(r#"{"v2_traffic_percentage": 25}"#).await.json()["v2_traffic_percentage"], 25);
    assert_eq!(set(r#"{"v2_traffic_percentage": 12.5}"#).await.json()["v2_traffic_percentage"], 12.5);
    set(r#"{"v2_traffic_percentage": 101}"#).await.problem(422, "unusable");
    set(r#"{"v2_percentage": 1}"#).await.problem(400, "bad-request");
    // A body that was lost on its way is no success.
    set("").await.problem(422, "unusable");
    set(r#"{"reason": "nothing else"}"#).await.problem(422, "unusable");
    let ended = set(r#"{"api_v1_deprecated": true, "v1_sunset_date": "2027-09-01"}"#).await.json();
    assert_eq!((&ended["api_v1_deprecated"], &ended["v1_sunset_date"]), (&json!(true), &json!("2027-09-01")));
    assert_eq!(ended["v2_traffic_percentage"], 12.5);
    set(r#"{"v1_sunset_date": "soon"}"#).await.problem(422, "unusable");
    assert_eq!(served.ask_as("", "POST", "/v2/health", "").await.json()["status"], "ok");
    let back = served.ask("POST", "/admin/rollback", "").await.json();
    assert_eq!((&back["by"], &back["publication"]["changed"]), (&json!("share"), &json!(true)));
    assert_eq!(served.ask("GET", "/admin/config", "").await.json()["v2_traffic_percentage"], 0);
    let results = served.ask("GET", "/admin/ab-test-results", "").await.json();
    assert_eq!((&results["v1"], &results["plan"]), (&json!({}), &json!(null)));
}

#[tokio::test]
async fn bad_input_is_a_problem_document() {
    let served = Served::with(tempfile::tempdir().unwrap(), |options| {
        options.ruleset_limit = 10_000;
        options.body_limit = 1_000;
    })
    .await;
    served.publish("dev", &"x".repeat(30_000)).await.problem(413, "too-large");
    served.publish("dev", &"x".repeat(11_000)).await.problem(413, "too-large");
    served.ask("POST", "/v1/keys", "y".repeat(2_000)).await.problem(413, "too-large");
    served.ask("POST", "/v1/keys", "{").await.problem(400, "bad-request");
    served.ask("PUT", "/v1/environments/.hidden", "{}").await.problem(422, "unusable");
    served.ask("GET", "/v1/environments/nowhere/versions", "").await.problem(404, "not-found");
    served.ask("GET", "/v1/environments/dev/versions?limit=many", "").await.problem(400, "bad-request");
    served.ask("GET", "/v1/environments/dev/versions/x", "").await.problem(400, "refused");
    served.ask("GET", "/v1/rulesets/dev", "").await.problem(404, "not-found");
    served.ask("BREW", "/v1/keys", "").await.problem(405, "refused");
    served.ask("GET", "/v1/environments/%FF/versions", "").await.problem(400, "refused");
    let node = r#"{"node":"a","epoch":-1}"#;
    served.ask("POST", "/v1/rulesets/dev/nodes", node).await.problem(422, "unusable");
    let document = served.ask_as("", "GET", "/openapi.json", "").await.json();
    assert!(document["paths"]["/v1/environments/{env}/publish"]["post"]["requestBody"].is_object());
    assert!(document["paths"].as_object().unwrap().len() > 25);
}
