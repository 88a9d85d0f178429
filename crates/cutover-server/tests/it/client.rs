//! What a browser is told: what is marked for it, with its lists hashed, and nothing by any other key.

use crate::stream::Events;
use crate::support::{ADMIN, Answer, Served, ask, verify};
use serde_json::{Value, json};

const RULESET: &str = "cutover: 1
segments: { pilots: { if: { attribute: email, in: [ada@example.com, bob@example.com] } } }
flags:
  shown: { client: true, owner: ann, rules: [{ if: { segment: pilots }, serve: on }] }
  hidden: { rules: [{ if: { attribute: email, is: eve@example.com }, serve: on }] }
";
const PATH: &str = "/v1/rulesets/dev";

async fn served() -> (Served, String) {
    let served = Served::sqlite().await;
    let answer = served.publish("dev", RULESET).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let key = served.key("client", Some("dev")).await;
    (served, key)
}

#[tokio::test]
async fn a_client_gets_what_is_marked_for_it_and_its_own_tags() {
    let (served, key) = served().await;
    let told = served.ask_as(&key, "GET", PATH, "").await;
    assert_eq!(
        (told.status, told.header("etag"), told.header("cutover-version")),
        (200, "\"1-client\"", "1")
    );
    for hidden in ["hidden", "example.com", "pilots", "ann"] {
        assert!(!told.text.contains(hidden), "{hidden} in {}", told.text);
    }
    let engine = cutover::Engine::from_str(&told.text).unwrap();
    let is_on = |email: &str| {
        let context = cutover::Attributes::new().with("email", email);
        engine.is_enabled("shown", &engine.context(&context), 0)
    };
    assert!(is_on("ada@example.com") && !is_on("eve@example.com"));
    // What a client is given passes for no server's ruleset.
    let signature = told.header("cutover-signature");
    assert!(!signature.is_empty() && !verify(&served, "dev", 1, told.text.as_bytes(), signature).await);
    for (tag, status) in [("\"1-client\"", 304), ("\"1\"", 304), ("\"0-client\"", 200)] {
        let again = ask(served.address, &key, "GET", PATH, &[("If-None-Match", tag)], "").await;
        assert_eq!(again.status, status, "{tag}");
    }
    // The tag of a client is none of a server.
    let whole = ask(served.address, ADMIN, "GET", PATH, &[("If-None-Match", "\"1-client\"")], "").await;
    assert_eq!((whole.status, whole.header("etag")), (200, "\"1\""));
    assert!(whole.text.contains("hidden"));
    let mut events = Events::with(&served, &key, "dev", None).await;
    assert_eq!(events.next().await["ruleset"], told.text.as_str());
    served.publish("dev", &RULESET.replace("eve@", "zoe@")).await;
    let next = events.next().await;
    assert_eq!((&next["version"], next["ruleset"].as_str()), (&json!(2), Some(told.text.as_str())));
    served.ask_as(&key, "GET", "/v1/rulesets/production", "").await.problem(403, "forbidden");
    for path in
        ["/v1/rulesets/dev/nodes", "/v1/environments", "/v1/environments/dev/file", "/admin/config?env=dev"]
    {
        served.ask_as(&key, "GET", path, "").await.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn ofrep_tells_a_client_of_its_flags_alone() {
    let (served, key) = served().await;
    let ask = |name: &'static str, key: String| {
        let (served, body) = (&served, r#"{"context":{"targetingKey":"a","email":"ada@example.com"}}"#);
        async move { served.ask_as(&key, "POST", &format!("/ofrep/v1/evaluate/flags{name}?env=dev"), body).await }
    };
    let shown = ask("/shown", key.clone()).await;
    assert_eq!((shown.status, &shown.json()["value"]), (200, &json!(true)), "{}", shown.text);
    assert_eq!(ask("/hidden", key.clone()).await.json()["errorCode"], "FLAG_NOT_FOUND");
    let keys = |answer: Answer| -> Vec<Value> {
        answer.json()["flags"].as_array().unwrap().iter().map(|flag| flag["key"].clone()).collect()
    };
    assert_eq!(keys(ask("", key).await), ["shown"]);
    assert_eq!(keys(ask("", ADMIN.to_owned()).await), ["hidden", "shown"]);
}

#[tokio::test]
async fn a_page_of_another_site_reads_with_a_client_key_alone() {
    let (served, key) = served().await;
    let site = [("Origin", "https://shop.example"), ("Sec-Fetch-Site", "cross-site")];
    let told = ask(served.address, &key, "GET", PATH, &site, "").await;
    assert_eq!((told.status, told.header("access-control-allow-origin")), (200, "*"));
    assert!(told.header("access-control-expose-headers").contains("ETag"));
    let server = served.key("server", Some("dev")).await;
    for key in [server.as_str(), ADMIN] {
        let told = ask(served.address, key, "GET", PATH, &site, "").await;
        assert_eq!(told.header("access-control-allow-origin"), "");
        told.problem(403, "forbidden");
        let own = ask(served.address, key, "GET", PATH, &[("Sec-Fetch-Site", "same-origin")], "").await;
        assert_eq!((own.status, own.header("access-control-allow-origin")), (200, ""));
    }
    let banners = ask(served.address, &key, "GET", "/v1/environments/dev/banners", &site, "").await;
    assert_eq!((banners.status, banners.header("access-control-allow-origin")), (200, "*"));
    let asked = [("Origin", "https://shop.example"), ("Access-Control-Request-Method", "GET")];
    let first = ask(served.address, "", "OPTIONS", PATH, &asked, "").await;
    assert_eq!((first.status, first.header("access-control-allow-origin")), (204, "*"));
    assert!(first.header("access-control-allow-headers").contains("Authorization"));
    for path in ["/v1/environments", "/v1/rulesets/dev/nodes", "/admin/emergency-rollback"] {
        let answer = ask(served.address, "", "OPTIONS", path, &asked, "").await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (405, ""), "{path}");
    }
}

#[tokio::test]
async fn an_emergency_reaches_clients_too() {
    let (served, key) = served().await;
    let mut events = Events::with(&served, &key, "dev", Some(1)).await;
    let alarm = json!({ "flags": ["shown"] }).to_string();
    assert_eq!(served.ask("POST", "/admin/emergency-rollback?env=dev", alarm).await.status, 200);
    let told: Value = serde_json::from_str(events.next().await["ruleset"].as_str().unwrap()).unwrap();
    assert_eq!(told["flags"]["shown"]["enabled"], false);
}
