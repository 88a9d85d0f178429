//! Who may do what: every way in, asked with every kind of key. A way in that the document has and this table lacks
//! fails the test, and so does one that answers somebody whom it should refuse, or does anything for them.

use crate::support::{ADMIN, Answer, Served, ask};
use cutover_server::Rates;
use std::collections::BTreeSet;

/// The kinds of keys, from the least to the most. Each is asked with, here for `production`, and once more for `dev`.
const ROLES: [&str; 6] = ["client", "server", "viewer", "editor", "operator", "admin"];

/// Who is let in.
#[derive(Clone, Copy, PartialEq)]
enum Least {
    /// Whoever comes.
    Anybody,
    /// Any key that is good, whatever it is good for.
    AnyKey,
    /// At least this role, in the environment that is asked about.
    Role(&'static str),
    /// At least this role, in all environments.
    Everywhere(&'static str),
}
use Least::{AnyKey, Anybody, Everywhere, Role};

/// A way in: the method, the path as the document has it, what is asked, and who is let in.
type Way = (&'static str, &'static str, &'static str, &'static str, Least);

const ENV: &str = "/v1/environments/production";
const TEXT: &str = "cutover: 1\nflags: { use_v2: { rules: [{ serve: off }] } }\n";

const WAYS: [Way; 58] = [
    ("GET", "/auth", "/auth", "", Anybody),
    // Where nobody is configured to sign people in, these say so.
    ("GET", "/auth/login", "/auth/login", "", Anybody),
    ("GET", "/auth/callback", "/auth/callback?state=a&code=b", "", Anybody),
    ("POST", "/auth/logout", "/auth/logout", "", AnyKey),
    ("GET", "/healthz", "/healthz", "", Anybody),
    ("GET", "/readyz", "/readyz", "", Anybody),
    ("GET", "/metrics", "/metrics", "", Anybody),
    ("GET", "", "/v2/health", "", Anybody),
    ("GET", "/status/{env}", "/status/production", "", Anybody),
    ("GET", "/v1/me", "/v1/me", "", AnyKey),
    ("GET", "/v1/signing-keys", "/v1/signing-keys", "", AnyKey),
    (
        "POST",
        "/ofrep/v1/evaluate/flags/{key}",
        "/ofrep/v1/evaluate/flags/use_v2?env=production",
        "{}",
        Role("client"),
    ),
    ("POST", "/ofrep/v1/evaluate/flags", "/ofrep/v1/evaluate/flags?env=production", "{}", Role("client")),
    ("GET", "/v1/rulesets/{env}", "/v1/rulesets/production", "", Role("client")),
    ("GET", "/v1/rulesets/{env}/events", "/v1/rulesets/production/events", "", Role("client")),
    ("GET", "/v1/environments/{env}/banners", "/v1/environments/production/banners", "", Role("client")),
    (
        "POST",
        "/v1/rulesets/{env}/nodes",
        "/v1/rulesets/production/nodes",
        "{\"node\":\"n\",\"epoch\":1}",
        Role("server"),
    ),
    ("GET", "/v1/rulesets/{env}/nodes", "/v1/rulesets/production/nodes", "", Role("viewer")),
    ("GET", "/v1/environments", "/v1/environments", "", Role("viewer")),
    ("GET", "/v1/environments/{env}/versions", "/v1/environments/production/versions", "", Role("viewer")),
    (
        "GET",
        "/v1/environments/{env}/versions/{version}",
        "/v1/environments/production/versions/1",
        "",
        Role("viewer"),
    ),
    ("GET", "/v1/environments/{env}/file", "/v1/environments/production/file", "", Role("viewer")),
    (
        "POST",
        "/v1/environments/{env}/check",
        "/v1/environments/production/check",
        "{\"ruleset\":\"cutover: 1\"}",
        Role("viewer"),
    ),
    ("GET", "/v1/environments/{env}/drafts", "/v1/environments/production/drafts", "", Role("viewer")),
    (
        "GET",
        "/v1/environments/{env}/drafts/{draft}",
        "/v1/environments/production/drafts/mine",
        "",
        Role("viewer"),
    ),
    ("GET", "/v1/environments/{env}/proposals", "/v1/environments/production/proposals", "", Role("viewer")),
    (
        "GET",
        "/v1/environments/{env}/proposals/{proposal}",
        "/v1/environments/production/proposals/p",
        "",
        Role("viewer"),
    ),
    ("GET", "/v1/environments/{env}/plans", "/v1/environments/production/plans", "", Role("viewer")),
    (
        "GET",
        "/v1/environments/{env}/plans/{plan}",
        "/v1/environments/production/plans/go",
        "",
        Role("viewer"),
    ),
    (
        "GET",
        "/v1/environments/{env}/plans/{plan}/report",
        "/v1/environments/production/plans/go/report",
        "",
        Role("viewer"),
    ),
    (
        "GET",
        "/v1/environments/{env}/status-page",
        "/v1/environments/production/status-page",
        "",
        Role("viewer"),
    ),
    ("GET", "/v1/audit", "/v1/audit?env=production", "", Role("viewer")),
    ("GET", "/admin/config", "/admin/config?env=production", "", Role("viewer")),
    ("GET", "/admin/ab-test-results", "/admin/ab-test-results?env=production", "", Role("viewer")),
    ("GET", "/v1/audit/verify", "/v1/audit/verify", "", Everywhere("viewer")),
    (
        "PUT",
        "/v1/environments/{env}/drafts/{draft}",
        "/v1/environments/production/drafts/mine",
        "{\"text\":\"cutover: 1\"}",
        Role("editor"),
    ),
    (
        "DELETE",
        "/v1/environments/{env}/drafts/{draft}",
        "/v1/environments/production/drafts/mine",
        "",
        Role("editor"),
    ),
    (
        "PUT",
        "/v1/environments/{env}/file",
        "/v1/environments/production/file?reason=matrix",
        TEXT,
        Role("operator"),
    ),
    (
        "POST",
        "/v1/environments/{env}/publish",
        "/v1/environments/production/publish",
        "{\"ruleset\":\"cutover: 1\",\"reason\":\"matrix\"}",
        Role("operator"),
    ),
    (
        "POST",
        "/v1/environments/{env}/rollback",
        "/v1/environments/production/rollback",
        "{\"reason\":\"matrix\"}",
        Role("operator"),
    ),
    (
        "POST",
        "/v1/environments/{env}/promote",
        "/v1/environments/production/promote",
        "{\"from\":\"dev\",\"reason\":\"matrix\"}",
        Everywhere("operator"),
    ),
    (
        "POST",
        "/v1/environments/{env}/proposals/{proposal}/approve",
        "/v1/environments/production/proposals/p/approve",
        "{}",
        Role("operator"),
    ),
    (
        "POST",
        "/v1/environments/{env}/proposals/{proposal}/reject",
        "/v1/environments/production/proposals/p/reject",
        "{}",
        Role("operator"),
    ),
    (
        "POST",
        "/v1/environments/{env}/plans/{plan}/events",
        "/v1/environments/production/plans/go/events",
        "{\"event\":\"start\"}",
        Role("operator"),
    ),
    (
        "PUT",
        "/v1/environments/{env}/banners/{id}",
        "/v1/environments/production/banners/b",
        "{\"level\":\"info\",\"text\":{\"en\":\"slow\"}}",
        Role("operator"),
    ),
    (
        "DELETE",
        "/v1/environments/{env}/banners/{id}",
        "/v1/environments/production/banners/b",
        "",
        Role("operator"),
    ),
    (
        "POST",
        "/admin/config",
        "/admin/config?env=production",
        "{\"v2_traffic_percentage\":7}",
        Role("operator"),
    ),
    ("POST", "/admin/rollback", "/admin/rollback?env=production", "{}", Role("operator")),
    ("POST", "/admin/emergency-rollback", "/admin/emergency-rollback?env=production", "{}", Role("operator")),
    (
        "PUT",
        "/v1/environments/{env}/status-page",
        "/v1/environments/production/status-page",
        "{}",
        Role("admin"),
    ),
    ("PUT", "/v1/environments/{env}", "/v1/environments/another", "{}", Everywhere("admin")),
    ("GET", "/v1/keys", "/v1/keys", "", Everywhere("admin")),
    ("POST", "/v1/keys", "/v1/keys", "{\"name\":\"x\",\"role\":\"viewer\"}", Everywhere("admin")),
    ("DELETE", "/v1/keys/{id}", "/v1/keys/nobody", "", Everywhere("admin")),
    // What is no part of the document, and asked by browsers and scripts all the same.
    ("POST", "", "/v2/health", "", Anybody),
    ("GET", "", "/openapi.json", "", Anybody),
    ("GET", "", "/", "", Anybody),
    ("GET", "", "/assets/nowhere.js", "", Anybody),
];

/// A server with something to look at: a ruleset with a plan, in both environments.
async fn served() -> Served {
    let served = Served::with(tempfile::tempdir().unwrap(), |options| {
        options.rates = Rates { people: 0, servers: 0, clients: 0, strangers: 0 };
    })
    .await;
    let text = "cutover: 1\nflags: { use_v2: { client: true, rules: [{ serve: { rollout: 5%, by: userId } }] } }\n\
        plans: { go: { flag: use_v2, steps: [{ to: 5%, approval: true }, { to: 100%, approval: true }], bake: 1h } }\n";
    for env in ["dev", "production"] {
        assert_eq!(served.publish(env, text).await.status, 200, "{env}");
    }
    served
}

async fn asked(served: &Served, key: &str, (method, _, path, body, _): Way) -> Answer {
    // A stream never ends: that it would begin is told by its head alone.
    if path.ends_with("/events") && method == "GET" {
        let client = reqwest::Client::new();
        let request = client.get(format!("http://{}{path}", served.address));
        let request = if key.is_empty() { request } else { request.bearer_auth(key) };
        let answer = request.send().await.unwrap();
        return Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: String::new(),
        };
    }
    ask(served.address, key, method, path, &[("If-Match", "*")], body).await
}

/// Where a role stands among the others.
fn rank(role: &str) -> usize {
    ROLES.iter().position(|one| *one == role).unwrap()
}

/// What somebody is answered who is not let in; none where they are.
fn refusal(least: Least, holds: Option<(&str, Option<&str>)>) -> Option<u16> {
    match (least, holds) {
        (Anybody, _) | (AnyKey, Some(_)) => None,
        (_, None) => Some(401),
        (Role(least), Some((role, env))) => {
            (rank(role) < rank(least) || env.is_some_and(|env| env != "production")).then_some(403)
        }
        (Everywhere(least), Some((role, env))) => (rank(role) < rank(least) || env.is_some()).then_some(403),
    }
}

#[tokio::test]
async fn each_way_in_is_in_the_table() {
    let served = Served::sqlite().await;
    let document = served.ask("GET", "/openapi.json", "").await.json();
    let told: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let listed: BTreeSet<(String, String)> =
        WAYS.iter().filter(|way| !way.1.is_empty()).map(|way| (way.0.to_owned(), way.1.to_owned())).collect();
    assert_eq!(told, listed);
    drop(served.end().await);
}

#[tokio::test]
async fn nobody_is_let_in_who_may_not_and_nothing_is_done_for_them() {
    let served = served().await;
    let mut holders = vec![(None, String::new()), (None, "no such key".to_owned())];
    for role in ROLES {
        for env in [Some("production"), Some("dev"), None] {
            holders.push((Some((role, env)), served.key(role, env).await));
        }
    }
    let before = state(&served).await;
    let mut wrong = Vec::new();
    for way in WAYS {
        for (holds, key) in &holders {
            // `environments` lists what may be seen, so that a key of another environment sees that one.
            let elsewhere =
                way.1 == "/v1/environments" && holds.is_some_and(|(role, _)| rank(role) >= rank("viewer"));
            let Some(status) = refusal(way.4, *holds).filter(|_| !elsewhere) else { continue };
            let answer = asked(&served, key, way).await;
            if answer.status != status || answer.header("content-type") != "application/problem+json" {
                wrong.push(format!("{} {} as {holds:?}: {} {}", way.0, way.2, answer.status, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(state(&served).await, before, "something was done for somebody who was refused");
    drop(served.end().await);
}

/// Whatever somebody could have changed: the log of all that was done has an entry for each.
async fn state(served: &Served) -> String {
    let mut all = String::new();
    for path in [
        "/v1/audit",
        "/v1/keys",
        "/v1/environments",
        "/v1/environments/production/file",
        "/v1/rulesets/production/nodes",
    ] {
        all += &served.ask("GET", path, "").await.text;
    }
    all
}

#[tokio::test]
async fn whoever_may_is_let_in() {
    let served = served().await;
    let mut wrong = Vec::new();
    for way in WAYS {
        let mut holders = vec![(Some(("admin", None)), ADMIN.to_owned())];
        match way.4 {
            Anybody => holders.push((None, String::new())),
            AnyKey => holders.push((Some(("client", Some("dev"))), served.key("client", Some("dev")).await)),
            Role(least) => {
                let env = Some("production");
                holders.push((Some((least, env)), served.key(least, env).await));
            }
            Everywhere(least) => holders.push((Some((least, None)), served.key(least, None).await)),
        }
        for (holds, key) in holders {
            let answer = asked(&served, &key, way).await;
            // What they ask for may not be there; that they may ask is what this is about.
            if matches!(answer.status, 401 | 403 | 405 | 500..) {
                wrong.push(format!("{} {} as {holds:?}: {} {}", way.0, way.2, answer.status, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    drop(served.end().await);
}

#[tokio::test]
async fn a_key_that_was_revoked_is_nobody_on_each_way_in() {
    let served = served().await;
    let key = served.key("admin", None).await;
    let all = served.ask("GET", "/v1/keys", "").await.json();
    let id = all.as_array().unwrap().iter().find(|one| one["name"] == "a admin").unwrap()["id"].clone();
    let path = format!("/v1/keys/{}", id.as_str().unwrap());
    assert!(served.ask("DELETE", &path, "").await.status < 300);
    for way in WAYS.into_iter().filter(|way| way.4 != Anybody) {
        let answer = asked(&served, &key, way).await;
        assert_eq!(answer.status, 401, "{} {}: {}", way.0, way.2, answer.text);
    }
    assert_eq!(served.ask("GET", &format!("{ENV}/file"), "").await.status, 200);
    drop(served.end().await);
}
