//! Traces and the log of a server in a process of its own, with a receiver that decodes what is really sent.

use crate::plans::{Node, PLAN};
use crate::support::{ADMIN, ask, until};
use cutover_server::{Options, Server};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value as Any};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// Takes what is posted to it: the address and the bodies.
fn receiver() -> (SocketAddr, Arc<Mutex<Vec<ExportTraceServiceRequest>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, taken) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<_>>>::default());
    let keep = taken.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, keep) = (stream.unwrap(), keep.clone());
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let (mut line, mut length, mut first) = (String::new(), 0, String::new());
                    while reader.read_line(&mut line).is_ok_and(|read| read > 0) && line.trim() != "" {
                        let said = line.to_lowercase();
                        if let Some(found) = said.strip_prefix("content-length:") {
                            length = found.trim().parse().unwrap();
                        }
                        if first.is_empty() {
                            first.clone_from(&line);
                        }
                        line.clear();
                    }
                    if first.is_empty() {
                        return;
                    }
                    assert!(first.starts_with("POST /v1/traces "), "{first}");
                    let mut body = vec![0; length];
                    reader.read_exact(&mut body).unwrap();
                    keep.lock().unwrap().push(ExportTraceServiceRequest::decode(&body[..]).unwrap());
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
                }
            });
        }
    });
    (address, taken)
}

fn said(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|attribute| attribute.value.clone()?.value) {
        Some(Any::StringValue(text)) => text,
        Some(Any::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn serve_with_traces_as_a_process() {
    let Ok(data) = std::env::var("CUTOVER_TEST_TRACED") else { return };
    let log = cutover_server::log(true, Some("cutover_server=debug"));
    let mut options = Options::new(data);
    options.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    options.admin_key = Some(ADMIN.to_owned());
    options.environments = vec!["production".to_owned()];
    let server = Server::start(options).await.unwrap();
    println!("\nserving {}", server.address());
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    server.run(async { drop(ended.await) }).await;
    drop(log);
}

#[tokio::test]
async fn requests_and_steps_are_spans_and_the_log_is_json() {
    let (receiver, taken) = receiver();
    let data = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["trace::serve_with_traces_as_a_process", "--exact", "--nocapture"])
        .env("CUTOVER_TEST_TRACED", data.path())
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{receiver}"))
        .env("OTEL_BSP_SCHEDULE_DELAY", "100")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address: SocketAddr =
        lines.find_map(|line| Some(line.unwrap().split_once("serving ")?.1.parse().unwrap())).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let mut errors = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).unwrap();
        text
    });
    let file = "/v1/environments/production/file?reason=test";
    ask(address, ADMIN, "PUT", file, &[("If-Match", "*")], PLAN).await;
    let parent = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
    ask(address, ADMIN, "GET", "/v1/rulesets/production", &parent, "").await;
    ask(address, ADMIN, "GET", "/v1/rulesets/nothing", &[], "").await;
    ask(address, "", "POST", "/secret-place", &[], "").await;
    let events = "/v1/environments/production/plans/v2/events";
    ask(address, ADMIN, "POST", events, &[], r#"{"event":"start"}"#).await;
    let node = Node::new(0);
    let spans = || -> Vec<Span> {
        let taken = taken.lock().unwrap();
        let resources = taken.iter().flat_map(|sent| &sent.resource_spans);
        resources.flat_map(|sent| &sent.scope_spans).flat_map(|sent| sent.spans.clone()).collect()
    };
    let step = until("the step is traced", async || {
        node.report(address).await;
        spans().into_iter().find(|span| span.name == "plan set_percentage")
    })
    .await;
    assert_eq!(
        ["cutover.environment", "cutover.plan", "cutover.step", "cutover.effect"]
            .map(|key| said(&step.attributes, key)),
        ["production", "v2", "0", "set_percentage"]
    );
    // Ended in order, it sends what it has.
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    let spans = spans();
    let of = |status: &str, route: &str| {
        let mut found = spans.iter().filter(|span| {
            said(&span.attributes, "http.response.status_code") == status
                && said(&span.attributes, "http.route") == route
        });
        found.next().unwrap_or_else(|| panic!("{status} {route}: {spans:#?}"))
    };
    let traced = of("200", "/v1/rulesets/{env}");
    assert_eq!((traced.name.as_str(), traced.kind), ("GET /v1/rulesets/{env}", 2));
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hex(&traced.trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(hex(&traced.parent_span_id), "00f067aa0ba902b7");
    let own = of("404", "/v1/rulesets/{env}");
    assert!(own.parent_span_id.is_empty() && own.trace_id != traced.trace_id);
    assert_eq!(of("404", "").name, "POST");
    assert!(!format!("{spans:?}").contains("secret-place"), "a stranger invents no names");
    let resource = taken.lock().unwrap()[0].resource_spans[0].resource.clone().unwrap();
    assert_eq!(said(&resource.attributes, "service.name"), "cutover");
    let log = log.join().unwrap();
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    assert!(lines.iter().any(|line| line["fields"]["message"] == "published"), "{log}");
    assert!(lines.iter().all(|line| line.get("span").is_none()), "spans are no part of the log: {log}");
}
