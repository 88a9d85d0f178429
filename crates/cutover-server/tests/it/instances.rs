//! Two instances over one database.

use crate::stream::Events;
use crate::support::{ADMIN, Cut, Postgres, Served, ask, ruleset, until};
use serde_json::json;

#[tokio::test]
async fn what_one_instance_publishes_the_clients_of_the_other_hear() {
    let postgres = Postgres::start();
    let (near, far) = (Cut::of(&postgres), Cut::of(&postgres));
    let (here, there) = (near.url(), far.url());
    let one = Served::with(tempfile::tempdir().unwrap(), |options| options.database = here).await;
    let two = Served::with(tempfile::tempdir().unwrap(), |options| options.database = there).await;
    let mut client = Events::of(&two, "dev", None).await;
    one.publish("dev", &ruleset("5%")).await;
    assert_eq!(client.next().await["version"], 1);
    // A key that was made here is good there, and what is revoked here is not.
    let key = one.key("server", Some("dev")).await;
    let asked = async || ask(two.address, &key, "GET", "/v1/rulesets/dev", &[], "").await.status;
    until("the key is good", async || (asked().await == 200).then_some(())).await;
    one.ask("DELETE", &format!("/v1/keys/{}", key.split('_').nth(1).unwrap()), "").await;
    until("the key is not good", async || (asked().await == 401).then_some(())).await;
    // Nodes that report to one are known to the other.
    one.ask("POST", "/v1/rulesets/dev/nodes", r#"{"node":"n","epoch":1}"#).await;
    until("both know the node", async || {
        let adoption = two.ask("GET", "/v1/rulesets/dev/nodes", "").await.json();
        (adoption["acknowledged"] == 1).then_some(())
    })
    .await;
    // An instance without its database goes on serving; afterwards it has what it missed, and nothing is overwritten unseen.
    far.cut();
    assert_eq!(one.publish("dev", &ruleset("6%")).await.json()["version"], 2);
    assert_eq!(two.ask("GET", "/v1/rulesets/dev", "").await.header("etag"), "\"1\"");
    far.mend();
    assert_eq!(client.next().await["version"], 2);
    let late =
        ask(two.address, ADMIN, "PUT", "/v1/environments/dev/file", &[("If-Match", "\"1\"")], ruleset("7%"))
            .await;
    assert_eq!(late.problem(412, "changed-meanwhile")["current"], json!(2));
}
