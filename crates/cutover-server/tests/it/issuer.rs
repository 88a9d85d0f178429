//! An issuer of OpenID Connect: discovery, keys, codes with PKCE, and ID tokens that OpenSSL signs.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// What an answer of the issuer is to be, other than right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    Nonce,
    Audience,
    Issuer,
    Expired,
    /// Signed by a key that the issuer does not tell.
    Signature,
    /// Changed after it was signed.
    Changed,
    /// Not signed at all.
    Unsigned,
    /// Signed with the secret that both know, as another algorithm allows.
    Shared,
}

#[derive(Debug)]
struct Known {
    url: String,
    folder: TempDir,
    claims: Value,
    fault: Fault,
    /// Codes that were given, with the nonce and the challenge of each.
    codes: HashMap<String, (String, String)>,
    /// How many tokens were given.
    tokens: usize,
}

/// An issuer that listens.
#[derive(Debug, Clone)]
pub(crate) struct Issuer(Arc<Mutex<Known>>);

pub(crate) const SECRET: &str = "the secret of the server";

fn openssl(folder: &Path, words: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .current_dir(folder)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {words:?}");
    output.stdout
}

fn make_key(folder: &Path, name: &str) {
    openssl(folder, &["genrsa", "-out", name, "2048"], b"");
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        make_key(folder.path(), "own.pem");
        make_key(folder.path(), "other.pem");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let claims = json!({});
        let known = Known { url, folder, claims, fault: Fault::None, codes: HashMap::new(), tokens: 0 };
        let issuer = Self(Arc::new(Mutex::new(known)));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    pub(crate) fn url(&self) -> String {
        self.0.lock().unwrap().url.clone()
    }

    pub(crate) fn tokens(&self) -> usize {
        self.0.lock().unwrap().tokens
    }

    /// Who signs in next, and what is wrong with what is told of them.
    pub(crate) fn says(&self, claims: Value, fault: Fault) {
        let mut known = self.0.lock().unwrap();
        (known.claims, known.fault) = (claims, fault);
    }

    /// From now on it signs with another key, and tells that one.
    pub(crate) fn changes_its_key(&self) {
        make_key(self.0.lock().unwrap().folder.path(), "own.pem");
    }
}

async fn discovery(State(issuer): State<Issuer>) -> axum::Json<Value> {
    let url = issuer.url();
    axum::Json(json!({
        "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn keys(State(issuer): State<Issuer>) -> axum::Json<Value> {
    let known = issuer.0.lock().unwrap();
    let told = openssl(known.folder.path(), &["rsa", "-in", "own.pem", "-noout", "-modulus"], b"");
    let digits = String::from_utf8(told).unwrap().trim().trim_start_matches("Modulus=").to_owned();
    let byte = |index: usize| u8::from_str_radix(&digits[index..index + 2], 16).unwrap();
    let modulus: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    axum::Json(json!({ "keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "n": BASE64.encode(modulus), "e": "AQAB",
    }] }))
}

type Asked = HashMap<String, String>;

/// Whoever comes is signed in at once.
async fn authorize(State(issuer): State<Issuer>, Query(asked): Query<Asked>) -> Response {
    assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", "cutover"));
    assert_eq!(asked["code_challenge_method"], "S256");
    assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
    let mut known = issuer.0.lock().unwrap();
    let code = format!("code-{}", known.codes.len());
    known.codes.insert(code.clone(), (asked["nonce"].clone(), asked["code_challenge"].clone()));
    let to = format!("{}?code={code}&state={}", asked["redirect_uri"], asked["state"]);
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

async fn token(State(issuer): State<Issuer>, headers: HeaderMap, body: String) -> Response {
    let asked: Asked = openidconnect::url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let mut known = issuer.0.lock().unwrap();
    let refused =
        || (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": "invalid_grant" }))).into_response();
    let basic = BASE64_STANDARD.encode(format!("cutover:{}", SECRET.replace(' ', "+")));
    let told = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(told, Some(format!("Basic {basic}")));
    // A code is good once.
    let Some((nonce, challenge)) = known.codes.get_mut(&asked["code"]).map(std::mem::take) else {
        return refused();
    };
    if challenge != BASE64.encode(Sha256::digest(asked["code_verifier"].as_bytes())) {
        return refused();
    }
    known.tokens += 1;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let fault = known.fault;
    let expires = if fault == Fault::Expired { now - 600 } else { now + 600 };
    let mut claims = json!({
        "iss": if fault == Fault::Issuer { "http://127.0.0.1:1" } else { known.url.as_str() },
        "aud": if fault == Fault::Audience { "another" } else { "cutover" },
        "nonce": if fault == Fault::Nonce { "another" } else { nonce.as_str() },
        "iat": now - 700, "exp": expires,
    });
    let said = known.claims.as_object().unwrap().clone();
    claims.as_object_mut().unwrap().extend(said.clone());
    let alg = match fault {
        Fault::Unsigned => "none",
        Fault::Shared => "HS256",
        _ => "RS256",
    };
    let part = |value: &Value| BASE64.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": alg, "typ": "JWT" })), part(&claims));
    let folder = known.folder.path();
    let key = if fault == Fault::Signature { "other.pem" } else { "own.pem" };
    let signature = match fault {
        Fault::Unsigned => Vec::new(),
        Fault::Shared => openssl(folder, &["dgst", "-sha256", "-hmac", SECRET, "-binary"], signed.as_bytes()),
        _ => openssl(folder, &["dgst", "-sha256", "-sign", key], signed.as_bytes()),
    };
    let signed = if fault == Fault::Changed {
        claims["groups"] = json!(["admins"]);
        format!("{}.{}", signed.split('.').next().unwrap(), part(&claims))
    } else {
        signed
    };
    let token = format!("{signed}.{}", BASE64.encode(signature));
    axum::Json(json!({ "access_token": "a", "token_type": "Bearer", "id_token": token })).into_response()
}
