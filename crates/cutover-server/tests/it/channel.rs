//! Rulesets to a real Redis.

use crate::support::{Served, ruleset, until, verify};
use futures_util::StreamExt as _;
use redis::AsyncCommands as _;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A Redis that ends with the test.
struct Redis {
    child: Child,
    folder: tempfile::TempDir,
}

impl Redis {
    fn run(folder: &Path) -> Child {
        Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--unixsocket"])
            .arg(folder.join("redis.sock"))
            .current_dir(folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("Redis did not start: scripts/setup.sh installs it")
    }

    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { child: Self::run(folder.path()), folder }
    }

    fn url(&self) -> String {
        format!("unix://{}/redis.sock", self.folder.path().display())
    }

    /// Loses all that it had.
    fn again(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = Self::run(self.folder.path());
    }

    async fn get(&self, key: &str) -> Option<Value> {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.ok()?;
        let text: Option<String> = connection.get(key).await.ok()?;
        text.map(|text| serde_json::from_str(&text).unwrap())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn each_version_is_kept_and_told_and_never_goes_back() {
    let mut redis = Redis::start();
    let url = redis.url();
    let served = Served::with(tempfile::tempdir().unwrap(), |options| options.redis = Some(url)).await;
    served.publish("dev", &ruleset("5%")).await;
    let first = until("the key has it", async || redis.get("cutover:dev").await).await;
    assert_eq!(first["version"], 1);
    let client = redis::Client::open(redis.url()).unwrap();
    let mut listens = client.get_async_pubsub().await.unwrap();
    listens.subscribe("cutover:dev").await.unwrap();
    let mut heard = listens.on_message();
    // One that is too long for an event is in the message all the same.
    let users: Vec<String> = (0..9_000).map(|number| format!("user_{number}")).collect();
    let segments = format!("segments: {{ s: {{ if: {{ attribute: a, in: [{}] }} }} }}\n", users.join(", "));
    served.publish("dev", &format!("{}{segments}", ruleset("6%"))).await;
    let message: String = heard.next().await.unwrap().get_payload().unwrap();
    let told: Value = serde_json::from_str(&message).unwrap();
    let (body, signature) = (told["ruleset"].as_str().unwrap(), told["signature"].as_str().unwrap());
    assert_eq!(
        (&told["version"], body),
        (&json!(2), served.ask("GET", "/v1/rulesets/dev", "").await.text.as_str())
    );
    assert!(verify(&served, "dev", 2, body.as_bytes(), signature).await);
    assert_eq!(redis.get("cutover:dev").await.unwrap(), told, "the key is there before anybody hears of it");
    // The emergency takes this way too.
    served.ask("POST", "/admin/emergency-rollback?env=dev", "").await;
    let message: String = heard.next().await.unwrap().get_payload().unwrap();
    assert!(message.contains(r#"{"version":3,"#) && message.contains(r#"\"rollout\":\"0%\""#), "{message}");
    drop(heard);
    // A Redis that comes back with nothing is told again.
    redis.again();
    let again = until("the key is back", async || redis.get("cutover:dev").await).await;
    assert_eq!(again["version"], 3);
    // An instance that is behind does not take the key back.
    let url = redis.url();
    let behind = Served::with(tempfile::tempdir().unwrap(), |options| options.redis = Some(url)).await;
    behind.publish("dev", &ruleset("50%")).await;
    behind.publish("production", &ruleset("50%")).await;
    until("it has told what it has", async || redis.get("cutover:production").await).await;
    assert_eq!(redis.get("cutover:dev").await.unwrap()["version"], 3);
}
