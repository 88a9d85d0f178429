//! Clients that mean no good, or do not know better: each is answered by a problem or cut off, others are served meanwhile, and
//! what was published stays as it was.

use crate::support::{ADMIN, Served, ask, ruleset, until};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts panics from now on: a task that panics ends in silence, and its connection with it.
fn count_panics() -> usize {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            usual(info);
        }));
    });
    PANICS.load(Ordering::Relaxed)
}

/// Sends bytes as they are, and gives what comes back until the server hangs up or is silent for a while.
async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may hang up before all is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(Ok(read)) = tokio::time::timeout(Duration::from_millis(700), stream.read(&mut piece)).await {
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&piece[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// What was published is there, and the log of it is whole.
async fn nothing_is_lost(served: &Served, text: &str) {
    let now = served.ask("GET", "/v1/rulesets/production", "").await;
    assert_eq!((now.status, now.header("etag"), now.text.as_str()), (200, "\"1\"", text));
    assert_eq!(served.ask("GET", "/v1/audit/verify", "").await.json()["whole"], true);
}

async fn published() -> (Served, String) {
    // Here each answer counts, not how many there are: of that are the tests of the limits.
    let rates = cutover_server::Rates { strangers: 0, people: 0, ..cutover_server::Rates::default() };
    let served = Served::with(tempfile::tempdir().unwrap(), |options| options.rates = rates).await;
    assert_eq!(served.publish("production", &ruleset("50%")).await.status, 200);
    let text = served.ask("GET", "/v1/rulesets/production", "").await.text;
    (served, text)
}

#[tokio::test]
async fn wrong_keys_are_told_nothing() {
    let (served, text) = published().await;
    let panics = count_panics();
    let good = served.key("server", Some("production")).await;
    let (id, secret) = good.trim_start_matches("cutover_").split_once('_').unwrap();
    let long = "x".repeat(60_000);
    let wrong = [
        String::new(),
        "x".to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{good}0"),
        format!("cutover__{secret}"),
        format!("cutover_{id}_"),
        format!("cutover_{id}"),
        good.to_uppercase(),
        format!("{ADMIN}."),
        "cutover_' OR 1=1 --_x".to_owned(),
        "%00".to_owned(),
        long,
    ];
    for key in &wrong {
        for (method, path) in [
            ("GET", "/v1/rulesets/production"),
            ("POST", "/admin/emergency-rollback"),
            ("POST", "/ofrep/v1/evaluate/flags/use_v2"),
            ("GET", "/v1/audit"),
        ] {
            let header = format!("Bearer {key}");
            let answer = ask(served.address, "", method, path, &[("Authorization", &header)], "").await;
            answer.problem(401, "unauthorized");
            assert!(!answer.text.contains("use_v2") || path.contains("use_v2"), "{}", answer.text);
        }
    }
    let others = ["Basic Y3V0b3Zlcg==", "Bearer", "Bearer  ", "bearer\tx", "Digest x"];
    for header in others {
        let answer =
            ask(served.address, "", "GET", "/v1/rulesets/production", &[("Authorization", header)], "").await;
        answer.problem(401, "unauthorized");
    }
    // A key is good for its own environment, for what its role may, and until it is revoked.
    served.ask_as(&good, "GET", "/v1/rulesets/dev", "").await.problem(403, "forbidden");
    served.ask_as(&good, "POST", "/admin/emergency-rollback", "").await.problem(403, "forbidden");
    served
        .ask_as(&good, "POST", "/v1/keys", r#"{"name":"n","role":"admin"}"#)
        .await
        .problem(403, "forbidden");
    assert_eq!(served.ask_as(&good, "GET", "/v1/rulesets/production", "").await.status, 200);
    served.ask("DELETE", &format!("/v1/keys/{id}"), "").await;
    served.ask_as(&good, "GET", "/v1/rulesets/production", "").await.problem(401, "unauthorized");
    nothing_is_lost(&served, &text).await;
    assert_eq!(count_panics(), panics);
}

#[tokio::test]
async fn bodies_that_are_too_large_or_no_json_are_refused() {
    let (served, text) = published().await;
    let panics = count_panics();
    let (path, star) = ("/v1/environments/production/file", [("If-Match", "*")]);
    let large = "# ".to_owned() + &"x".repeat(17 << 20);
    let refused = ask(served.address, ADMIN, "PUT", path, &star, large).await;
    refused.problem(413, "too-large");
    let large = format!(r#"{{"reason":"{}"}}"#, "x".repeat(2 << 20));
    served.ask("POST", "/admin/emergency-rollback", large).await.problem(413, "too-large");
    // A length that is never sent, and one that is a lie.
    let head = format!("POST /admin/config HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n");
    let refused = raw(served.address, format!("{head}Content-Length: 99999999999\r\n\r\n").as_bytes()).await;
    assert!(refused.starts_with("HTTP/1.1 413"), "{refused}");
    // Chunks without an end are cut off where they are too many.
    let mut chunks = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..40 {
        chunks.extend_from_slice(b"10000\r\n");
        chunks.extend_from_slice(&[b'x'; 0x1_0000]);
        chunks.extend_from_slice(b"\r\n");
    }
    let refused = raw(served.address, &chunks).await;
    // Who goes on sending may find the connection closed before the answer is read.
    assert!(refused.is_empty() || refused.starts_with("HTTP/1.1 413"), "{refused}");
    let deep = format!("{{\"flags\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies = [
        "{",
        "null",
        "[]",
        "\"x\"",
        "{\"flags\":7}",
        "\u{0}",
        "{\"on\":\"\\ud800\"}",
        "{\"on\":1e999}",
        deep.as_str(),
        "{\"no_such_field\":1}",
    ];
    for body in bodies {
        let answer = served.ask("POST", "/admin/emergency-rollback", body).await;
        assert!((400..500).contains(&answer.status), "{} {}", answer.status, &body[..body.len().min(40)]);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let bytes = [head.as_bytes(), b"Content-Length: 4\r\nConnection: close\r\n\r\n\xff\xfe{}"].concat();
    assert!(raw(served.address, &bytes).await.starts_with("HTTP/1.1 4"));
    for body in
        ["\u{0}\u{1}", "cutover: 1\nflags: &a { x: *a }\n", "cutover: 1\nflags: {{{{{", "\u{feff}cutover: 2"]
    {
        ask(served.address, ADMIN, "PUT", path, &star, body).await.problem(422, "refused-ruleset");
    }
    nothing_is_lost(&served, &text).await;
    assert_eq!(count_panics(), panics);
}

#[tokio::test]
async fn what_is_no_http_is_cut_off() {
    let (served, text) = published().await;
    let panics = count_panics();
    let get = "GET /v1/rulesets/production HTTP/1.1\r\nHost: x\r\n";
    let many: String = (0..2_000).map(|number| format!("X-{number}: y\r\n")).collect();
    let requests: [Vec<u8>; 12] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"\0\0\0\0\r\n\r\n".to_vec(),
        b"GET  HTTP/1.1\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        format!("{get}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello").into_bytes(),
        format!("{get}Transfer-Encoding: chunked\r\n\r\nzzz\r\n").into_bytes(),
        format!("{get}X: {}\r\n\r\n", "y".repeat(200_000)).into_bytes(),
        format!("{get}{many}\r\n").into_bytes(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a/..%2f".repeat(20_000)).into_bytes(),
        [get.as_bytes(), b"Authorization: Bearer \xff\xfe\r\nConnection: close\r\n\r\n"].concat(),
        [get.as_bytes(), b"If-None-Match: \"\xff\"\r\nLast-Event-ID: \xff\r\nConnection: close\r\n\r\n"]
            .concat(),
    ];
    for request in requests {
        let answer = raw(served.address, &request).await;
        let refused =
            answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4");
        assert!(refused, "{:?}: {answer}", String::from_utf8_lossy(&request[..request.len().min(60)]));
    }
    // Headers that mean something, with what they never hold.
    for (name, value) in [
        ("If-None-Match", "\"999999999999999999999999\", W/\"\", ,,,"),
        ("If-None-Match", "*"),
        ("Accept-Encoding", "zstd;q=0, gzip;q=abc, ;;;,,, \u{7f}"),
        ("Accept-Encoding", "*;q=0"),
        ("Last-Event-ID", "-1"),
        ("Last-Event-ID", "1; DROP TABLE versions"),
        ("If-Match", "\"9223372036854775808\""),
        ("Content-Type", "multipart/form-data; boundary="),
        ("Content-Encoding", "gzip"),
        ("Origin", "https://elsewhere.example"),
        ("Host", "elsewhere.example"),
        ("Expect", "100-continue"),
        ("Forwarded", "for=127.0.0.1;proto=javascript:"),
    ] {
        let request =
            format!("{get}Authorization: Bearer {ADMIN}\r\n{name}: {value}\r\nConnection: close\r\n\r\n");
        let answer = raw(served.address, request.as_bytes()).await;
        let status: u16 = answer.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or(400);
        assert!(status < 500, "{name}: {value}: {answer}");
    }
    nothing_is_lost(&served, &text).await;
    assert_eq!(count_panics(), panics);
}

#[tokio::test]
async fn who_takes_all_the_time_of_the_world_is_cut_off_and_holds_nobody_up() {
    let (served, text) = published().await;
    let panics = count_panics();
    let begun = Instant::now();
    let mut slow = Vec::new();
    // Half of a request's headers, and half of a body.
    for number in 0..100 {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let body = number % 2 == 0;
        let head = format!("POST /admin/config HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n");
        let head = if body { format!("{head}Content-Length: 1000\r\n\r\n{{") } else { head };
        stream.write_all(head.as_bytes()).await.unwrap();
        slow.push(tokio::spawn(async move {
            let (mut reading, mut writing) = stream.into_split();
            // A byte a second: something comes all the time, and it never ends.
            let drip = tokio::spawn(async move {
                while writing.write_all(if body { b" " } else { b"X" }).await.is_ok() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            });
            let mut answer = Vec::new();
            let _ = reading.read_to_end(&mut answer).await;
            drip.abort();
            (body, begun.elapsed(), String::from_utf8_lossy(&answer).into_owned())
        }));
    }
    let asked = Instant::now();
    assert_eq!(served.ask_as("", "GET", "/healthz", "").await.status, 200);
    nothing_is_lost(&served, &text).await;
    assert!(asked.elapsed() < Duration::from_secs(5), "others wait");
    for one in slow {
        let (body, took, answer) =
            tokio::time::timeout(Duration::from_secs(60), one).await.expect("it is cut off").unwrap();
        let patience = Duration::from_secs(if body { 45 } else { 25 });
        assert!(took < patience, "{took:?}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    nothing_is_lost(&served, &text).await;
    assert_eq!(count_panics(), panics);
}

#[tokio::test]
async fn above_the_limit_of_connections_the_newest_are_refused_and_room_comes_back() {
    let served = Served::with(tempfile::tempdir().unwrap(), |options| options.connections = 8).await;
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(TcpStream::connect(served.address).await.unwrap());
    }
    until("there is no room", async || {
        raw(served.address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.is_empty().then_some(())
    })
    .await;
    drop(idle);
    until("there is room", async || {
        let answer =
            raw(served.address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        answer.starts_with("HTTP/1.1 200").then_some(())
    })
    .await;
}
