//! Two people: what one proposes, another one publishes.

use crate::support::{ADMIN, Answer, Served, ask, both, ruleset};
use serde_json::{Value, json};

both!(one_proposes_and_another_publishes, who_decides_second_is_told_so,);

async fn served(url: &str) -> Served {
    let url = url.to_owned();
    let served = Served::with(tempfile::tempdir().unwrap(), |options| options.database = url).await;
    assert_eq!(served.publish("production", &ruleset("5%")).await.status, 200);
    let settings = served.ask("PUT", "/v1/environments/production", r#"{"approvals":1}"#).await;
    assert_eq!(settings.json(), json!({ "adopted_first": false, "approvals": 1 }));
    served
}

async fn person(served: &Served, name: &str, role: &str) -> String {
    let order = json!({ "name": name, "role": role, "env": "production" }).to_string();
    served.ask("POST", "/v1/keys", order).await.json()["key"].as_str().unwrap().to_owned()
}

async fn publish(served: &Served, key: &str, share: &str) -> Answer {
    let said = json!({ "ruleset": ruleset(share), "reason": "more of them" }).to_string();
    let path = "/v1/environments/production/publish";
    ask(served.address, key, "POST", path, &[("If-Match", "*")], said).await
}

fn current(served: &Served) -> impl Future<Output = Value> {
    let address = served.address;
    async move {
        let all = ask(address, ADMIN, "GET", "/v1/environments", &[], "").await.json();
        all.as_array().unwrap().iter().find(|row| row["name"] == "production").unwrap()["current"].clone()
    }
}

async fn one_proposes_and_another_publishes(url: &str) {
    let served = served(url).await;
    let (ada, bob) = (person(&served, "ada", "operator").await, person(&served, "bob", "operator").await);
    let again = person(&served, "ada", "operator").await;
    let viewer = person(&served, "vera", "viewer").await;
    let proposed = publish(&served, &ada, "50%").await;
    assert_eq!(proposed.status, 202, "{}", proposed.text);
    assert_eq!((&proposed.json()["state"], &proposed.json()["base"]), (&json!("open"), &json!(1)));
    let place = proposed.header("location").to_owned();
    assert_eq!(served.ask_as(&viewer, "GET", &place, "").await.json()["text"], ruleset("50%"));
    assert_eq!(current(&served).await, 1, "nothing is published yet");
    let approve = format!("{place}/approve");
    served.ask_as(&ada, "POST", &approve, "{}").await.problem(403, "same-person");
    served.ask_as(&again, "POST", &approve, "{}").await.problem(403, "same-person");
    served.ask_as(&viewer, "POST", &approve, "{}").await.problem(403, "forbidden");
    let done = served.ask_as(&bob, "POST", &approve, r#"{"reason":"looked at it"}"#).await;
    assert_eq!((done.status, &done.json()["version"]), (200, &json!(2)), "{}", done.text);
    assert_eq!(served.ask("GET", "/v1/environments/production/file", "").await.text, ruleset("50%"));
    served.ask_as(&bob, "POST", &approve, "{}").await.problem(409, "decided");
    let audit = served.ask("GET", "/v1/audit?env=production", "").await.json();
    let entries = audit.as_array().unwrap();
    let (propose, publish) = (&entries[entries.len() - 2], &entries[entries.len() - 1]);
    assert_eq!((&propose["action"], &propose["actor"]), (&json!("propose"), &json!("ada")));
    assert_eq!((&publish["action"], &publish["actor"]), (&json!("publish"), &json!("bob")));
    let about = &publish["detail"]["proposal"];
    assert_eq!(
        (&about["proposed_by"], &about["approved_by"], &about["answer"]),
        (&json!("ada"), &json!("bob"), &json!("looked at it"))
    );
    assert_eq!(served.ask("GET", "/v1/audit/verify", "").await.json()["whole"], true);
    // Each way to publish waits; the ways back to nobody do not.
    for (path, body) in [
        ("/v1/environments/production/rollback", "{}"),
        ("/admin/config?env=production", r#"{"v2_traffic_percentage":70}"#),
    ] {
        let answer = ask(served.address, &ada, "POST", path, &[("If-Match", "*")], body).await;
        assert_eq!(answer.status, 202, "{path}: {}", answer.text);
    }
    let file = "/v1/environments/production/file";
    let answer = ask(served.address, &ada, "PUT", file, &[("If-Match", "*")], ruleset("80%")).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    served.publish("dev", &ruleset("60%")).await;
    let promote = "/v1/environments/production/promote";
    let said = r#"{"from":"dev"}"#;
    assert_eq!(ask(served.address, ADMIN, "POST", promote, &[("If-Match", "*")], said).await.status, 202);
    assert_eq!(current(&served).await, 2);
    let alarm = served.ask_as(&ada, "POST", "/admin/emergency-rollback?env=production", "{}").await;
    assert_eq!((alarm.status, &alarm.json()["changed"]), (200, &json!(true)), "{}", alarm.text);
    assert_eq!(served.ask_as(&ada, "POST", "/admin/rollback?env=production", "{}").await.status, 200);
    // What would be refused is not proposed either.
    let wrong = ask(served.address, &ada, "PUT", file, &[("If-Match", "*")], "cutover: 2").await;
    wrong.problem(422, "refused-ruleset");
}

async fn who_decides_second_is_told_so(url: &str) {
    let served = served(url).await;
    let (ada, bob) = (person(&served, "ada", "operator").await, person(&served, "bob", "operator").await);
    let place = |answer: &Answer| answer.header("location").to_owned();
    let first = place(&publish(&served, &ada, "10%").await);
    let second = place(&publish(&served, &bob, "20%").await);
    let third = place(&publish(&served, &bob, "30%").await);
    // Its proposer takes it back, and then nobody publishes it.
    let back = served.ask_as(&ada, "POST", &format!("{first}/reject"), r#"{"reason":"no"}"#).await;
    assert_eq!((&back.json()["state"], &back.json()["decided_by"]), (&json!("rejected"), &json!("ada")));
    served.ask_as(&bob, "POST", &format!("{first}/approve"), "{}").await.problem(409, "decided");
    assert_eq!(served.ask_as(&ada, "POST", &format!("{second}/approve"), "{}").await.json()["version"], 2);
    // The other one was made for what is published no more.
    assert_eq!(served.ask("GET", &third, "").await.json()["state"], "outdated");
    let late = served.ask_as(&ada, "POST", &format!("{third}/approve"), "{}").await;
    assert_eq!(late.problem(412, "changed-meanwhile")["current"], 2);
    let states = served.ask("GET", "/v1/environments/production/proposals", "").await.json();
    let mut states: Vec<&str> =
        states.as_array().unwrap().iter().map(|line| line["state"].as_str().unwrap()).collect();
    states.sort_unstable();
    assert_eq!(states, ["approved", "outdated", "rejected"]);
    // Two who approve at once: one publishes, the other is told that somebody was first.
    let (eve, place) =
        (person(&served, "eve", "operator").await, place(&publish(&served, &ada, "40%").await));
    let approve = format!("{place}/approve");
    let (one, other) = tokio::join!(
        served.ask_as(&bob, "POST", &approve, "{}"),
        served.ask_as(&eve, "POST", &approve, "{}")
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 200 && [409, 412].contains(&statuses[1]), "{} {}", one.text, other.text);
    assert_eq!(current(&served).await, 3);
    // Who changes one setting leaves the others; an unknown word is refused.
    let settings = served.ask("PUT", "/v1/environments/production", r#"{"adopted_first":true}"#).await;
    assert_eq!(settings.json(), json!({ "adopted_first": true, "approvals": 1 }));
    served.ask("PUT", "/v1/environments/production", r#"{"approvals":2}"#).await.problem(422, "unusable");
    served
        .ask_as(&ada, "PUT", "/v1/environments/production", r#"{"approvals":0}"#)
        .await
        .problem(403, "forbidden");
}
