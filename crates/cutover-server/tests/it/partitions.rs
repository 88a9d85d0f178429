//! The instance that runs the plans is cut off from the database: another one takes over, and when the first is back, no step
//! was skipped or made twice.

use crate::plans::{Node, PLAN, shares};
use crate::support::{Cut, Postgres, Served, until};
use serde_json::json;
use std::time::Duration;

async fn runs(served: &Served) -> bool {
    served.ask_as("", "GET", "/metrics", "").await.text.contains("cutover_server_runs_plans 1")
}

#[tokio::test]
async fn a_runner_without_its_database_is_followed_by_one_that_has_it() {
    let postgres = Postgres::start();
    let cuts = [Cut::of(&postgres), Cut::of(&postgres)];
    let mut both = Vec::new();
    for cut in &cuts {
        let url = cut.url();
        both.push(Served::with(tempfile::tempdir().unwrap(), |options| options.database = url).await);
    }
    both[0].publish("production", PLAN).await;
    let runner = until("one of them runs the plans", async || {
        let running = [runs(&both[0]).await, runs(&both[1]).await];
        running.iter().position(|running| *running)
    })
    .await;
    let (served, other) = (&both[runner], &both[1 - runner]);
    until("both know the ruleset", async || {
        (other.ask("GET", "/v1/rulesets/production", "").await.status == 200).then_some(())
    })
    .await;
    let path = "/v1/environments/production/plans/v2";
    let started = served.ask("POST", &format!("{path}/events"), r#"{"event":"start"}"#).await;
    assert_eq!(started.status, 200, "{}", started.text);
    let node = Node::new(0);
    until("the first step bakes", async || {
        node.report(other.address).await;
        let standing = other.ask("GET", path, "").await.json();
        (standing["stage"] == "baking").then_some(())
    })
    .await;
    cuts[runner].cut();
    until("the other one runs the plans", async || {
        node.report(other.address).await;
        runs(other).await.then_some(())
    })
    .await;
    // Whoever listens to the one that is cut off goes on with what it has.
    assert_eq!(served.ask("GET", "/v1/rulesets/production", "").await.status, 200);
    until("it knows that it runs them no more", async || (!runs(served).await).then_some(())).await;
    until("it has gone on", async || {
        node.report(other.address).await;
        let standing = other.ask("GET", path, "").await.json();
        (standing["state"]["step"].as_u64() > Some(0)).then_some(())
    })
    .await;
    cuts[runner].mend();
    let last = until("it is promoted", async || {
        node.report(other.address).await;
        let standing = other.ask("GET", path, "").await.json();
        (standing["stage"] == "promoted").then_some(standing)
    })
    .await;
    assert_eq!(shares(other.address).await, ["5%", "50%", "100%"], "{last:#}");
    let records = last["state"]["log"].as_array().unwrap().clone();
    let baked = records.iter().filter(|record| record["to"] == "baking").count();
    assert_eq!(baked, 3, "{records:#?}");
    until("the first one has heard of it", async || {
        let config = served.ask("GET", "/admin/config", "").await.json();
        (config["v2_traffic_percentage"] == json!(100)).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!(runs(served).await && runs(other).await), "two run the plans");
    assert_eq!(served.ask("GET", "/v1/audit/verify", "").await.json()["whole"], true);
}
