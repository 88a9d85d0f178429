//! The runner over a real PostgreSQL, in processes that are killed.

use crate::support::{ADMIN, Postgres, Served, ask, until};
use cutover_server::{Options, Server};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

pub(crate) const PLAN: &str = "cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0%, by: userId } }] } }
gates: { healthy: { checks: [{ metric: errors, below: 10%, min_samples: 1 }] } }
plans:
  v2: { flag: use_v2, gate: healthy, bake: 2s, steps: [5%, 50%, 100%], on_fail: rollback_immediate }
";

/// A node that reports what it was given, and what it counted: so many errors of a hundred requests each time.
pub(crate) struct Node {
    pub(crate) errors: u64,
    total: AtomicU64,
    bad: AtomicU64,
    seen: AtomicI64,
}

impl Node {
    pub(crate) fn new(errors: u64) -> Self {
        Self { errors, total: AtomicU64::new(0), bad: AtomicU64::new(0), seen: AtomicI64::new(0) }
    }

    pub(crate) async fn report(&self, address: SocketAddr) {
        let total = self.total.fetch_add(100, Ordering::Relaxed) + 100;
        let bad = self.bad.fetch_add(self.errors, Ordering::Relaxed) + self.errors;
        let arm = |events: u64| json!({ "events": events, "total": total });
        let counts = json!({ "errors": { "old": arm(0), "new": arm(bad) } });
        let report = json!({ "node": "a", "epoch": self.seen.load(Ordering::Relaxed), "counts": counts });
        let heard =
            ask(address, ADMIN, "POST", "/v1/rulesets/production/nodes", &[], report.to_string()).await;
        self.seen.store(heard.json()["version"].as_i64().unwrap(), Ordering::Relaxed);
    }
}

