//! Status pages and banners.

use crate::plans::{Node, PLAN};
use crate::support::{Postgres, Served, ask, ruleset, until};
use serde_json::{Value, json};

const PAGE: &str = r#"{ "on": true, "title": { "fr": "Où nous en sommes" }, "plans": { "v2": { "banner": true,
    "title": { "en": "The new <counter>", "fr": "La nouvelle caisse" }, "description": { "en": "Larger buttons." } } } }"#;

async fn page(served: &Served, headers: &[(&str, &str)]) -> crate::support::Answer {
    ask(served.address, "", "GET", "/status/production", headers, "").await
}

async fn json(served: &Served) -> Value {
    page(served, &[("Accept", "application/json")]).await.json()
}

async fn banners(served: &Served) -> Vec<Value> {
    let found = served.ask("GET", "/v1/environments/production/banners", "").await.json();
    found.as_array().unwrap().clone()
}

#[tokio::test]
async fn strangers_see_what_somebody_marked_and_nothing_else() {
    let served = Served::sqlite().await;
    let secret = PLAN.replace("flags: {", "flags: { unreleased: { rules: [{ serve: on }] },");
    assert_eq!(served.publish("production", &secret).await.status, 200);
    // It is off unless an environment turns it on, and nobody hears which environments there are.
    let (off, nothing) =
        (page(&served, &[]).await, ask(served.address, "", "GET", "/status/x", &[], "").await);
    off.problem(404, "not-found");
    nothing.problem(404, "not-found");
    let path = "/v1/environments/production/status-page";
    let operator = served.key("operator", None).await;
    served.ask_as(&operator, "PUT", path, PAGE).await.problem(403, "forbidden");
    served.ask("PUT", path, r#"{"on":true,"plans":{"v2":{"title":{}}}}"#).await.problem(422, "unusable");
    served.ask("PUT", path, r#"{"on":true,"rules":{}}"#).await.problem(400, "bad-request");
    assert_eq!(served.ask("PUT", path, PAGE).await.status, 200);
    assert_eq!(json(&served).await["rollouts"], json!([]), "a plan that has not begun is no news");
    let events = "/v1/environments/production/plans/v2/events";
    assert_eq!(served.ask("POST", events, r#"{"event":"start"}"#).await.status, 200);
    let node = Node::new(0);
    let running = until("strangers see it", async || {
        node.report(served.address).await;
        let seen = json(&served).await["rollouts"][0].clone();
        (seen["percentage"] == 5).then_some(seen)
    })
    .await;
    assert_eq!(
        (&running["state"], &running["title"]["fr"], running["since"].is_i64()),
        (&json!("running"), &json!("La nouvelle caisse"), true)
    );
    let english = page(&served, &[]).await;
    assert!(english.header("content-type").starts_with("text/html"));
    let policy = english.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for part in
        ["lang=\"en\"", "The new &lt;counter&gt;", "Larger buttons.", "In progress · 5%", "value=\"5\""]
    {
        assert!(english.text.contains(part), "{part}: {}", english.text);
    }
    let french = page(&served, &[("Accept-Language", "fr-CH, en;q=0.5")]).await;
    for part in ["lang=\"fr\"", "La nouvelle caisse", "En cours", "Où nous en sommes"] {
        assert!(french.text.contains(part), "{part}: {}", french.text);
    }
    for seen in [&english.text, &french.text, &json(&served).await.to_string()] {
        for inside in ["unreleased", "use_v2", "userId", "v2", "healthy", "<script", "errors"] {
            assert!(!seen.contains(inside), "{inside}: {seen}");
        }
    }
    // An emergency is seen at once, and tells those who use the application; it goes with it.
    assert_eq!(banners(&served).await, Vec::<Value>::new());
    served.ask("POST", "/admin/emergency-rollback", r#"{"reason":"a secret"}"#).await;
    let seen = json(&served).await["rollouts"][0].clone();
    assert_eq!((&seen["state"], &seen["percentage"]), (&json!("stopped"), &json!(0)));
    let told = banners(&served).await;
    assert_eq!((told.len(), &told[0]["level"]), (1, &json!("critical")));
    assert!(told[0]["text"]["fr"].as_str().unwrap().starts_with("La nouvelle caisse\u{a0}: un problème"));
    let told = told[0].to_string();
    assert!(!told.contains("secret") && !told.contains("v2"), "{told}");
    until("the plan has heard of it", async || {
        node.report(served.address).await;
        let standing = served.ask("GET", "/v1/environments/production/plans/v2", "").await.json();
        (standing["stage"] == "rolled_back").then_some(())
    })
    .await;
    served.ask("POST", "/admin/emergency-rollback", r#"{"on":false}"#).await;
    until("it is taken back", async || {
        let seen = json(&served).await["rollouts"][0].clone();
        (seen["state"] == "taken_back" && banners(&served).await.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn banners_are_put_up_for_a_while_and_heard_of_by_all_instances() {
    let postgres = Postgres::start();
    let (here, there) = (postgres.url(), postgres.url());
    let one = Served::with(tempfile::tempdir().unwrap(), |options| options.database = here).await;
    let two = Served::with(tempfile::tempdir().unwrap(), |options| options.database = there).await;
    one.publish("production", &ruleset("5%")).await;
    let path = |id: &str| format!("/v1/environments/production/banners/{id}");
    let until_ms = jiff::Timestamp::now().as_millisecond() + 4_000;
    let soon = json!({ "level": "warning", "text": { "en": "Slow today", "fr": "Lent aujourd'hui" }, "until": until_ms });
    assert_eq!(one.ask("PUT", &path("slow"), soon.to_string()).await.status, 200);
    let later = json!({ "text": { "en": "Tomorrow" }, "since": until_ms + 3_600_000 });
    assert_eq!(one.ask("PUT", &path("later"), later.to_string()).await.status, 200);
    one.ask("PUT", &path("info"), r#"{"text":{"en":"Hello"}}"#).await;
    until("the other instance has them", async || (banners(&two).await.len() == 2).then_some(())).await;
    let all = banners(&two).await;
    assert_eq!(
        (&all[0]["id"], &all[0]["level"], &all[1]["id"]),
        (&json!("slow"), &json!("warning"), &json!("info"))
    );
    // An application asks with the key of its clients, and hears nothing where nothing has changed.
    let client = one.key("client", Some("production")).await;
    let place = "/v1/environments/production/banners";
    let first = ask(one.address, &client, "GET", place, &[], "").await;
    let tag = first.header("etag").to_owned();
    assert_eq!((first.status, tag.is_empty()), (200, false));
    assert_eq!(ask(one.address, &client, "GET", place, &[("If-None-Match", &tag)], "").await.status, 304);
    ask(one.address, &client, "PUT", &path("info"), &[], r#"{"text":{"en":"a"}}"#)
        .await
        .problem(403, "forbidden");
    ask(one.address, "", "GET", place, &[], "").await.problem(401, "unauthorized");
    // Its time is over without anybody's doing.
    until("the first is over", async || (banners(&one).await.len() == 1).then_some(())).await;
    let after = ask(one.address, &client, "GET", place, &[("If-None-Match", &tag)], "").await;
    assert_eq!((after.status, after.json()[0]["id"].clone()), (200, json!("info")));
    assert_eq!(one.ask("DELETE", &path("info"), "").await.status, 204);
    one.ask("DELETE", &path("info"), "").await.problem(404, "not-found");
    one.ask("DELETE", &path("in%00fo"), "").await.problem(422, "unusable");
    one.ask("PUT", &path("x"), r#"{"text":{}}"#).await.problem(422, "unusable");
    one.ask("PUT", &path("x"), r#"{"text":{"en":"a"},"since":5,"until":4}"#).await.problem(422, "unusable");
    let audit = one.ask("GET", "/v1/audit?env=production&order=desc&limit=1", "").await.json();
    assert_eq!((&audit[0]["action"], &audit[0]["target"]), (&json!("banner_over"), &json!("info")));
    let before = audit[0]["seq"].as_i64().unwrap();
    let next = format!("/v1/audit?env=production&order=desc&limit=1&before={before}");
    assert_eq!(one.ask("GET", &next, "").await.json()[0]["action"], "key");
    one.ask("GET", "/v1/audit?before=3", "").await.problem(400, "bad-request");
}
