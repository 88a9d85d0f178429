//! TLS: a client that trusts the certificate is served, streams included; who does not trust it, or speaks plainly, is not.

use crate::support::{ADMIN, Served, ruleset};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

struct Secured {
    served: Served,
    client: reqwest::Client,
    _files: tempfile::TempDir,
}

impl Secured {
    async fn start() -> Self {
        let signed = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let files = tempfile::tempdir().unwrap();
        let (chain, key) = (files.path().join("chain.pem"), files.path().join("key.pem"));
        std::fs::write(&chain, signed.cert.pem()).unwrap();
        std::fs::write(&key, signed.signing_key.serialize_pem()).unwrap();
        let served =
            Served::with(tempfile::tempdir().unwrap(), |options| options.tls = Some((chain, key))).await;
        let trusted = reqwest::Certificate::from_pem(signed.cert.pem().as_bytes()).unwrap();
        let client = reqwest::Client::builder()
            .tls_built_in_root_certs(false)
            .add_root_certificate(trusted)
            .https_only(true)
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self { served, client, _files: files }
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.served.address.port())
    }

    async fn publish(&self, share: &str) -> reqwest::Response {
        let put = self.client.put(self.url("/v1/environments/dev/file?reason=test")).bearer_auth(ADMIN);
        put.header("If-Match", "*").body(ruleset(share)).send().await.unwrap()
    }
}

#[tokio::test]
async fn who_trusts_the_certificate_is_served_and_hears_of_changes() {
    let secured = Secured::start().await;
    assert_eq!(secured.publish("5%").await.status(), 200);
    let stream = secured.client.get(secured.url("/v1/rulesets/dev/events")).bearer_auth(ADMIN);
    let mut stream = stream.send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let mut heard = String::new();
    for (share, version) in [("6%", 2), ("7%", 3)] {
        secured.publish(share).await;
        while !heard.contains(&format!("\"version\":{version}")) {
            let piece = stream.chunk().await.unwrap().expect("the stream goes on");
            heard.push_str(&String::from_utf8_lossy(&piece));
        }
    }
    let asked =
        secured.client.post(secured.url("/ofrep/v1/evaluate/flags/use_v2?env=dev")).bearer_auth(ADMIN);
    assert_eq!(asked.body(r#"{"context":{"userId":"a"}}"#).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn who_does_not_trust_it_or_speaks_plainly_is_not_served() {
    let secured = Secured::start().await;
    let stranger = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    assert!(stranger.get(secured.url("/healthz")).send().await.is_err(), "the certificate is no authority's");
    let plain = format!("http://{}/healthz", secured.served.address);
    assert!(stranger.get(plain).send().await.is_err());
    let mut socket = TcpStream::connect(secured.served.address).await.unwrap();
    socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut answer)).await.unwrap();
    assert!(!answer.starts_with(b"HTTP/"), "{}", String::from_utf8_lossy(&answer));
    // A handshake that never comes to its end keeps nobody else waiting.
    let silent = TcpStream::connect(secured.served.address).await.unwrap();
    assert_eq!(secured.client.get(secured.url("/healthz")).send().await.unwrap().status(), 200);
    drop(silent);
}
