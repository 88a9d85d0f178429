//! A plan that measures with a real Prometheus, which scrapes a small service: it goes on while the service is well, and back
//! once it is not.

use crate::plans::Node;
use crate::support::{Served, until};
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const PLAN: &str = "cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0%, by: userId } }] } }
metrics:
  error_rate: { kind: gauge, query: 'service_error_rate{version=\"v2\"}' }
gates: { healthy: { checks: [{ metric: error_rate, below: 0.01 }] } }
plans:
  v2: { flag: use_v2, gate: healthy, bake: 1s, steps: [5%, 50%, { to: 100%, bake: 10m }], on_fail: rollback_immediate }
";

/// A service that tells how many of a thousand requests fail.
async fn service(failing: Arc<AtomicU64>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let rate = f64::from(u32::try_from(failing.load(Ordering::Relaxed)).unwrap()) / 1000.0;
            let body =
                format!("# TYPE service_error_rate gauge\nservice_error_rate{{version=\"v2\"}} {rate}\n");
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked).await;
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n";
            let answer = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

struct Prometheus {
    child: Child,
    url: String,
}

impl Prometheus {
    async fn start(folder: &Path, target: SocketAddr) -> Self {
        let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = probe.local_addr().unwrap();
        drop(probe);
        let config = format!(
            "global: {{ scrape_interval: 1s }}\nscrape_configs:\n  - job_name: service\n    static_configs: [{{ targets: ['{target}'] }}]\n"
        );
        std::fs::write(folder.join("prometheus.yml"), config).unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=error")
            .stdout(Stdio::null())
            .spawn()
            .expect("Prometheus is here: scripts/setup.sh installs it");
        let started = Self { child, url: format!("http://{address}") };
        let query = format!("{}/api/v1/query?query=service_error_rate", started.url);
        until("Prometheus has scraped the service", async || {
            let answer = reqwest::get(&query).await.ok()?.text().await.ok()?;
            answer.contains("\"v2\"").then_some(())
        })
        .await;
        started
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_plan_goes_on_and_back_by_what_prometheus_measures() {
    let folder = tempfile::tempdir().unwrap();
    let failing = Arc::new(AtomicU64::new(1));
    let prometheus = Prometheus::start(folder.path(), service(failing.clone()).await).await;
    let url = prometheus.url.clone();
    let served = Served::with(tempfile::tempdir().unwrap(), |options| options.prometheus = Some(url)).await;
    assert_eq!(served.publish("production", PLAN).await.status, 200);
    let path = "/v1/environments/production/plans/v2";
    let started = served.ask("POST", &format!("{path}/events"), r#"{"event":"start"}"#).await;
    assert_eq!(started.status, 200, "{}", started.text);
    // It tells only that the version is adopted: what the plan measures is none of its counts.
    let node = Node::new(0);
    let mut seen = Vec::new();
    let mut bad = false;
    for _ in 0..1_200 {
        node.report(served.address).await;
        let standing = served.ask("GET", path, "").await.json();
        let share = standing["state"]["millionths"].as_i64().unwrap();
        if seen.last() != Some(&share) {
            seen.push(share);
        }
        if share == 1_000_000 && !bad {
            failing.store(50, Ordering::Relaxed);
            bad = true;
        }
        if standing["stage"] == "rolled_back" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let standing = served.ask("GET", path, "").await.json();
    seen.retain(|share| *share > 0);
    assert_eq!(seen, [50_000, 500_000, 1_000_000], "{standing:#}");
    assert_eq!(standing["stage"], "rolled_back", "{standing:#}");
    let config = served.ask("GET", "/admin/config", "").await.json();
    assert_eq!(config["v2_traffic_percentage"], json!(0));
}

#[tokio::test]
async fn where_prometheus_is_away_nothing_goes_on() {
    let served = Served::with(tempfile::tempdir().unwrap(), |options| {
        options.prometheus = Some("http://127.0.0.1:9".to_owned());
    })
    .await;
    // Prometheus is asked every 15 s; the first answer that does not come is enough here.
    let plan = PLAN.replace("bake: 1s,", "bake: 1s, error_limit: 0,");
    assert_eq!(served.publish("production", &plan).await.status, 200);
    let path = "/v1/environments/production/plans/v2";
    served.ask("POST", &format!("{path}/events"), r#"{"event":"start"}"#).await;
    let node = Node::new(0);
    let standing = until("it waits for a person", async || {
        node.report(served.address).await;
        let standing = served.ask("GET", path, "").await.json();
        (standing["stage"] == "paused").then_some(standing)
    })
    .await;
    assert_eq!(
        (&standing["state"]["why"], &standing["state"]["millionths"]),
        (&json!("gate_error"), &json!(50_000)),
        "{standing:#}"
    );
}
