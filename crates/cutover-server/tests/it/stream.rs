//! Distribution: ETag, packing, long poll, server-sent events, signatures.

use crate::support::{ADMIN, Served, ask, ruleset, verify};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A client of server-sent events that reads what comes.
pub(crate) struct Events {
    stream: TcpStream,
    text: String,
}

impl Events {
    pub(crate) async fn of(served: &Served, env: &str, last: Option<i64>) -> Self {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let last = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
        let ask = format!(
            "GET /v1/rulesets/{env}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n{last}\r\n"
        );
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut events = Self { stream, text: String::new() };
        events.until("retry: 1000").await;
        events
    }

    async fn until(&mut self, part: &str) {
        let mut piece = [0; 4096];
        while !self.text.contains(part) {
            let read = tokio::time::timeout(Duration::from_secs(10), self.stream.read(&mut piece)).await;
            let read = read.unwrap_or_else(|_| panic!("no `{part}` in {}", self.text)).unwrap();
            assert!(read > 0, "the stream ended: {}", self.text);
            self.text.push_str(&String::from_utf8_lossy(&piece[..read]));
        }
    }

    /// The next version that is told.
    pub(crate) async fn next(&mut self) -> Value {
        self.until("\ndata: ").await;
        let at = self.text.find("\ndata: ").unwrap() + 7;
        self.text.drain(..at);
        self.until("\n\n").await;
        let end = self.text.find("\n\n").unwrap();
        serde_json::from_str(&self.text[..end]).unwrap()
    }
}

#[tokio::test]
async fn the_ruleset_with_etag_packing_and_signature() {
    let served = Served::sqlite().await;
    let users: Vec<String> = (0..200).map(|number| format!("user_{number}")).collect();
    let segments = format!("segments: {{ s: {{ if: {{ attribute: a, in: [{}] }} }} }}\n", users.join(", "));
    served.publish("dev", &format!("{}{segments}", ruleset("5%"))).await;
    let path = "/v1/rulesets/dev";
    let plain = served.ask("GET", path, "").await;
    assert_eq!(
        (plain.header("etag"), plain.header("cutover-version"), plain.header("cutover-epoch")),
        ("\"1\"", "1", "1")
    );
    let signature = plain.header("cutover-signature");
    assert!(verify(&served, "dev", 1, plain.text.as_bytes(), signature).await);
    // Neither another environment's nor another version's.
    assert!(!verify(&served, "production", 1, plain.text.as_bytes(), signature).await);
    assert!(!verify(&served, "dev", 2, plain.text.as_bytes(), signature).await);
    for packing in ["gzip", "br", "zstd"] {
        let packed =
            reqwest::Client::new().get(format!("http://{}{path}", served.address)).bearer_auth(ADMIN);
        let packed = packed.header("Accept-Encoding", packing).send().await.unwrap();
        assert_eq!(packed.headers()["content-encoding"], packing);
        let bytes = packed.bytes().await.unwrap();
        assert!(bytes.len() < plain.text.len());
        let mut unpacked = Vec::new();
        match packing {
            "gzip" => drop(
                std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut unpacked)
                    .unwrap(),
            ),
            "br" => brotli::BrotliDecompress(&mut &bytes[..], &mut unpacked).unwrap(),
            _ => unpacked = zstd::bulk::decompress(&bytes, 1 << 20).unwrap(),
        }
        assert_eq!(unpacked, plain.text.as_bytes());
    }
    let same = ask(served.address, ADMIN, "GET", path, &[("If-None-Match", "\"1\"")], "").await;
    assert_eq!((same.status, same.text.as_str(), same.header("etag")), (304, "", "\"1\""));
}

#[tokio::test]
async fn a_long_poll_answers_at_the_change_or_when_time_is_over() {
    let served = Served::sqlite().await;
    served.publish("dev", &ruleset("5%")).await;
    let (address, tag) = (served.address, [("If-None-Match", "\"1\"")]);
    assert_eq!(ask(address, ADMIN, "GET", "/v1/rulesets/dev?wait=1", &tag, "").await.status, 304);
    let waiting =
        tokio::spawn(async move { ask(address, ADMIN, "GET", "/v1/rulesets/dev?wait=25", &tag, "").await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    served.publish("dev", &ruleset("6%")).await;
    assert_eq!(waiting.await.unwrap().header("etag"), "\"2\"");
}

#[tokio::test]
async fn events_tell_of_each_version_and_begin_where_the_client_is() {
    let served = Served::sqlite().await;
    served.publish("dev", &ruleset("5%")).await;
    let mut fresh = Events::of(&served, "dev", None).await;
    let mut resumed = Events::of(&served, "dev", Some(1)).await;
    let (event, retry) = (fresh.text.find("event: ruleset"), fresh.text.find("retry: "));
    assert!(
        event.is_some() && event < retry,
        "who hears anything takes what it has for the newest: {}",
        fresh.text
    );
    assert!(!resumed.text.contains("event: ruleset"), "what it has is not told again");
    let first = fresh.next().await;
    assert_eq!(first["version"], 1);
    let (body, signature) = (first["ruleset"].as_str().unwrap(), first["signature"].as_str().unwrap());
    assert!(verify(&served, "dev", 1, body.as_bytes(), signature).await);
    assert_eq!(body, served.ask("GET", "/v1/rulesets/dev", "").await.text);
    served.publish("dev", &ruleset("6%")).await;
    assert_eq!(fresh.next().await["version"], 2);
    assert_eq!(resumed.next().await["version"], 2, "what it had already was not told again");
    // A large ruleset is told of, and asked for.
    let users: Vec<String> = (0..9000).map(|number| format!("user_{number}")).collect();
    let large = format!(
        "{}segments: {{ s: {{ if: {{ attribute: a, in: [{}] }} }} }}\n",
        ruleset("7%"),
        users.join(", ")
    );
    assert_eq!(served.publish("dev", &large).await.status, 200);
    let told = fresh.next().await;
    assert_eq!((&told["version"], told.get("ruleset")), (&3.into(), None));
    let begun = Instant::now();
    let ended = tokio::spawn(served.end());
    fresh.until("event: bye").await;
    drop((fresh, resumed));
    drop(ended.await.unwrap());
    assert!(begun.elapsed() < Duration::from_secs(30), "who listens does not keep the server");
}
