//! Webhooks, by way of the outbox.

use crate::support::{Served, ruleset, until};
use base64::Engine as _;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// One request that came, as text.
async fn take(listener: &TcpListener, status: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let (mut text, mut piece) = (String::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut piece).await.unwrap();
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break;
        }
    }
    stream
        .write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    text
}

#[tokio::test]
async fn an_emergency_is_told_until_somebody_takes_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let served = Served::with(tempfile::tempdir().unwrap(), |options| options.webhooks = vec![address]).await;
    served.publish("production", &ruleset("50%")).await;
    let taken = Arc::new(Mutex::new(Vec::new()));
    let kept = taken.clone();
    tokio::spawn(async move {
        for status in ["500 Not now", "204 Taken"] {
            let text = take(&listener, status).await;
            kept.lock().unwrap().push(text);
        }
    });
    served.ask("POST", "/admin/emergency-rollback", r#"{"reason":"errors"}"#).await;
    until("it was told twice", async || (taken.lock().unwrap().len() == 2).then_some(())).await;
    let told = taken.lock().unwrap().clone();
    let head = |text: &str, name: &str| {
        text.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap().to_owned()
    };
    assert_eq!(head(&told[0], "cutover-delivery"), head(&told[1], "cutover-delivery"));
    let body = told[1].split_once("\r\n\r\n").unwrap().1;
    let said: Value = serde_json::from_str(body).unwrap();
    assert_eq!(said["text"], "production: EMERGENCY: use_v2 (admin: errors)");
    // The signature is that of the server.
    let keys = served.ask("GET", "/v1/signing-keys", "").await.json();
    let decode = |text: &str| base64::prelude::BASE64_STANDARD.decode(text).unwrap();
    let public: [u8; 32] = decode(keys[0]["public"].as_str().unwrap()).try_into().unwrap();
    let signature = head(&told[1], "cutover-signature");
    let signature: [u8; 64] = decode(signature.split_once(':').unwrap().1).try_into().unwrap();
    let signed = format!("cutover-webhook-v1\n{}\n{body}", head(&told[1], "cutover-delivery"));
    let key = ed25519_dalek::VerifyingKey::from_bytes(&public).unwrap();
    key.verify_strict(signed.as_bytes(), &ed25519_dalek::Signature::from_bytes(&signature)).unwrap();
}

#[tokio::test]
async fn the_page_comes_with_its_policy_and_is_not_what_is_missing_of_the_interface() {
    let served = Served::sqlite().await;
    let page = served.ask_as("", "GET", "/", "").await;
    assert!(
        page.text.contains("<title>Cutover</title>") && page.header("content-type").starts_with("text/html")
    );
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(served.ask_as("", "GET", "/flags/use_v2", "").await.text, page.text);
    served.ask_as("", "GET", "/v1/nothing", "").await.problem(404, "not-found");
    served.ask_as("", "GET", "/nothing.js", "").await.problem(404, "not-found");
    served.ask_as("", "GET", "/../Cargo.toml", "").await.problem(404, "not-found");
    served.ask_as("", "POST", "/", "").await.problem(404, "not-found");
}