async fn start(address: SocketAddr) {
    let path = "/v1/environments/production/plans/v2/events";
    let started = ask(address, ADMIN, "POST", path, &[], r#"{"event":"start"}"#).await;
    assert_eq!((started.status, &started.json()["stage"]), (200, &json!("progressing")), "{}", started.text);
    let again = ask(address, ADMIN, "POST", path, &[], r#"{"event":"start"}"#).await;
    assert_eq!(again.problem(409, "plan-refuses")["why"], "not_now");
    ask(address, ADMIN, "POST", path, &[], r#"{"event":"ack","epoch":1}"#).await.problem(422, "unusable");
}

async fn standing(address: SocketAddr) -> Value {
    let answer = ask(address, ADMIN, "GET", "/v1/environments/production/plans/v2", &[], "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// The shares that the plan published, in their order.
pub(crate) async fn shares(address: SocketAddr) -> Vec<String> {
    let lines = ask(address, ADMIN, "GET", "/v1/environments/production/versions", &[], "").await.json();
    let mut shares = Vec::new();
    for line in lines.as_array().unwrap().iter().rev().filter(|line| line["kind"] == "plan") {
        let path = format!("/v1/environments/production/versions/{}", line["version"]);
        let body =
            ask(address, ADMIN, "GET", &path, &[], "").await.json()["body"].as_str().unwrap().to_owned();
        let body: Value = serde_json::from_str(&body).unwrap();
        shares.push(body["flags"]["use_v2"]["rules"][0]["serve"]["rollout"].as_str().unwrap().to_owned());
    }
    shares
}

#[tokio::test]
async fn a_plan_goes_back_when_its_gate_fails() {
    let served = Served::sqlite().await;
    assert_eq!(served.publish("production", PLAN).await.status, 200);
    let node = Node::new(50);
    start(served.address).await;
    let last = until("it is rolled back", async || {
        node.report(served.address).await;
        let standing = standing(served.address).await;
        (standing["stage"] == "rolled_back").then_some(standing)
    })
    .await;
    assert_eq!(
        (&last["state"]["millionths"], shares(served.address).await),
        (&json!(0), vec!["5%".to_owned(), "0%".to_owned()])
    );
    let results = served.ask("GET", "/admin/ab-test-results", "").await.json();
    assert!(results["v2"]["errors"]["rate"].as_f64() > Some(0.4), "{results}");
    assert_eq!((&results["plan"], &results["report"]["stage"]), (&json!("v2"), &json!("rolled_back")));
}

/// Starts the plan, and follows it until its first step bakes.
async fn baking(address: SocketAddr) -> Node {
    let node = Node::new(0);
    start(address).await;
    until("it bakes", async || {
        node.report(address).await;
        (standing(address).await["stage"] == "baking").then_some(())
    })
    .await;
    node
}

#[tokio::test]
async fn a_script_and_an_emergency_take_a_plan_back() {
    let served = Served::sqlite().await;
    served.publish("production", PLAN).await;
    let node = baking(served.address).await;
    let said = served.ask("POST", "/admin/emergency-rollback", "").await.json();
    assert_eq!(said["changed"], true);
    until("it is rolled back", async || {
        node.report(served.address).await;
        (standing(served.address).await["stage"] == "rolled_back").then_some(())
    })
    .await;
    let path = "/v1/environments/production/plans/v2/events";
    let revision = standing(served.address).await["revision"].clone();
    let again = json!({ "event": "start", "expect": revision });
    assert_eq!(
        served.ask("POST", path, again.to_string()).await.problem(409, "plan-refuses")["why"],
        "emergency"
    );
    served.ask("POST", "/admin/emergency-rollback", r#"{"on":false}"#).await;
    until("it starts again", async || {
        let revision = standing(served.address).await["revision"].clone();
        let again = json!({ "event": "start", "expect": revision });
        (served.ask("POST", path, again.to_string()).await.status == 200).then_some(())
    })
    .await;
    until("it reaches somebody", async || {
        node.report(served.address).await;
        (served.ask("GET", "/admin/config", "").await.json()["v2_traffic_percentage"] == 5).then_some(())
    })
    .await;
    let back = served.ask("POST", "/admin/rollback", "").await.json();
    assert_eq!((&back["by"], &back["plan"]), (&json!("plan"), &json!("v2")));
    assert_eq!(served.ask("GET", "/admin/config", "").await.json()["v2_traffic_percentage"], 0);
}

/// A server in a process of its own: this test again, told by its environment to serve.
struct Process {
    child: Child,
    address: SocketAddr,
    _data: tempfile::TempDir,
}

impl Process {
    fn start(database: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["plans::serve_as_a_process", "--exact", "--nocapture"])
            .env("CUTOVER_TEST_DATABASE", database)
            .env("CUTOVER_TEST_DATA", data.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address =
            lines.find_map(|line| Some(line.unwrap().split_once("serving ")?.1.parse().unwrap())).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, _data: data }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(Some(status)) = self.child.try_wait() {
            eprintln!("the server at {} has ended by itself: {status}", self.address);
        }
        // SIGKILL: nothing of it is tidied up.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn serve_as_a_process() {
    let Ok(database) = std::env::var("CUTOVER_TEST_DATABASE") else { return };
    let mut options = Options::new(std::env::var("CUTOVER_TEST_DATA").unwrap());
    options.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    (options.database, options.admin_key) = (database, Some(ADMIN.to_owned()));
    options.environments = vec!["production".to_owned()];
    let server = Server::start(options).await.unwrap();
    println!("\nserving {}", server.address());
    server.run(std::future::pending()).await;
}

async fn runs_plans(process: &Process) -> bool {
    let metrics = ask(process.address, "", "GET", "/metrics", &[], "").await.text;
    metrics.contains("cutover_server_runs_plans 1")
}

#[tokio::test]
async fn a_runner_that_is_killed_is_followed_by_one_that_skips_and_repeats_nothing() {
    let postgres = Postgres::start();
    let url = postgres.url();
    let mut processes = vec![Process::start(&url), Process::start(&url)];
    let publish = ask(
        processes[0].address,
        ADMIN,
        "PUT",
        "/v1/environments/production/file",
        &[("If-Match", "*")],
        PLAN,
    )
    .await;
    assert_eq!(publish.status, 200, "{}", publish.text);
    until("the other instance heard of it", async || {
        let found = ask(processes[1].address, ADMIN, "GET", "/v1/rulesets/production", &[], "").await;
        (found.status == 200).then_some(())
    })
    .await;
    start(processes[1].address).await;
    let (node, mut killed) = (Node::new(0), Vec::new());
    for _ in 0..1_200 {
        node.report(processes[0].address).await;
        let now = standing(processes[0].address).await;
        let (stage, step) =
            (now["stage"].as_str().unwrap().to_owned(), now["state"]["step"].as_u64().unwrap());
        if stage == "promoted" {
            break;
        }
        // Once in each step, at another point of it each time, the instance that runs plans is killed, and another one comes.
        let moment = ["baking", "progressing", "baking"][usize::try_from(step).unwrap()];
        if !killed.contains(&step) && stage == moment {
            let (first, second) = (runs_plans(&processes[0]).await, runs_plans(&processes[1]).await);
            assert!(!(first && second), "two instances run the plans");
            if first || second {
                processes.remove(usize::from(second));
                processes.push(Process::start(&url));
                killed.push(step);
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let address = processes[0].address;
    let last = standing(address).await;
    assert_eq!((&last["stage"], killed.len() >= 2), (&json!("promoted"), true), "{last:#}");
    assert_eq!(shares(address).await, ["5%", "50%", "100%"]);
    // Each step was watched for as long as it says, from its acknowledgement on.
    let records: Vec<Value> = last["state"]["log"].as_array().unwrap().clone();
    let at = |record: &Value| record["time"].as_i64().unwrap();
    let mut baked = 0;
    for (place, record) in records.iter().enumerate().filter(|(_, record)| record["to"] == "baking") {
        let next = &records[place + 1];
        assert!(at(next) - at(record) >= 2_000, "{record} {next}");
        baked += 1;
    }
    assert_eq!(baked, 3, "{records:#?}");
    assert_eq!(ask(address, ADMIN, "GET", "/v1/audit/verify", &[], "").await.json()["whole"], true);
}

#[tokio::test]
async fn an_emergency_that_is_over_at_once_takes_a_plan_back_all_the_same() {
    let served = Served::sqlite().await;
    served.publish("production", &PLAN.replace("bake: 2s", "bake: 1h")).await;
    let node = baking(served.address).await;
    for on in [r#"{"on":true}"#, r#"{"on":false}"#] {
        let said = served.ask("POST", "/admin/emergency-rollback", on).await.json();
        assert_eq!(said["changed"], true, "{said}");
    }
    until("it is rolled back", async || {
        node.report(served.address).await;
        let now = standing(served.address).await;
        (now["stage"] == "rolled_back" && now["state"]["emergency"] == false).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_only_waits_is_written_now_and_then() {
    let served = Served::sqlite().await;
    let slow = PLAN.replace("bake: 2s", "bake: 1h");
    assert_eq!(served.publish("production", &slow).await.status, 200);
    let node = Node::new(0);
    start(served.address).await;
    until("it bakes", async || {
        node.report(served.address).await;
        (standing(served.address).await["state"]["gates"]["healthy"]["verdict"] == "pass").then_some(())
    })
    .await;
    let url = format!("sqlite:{}/cutover.db", served.data.path().display());
    let store = cutover_server::store::Store::open(&url).await.unwrap();
    let (before, begun) = (store.plan("production", "v2").await.unwrap(), std::time::Instant::now());
    // The runner looks at it sixteen times meanwhile; nothing happens, and time goes by.
    for _ in 0..16 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        node.report(served.address).await;
    }
    let (after, most) = (store.plan("production", "v2").await.unwrap(), begun.elapsed().as_secs() / 5 + 1);
    let written = after.revision - before.revision;
    assert!((1..=i64::try_from(most).unwrap()).contains(&written), "{written} writes");
    let baked = |row: &cutover_server::store::PlanRow| {
        serde_json::from_str::<Value>(&row.state).unwrap()["baked_ms"].as_i64().unwrap()
    };
    // What is written counts what was watched between the writes.
    let (baked, passed) = (baked(&after) - baked(&before), after.updated_at - before.updated_at);
    assert!((baked - passed).abs() < 1_500, "{baked} ms baked in {passed} ms");
    // Something that happens is written at once.
    let said = served
        .ask("POST", "/v1/environments/production/plans/v2/events", r#"{"event":"pause","reason":"a look"}"#)
        .await;
    assert_eq!(said.json()["stage"], "paused", "{}", said.text);
}

const LADDER: &str = "cutover: 1
migrations: { orders: { old: sql, new: mongo, ladder: standard, phase: 'off' } }
gates: { healthy: { checks: [{ metric: errors, below: 10%, min_samples: 1 }] } }
plans:
  data: { migration: orders, gate: healthy, bake: 1s, steps: [sync, dual_write] }
";

#[tokio::test]
async fn a_plan_moves_a_migration_once_its_data_may_move() {
    let served = Served::sqlite().await;
    assert_eq!(served.publish("production", LADDER).await.status, 200);
    let (node, path) = (Node::new(0), "/v1/environments/production/plans/data");
    let say =
        |event: Value| served.ask("POST", "/v1/environments/production/plans/data/events", event.to_string());
    let phase = async || {
        served.ask("GET", "/v1/rulesets/production", "").await.json()["migrations"]["orders"].clone()
    };
    node.report(served.address).await;
    node.report(served.address).await;
    // The first move waits as well, and it is said for what.
    let refused = say(json!({ "event": "start" })).await.problem(409, "plan-refuses");
    assert_eq!(refused["why"], "guards_missing");
    for guard in refused["guards"].as_array().unwrap() {
        let told = say(json!({ "event": "guard", "epoch": 0, "guard": guard, "holds": true })).await;
        assert_eq!(told.status, 200, "{guard}: {}", told.text);
    }
    let started = say(json!({ "event": "start" })).await;
    assert_eq!(started.status, 200, "{}", started.text);
    let waits = until("it waits for what only somebody else can tell", async || {
        node.report(served.address).await;
        let standing = served.ask("GET", path, "").await.json();
        let baked = standing["state"]["baked_ms"].as_i64() > Some(1_000);
        baked.then(|| (standing["waits_for"].clone(), standing["state"]["epoch"].clone()))
    })
    .await;
    assert_eq!(phase().await["phase"], "sync");
    // What nodes report is known; of the rest somebody tells.
    for guard in waits.0.as_array().unwrap() {
        let event = match guard.as_str().unwrap() {
            "nodes_acknowledged" | "operations_over" => continue,
            "streams_caught_up" => json!({ "event": "stream", "applied_up_to": 4_000_000_000_000_i64 }),
            other => json!({ "event": "guard", "epoch": waits.1, "guard": other, "holds": true }),
        };
        assert_eq!(say(event.clone()).await.status, 200, "{event}");
    }
    until("it is in the next phase", async || {
        node.report(served.address).await;
        (phase().await["phase"] == "dual_write").then_some(())
    })
    .await;
    // At once it does not jump: the emergency of the phase is switched on.
    let said = say(json!({ "event": "abort", "reason": "enough" })).await;
    assert_eq!(said.status, 200, "{}", said.text);
    until("its emergency is on", async || {
        let now = phase().await;
        (now["emergency"] == true && now["phase"] == "dual_write").then_some(())
    })
    .await;
}
